// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt moderation: by hand, as ethtool says, in the HCA, by default none; and adaptive.
 *
 * Adaptive means: when interrupts are many and bring few packets each, let packets gather. NAPI,
 * instead of arming the CQ, comes back after a while by a timer, so that packets share a run of
 * NAPI, the attention of GRO and a wake-up of their reader.
 *
 * A wait is bad for all who wait for an answer, and good for one thing: a CPU that has more to do
 * than it can. There what is waiting would not be served sooner without the wait, and what the wait
 * saves serves it. So two things are asked of waits, and both are measured:
 *
 * The CPU is never idle. Each interrupt, and each end of a wait, looks whether it came to the idle
 * task. One that did ends the waits at once: nobody had a use for the time.
 *
 * Packets become more. A CPU may be busy with something else, and what a round trip loses is not
 * seen in any other way. So waits and runs without them take turns, and each turn with waits must
 * have a higher rate than the one after it. One that has doubles the next; one that has not ends
 * them, unless they have been better often. A load that is as fast as its sender wants gains
 * nothing, and is left alone.
 *
 * Waits that turn out bad may take a two-thousandth of the time: that is how long there are none
 * after them. So who is slowed down by them is one packet in so many, which no percentile shows.
 *
 * tests/moderate has models of servers, and compares with them what this file does to their rate,
 * their latency and their losses.
 *
 * The kernel's DIM library climbs from level to level and takes some hundred packets for a step.
 * For two hosts that ask and answer each other it does not come to rest, because each one's steps
 * change what the other one measures: a round trip of 35 us became one of 98 us.
 */
#include "ref.h"

/* Runs of NAPI that are looked at together before a try. */
#define REF_WAIT_RUNS		32
/* So many of them in this time are many; what takes longer has ended. */
#define REF_WAIT_BUSY		(8 * NSEC_PER_MSEC)
/* A wait shall bring so many packets, no more than this share of the ring, */
#define REF_WAIT_PACKETS	32U
#define REF_WAIT_SHARE	8
/* and be no shorter than this. When the longest brings less than so many it saves nothing. */
#define REF_WAIT_MIN		(16U * NSEC_PER_USEC)
#define REF_WAIT_LEAST	5
/*
 * Waits in a row at first. Each comparison that they win is a level: from DOUBLE on it doubles
 * them; at PROVEN they are good, as chance, which decides where nothing is to be gained, hardly
 * wins so many in a row. From then on one that is lost costs WORSE levels, before it was the end.
 * What they are compared with is shorter by a power of two, LESS at most.
 */
#define REF_WAIT_TRY		8U
#define REF_WAIT_DOUBLE	5U
#define REF_WAIT_PROVEN	8U
#define REF_WAIT_WORSE	2U
#define REF_WAIT_LEVELS	10U
#define REF_WAIT_LESS		3U
/* Better is more by a part in so many. */
#define REF_WAIT_BETTER	64
/* Bad waits take a part in so many of the time, and tries are no further apart than this. */
#define REF_WAIT_BAD		2048
#define REF_WAIT_PAUSE_MAX	(4ULL * NSEC_PER_SEC)

static void ref_wait_turn(struct ref_waits *waits, enum ref_wait_phase phase, u64 now)
{
	waits->phase = phase;
	waits->was_idle = false;
	waits->start = now;
	waits->runs = 0;
	waits->packets = 0;
}

/* No waits until what the bad ones have taken is a small part of the time. */
static void ref_wait_end(struct ref_waits *waits, u64 now)
{
	waits->next = now + min(waits->lost * REF_WAIT_BAD, REF_WAIT_PAUSE_MAX);
	waits->lost = 0;
	ref_wait_turn(waits, REF_WAIT_LOOK, now);
}

/* Packets that a wait should bring. */
static u32 ref_wait_wanted(const struct ref_rxq *rxq)
{
	return min(READ_ONCE(rxq->limit) / REF_WAIT_SHARE, REF_WAIT_PACKETS);
}

