// SPDX-License-Identifier: GPL-2.0
/* Sending: from the core's send() to the completion, and when a queue stops and wakes. */
#include "silence.h"
#include "tx.h"

#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

/* How often the send that tells of others is tried again at once, see ref_tx_keep(). */
#define REF_TX_TRIES		4
/* A send that comes after so many without an interrupt, or a share of the ring, asks for one. */
#define REF_LAZY_SENDS		64U
#define REF_LAZY_SHARE		4

/* The send before head is wanted soon. TX lock held. */
static void ref_tx_urge(struct ref_txq *txq)
{
	WRITE_ONCE(txq->urgent, txq->head);
	ref_tx_arm(txq);
}

/* A send was posted that nobody waits for. TX lock held. */
static void ref_tx_be_lazy(struct ref_txq *txq)
{
	unsigned int most = min(READ_ONCE(txq->priv->tx_limit) / REF_LAZY_SHARE, REF_LAZY_SENDS);

	if (txq->head - txq->urgent >= most) {
		ref_tx_urge(txq);
		return;
	}
	/* Pairs with the workqueue's between the end of "pending" and the work's look at head. */
	smp_mb();
	if (!delayed_work_pending(&txq->lazy_work))
		queue_delayed_work(ref_wq, &txq->lazy_work, REF_LAZY_DELAY);
}

/*
 * Stopping and waking without a lost wake-up. send() stops the queue, then looks at tail again;
 * NAPI moves tail, then looks whether the queue is stopped. With a full barrier between the two
 * steps on both sides at least one of them sees what the other did: either send() finds the room
 * and starts the queue itself, or NAPI finds the queue stopped and wakes it. The same holds
 * between repair, which clears REF_QP_BROKEN, and both; between it and who sets that mark and then
 * stops the queue; and whoever clears held.
 */
static bool ref_tx_may_run(const struct ref_txq *txq)
{
	/* Once: by two of them an empty ring might have less room than a queue is woken at. */
	u32 limit = READ_ONCE(txq->priv->tx_limit);

	/* What waits above a queue that is detached would be dropped; who attaches it wakes it. */
	return ref_tx_room(txq, limit) >= ref_tx_wake_room(txq->priv, limit) &&
	       !ref_qp_is_broken(txq->qp) && !READ_ONCE(txq->held) &&
	       netif_device_present(txq->priv->dev);
}

static void ref_tx_stop(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	netif_tx_stop_queue(queue);
	ref_count(&txq->drops, stops);
	smp_mb(); /* pairs with the one in ref_tx_wake() */
	if (ref_tx_may_run(txq))
		netif_tx_start_queue(queue);
	else
		ref_tx_urge(txq);
}

/**
 * ref_tx_wake() - wake the stack's queue if it is stopped and there is room again
 * @txq: the queue, after its tail moved, its QP was mended, or what was held was taken; or after it
 *	was stopped for one of these
 *
 * Context: any.
 */
void ref_tx_wake(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	smp_mb(); /* pairs with the one in ref_tx_stop() */
	if (likely(!netif_tx_queue_stopped(queue)))
		return;
	if (ref_tx_may_run(txq) && ref_is_up(txq->priv))
		netif_tx_wake_queue(queue);
}

/*
 * Does the HCA make the checksum of this packet? IB_DEVICE_UD_IP_CSUM is about IPv4, and an HCA
 * looks for TCP or UDP by itself: right behind the header. Who sends for a virtual machine, or on a
 * packet socket, may say that the sum to be made is another one, in a tunnel for instance.
 */
static bool ref_tx_is_summed(const struct ref_priv *priv, const struct sk_buff *skb)
{
	int l3 = skb_network_offset(skb);
	const struct iphdr *ip = ip_hdr(skb);

	if (!priv->csum || skb->protocol != htons(ETH_P_IP) || l3 < 0 ||
	    l3 + sizeof(*ip) > skb_headlen(skb) ||
	    skb_checksum_start_offset(skb) != l3 + ip->ihl * 4)
		return false;
	if (ip->protocol == IPPROTO_TCP)
		return skb->csum_offset == offsetof(struct tcphdr, check);
	return ip->protocol == IPPROTO_UDP && skb->csum_offset == offsetof(struct udphdr, check);
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
		if (unlikely(hdr_len > skb_headlen(skb) || hdr_len >= skb->len ||
			     hdr_len + skb_shinfo(skb)->gso_size > max_len))
			goto too_long;
	} else if (unlikely(skb->len > max_len)) {
		goto too_long;
	}

	/* Features that come with cutting announce more checksums than the HCA makes. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && !hdr_len && !ref_tx_is_summed(priv, skb) &&
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

/**
 * ref_tx_request() - fill in the work request of the send at head, but for its pieces
 * @txq: the queue
 * @ah: to whom
 * @qpn: QP number there
 * @sum: the HCA makes the checksums
 *
 * Context: TX lock held.
 */
