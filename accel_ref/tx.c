// SPDX-License-Identifier: GPL-2.0
/* Sending: from the core's send() to the completion, and when a queue stops and wakes. */
#include "ref.h"

#include <linux/tcp.h>

/* A send that comes after so many without an interrupt, or a share of the ring, asks for one. */
#define REF_LAZY_SENDS		64U
#define REF_LAZY_SHARE		4
/* How long the others wait at most, on a queue that goes idle: a statistic is as old, no more. */
#define REF_LAZY_DELAY		msecs_to_jiffies(10)

/*
 * When NAPI of a TX queue runs. Every send is signalled, but not every completion is worth an
 * interrupt. Nobody waits for that of a copied packet: its skb is gone, and its slot and its
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
 */
static void ref_tx_arm(struct ref_txq *txq)
{
	smp_mb(); /* pairs with the one in ref_tx_interrupt() */
	if (READ_ONCE(txq->armed))
		return;
	WRITE_ONCE(txq->armed, true);
	if (ref_cq_arm(txq->cq)) {
		/* There is something to poll, and the HCA may not interrupt. */
		WRITE_ONCE(txq->armed, false);
		napi_schedule(&txq->napi);
	}
}

/* The send before head is wanted soon. TX lock held. */
static void ref_tx_urge(struct ref_txq *txq)
{
	WRITE_ONCE(txq->urgent, txq->head);
	ref_tx_arm(txq);
}

/* Is an urgent send outstanding? That is: does urgent lie behind tail, up to head? */
static bool ref_tx_is_urgent(const struct ref_txq *txq)
{
	u32 tail = READ_ONCE(txq->tail);

	return READ_ONCE(txq->urgent) - tail - 1 < READ_ONCE(txq->head) - tail;
}

