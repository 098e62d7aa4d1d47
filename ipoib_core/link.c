// SPDX-License-Identifier: GPL-2.0
/*
 * The logical link of an interface.
 *
 *	up    the user says so                            IPOIB_F_UP
 *	open  up, P_Key and GID are in the port's tables  IPOIB_F_OPEN: the accel is open
 *	carrier  open, port ACTIVE, broadcast group joined: asked for, and decided here alone
 *
 * All of it is done under RTNL; open and close also under the netdev's own lock, where it has one:
 * the stack holds it around ndo_open and ndo_stop, and here it is taken for what events do.
 * IPOIB_F_OPEN lets send() be called: it is cleared, and a grace period waited for, before the
 * accel is stopped, because ndo_start_xmit looks at it under RCU.
 */
#include "link.h"

#include "compat.h"
#include "address.h"
#include "announce.h"
#include "contract.h"
#include "mcast.h"
#include "notice.h"
#include "params.h"
#include "path.h"
#include "pkey.h"
#include "port.h"
#include "trace.h"

#define IPOIB_OPEN_BACKOFF_MAX	16U	/* seconds between tries to open: 1, 2, 4, 8, 16, 16... */

/* How often to look for a GID that is not in the port's table. */
#define IPOIB_GID_POLL		HZ

/*
 * One that was there is gone if it is not back by then, and how often to look meanwhile: the RDMA
 * core takes GIDs out of its table and puts them back, see address.c. Nobody sleeps for that: each
 * interface of the port would, one after the other, with RTNL held.
 */
#define IPOIB_GID_GONE		(HZ / 8)
#define IPOIB_GID_AGAIN		(HZ / 50)
/* And so often it was missed: looks may be late, and one meet another such pause. */
#define IPOIB_GID_MISSES	4

/* When to set an MTU again for which there was no memory. */
#define IPOIB_MTU_AGAIN		(4 * HZ)

static void ipoib_link_set_carrier(struct ipoib_dev *priv, bool on)
{
	ipoib_contract_carrier(priv, on);
	if (on != netif_carrier_ok(priv->dev)) {
		trace_ipoib_link_carrier(priv, on);
		priv->carrier_at = get_jiffies_64();
	}
	if (on)
		netif_carrier_on(priv->dev);
	else
		netif_carrier_off(priv->dev);
}

static int ipoib_link_open_accel(struct ipoib_dev *priv)
{
	struct net_device *dev = priv->dev;
	int ret = 0;

	mutex_lock(&priv->op_lock);
	if (priv->ops->set_pkey_index)
		ret = priv->ops->set_pkey_index(dev, priv->intf.pkey_index);
	if (!ret)
		ret = priv->ops->ib_dev_open(dev);
	mutex_unlock(&priv->op_lock);
	return ret;
}

static void ipoib_link_stop_accel(struct ipoib_dev *priv)
{
	mutex_lock(&priv->op_lock);
	priv->ops->ib_dev_stop(priv->dev);
	mutex_unlock(&priv->op_lock);
	/*
	 * Who asked for a restart until now has it. Two watches may see a stuck queue at the same
	 * second; the other one's restart, soon after, would drop what the first let go on.
	 */
	clear_bit(IPOIB_TODO_RESTART, &priv->todo);
}

/* Each reason for no carrier is logged once, until it is another one. */
static void ipoib_link_log_again(struct ipoib_dev *priv)
{
	clear_bit(IPOIB_F_PKEY_LOGGED, &priv->flags);
	clear_bit(IPOIB_F_GID_LOGGED, &priv->flags);
	clear_bit(IPOIB_F_CARRIER_LOGGED, &priv->flags);
}

