// SPDX-License-Identifier: GPL-2.0
/* get_coalesce() and set_coalesce() take four arguments: 5.15 */
#include <linux/module.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>

int test(struct net_device *dev, struct ethtool_coalesce *ec,
	 struct kernel_ethtool_coalesce *kec, struct netlink_ext_ack *extack);
int test(struct net_device *dev, struct ethtool_coalesce *ec,
	 struct kernel_ethtool_coalesce *kec, struct netlink_ext_ack *extack)
{
	return dev->ethtool_ops->get_coalesce(dev, ec, kec, extack);
}

MODULE_LICENSE("GPL");
