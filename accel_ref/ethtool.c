// SPDX-License-Identifier: GPL-2.0
/* The data path's part of ethtool: rings, channels, coalescing, counters. */
#include "ref.h"
#include "silence.h"

#include <linux/ethtool.h>

static void ref_get_ringparam(struct net_device *dev,
			      struct ethtool_ringparam *ring ACCEL_RINGPARAM_ARGS)
{
	const struct ref_priv *priv = ref_priv(dev);

	/* Of the first queue: all have the same. */
	ring->rx_pending = priv->rxqs[0].limit;
	ring->rx_max_pending = priv->rxqs[0].size;
	ring->tx_pending = priv->tx_limit;
	ring->tx_max_pending = priv->txqs[0].size;
}

/*
 * The rings stay as they were made, by send_queue_size and recv_queue_size, and are used up to the
 * limit that is set here: nothing stops meanwhile. What is posted above a lower limit completes.
 */
static int ref_set_ringparam(struct net_device *dev,
			     struct ethtool_ringparam *ring ACCEL_RINGPARAM_ARGS)
{
	struct ref_priv *priv = ref_priv(dev);
	unsigned int i;

	/* The stack has refused what is above the maximum. */
	if (!ring->rx_pending || !ring->tx_pending || ring->rx_mini_pending ||
	    ring->rx_jumbo_pending)
		return -EINVAL;
	for (i = 0; i < priv->num_rxqs; i++)
		WRITE_ONCE(priv->rxqs[i].limit, ring->rx_pending);
	WRITE_ONCE(priv->tx_limit, ring->tx_pending);
	/* A ring that may hold more now is filled by NAPI. */
	if (ref_is_up(priv))
		ref_napi_kick(priv);
	return 0;
}

static void ref_get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	const struct ref_priv *priv = ref_priv(dev);

	channels->rx_count = priv->told_rxqs;
	channels->max_rx = priv->num_rxqs;
	channels->tx_count = dev->real_num_tx_queues;
	channels->max_tx = priv->num_txqs;
}

/* A queue whose CQ is in error does not come back: the first ones alone would be traffic's end. */
static bool ref_channels_live(const struct ref_priv *priv, const struct ethtool_channels *channels)
{
	bool sends = false, receives = false;
	unsigned int i;

	for (i = 0; i < channels->tx_count; i++)
		sends |= !READ_ONCE(priv->txqs[i].mute);
	for (i = 0; i < channels->rx_count; i++)
		receives |= !READ_ONCE(priv->rxqs[i].deaf);
	return sends && receives;
}

/*
 * All QPs stay; what changes is how many TX queues the stack chooses from, and how many RX queues
 * peers are told of: those that know of the others go on to send to them until they are told anew.
 */
static int ref_set_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct ref_priv *priv = ref_priv(dev);
	int err = 0;

	/* The stack has refused what is above the maximum. */
	if (!channels->rx_count || !channels->tx_count)
		return -EINVAL;
	if (!ref_channels_live(priv, channels))
		return -EBUSY;
	/* Which CPU has which is the user's to change, and to keep. */
	if (channels->tx_count != dev->real_num_tx_queues)
		err = ref_set_tx_queues(dev, channels->tx_count);
	if (!err)
		WRITE_ONCE(priv->told_rxqs, channels->rx_count);
	return err;
}

static int ref_get_coalesce(struct net_device *dev,
			    struct ethtool_coalesce *coal ACCEL_COALESCE_ARGS)
{
	const struct ref_priv *priv = ref_priv(dev);

	coal->use_adaptive_rx_coalesce = priv->adaptive_rx;
	coal->rx_coalesce_usecs = priv->coal.rx_usecs;
	coal->rx_max_coalesced_frames = priv->coal.rx_frames;
	coal->tx_coalesce_usecs = priv->coal.tx_usecs;
	coal->tx_max_coalesced_frames = priv->coal.tx_frames;
	return 0;
}

/*
 * Who sets receive moderation by hand means it, as with in-tree, and need not know that somebody
 * made it adaptive: other values switch that off. Who asks for both while it is on gets the values:
 * the two cannot be told apart.
 */
static bool ref_wants_adaptive(const struct ref_priv *priv, const struct ethtool_coalesce *coal)
{
	if (coal->use_adaptive_rx_coalesce && priv->adaptive_rx)
		return coal->rx_coalesce_usecs == priv->coal.rx_usecs &&
		       coal->rx_max_coalesced_frames == priv->coal.rx_frames;
	return coal->use_adaptive_rx_coalesce;
}

/* ref_moderate(), unless the HCA is silent: RTNL would wait for each CQ as long as it is. */
static int ref_have_moderated(struct ref_priv *priv)
{
	int err = REF_NOT_ASKED;

	mutex_lock(&priv->qp_mutex);
	if (!ref_hca_is_silent(priv)) {
		ref_hca_ask(priv);
		err = ref_moderate(priv);
		ref_hca_told(priv, err);
	}
	mutex_unlock(&priv->qp_mutex);
	return err;
}

static int ref_set_coalesce(struct net_device *dev,
			    struct ethtool_coalesce *coal ACCEL_COALESCE_ARGS)
{
	struct ref_priv *priv = ref_priv(dev);
	bool was_adaptive = priv->adaptive_rx;
	typeof(priv->coal) before = priv->coal;
	int err;

	/* The verbs take 16 bits of each. */
	if (coal->rx_coalesce_usecs > U16_MAX || coal->rx_max_coalesced_frames > U16_MAX ||
	    coal->tx_coalesce_usecs > U16_MAX || coal->tx_max_coalesced_frames > U16_MAX)
		return -EINVAL;
	/* Without high-resolution timers each wait would last until the next tick. */
	if (coal->use_adaptive_rx_coalesce && hrtimer_resolution > REF_WAIT_MAX)
		return -EOPNOTSUPP;

	WRITE_ONCE(priv->adaptive_rx, ref_wants_adaptive(priv, coal));
	priv->coal.rx_usecs = coal->rx_coalesce_usecs;
	priv->coal.rx_frames = coal->rx_max_coalesced_frames;
	priv->coal.tx_usecs = coal->tx_coalesce_usecs;
	priv->coal.tx_frames = coal->tx_max_coalesced_frames;
	err = ref_have_moderated(priv);
	if (err) {
		WRITE_ONCE(priv->adaptive_rx, was_adaptive);
		priv->coal = before;
		ref_have_moderated(priv);
	}
	return err;
}

static int ref_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ref_stats_count(ref_priv(dev)) : -EOPNOTSUPP;
}

static void ref_get_strings(struct net_device *dev, u32 set, u8 *names)
{
	if (set == ETH_SS_STATS)
		ref_stats_names(ref_priv(dev), names);
}

static void ref_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats,
				  u64 *values)
{
	ref_stats_values(ref_priv(dev), values);
}

const struct ethtool_ops ref_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_MAX_FRAMES |
				     ETHTOOL_COALESCE_USE_ADAPTIVE_RX,
	.get_ringparam = ref_get_ringparam,
	.set_ringparam = ref_set_ringparam,
	.get_channels = ref_get_channels,
	.set_channels = ref_set_channels,
	.get_coalesce = ref_get_coalesce,
	.set_coalesce = ref_set_coalesce,
	.get_sset_count = ref_get_sset_count,
	.get_strings = ref_get_strings,
	.get_ethtool_stats = ref_get_ethtool_stats,
};
