// SPDX-License-Identifier: GPL-2.0
/* Counters: sums for the interface, and one by one for ethtool -S. */
#include "ref.h"

struct ref_counter {
	const char *name;
	size_t offset;
};

#define REF_COUNTER(type, field) { #field, offsetof(struct type, field) }

static const struct ref_counter ref_done_counters[] = {
	REF_COUNTER(ref_tx_done, packets),
	REF_COUNTER(ref_tx_done, bytes),
	REF_COUNTER(ref_tx_done, errors),
	REF_COUNTER(ref_tx_done, flushed),
};

static const struct ref_counter ref_drop_counters[] = {
	REF_COUNTER(ref_tx_drops, too_long),
	REF_COUNTER(ref_tx_drops, no_room),
	REF_COUNTER(ref_tx_drops, no_memory),
	REF_COUNTER(ref_tx_drops, post_failed),
	REF_COUNTER(ref_tx_drops, dead_queue),
	REF_COUNTER(ref_tx_drops, post_retried),
	REF_COUNTER(ref_tx_drops, linearized),
	REF_COUNTER(ref_tx_drops, cut),
	REF_COUNTER(ref_tx_drops, stops),
	REF_COUNTER(ref_tx_drops, posts),
};

static const struct ref_counter ref_rx_counters[] = {
	REF_COUNTER(ref_rx_stats, packets),
	REF_COUNTER(ref_rx_stats, bytes),
	REF_COUNTER(ref_rx_stats, multicast),
	REF_COUNTER(ref_rx_stats, csum_ok),
	REF_COUNTER(ref_rx_stats, copied),
	REF_COUNTER(ref_rx_stats, summed),
	REF_COUNTER(ref_rx_stats, gathered),
	REF_COUNTER(ref_rx_stats, gathers),
	REF_COUNTER(ref_rx_stats, errors),
	REF_COUNTER(ref_rx_stats, flushed),
	REF_COUNTER(ref_rx_stats, short_frames),
	REF_COUNTER(ref_rx_stats, own),
	REF_COUNTER(ref_rx_stats, no_memory),
	REF_COUNTER(ref_rx_stats, no_buffer),
	REF_COUNTER(ref_rx_stats, post_failed),
	REF_COUNTER(ref_rx_stats, waits),
	REF_COUNTER(ref_rx_stats, blocks_kept),
	REF_COUNTER(ref_rx_stats, blocks_reused),
	REF_COUNTER(ref_rx_stats, blocks_freed),
};

static const struct ref_counter ref_event_counters[] = {
	REF_COUNTER(ref_events, sqe_repairs),
	REF_COUNTER(ref_events, restarts),
	REF_COUNTER(ref_events, tx_timeouts),
	REF_COUNTER(ref_events, async_errors),
	REF_COUNTER(ref_events, abandoned),
};

/* Of the queues in use: what ethtool -L has put out of use loses nothing. */
static const char *const ref_gauges[] = { "lost_rx_queues", "lost_tx_queues" };

static u64 ref_lost_rx_queues(const struct ref_priv *priv)
{
	unsigned int told = READ_ONCE(priv->told_rxqs), i;
	u64 lost = 0;

	for (i = 0; i < told; i++)
		lost += READ_ONCE(priv->rxqs[i].deaf);
	return lost;
}

static u64 ref_lost_tx_queues(const struct ref_priv *priv)
{
	unsigned int queues = READ_ONCE(priv->dev->real_num_tx_queues), i;
	u64 lost = 0;

	for (i = 0; i < queues; i++)
		lost += READ_ONCE(priv->txqs[i].mute);
	return lost;
}

/*
 * Reads @num counters of the struct at @base, which begins with its u64_stats_sync, into @values:
 * all from the same moment.
 */
static void ref_read(const void *base, const struct ref_counter *counters, unsigned int num,
		     u64 *values)
{
	const struct u64_stats_sync *syncp = base;
	unsigned int start, i;

	do {
		start = u64_stats_fetch_begin(syncp);
		for (i = 0; i < num; i++)
			values[i] = u64_stats_read(base + counters[i].offset);
	} while (u64_stats_fetch_retry(syncp, start));
}

static_assert(offsetof(struct ref_tx_done, syncp) == 0);
static_assert(offsetof(struct ref_tx_drops, syncp) == 0);
static_assert(offsetof(struct ref_rx_stats, syncp) == 0);

static void ref_add_tx(const struct ref_txq *txq, struct rtnl_link_stats64 *stats)
{
	const struct ref_tx_done *done = &txq->done;
	const struct ref_tx_drops *drops = &txq->drops;
	u64 packets, bytes, errors, flushed, dropped;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&done->syncp);
		packets = u64_stats_read(&done->packets);
		bytes = u64_stats_read(&done->bytes);
		errors = u64_stats_read(&done->errors);
		flushed = u64_stats_read(&done->flushed);
	} while (u64_stats_fetch_retry(&done->syncp, start));
	do {
		start = u64_stats_fetch_begin(&drops->syncp);
		dropped = u64_stats_read(&drops->too_long) + u64_stats_read(&drops->no_room) +
			  u64_stats_read(&drops->no_memory) +
			  u64_stats_read(&drops->post_failed) +
			  u64_stats_read(&drops->dead_queue);
	} while (u64_stats_fetch_retry(&drops->syncp, start));

	stats->tx_packets += packets;
	stats->tx_bytes += bytes;
	stats->tx_errors += errors;
	stats->tx_dropped += flushed + dropped;
}

