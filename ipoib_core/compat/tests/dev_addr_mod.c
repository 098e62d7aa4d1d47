// SPDX-License-Identifier: GPL-2.0
/* 5.16: dev->dev_addr is const and written by dev_addr_mod(). */
#include <linux/module.h>
#include <linux/netdevice.h>

void probe(struct net_device *dev, const u8 *addr)
{
	dev_addr_mod(dev, 0, addr, 20);
}

MODULE_LICENSE("GPL");
