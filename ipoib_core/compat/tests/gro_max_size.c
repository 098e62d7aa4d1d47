// SPDX-License-Identifier: GPL-2.0
/* 5.18: the user says how large a packet GRO may make. */
#include <linux/module.h>
#include <linux/netdevice.h>

unsigned int test(const struct net_device *dev);
unsigned int test(const struct net_device *dev)
{
	return dev->gro_max_size;
}

MODULE_LICENSE("GPL");
