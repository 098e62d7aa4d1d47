// SPDX-License-Identifier: GPL-2.0
/* 6.6: time stamping is set by functions of its own, no longer by requests of the device. */
#include <linux/module.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>

static int set(struct net_device *dev, struct kernel_hwtstamp_config *config,
	       struct netlink_ext_ack *extack)
{
	config->copied_to_user = config->ifr;
	return 0;
}

const struct net_device_ops probe = { .ndo_hwtstamp_set = set };

MODULE_LICENSE("GPL");
