// SPDX-License-Identifier: GPL-2.0
/* hrtimer_setup() takes the function; before there was hrtimer_init(). */
#include <linux/hrtimer.h>
#include <linux/module.h>

static enum hrtimer_restart test_fn(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

void test(struct hrtimer *timer);
void test(struct hrtimer *timer)
{
	hrtimer_setup(timer, test_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

MODULE_LICENSE("GPL");
