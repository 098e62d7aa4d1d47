// SPDX-License-Identifier: GPL-2.0
/* netif_set_tso_max_segs(): 5.19 */
#include <linux/module.h>
#include <linux/netdevice.h>

void test(struct net_device *dev);
void test(struct net_device *dev)
{
	netif_set_tso_max_segs(dev, 64);
}

MODULE_LICENSE("GPL");
