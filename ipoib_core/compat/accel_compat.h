/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel API drift that data paths meet: NAPI, skbs, ethtool, HCA capabilities. The HAVE_ macros
 * are answers of probe.sh, one for each file in tests/.
 */
#ifndef ACCEL_COMPAT_H
#define ACCEL_COMPAT_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <rdma/ib_verbs.h>

#include "common.h"
#include "generated/features.h"

#ifdef HAVE_NETDEV_STAT_OPS
#include <net/netdev_queues.h>
#else
/* What accels fill in of a queue's statistics; nobody asks for them. */
struct netdev_queue_stats_rx {
	u64 bytes, packets, alloc_fail, csum_unnecessary;
};

struct netdev_queue_stats_tx {
	u64 bytes, packets, stop;
};

struct netdev_stat_ops {
	void (*get_queue_stats_rx)(struct net_device *dev, int queue,
				   struct netdev_queue_stats_rx *stats);
	void (*get_queue_stats_tx)(struct net_device *dev, int queue,
				   struct netdev_queue_stats_tx *stats);
	void (*get_base_stats)(struct net_device *dev, struct netdev_queue_stats_rx *rx,
			       struct netdev_queue_stats_tx *tx);
};
#endif

/* Before the interface is registered. */
static inline void accel_set_stat_ops(struct net_device *dev, const struct netdev_stat_ops *ops)
{
#ifdef HAVE_NETDEV_STAT_OPS
	dev->stat_ops = ops;
#endif
}

/* NAPI for receiving, of the default weight. */
static inline void accel_napi_add(struct net_device *dev, struct napi_struct *napi,
				  int (*poll)(struct napi_struct *, int))
{
#ifdef HAVE_NAPI_ADD_WITHOUT_WEIGHT
	netif_napi_add(dev, napi, poll);
#else
	netif_napi_add(dev, napi, poll, NAPI_POLL_WEIGHT);
#endif
}

/* NAPI for send completions only: busy polling leaves it alone. */
static inline void accel_napi_add_tx(struct net_device *dev, struct napi_struct *napi,
				     int (*poll)(struct napi_struct *, int))
{
#ifdef HAVE_NAPI_ADD_TX
	netif_napi_add_tx(dev, napi, poll);
#else
	netif_tx_napi_add(dev, napi, poll, NAPI_POLL_WEIGHT);
#endif
}

/*
 * Which NAPI serves an RX queue, for who asks by netlink; NULL: none now. Under RTNL once the
 * interface is registered.
 */
static inline void accel_rx_queue_set_napi(struct net_device *dev, unsigned int queue,
					   struct napi_struct *napi)
{
#ifdef HAVE_NETIF_QUEUE_SET_NAPI
	netif_queue_set_napi(dev, queue, NETDEV_QUEUE_TYPE_RX, napi);
#endif
}

/*
 * May a packet pass GRO by? When GRO of @napi holds none, neither to be merged nor to be handed on,
 * and does not keep packets over the end of a run. Where one cannot tell it may not. NAPI of @napi.
 */
static inline bool accel_gro_is_idle(const struct napi_struct *napi)
{
#ifdef HAVE_NAPI_GRO_BITMASK
	return !napi->gro_bitmask && !napi->rx_count && !READ_ONCE(napi->dev->gro_flush_timeout);
#else
	return false;
#endif
}

/* What a packet that GRO makes must be smaller than, bytes of IP: 64 KiB, or as the user says. */
static inline unsigned int accel_gro_max_size(const struct net_device *dev, bool v6)
{
#ifdef HAVE_GRO_IPV4_MAX_SIZE
	if (!v6)
		return READ_ONCE(dev->gro_ipv4_max_size);
#endif
#ifdef HAVE_GRO_MAX_SIZE
	return READ_ONCE(dev->gro_max_size);
#else
	return 65536;
#endif
}

/* An skb around @data of @size bytes with its tail of shared info; BH off. */
static inline struct sk_buff *accel_build_skb(void *data, unsigned int size)
{
#ifdef HAVE_NAPI_BUILD_SKB
	return napi_build_skb(data, size);
#else
	return build_skb(data, size);
#endif
}

/* The largest packet that the card segments, bytes. */
static inline void accel_set_tso_max_size(struct net_device *dev, unsigned int size)
{
#ifdef HAVE_NETIF_SET_TSO_MAX_SIZE
	netif_set_tso_max_size(dev, size);
#else
	netif_set_gso_max_size(dev, size);
#endif
}

/* Into how many packets it segments one at most. */
static inline void accel_set_tso_max_segs(struct net_device *dev, unsigned int segs)
{
#ifdef HAVE_NETIF_SET_TSO_MAX_SEGS
	netif_set_tso_max_segs(dev, segs);
#else
	dev->gso_max_segs = segs;
#endif
}

static inline bool accel_hca_has_tso(const struct ib_device *hca)
{
#ifdef HAVE_IB_KERNEL_CAP_FLAGS
	return hca->attrs.kernel_cap_flags & IBK_UD_TSO;
#else
	return hca->attrs.device_cap_flags & IB_DEVICE_UD_TSO;
#endif
}

