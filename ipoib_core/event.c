// SPDX-License-Identifier: GPL-2.0
/*
 * Events of a port, and what they make its interfaces do.
 *
 *	ib_event                         flush    what
 *	CLIENT_REREGISTER, GID_CHANGE    light    ask for paths again when used, join again;
 *	                                          look at the GID in the address
 *	SM_CHANGE                                 light; join again what was joined before
 *	PORT_ERR, PORT_ACTIVE,           normal   light; carrier follows the port;
 *	LID_CHANGE                                tell the peers once joined
 *	PKEY_CHANGE                      heavy    light; data path follows the P_Key table
 *	DEVICE_FATAL                     fatal    light; no carrier until a look succeeds
 *
 * Nothing that still works is taken down: paths and groups stay in use until the SA has answered.
 * (The SA client of the RDMA core tells us with -ENETRESET which memberships ended. Of another SM
 * it says nothing: that asks for registration again, or has what the old one knew, or neither.)
 * Events only set bits; the port's work handles what has gathered, under RTNL. It also does what
 * interfaces could not do themselves for want of RTNL (IPOIB_TODO_*).
 *
 * An event that comes while an interface is being made finds it not on the port's list yet. So an
 * interface is looked at, as if by a heavy flush, once it is there (IPOIB_TODO_LOOK): what was read
 * for it before is read again. A port that does not tell its state is asked again until it does.
 * And each that has an interface that is up is looked at now and then: the RDMA core drops an event
 * that it has no memory for, or for which it cannot read the port itself, be it that of a link that
 * went down; a driver drops those that come before it is registered (mlx5_ib); and GID_CHANGE the
 * core has for itself, on InfiniBand. P_Keys are read from its table, which such an event leaves
 * old too: whether it is, the port is asked less often, for each of them may be a command.
 */
#include "event.h"

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/sched/mm.h>
#include <net/sch_generic.h>

#include "compat.h"
#include "contract.h"
#include "link.h"
#include "mcast.h"
#include "netdev.h"
#include "netlink.h"
#include "params.h"
#include "path.h"
#include "pkey.h"
#include "registry.h"
#include "trace.h"
#include "xmit.h"

#define IPOIB_LOOK_BACKOFF_MAX	16U	/* seconds between looks that failed: 1, 2, 4, 8, 16... */
#define IPOIB_LOOK_POLL		8	/* seconds between looks that no event asks for */
#define IPOIB_LOOK_PKEYS	8U	/* of these, one that compares P_Keys, in the long run */

void ipoib_event(struct ipoib_port *port, enum ib_event_type type)
{
	switch (type) {
	case IB_EVENT_SM_CHANGE:
		WRITE_ONCE(port->sm_changed_at, jiffies);
		/* Who sees the bits, by xchg() in ipoib_port_work(), sees that too. */
		smp_mb__before_atomic();
		set_bit(IPOIB_EVENT_SM, &port->events);
		break;
	case IB_EVENT_CLIENT_REREGISTER:
	case IB_EVENT_GID_CHANGE:
		set_bit(IPOIB_EVENT_LIGHT, &port->events);
		break;
	case IB_EVENT_PORT_ERR:
	case IB_EVENT_PORT_ACTIVE:
	case IB_EVENT_LID_CHANGE:
		set_bit(IPOIB_EVENT_NORMAL, &port->events);
		break;
	case IB_EVENT_PKEY_CHANGE:
		set_bit(IPOIB_EVENT_HEAVY, &port->events);
		break;
	case IB_EVENT_DEVICE_FATAL:
		/* mlx5_core says so when the machine goes down. */
		if (system_state > SYSTEM_RUNNING)
			return;
		set_bit(IPOIB_EVENT_FATAL, &port->events);
		break;
	default:
		return;
	}
	trace_ipoib_port_event(port, type);
	ipoib_port_kick(port);
}

