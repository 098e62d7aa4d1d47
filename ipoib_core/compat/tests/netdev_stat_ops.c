// SPDX-License-Identifier: GPL-2.0
/* Statistics of queues by netlink, with those that accel_ref has: 6.11 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/netdev_queues.h>

void test(struct net_device *dev, const struct netdev_stat_ops *ops,
	  struct netdev_queue_stats_rx *rx, struct netdev_queue_stats_tx *tx);
void test(struct net_device *dev, const struct netdev_stat_ops *ops,
	  struct netdev_queue_stats_rx *rx, struct netdev_queue_stats_tx *tx)
{
	rx->alloc_fail = rx->csum_unnecessary;
	tx->stop = tx->packets;
	dev->stat_ops = ops;
}

MODULE_LICENSE("GPL");
