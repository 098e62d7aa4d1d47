// SPDX-License-Identifier: GPL-2.0
/*
 * The module: ConnectX-4 and later. Packets move by the queues that mlx5_core makes for IPoIB and
 * offers through struct rdma_netdev and ib_core: no symbol of mlx5_core is used.
 */
#include "mlx.h"

#include <linux/rtnetlink.h>
#include <linux/slab.h>

/* mlx5_core waits for a command, or for its turn, for a minute, and has several errors for that. */
#define MLX_SILENT_FROM	(10 * HZ)

/* What mlx5_core has its queues accept, whatever the broadcast group says. */
#define MLX_QKEY	0x0b1b

static int mlx_match(struct ib_device *hca, u32 port)
{
	int err;

	if (hca->ops.driver_id != RDMA_DRIVER_MLX5 || !rdma_protocol_ib(hca, port) ||
	    !rdma_cap_ib_mcast(hca, port))
		return IPOIB_ACCEL_PRIO_NONE;
	err = rnet_offered(hca, port);
	if (!err)
		return IPOIB_ACCEL_PRIO_NATIVE;
	dev_info(&hca->dev,
		 "accel_mlx: port %u: the card, its firmware or mlx5_core has no IPoIB queues (%d): a port for accel_ref\n",
		 port, err);
	return IPOIB_ACCEL_PRIO_NONE;
}

static void mlx_ib_dev_cleanup(struct net_device *dev)
{
	struct net_device *parent = ipoib_intf(dev)->parent;
	struct mlx_intf *mlx = mlx_intf_of(dev);

	if (parent)
		mlx_child_uninit(dev, parent);
	else
		rnet_uninit(dev);
	rnet_destroy(dev);
	kfree(mlx);
}

static int mlx_ib_dev_init(struct net_device *dev, struct ib_device *hca, u32 port, u16 pkey,
			   u32 *qp_num)
{
	struct net_device *parent = ipoib_intf(dev)->parent;
	struct mlx_intf *mlx;
	int err;

	err = parent ? mlx_child_check(dev, parent) : mlx_port_check(dev);
	if (err)
		return err;
	mlx = kzalloc(sizeof(*mlx), GFP_KERNEL);
	if (!mlx)
		return -ENOMEM;
	mlx->rnet.qkey = MLX_QKEY;
	/* Long ago. */
	mlx->gave_up = jiffies - LONG_MAX;
	err = rnet_init(dev, &mlx->rnet);
	if (err)
		goto free_mlx;
	err = parent ? mlx_child_init(dev, parent, qp_num) : rnet_start(dev, qp_num);
	if (err)
		goto destroy;
	return 0;

destroy:
	rnet_destroy(dev);
free_mlx:
	kfree(mlx);
	return err;
}

/* After an open that failed: see rnet_reset(). Returns whether it was done, and answered. */
static bool mlx_reset(struct net_device *dev)
{
	struct net_device *parent = ipoib_intf(dev)->parent;
	struct mlx_intf *mlx = mlx_intf_of(dev);
	unsigned long start = jiffies;
	bool done = true;

	if (parent)
		done = mlx_child_reset(dev, parent);
	else
		/* Its NAPI is not there yet. */
		rnet_reset(dev);
	mlx->stale = !done || time_after(jiffies, start + MLX_SILENT_FROM);
	return !mlx->stale;
}

static int mlx_open_once(struct net_device *dev)
{
	struct net_device *parent = ipoib_intf(dev)->parent;
	struct mlx_intf *mlx = mlx_intf_of(dev);
	unsigned long start = jiffies;
	int err;

	err = parent ? mlx_child_open(dev, parent) : rnet_open(dev);
	mlx->open = !err;
	mlx->stale = err && time_after(jiffies, start + MLX_SILENT_FROM);
	/* A card that does not answer is not asked for more: it would take another minute. */
	if (err && !mlx->stale)
		mlx_reset(dev);
	return err;
}

static int mlx_ib_dev_open(struct net_device *dev)
{
	struct net_device *parent = ipoib_intf(dev)->parent;
	bool stale = mlx_intf_of(dev)->stale;
	int err;

	if (stale && !parent && !mlx_reset(dev))
		return -ETIMEDOUT;
	err = mlx_open_once(dev);
	/*
	 * A child's parent has its NAPI off during the reset: so a card that may be silent still is
	 * asked for something else first, which has failed now, as the reset was due.
	 */
	if (err && stale && parent && !mlx_intf_of(dev)->stale)
		err = mlx_open_once(dev);
	return err;
}

