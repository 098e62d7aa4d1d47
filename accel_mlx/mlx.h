/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is particular to mlx5_core among providers of struct rdma_netdev. Its P_Key children have
 * send queues of their own and receive on their parent's; child.c has what follows from that.
 *
 * All of it is called under RTNL.
 */
#ifndef MLX_H
#define MLX_H

#include "rdma_netdev.h"

/**
 * struct mlx_intf - an interface
 * @rnet: the common part; must be first
 * @open: it has queues that run
 * @stale: an open or stop has failed, and what rnet_reset() does is still to be done; RTNL
 * @children: P_Key children that receive on its queues; RTNL
 * @gave_up: jiffies, when sends of a child were last waited for in vain; RTNL
 * @rx_bytes: the most that was told to have come in
 */
struct mlx_intf {
	struct rnet rnet;
	bool open;
	bool stale;
	unsigned int children;
	unsigned long gave_up;
	atomic64_t rx_bytes;
};

static_assert(offsetof(struct mlx_intf, rnet) == 0);

static inline struct mlx_intf *mlx_intf_of(const struct net_device *dev)
{
	return container_of(rnet_of(dev), struct mlx_intf, rnet);
}

int mlx_port_check(const struct net_device *dev);
int mlx_child_check(const struct net_device *dev, const struct net_device *parent);
int mlx_child_init(struct net_device *dev, struct net_device *parent, u32 *qp_num);
int mlx_child_open(struct net_device *dev, const struct net_device *parent);
void mlx_child_stop(struct net_device *dev, struct net_device *parent);
bool mlx_child_reset(struct net_device *dev, struct net_device *parent);
void mlx_child_uninit(struct net_device *dev, struct net_device *parent);
int mlx_child_set_channels(struct net_device *dev, struct ethtool_channels *channels);
void mlx_tunnel_features(struct net_device *dev);
netdev_features_t mlx_features_check(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features);

#endif /* MLX_H */
