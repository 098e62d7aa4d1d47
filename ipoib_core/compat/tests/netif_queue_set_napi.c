// SPDX-License-Identifier: GPL-2.0
/* netif_queue_set_napi(): 6.8 */
#include <linux/module.h>
#include <linux/netdevice.h>

void test(struct net_device *dev, struct napi_struct *napi);
void test(struct net_device *dev, struct napi_struct *napi)
{
	netif_queue_set_napi(dev, 0, NETDEV_QUEUE_TYPE_RX, napi);
}

MODULE_LICENSE("GPL");
