// SPDX-License-Identifier: GPL-2.0
/*
 * Events of a port, and what they make its interfaces do.
 *
 *	ib_event                         flush    what
 *	CLIENT_REREGISTER, SM_CHANGE,    light    ask for paths again when used, join again;
 *	GID_CHANGE                                look at the GID in the address
 *	PORT_ERR, PORT_ACTIVE,           normal   light; carrier follows the port;
 *	LID_CHANGE                                tell the peers once joined
 *	PKEY_CHANGE                      heavy    light; data path follows the P_Key table
 *
 * Nothing that still works is taken down: paths and groups stay in use until the SA has answered.
 * (The SA client of the RDMA core tells us with -ENETRESET which memberships ended.) Events only
 * set bits; the port's work handles what has gathered, under RTNL. It also does what interfaces
 * could not do themselves for want of RTNL (IPOIB_TODO_*).
 */
#include "event.h"

#include "address.h"
#include "link.h"
#include "mcast.h"
#include "params.h"
#include "path.h"
#include "pkey.h"

void ipoib_event(struct ipoib_port *port, enum ib_event_type type)
{
	switch (type) {
	case IB_EVENT_CLIENT_REREGISTER:
	case IB_EVENT_SM_CHANGE:
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
	default:
		return;
	}
	ipoib_port_kick(port);
}

static void ipoib_event_handle(struct ipoib_dev *priv, unsigned long events)
{
	if (!events)
		return;
	ipoib_dbg(priv, "events:%s%s%s\n",
		  events & BIT(IPOIB_EVENT_LIGHT) ? " light" : "",
		  events & BIT(IPOIB_EVENT_NORMAL) ? " normal" : "",
		  events & BIT(IPOIB_EVENT_HEAVY) ? " heavy" : "");
	if (events & BIT(IPOIB_EVENT_HEAVY))
		ipoib_pkey_update(priv);
	/* With every event: the RDMA core may keep GID_CHANGE for itself. */
	ipoib_address_follow(priv);
	if (events & BIT(IPOIB_EVENT_NORMAL))
		set_bit(IPOIB_F_NOTIFY, &priv->flags);
	ipoib_path_invalidate(priv);
	ipoib_mcast_retry(priv);
}

void ipoib_port_work(struct work_struct *work)
{
	struct ipoib_port *port = container_of(to_delayed_work(work), struct ipoib_port, work);
	unsigned long events, again, delay = 0;
	struct ipoib_dev *priv;

	/* Without RTNL: a port whose firmware takes its time holds up itself alone. */
	events = xchg(&port->events, 0);
	if (events)
		ipoib_port_query(port);

	rtnl_lock();
	list_for_each_entry(priv, &port->devs, node) {
		ipoib_event_handle(priv, events);
		if (test_and_clear_bit(IPOIB_TODO_RESTART, &priv->todo))
			ipoib_link_restart(priv);
		/* After what may have failed just now. */
		again = ipoib_link_retry(priv);
		if (again && (!delay || again < delay))
			delay = again;
		if (events || priv->todo) {
			clear_bit(IPOIB_TODO_CARRIER, &priv->todo);
			ipoib_link_update(priv);
		}
	}
	rtnl_unlock();
	/* queue_, not mod_: a kick that came meanwhile is due sooner. */
	if (delay)
		queue_delayed_work(port->wq, &port->work, delay);
}

void ipoib_accel_restart(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	if (!test_and_set_bit(IPOIB_TODO_RESTART, &priv->todo))
		ipoib_port_kick(priv->port);
}
EXPORT_SYMBOL_GPL(ipoib_accel_restart);
