// SPDX-License-Identifier: GPL-2.0
/* Sends that are done: when NAPI of a TX queue runs, and what it does. */
#include "tx.h"

/*
 * Every chain of sends has a completion, but not every completion is worth an interrupt.
 * Nobody waits for that of a copied packet: its skb is gone, and its slot and its
 * address handle have time. A send is urgent when a socket or BQL waits for its skb, when it fills
 * the ring, when the HCA refused it, or when enough came before it that were not. Whoever makes one
 * urgent asks for an interrupt, and NAPI asks again, before it leaves, as long as an urgent one is
 * outstanding. The others are reaped along the way, those after the last urgent one by lazy_work,
 * which runs while anything is outstanding.
 *
 * armed saves asking twice. It may be false although the HCA will interrupt, which costs a needless
 * run; but when it is true the HCA will interrupt, or the one who set it is about to see to that,
 * or the interrupt, which clears it, is on its way. send() writes urgent, then looks at armed; the
 * interrupt clears armed, then NAPI looks at urgent. With a full barrier between the two steps on
 * both sides at least one of them sees what the other did: either send() finds the interrupt used
 * up and asks for another, or NAPI finds the urgent send and does.
 *
 * Nor does send() ask while NAPI is scheduled, which is going to look at urgent. The stack clears
 * that mark, with a full barrier, before NAPI does, so that the same holds between these two.
 */

/**
 * ref_tx_arm() - have the next completion interrupt, unless that was asked for
 * @txq: the queue, urgent written before
 *
 * Context: BH off.
 */
void ref_tx_arm(struct ref_txq *txq)
{
	smp_mb(); /* pairs with the one in ref_tx_interrupt(), and with the end of NAPI */
	if (READ_ONCE(txq->armed))
		return;
	/* It costs a doorbell, and maybe an interrupt for what NAPI is about to take. */
	if (test_bit(NAPI_STATE_SCHED, &txq->napi.state))
		return;
	WRITE_ONCE(txq->armed, true);
	if (ref_cq_arm(txq->cq)) {
		/* There is something to poll, and the HCA may not interrupt. */
		WRITE_ONCE(txq->armed, false);
		napi_schedule(&txq->napi);
	}
}

/* Is an urgent send outstanding? That is: does urgent lie behind tail, up to head? */
static bool ref_tx_is_urgent(const struct ref_txq *txq)
{
	u32 tail = READ_ONCE(txq->tail);

	return READ_ONCE(txq->urgent) - tail - 1 < READ_ONCE(txq->head) - tail;
}

/**
 * ref_tx_lazy_work() - reap sends that asked for no interrupt
 * @work: lazy_work of struct ref_txq
 *
 * Context: workqueue.
 */
void ref_tx_lazy_work(struct work_struct *work)
{
	struct ref_txq *txq = container_of(to_delayed_work(work), struct ref_txq, lazy_work);

	if (unlikely(READ_ONCE(txq->held)))
		ref_tx_post_held(txq);
	local_bh_disable();
	napi_schedule(&txq->napi);
	local_bh_enable();
	if (ref_tx_used(txq) && ref_is_up(txq->priv))
		queue_delayed_work(ref_wq, &txq->lazy_work, REF_LAZY_DELAY);
}

/**
 * ref_tx_kick() - run NAPI, and do not rely on an interrupt that was asked for
 * @txq: the queue
 *
 * Context: BH off.
 */
void ref_tx_kick(struct ref_txq *txq)
{
	WRITE_ONCE(txq->armed, false);
	napi_schedule(&txq->napi);
}

/**
 * ref_tx_interrupt() - a send has completed that an interrupt was asked for
 * @cq: the CQ, not armed any more
 * @context: NAPI of the TX queue
 *
 * Context: any, maybe hard interrupt.
 */
void ref_tx_interrupt(struct ib_cq *cq, void *context)
{
	struct ref_txq *txq = container_of(context, struct ref_txq, napi);

	WRITE_ONCE(txq->armed, false);
	smp_mb(); /* pairs with the one in ref_tx_arm() */
	napi_schedule(&txq->napi);
}

/* What one run of NAPI has done: counters are written once for all. */
struct ref_tx_burst {
	unsigned int sends;
	unsigned int skbs;
	unsigned int len;
	unsigned int packets;
	unsigned int bytes;
	unsigned int errors;
	unsigned int flushed;
};

