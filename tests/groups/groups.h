/* SPDX-License-Identifier: GPL-2.0 */
/* What groups.c of accel_ref asks of a kernel beyond tests/send/kernel.h, which comes first. */
#ifndef GROUPS_H
#define GROUPS_H

#define kzalloc(size, flags)	((void)(flags), calloc(1, size))
#define kfree(p)		free(p)

#define lockdep_assert_held(lock)	((void)(lock))
#define atomic_dec(v)		(--*(v))
#define time_in_range(a, b, c)	((long)((a) - (b)) >= 0 && (long)((c) - (a)) >= 0)
#define time_after(a, b)	((long)((b) - (a)) < 0)
int ib_attach_mcast(struct ib_qp *qp, union ib_gid *gid, u16 lid);
int ib_detach_mcast(struct ib_qp *qp, union ib_gid *gid, u16 lid);

#endif /* GROUPS_H */
