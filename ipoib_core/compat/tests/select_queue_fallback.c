// SPDX-License-Identifier: GPL-2.0
/* RHEL 8's 4.18: ndo_select_queue is given the stack's own choice as a function. */
#include <linux/module.h>
#include <linux/netdevice.h>

static u16 select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev,
			select_queue_fallback_t fallback)
{
	return fallback(dev, skb, sb_dev);
}

const struct net_device_ops probe = { .ndo_select_queue = select_queue };

MODULE_LICENSE("GPL");
