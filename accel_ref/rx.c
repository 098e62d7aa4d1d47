// SPDX-License-Identifier: GPL-2.0
/* Receiving: from the completion to the stack. */
#include "rx.h"

#include <net/busy_poll.h>

/*
 * Packets up to this long are copied: a TCP acknowledgment should not pin a buffer made for a whole
 * packet, and a buffer that stays where it is needs no new mapping.
 */
#define REF_COPYBREAK	256
/* How often the core is shown whose packets a queue gets, jiffies. */
#define REF_RX_LOOK	max(HZ / 100, 1)

/* What one run of NAPI has received: counters are written once for all. */
struct ref_rx_burst {
	unsigned int packets;
	unsigned int bytes;
	unsigned int multicast;
	unsigned int csum_ok;
	unsigned int copied;
	netdev_features_t features;	/* what is held must not be overtaken as one changes */
};

/* Once in a while: does the peer that has sent @skb send to the QP that is for it? */
static void ref_rx_look(struct ref_rxq *rxq, const struct sk_buff *skb)
{
	unsigned long now = jiffies;

	/* In a long while jiffies come round. */
	if (likely(time_in_range(now, rxq->looked, rxq->looked + REF_RX_LOOK)) ||
	    skb->pkt_type != PACKET_HOST)
		return;
	rxq->looked = now;
	ipoib_accel_rx_by(skb->dev, skb, rxq->qp->qp->qp_num);
}

static void ref_rx_account(struct ref_rxq *rxq, const struct ref_rx_burst *burst)
{
	struct ref_rx_stats *stats = &rxq->stats;

	if (!burst->packets)
		return;
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->packets, burst->packets);
	u64_stats_add(&stats->bytes, burst->bytes);
	u64_stats_add(&stats->multicast, burst->multicast);
	u64_stats_add(&stats->csum_ok, burst->csum_ok);
	u64_stats_add(&stats->copied, burst->copied);
	u64_stats_update_end(&stats->syncp);
}

/*
 * A packet was longer than its buffer, which is as long as the link's packets. No peer sends such
 * ones, but the port carries them, and anybody may: an HCA to which this is an error of the QP
 * shall have it once, and not be restarted for each of them.
 */
static void ref_rx_overlong(struct ref_rxq *rxq)
{
	struct ref_priv *priv = rxq->priv;

	if (READ_ONCE(priv->overlong) || READ_ONCE(rxq->len) >= priv->max_ib_mtu + REF_GRH_LEN)
		return;
	WRITE_ONCE(priv->overlong, true);
	netdev_warn(priv->dev, "a packet was longer than the link's: buffers fit the port's now\n");
	ref_restart(priv);
}

/* Any error of a receive, and every flush, means that the QP receives no more. */
static void ref_rx_error(struct ref_rxq *rxq, const struct ib_wc *wc)
{
	if (wc->status == IB_WC_WR_FLUSH_ERR) {
		ref_count(&rxq->stats, flushed);
	} else {
		ref_count(&rxq->stats, errors);
		net_warn_ratelimited("%s: RX queue %u: receive failed: %s (vendor 0x%x)\n",
				     rxq->priv->dev->name, rxq->index,
				     ib_wc_status_msg(wc->status), wc->vendor_err);
	}
	if (wc->status == IB_WC_LOC_LEN_ERR)
		ref_rx_overlong(rxq);
	ref_repair_ask(rxq->qp, true);
}

/*
 * A switch sends a multicast back to the port it came from when that port is a member, and an HCA
 * that cannot block this hands us our own packets.
 */
static bool ref_rx_is_own(const struct ref_rxq *rxq, const struct ib_wc *wc,
			  const struct ib_grh *grh)
{
	const struct ref_priv *priv = rxq->priv;

	return grh->dgid.raw[0] == 0xff && ref_qp_is_own(priv, wc->src_qp) &&
	       !memcmp(&grh->sgid, &ipoib_intf(priv->dev)->local_gid, sizeof(grh->sgid));
}

/*
 * Room in front of a copy: for the sender's address, and so much that the IP header, behind four
 * bytes of encapsulation, lies where the machine wants it: NET_IP_ALIGN, which comes before it, is
 * for a header of Ethernet.
 */
#define REF_RX_COPY_ROOM	(IPOIB_HW_ADDR_LEN + (-NET_IP_ALIGN & 3))

