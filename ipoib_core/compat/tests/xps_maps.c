// SPDX-License-Identifier: GPL-2.0
/* net_device.xps_maps[]: 5.13 */
#include <linux/module.h>
#include <linux/netdevice.h>

#ifdef CONFIG_XPS
bool test(const struct net_device *dev);
bool test(const struct net_device *dev)
{
	return rcu_access_pointer(dev->xps_maps[XPS_CPUS]);
}
#endif

MODULE_LICENSE("GPL");
