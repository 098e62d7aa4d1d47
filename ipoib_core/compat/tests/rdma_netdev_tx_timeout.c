// SPDX-License-Identifier: GPL-2.0
/* 5.13: a card driver's IPoIB queues may have a function for TX time-outs. */
#include <linux/module.h>
#include <rdma/ib_verbs.h>

static void timeout(struct net_device *dev, unsigned int txqueue)
{
}

struct rdma_netdev probe = { .tx_timeout = timeout };

MODULE_LICENSE("GPL");
