// SPDX-License-Identifier: GPL-2.0
/* 5.15: ndo_do_ioctl became ndo_eth_ioctl for the device's own requests. */
#include <linux/module.h>
#include <linux/netdevice.h>

static int eth_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
	return 0;
}

const struct net_device_ops probe = { .ndo_eth_ioctl = eth_ioctl };

MODULE_LICENSE("GPL");
