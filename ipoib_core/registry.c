// SPDX-License-Identifier: GPL-2.0
/*
 * Accels and ports, and which accel serves which port.
 *
 * ipoib_registry_lock is held while an interface is made or taken down, so that after
 * ipoib_unregister_accel() and ipoib_registry_remove_port() nothing calls the accel any more, and
 * no module reference is needed: an accel may be removed while its interfaces carry traffic.
 *
 * An interface that was taken down may still be referred to, for as long as somebody likes (who
 * forgets a reference: for ever). That is waited for by who removes the port or the accel, in
 * rtnl_unlock(), without the registry's lock: others are not to wait with it.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "registry.h"

#include <linux/workqueue.h>

#include "choice.h"
#include "intf.h"

/* Outermost lock: accels, ports, which accel a port has. */
DEFINE_MUTEX(ipoib_registry_lock);
LIST_HEAD(ipoib_ports);
static LIST_HEAD(ipoib_accels);

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

static bool ipoib_registry_try(struct ipoib_port *port, struct ipoib_accel *accel)
{
	int ret;

	port->accel = accel;
	ret = ipoib_intf_create(port);
	if (!ret)
		return true;
	port->accel = NULL;
	dev_err(&port->hca->dev, "ipoib_core: port %u: accel %s failed to start: error %d\n",
		port->num, accel->name, ret);
	return false;
}

static void ipoib_registry_bind_auto(struct ipoib_port *port)
{
	struct ipoib_accel *accel = NULL;
	bool failed = false;
	int priority;

	while ((accel = ipoib_registry_best(port, accel, &priority))) {
		if (ipoib_registry_try(port, accel)) {
			if (failed)
				dev_warn(&port->hca->dev,
					 "ipoib_core: port %u: fell back to accel %s\n",
					 port->num, accel->name);
			return;
		}
		failed = true;
	}
	if (failed)
		dev_err(&port->hca->dev,
			"ipoib_core: port %u has no interface: no accel that matches works\n",
			port->num);
	else
		dev_info(&port->hca->dev,
			 "ipoib_core: port %u waits for an accel; load one, e.g. accel_ref\n",
			 port->num);
}

static void ipoib_registry_bind_named(struct ipoib_port *port)
{
	struct ipoib_accel *accel = ipoib_registry_find(port->choice);

	if (!accel) {
		dev_warn(&port->hca->dev,
			 "ipoib_core: port %u has no interface: accel=%s, but module accel_%s is not loaded and was not found; install it, or use accel=auto\n",
			 port->num, port->choice, port->choice);
		return;
	}
	if (accel->match(port->hca, port->num) <= IPOIB_ACCEL_PRIO_NONE) {
		dev_err(&port->hca->dev,
			"ipoib_core: port %u has no interface: accel %s does not serve this device; use accel=auto or ref\n",
			port->num, accel->name);
		return;
	}
	if (!ipoib_registry_try(port, accel))
		dev_err(&port->hca->dev,
			"ipoib_core: port %u has no interface: accel=%s was asked for by name, so no other one is tried; see above, or use accel=auto\n",
			port->num, accel->name);
}

void ipoib_registry_bind(struct ipoib_port *port)
{
	lockdep_assert_held(&ipoib_registry_lock);
	if (port->accel || port->loading || !READ_ONCE(port->max_ib_mtu) ||
	    !strcmp(port->choice, IPOIB_CHOICE_NONE))
		return;
	if (!strcmp(port->choice, IPOIB_CHOICE_AUTO))
		ipoib_registry_bind_auto(port);
	else
		ipoib_registry_bind_named(port);
}

static bool ipoib_registry_wants(struct ipoib_port *port, struct ipoib_accel *accel)
{
	return !strcmp(port->choice, IPOIB_CHOICE_AUTO) || !strcmp(port->choice, accel->name);
}

/* Does what the port's choice says. */
static void ipoib_registry_start(struct ipoib_port *port)
{
	if (!strcmp(port->choice, IPOIB_CHOICE_NONE)) {
		port->loading = false;
		dev_info(&port->hca->dev, "ipoib_core: port %u left alone (accel=none)\n",
			 port->num);
		return;
	}
	/* A named accel that is there needs no loading; auto wants to see all there could be. */
	port->loading = !ipoib_registry_find(port->choice);
	if (port->loading)
		ipoib_autoload();
	else
		ipoib_registry_bind(port);
}