int ipoib_event_look(struct ipoib_port *port)
{
	struct ib_port_attr attr;
	unsigned int backoff;
	int mtu = 0;
	int ret;

	ret = ib_query_port(port->hca, port->num, &attr);
	if (!ret) {
		mtu = ib_mtu_enum_to_int(attr.max_mtu);
		if (mtu < 0)
			ret = -EINVAL;
	}
	if (ret) {
		/* Once, however often it is tried. */
		if (!port->look_backoff)
			dev_warn(&port->hca->dev,
				 "ipoib_core: port %u does not tell its state: error %d; trying on\n",
				 port->num, ret);
		backoff = port->look_backoff ? port->look_backoff * 2 : 1;
		WRITE_ONCE(port->look_backoff, min(backoff, IPOIB_LOOK_BACKOFF_MAX));
		port->look_at = jiffies + port->look_backoff * HZ;
		return ret;
	}
	if (port->look_backoff)
		dev_info(&port->hca->dev, "ipoib_core: port %u tells its state again\n",
			 port->num);
	WRITE_ONCE(port->look_backoff, 0);
	port->look_at = jiffies + IPOIB_LOOK_POLL * HZ;
	trace_ipoib_port_state(port, &attr);
	WRITE_ONCE(port->state, attr.state);
	WRITE_ONCE(port->active_speed, attr.active_speed);
	WRITE_ONCE(port->active_width, attr.active_width);
	WRITE_ONCE(port->lid, attr.lid);
	WRITE_ONCE(port->lmc, attr.lmc);
	WRITE_ONCE(port->sm_lid, attr.sm_lid);
	WRITE_ONCE(port->max_ib_mtu, mtu);
	return 0;
}

/* Returns what makes interfaces join again what was joined until now. */
static unsigned long ipoib_event_other_sm(struct ipoib_port *port)
{
	WRITE_ONCE(port->sm_changed_at, jiffies);
	return BIT(IPOIB_EVENT_SM);
}

/* What the RDMA core would have told of that a look has found. */
static unsigned long ipoib_event_missed(struct ipoib_port *port, u32 lid, u32 sm_lid)
{
	unsigned long events = 0;

	if (port->lid != lid)
		events |= BIT(IPOIB_EVENT_NORMAL);
	/* Before there was one nothing can have been joined. */
	if (port->sm_lid != sm_lid && sm_lid)
		events |= ipoib_event_other_sm(port);
	return events;
}

/*
 * Adds what is @missed, as a look has found, to the @events for which it was. Where one has come
 * others may be on their way: so that nothing is done twice they have a second until the next look.
 */
static unsigned long ipoib_event_make_up(struct ipoib_port *port, unsigned long events,
					 unsigned long missed)
{
	unsigned long late = port->missed & ~events;

	port->missed = events ? missed & ~events : 0;
	if (port->missed)
		port->look_at = jiffies + HZ;
	return events ? events | late : late | missed;
}

/* In how many jiffies is the next look due? In a long while these come round. */
static unsigned long ipoib_event_look_in(const struct ipoib_port *port)
{
	unsigned long at = port->look_at, now = jiffies;

	return time_in_range(now, at - IPOIB_LOOK_BACKOFF_MAX * HZ, at - 1) ? at - now : 0;
}

/* Soon where a device has just come, or an interface has begun to wait; then less often. */
static void ipoib_event_poll_pkeys(struct ipoib_port *port)
{
	unsigned int polls = port->polls++;

	if (is_power_of_2(polls) || !(polls % IPOIB_LOOK_PKEYS))
		ipoib_pkey_refresh(port);
}

/*
 * Looks at the port for @events, or because it is time to, and says in @looked whether it did.
 * Returns what there is to do.
 */
static unsigned long ipoib_event_look_if_due(struct ipoib_port *port, unsigned long events,
					     bool *looked)
{
	bool failed = port->look_backoff, first = !port->max_ib_mtu, told;
	enum ib_port_state state = port->state;
	u32 lid = port->lid, sm_lid = port->sm_lid;

	*looked = events || !ipoib_event_look_in(port);
	if (!*looked)
		return 0;
	if (ipoib_event_look(port)) {
		/* What it said before is over. */
		if (events & BIT(IPOIB_EVENT_FATAL) && state != IB_PORT_DOWN) {
			WRITE_ONCE(port->state, IB_PORT_DOWN);
			dev_warn(&port->hca->dev,
				 "ipoib_core: port %u: no carrier: the device has failed\n",
				 port->num);
		}
		return events;
	}
	if (!events)
		ipoib_event_poll_pkeys(port);
	told = events & BIT(IPOIB_EVENT_NORMAL);
	events = ipoib_event_make_up(port, events, ipoib_event_missed(port, lid, sm_lid));
	/* What failed looks, or the RDMA core, kept from us. */
	if (failed || port->state != state)
		events |= BIT(IPOIB_EVENT_NORMAL);
	/* Who did not tell us has not told the SA client either, which would end memberships. */
	if (port->state != state && !told)
		events |= ipoib_event_other_sm(port);
	if (first)
		ipoib_registry_bind_port(port);
	return events;
}