/* Under the netdev's own lock. Returns 0, also when it has to wait for the P_Key, or an error. */
static int ipoib_link_open(struct ipoib_dev *priv)
{
	int ret;

	ASSERT_RTNL();
	if (!test_bit(IPOIB_F_UP, &priv->flags) || test_bit(IPOIB_F_OPEN, &priv->flags))
		return 0;
	if (!ipoib_pkey_find(priv)) {
		clear_bit(IPOIB_F_GID_LOGGED, &priv->flags);
		if (ipoib_port_log_once(priv, IPOIB_F_PKEY_LOGGED))
			netdev_info(priv->dev,
				    "no carrier: P_Key 0x%04x is not in the port's table; waiting for the subnet manager\n",
				    priv->intf.pkey);
		return 0;
	}
	clear_bit(IPOIB_F_PKEY_LOGGED, &priv->flags);
	if (!ipoib_address_find(priv)) {
		if (ipoib_port_log_once(priv, IPOIB_F_GID_LOGGED))
			netdev_info(priv->dev,
				    "no carrier: GID %pI6 of the address is not in the port's table; waiting for the subnet manager\n",
				    priv->intf.local_gid.raw);
		return 0;
	}
	/* These reasons are gone: the next one is worth a message again. */
	ipoib_link_log_again(priv);
	ret = ipoib_link_open_accel(priv);
	if (ret)
		goto failed;
	ret = ipoib_mcast_start(priv);
	if (ret) {
		ipoib_link_stop_accel(priv);
		goto failed;
	}
	ipoib_dbg(priv, "open, QP 0x%06x, P_Key 0x%04x at index %u\n",
		  ipoib_addr_qpn(priv->dev->dev_addr), priv->intf.pkey, priv->intf.pkey_index);
	trace_ipoib_link_opened(priv, 0);
	set_bit(IPOIB_F_NOTIFY, &priv->flags);
	set_bit(IPOIB_F_OPEN, &priv->flags);
	/* Not only started: after a close and an open packets may wait above the queues. */
	netif_tx_wake_all_queues(priv->dev);
	return 0;

failed:
	trace_ipoib_link_opened(priv, ret);
	/* Once, however often it is tried. */
	if (!priv->open_backoff && ipoib_port_may_log(priv))
		netdev_err(priv->dev, "accel %s cannot open: error %d\n", priv->intf.accel->name,
			   ret);
	return ret;
}

/* No user is there to see that the data path did not open: it is tried again by the port's work. */
static void ipoib_link_open_failed(struct ipoib_dev *priv, int error)
{
	priv->open_tries = priv->open_backoff ? priv->open_tries + 1 : 1;
	priv->open_backoff = priv->open_backoff ?
			     min(priv->open_backoff * 2, IPOIB_OPEN_BACKOFF_MAX) : 1;
	priv->open_at = jiffies + priv->open_backoff * HZ;
	priv->open_error = error;
}

void ipoib_link_reopen(struct ipoib_dev *priv)
{
	int ret;

	compat_ops_lock(priv->dev);
	ret = ipoib_link_open(priv);
	compat_ops_unlock(priv->dev);
	if (ret)
		ipoib_link_open_failed(priv, ret);
	else
		priv->open_backoff = 0;
}

/* Up, but not open. */
static bool ipoib_link_waits(const struct ipoib_dev *priv)
{
	return test_bit(IPOIB_F_UP, &priv->flags) && !test_bit(IPOIB_F_OPEN, &priv->flags);
}

bool ipoib_link_awaits_pkey(const struct ipoib_dev *priv)
{
	u16 index;

	return ipoib_link_waits(priv) && !ipoib_pkey_lookup(priv, &index);
}

/* The RDMA core tells no client when a GID comes into the port's table. */
static bool ipoib_link_awaits_gid(const struct ipoib_dev *priv)
{
	u16 index;

	return ipoib_link_waits(priv) && ipoib_pkey_lookup(priv, &index);
}

static bool ipoib_link_has_carrier(struct ipoib_dev *priv)
{
	return test_bit(IPOIB_F_OPEN, &priv->flags) && ipoib_port_active(priv->port) &&
	       ipoib_mcast_joined(priv);
}

/* Everything of closing but the accel. */
static void ipoib_link_quiesce(struct ipoib_dev *priv)
{
	clear_bit(IPOIB_F_OPEN, &priv->flags);
	priv->gid_missed = 0;
	ipoib_link_set_carrier(priv, false);
	netif_tx_disable(priv->dev);
	/* Senders that saw IPOIB_F_OPEN are through after this: no new paths and groups. */
	synchronize_net();
	ipoib_mcast_stop(priv);
	ipoib_path_purge(priv);
}

/* Under the netdev's own lock. */
static void ipoib_link_close_locked(struct ipoib_dev *priv)
{
	ASSERT_RTNL();
	priv->open_backoff = 0;
	if (!test_bit(IPOIB_F_OPEN, &priv->flags))
		return;
	ipoib_link_quiesce(priv);
	ipoib_link_stop_accel(priv);
	ipoib_dbg(priv, "closed\n");
	trace_ipoib_link_closed(priv);
}

void ipoib_link_close(struct ipoib_dev *priv)
{
	ASSERT_RTNL();
	/* So for ndo_set_mac_address, which the stack calls under the lock. */
	if (!test_bit(IPOIB_F_UP, &priv->flags))
		return;
	compat_ops_lock(priv->dev);
	ipoib_link_close_locked(priv);
	compat_ops_unlock(priv->dev);
}

