// SPDX-License-Identifier: GPL-2.0
/* 6.17: interfaces are made in the network namespace of their RDMA device. */
#include <linux/module.h>
#include <rdma/ib_verbs.h>

struct net *net_of(struct ib_device *hca);
struct net *net_of(struct ib_device *hca)
{
	return rdma_dev_net(hca);
}

MODULE_LICENSE("GPL");
