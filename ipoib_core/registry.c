// SPDX-License-Identifier: GPL-2.0
/*
 * Accels and ports, and which accel serves which port.
 *
 * ipoib_registry_lock is held while an interface is made or taken down, so that after
 * ipoib_unregister_accel() and ipoib_registry_remove_port() nothing calls the accel any more, and
 * no module reference is needed: an accel may be removed while its interfaces carry traffic.
 *
 * An interface that was taken down may still be referred to, for as long as somebody likes (who
 * forgets a reference: for ever). That is waited for by who removes the port or the accel, or has
 * the port served otherwise, in rtnl_unlock(), without the registry's lock: others are not to wait
 * with it, and by then the port is left to a work that gives it the next interface. But one that
 * could not be registered after all, since somebody who was told of it refused it, is waited for
 * with that lock (ipoib_intf_create()).
 *
 * What failed to start is tried again, with a back-off, by a work: memory comes back, and who is
 * being killed, as a modprobe may be in which a device or an accel comes, gets less of it. Only a
 * port for whose few own bytes and PD there is none is not: the log says that it is left out.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "registry.h"

#include <linux/workqueue.h>

#include "choice.h"
#include "intf.h"
#include "trace.h"

/* Outermost lock: accels, ports, which accel a port has. */
DEFINE_MUTEX(ipoib_registry_lock);
LIST_HEAD(ipoib_ports);
LIST_HEAD(ipoib_accels);
unsigned int ipoib_registry_changes;

/* A port that is ready waits no longer for those before it. */
#define IPOIB_BIND_IN_TURN	(10 * HZ)

/* Seconds between tries to bind: 1, 2, 4... 1024, 1024...: accels may tell why each time */
#define IPOIB_BIND_BACKOFF_MAX	1024U

/* Is told when a port is served otherwise, or NULL; ipoib_registry_lock. */
static void (*ipoib_registry_listener)(const struct ipoib_port *port);

static void ipoib_registry_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(ipoib_registry_wk, ipoib_registry_work);

struct ipoib_accel *ipoib_registry_find(const char *name)
{
	struct ipoib_accel *accel;

	lockdep_assert_held(&ipoib_registry_lock);
	list_for_each_entry(accel, &ipoib_accels, node) {
		if (!strcmp(accel->name, name))
			return accel;
	}
	return NULL;
}

/*
 * The next best one after @last, which had @priority, or the best if @last is NULL: by priority, of
 * equals by when they were registered; NULL: none is left.
 */
static struct ipoib_accel *ipoib_registry_best(struct ipoib_port *port, struct ipoib_accel *last,
					       int *priority)
{
	struct ipoib_accel *accel, *best = NULL;
	int most = IPOIB_ACCEL_PRIO_NONE;
	bool after = !last;

	list_for_each_entry(accel, &ipoib_accels, node) {
		int prio = accel->match(port->hca, port->num);

		if (prio > most && (!last || prio < *priority || (after && prio == *priority))) {
			best = accel;
			most = prio;
		}
		if (accel == last)
			after = true;
	}
	*priority = most;
	return best;
}

void ipoib_registry_listen(void (*listener)(const struct ipoib_port *port))
{
	lockdep_assert_held(&ipoib_registry_lock);
	ipoib_registry_listener = listener;
}

/* What is tried again and again, and fails likewise, is told once. */
static void ipoib_registry_tell(struct ipoib_port *port)
{
	enum ipoib_bind why = ipoib_registry_why(port);

	if (!port->accel && why == port->told_bind)
		return;
	port->told_bind = why;
	if (ipoib_registry_listener)
		ipoib_registry_listener(port);
}

/* Has the work bind @port, in @delay jiffies: it finds out itself who is due first. */
static void ipoib_registry_bind_in(struct ipoib_port *port, unsigned long delay)
{
	lockdep_assert_held(&ipoib_registry_lock);
	port->bind = true;
	port->bind_at = jiffies + delay;
	mod_delayed_work(system_long_wq, &ipoib_registry_wk, 0);
}