/* A small packet: into an skb of its own, the buffer stays mapped and goes back to the ring. */
static struct sk_buff *ref_rx_copy(struct ref_rxq *rxq, struct ref_rx_slot *slot,
				   unsigned int len)
{
	struct ib_device *hca = rxq->priv->hca;
	struct sk_buff *skb = napi_alloc_skb(&rxq->napi, REF_RX_COPY_ROOM + len);

	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, REF_RX_COPY_ROOM);
	ib_dma_sync_single_for_cpu(hca, slot->dma, REF_GRH_LEN + len, DMA_FROM_DEVICE);
	skb_put_data(skb, slot->buf + REF_RX_HEADROOM + REF_GRH_LEN, len);
	ib_dma_sync_single_for_device(hca, slot->dma, REF_GRH_LEN + len, DMA_FROM_DEVICE);
	return skb;
}

/* The buffer becomes the skb. */
static struct sk_buff *ref_rx_wrap(void *buf, unsigned int size, unsigned int len)
{
	struct sk_buff *skb = accel_build_skb(buf, size);

	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, REF_RX_HEADROOM + REF_GRH_LEN);
	__skb_put(skb, len);
	return skb;
}

/**
 * ref_rx_hand_on() - hand a packet to the stack, past GRO
 * @rxq: the queue
 * @skb: the packet, all but ready
 *
 * Context: NAPI of the queue.
 */
void ref_rx_hand_on(struct ref_rxq *rxq, struct sk_buff *skb)
{
	skb_record_rx_queue(skb, rxq->index);
	/* What GRO does besides: sockets poll the NAPI that their packets name. */
	skb_mark_napi_id(skb, &rxq->napi);
	netif_receive_skb(skb);
}

/* A packet of @len bytes is the stack's, or will be; the HCA has seen that its sums are right. */
static void ref_rx_count(struct ref_rx_burst *burst, unsigned int len, bool csum_ok)
{
	burst->packets++;
	burst->bytes += len;
	burst->csum_ok += csum_ok;
}

/* A packet that is not gathered. @alone: no other packet waits. */
static void ref_rx_deliver(struct ref_rxq *rxq, struct sk_buff *skb, bool alone)
{
	/* GRO has nothing to merge a lone packet with, and it takes as long as the driver does. */
	if (alone && accel_gro_is_idle(&rxq->napi)) {
		ref_rx_hand_on(rxq, skb);
		return;
	}
	skb_record_rx_queue(skb, rxq->index);
	napi_gro_receive(&rxq->napi, skb);
}

/*
 * A packet of @len bytes is in its buffer, and @alone: no other waits. @dgid: of the GRH, not in
 * the buffer, or NULL.
 */
static void ref_rx_packet(struct ref_rxq *rxq, struct ref_rx_slot *slot, const struct ib_wc *wc,
			  const union ib_gid *dgid, unsigned int len, struct ref_rx_burst *burst,
			  bool alone)
{
	const struct ref_priv *priv = rxq->priv;
	struct net_device *dev = priv->dev;
	netdev_features_t features = burst->features;
	/* One that does not say that it can says nothing by a flag. */
	bool csum_ok = priv->csum && wc->wc_flags & IB_WC_IP_CSUM_OK && features & NETIF_F_RXCSUM;
	struct sk_buff *skb = len <= REF_COPYBREAK ? ref_rx_copy(rxq, slot, len) : NULL;
	void *buf = skb ? NULL : ref_rx_unmap(rxq, slot);
	void *data = skb ? skb->data : buf + REF_RX_HEADROOM + REF_GRH_LEN;
	struct ref_segment seg = { .summed = csum_ok, .good = csum_ok };
	bool tcp;

	burst->copied += !!skb;
	tcp = features & NETIF_F_GRO_HW && !(dgid && dgid->raw[0] == 0xff) &&
	      ref_gather_look(data, len, &seg);
	if (tcp && ref_gather_add(rxq, &seg, buf, ref_frag_size(slot->len))) {
		ref_rx_count(burst, len, csum_ok);
		return;
	}

	if (!skb) {
		skb = ref_rx_wrap(buf, ref_frag_size(slot->len), len);
		if (unlikely(!skb)) {
			ref_count(&rxq->stats, no_memory);
			ref_rx_map(rxq, slot, buf, slot->len);
			return;
		}
	}
	if (unlikely(!ipoib_accel_rx_prepare(dev, skb, dgid, wc->slid))) {
		ref_count(&rxq->stats, short_frames);
		compat_kfree_skb(skb, COMPAT_DROP(DEV_HDR));
		return;
	}
	if (priv->num_rxqs > 1)
		ref_rx_look(rxq, skb);
	ref_rx_count(burst, len, csum_ok);
	burst->multicast += skb->pkt_type == PACKET_MULTICAST;
	if (csum_ok)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (!tcp)
		ref_rx_deliver(rxq, skb, alone);
	else if (!buf || alone || !ref_gather_begin(rxq, &seg, skb))
		ref_rx_hand_on(rxq, skb);
}