static void ref_add_rx(const struct ref_rxq *rxq, struct rtnl_link_stats64 *stats)
{
	u64 packets, bytes, multicast, errors, short_frames, no_memory;
	const struct ref_rx_stats *rx = &rxq->stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&rx->syncp);
		packets = u64_stats_read(&rx->packets);
		bytes = u64_stats_read(&rx->bytes);
		multicast = u64_stats_read(&rx->multicast);
		errors = u64_stats_read(&rx->errors);
		short_frames = u64_stats_read(&rx->short_frames);
		no_memory = u64_stats_read(&rx->no_memory);
	} while (u64_stats_fetch_retry(&rx->syncp, start));

	stats->rx_packets += packets;
	stats->rx_bytes += bytes;
	stats->multicast += multicast;
	stats->rx_errors += errors + short_frames;
	stats->rx_length_errors += short_frames;
	stats->rx_dropped += no_memory;
}

/**
 * ref_get_stats64() - ipoib_ops.get_stats64
 * @dev: the interface
 * @stats: added to
 *
 * Context: any.
 */
void ref_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	const struct ref_priv *priv = ref_priv(dev);
	unsigned int i;

	for (i = 0; i < priv->num_txqs; i++)
		ref_add_tx(&priv->txqs[i], stats);
	for (i = 0; i < priv->num_rxqs; i++)
		ref_add_rx(&priv->rxqs[i], stats);
}

/**
 * ref_stats_count() - how many counters ethtool -S shows
 * @priv: the interface
 *
 * Context: any.
 * Return: their number, constant between init and cleanup.
 */
int ref_stats_count(const struct ref_priv *priv)
{
	return ARRAY_SIZE(ref_event_counters) + ARRAY_SIZE(ref_gauges) +
	       priv->num_rxqs * ARRAY_SIZE(ref_rx_counters) +
	       priv->num_txqs * (ARRAY_SIZE(ref_done_counters) + ARRAY_SIZE(ref_drop_counters));
}

static u8 *ref_name(u8 *to, const char *queues, unsigned int index,
		    const struct ref_counter *counters, unsigned int num)
{
	unsigned int i;

	for (i = 0; i < num; i++, to += ETH_GSTRING_LEN)
		snprintf(to, ETH_GSTRING_LEN, "%s%u_%s", queues, index, counters[i].name);
	return to;
}

/**
 * ref_stats_names() - names of the counters
 * @priv: the interface
 * @names: out, ETH_GSTRING_LEN bytes for each of ref_stats_count()
 *
 * Context: any.
 */
void ref_stats_names(const struct ref_priv *priv, u8 *names)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ref_event_counters); i++, names += ETH_GSTRING_LEN)
		snprintf(names, ETH_GSTRING_LEN, "%s", ref_event_counters[i].name);
	for (i = 0; i < ARRAY_SIZE(ref_gauges); i++, names += ETH_GSTRING_LEN)
		snprintf(names, ETH_GSTRING_LEN, "%s", ref_gauges[i]);
	for (i = 0; i < priv->num_rxqs; i++)
		names = ref_name(names, "rx", i, ref_rx_counters, ARRAY_SIZE(ref_rx_counters));
	for (i = 0; i < priv->num_txqs; i++) {
		names = ref_name(names, "tx", i, ref_done_counters,
				 ARRAY_SIZE(ref_done_counters));
		names = ref_name(names, "tx", i, ref_drop_counters,
				 ARRAY_SIZE(ref_drop_counters));
	}
}

/**
 * ref_stats_values() - values of the counters, in the order of their names
 * @priv: the interface
 * @values: out, ref_stats_count() of them
 *
 * Context: any.
 */
void ref_stats_values(const struct ref_priv *priv, u64 *values)
{
	const void *events = &priv->events;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ref_event_counters); i++)
		*values++ = atomic_long_read(events + ref_event_counters[i].offset);
	*values++ = ref_lost_rx_queues(priv);
	*values++ = ref_lost_tx_queues(priv);
	for (i = 0; i < priv->num_rxqs; i++) {
		ref_read(&priv->rxqs[i].stats, ref_rx_counters, ARRAY_SIZE(ref_rx_counters),
			 values);
		values += ARRAY_SIZE(ref_rx_counters);
	}
	for (i = 0; i < priv->num_txqs; i++) {
		ref_read(&priv->txqs[i].done, ref_done_counters, ARRAY_SIZE(ref_done_counters),
			 values);
		values += ARRAY_SIZE(ref_done_counters);
		ref_read(&priv->txqs[i].drops, ref_drop_counters, ARRAY_SIZE(ref_drop_counters),
			 values);
		values += ARRAY_SIZE(ref_drop_counters);
	}
}
