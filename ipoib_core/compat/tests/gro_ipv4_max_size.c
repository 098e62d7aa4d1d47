// SPDX-License-Identifier: GPL-2.0
/* 6.3: the same for IPv4 by itself. */
#include <linux/module.h>
#include <linux/netdevice.h>

unsigned int test(const struct net_device *dev);
unsigned int test(const struct net_device *dev)
{
	return dev->gro_ipv4_max_size;
}

MODULE_LICENSE("GPL");
