// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a packet to be sent through the core: check it, find out where to, hand it on.
 * Nothing here is written per packet that another CPU reads.
 */
#include "xmit.h"

#include <linux/if_arp.h>

#include "compat.h"
#include "mcast.h"
#include "neigh.h"
#include "path.h"
#include "pmtu.h"
#include "qpn.h"

/* No probe is longer: header, IPv6, solicitation with a source address and a nonce. */
#define IPOIB_PROBE_MAX		128

/*
 * The address cannot be part of the real header (IB carries it elsewhere), and a dst entry cannot
 * be relied on for it: a pseudo header in front of the real one takes it to ndo_start_xmit.
 */
static int ipoib_header_create(struct sk_buff *skb, struct net_device *dev, unsigned short type,
			       const void *daddr, const void *saddr, unsigned int len)
{
	struct ipoib_pseudo_header *pseudo;
	struct ipoib_header *header;

	/* Who forwards by neigh_xmit(), nft's fwd and flowtables, may not have seen to it. */
	if (unlikely(skb_headroom(skb) < IPOIB_HARD_LEN) &&
	    pskb_expand_head(skb, SKB_DATA_ALIGN(IPOIB_HARD_LEN), 0, GFP_ATOMIC))
		return -ENOMEM;
	header = skb_push(skb, sizeof(*header));
	header->proto = htons(type);
	header->reserved = 0;

	pseudo = skb_push(skb, sizeof(*pseudo));
	if (!daddr) {
		memset(pseudo, 0, sizeof(*pseudo));
		return -IPOIB_HARD_LEN;
	}
	memcpy(pseudo->hwaddr, daddr, sizeof(pseudo->hwaddr));
	return IPOIB_HARD_LEN;
}

const struct header_ops ipoib_header_ops = {
	.create = ipoib_header_create,
};

static bool ipoib_type_ok(__be16 type)
{
	switch (type) {
	case htons(ETH_P_IP):
	case htons(ETH_P_IPV6):
	case htons(ETH_P_ARP):
	case htons(ETH_P_RARP):
	case htons(ETH_P_TIPC):
		return true;
	default:
		return false;
	}
}

/*
 * A route may have an MTU of its own, and the link's may fall while packets wait. The port may
 * carry longer ones, the peers' buffers need not.
 */
static bool ipoib_fits(const struct ipoib_dev *priv, const struct sk_buff *skb)
{
	unsigned int mtu = ipoib_max_mtu(priv);

	if (likely(skb->len <= mtu + IPOIB_ENCAP_LEN))
		return true;
	return skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu);
}

static bool ipoib_is_arp_request(const struct sk_buff *skb)
{
	const struct arphdr *arp;
	struct arphdr buf;

	arp = skb_header_pointer(skb, IPOIB_ENCAP_LEN, sizeof(buf), &buf);
	return arp && arp->ar_op == htons(ARPOP_REQUEST);
}

/* A question to one host: the kernel would like to know whether a silent peer is still there. */
static bool ipoib_is_probe(const struct sk_buff *skb, __be16 type)
{
	if (unlikely(type == htons(ETH_P_ARP)))
		return ipoib_is_arp_request(skb);
	return type == htons(ETH_P_IPV6) && skb->len < IPOIB_PROBE_MAX &&
	       ipoib_nd_is_solicitation(skb);
}

/*
 * The stack does not know the P_Key of the link in the group's address. It is put into a copy: who
 * has a clone of @skb, a bond that sends by all of its interfaces for one, has the same header.
 */
static bool ipoib_xmit_group(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	u8 group[IPOIB_HW_ADDR_LEN];

	memcpy(group, hwaddr, sizeof(group));
	group[8] = priv->intf.pkey >> 8;
	group[9] = priv->intf.pkey & 0xff;
	return ipoib_mcast_send(priv, skb, group);
}

