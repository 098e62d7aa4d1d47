// SPDX-License-Identifier: GPL-2.0
/* 7.x: dev_get_flags() is called netif_get_flags(). */
#include <linux/module.h>
#include <linux/netdevice.h>

unsigned int probe(const struct net_device *dev)
{
	return netif_get_flags(dev);
}

MODULE_LICENSE("GPL");
