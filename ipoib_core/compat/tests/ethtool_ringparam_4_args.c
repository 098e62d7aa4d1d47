// SPDX-License-Identifier: GPL-2.0
/* get_ringparam() takes four arguments: 5.17 */
#include <linux/module.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>

void test(struct net_device *dev, struct ethtool_ringparam *ring,
	  struct kernel_ethtool_ringparam *kring, struct netlink_ext_ack *extack);
void test(struct net_device *dev, struct ethtool_ringparam *ring,
	  struct kernel_ethtool_ringparam *kring, struct netlink_ext_ack *extack)
{
	dev->ethtool_ops->get_ringparam(dev, ring, kring, extack);
}

MODULE_LICENSE("GPL");