static void ipoib_event_handle(struct ipoib_dev *priv, unsigned long events)
{
	if (!events)
		return;
	ipoib_dbg(priv, "events:%s%s%s%s\n",
		  events & (BIT(IPOIB_EVENT_LIGHT) | BIT(IPOIB_EVENT_SM)) ? " light" : "",
		  events & BIT(IPOIB_EVENT_NORMAL) ? " normal" : "",
		  events & BIT(IPOIB_EVENT_HEAVY) ? " heavy" : "",
		  events & BIT(IPOIB_EVENT_FATAL) ? " fatal" : "");
	trace_ipoib_flush(priv, events);
	/* GIDs with every event: their own we are not told of. */
	ipoib_link_follow(priv, events & BIT(IPOIB_EVENT_HEAVY));
	if (events & BIT(IPOIB_EVENT_NORMAL))
		set_bit(IPOIB_F_NOTIFY, &priv->flags);
	ipoib_path_invalidate(priv);
	if (events & BIT(IPOIB_EVENT_SM))
		ipoib_mcast_doubt(priv, READ_ONCE(priv->port->sm_changed_at));
	ipoib_mcast_retry(priv);
}

/*
 * Says why interfaces that are up have no carrier when it is for the port: nothing is joined then,
 * and so no join fails that would be told of.
 */
static void ipoib_event_tell(struct ipoib_port *port, bool up)
{
	enum ib_port_state why = port->state;

	if (why == IB_PORT_ACTIVE)
		why = IB_PORT_NOP;
	else if (why != IB_PORT_DOWN)
		why = IB_PORT_INIT;
	/* What it said last may be over, and that it is silent was told. */
	if (port->look_backoff || why == port->told || (why != IB_PORT_NOP && !up))
		return;
	port->told = why;
	if (why == IB_PORT_NOP)
		dev_info(&port->hca->dev, "ipoib_core: port %u is active\n", port->num);
	else if (why == IB_PORT_DOWN)
		dev_info(&port->hca->dev,
			 "ipoib_core: port %u is down: no carrier; is there a cable, and a switch?\n",
			 port->num);
	else
		dev_info(&port->hca->dev,
			 "ipoib_core: port %u is not active: no carrier; does a subnet manager run?\n",
			 port->num);
}

void ipoib_port_work(struct work_struct *work)
{
	struct ipoib_port *port = container_of(to_delayed_work(work), struct ipoib_port, work);
	unsigned long port_events, events, again, delay = 0;
	unsigned int noio;
	struct ipoib_dev *priv;
	bool looked, up = false, pkey_awaited = false;

	/*
	 * Who gives memory may wait for a server that is reached by an interface which this stops,
	 * to open it again; and everybody would wait for RTNL.
	 */
	noio = memalloc_noio_save();
	/* Without RTNL: a port whose firmware takes its time holds up itself alone. */
	port_events = ipoib_event_look_if_due(port, xchg(&port->events, 0), &looked);

	rtnl_lock();
	list_for_each_entry(priv, &port->devs, node) {
		up |= test_bit(IPOIB_F_UP, &priv->flags);
		events = port_events;
		if (test_and_clear_bit(IPOIB_TODO_LOOK, &priv->todo))
			events |= BIT(IPOIB_EVENT_HEAVY);
		/* Of GIDs nobody tells: they are looked at as often as the port. */
		if (!events && looked && ipoib_link_gid_moved(priv))
			events |= BIT(IPOIB_EVENT_LIGHT);
		ipoib_event_handle(priv, events);
		if (test_and_clear_bit(IPOIB_TODO_RESTART, &priv->todo))
			ipoib_link_restart(priv);
		if (events || priv->todo) {
			clear_bit(IPOIB_TODO_CARRIER, &priv->todo);
			ipoib_link_update(priv);
		}
		/* After what may have failed just now. */
		again = ipoib_link_retry(priv);
		delay = min_not_zero(delay, again);
		pkey_awaited |= ipoib_link_awaits_pkey(priv);
		again = ipoib_netlink_tell(priv);
		delay = min_not_zero(delay, again);
	}
	rtnl_unlock();
	memalloc_noio_restore(noio);
	if (pkey_awaited && !port->pkey_awaited)
		port->polls = 0;
	port->pkey_awaited = pkey_awaited;
	ipoib_event_tell(port, up);
	if (port->look_backoff || port->missed || up) {
		again = max(ipoib_event_look_in(port), 1UL);
		delay = delay ? min(delay, again) : again;
	}
	/* queue_, not mod_: a kick that came meanwhile is due sooner. */
	if (delay)
		queue_delayed_work(ipoib_port_wq, &port->work, delay);
}

