// SPDX-License-Identifier: GPL-2.0
/* netif_napi_add() without a weight: 6.1 */
#include <linux/module.h>
#include <linux/netdevice.h>

void test(struct net_device *dev, struct napi_struct *napi,
	  int (*poll)(struct napi_struct *, int));
void test(struct net_device *dev, struct napi_struct *napi,
	  int (*poll)(struct napi_struct *, int))
{
	netif_napi_add(dev, napi, poll);
}

MODULE_LICENSE("GPL");