/* Sends @skb, whose header is well formed. Returns whether the accel was given it. */
static bool ipoib_xmit(struct ipoib_dev *priv, struct sk_buff *skb)
{
	struct ipoib_pseudo_header *pseudo = (struct ipoib_pseudo_header *)skb->data;
	__be16 type;

	skb_pull(skb, sizeof(*pseudo));
	type = ((const struct ipoib_header *)skb->data)->proto;
	/* A packet socket may name what was pulled as the place of a checksum. */
	if (unlikely(!ipoib_type_ok(type) ||
		     (skb->ip_summed == CHECKSUM_PARTIAL &&
		      skb_checksum_start_offset(skb) < IPOIB_ENCAP_LEN))) {
		ipoib_drop(priv, skb, IPOIB_DROP_MALFORMED);
		return false;
	}
	if (unlikely(!ipoib_fits(priv, skb))) {
		ipoib_pmtu_drop(priv, skb);
		return false;
	}

	if (unlikely(pseudo->hwaddr[IPOIB_ADDR_GID] == 0xff))
		return ipoib_xmit_group(priv, skb, pseudo->hwaddr);
	if (type != htons(ETH_P_IP) && ipoib_qpn_has_many(priv)) {
		ipoib_qpn_tell(priv, skb);
		pseudo = (struct ipoib_pseudo_header *)(skb->data - sizeof(*pseudo));
	}
	if (unlikely(ipoib_is_probe(skb, type)))
		ipoib_path_suspect(priv, pseudo->hwaddr);
	return ipoib_path_send(priv, skb, pseudo->hwaddr);
}

/* Those that the accel has made, for all that the core knows. */
static unsigned int ipoib_num_queues(const struct ipoib_dev *priv)
{
	return max(priv->tx_queues, READ_ONCE(priv->dev->real_num_tx_queues));
}

/*
 * Where tc has set a queue (skbedit, from 5.19 until 2026) the stack may lock another one than the
 * packet names, and a P_Key child has more than the accel has made. An accel that keeps sends back
 * needs the lock of its own queue, also of one that ethtool takes away, until a list has ended. Of
 * others what ethtool took away may be gone.
 */
static bool ipoib_queue_is_good(const struct ipoib_dev *priv, unsigned int queue)
{
	if (!priv->ops->flush_sends)
		return queue < READ_ONCE(priv->dev->real_num_tx_queues);
	return queue < ipoib_num_queues(priv) &&
	       compat_tx_owned(netdev_get_tx_queue(priv->dev, queue));
}

/* The last packet of a list named a wrong queue: the others are kept by the one that is locked. */
static void ipoib_flush_locked(const struct ipoib_dev *priv)
{
	unsigned int i;

	for (i = 0; i < ipoib_num_queues(priv); i++)
		if (compat_tx_owned(netdev_get_tx_queue(priv->dev, i)))
			priv->ops->flush_sends(priv->dev, i);
}

netdev_tx_t ipoib_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	unsigned int queue = skb_get_queue_mapping(skb);
	struct ipoib_dev *priv = ipoib_priv(dev);
	bool given = false;

	/* What the accel has kept back goes with its queues when it stops, which it is about to. */
	if (unlikely(!test_bit(IPOIB_F_OPEN, &priv->flags))) {
		ipoib_drop(priv, skb, IPOIB_DROP_NOT_OPEN);
		return NETDEV_TX_OK;
	}
	if (unlikely(!ipoib_queue_is_good(priv, queue))) {
		ipoib_drop(priv, skb, IPOIB_DROP_MALFORMED);
		if (priv->ops->flush_sends && !netdev_xmit_more())
			ipoib_flush_locked(priv);
		return NETDEV_TX_OK;
	}
	/* A packet socket may hand us anything. */
	if (likely(pskb_may_pull(skb, IPOIB_HARD_LEN)))
		given = ipoib_xmit(priv, skb);
	else
		ipoib_drop(priv, skb, IPOIB_DROP_MALFORMED);
	if (unlikely(!given) && priv->ops->flush_sends && !netdev_xmit_more())
		priv->ops->flush_sends(dev, queue);
	return NETDEV_TX_OK;
}
