/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Adaptive moderation of an RX queue: see moderate.c. All that it needs of the kernel is here, so
 * that tests/moderate can compile it in user space.
 */
#ifndef ACCEL_REF_MODERATE_H
#define ACCEL_REF_MODERATE_H

#include <linux/compiler.h>
#include <linux/sched.h>
#include <linux/types.h>

/*
 * Is it on unless somebody switches it off? tests/moderate says what it must not do then, and what
 * it does: echoes of a CPU that has more to do than it can come later.
 */
#define REF_ADAPTIVE_RX		false

/* No wait is longer, nanoseconds. */
#define REF_WAIT_MAX		(128U * NSEC_PER_USEC)

/* What the runs of NAPI are counted for. */
enum ref_wait_phase {
	REF_WAIT_LOOK,	/* is a try due? */
	REF_WAIT_GATHER,	/* they wait for packets */
	REF_WAIT_CONTROL,	/* they do not, to compare with */
};

/**
 * struct ref_waits - adaptive moderation of an RX queue, NAPI's but for @idle
 * @idle: the CPU had nothing else to do when a run of NAPI was asked for; written by who asks
 * @was_idle: the same, of one of the runs that are counted
 * @phase: what runs are counted for
 * @start: when it began, nanoseconds
 * @next: no try before
 * @runs: runs of NAPI counted, but for those that used up their budget
 * @packets: what all of them brought
 * @wait: nanoseconds from a run's end to the next one
 * @most: the longest that one may be: shorter when the CPU was idle at the end of one
 * @level: how well waits did: each higher level makes the next ones twice as many
 * @wait_runs: number of the last ones
 * @wait_packets: what they brought
 * @wait_took: and the time they took, nanoseconds
 * @lost: time of those that did not do well, nanoseconds
 */
struct ref_waits {
	bool idle;
	bool was_idle;
	enum ref_wait_phase phase;
	u64 start;
	u64 next;
	u32 runs;
	u32 packets;
	u32 wait;
	u32 most;
	u32 level;
	u32 wait_runs;
	u32 wait_packets;
	u64 wait_took;
	u64 lost;
};

/* NAPI is asked to run: has the CPU got anything else to do? In the interrupt that asks. */
static inline void ref_wait_note(struct ref_waits *waits)
{
	if (is_idle_task(current))
		WRITE_ONCE(waits->idle, true);
}

#endif /* ACCEL_REF_MODERATE_H */
