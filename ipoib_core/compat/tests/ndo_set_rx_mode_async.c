// SPDX-License-Identifier: GPL-2.0
/* 7.1: ndo_set_rx_mode_async, in process context and with copies of the lists. */
#include <linux/module.h>
#include <linux/netdevice.h>

static int set(struct net_device *dev, struct netdev_hw_addr_list *uc,
	       struct netdev_hw_addr_list *mc)
{
	return 0;
}

const struct net_device_ops probe = { .ndo_set_rx_mode_async = set };

MODULE_LICENSE("GPL");
