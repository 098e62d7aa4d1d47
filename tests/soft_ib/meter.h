/* SPDX-License-Identifier: GPL-2.0 */
/*
 * soft_ib: whose time it is: what of a CPU's time is this simulation's own, which no computer with
 * a real HCA would spend, and what is that of each host (meter.c). Only with the parameter meter=1.
 */
#ifndef SOFT_IB_METER_H
#define SOFT_IB_METER_H

#include "soft_ib.h"

extern bool sib_meter;		/* parameter meter= */
extern bool sib_meter_runs;	/* between writing 1 and 0 to debugfs */

/* Functions of ib_device_ops that say when they begin and end. Set before the others they stay. */
extern const struct ib_device_ops sib_meter_ops;

u8 __sib_meter_enter(const struct sib_hca *hca);
u8 __sib_meter_client(const struct sib_hca *hca);
void __sib_meter_leave(u8 before);

/* From here on it is the simulation's time. Returns what sib_meter_leave() takes. */
static inline u8 sib_meter_enter(const struct sib_hca *hca)
{
	return unlikely(READ_ONCE(sib_meter_runs)) ? __sib_meter_enter(hca) : 0;
}

/* A handler of the client is called: time of @hca's host. Likewise. */
static inline u8 sib_meter_client(const struct sib_hca *hca)
{
	return unlikely(READ_ONCE(sib_meter_runs)) ? __sib_meter_client(hca) : 0;
}

static inline void sib_meter_leave(u8 before)
{
	if (unlikely(READ_ONCE(sib_meter_runs)))
		__sib_meter_leave(before);
}

void sib_meter_add(struct dentry *dir);
void sib_meter_exit(void);

#endif /* SOFT_IB_METER_H */