/* Frees the slot at @tail. */
static void ref_tx_free(struct ref_txq *txq, u32 tail, enum ib_wc_status status, int budget,
			struct ref_tx_burst *burst)
{
	struct ref_tx_slot *slot = &txq->slots[tail & txq->mask];
	bool good = status == IB_WC_SUCCESS && !slot->dead;

	burst->sends++;
	if (likely(good)) {
		burst->packets += slot->segs;
		burst->bytes += slot->bytes;
	} else if (!slot->dead) { /* a dead one was counted by send() */
		if (status == IB_WC_WR_FLUSH_ERR)
			burst->flushed++;
		else
			burst->errors++;
	}
	if (!slot->skb)
		return;

	ref_tx_unmap(txq, slot);
	burst->skbs++;
	burst->len += slot->len;
	if (likely(good))
		napi_consume_skb(slot->skb, budget);
	else
		compat_kfree_skb(slot->skb, status == IB_WC_WR_FLUSH_ERR ?
					    COMPAT_DROP(DEV_READY) : COMPAT_DROP(NOT_SPECIFIED));
	slot->skb = NULL;
}

static void ref_tx_complete(struct ref_txq *txq, const struct ib_wc *wc, int budget,
			    struct ref_tx_burst *burst)
{
	u32 last = wc->wr_id, tail = txq->tail;

	/* Acquire pairs with ref_send(): the slots before head are written. */
	if (unlikely(last - tail >= smp_load_acquire(&txq->head) - tail)) {
		net_err_ratelimited("%s: TX queue %u: completion of send %u, next is %u\n",
				    txq->priv->dev->name, txq->index, last, tail);
		return;
	}

	/* A queue completes in order, and whatever fails is reported: those before went well. */
	for (; tail != last; tail++)
		ref_tx_free(txq, tail, IB_WC_SUCCESS, budget, burst);
	ref_tx_free(txq, tail, wc->status, budget, burst);
	smp_store_release(&txq->tail, tail + 1); /* frees the slots for send() */

	if (unlikely(wc->status != IB_WC_SUCCESS)) {
		if (wc->status != IB_WC_WR_FLUSH_ERR)
			net_warn_ratelimited("%s: TX queue %u: send failed: %s (vendor 0x%x)\n",
					     txq->priv->dev->name, txq->index,
					     ib_wc_status_msg(wc->status), wc->vendor_err);
		ref_repair_ask(txq->qp, false);
	}
}

/* Sends that were refused complete when everything before them has. */
static void ref_tx_reap_dead(struct ref_txq *txq, int budget, struct ref_tx_burst *burst)
{
	u32 tail = txq->tail;

	/* Acquire pairs with ref_send(): the slots before head are written. */
	while (tail != smp_load_acquire(&txq->head)) {
		/* Acquire pairs with ref_send(): the slot is NAPI's once it is marked. */
		if (!smp_load_acquire(&txq->slots[tail & txq->mask].dead))
			break;
		ref_tx_free(txq, tail++, IB_WC_GENERAL_ERR, budget, burst);
	}
	if (tail != txq->tail)
		smp_store_release(&txq->tail, tail); /* frees the slots for send() */
}

static void ref_tx_account(struct ref_txq *txq, const struct ref_tx_burst *burst)
{
	struct ref_tx_done *done = &txq->done;

	if (!burst->sends)
		return;
	u64_stats_update_begin(&done->syncp);
	u64_stats_add(&done->packets, burst->packets);
	u64_stats_add(&done->bytes, burst->bytes);
	u64_stats_add(&done->errors, burst->errors);
	u64_stats_add(&done->flushed, burst->flushed);
	u64_stats_update_end(&done->syncp);
}

/* Returns false when it stopped early and there may be more. */
static bool ref_tx_reap(struct ref_txq *txq, int budget)
{
	unsigned int left = txq->size;
	struct ref_tx_burst burst = {};
	int n, i;

	do {
		n = ib_poll_cq(txq->cq, REF_WC_BATCH, txq->wc);
		for (i = 0; i < n; i++)
			ref_tx_complete(txq, &txq->wc[i], budget, &burst);
		left -= min_t(unsigned int, left, max(n, 0));
	} while (n == REF_WC_BATCH && left);

	ref_tx_reap_dead(txq, budget, &burst);
	ref_tx_account(txq, &burst);
	if (burst.skbs)
		netdev_tx_completed_queue(ref_tx_stack_queue(txq), burst.skbs, burst.len);
	if (burst.sends)
		ref_tx_wake(txq);
	return n < REF_WC_BATCH;
}

