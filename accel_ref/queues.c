// SPDX-License-Identifier: GPL-2.0
/* Single queues: which one a packet leaves by, and what the stack tells of each by netlink. */
#include "ref.h"

/**
 * ref_other_queue() - the queue for what would leave by one that does not send any more
 * @dev: the interface
 * @mute: that queue
 *
 * Context: BH off.
 * Return: the next one that sends; @mute if there is none.
 */
u16 ref_other_queue(const struct net_device *dev, u16 mute)
{
	const struct ref_priv *priv = ref_priv(dev);
	unsigned int queues = READ_ONCE(dev->real_num_tx_queues), i, queue;

	for (i = 1; i < queues; i++) {
		queue = (mute + i) % queues;
		if (!READ_ONCE(priv->txqs[queue].mute))
			return queue;
	}
	return mute;
}

/**
 * ref_select_queue() - ipoib_ops.select_queue
 * @dev: the interface
 * @skb: packet, data at the pseudo header
 * @sb_dev: as in ndo_select_queue
 *
 * Each QP sends as its own number. Who receives a multicast may recognise its sender by the number,
 * and ARP and neighbour discovery are multicast: it leaves from the primary, whose number is in our
 * address. Of what is unicast nobody looks at the sender's number. What cannot be sent by its queue
 * leaves by another one, a multicast too.
 *
 * Context: BH off.
 * Return: TX queue.
 */
u16 ref_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
	const struct ipoib_pseudo_header *to = (const void *)skb->data;
	u16 queue = 0;

	if (skb_headlen(skb) < sizeof(*to) || to->hwaddr[4] != 0xff)
		queue = netdev_pick_tx(dev, skb, sb_dev);
	if (unlikely(READ_ONCE(ref_priv(dev)->txqs[queue].mute)))
		queue = ref_other_queue(dev, queue);
	return queue;
}

/**
 * ref_queues_tell() - say which NAPI serves which RX queue
 * @priv: the interface
 * @up: its NAPI is enabled; else none does
 *
 * A NAPI that sends alone has no number that one could tell.
 *
 * Context: process, under RTNL.
 */
void ref_queues_tell(struct ref_priv *priv, bool up)
{
	unsigned int i;

	for (i = 0; i < priv->num_rxqs; i++)
		accel_rx_queue_set_napi(priv->dev, i, up ? &priv->rxqs[i].napi : NULL);
}

static void ref_queue_stats_rx(struct net_device *dev, int queue,
			       struct netdev_queue_stats_rx *stats)
{
	const struct ref_rx_stats *rx = &ref_priv(dev)->rxqs[queue].stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&rx->syncp);
		stats->packets = u64_stats_read(&rx->packets);
		stats->bytes = u64_stats_read(&rx->bytes);
		stats->csum_unnecessary = u64_stats_read(&rx->csum_ok);
		stats->alloc_fail = u64_stats_read(&rx->no_memory) +
				    u64_stats_read(&rx->no_buffer);
	} while (u64_stats_fetch_retry(&rx->syncp, start));
}

static void ref_queue_stats_tx(struct net_device *dev, int queue,
			       struct netdev_queue_stats_tx *stats)
{
	const struct ref_txq *txq = &ref_priv(dev)->txqs[queue];
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&txq->done.syncp);
		stats->packets = u64_stats_read(&txq->done.packets);
		stats->bytes = u64_stats_read(&txq->done.bytes);
	} while (u64_stats_fetch_retry(&txq->done.syncp, start));
	do {
		start = u64_stats_fetch_begin(&txq->drops.syncp);
		stats->stop = u64_stats_read(&txq->drops.stops);
	} while (u64_stats_fetch_retry(&txq->drops.syncp, start));
}

/* What queues have done that are not asked one by one: those that ethtool -L has put out of use. */
static void ref_base_stats(struct net_device *dev, struct netdev_queue_stats_rx *rx,
			   struct netdev_queue_stats_tx *tx)
{
	const struct ref_priv *priv = ref_priv(dev);
	unsigned int i;

	rx->packets = 0;
	rx->bytes = 0;
	rx->csum_unnecessary = 0;
	rx->alloc_fail = 0;
	tx->packets = 0;
	tx->bytes = 0;
	tx->stop = 0;
	for (i = dev->real_num_tx_queues; i < priv->num_txqs; i++) {
		struct netdev_queue_stats_tx one;

		ref_queue_stats_tx(dev, i, &one);
		tx->packets += one.packets;
		tx->bytes += one.bytes;
		tx->stop += one.stop;
	}
}

static const struct netdev_stat_ops ref_stat_ops = {
	.get_queue_stats_rx = ref_queue_stats_rx,
	.get_queue_stats_tx = ref_queue_stats_tx,
	.get_base_stats = ref_base_stats,
};

/**
 * ref_queues_init() - have the stack ask for the statistics of each queue, where it does
 * @dev: the interface
 *
 * Context: process, before it is registered.
 */
void ref_queues_init(struct net_device *dev)
{
	accel_set_stat_ops(dev, &ref_stat_ops);
}
