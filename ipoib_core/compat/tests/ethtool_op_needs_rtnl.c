// SPDX-License-Identifier: GPL-2.0
/* 7.2: of netdevs with a lock of their own, ethtool takes RTNL only for what asks for it. */
#include <linux/ethtool.h>
#include <linux/module.h>

const struct ethtool_ops probe = { .op_needs_rtnl = ETHTOOL_OP_NEEDS_RTNL_GLINK };

MODULE_LICENSE("GPL");