static inline bool accel_hca_blocks_loopback(const struct ib_device *hca)
{
#ifdef HAVE_IB_KERNEL_CAP_FLAGS
	return hca->attrs.kernel_cap_flags & IBK_BLOCK_MULTICAST_LOOPBACK;
#else
	return hca->attrs.device_cap_flags & IB_DEVICE_BLOCK_MULTICAST_LOOPBACK;
#endif
}

/* Has anybody said which CPU, or which RX queue, sends by which TX queue? Under RTNL. */
static inline bool accel_has_xps(const struct net_device *dev)
{
#if !defined(CONFIG_XPS)
	return false;
#elif defined(HAVE_XPS_MAPS)
	return rcu_access_pointer(dev->xps_maps[XPS_CPUS]) ||
	       rcu_access_pointer(dev->xps_maps[XPS_RXQS]);
#else
	return rcu_access_pointer(dev->xps_cpus_map) || rcu_access_pointer(dev->xps_rxqs_map);
#endif
}

/*
 * Whether the lock of a netdev has to be taken for its list of NAPI, by somebody who holds RTNL.
 * The stack holds it already where a netdev comes up and brings others up with it: that one is
 * running, but IFF_UP comes last. One that is down has no NAPI, and its lock may be held as well,
 * as it is around ndo_set_mac_address. Under RTNL the answer stays the same.
 */
static inline bool accel_napi_needs_lock(const struct net_device *dev)
{
	return netif_running(dev) && dev->flags & IFF_UP;
}

static inline void accel_napi_kick(struct napi_struct *napi)
{
	local_bh_disable();
	napi_schedule(napi);
	local_bh_enable();
}

/*
 * All NAPI of a netdev. Their list is protected by the netdev's own lock where it has one, else by
 * RTNL, which is held in any case: between the two calls it does not change.
 */
static inline void accel_napi_disable_all(struct net_device *dev)
{
	struct napi_struct *napi;

#ifdef HAVE_NETDEV_INSTANCE_LOCK
	if (accel_napi_needs_lock(dev))
		netdev_lock(dev);
#endif
	list_for_each_entry(napi, &dev->napi_list, dev_list) {
		/* What GRO keeps for longer than a run (gro_flush_timeout) would stay there. */
		accel_napi_kick(napi);
#ifdef HAVE_NETDEV_INSTANCE_LOCK
		napi_disable_locked(napi);
#else
		napi_disable(napi);
#endif
	}
}

static inline void accel_napi_enable_all(struct net_device *dev)
{
	struct napi_struct *napi;

	list_for_each_entry(napi, &dev->napi_list, dev_list) {
#ifdef HAVE_NETDEV_INSTANCE_LOCK
		napi_enable_locked(napi);
#else
		napi_enable(napi);
#endif
		/* Meanwhile interrupts have been lost, and each comes once until it is polled. */
		accel_napi_kick(napi);
	}
#ifdef HAVE_NETDEV_INSTANCE_LOCK
	if (accel_napi_needs_lock(dev))
		netdev_unlock(dev);
#endif
}

/* The member of struct net_device_ops for a device's own requests. */
#ifdef HAVE_NDO_ETH_IOCTL
#define ACCEL_NDO_ETH_IOCTL ndo_eth_ioctl
#else
#define ACCEL_NDO_ETH_IOCTL ndo_do_ioctl
#endif

/* A card driver's functions for time stamps; -EOPNOTSUPP where they are requests as above. */
static inline int accel_hwtstamp_get(const struct net_device_ops *ops, struct net_device *dev,
				     struct kernel_hwtstamp_config *config)
{
#ifdef HAVE_NDO_HWTSTAMP
	if (ops->ndo_hwtstamp_get)
		return ops->ndo_hwtstamp_get(dev, config);
#endif
	return -EOPNOTSUPP;
}

static inline int accel_hwtstamp_set(const struct net_device_ops *ops, struct net_device *dev,
				     struct kernel_hwtstamp_config *config,
				     struct netlink_ext_ack *extack)
{
#ifdef HAVE_NDO_HWTSTAMP
	if (ops->ndo_hwtstamp_set)
		return ops->ndo_hwtstamp_set(dev, config, extack);
#endif
	return -EOPNOTSUPP;
}

/* What follows the first two parameters of ethtool's get_coalesce() and set_coalesce(). */
#ifdef HAVE_ETHTOOL_COALESCE_4_ARGS
#define ACCEL_COALESCE_ARGS \
	, struct kernel_ethtool_coalesce *kcoal, struct netlink_ext_ack *extack
#else
#define ACCEL_COALESCE_ARGS
#endif

/* The same for get_ringparam(). */
#ifdef HAVE_ETHTOOL_RINGPARAM_4_ARGS
#define ACCEL_RINGPARAM_ARGS \
	, struct kernel_ethtool_ringparam *kring, struct netlink_ext_ack *extack
#else
#define ACCEL_RINGPARAM_ARGS
#endif

#endif /* ACCEL_COMPAT_H */