/* No accel that was tried works. */
static void ipoib_registry_failed(struct ipoib_port *port)
{
	port->bind_backoff = port->bind_backoff ?
			     min(port->bind_backoff * 2, IPOIB_BIND_BACKOFF_MAX) : 1;
	ipoib_registry_bind_in(port, port->bind_backoff * HZ);
}

static bool ipoib_registry_try(struct ipoib_port *port, struct ipoib_accel *accel, int priority)
{
	int ret;

	port->accel = accel;
	port->priority = priority;
	ret = ipoib_intf_create(port);
	trace_ipoib_accel_bound(port, accel, priority, ret);
	if (!ret) {
		port->bind_backoff = 0;
		return true;
	}
	port->accel = NULL;
	strscpy(port->refused, accel->name, sizeof(port->refused));
	port->refused_error = ret;
	/* Once, however often it is tried. */
	if (!port->bind_backoff)
		dev_err(&port->hca->dev,
			"ipoib_core: port %u: accel %s failed to start: error %d\n", port->num,
			accel->name, ret);
	return false;
}

static void ipoib_registry_fell_back(const struct ipoib_port *port)
{
	trace_ipoib_accel_fell_back(port, port->accel);
	dev_warn(&port->hca->dev, "ipoib_core: port %u: fell back to accel %s\n", port->num,
		 port->accel->name);
}

static void ipoib_registry_bind_auto(struct ipoib_port *port)
{
	struct ipoib_accel *accel = NULL;
	bool failed = false;
	int priority;

	while ((accel = ipoib_registry_best(port, accel, &priority))) {
		if (ipoib_registry_try(port, accel, priority)) {
			if (failed)
				ipoib_registry_fell_back(port);
			return;
		}
		failed = true;
	}
	if (!failed) {
		dev_info(&port->hca->dev,
			 "ipoib_core: port %u waits for an accel; load one, e.g. accel_ref\n",
			 port->num);
		return;
	}
	/* Others may come yet. */
	if (!port->bind_backoff && !port->loading)
		dev_err(&port->hca->dev,
			"ipoib_core: port %u has no interface: no accel that matches works; trying on\n",
			port->num);
	ipoib_registry_failed(port);
}

static void ipoib_registry_bind_named(struct ipoib_port *port)
{
	struct ipoib_accel *accel = ipoib_registry_find(port->choice);
	int priority;

	if (!accel) {
		dev_warn(&port->hca->dev,
			 "ipoib_core: port %u has no interface: accel=%s, but module accel_%s is not loaded and was not found; install it, or use accel=auto\n",
			 port->num, port->choice, port->choice);
		return;
	}
	priority = accel->match(port->hca, port->num);
	if (priority <= IPOIB_ACCEL_PRIO_NONE) {
		dev_err(&port->hca->dev,
			"ipoib_core: port %u has no interface: accel %s does not serve this device; use accel=auto or ref\n",
			port->num, accel->name);
		return;
	}
	if (ipoib_registry_try(port, accel, priority))
		return;
	if (!port->bind_backoff)
		dev_err(&port->hca->dev,
			"ipoib_core: port %u has no interface: accel=%s was asked for by name, so no other one is tried; see above, or use accel=auto; trying on\n",
			port->num, accel->name);
	ipoib_registry_failed(port);
}

static void ipoib_registry_bind_again(struct ipoib_port *port)
{
	lockdep_assert_held(&ipoib_registry_lock);
	port->bind = false;
	if (port->accel || !READ_ONCE(port->max_ib_mtu) ||
	    !strcmp(port->choice, IPOIB_CHOICE_NONE))
		return;
	/* modprobe may wait for a disk that is reached by this very interface. */
	if (port->loading && !port->ready)
		return;
	if (port->loading && time_before(jiffies, port->ready_at)) {
		ipoib_registry_bind_in(port, port->ready_at - jiffies);
		return;
	}
	port->refused[0] = '\0';
	if (!strcmp(port->choice, IPOIB_CHOICE_AUTO))
		ipoib_registry_bind_auto(port);
	else
		ipoib_registry_bind_named(port);
	ipoib_registry_tell(port);
}

void ipoib_registry_bind(struct ipoib_port *port)
{
	port->bind_backoff = 0;
	ipoib_registry_bind_again(port);
}

