// SPDX-License-Identifier: GPL-2.0
/* 5.13: links that go back to the initial namespace when theirs is deleted. */
#include <linux/module.h>
#include <net/rtnetlink.h>

struct rtnl_link_ops probe = { .netns_refund = true };

MODULE_LICENSE("GPL");
