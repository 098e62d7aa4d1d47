// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest data path: it counts what it is asked to send, drops it, and receives nothing. It
 * includes ipoib_accel.h alone, to show what an accel must have; accel_ref shows what a real one
 * does in these functions. Load it with ipoib_core accel=min.
 */
#include <linux/atomic.h>

#include "ipoib_accel.h"

struct min_priv {
	struct rdma_netdev rn;	/* must be first */
	atomic64_t packets;
	atomic64_t bytes;
};

/* No packet ever arrives, so the number need not be that of a QP: the last ones there are. */
static atomic_t min_next_qpn = ATOMIC_INIT(0xfffffe);

static int min_match(struct ib_device *hca, u32 port)
{
	return rdma_protocol_ib(hca, port) ? IPOIB_ACCEL_PRIO_GENERIC : IPOIB_ACCEL_PRIO_NONE;
}

static int min_get_mq_param(struct ib_device *hca, u32 port, size_t *priv_size,
			    unsigned int *rx_queues, unsigned int *tx_queues)
{
	*priv_size = sizeof(struct min_priv);
	*rx_queues = 1;
	*tx_queues = 1;
	return 0;
}

static int min_update_netdev_settings(struct net_device *dev)
{
	return 0;
}

static int min_ib_dev_init(struct net_device *dev, struct ib_device *hca, u32 port, u16 pkey,
			   u32 *qp_num)
{
	*qp_num = atomic_fetch_dec(&min_next_qpn) & 0xffffff;
	return 0;
}

static void min_ib_dev_cleanup(struct net_device *dev)
{
}

static int min_ib_dev_open(struct net_device *dev)
{
	return 0;
}

static void min_ib_dev_stop(struct net_device *dev)
{
}

static int min_set_qkey(struct net_device *dev, u32 qkey)
{
	return 0;
}

static int min_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	return 0;
}

static int min_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	return 0;
}

static int min_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn)
{
	struct min_priv *priv = netdev_priv(dev);

	atomic64_inc(&priv->packets);
	atomic64_add(skb->len, &priv->bytes);
	dev_kfree_skb_any(skb);
	return 0;
}

static void min_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct min_priv *priv = netdev_priv(dev);

	stats->tx_packets += atomic64_read(&priv->packets);
	stats->tx_bytes += atomic64_read(&priv->bytes);
}

static const struct ipoib_ops min_ops = {
	.get_mq_param = min_get_mq_param,
	.update_netdev_settings = min_update_netdev_settings,
	.ib_dev_init = min_ib_dev_init,
	.ib_dev_open = min_ib_dev_open,
	.ib_dev_stop = min_ib_dev_stop,
	.set_qkey = min_set_qkey,
	.attach_mcast = min_attach_mcast,
	.detach_mcast = min_detach_mcast,
	.send = min_send,
	.ib_dev_cleanup = min_ib_dev_cleanup,
	.get_stats64 = min_get_stats64,
};

static struct ipoib_accel min_accel = {
	.name = "min",
	.owner = THIS_MODULE,
	.abi_version = IPOIB_ACCEL_ABI,
	.match = min_match,
	.ops = &min_ops,
};

static int __init min_init(void)
{
	return ipoib_register_accel(&min_accel);
}

static void __exit min_exit(void)
{
	ipoib_unregister_accel(&min_accel);
}

module_init(min_init);
module_exit(min_exit);

MODULE_DESCRIPTION("An IPoIB data path that counts and drops");
MODULE_AUTHOR("ipoib-accel maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_IPOIB_ACCEL("min");
