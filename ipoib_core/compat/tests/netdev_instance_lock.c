// SPDX-License-Identifier: GPL-2.0
/* 6.15: a netdev may ask that its functions be called under a lock of its own. */
#include <linux/module.h>
#include <linux/netdevice.h>

void probe(struct net_device *dev)
{
	dev->request_ops_lock = true;
}

MODULE_LICENSE("GPL");
