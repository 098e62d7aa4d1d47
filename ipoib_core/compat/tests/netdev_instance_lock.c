// SPDX-License-Identifier: GPL-2.0
/* 6.15: a netdev may ask that its functions be called under a lock of its own. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/netdev_lock.h>

void probe(struct net_device *dev, struct napi_struct *napi)
{
	dev->request_ops_lock = true;
	netdev_lock_ops(dev);
	napi_disable_locked(napi);
	napi_enable_locked(napi);
	netdev_unlock_ops(dev);
}

MODULE_LICENSE("GPL");
