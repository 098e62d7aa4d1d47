// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that are longer than the link's MTU: their senders are told, so that path MTU discovery
 * (RFC 1191, RFC 8201) does not end in a black hole.
 *
 * The message is a packet, and may leave by the interface that this one was for. Its lock is held
 * here, or that of another of its queues, and who sends on two of them at a time meets somebody who
 * does so the other way round. So a work does it.
 */
#include "pmtu.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <net/dst.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>

#include "compat.h"

/* Packets that wait for the work; the stack limits how many messages there are a second. */
#define IPOIB_PMTU_QUEUE	64

static void ipoib_pmtu_tell(struct ipoib_dev *priv, struct sk_buff *skb)
{
	unsigned int mtu = ipoib_max_mtu(priv);

	skb_dst_update_pmtu_no_confirm(skb, mtu);
	/* These do not read skb->cb, which was a qdisc's. */
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
}

static void ipoib_pmtu_work(struct work_struct *work)
{
	struct ipoib_dev *priv = container_of(work, struct ipoib_dev, pmtu_work);
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&priv->pmtu_queue))) {
		/* As for who sends: the devices that its route leads to stay meanwhile. */
		rcu_read_lock_bh();
		ipoib_pmtu_tell(priv, skb);
		rcu_read_unlock_bh();
		compat_kfree_skb(skb, ipoib_drop_reason(IPOIB_DROP_TOO_LONG));
		cond_resched();
	}
}

/* Without a route it is a packet socket's, or tc's: there is nobody who could be told. */
static bool ipoib_pmtu_has_sender(const struct sk_buff *skb)
{
	if (!skb_valid_dst(skb))
		return false;
	/* With ipv6.disable=1 nobody has sent it, and ICMPv6 has nothing to send with. */
	return skb->protocol == htons(ETH_P_IP) ||
	       (skb->protocol == htons(ETH_P_IPV6) && ipv6_mod_enabled());
}

void ipoib_pmtu_drop(struct ipoib_dev *priv, struct sk_buff *skb)
{
	if (!ipoib_pmtu_has_sender(skb) ||
	    skb_queue_len_lockless(&priv->pmtu_queue) >= IPOIB_PMTU_QUEUE) {
		ipoib_drop(priv, skb, IPOIB_DROP_TOO_LONG);
		return;
	}
	atomic_long_inc(&priv->drops[IPOIB_DROP_TOO_LONG]);
	skb_queue_tail(&priv->pmtu_queue, skb);
	queue_work(ipoib_wq, &priv->pmtu_work);
}

void ipoib_pmtu_init(struct ipoib_dev *priv)
{
	skb_queue_head_init(&priv->pmtu_queue);
	INIT_WORK(&priv->pmtu_work, ipoib_pmtu_work);
}

void ipoib_pmtu_exit(struct ipoib_dev *priv)
{
	cancel_work_sync(&priv->pmtu_work);
	skb_queue_purge(&priv->pmtu_queue);
}
