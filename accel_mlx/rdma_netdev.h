/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between ipoib_ops and struct rdma_netdev, the interface by which a card driver offers IPoIB
 * queues of its own. Nothing here knows which card driver that is: an accel for another one can use
 * it, if all queues are the card driver's, the one whose number is in the address included. That is
 * so with mlx5_core, the only such driver that there is. The other user of the interface, the AIP
 * of hfi1, sends and receives beside a UD queue pair that it expects in-tree ib_ipoib to make, open
 * and stop, by the functions that it finds in dev->netdev_ops: the accel must not take it.
 *
 * The card driver ("provider") gets the netdev of ipoib_core, whose private area is laid out for
 * it, and puts its functions into dev->netdev_ops; the core then takes that pointer for itself.
 * What was there is kept here and called from the ops.
 */
#ifndef RDMA_NETDEV_H
#define RDMA_NETDEV_H

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/spinlock.h>

#include "ipoib_accel.h"

/**
 * struct rnet - an interface whose queues are a provider's
 * @ops: the provider's functions
 * @provider_ethtool: those for ethtool
 * @ethtool: the same, but for what has to follow them
 * @destructor: frees what the provider keeps behind the netdev
 * @stats_lock: one reader of the provider's counters at a time
 * @stats: what it has told last; under @stats_lock
 * @stats_busy: ethtool's reader is there, who sleeps; under @stats_lock
 * @qkey: the broadcast group's; the accel's to set before that is attached
 *
 * An accel embeds it in what it allocates for each interface, as the first member, so that
 * ipoib_intf_data() leads to both. Members that change, but for the counters, are only touched by
 * ops, of which the core calls one at a time.
 */
struct rnet {
	const struct net_device_ops *ops;
	const struct ethtool_ops *provider_ethtool;
	struct ethtool_ops ethtool;
	void (*destructor)(struct net_device *dev);
	spinlock_t stats_lock; /* around the provider's ndo_get_stats64 */
	struct rtnl_link_stats64 stats;
	bool stats_busy;
	u32 qkey;
};

/**
 * rnet_of() - the state of an interface
 * @dev: the interface, between rnet_init() and rnet_destroy()
 */
static inline struct rnet *rnet_of(const struct net_device *dev)
{
	return ipoib_intf_data(dev);
}

int rnet_offered(struct ib_device *hca, u32 port);
int rnet_get_mq_param(struct ib_device *hca, u32 port, size_t *priv_size,
		      unsigned int *rx_queues, unsigned int *tx_queues);
int rnet_init(struct net_device *dev, struct rnet *rnet);
int rnet_start(struct net_device *dev, u32 *qp_num);
void rnet_uninit(struct net_device *dev);
void rnet_reset(struct net_device *dev);
void rnet_destroy(struct net_device *dev);
int rnet_update_netdev_settings(struct net_device *dev);
int rnet_open(struct net_device *dev);
void rnet_stop(struct net_device *dev);
int rnet_set_pkey_index(struct net_device *dev, u16 index);
int rnet_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid);
int rnet_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid);
int rnet_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn);
void rnet_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);
int rnet_eth_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd);
int rnet_hwtstamp_get(struct net_device *dev, struct kernel_hwtstamp_config *config);
int rnet_hwtstamp_set(struct net_device *dev, struct kernel_hwtstamp_config *config,
		      struct netlink_ext_ack *extack);

#endif /* RDMA_NETDEV_H */