/* Are waits worth a try? When interrupts bring three quarters of what a wait would, it is well. */
static void ref_wait_look(struct ref_rxq *rxq, u64 now)
{
	struct ref_waits *waits = &rxq->waits;
	u64 took = max(now - waits->start, 1ULL);
	u32 wanted = ref_wait_wanted(rxq);
	u32 packets = waits->packets;
	bool idle = waits->was_idle;

	ref_wait_turn(waits, REF_WAIT_LOOK, now);
	if (idle || now < waits->next || took > REF_WAIT_BUSY ||
	    packets > wanted * REF_WAIT_RUNS * 3 / 4 ||
	    packets * REF_WAIT_MAX < took * REF_WAIT_LEAST)
		return;
	waits->wait = min_t(u64, div_u64(took * wanted, packets), waits->most);
	waits->level = 0;
	ref_wait_turn(waits, REF_WAIT_GATHER, now);
}

/* Waits have had their turn. */
static void ref_wait_gathered(struct ref_waits *waits, u64 now)
{
	waits->wait_runs = waits->runs;
	waits->wait_packets = waits->packets;
	waits->wait_took = max(now - waits->start, 1ULL);
	waits->lost += waits->wait_took;
	ref_wait_turn(waits, REF_WAIT_CONTROL, now);
}

/* Waits have been better. When that is no chance any more they may grow again. */
static void ref_wait_won(struct ref_rxq *rxq)
{
	struct ref_waits *waits = &rxq->waits;

	waits->level = min(waits->level + 1, REF_WAIT_LEVELS);
	if (waits->level < REF_WAIT_PROVEN)
		return;
	waits->lost = 0;
	waits->most = min_t(u32, waits->most + waits->most / 8, REF_WAIT_MAX);
	if (waits->wait_packets < waits->wait_runs * ref_wait_wanted(rxq))
		waits->wait = min(waits->wait + waits->wait / 8, waits->most);
}

/* So have runs without them: which were better? */
static void ref_wait_compare(struct ref_rxq *rxq, u64 now)
{
	struct ref_waits *waits = &rxq->waits;
	u64 took = max(now - waits->start, 1ULL);
	u64 with = took * waits->wait_packets;
	u64 without = waits->wait_took * waits->packets;

	if (took > REF_WAIT_BUSY && took > waits->wait_took) {
		ref_wait_end(waits, now);
		return;
	}
	if (with > without + without / REF_WAIT_BETTER) {
		ref_wait_won(rxq);
		ref_wait_turn(waits, REF_WAIT_GATHER, now);
	} else if (waits->level >= REF_WAIT_PROVEN) {
		waits->level -= REF_WAIT_WORSE;
		waits->lost = 0;
		ref_wait_turn(waits, REF_WAIT_GATHER, now);
	} else {
		/* Short ones may save too little. */
		waits->most = min_t(u32, waits->most * 2, REF_WAIT_MAX);
		ref_wait_end(waits, now);
	}
}

/*
 * A wait ended in the idle task, or without a packet: it was too long. Shorter ones may be well;
 * when the shortest is too long, or brings nothing, there was no use for any.
 */
static void ref_wait_too_long(struct ref_waits *waits, u64 now)
{
	u32 less = waits->level >= REF_WAIT_PROVEN ? waits->wait / 4 : waits->wait / 2;

	if (waits->wait > REF_WAIT_MIN && waits->packets) {
		waits->wait = max_t(u32, waits->wait - less, REF_WAIT_MIN);
		waits->most = waits->wait;
		return;
	}
	waits->lost += now - waits->start;
	ref_wait_end(waits, now);
}

/* By how much, as a power of two, are waits more than at first? */
static u32 ref_wait_shift(const struct ref_waits *waits)
{
	return max(waits->level, REF_WAIT_DOUBLE) - REF_WAIT_DOUBLE;
}

