/* SPDX-License-Identifier: GPL-2.0 */
/* What silence.c of accel_ref asks of a kernel beyond tests/groups/groups.h, which comes first. */
#ifndef SILENCE_KERNEL_H
#define SILENCE_KERNEL_H

#define LIST_HEAD(name)		struct list_head name = { &(name), &(name) }
#define DEFINE_MUTEX(name)	struct mutex name
#define clamp_t(type, v, low, high)	min_t(type, max_t(type, v, low), high)
#define jiffies_to_msecs(j)	((unsigned int)(j))
/* What would be said is looked at all the same. */
#define netdev_err(dev, ...)	((void)(dev), (void)snprintf(NULL, 0, __VA_ARGS__))

#endif /* SILENCE_KERNEL_H */
