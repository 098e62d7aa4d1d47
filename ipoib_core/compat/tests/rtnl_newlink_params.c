// SPDX-License-Identifier: GPL-2.0
/* 6.15: rtnl_link_ops.newlink takes a struct rtnl_newlink_params. */
#include <linux/module.h>
#include <net/rtnetlink.h>

static int newlink(struct net_device *dev, struct rtnl_newlink_params *params,
		   struct netlink_ext_ack *extack)
{
	return rtnl_newlink_link_net(params) ? 0 : -EINVAL;
}

struct rtnl_link_ops probe = { .newlink = newlink };

MODULE_LICENSE("GPL");
