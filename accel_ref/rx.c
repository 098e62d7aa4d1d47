// SPDX-License-Identifier: GPL-2.0
/* Receiving: from the completion to the stack. */
#include "ref.h"

#include <net/busy_poll.h>

/*
 * Packets up to this long are copied: a TCP acknowledgment should not pin a buffer made for a whole
 * packet, and a buffer that stays where it is needs no new mapping.
 */
#define REF_COPYBREAK	256

/* What one run of NAPI has received: counters are written once for all. */
struct ref_rx_burst {
	unsigned int packets;
	unsigned int bytes;
	unsigned int multicast;
	unsigned int csum_ok;
	unsigned int copied;
};

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
	ref_repair_ask(rxq->qp);
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

/* A small packet: into an skb of its own, the buffer stays mapped and goes back to the ring. */
static struct sk_buff *ref_rx_copy(struct ref_rxq *rxq, struct ref_rx_slot *slot,
				   unsigned int len)
{
	struct ib_device *hca = rxq->priv->hca;
	struct sk_buff *skb = napi_alloc_skb(&rxq->napi, IPOIB_HW_ADDR_LEN + len);

	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, IPOIB_HW_ADDR_LEN);
	ib_dma_sync_single_for_cpu(hca, slot->dma, REF_GRH_LEN + len, DMA_FROM_DEVICE);
	skb_put_data(skb, slot->buf + REF_RX_HEADROOM + REF_GRH_LEN, len);
	ib_dma_sync_single_for_device(hca, slot->dma, REF_GRH_LEN + len, DMA_FROM_DEVICE);
	return skb;
}

/* The buffer becomes the skb, the slot is left without one. */
static struct sk_buff *ref_rx_wrap(struct ref_rxq *rxq, struct ref_rx_slot *slot,
				   unsigned int len)
{
	struct sk_buff *skb = accel_build_skb(slot->buf, ref_frag_size(slot->len));

	if (unlikely(!skb))
		return NULL;
	ref_rx_unmap(rxq, slot);
	skb_reserve(skb, REF_RX_HEADROOM + REF_GRH_LEN);
	__skb_put(skb, len);
	return skb;
}

/* @alone: no other packet waits. */
static void ref_rx_deliver(struct ref_rxq *rxq, struct sk_buff *skb, const struct ib_wc *wc,
			   struct ref_rx_burst *burst, bool alone)
{
	burst->packets++;
	burst->bytes += skb->len + IPOIB_ENCAP_LEN;
	if (skb->pkt_type == PACKET_MULTICAST)
		burst->multicast++;
	if ((wc->wc_flags & IB_WC_IP_CSUM_OK) && (skb->dev->features & NETIF_F_RXCSUM)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		burst->csum_ok++;
	}
	skb_record_rx_queue(skb, rxq->index);
	/* GRO has nothing to merge a lone packet with, and it takes as long as the driver does. */
	if (alone && accel_gro_is_idle(&rxq->napi)) {
		/* What GRO does besides: sockets poll the NAPI that their packets name. */
		skb_mark_napi_id(skb, &rxq->napi);
		netif_receive_skb(skb);
	} else {
		napi_gro_receive(&rxq->napi, skb);
	}
}

/* The GRH was looked at and the buffer stays where it is: it is the HCA's again. */
static void ref_rx_give_back(struct ref_rxq *rxq, const struct ref_rx_slot *slot,
			     const struct ib_wc *wc)
{
	if (wc->wc_flags & IB_WC_GRH)
		ib_dma_sync_single_for_device(rxq->priv->hca, slot->dma, REF_GRH_LEN,
					      DMA_FROM_DEVICE);
}

static void ref_rx_packet(struct ref_rxq *rxq, struct ref_rx_slot *slot, const struct ib_wc *wc,
			  struct ref_rx_burst *burst, bool alone)
{
	const struct ib_grh *grh = slot->buf + REF_RX_HEADROOM;
	struct net_device *dev = rxq->priv->dev;
	const union ib_gid *dgid = NULL;
	struct sk_buff *skb = NULL;
	union ib_gid copy;
	unsigned int len;

	if (unlikely(wc->byte_len < REF_GRH_LEN + IPOIB_ENCAP_LEN ||
		     wc->byte_len > slot->len)) {
		ref_count(&rxq->stats, short_frames);
		return;
	}
	len = wc->byte_len - REF_GRH_LEN;

	if (wc->wc_flags & IB_WC_GRH) {
		ib_dma_sync_single_for_cpu(rxq->priv->hca, slot->dma, REF_GRH_LEN,
					   DMA_FROM_DEVICE);
		if (unlikely(ref_rx_is_own(rxq, wc, grh))) {
			ref_count(&rxq->stats, own);
			ref_rx_give_back(rxq, slot, wc);
			return;
		}
		/* The buffer may go back to the HCA before the address is looked at. */
		copy = grh->dgid;
		dgid = &copy;
	}

	if (len <= REF_COPYBREAK)
		skb = ref_rx_copy(rxq, slot, len);
	if (skb)
		burst->copied++;
	else
		skb = ref_rx_wrap(rxq, slot, len);
	if (unlikely(!skb)) {
		ref_count(&rxq->stats, no_memory);
		ref_rx_give_back(rxq, slot, wc);
		return;
	}

	if (unlikely(!ipoib_accel_rx_prepare(dev, skb, dgid, wc->slid))) {
		ref_count(&rxq->stats, short_frames);
		dev_kfree_skb_any(skb);
		return;
	}
	ref_rx_deliver(rxq, skb, wc, burst, alone);
}

static int ref_rx_burst(struct ref_rxq *rxq, int budget)
{
	struct ref_rx_burst burst = {};
	int done = 0, most, n, i;

	do {
		most = min(budget - done, REF_WC_BATCH);
		n = max(ib_poll_cq(rxq->cq, most, rxq->wc), 0);
		for (i = 0; i < n; i++) {
			const struct ib_wc *wc = &rxq->wc[i];
			struct ref_rx_slot *slot = ref_rx_take(rxq, wc->wr_id);

			if (unlikely(!slot))
				continue;
			if (unlikely(wc->status != IB_WC_SUCCESS))
				ref_rx_error(rxq, wc);
			else
				ref_rx_packet(rxq, slot, wc, &burst, n == 1 && most > 1);
		}
		done += n;
		if (ref_rx_room(rxq) >= REF_POST_BATCH)
			ref_rx_refill(rxq);
		/* When the CQ gave less than it could it is empty, or arming it will tell. */
	} while (n == most && done < budget);
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
	napi_schedule(context);
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
	if (done == budget)
		return done;

	wait = ref_gather(rxq, done);
	if (!napi_complete_done(napi, done))
		return done;
	if (wait)
		hrtimer_start(&rxq->gather_timer, ns_to_ktime(wait), HRTIMER_MODE_REL_PINNED);
	else if (ref_cq_arm(rxq->cq))
		napi_schedule(napi);
	return done;
}
