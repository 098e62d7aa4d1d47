// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of ipoib_accel.h that accel_bad breaks, one at a time: what is written to the parameter
 * breaks. What an ipoib_core with IPOIB_DEBUG=1 says of each is in tests/registry/contract.sh.
 *
 *   queues    get_mq_param() tells of no queue
 *   number    ib_dev_init() tells a number that no QP has
 *   private   ib_dev_init() clears what belongs to the core in its context
 *   ops       update_netdev_settings() sets dev->netdev_ops
 *   errno     ib_dev_open() returns 1
 *   carrier   ib_dev_open() sets the carrier
 *   napi      ib_dev_stop() leaves NAPI enabled
 *   posted    ib_dev_stop() leaves a send uncompleted
 *   ahead     a send has completed that was not posted
 *   back      tx_posted() begins anew
 *   queue     select_queue() chooses one that there is not
 *   features  features_check() adds some
 *   peer      rx_qpn() tells a number that no QP has
 *   slow      send() asks for a restart, once, and takes its time; the core must wait for it
 *   late      the core's functions are called after ib_dev_cleanup(), by who has a reference
 *   exists    attach_mcast() returns -EEXIST, which it may
 *   tardy     attach_mcast() takes half a second, which it may
 *   qkey      set_qkey() fails, which it may
 *   refuse    attach_mcast() fails with -EINVAL, which it may
 * and at a change of the MTU:
 *   receive   hands a packet to the stack
 *   bh        calls ipoib_accel_rx_prepare() with BH on
 *   header    hands a packet to the stack without its help
 *   restart   asks for a restart
 *   context   leaves preemption off
 */
#include "breaks.h"

#include <linux/delay.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "accel_compat.h"

static char breaks[16];
module_param_string(breaks, breaks, sizeof(breaks), 0644);
MODULE_PARM_DESC(breaks, "a rule of ipoib_accel.h to be broken, see breaks.c");

bool bad_breaks(const char *rule)
{
	return sysfs_streq(breaks, rule);
}

#define BREAKS_QPN	0xfffff0U
#define BREAKS_NO_QPN	0x1000000U

static bool breaks_sending;

static int breaks_poll(struct napi_struct *napi, int budget)
{
	napi_complete_done(napi, 0);
	return 0;
}

void breaks_init(struct net_device *dev, u32 *qp_num)
{
	struct bad_priv *priv = netdev_priv(dev);

	if (bad_breaks("private"))
		memset(&priv->rn, 0, sizeof(priv->rn));
	*qp_num = bad_breaks("number") ? BREAKS_NO_QPN : BREAKS_QPN;
	accel_napi_add(dev, &priv->napi, breaks_poll);
}

void breaks_cleanup(struct net_device *dev)
{
	struct bad_priv *priv = netdev_priv(dev);

	if (priv->polls)
		napi_disable(&priv->napi);
	netif_napi_del(&priv->napi);
}

static const struct net_device_ops breaks_netdev_ops = {};

void breaks_settings(struct net_device *dev)
{
	if (bad_breaks("ops"))
		dev->netdev_ops = &breaks_netdev_ops;
}

int breaks_open(struct net_device *dev)
{
	struct bad_priv *priv = netdev_priv(dev);

	if (bad_breaks("errno"))
		return 1;
	if (bad_breaks("carrier"))
		netif_carrier_on(dev);
	if (!priv->polls)
		napi_enable(&priv->napi);
	priv->polls = true;
	return 0;
}

void breaks_stop(struct net_device *dev)
{
	struct bad_priv *priv = netdev_priv(dev);

	/* The core waits until no send() runs. */
	WARN_ON(READ_ONCE(breaks_sending));
	if (bad_breaks("napi"))
		return;
	napi_disable(&priv->napi);
	priv->polls = false;
}

/* A packet of @proto, from the encapsulation header on, with the room in front that it needs. */
static struct sk_buff *breaks_packet(struct net_device *dev, u16 proto)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, 128);
	struct ipoib_header *header;

	if (!skb)
		return NULL;
	skb_reserve(skb, IPOIB_HW_ADDR_LEN);
	header = skb_put_zero(skb, 100);
	header->proto = htons(proto);
	return skb;
}

/* Gives the stack a packet of a kind that nobody listens to. */
static void breaks_receive(struct net_device *dev, bool prepare)
{
	struct sk_buff *skb = breaks_packet(dev, ETH_P_TIPC);

	if (!skb)
		return;
	local_bh_disable();
	if (prepare) {
		ipoib_accel_rx_prepare(dev, skb, NULL, 1);
	} else {
		skb->protocol = htons(ETH_P_TIPC);
		skb_reset_mac_header(skb);
	}
	netif_receive_skb(skb);
	local_bh_enable();
}

int breaks_change_mtu(struct net_device *dev, int new_mtu)
{
	struct sk_buff *skb;

	if (bad_breaks("receive"))
		breaks_receive(dev, true);
	if (bad_breaks("header"))
		breaks_receive(dev, false);
	if (bad_breaks("restart"))
		ipoib_accel_restart(dev);
	if (bad_breaks("context"))
		preempt_disable();
	if (bad_breaks("bh")) {
		skb = breaks_packet(dev, ETH_P_ARP);
		if (skb)
			ipoib_accel_rx_prepare(dev, skb, NULL, 1);
		kfree_skb(skb);
	}
	return 0;
}

void breaks_send(struct net_device *dev)
{
	static bool was_slow;

	if (!bad_breaks("slow") || xchg(&was_slow, true))
		return;
	WRITE_ONCE(breaks_sending, true);
	ipoib_accel_restart(dev);
	mdelay(500);
	WRITE_ONCE(breaks_sending, false);
}

u16 breaks_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
	return bad_breaks("queue") ? dev->num_tx_queues : 0;
}

netdev_features_t breaks_features_check(struct sk_buff *skb, struct net_device *dev,
					netdev_features_t features)
{
	return bad_breaks("features") ? features | NETIF_F_NTUPLE : features;
}

u32 breaks_rx_qpn(struct net_device *dev, unsigned int nth)
{
	return bad_breaks("peer") ? BREAKS_NO_QPN : BREAKS_QPN;
}

u32 breaks_tx_posted(struct net_device *dev, unsigned int txqueue)
{
	return bad_breaks("back") ? 500 : 1000;
}

u32 breaks_tx_completed(struct net_device *dev, unsigned int txqueue)
{
	if (bad_breaks("posted"))
		return 999;
	if (bad_breaks("ahead"))
		return 1001;
	return bad_breaks("back") ? 500 : 1000;
}