/**
 * ref_tx_poll() - NAPI of a TX queue
 * @napi: in struct ref_txq
 * @budget: packets that may be received, so only whether it is 0 (netpoll) matters
 *
 * Context: NAPI.
 * Return: @budget to be called again, else 0.
 */
int ref_tx_poll(struct napi_struct *napi, int budget)
{
	struct ref_txq *txq = container_of(napi, struct ref_txq, napi);

	if (!ref_tx_reap(txq, budget))
		return budget;
	if (budget && napi_complete_done(napi, 0) && ref_tx_is_urgent(txq))
		ref_tx_arm(txq);
	return 0;
}

/* As skb_zcopy_set_nouarg() marks it. */
static bool ref_tx_is_of_ring(struct sk_buff *skb)
{
	return skb_zcopy(skb) && ((uintptr_t)skb_shinfo(skb)->destructor_arg & 1);
}

/*
 * The HCA may still read what the slot at @tail has, so that stays; but nobody shall wait for it:
 * no socket, and no network namespace, whose end waits for what packets have of its conntrack,
 * routes and IPsec. But for who sent it with MSG_ZEROCOPY, or from a packet socket's ring: to be
 * told means that the bytes may be changed, and that they may not yet.
 */
static void ref_tx_park(struct ref_txq *txq, u32 tail, struct ref_tx_burst *burst)
{
	struct sk_buff *skb = txq->slots[tail & txq->mask].skb;

	burst->sends++;
	burst->flushed++;
	if (!skb)
		return;
	/* MSG_ZEROCOPY does so by other means, the ring when the packet leaves its socket. */
	if (!ref_tx_is_of_ring(skb))
		skb_orphan(skb);
	skb_scrub_packet(skb, true);
}

/**
 * ref_tx_unpark() - free what ref_tx_flush() left to an HCA that did not reset the QP
 * @txq: the queue; its QP was reset now, or destroyed
 *
 * Context: process, under RTNL; NAPI is disabled and no send() runs.
 */
void ref_tx_unpark(struct ref_txq *txq)
{
	unsigned int i;

	/* Their completions, if they had any. */
	while (ib_poll_cq(txq->cq, REF_WC_BATCH, txq->wc) > 0)
		;
	for (i = 0; i < txq->size; i++) {
		struct ref_tx_slot *slot = &txq->slots[i];

		if (!slot->skb)
			continue;
		ref_tx_unmap(txq, slot);
		compat_kfree_skb(slot->skb, COMPAT_DROP(DEV_READY));
		slot->skb = NULL;
	}
}

/**
 * ref_tx_flush() - free every send that is left, when the HCA holds none any more
 * @txq: the queue; its QP was reset, or is lost
 *
 * Completions that are still in the CQ are of sends before the reset and are taken first.
 *
 * Context: process, under RTNL; NAPI is disabled and no send() runs.
 */
void ref_tx_flush(struct ref_txq *txq)
{
	struct ref_tx_burst burst = {};
	u32 tail;

	local_bh_disable();
	while (!ref_tx_reap(txq, 0))
		;
	for (tail = txq->tail; tail != txq->head; tail++) {
		if (unlikely(txq->qp->lost))
			ref_tx_park(txq, tail, &burst);
		else
			ref_tx_free(txq, tail, IB_WC_WR_FLUSH_ERR, 0, &burst);
	}
	if (burst.sends)
		atomic_long_add(burst.sends, &txq->priv->events.abandoned);
	txq->chained = 0;
	txq->chain_urgent = false;
	txq->untold = false;
	WRITE_ONCE(txq->held, false);
	smp_store_release(&txq->tail, tail); /* the core may destroy address handles */
	WRITE_ONCE(txq->armed, false);
	ref_tx_account(txq, &burst);
	netdev_tx_reset_queue(ref_tx_stack_queue(txq));
	local_bh_enable();
}