/* The port's own interface: index 0 may hold another P_Key now, and so be another IPoIB link. */
static void ipoib_link_follow_pkey(struct ipoib_dev *priv)
{
	u16 pkey, index;
	bool found;

	if (ipoib_pkey_replaced(priv, &pkey)) {
		netdev_info(priv->dev, "the port's P_Key is 0x%04x now, was 0x%04x\n", pkey,
			    priv->intf.pkey);
		ipoib_link_close(priv);
		/*
		 * IP makes the link addresses of its groups of the broadcast address, when they are
		 * added and again when they are taken away: with another one in between they could
		 * never be left. So it takes all away and adds them anew. (An ipvlan above objects,
		 * and whom it keeps from hearing of it keeps what it has: such groups work, and
		 * last until the interface goes.)
		 */
		call_netdevice_notifiers(NETDEV_PRE_TYPE_CHANGE, priv->dev);
		ipoib_pkey_set(priv, pkey);
		call_netdevice_notifiers(NETDEV_POST_TYPE_CHANGE, priv->dev);
		/* The broadcast address is another one, which users are shown. */
		netdev_state_change(priv->dev);
	}
	if (!test_bit(IPOIB_F_OPEN, &priv->flags))
		return;
	found = ipoib_pkey_lookup(priv, &index);
	if (!found)
		netdev_info(priv->dev, "no carrier: P_Key 0x%04x was taken from the port\n",
			    priv->intf.pkey);
	if (!found || index != priv->intf.pkey_index)
		ipoib_link_close(priv);
}

bool ipoib_link_gid_moved(struct ipoib_dev *priv)
{
	union ib_gid gid;
	u16 index;

	ASSERT_RTNL();
	if (!test_bit(IPOIB_F_OPEN, &priv->flags) || priv->gid_missed)
		return false;
	return ipoib_address_replaced(priv, &gid) || !ipoib_address_lookup(priv, &index) ||
	       index != priv->gid_index;
}

/* It is not in the port's table: for so long that it will not come back by itself? */
static bool ipoib_link_gid_is_gone(struct ipoib_dev *priv)
{
	if (!priv->gid_missed)
		priv->gid_missed_at = jiffies;
	/* One pass may look twice. */
	if (time_after_eq(jiffies, priv->gid_missed_at + priv->gid_missed * IPOIB_GID_AGAIN))
		priv->gid_missed++;
	return priv->gid_missed >= IPOIB_GID_MISSES &&
	       time_after_eq(jiffies, priv->gid_missed_at + IPOIB_GID_GONE);
}

static void ipoib_link_follow_gid(struct ipoib_dev *priv)
{
	union ib_gid gid;
	u16 index;

	if (ipoib_address_replaced(priv, &gid)) {
		ipoib_link_close(priv);
		ipoib_address_move(priv, &gid, true);
	}
	if (!test_bit(IPOIB_F_OPEN, &priv->flags))
		return;
	if (ipoib_address_lookup(priv, &index)) {
		priv->gid_missed = 0;
		if (index != priv->gid_index)
			ipoib_link_close(priv);
	} else if (ipoib_link_gid_is_gone(priv)) {
		netdev_info(priv->dev, "no carrier: GID %pI6 was taken from the port\n",
			    priv->intf.local_gid.raw);
		ipoib_link_close(priv);
	}
}

void ipoib_link_follow(struct ipoib_dev *priv, bool pkeys)
{
	ASSERT_RTNL();
	if (pkeys)
		ipoib_link_follow_pkey(priv);
	ipoib_link_follow_gid(priv);
	ipoib_link_reopen(priv);
}

static unsigned long ipoib_link_retry_open(struct ipoib_dev *priv)
{
	bool due;

	due = priv->open_backoff ? time_after_eq(jiffies, priv->open_at) :
				   ipoib_link_awaits_gid(priv);
	/* The GID that is waited for may not be the one that is wanted any more. */
	if (due)
		ipoib_link_follow(priv, false);
	if (priv->open_backoff)
		return max_t(long, priv->open_at - jiffies, 1);
	return ipoib_link_awaits_gid(priv) ? IPOIB_GID_POLL : 0;
}

/* In how many jiffies to look again for a GID that an open interface misses; 0: it does not. */
static unsigned long ipoib_link_retry_gid(struct ipoib_dev *priv)
{
	if (priv->gid_missed)
		ipoib_link_follow(priv, false);
	return priv->gid_missed ? IPOIB_GID_AGAIN : 0;
}

