/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel API drift that several modules meet: what compat.h, accel_compat.h and sib_compat.h have
 * in common. The newest kernel's names, supplied where an older kernel has none.
 */
#ifndef COMPAT_COMMON_H
#define COMPAT_COMMON_H

#include <linux/hrtimer.h>

#include "generated/features.h"

/* The type in which the RDMA core hands out port numbers. */
#ifdef HAVE_RDMA_PORT_U32
#define compat_port_t u32
#else
#define compat_port_t u8
#endif

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *), clockid_t clock,
				 enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

#endif /* COMPAT_COMMON_H */
