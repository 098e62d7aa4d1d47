// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt moderation: by hand, as ethtool says, in the HCA, by default none; or adaptive, when
 * asked for. It costs servers that few clients ask in turn a fifth of their answers.
 *
 * Adaptive means: when interrupts are many and bring few packets each, let packets gather. NAPI,
 * instead of arming the CQ, comes back after a while by a timer, so that packets share a run of
 * NAPI, the attention of GRO and a wake-up of their reader. A wait is only good when more packets
 * come meanwhile. Who has asked something and gets one packet, the answer, is slowed down by it. So
 * each wait must bring packets, and all of them together must not make packets fewer than they were
 * before; or it ends at once, and is tried again after a time that doubles, until the load changes.
 *
 * The kernel's DIM library climbs from level to level and takes some hundred packets for a step.
 * For two hosts that ask and answer each other it does not come to rest, because each one's steps
 * change what the other one measures: a round trip of 35 us became one of 98 us.
 */
#include "ref.h"

/* Runs of NAPI that are looked at together: without waits, and with them. */
#define REF_GATHER_LOOK		32
#define REF_GATHER_TRY		16
/* So many interrupts in this time are many. */
#define REF_GATHER_BUSY		(8 * NSEC_PER_MSEC)
/* A wait shall bring so many packets, no more than this share of the ring, and be no longer. */
#define REF_GATHER_PACKETS	32U
#define REF_GATHER_SHARE	8
#define REF_GATHER_MAX		(128 * NSEC_PER_USEC)
/* Looks without a wait after waits that were not good: at first, and at most. */
#define REF_GATHER_PAUSE	4U
#define REF_GATHER_PAUSE_MAX	256U

static void ref_gather_look(struct ref_gather *gather, u64 now)
{
	gather->start = now;
	gather->runs = 0;
	gather->packets = 0;
}

/* Ends the waits; @bad: they did not help. */
static void ref_gather_end(struct ref_gather *gather, u64 now, bool bad)
{
	if (bad) {
		gather->skip = gather->pause;
		gather->pause = min(gather->pause * 2, REF_GATHER_PAUSE_MAX);
	}
	gather->wait = 0;
	ref_gather_look(gather, now);
}

/*
 * Are waits worth a try? Called at the end of a look. When interrupts bring three quarters of what
 * a wait would, it is well.
 */
static void ref_gather_decide(struct ref_rxq *rxq, u64 now)
{
	u32 wanted = min(READ_ONCE(rxq->limit) / REF_GATHER_SHARE, REF_GATHER_PACKETS);
	struct ref_gather *gather = &rxq->gather;
	u64 took = max(now - gather->start, 1ULL);
	u32 packets = gather->packets;
	u32 rate = div64_u64((u64)packets * NSEC_PER_SEC, took);

	ref_gather_look(gather, now);
	if (took > REF_GATHER_BUSY || packets > wanted * REF_GATHER_LOOK * 3 / 4 || !packets)
		return;
	/* Another load: what was learnt of the last one says nothing. */
	if (rate > gather->rate + gather->rate / 4 || rate < gather->rate - gather->rate / 4) {
		gather->rate = rate;
		gather->pause = REF_GATHER_PAUSE;
		gather->skip = 0;
	}
	if (gather->skip) {
		gather->skip--;
		return;
	}
	gather->rate = rate;
	gather->wait = min_t(u64, div_u64(took * wanted, packets), REF_GATHER_MAX);
}

/* Have the waits been good? Called after REF_GATHER_TRY of them. */
static void ref_gather_judge(struct ref_gather *gather, u64 now)
{
	u64 took = max(now - gather->start, 1ULL);
	u32 rate = div64_u64((u64)gather->packets * NSEC_PER_SEC, took);

	if (rate < gather->rate - gather->rate / 16) {
		ref_gather_end(gather, now, true);
		return;
	}
	gather->pause = REF_GATHER_PAUSE;
	ref_gather_look(gather, now);
}

/**
 * ref_gather() - a run of NAPI is at its end: how long shall packets gather until the next one?
 * @rxq: the queue
 * @packets: what the run has taken
 *
 * Context: NAPI of the queue.
 * Return: nanoseconds; 0: not at all, arm the CQ.
 */
u32 ref_gather(struct ref_rxq *rxq, unsigned int packets)
{
	struct ref_gather *gather = &rxq->gather;
	bool off = !READ_ONCE(rxq->priv->adaptive_rx) || !ref_is_up(rxq->priv);

	if (unlikely(off)) {
		gather->wait = 0;
		return 0;
	}
	gather->packets += packets;
	gather->runs++;
	if (!gather->wait) {
		if (gather->runs >= REF_GATHER_LOOK)
			ref_gather_decide(rxq, ktime_get_ns());
	} else if (packets < 2) {
		/* One that came alone was kept waiting for nothing; without any, it is over. */
		ref_gather_end(gather, ktime_get_ns(), packets);
	} else if (gather->runs >= REF_GATHER_TRY) {
		ref_gather_judge(gather, ktime_get_ns());
	}
	return gather->wait;
}

static enum hrtimer_restart ref_gather_timer(struct hrtimer *timer)
{
	struct ref_rxq *rxq = container_of(timer, struct ref_rxq, gather_timer);

	napi_schedule(&rxq->napi);
	return HRTIMER_NORESTART;
}

/**
 * ref_gather_init() - prepare adaptive moderation
 * @rxq: the queue
 *
 * Context: process, under RTNL.
 */
void ref_gather_init(struct ref_rxq *rxq)
{
	hrtimer_setup(&rxq->gather_timer, ref_gather_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED);
	rxq->gather.pause = REF_GATHER_PAUSE;
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