static void mlx_ib_dev_stop(struct net_device *dev)
{
	struct net_device *parent = ipoib_intf(dev)->parent;
	struct mlx_intf *mlx = mlx_intf_of(dev);
	unsigned long start = jiffies;

	mlx->open = false;
	if (parent)
		mlx_child_stop(dev, parent);
	else
		rnet_stop(dev);
	/* Whether the card has reset the QP is then not known. */
	mlx->stale = time_after(jiffies, start + MLX_SILENT_FROM);
}

static int mlx_set_qkey(struct net_device *dev, u32 qkey)
{
	struct rnet *rnet = rnet_of(dev);

	if (qkey == MLX_QKEY) {
		rnet->qkey = qkey;
		return 0;
	}
	/* Once, however often the group is joined; a child can be made anew again and again. */
	if (qkey != rnet->qkey && ipoib_accel_may_log(dev)) {
		rnet->qkey = qkey;
		netdev_err(dev,
			   "the broadcast group has Q_Key 0x%08x, and mlx5_core receives with 0x%08x only: change that of the partition, or use accel=ref\n",
			   qkey, MLX_QKEY);
	}
	return -EOPNOTSUPP;
}

static void mlx_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	atomic64_t *told = &mlx_intf_of(dev)->rx_bytes;
	s64 before = atomic64_read(told);
	s64 now;

	rnet_get_stats64(dev, stats);
	/* Where the card writes a global routing header, or room for one, mlx5_core counts it. */
	now = stats->rx_bytes - min(stats->rx_bytes, stats->rx_packets * sizeof(struct ib_grh));
	/* It counts packets before bytes: the header of one that came in between is still there. */
	while (now > before && !atomic64_try_cmpxchg(told, &before, now))
		;
	stats->rx_bytes = max(now, before);
}

static int mlx_update_netdev_settings(struct net_device *dev)
{
	int err = rnet_update_netdev_settings(dev);
	struct rnet *rnet = rnet_of(dev);

	if (rnet->ethtool.set_channels)
		rnet->ethtool.set_channels = mlx_child_set_channels;
	mlx_tunnel_features(dev);
	return err;
}

static const struct ipoib_ops mlx_ops = {
	.get_mq_param = rnet_get_mq_param,
	.update_netdev_settings = mlx_update_netdev_settings,
	.ib_dev_init = mlx_ib_dev_init,
	.ib_dev_open = mlx_ib_dev_open,
	.ib_dev_stop = mlx_ib_dev_stop,
	.set_qkey = mlx_set_qkey,
	.attach_mcast = rnet_attach_mcast,
	.detach_mcast = rnet_detach_mcast,
	.send = rnet_send,
	.ib_dev_cleanup = mlx_ib_dev_cleanup,
	.set_pkey_index = rnet_set_pkey_index,
	.get_stats64 = mlx_get_stats64,
	.features_check = mlx_features_check,
	.eth_ioctl = rnet_eth_ioctl,
	.hwtstamp_get = rnet_hwtstamp_get,
	.hwtstamp_set = rnet_hwtstamp_set,
};

static struct ipoib_accel mlx_accel = {
	.name = "mlx",
	.owner = THIS_MODULE,
	.abi_version = IPOIB_ACCEL_ABI,
	.match = mlx_match,
	.ops = &mlx_ops,
};

static int __init mlx_init(void)
{
	int err = ipoib_register_accel(&mlx_accel);

	/* modprobe takes -EEXIST for "loaded already" and says nothing. */
	return err == -EEXIST ? -EBUSY : err;
}

static void __exit mlx_exit(void)
{
	ipoib_unregister_accel(&mlx_accel);
}

module_init(mlx_init);
module_exit(mlx_exit);

MODULE_DESCRIPTION("IPoIB data path over the queues of mlx5_core: ConnectX-4 and later");
MODULE_AUTHOR("ipoib-accel maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(IPOIB_ACCEL_VERSION);
MODULE_ALIAS_IPOIB_ACCEL("mlx");
MODULE_ALIAS("ipoib-accel-for-mlx5_core");