void ipoib_registry_add_port(struct ipoib_port *port)
{
	mutex_lock(&ipoib_registry_lock);
	list_add_tail(&port->node, &ipoib_ports);
	ipoib_registry_start(port);
	mutex_unlock(&ipoib_registry_lock);
}

/* Takes the port's interfaces down; on return nobody calls its accel for them. Under both locks. */
static void ipoib_registry_unbind(struct ipoib_port *port)
{
	LIST_HEAD(kill);

	ipoib_intf_unregister(port, &kill);
	unregister_netdevice_many(&kill);
	port->accel = NULL;
}

void ipoib_registry_choose(struct ipoib_port *port, const char *choice)
{
	mutex_lock(&ipoib_registry_lock);
	if (!strcmp(port->choice, choice))
		goto unlock;
	dev_info(&port->hca->dev, "ipoib_core: port %u: accel=%s by the device's new name, not %s\n",
		 port->num, choice, port->choice);
	port->choice = choice;
	if (port->accel && strcmp(port->accel->name, choice)) {
		rtnl_lock();
		ipoib_registry_unbind(port);
		mutex_unlock(&ipoib_registry_lock);
		rtnl_unlock();
		mutex_lock(&ipoib_registry_lock);
	}
	/* Meanwhile the port may have gone, or an accel that came has taken it. */
	if (!port->accel && !list_empty(&port->node))
		ipoib_registry_start(port);
unlock:
	mutex_unlock(&ipoib_registry_lock);
}

void ipoib_registry_bind_port(struct ipoib_port *port)
{
	mutex_lock(&ipoib_registry_lock);
	if (!list_empty(&port->node))
		ipoib_registry_bind(port);
	mutex_unlock(&ipoib_registry_lock);
}

void ipoib_registry_remove_port(struct ipoib_port *port)
{
	mutex_lock(&ipoib_registry_lock);
	list_del_init(&port->node);
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
		return ret;

	mutex_lock(&ipoib_registry_lock);
	if (ipoib_registry_find(accel->name)) {
		mutex_unlock(&ipoib_registry_lock);
		pr_err("accel %s refused: another one of that name is registered\n", accel->name);
		return -EEXIST;
	}
	list_add_tail(&accel->node, &ipoib_accels);
	pr_info("accel %s registered\n", accel->name);
	list_for_each_entry(port, &ipoib_ports, node) {
		if (ipoib_registry_wants(port, accel))
			ipoib_registry_bind(port);
	}
	mutex_unlock(&ipoib_registry_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(ipoib_register_accel);

/* Gives ports whose accel went another one, while who removes that waits for references. */
static void ipoib_registry_rebind_work(struct work_struct *work)
{
	struct ipoib_port *port;

	mutex_lock(&ipoib_registry_lock);
	list_for_each_entry(port, &ipoib_ports, node) {
		if (!port->orphan)
			continue;
		port->orphan = false;
		ipoib_registry_bind(port);
	}
	mutex_unlock(&ipoib_registry_lock);
}

static DECLARE_WORK(ipoib_registry_rebind_wk, ipoib_registry_rebind_work);

void ipoib_unregister_accel(struct ipoib_accel *accel)
{
	struct ipoib_port *port;
	LIST_HEAD(kill);

	mutex_lock(&ipoib_registry_lock);
	list_del(&accel->node);
	rtnl_lock();
	list_for_each_entry(port, &ipoib_ports, node) {
		if (port->accel != accel)
			continue;
		ipoib_intf_unregister(port, &kill);
		port->orphan = !strcmp(port->choice, IPOIB_CHOICE_AUTO);
		port->accel = NULL;
	}
	unregister_netdevice_many(&kill);
	queue_work(system_long_wq, &ipoib_registry_rebind_wk);
	mutex_unlock(&ipoib_registry_lock);
	rtnl_unlock();
	flush_work(&ipoib_registry_rebind_wk);
	pr_info("accel %s unregistered\n", accel->name);
}
EXPORT_SYMBOL_GPL(ipoib_unregister_accel);