/* Binds the ports that it is time for. */
static void ipoib_registry_work(struct work_struct *work)
{
	unsigned long delay = 0, again;
	struct ipoib_port *port;

	mutex_lock(&ipoib_registry_lock);
	list_for_each_entry(port, &ipoib_ports, node) {
		if (port->bind && time_after_eq(jiffies, port->bind_at))
			ipoib_registry_bind_again(port);
		/* That may have failed just now. */
		if (!port->bind)
			continue;
		again = max_t(long, port->bind_at - jiffies, 1);
		delay = min_not_zero(delay, again);
	}
	/* queue_, not mod_: who wants it at once has said so. */
	if (delay)
		queue_delayed_work(system_long_wq, &ipoib_registry_wk, delay);
	mutex_unlock(&ipoib_registry_lock);
}

void ipoib_registry_exit(void)
{
	cancel_delayed_work_sync(&ipoib_registry_wk);
}

enum ipoib_bind ipoib_registry_why(const struct ipoib_port *port)
{
	bool failed = port->refused[0];

	lockdep_assert_held(&ipoib_registry_lock);
	if (port->accel)
		return failed ? IPOIB_BIND_FELL_BACK : IPOIB_BIND_SERVED;
	if (!strcmp(port->choice, IPOIB_CHOICE_NONE))
		return IPOIB_BIND_LEFT_ALONE;
	/* Or it is to be tried, and was not yet. */
	if (port->loading || (port->bind && !port->bind_backoff))
		return IPOIB_BIND_LOADING;
	if (!READ_ONCE(port->max_ib_mtu))
		return IPOIB_BIND_SILENT;
	if (!strcmp(port->choice, IPOIB_CHOICE_AUTO))
		return failed ? IPOIB_BIND_ALL_FAILED : IPOIB_BIND_NO_ACCEL;
	if (!ipoib_registry_find(port->choice))
		return IPOIB_BIND_NOT_LOADED;
	return failed ? IPOIB_BIND_FAILED : IPOIB_BIND_NOT_MATCHING;
}

/* An accel came: a port that it may be for is bound, unless a better one may still come. */
static void ipoib_registry_offer(struct ipoib_port *port, struct ipoib_accel *accel)
{
	bool is_auto = !strcmp(port->choice, IPOIB_CHOICE_AUTO);

	if (!is_auto && strcmp(port->choice, accel->name))
		return;
	/* Is it the one that the port waits for? */
	if (port->loading == IPOIB_LOADING_LAST &&
	    (!is_auto || !strcmp(accel->name, IPOIB_CHOICE_ANY)))
		port->loading = IPOIB_LOADING_NOTHING;
	ipoib_registry_bind(port);
}

/* Its turn has come: the work binds those, in order. */
static bool ipoib_registry_is_next(const struct ipoib_port *port)
{
	return port->ready && time_after_eq(jiffies, port->ready_at);
}

/* Whether a port that came before @port is to have an interface, and a name, before it. */
static bool ipoib_registry_has_to_wait(const struct ipoib_port *port)
{
	const struct ipoib_port *other;

	list_for_each_entry(other, &ipoib_ports, node) {
		if (other == port)
			break;
		if (other->loading && !other->accel && !ipoib_registry_is_next(other))
			return true;
	}
	return false;
}

/*
 * Auto wants to see all accels that there could be. But one that was made for the card, and was
 * there before it, has the port meanwhile, and any one if those made for it were looked for when
 * the device was here before. Of those that come later none has: ports that are auto get their
 * interfaces, and these their names, in order; but for that nobody waits long. Asks accels, and so
 * not under RTNL.
 */
static void ipoib_registry_look(struct ipoib_port *port, bool again)
{
	int priority;

	port->ready = !strcmp(port->choice, IPOIB_CHOICE_AUTO) &&
		      ipoib_registry_best(port, NULL, &priority) &&
		      (priority >= IPOIB_ACCEL_PRIO_NATIVE || again);
	port->ready_at = jiffies;
	if (ipoib_registry_has_to_wait(port))
		port->ready_at += IPOIB_BIND_IN_TURN;
}