/* A send was posted that nobody waits for. TX lock held. */
static void ref_tx_be_lazy(struct ref_txq *txq)
{
	unsigned int most = min(READ_ONCE(txq->limit) / REF_LAZY_SHARE, REF_LAZY_SENDS);

	if (txq->head - txq->urgent >= most) {
		ref_tx_urge(txq);
		return;
	}
	/* Pairs with the workqueue's between the end of "pending" and the work's look at head. */
	smp_mb();
	if (!delayed_work_pending(&txq->lazy_work))
		queue_delayed_work(ref_wq, &txq->lazy_work, REF_LAZY_DELAY);
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

/*
 * Stopping and waking without a lost wake-up. send() stops the queue, then looks at tail again;
 * NAPI moves tail, then looks whether the queue is stopped. With a full barrier between the two
 * steps on both sides at least one of them sees what the other did: either send() finds the room
 * and starts the queue itself, or NAPI finds the queue stopped and wakes it. The same holds
 * between repair, which clears REF_QP_BROKEN, and both.
 */
static void ref_tx_stop_if_full(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	if (likely(ref_tx_room(txq)))
		return;

	netif_tx_stop_queue(queue);
	ref_count(&txq->drops, stops);
	smp_mb(); /* pairs with the one in ref_tx_wake() */
	if (ref_tx_room(txq) >= ref_tx_wake_room(txq) && !ref_qp_is_broken(txq->qp))
		netif_tx_start_queue(queue);
	else
		ref_tx_urge(txq);
}

/**
 * ref_tx_wake() - wake the stack's queue if it is stopped and there is room again
 * @txq: the queue, after its tail moved or its QP was mended
 *
 * Context: NAPI of the queue, or repair.
 */
void ref_tx_wake(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	smp_mb(); /* pairs with the one in ref_tx_stop_if_full() */
	if (likely(!netif_tx_queue_stopped(queue)))
		return;
	if (ref_tx_room(txq) < ref_tx_wake_room(txq) || ref_qp_is_broken(txq->qp) ||
	    !ref_is_up(txq->priv))
		return;
	netif_tx_wake_queue(queue);
}

/*
 * Makes an skb into something that one work request can carry. Returns the length of the LSO
 * header, 0 for a packet that is sent as it is, or a negative errno when it has to be dropped.
 */
static int ref_tx_prepare(struct ref_txq *txq, struct sk_buff *skb)
{
	const struct ref_priv *priv = txq->priv;
	unsigned int max_len = priv->max_ib_mtu;
	unsigned int hdr_len = 0, sges;

	if (skb_is_gso(skb)) {
		hdr_len = skb_transport_offset(skb) + tcp_hdrlen(skb);
		/* Header and payload of each segment, and none without payload. */
		if (unlikely(!priv->tso || hdr_len > skb_headlen(skb) || hdr_len >= skb->len ||
			     hdr_len + skb_shinfo(skb)->gso_size > max_len))
			goto too_long;
	} else if (unlikely(skb->len > max_len)) {
		goto too_long;
	}

	/* Offloads may have been switched off while the packet waited in a queue. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && unlikely(!priv->csum) &&
	    skb_checksum_help(skb))
		goto no_memory;

	sges = skb_shinfo(skb)->nr_frags + (skb_headlen(skb) > hdr_len);
	if (unlikely(sges > priv->max_sge)) {
		if (skb_linearize(skb))
			goto no_memory;
		ref_count(&txq->drops, linearized);
	}
	return hdr_len;

too_long:
	ref_count(&txq->drops, too_long);
	return -EMSGSIZE;
no_memory:
	ref_count(&txq->drops, no_memory);
	return -ENOMEM;
}

/* Fills in what the slot and the work request need besides the mappings. */
static void ref_tx_describe(struct ref_txq *txq, struct ref_tx_slot *slot, struct sk_buff *skb,
			    struct ib_ah *ah, u32 qpn)
{
	struct ib_ud_wr *wr = &txq->wr;

	slot->len = slot->skb ? skb->len : 0;
	slot->bytes = skb->len;
	slot->segs = 1;
	slot->dead = false;

	wr->wr.wr_id = txq->head;
	wr->wr.opcode = IB_WR_SEND;
	/*
	 * Completions are taken up to and including the one that is signalled, so that not every
	 * send needs to be. Each is: an unsignalled one would have to be followed by a signalled
	 * one on a queue that goes idle, too. A completion costs little without an interrupt.
	 */
	wr->wr.send_flags = IB_SEND_SIGNALED;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		wr->wr.send_flags |= IB_SEND_IP_CSUM;
	if (slot->hdr_len) {
		wr->wr.opcode = IB_WR_LSO;
		wr->header = skb->data;
		wr->hlen = slot->hdr_len;
		wr->mss = skb_shinfo(skb)->gso_size;
		slot->segs = DIV_ROUND_UP(skb->len - slot->hdr_len, wr->mss);
		slot->bytes += (slot->segs - 1) * slot->hdr_len;
	}
	wr->ah = ah;
	wr->remote_qpn = qpn;
	wr->remote_qkey = READ_ONCE(txq->priv->qkey);
}

/* Makes the bytes of @skb reach the HCA: by a copy, then slot->skb is NULL, or where they are. */
static int ref_tx_load(struct ref_txq *txq, struct ref_tx_slot *slot, struct sk_buff *skb,
		       unsigned int hdr_len)
{
	if (skb->len <= REF_TX_COPY && !hdr_len && likely(ref_tx_copy(txq, slot, skb)))
		return 0;
	return ref_tx_map(txq, slot, skb, hdr_len);
}

/*
 * Posts the send at head. When the HCA refuses it: taking head back would race with NAPI and with
 * readers of tx_posted(), so the slot is marked instead, and NAPI frees it when its turn comes.
 */
static int ref_tx_post(struct ref_txq *txq, struct ref_tx_slot *slot)
{
	int err;

	/*
	 * Before the post: the completion may be polled on another CPU before this one returns, and
	 * whoever retires the address handle must find this send counted.
	 */
	smp_store_release(&txq->head, txq->head + 1);
	err = ib_post_send(txq->qp->qp, &txq->wr.wr, NULL);
	if (likely(!err))
		return 0;

	ref_count(&txq->drops, post_failed);
	net_warn_ratelimited("%s: TX queue %u: post failed: %d\n", txq->priv->dev->name,
			     txq->index, err);
	smp_store_release(&slot->dead, true); /* pairs with ref_tx_reap_dead() */
	napi_schedule(&txq->napi);
	ref_repair_ask(txq->qp);
	return err;
}

/**
 * ref_send() - ipoib_ops.send
 * @dev: the interface
 * @skb: packet, data at the encapsulation header; consumed
 * @ah: to whom
 * @qpn: QP number there
 *
 * Context: BH off, TX lock of the queue held.
 * Return: 0, or a negative errno when @skb was dropped.
 */
int ref_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn)
{
	struct ref_priv *priv = ref_priv(dev);
	struct ref_txq *txq = &priv->txqs[skb_get_queue_mapping(skb)];
	struct ref_tx_slot *slot = &txq->slots[txq->head & txq->mask];
	int hdr_len, err;
	bool copied;
	u32 tail;

	/* Acquire pairs with NAPI's release: it is done with the slot before that is used again. */
	tail = smp_load_acquire(&txq->tail);
	if (unlikely(txq->head - tail >= txq->size)) {
		ref_count(&txq->drops, no_room);
		ref_tx_stop_if_full(txq);
		err = -ENOSPC;
		goto drop;
	}

	hdr_len = ref_tx_prepare(txq, skb);
	if (unlikely(hdr_len < 0)) {
		err = hdr_len;
		goto drop;
	}
	err = ref_tx_load(txq, slot, skb, hdr_len);
	if (unlikely(err)) {
		ref_count(&txq->drops, no_memory);
		goto drop;
	}
	ref_tx_describe(txq, slot, skb, ah, qpn);
	skb_tx_timestamp(skb);

	copied = !slot->skb;
	if (!copied)
		netdev_tx_sent_queue(ref_tx_stack_queue(txq), slot->len);
	/* From here on @skb is NAPI's, unless it was copied, and so is the slot. */
	err = ref_tx_post(txq, slot);
	if (copied && likely(!err))
		ref_tx_be_lazy(txq);
	else
		ref_tx_urge(txq);
	ref_tx_stop_if_full(txq);
	if (!copied)
		return err;
	if (likely(!err)) {
		napi_consume_skb(skb, !irqs_disabled());
		return 0;
	}

drop:
	dev_kfree_skb_any(skb);
	return err;
}

/**
 * ref_select_queue() - ipoib_ops.select_queue
 * @dev: the interface
 * @skb: packet, data at the pseudo header
 * @sb_dev: as in ndo_select_queue
 *
 * Who receives a multicast recognises its sender by the QP number, and ARP and neighbour discovery
 * are multicast: it leaves from the primary unless all QPs send as that one.
 *
 * Context: BH off.
 * Return: TX queue.
 */
u16 ref_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
	const struct ipoib_pseudo_header *to = (const void *)skb->data;

	if (!ref_priv(dev)->one_qpn && skb_headlen(skb) >= sizeof(*to) && to->hwaddr[4] == 0xff)
		return 0;
	return netdev_pick_tx(dev, skb, sb_dev);
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
		dev_kfree_skb_any(slot->skb);
	slot->skb = NULL;
}