/* What peers may send has changed, though not the MTU, for the user wants a smaller one. */
static int ipoib_link_keep_mtu(struct ipoib_dev *priv)
{
	int ret;

	if (!priv->ops->change_mtu)
		return 0;
	compat_ops_lock(priv->dev);
	ret = priv->ops->change_mtu(priv->dev, priv->dev->mtu);
	compat_ops_unlock(priv->dev);
	return ret;
}

/* Follows a change of the broadcast group's MTU without forgetting what the user asked for. */
static void ipoib_link_update_mtu(struct ipoib_dev *priv)
{
	unsigned int admin_mtu = priv->admin_mtu;
	unsigned int mtu = min(admin_mtu, ipoib_max_mtu(priv));
	int ret;

	if (mtu == priv->dev->mtu)
		ret = ipoib_link_keep_mtu(priv);
	else
		ret = dev_set_mtu(priv->dev, mtu);
	priv->admin_mtu = admin_mtu;
	/* Once, however often it is tried. */
	if (ret && !priv->mtu_failed)
		netdev_warn(priv->dev, "setting the broadcast group's MTU %u failed: %d\n",
			    ipoib_max_mtu(priv), ret);
	/* Memory comes back; who refuses for another reason goes on to do so. */
	priv->mtu_failed = ret == -ENOMEM;
	priv->mtu_at = jiffies + IPOIB_MTU_AGAIN;
}

static unsigned long ipoib_link_retry_mtu(struct ipoib_dev *priv)
{
	if (priv->mtu_failed && time_after_eq(jiffies, priv->mtu_at))
		ipoib_link_update_mtu(priv);
	return priv->mtu_failed ? max_t(long, priv->mtu_at - jiffies, 1) : 0;
}

unsigned long ipoib_link_retry(struct ipoib_dev *priv)
{
	unsigned long gid, open, mtu, notify;

	ASSERT_RTNL();
	gid = ipoib_link_retry_gid(priv);
	open = ipoib_link_retry_open(priv);
	mtu = ipoib_link_retry_mtu(priv);
	notify = ipoib_announce_again(priv);
	return min_not_zero(min_not_zero(gid, open), min_not_zero(mtu, notify));
}

void ipoib_link_set_gid(struct ipoib_dev *priv, const union ib_gid *gid, bool chosen, bool tell)
{
	ASSERT_RTNL();
	ipoib_link_close(priv);
	if (chosen)
		set_bit(IPOIB_F_ADDR_SET, &priv->flags);
	else
		clear_bit(IPOIB_F_ADDR_SET, &priv->flags);
	ipoib_address_move(priv, gid, tell);
}

static void ipoib_link_restart_locked(struct ipoib_dev *priv)
{
	int ret;

	/* Detached, the watchdog does not take the pause for a time-out. */
	netif_device_detach(priv->dev);
	clear_bit(IPOIB_F_OPEN, &priv->flags);
	synchronize_net();
	ipoib_link_stop_accel(priv);
	ret = ipoib_link_open_accel(priv);
	trace_ipoib_link_restarted(priv, ret);
	if (!ret) {
		set_bit(IPOIB_F_OPEN, &priv->flags);
		netif_device_attach(priv->dev);
		ipoib_notice(priv, IPOIB_NOTICE_RESTARTED);
		/* Of a detached device's new groups the stack does not tell: joins need no RTNL. */
		ipoib_mcast_relist(priv);
		return;
	}
	netif_device_attach(priv->dev);
	ipoib_link_quiesce(priv);
	netdev_err(priv->dev, "accel %s cannot open again: error %d; trying on\n",
		   priv->intf.accel->name, ret);
	ipoib_link_open_failed(priv, ret);
}

void ipoib_link_restart(struct ipoib_dev *priv)
{
	ASSERT_RTNL();
	if (!test_bit(IPOIB_F_OPEN, &priv->flags))
		return;
	compat_ops_lock(priv->dev);
	ipoib_link_restart_locked(priv);
	compat_ops_unlock(priv->dev);
}

void ipoib_link_update(struct ipoib_dev *priv)
{
	bool carrier;

	ASSERT_RTNL();
	if (test_and_clear_bit(IPOIB_TODO_MTU, &priv->todo))
		ipoib_link_update_mtu(priv);

	if (!ipoib_port_active(priv->port))
		ipoib_mcast_port_down(priv);
	/*
	 * mcast_work tells of a membership only when the carrier says otherwise, which it may look
	 * at between the two here. mcasts.lock orders it: of who takes it first, the membership or
	 * the carrier is seen by the other one, be it at the second look.
	 */
	do {
		carrier = ipoib_link_has_carrier(priv);
		ipoib_link_set_carrier(priv, carrier);
	} while (carrier != ipoib_link_has_carrier(priv));
	if (carrier)
		ipoib_announce(priv);
}