/* Does what the port's choice says; it is bound by a work, for who has RTNL cannot. */
static void ipoib_registry_start(struct ipoib_port *port)
{
	if (!strcmp(port->choice, IPOIB_CHOICE_NONE)) {
		port->loading = IPOIB_LOADING_NOTHING;
		dev_info(&port->hca->dev, "ipoib_core: port %u left alone (accel=none)\n",
			 port->num);
		ipoib_registry_tell(port);
		return;
	}
	/* A named accel that is there needs no loading. */
	if (!strcmp(port->choice, IPOIB_CHOICE_AUTO))
		port->loading = IPOIB_LOADING_NATIVE;
	else
		port->loading = ipoib_registry_find(port->choice) ? IPOIB_LOADING_NOTHING :
								    IPOIB_LOADING_LAST;
	port->bind_backoff = 0;
	if (port->loading)
		ipoib_autoload();
	ipoib_registry_bind_in(port, 0);
}

void ipoib_registry_add_port(struct ipoib_port *port)
{
	mutex_lock(&ipoib_registry_lock);
	list_add_tail(&port->node, &ipoib_ports);
	ipoib_registry_changes++;
	ipoib_registry_look(port, ipoib_autoload_has_asked(port->hca));
	ipoib_registry_start(port);
	/* Where its accel is there already, who brings the device finds the interface. */
	ipoib_registry_bind(port);
	mutex_unlock(&ipoib_registry_lock);
}

/* Takes the port's interfaces down; on return nobody calls its accel for them. Under both locks. */
static void ipoib_registry_unbind(struct ipoib_port *port)
{
	LIST_HEAD(kill);

	if (port->accel)
		trace_ipoib_accel_unbound(port, port->accel);
	ipoib_intf_unregister(port, &kill);
	unregister_netdevice_many(&kill);
	port->accel = NULL;
}

/* Is what the port has what its choice would give it? */
static bool ipoib_registry_keeps(struct ipoib_port *port)
{
	int priority;

	if (!port->accel)
		return false;
	if (strcmp(port->choice, IPOIB_CHOICE_AUTO))
		return !strcmp(port->accel->name, port->choice);
	/* In the place of one that was not made for the card another may be loaded. */
	return port->priority >= IPOIB_ACCEL_PRIO_NATIVE &&
	       port->accel == ipoib_registry_best(port, NULL, &priority);
}

void ipoib_registry_choose(struct ipoib_port *port, const char *choice)
{
	mutex_lock(&ipoib_registry_lock);
	if (list_empty(&port->node) || !strcmp(port->choice, choice)) {
		mutex_unlock(&ipoib_registry_lock);
		return;
	}
	dev_info(&port->hca->dev, "ipoib_core: port %u: accel=%s now, not %s\n", port->num, choice,
		 port->choice);
	port->choice = choice;
	if (ipoib_registry_keeps(port)) {
		/* No better one was asked for. */
		port->refused[0] = '\0';
		ipoib_registry_tell(port);
		mutex_unlock(&ipoib_registry_lock);
		return;
	}
	ipoib_registry_look(port, false);
	rtnl_lock();
	ipoib_registry_unbind(port);
	/* What follows is others', while this waits for references. */
	ipoib_registry_start(port);
	mutex_unlock(&ipoib_registry_lock);
	rtnl_unlock();
}

void ipoib_registry_bind_port(struct ipoib_port *port)
{
	mutex_lock(&ipoib_registry_lock);
	if (!list_empty(&port->node))
		ipoib_registry_bind_in(port, 0);
	mutex_unlock(&ipoib_registry_lock);
}

void ipoib_registry_remove_port(struct ipoib_port *port)
{
	mutex_lock(&ipoib_registry_lock);
	list_del_init(&port->node);
	ipoib_registry_changes++;
	rtnl_lock();
	ipoib_registry_unbind(port);
	mutex_unlock(&ipoib_registry_lock);
	rtnl_unlock();
}

