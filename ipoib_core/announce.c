// SPDX-License-Identifier: GPL-2.0
/* Peers are told of our address: by gratuitous ARP, and what else the stack has for that. */
#include "announce.h"

#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/sch_generic.h>

#include "port.h"

/*
 * At once and so often again, one to two seconds apart: an SM answers a join before it has told all
 * switches of it, and what is sent until then gets lost.
 */
#define IPOIB_NOTIFY_AGAIN	2

/* They may know an old address, QP number or LID of ours. */
static void ipoib_announce_now(struct ipoib_dev *priv)
{
	struct net_device *master = netdev_master_upper_dev_get(priv->dev);

	/* netdev_notify_peers() takes RTNL itself. */
	call_netdevice_notifiers(NETDEV_NOTIFY_PEERS, priv->dev);
	/* The addresses of a port of a bond are the bond's, which hands on only the other one. */
	if (master && netif_is_lag_master(master))
		call_netdevice_notifiers(NETDEV_NOTIFY_PEERS, master);
	call_netdevice_notifiers(NETDEV_RESEND_IGMP, priv->dev);
	/* Hosts that were told of one event by the SM are not to speak at one time again. */
	priv->notify_at = jiffies + HZ + get_random_u32() % HZ;
}

/*
 * The stack attaches the qdisc some time after netif_carrier_on(), and until then drops what is
 * sent: NETDEV_CHANGE, which follows, leads here again (event.c). Under RTNL a qdisc that is there
 * stays.
 */
void ipoib_announce(struct ipoib_dev *priv)
{
	ASSERT_RTNL();
	if (qdisc_tx_is_noop(priv->dev) || !test_and_clear_bit(IPOIB_F_NOTIFY, &priv->flags))
		return;
	priv->notify_left = IPOIB_NOTIFY_AGAIN;
	ipoib_announce_now(priv);
}

unsigned long ipoib_announce_again(struct ipoib_dev *priv)
{
	ASSERT_RTNL();
	/* Without carrier the next one begins anew. */
	if (!priv->notify_left || !netif_carrier_ok(priv->dev) || qdisc_tx_is_noop(priv->dev)) {
		priv->notify_left = 0;
		return 0;
	}
	if (time_after_eq(jiffies, priv->notify_at)) {
		priv->notify_left--;
		ipoib_announce_now(priv);
	}
	return priv->notify_left ? max_t(long, priv->notify_at - jiffies, 1) : 0;
}

void ipoib_accel_tell_peers(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	set_bit(IPOIB_F_NOTIFY, &priv->flags);
	/* The port's work, which may run, clears the next bit and then looks at this one. */
	smp_mb__before_atomic();
	set_bit(IPOIB_TODO_CARRIER, &priv->todo);
	ipoib_port_kick(priv->port);
}
EXPORT_SYMBOL_GPL(ipoib_accel_tell_peers);