static void ref_tx_complete(struct ref_txq *txq, const struct ib_wc *wc, int budget,
			    struct ref_tx_burst *burst)
{
	u32 last = wc->wr_id, tail = txq->tail;

	if (unlikely(last - tail >= txq->size)) {
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
		ref_repair_ask(txq->qp);
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

/**
 * ref_tx_flush() - free every send that is left, when the HCA holds none any more
 * @txq: the queue; its QP was reset
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
	for (tail = txq->tail; tail != txq->head; tail++)
		ref_tx_free(txq, tail, IB_WC_WR_FLUSH_ERR, 0, &burst);
	if (burst.sends)
		atomic_long_add(burst.sends, &txq->priv->events.abandoned);
	smp_store_release(&txq->tail, tail); /* the core may destroy address handles */
	WRITE_ONCE(txq->armed, false);
	ref_tx_account(txq, &burst);
	netdev_tx_reset_queue(ref_tx_stack_queue(txq));
	local_bh_enable();
}

/**
 * ref_tx_stuck() - a queue makes no progress: say what it looks like, ask for a restart
 * @txq: the queue
 *
 * Context: any.
 */
void ref_tx_stuck(struct ref_txq *txq)
{
	struct ref_priv *priv = txq->priv;

	atomic_long_inc(&priv->events.tx_timeouts);
	net_warn_ratelimited("%s: TX queue %u is stuck: %u of %u sends outstanding, %u posted%s\n",
			     priv->dev->name, txq->index, ref_tx_used(txq), txq->size,
			     READ_ONCE(txq->head),
			     ref_qp_is_broken(txq->qp) ? ", QP in error" : "");
	ref_restart(priv);
}

/**
 * ref_tx_timeout() - ipoib_ops.tx_timeout
 * @dev: the interface
 * @txqueue: the queue that was stopped for too long
 *
 * Context: atomic, TX lock held.
 */
void ref_tx_timeout(struct net_device *dev, unsigned int txqueue)
{
	struct ref_priv *priv = ref_priv(dev);

	if (txqueue < priv->num_txqs)
		ref_tx_stuck(&priv->txqs[txqueue]);
}

/**
 * ref_tx_posted() - ipoib_ops.tx_posted
 * @dev: the interface
 * @txqueue: queue
 *
 * Context: any, between init and cleanup.
 * Return: sends posted since init, modulo 2^32.
 */
u32 ref_tx_posted(struct net_device *dev, unsigned int txqueue)
{
	const struct ref_priv *priv = ref_priv(dev);

	return txqueue < priv->num_txqs ? READ_ONCE(priv->txqs[txqueue].head) : 0;
}

/**
 * ref_tx_completed() - ipoib_ops.tx_completed
 * @dev: the interface
 * @txqueue: queue
 *
 * Context: any, between init and cleanup.
 * Return: sends whose address handle is free again, modulo 2^32.
 */
u32 ref_tx_completed(struct net_device *dev, unsigned int txqueue)
{
	struct ref_priv *priv = ref_priv(dev);

	/* Acquire: the caller destroys address handles, NAPI is done with their sends. */
	return txqueue < priv->num_txqs ? smp_load_acquire(&priv->txqs[txqueue].tail) : 0;
}