static void ref_rx_arrived(struct ref_rxq *rxq, struct ref_rx_slot *slot, const struct ib_wc *wc,
			   struct ref_rx_burst *burst, bool alone)
{
	const struct ib_grh *grh = slot->buf + REF_RX_HEADROOM;
	const union ib_gid *dgid = NULL;
	union ib_gid copy;

	if (unlikely(wc->byte_len < REF_GRH_LEN + IPOIB_ENCAP_LEN ||
		     wc->byte_len > slot->len)) {
		ref_count(&rxq->stats, short_frames);
		return;
	}
	if (wc->wc_flags & IB_WC_GRH) {
		ib_dma_sync_single_for_cpu(rxq->priv->hca, slot->dma, REF_GRH_LEN,
					   DMA_FROM_DEVICE);
		if (unlikely(ref_rx_is_own(rxq, wc, grh))) {
			ref_count(&rxq->stats, own);
			/* The buffer stays where it is: it is the HCA's again. */
			ib_dma_sync_single_for_device(rxq->priv->hca, slot->dma, REF_GRH_LEN,
						      DMA_FROM_DEVICE);
			return;
		}
		/* The buffer may go back to the HCA before the address is looked at. */
		copy = grh->dgid;
		dgid = &copy;
	}
	ref_rx_packet(rxq, slot, wc, dgid, wc->byte_len - REF_GRH_LEN, burst, alone);
}

/* The next packet's headers, which the HCA wrote, come while this one is worked on. */
static void ref_rx_prefetch(const struct ref_rxq *rxq, const struct ib_wc *next)
{
	if (likely(next->wr_id < rxq->size))
		net_prefetch(rxq->slots[next->wr_id].buf + REF_RX_HEADROOM);
}

static int ref_rx_burst(struct ref_rxq *rxq, int budget)
{
	struct ref_rx_burst burst = { .features = READ_ONCE(rxq->priv->dev->features) };
	int done = 0, most, n, i;

	do {
		most = min(budget - done, REF_WC_BATCH);
		n = max(ib_poll_cq(rxq->cq, most, rxq->wc), 0);
		for (i = 0; i < n; i++) {
			const struct ib_wc *wc = &rxq->wc[i];
			struct ref_rx_slot *slot = ref_rx_take(rxq, wc->wr_id);

			if (i + 1 < n)
				ref_rx_prefetch(rxq, wc + 1);
			if (unlikely(!slot))
				continue;
			if (unlikely(wc->status != IB_WC_SUCCESS))
				ref_rx_error(rxq, wc);
			else
				ref_rx_arrived(rxq, slot, wc, &burst, n == 1 && most > 1);
		}
		done += n;
		if (ref_rx_room(rxq) >= REF_POST_BATCH)
			ref_rx_refill(rxq);
		/* When the CQ gave less than it could it is empty, or arming it will tell. */
	} while (n == most && done < budget);
	ref_gather_end(rxq);
	ref_rx_account(rxq, &burst);
	return done;
}

/**
 * ref_rx_interrupt() - a packet has come
 * @cq: the CQ, not armed any more
 * @context: NAPI of the RX queue
 *
 * Context: any, maybe hard interrupt.
 */
void ref_rx_interrupt(struct ib_cq *cq, void *context)
{
	struct ref_rxq *rxq = container_of(context, struct ref_rxq, napi);

	ref_wait_note(&rxq->waits);
	napi_schedule(&rxq->napi);
}

/**
 * ref_rx_poll() - NAPI of an RX queue
 * @napi: in struct ref_rxq
 * @budget: how many packets at most; 0 from netpoll, which only wants sends completed
 *
 * Context: NAPI.
 * Return: packets taken; @budget to be called again.
 */
int ref_rx_poll(struct napi_struct *napi, int budget)
{
	struct ref_rxq *rxq = container_of(napi, struct ref_rxq, napi);
	u32 wait;
	int done;

	if (unlikely(!budget))
		return 0;
	done = ref_rx_burst(rxq, budget);
	/* While packets come in, what is kept will be used. */
	if (unlikely(READ_ONCE(rxq->trim)) && !done)
		ref_rx_trim(rxq);
	if (ref_rx_due(rxq))
		ref_rx_refill(rxq);
	if (done == budget) {
		rxq->waits.packets += done;
		return done;
	}

	wait = ref_wait(rxq, done);
	/* Counted while NAPI is ours: somebody else may run it as soon as it is completed. */
	if (wait)
		ref_count(&rxq->stats, waits);
	if (!napi_complete_done(napi, done))
		return done;
	if (wait)
		hrtimer_start(&rxq->wait_timer, ns_to_ktime(wait), HRTIMER_MODE_REL_PINNED);
	else if (ref_cq_arm(rxq->cq))
		napi_schedule(napi);
	return done;
}