/* The stack has attached the qdisc: what waits for it (ipoib_link_update()) can go on. */
static void ipoib_event_changed(struct ipoib_dev *priv)
{
	if (!test_bit(IPOIB_F_NOTIFY, &priv->flags) || !netif_carrier_ok(priv->dev) ||
	    qdisc_tx_is_noop(priv->dev))
		return;
	set_bit(IPOIB_TODO_CARRIER, &priv->todo);
	ipoib_port_kick(priv->port);
}

/*
 * A user may have set another broadcast address, of another scope say; its P_Key is not for him
 * to choose. The stack's groups would have to follow too, which they do when it comes up.
 */
static void ipoib_event_address(struct ipoib_dev *priv)
{
	ipoib_pkey_set(priv, priv->intf.pkey);
	/* Also the root of a container may do that, as often as he likes. */
	if (ipoib_mcast_is_other(priv) && ipoib_port_may_log(priv))
		netdev_warn(priv->dev,
			    "the broadcast address was changed: set the interface down and up, until then nothing comes by it\n");
}

/* What a bond or a team can go on with without ours: those of a port of in-tree's, or none. */
static const struct header_ops *ipoib_event_other_ops(struct net_device *dev)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(dev, lower, iter) {
		if (lower->type == dev->type && lower->header_ops != &ipoib_header_ops)
			return lower->header_ops;
	}
	return compat_bare_header_ops();
}

/*
 * Before 2026 (425000dbf173, 950803f72547) a bond or a team has the header_ops of its first port,
 * without a reference to the port's module, and keeps them when the port has gone. A netdev
 * unregisters for this notifier when it does, or when the notifier itself goes: there is no
 * interface of ours then from which one could take them anew.
 */
static void ipoib_event_take_back(struct net_device *dev)
{
	const struct header_ops *other;

	if (dev->header_ops != &ipoib_header_ops)
		return;
	/* Not NULL: neighbours of it that there are look into them. */
	other = ipoib_event_other_ops(dev);
	if (other)
		WRITE_ONCE(dev->header_ops, other);
}

/* One that had a port of ours before this module came, and is of the type, does not take them. */
static void ipoib_event_upper(const struct netdev_notifier_changeupper_info *info)
{
	const struct header_ops *bare = compat_bare_header_ops();
	struct net_device *upper = info->upper_dev;

	if (info->linking && bare && upper->type == ARPHRD_INFINIBAND && upper->header_ops == bare)
		WRITE_ONCE(upper->header_ops, &ipoib_header_ops);
}

static int ipoib_event_netdev(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (!ipoib_netdev_is_ours(dev)) {
		if (event == NETDEV_UNREGISTER)
			ipoib_event_take_back(dev);
		return NOTIFY_DONE;
	}
	if (event == NETDEV_CHANGE)
		ipoib_event_changed(ipoib_priv(dev));
	else if (event == NETDEV_CHANGEUPPER)
		ipoib_event_upper(info);
	else if (event == NETDEV_CHANGEADDR)
		ipoib_event_address(ipoib_priv(dev));
	else if (event == NETDEV_UP || event == NETDEV_DOWN)
		/* It may be told of. */
		ipoib_port_kick(ipoib_priv(dev)->port);
	return NOTIFY_DONE;
}

static struct notifier_block ipoib_event_notifier = {
	.notifier_call = ipoib_event_netdev,
};

int ipoib_event_init(void)
{
	return register_netdevice_notifier(&ipoib_event_notifier);
}

void ipoib_event_exit(void)
{
	unregister_netdevice_notifier(&ipoib_event_notifier);
	/* Who has found our header_ops, ipoib_event_take_back(), is done with them. */
	synchronize_net();
}

void ipoib_accel_restart(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	ipoib_contract_restart(priv);
	trace_ipoib_restart_asked(priv, _RET_IP_);
	if (!test_and_set_bit(IPOIB_TODO_RESTART, &priv->todo))
		ipoib_port_kick(priv->port);
}
EXPORT_SYMBOL_GPL(ipoib_accel_restart);
