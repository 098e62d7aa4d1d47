// SPDX-License-Identifier: GPL-2.0
/* 6.17: system_dfl_wq and system_percpu_wq; 7.2 warns of the names before. */
#include <linux/module.h>
#include <linux/workqueue.h>

void test(struct work_struct *a, struct work_struct *b);
void test(struct work_struct *a, struct work_struct *b)
{
	queue_work(system_dfl_wq, a);
	queue_work(system_percpu_wq, b);
}

MODULE_LICENSE("GPL");