void ref_tx_request(struct ref_txq *txq, struct ib_ah *ah, u32 qpn, bool sum)
{
	struct ib_ud_wr *wr = &txq->wr[txq->chained];

	wr->wr.wr_id = txq->head;
	wr->wr.opcode = IB_WR_SEND;
	wr->wr.send_flags = sum ? IB_SEND_IP_CSUM : 0;
	if (unlikely(READ_ONCE(txq->priv->tell_all)))
		wr->wr.send_flags |= IB_SEND_SIGNALED;
	wr->ah = ah;
	wr->remote_qpn = qpn;
	wr->remote_qkey = READ_ONCE(txq->priv->qkey);
}

/* Fills in what the slot and the work request need besides the mappings. */
static void ref_tx_describe(struct ref_txq *txq, struct ref_tx_slot *slot, struct sk_buff *skb,
			    struct ib_ah *ah, u32 qpn)
{
	struct ib_ud_wr *wr = &txq->wr[txq->chained];

	slot->len = slot->skb ? skb->len : 0;
	slot->bytes = skb->len;
	slot->segs = 1;
	slot->dead = false;

	ref_tx_request(txq, ah, qpn, skb->ip_summed == CHECKSUM_PARTIAL);
	if (slot->hdr_len) {
		wr->wr.opcode = IB_WR_LSO;
		wr->header = skb->data;
		wr->hlen = slot->hdr_len;
		wr->mss = skb_shinfo(skb)->gso_size;
		slot->segs = DIV_ROUND_UP(skb->len - slot->hdr_len, wr->mss);
		slot->bytes += (slot->segs - 1) * slot->hdr_len;
	}
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
 * The HCA has refused the sends of the chain from @from to before @to. Taking head back would race
 * with NAPI and with readers of tx_posted(), so their slots are marked instead, and NAPI frees them
 * in their turn.
 */
static void ref_tx_refused(struct ref_txq *txq, unsigned int from, unsigned int to)
{
	for (; from < to; from++) {
		u32 slot = txq->head - txq->chained + from;

		ref_count(&txq->drops, post_failed);
		/* Pairs with ref_tx_reap_dead(). */
		smp_store_release(&txq->slots[slot & txq->mask].dead, true);
	}
}

/*
 * The HCA has no room for the last of the chain, which asks for the completion, but has taken some
 * before it, and nothing would tell when they are done. So this one is not dropped: it becomes the
 * whole chain, the queue stops, and lazy_work or the next post tries again until the HCA takes it.
 */
static void ref_tx_keep(struct ref_txq *txq)
{
	struct ib_ud_wr *last = &txq->wr[txq->chained - 1], *to = &txq->wr[0];

	if (last != to) {
		memcpy(txq->sge[0], last->wr.sg_list, last->wr.num_sge * sizeof(*txq->sge[0]));
		*to = *last;
		to->wr.sg_list = txq->sge[0];
		to->wr.next = &to[1].wr;
	}
	txq->chained = 1;
	WRITE_ONCE(txq->held, true);
	netif_tx_stop_queue(ref_tx_stack_queue(txq));
	queue_delayed_work(ref_wq, &txq->lazy_work, REF_LAZY_DELAY);
}

/* How far the post of a chain has come. */
struct ref_tx_try {
	unsigned int first;		/* the send that it was last tried from */
	const struct ib_send_wr *bad;	/* which one was refused then */
	int err;			/* and why */
	bool untold;			/* some were taken, but none that tells of them */
	unsigned int tries;		/* of the last one */
};

/*
 * The HCA has refused a send of the chain. That one is dropped; those behind it may do better.
 * Returns where to go on: the chain's end when nothing is left, @txq->chained + 1 when the last one
 * has to wait. That is for room; what is refused for another reason would be refused for ever.
 */
static unsigned int ref_tx_go_on(struct ref_txq *txq, struct ref_tx_try *try)
{
	unsigned int end = txq->chained, at;

	for (at = try->first; at < end && try->bad != &txq->wr[at].wr; at++)
		;
	if (unlikely(at == end)) { /* it does not say which */
		ref_tx_refused(txq, try->first, end);
		return end;
	}
	if (at > try->first)
		try->untold = !(txq->wr[at - 1].wr.send_flags & IB_SEND_SIGNALED);
	if (at + 1 < end || !try->untold || try->err != -ENOMEM) {
		ref_tx_refused(txq, at, at + 1);
		return at + 1;
	}
	ref_count(&txq->drops, post_retried);
	return try->tries++ < REF_TX_TRIES ? at : end + 1;
}

/*
 * A send was refused for good, and sends before it wait to be told of. Should BQL wait for them, no
 * other send would come to do so: the restart does. It is the only one: of all queues each send
 * tells of itself from then on, and what is posted before, the restart finds.
 */
static void ref_tx_untold(struct ref_txq *txq)
{
	struct ref_priv *priv = txq->priv;

	txq->untold = true;
	if (READ_ONCE(priv->tell_all) || !ref_is_up(priv))
		return;
	WRITE_ONCE(priv->tell_all, true);
	ref_restart(priv);
}

/**
 * ref_tx_post() - post the chain: what the stack gave in a row
 * @txq: the queue; it has a chain
 *
 * That costs a card one doorbell. A queue completes in order, so one completion, of the last, tells
 * of all; and as it belongs to each chain, no send of a queue that goes idle is left without.
 *
 * A send that is refused is lost, no more: others, and the QP, are well unless the HCA says that it
 * is not, for which it is asked.
 *
 * Afterwards the chain is empty, or has one that is held.
 *
 * Context: TX lock held.
 */
void ref_tx_post(struct ref_txq *txq)
{
	struct ib_ud_wr *last = &txq->wr[txq->chained - 1];
	/* What was held is held because it is to tell of others. */
	struct ref_tx_try try = { .untold = txq->held };
	unsigned int end = txq->chained;
	bool refused = false;

	last->wr.send_flags |= IB_SEND_SIGNALED;
	last->wr.next = NULL;
	while (try.first < end) {
		try.bad = NULL;
		try.err = ib_post_send(txq->qp->qp, &txq->wr[try.first].wr, &try.bad);
		ref_count(&txq->drops, posts);
		if (likely(!try.err)) {
			try.untold = false;
			break;
		}
		if (!refused)
			net_warn_ratelimited("%s: TX queue %u: post failed: %d\n",
					     txq->priv->dev->name, txq->index, try.err);
		refused = true;
		try.first = ref_tx_go_on(txq, &try);
	}
	last->wr.next = &last[1].wr;

	if (unlikely(try.first > end)) {
		ref_tx_keep(txq);
	} else {
		if (unlikely(try.untold))
			ref_tx_untold(txq);
		txq->chained = 0;
		if (unlikely(txq->held)) {
			WRITE_ONCE(txq->held, false);
			ref_tx_wake(txq);
		}
	}
	if (unlikely(refused)) {
		napi_schedule(&txq->napi);
		ref_repair_look(txq->qp);
	}
	if (txq->chain_urgent || refused)
		ref_tx_urge(txq);
	else
		ref_tx_be_lazy(txq);
	txq->chain_urgent = false;
}

/*
 * The end of send() and of what comes in its place: posts the chain unless another packet follows
 * while the TX lock is still held. None does when the queue has been stopped. Repair does that at
 * any time; what is left then it posts itself, by ref_tx_post_rest().
 */
static void ref_tx_end(struct ref_txq *txq)
{
	/* Looked at once: a limit that is lowered now must not stop the queue with a chain. */
	u32 limit = READ_ONCE(txq->priv->tx_limit);
	bool full = ref_tx_room(txq, limit) < ref_tx_most(txq->priv, limit);

	if (txq->chained &&
	    (!netdev_xmit_more() || full || txq->chained == REF_TX_CHAIN ||
	     netif_xmit_stopped(ref_tx_stack_queue(txq))))
		ref_tx_post(txq);
	if (unlikely(full))
		ref_tx_stop(txq);
}

/**
 * ref_tx_post_rest() - post what a list of packets has left that was cut off
 * @txq: the queue, stopped
 *
 * Context: any that may take the TX lock.
 */
void ref_tx_post_rest(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	__netif_tx_lock_bh(queue);
	if (txq->chained)
		ref_tx_post(txq);
	__netif_tx_unlock_bh(queue);
}

/**
 * ref_tx_post_held() - try again to post what the HCA had refused and others wait for
 * @txq: the queue
 *
 * A stop takes the TX lock after it has cleared REF_UP: whoever finds it set, under that lock, is
 * done before the QP is reset.
 *
 * Context: any that may take the TX lock.
 */
void ref_tx_post_held(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	__netif_tx_lock_bh(queue);
	if (txq->held && txq->chained && ref_is_up(txq->priv))
		ref_tx_post(txq);
	__netif_tx_unlock_bh(queue);
}

/**
 * ref_tx_drop_rest() - drop what the HCA does not take
 * @txq: the queue, which is being stopped
 *
 * Context: any that may take the TX lock.
 */
void ref_tx_drop_rest(struct ref_txq *txq)
{
	struct netdev_queue *queue = ref_tx_stack_queue(txq);

	__netif_tx_lock_bh(queue);
	ref_tx_refused(txq, 0, txq->chained);
	txq->chained = 0;
	txq->untold |= txq->held;
	WRITE_ONCE(txq->held, false);
	__netif_tx_unlock_bh(queue);
}

/**
 * ref_flush_sends() - ipoib_ops.flush_sends
 * @dev: the interface
 * @txqueue: queue
 *
 * Context: BH off, TX lock of the queue held.
 */
void ref_flush_sends(struct net_device *dev, unsigned int txqueue)
{
	ref_tx_end(&ref_priv(dev)->txqs[txqueue]);
}

/* What send() does with a packet: 0 when it is in the chain, else the caller drops it. */
static int ref_tx_chain(struct ref_txq *txq, struct sk_buff *skb, struct ib_ah *ah, u32 qpn)
{
	struct ref_tx_slot *slot = &txq->slots[txq->head & txq->mask];
	int hdr_len, err;

	/* Acquire pairs with NAPI's release: it is done with the slot before that is used again. */
	if (unlikely(txq->head - smp_load_acquire(&txq->tail) >= txq->size)) {
		ref_count(&txq->drops, no_room);
		return -ENOSPC;
	}
	hdr_len = ref_tx_prepare(txq, skb);
	if (unlikely(hdr_len < 0))
		return hdr_len;
	err = ref_tx_load(txq, slot, skb, hdr_len);
	if (unlikely(err)) {
		ref_count(&txq->drops, no_memory);
		return err;
	}
	ref_tx_describe(txq, slot, skb, ah, qpn);
	txq->chained++;
	if (slot->skb) {
		txq->chain_urgent = true;
		netdev_tx_sent_queue(ref_tx_stack_queue(txq), slot->len);
	} else {
		napi_consume_skb(skb, !irqs_disabled());
	}
	/*
	 * Before the post: the completion may be polled on another CPU before that returns, and
	 * whoever retires the address handle must find this send counted. The slot is NAPI's now.
	 */
	smp_store_release(&txq->head, txq->head + 1);
	return 0;
}

/* Why a packet that was not taken is dropped, for who watches drops. */
static unsigned int ref_drop_reason(int err)
{
	switch (err) {
	case -EMSGSIZE:
		return COMPAT_DROP(PKT_TOO_BIG);
	case -ENOSPC:
		return COMPAT_DROP(FULL_RING);
	case -ENOMEM:
		return COMPAT_DROP(NOMEM);
	default:
		return COMPAT_DROP(NOT_SPECIFIED);
	}
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
	u16 queue = skb_get_queue_mapping(skb);
	struct ref_txq *txq = &ref_priv(dev)->txqs[queue];
	bool cut = skb_is_gso(skb) && !ref_tx_is_lso(txq->priv, skb);
	int err;

	if (unlikely(READ_ONCE(txq->mute) && ref_other_queue(dev, queue) != queue)) {
		/*
		 * It waited above the queue: it would not complete, and each restart costs all
		 * queues. By the only one it is tried; not every error that an HCA tells of is one.
		 */
		ref_count(&txq->drops, dead_queue);
		err = -EIO;
	} else {
		/*
		 * Before anybody looks at its fragments: the clone that tells the time has those
		 * of a packet socket's ring replaced by copies.
		 */
		skb_tx_timestamp(skb);
		err = cut ? ref_cut(txq, skb, ah, qpn) : ref_tx_chain(txq, skb, ah, qpn);
	}
	if (unlikely(err))
		compat_kfree_skb(skb, ref_drop_reason(err));
	ref_tx_end(txq);
	return err;
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

	/* Whether the HCA is only busy is about to be known; who calls does so again. */
	if (ref_silence_left(priv))
		return;
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
