// SPDX-License-Identifier: GPL-2.0
/* netif_napi_add_tx() without a weight: 5.19 */
#include <linux/module.h>
#include <linux/netdevice.h>

void test(struct net_device *dev, struct napi_struct *napi,
	  int (*poll)(struct napi_struct *, int));
void test(struct net_device *dev, struct napi_struct *napi,
	  int (*poll)(struct napi_struct *, int))
{
	netif_napi_add_tx(dev, napi, poll);
}

MODULE_LICENSE("GPL");
