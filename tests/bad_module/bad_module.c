// SPDX-License-Identifier: GPL-2.0
/*
 * One mistake on loading, chosen by what=, that a debug kernel reports: whether the tests would see
 * such a report is what this module is for.
 *
 *   use_after_free	KASAN
 *   leak		kmemleak
 *   lock_order		lockdep
 *   sleep		might sleep with preemption off
 *   rcu		RCU's list read without its lock
 *   timer		debug objects: a timer freed while it runs
 *   list		an entry added twice
 *   index		UBSAN
 *   reference		the reference tracker
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/ref_tracker.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct bad {
	struct list_head node;
	struct timer_list timer;
	int values[4];
};

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "the mistake");

/* Keeps the compiler from seeing the mistake. */
static int bad_index = 4;
module_param(bad_index, int, 0444);
MODULE_PARM_DESC(bad_index, "what=index: which of four values");

static DEFINE_MUTEX(bad_first);
static DEFINE_MUTEX(bad_second);
static LIST_HEAD(bad_list);

static void bad_timer(struct timer_list *timer)
{
}

static void bad_lock_order(void)
{
	mutex_lock(&bad_first);
	mutex_lock(&bad_second);
	mutex_unlock(&bad_second);
	mutex_unlock(&bad_first);
	mutex_lock(&bad_second);
	mutex_lock(&bad_first);
	mutex_unlock(&bad_first);
	mutex_unlock(&bad_second);
}

static void bad_sleep(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static void bad_rcu(void)
{
	struct bad *bad;

	list_for_each_entry_rcu(bad, &bad_list, node)
		bad->values[0]++;
}

static void bad_list_add(struct bad *bad)
{
	list_add(&bad->node, &bad_list);
	list_add(&bad->node, &bad_list);
	INIT_LIST_HEAD(&bad_list);
}

static void bad_reference(void)
{
	struct ref_tracker_dir dir;
	struct ref_tracker *tracker;

	ref_tracker_dir_init(&dir, 1, "bad");
	ref_tracker_alloc(&dir, &tracker, GFP_KERNEL);
	ref_tracker_dir_exit(&dir);
}

static int __init bad_init(void)
{
	struct bad *bad = kzalloc(sizeof(*bad), GFP_KERNEL);

	if (!bad)
		return -ENOMEM;
	timer_setup(&bad->timer, bad_timer, 0);
	if (!strcmp(what, "leak"))
		return 0;
	if (!strcmp(what, "lock_order"))
		bad_lock_order();
	if (!strcmp(what, "sleep"))
		bad_sleep();
	if (!strcmp(what, "rcu"))
		bad_rcu();
	if (!strcmp(what, "list"))
		bad_list_add(bad);
	if (!strcmp(what, "index"))
		bad->values[bad_index] = 1;
	if (!strcmp(what, "reference"))
		bad_reference();
	if (!strcmp(what, "timer"))
		mod_timer(&bad->timer, jiffies + HZ);
	kfree(bad);
	if (!strcmp(what, "use_after_free"))
		WRITE_ONCE(bad->values[0], 1);
	return 0;
}

static void __exit bad_exit(void)
{
}

module_init(bad_init);
module_exit(bad_exit);
MODULE_DESCRIPTION("Mistakes for a debug kernel to see");
MODULE_LICENSE("GPL");