static void ref_wait_count(struct ref_rxq *rxq, bool idle)
{
	struct ref_waits *waits = &rxq->waits;

	switch (waits->phase) {
	case REF_WAIT_LOOK:
		if (waits->runs >= REF_WAIT_RUNS)
			ref_wait_look(rxq, ktime_get_ns());
		break;
	case REF_WAIT_GATHER:
		if (idle || !waits->packets)
			ref_wait_too_long(waits, ktime_get_ns());
		else if (waits->runs >= REF_WAIT_TRY << ref_wait_shift(waits))
			ref_wait_gathered(waits, ktime_get_ns());
		break;
	case REF_WAIT_CONTROL:
		if (idle && waits->level < REF_WAIT_PROVEN)
			ref_wait_end(waits, ktime_get_ns());
		else if (waits->packets >= waits->wait_packets >>
					    min(ref_wait_shift(waits), REF_WAIT_LESS))
			ref_wait_compare(rxq, ktime_get_ns());
		break;
	}
}

/**
 * ref_wait() - a run of NAPI is at its end: how long shall packets gather until the next one?
 * @rxq: the queue
 * @packets: what the run has taken
 *
 * Context: NAPI of the queue.
 * Return: nanoseconds; 0: not at all, arm the CQ.
 */
u32 ref_wait(struct ref_rxq *rxq, unsigned int packets)
{
	struct ref_waits *waits = &rxq->waits;
	bool idle = READ_ONCE(waits->idle);

	/* What was counted before is too old when it is switched on again, and looks see that. */
	if (!READ_ONCE(rxq->priv->adaptive_rx) || !ref_is_up(rxq->priv)) {
		waits->phase = REF_WAIT_LOOK;
		return 0;
	}
	/* An interrupt that comes now, after somebody else ran NAPI, is one of many. */
	if (idle)
		WRITE_ONCE(waits->idle, false);
	waits->was_idle |= idle;
	waits->packets += packets;
	waits->runs++;
	ref_wait_count(rxq, idle);
	return waits->phase == REF_WAIT_GATHER ? waits->wait : 0;
}

static enum hrtimer_restart ref_wait_timer(struct hrtimer *timer)
{
	struct ref_rxq *rxq = container_of(timer, struct ref_rxq, wait_timer);

	ref_wait_note(&rxq->waits);
	napi_schedule(&rxq->napi);
	return HRTIMER_NORESTART;
}

/**
 * ref_wait_init() - prepare adaptive moderation
 * @rxq: the queue
 *
 * Context: process, under RTNL.
 */
void ref_wait_init(struct ref_rxq *rxq)
{
	hrtimer_setup(&rxq->wait_timer, ref_wait_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED);
	rxq->waits.most = REF_WAIT_MAX;
}

/* An HCA that cannot moderate does not have to be told not to. */
static int ref_moderate_cq(struct ib_cq *cq, u16 frames, u16 usecs)
{
	int err = rdma_set_cq_moderation(cq, frames, usecs);

	return err == -EOPNOTSUPP && !frames && !usecs ? 0 : err;
}

/**
 * ref_moderate() - have the HCA moderate interrupts as priv->coal says
 * @priv: the interface
 *
 * What it does to receives stays 0, every packet an interrupt, where moderation is adaptive.
 *
 * Context: process, under RTNL.
 * Return: 0; an error of the HCA, then some CQs are as they were.
 */
int ref_moderate(struct ref_priv *priv)
{
	u16 frames = priv->adaptive_rx ? 0 : priv->coal.rx_frames;
	u16 usecs = priv->adaptive_rx ? 0 : priv->coal.rx_usecs;
	unsigned int i;
	int err = 0;

	for (i = 0; i < priv->num_rxqs && !err; i++)
		err = ref_moderate_cq(priv->rxqs[i].cq, frames, usecs);
	for (i = 0; i < priv->num_txqs && !err; i++)
		err = ref_moderate_cq(priv->txqs[i].cq, priv->coal.tx_frames,
				      priv->coal.tx_usecs);
	return err;
}
