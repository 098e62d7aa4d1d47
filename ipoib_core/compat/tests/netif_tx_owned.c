// SPDX-License-Identifier: GPL-2.0
/* 2026: on PREEMPT_RT the CPU does not tell who has the lock of a TX queue. */
#include <linux/module.h>
#include <linux/netdevice.h>

bool test(struct netdev_queue *queue);
bool test(struct netdev_queue *queue)
{
	return netif_tx_owned(queue, smp_processor_id());
}

MODULE_LICENSE("GPL");