/* Why the port of an interface is not active. */
static enum ipoib_carrier_reason ipoib_link_port_reason(const struct ipoib_port *port)
{
	/* What it said last may be over: it is asked on. */
	if (READ_ONCE(port->look_backoff))
		return IPOIB_CARRIER_REASON_PORT_SILENT;
	switch (READ_ONCE(port->state)) {
	case IB_PORT_INIT:
	case IB_PORT_ARMED:
		return IPOIB_CARRIER_REASON_PORT_INIT;
	default:
		return IPOIB_CARRIER_REASON_PORT_DOWN;
	}
}

/* Why an interface of an active port, which is up, is not open. */
static enum ipoib_carrier_reason ipoib_link_closed_reason(struct ipoib_dev *priv)
{
	u16 index;

	if (!ipoib_pkey_lookup(priv, &index))
		return IPOIB_CARRIER_REASON_PKEY_MISSING;
	if (!ipoib_address_lookup(priv, &index))
		return IPOIB_CARRIER_REASON_GID_MISSING;
	return IPOIB_CARRIER_REASON_COMING;
}

enum ipoib_carrier_reason ipoib_link_reason(struct ipoib_dev *priv)
{
	bool open = test_bit(IPOIB_F_OPEN, &priv->flags);

	ASSERT_RTNL();
	/* Before it was set up for the first time the stack has it with carrier. */
	if (!test_bit(IPOIB_F_UP, &priv->flags))
		return IPOIB_CARRIER_REASON_ADMIN_DOWN;
	if (netif_carrier_ok(priv->dev))
		return IPOIB_CARRIER_REASON_CARRIER;
	if (!open && priv->open_backoff)
		return IPOIB_CARRIER_REASON_OPEN_FAILED;
	/* First: keys and GIDs are what a subnet manager gives to a port that it sees. */
	if (!ipoib_port_active(priv->port))
		return ipoib_link_port_reason(priv->port);
	return open ? ipoib_mcast_reason(priv) : ipoib_link_closed_reason(priv);
}

/* A child that cannot open yet is up all the same: nobody asked for it who could try again. */
static void ipoib_link_child_up(struct ipoib_dev *child)
{
	struct net_device *dev = child->dev;
	int ret;

	set_bit(IPOIB_F_FOLLOWS, &child->flags);
	ret = dev_change_flags(dev, netif_get_flags(dev) | IFF_UP, NULL);
	clear_bit(IPOIB_F_FOLLOWS, &child->flags);
	/* Another part of the kernel does not want it. */
	if (ret && ipoib_port_may_log(child))
		netdev_warn(dev, "stays down, although its parent came up: error %d\n", ret);
}

/* Children follow their parent up and down, as with in-tree ib_ipoib. */
static void ipoib_link_children(struct ipoib_dev *priv, bool up)
{
	struct ipoib_dev *child;

	if (priv->intf.parent)
		return;
	list_for_each_entry(child, &priv->port->devs, node) {
		struct net_device *dev = child->dev;
		unsigned int flags = netif_get_flags(dev);

		if (child == priv || !(flags & IFF_UP) == !up)
			continue;
		if (up)
			ipoib_link_child_up(child);
		else
			dev_change_flags(dev, flags & ~IFF_UP, NULL);
	}
}

int ipoib_link_ndo_open(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	int ret;

	ipoib_link_set_carrier(priv, false);
	ipoib_link_log_again(priv);
	priv->open_backoff = 0;
	set_bit(IPOIB_F_UP, &priv->flags);
	ret = ipoib_link_open(priv);
	if (ret && !test_bit(IPOIB_F_FOLLOWS, &priv->flags)) {
		clear_bit(IPOIB_F_UP, &priv->flags);
		return ret;
	}
	if (ret)
		ipoib_link_open_failed(priv, ret);
	/* What nobody tells of is looked for by the port's work. */
	if (ret || ipoib_link_awaits_gid(priv) || !ipoib_port_active(priv->port))
		ipoib_port_kick(priv->port);
	ipoib_link_children(priv, true);
	return 0;
}

int ipoib_link_ndo_stop(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	clear_bit(IPOIB_F_UP, &priv->flags);
	ipoib_link_close_locked(priv);
	ipoib_link_children(priv, false);
	return 0;
}