static const char *ipoib_missing_op(const struct ipoib_ops *ops)
{
	const struct {
		const char *name;
		bool there;
	} needed[] = {
		{ "get_mq_param", ops && ops->get_mq_param },
		{ "update_netdev_settings", ops && ops->update_netdev_settings },
		{ "ib_dev_init", ops && ops->ib_dev_init },
		{ "ib_dev_open", ops && ops->ib_dev_open },
		{ "ib_dev_stop", ops && ops->ib_dev_stop },
		{ "set_qkey", ops && ops->set_qkey },
		{ "attach_mcast", ops && ops->attach_mcast },
		{ "detach_mcast", ops && ops->detach_mcast },
		{ "send", ops && ops->send },
		{ "ib_dev_cleanup", ops && ops->ib_dev_cleanup },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!needed[i].there)
			return needed[i].name;
	}
	if (!ops->tx_posted != !ops->tx_completed)
		return "tx_posted or tx_completed (both or none)";
	return NULL;
}

static int ipoib_registry_check(const struct ipoib_accel *accel)
{
	const char *missing;

	/* First: nothing else of the structure can be trusted when the version differs. */
	if (accel->abi_version != IPOIB_ACCEL_ABI) {
		pr_err("accel %s refused: built for interface version %u, this ipoib_core has %u; rebuild it against the installed ipoib_accel.h\n",
		       accel->name ? accel->name : "?", accel->abi_version, IPOIB_ACCEL_ABI);
		return -EPROTO;
	}
	if (!accel->name || !ipoib_accel_name_ok(accel->name) ||
	    !strcmp(accel->name, IPOIB_CHOICE_AUTO) || !strcmp(accel->name, IPOIB_CHOICE_NONE)) {
		pr_err("accel refused: \"%s\" cannot be its name; [a-z0-9_], at most %d characters, not auto or none\n",
		       accel->name ? accel->name : "", IPOIB_ACCEL_NAME_MAX);
		return -EINVAL;
	}
	missing = accel->match ? ipoib_missing_op(accel->ops) : "match";
	if (missing) {
		pr_err("accel %s refused: it has no %s\n", accel->name, missing);
		return -EINVAL;
	}
	return 0;
}

int ipoib_register_accel(struct ipoib_accel *accel)
{
	struct ipoib_port *port;
	int ret;

	ret = ipoib_registry_check(accel);
	if (ret)
		goto refused;

	/*
	 * modprobe ib_ipoib loads this one last, and is to return with the interfaces there, as
	 * in-tree's does. What is waited for is not this module: that is asked for after those.
	 */
	if (!strcmp(accel->name, IPOIB_CHOICE_ANY))
		ipoib_autoload_settle();
	mutex_lock(&ipoib_registry_lock);
	if (ipoib_registry_find(accel->name)) {
		mutex_unlock(&ipoib_registry_lock);
		pr_err("accel %s refused: another one of that name is registered\n", accel->name);
		ret = -EEXIST;
		goto refused;
	}
	list_add_tail(&accel->node, &ipoib_accels);
	ipoib_registry_changes++;
	pr_info("accel %s registered\n", accel->name);
	trace_ipoib_accel_registered(accel, 0);
	list_for_each_entry(port, &ipoib_ports, node)
		ipoib_registry_offer(port, accel);
	mutex_unlock(&ipoib_registry_lock);
	return 0;

refused:
	trace_ipoib_accel_registered(accel, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ipoib_register_accel);

void ipoib_unregister_accel(struct ipoib_accel *accel)
{
	struct ipoib_port *port;
	LIST_HEAD(kill);

	mutex_lock(&ipoib_registry_lock);
	list_del(&accel->node);
	ipoib_autoload_forget();
	ipoib_registry_changes++;
	rtnl_lock();
	list_for_each_entry(port, &ipoib_ports, node) {
		if (port->accel != accel)
			continue;
		trace_ipoib_accel_unbound(port, accel);
		ipoib_intf_unregister(port, &kill);
		port->accel = NULL;
		/* By the work, while this waits for references. */
		if (!strcmp(port->choice, IPOIB_CHOICE_AUTO))
			ipoib_registry_bind_in(port, 0);
		else
			ipoib_registry_tell(port);
	}
	unregister_netdevice_many(&kill);
	mutex_unlock(&ipoib_registry_lock);
	rtnl_unlock();
	flush_delayed_work(&ipoib_registry_wk);
	pr_info("accel %s unregistered\n", accel->name);
}
EXPORT_SYMBOL_GPL(ipoib_unregister_accel);
