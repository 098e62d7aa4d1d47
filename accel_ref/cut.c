// SPDX-License-Identifier: GPL-2.0
/*
 * Large packets that the HCA does not cut: TCP over IPv6, TCP over IPv4 without LSO, and UDP.
 *
 * The stack would make an skb of each segment. Here the one skb is mapped once, and each segment is
 * a send: its headers are in the slot's copy, its payload is pieces of the skb. That one is never
 * written to: others may share it. The slot of the last segment has the skb and its mappings, and
 * as a queue completes in order they go when the HCA needs none of them any more, whatever became
 * of the segments before. For all else a segment is a send as any other: posted, refused, flushed,
 * and counted by itself.
 *
 * A packet is cut as a whole or not at all. Whether it can be, features_check() tells the stack,
 * which otherwise cuts it by itself: there are headers that cannot be repeated, pieces so small
 * that a send has not enough SGEs for them, and payload of which no sum can be made where it is. So
 * no packet of 64 KiB is ever made linear here, and none comes for which there is no room: a queue
 * is stopped as long as it has less than ref_tx_most(), and none has more segments than that.
 *
 * That holds too when the limit of the ring is changed in between. A queue that runs has at most
 * limit - most(limit) sends outstanding. From the limit on at which most() is above 1 this rises
 * with the limit, and below it is less than half of REF_CUT_RING; so it never is more than
 * size - most(size), which leaves room in the ring for what any limit has let through.
 *
 * The helpers of net/tso.h do not fit: they know payload by the CPU's address alone, and leave CWR
 * in each segment.
 */
#include "tx.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

/* SGEs with which cutting is worth it: headers, and payload that goes on in another fragment. */
#define REF_CUT_SGES		3
/* And the shortest ring: twice the one from which on packets may take more than one send of it. */
#define REF_CUT_RING		(2 * REF_MOST_SHARE * REF_MOST_LEAST)

/*
 * A packet to be cut. Offsets are from skb->data, which is where the caller of features_check() has
 * it: at the pseudo header, at the encapsulation header as in send(), or behind both.
 */
struct ref_cut {
	const struct sk_buff *skb;
	int l3;			/* IP header */
	int l4;			/* TCP or UDP header */
	unsigned int hdr_len;	/* up to the payload */
	unsigned int payload;
	unsigned int mss;	/* of @payload in each segment but the last */
	unsigned int segs;
	bool udp;
	bool v6;
	bool sum;		/* checksums are made here, not by the HCA */
	__wsum pseudo;		/* sum of the pseudo header, less the length */
};

/* Where the payload has been used up to. */
struct ref_cut_at {
	const u64 *dma;		/* mapping of the next piece */
	unsigned int frag;	/* which is this fragment */
	u64 addr;		/* what is left of the piece at hand, for the HCA */
	const u8 *data;		/* and for the CPU, where it makes the sum */
	unsigned int left;	/* bytes of that */
};

/* Finds the headers. Returns false when they are none that each segment can begin with. */
static bool ref_cut_find(struct ref_cut *cut, const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	int end, l3_len, l4_len;

	if (!(type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_UDP_L4)) ||
	    skb->ip_summed != CHECKSUM_PARTIAL || !skb_transport_header_was_set(skb))
		return false;
	cut->skb = skb;
	cut->udp = type & SKB_GSO_UDP_L4;
	cut->v6 = skb->protocol == htons(ETH_P_IPV6);
	cut->l3 = skb_network_offset(skb);
	cut->l4 = skb_transport_offset(skb);

	/* A packet socket's need not be what they say. */
	l3_len = cut->v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	l4_len = cut->udp ? sizeof(struct udphdr) : sizeof(struct tcphdr);
	if (cut->l3 < 0 || cut->l4 < cut->l3 + l3_len ||
	    cut->l4 + l4_len > (int)skb_headlen(skb))
		return false;
	if (!cut->udp && (int)tcp_hdrlen(skb) < l4_len)
		return false;
	end = cut->l4 + (cut->udp ? l4_len : (int)tcp_hdrlen(skb));
	if (end > (int)skb_headlen(skb) || end >= (int)skb->len ||
	    end - cut->l3 > REF_TX_COPY - IPOIB_ENCAP_LEN)
		return false;
	/*
	 * Behind IPv6 the transport header may be said to be an extension header: where a packet
	 * was forwarded (ip6_rcv_core()), or SRv6 has put in its own. Where the sum goes is where
	 * TCP or UDP is. And where that is behind an extension header it is the stack's to make
	 * (NETIF_F_IPV6_CSUM): one that leaves such a packet to us all the same (before
	 * 864e3396976e) drops it then, with a warning.
	 */
	if (cut->l4 != cut->l3 + (cut->v6 ? l3_len : ip_hdr(skb)->ihl * 4))
		return false;
	if (skb_checksum_start_offset(skb) != cut->l4 ||
	    skb->csum_offset != (cut->udp ? offsetof(struct udphdr, check) :
					    offsetof(struct tcphdr, check)))
		return false;
	cut->hdr_len = end;
	return true;
}

/* Are there SGEs for the pieces of each segment? */
static bool ref_cut_has_sges(const struct ref_priv *priv, const struct ref_cut *cut)
{
	const struct skb_shared_info *shinfo = skb_shinfo(cut->skb);
	bool linear = skb_headlen(cut->skb) > cut->hdr_len;
	unsigned int i;

	if (likely(1 + linear + shinfo->nr_frags <= priv->max_sge))
		return true;
	/* A segment that has three pieces has a whole one between the first and the last. */
	for (i = linear ? 0 : 1; i + 1 < shinfo->nr_frags; i++) {
		if (skb_frag_size(&shinfo->frags[i]) < cut->mss)
			return false;
	}
	return true;
}

/*
 * Can the sum of the payload be made where it is? What others may still write to would not be what
 * the sum is of, and what has no address would have to be mapped; the stack copies both.
 */
static bool ref_cut_may_sum(const struct sk_buff *skb)
{
	unsigned int i;

	if (skb_has_shared_frag(skb))
		return false;
	if (!IS_ENABLED(CONFIG_HIGHMEM))
		return true;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		if (PageHighMem(skb_frag_page(&skb_shinfo(skb)->frags[i])))
			return false;
	}
	return true;
}

/* Returns false when the packet cannot be cut here. */
static bool ref_cut_plan(const struct ref_priv *priv, const struct sk_buff *skb,
			 struct ref_cut *cut)
{
	if (unlikely(!priv->cut || skb_has_frag_list(skb) || !ref_cut_find(cut, skb)))
		return false;
	cut->mss = skb_shinfo(skb)->gso_size;
	cut->payload = skb->len - cut->hdr_len;
	cut->segs = DIV_ROUND_UP(cut->payload, cut->mss);
	cut->sum = cut->v6 || !priv->csum;
	if (unlikely(IPOIB_ENCAP_LEN + cut->hdr_len - cut->l3 + cut->mss > priv->max_ib_mtu))
		return false;
	return ref_cut_has_sges(priv, cut) && (!cut->sum || ref_cut_may_sum(skb));
}

/**
 * ref_cut_init() - find out whether large packets can be cut here
 * @priv: the interface, with its QPs; gets the answer
 *
 * Context: process, under RTNL.
 * Return: the features that come of it.
 */
netdev_features_t ref_cut_init(struct ref_priv *priv)
{
	priv->cut = priv->max_sge >= REF_CUT_SGES && priv->tx_size >= REF_CUT_RING;
	if (!priv->cut)
		return 0;
	accel_set_tso_max_segs(priv->dev, ref_tx_most(priv, priv->tx_size));
	return NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
	       NETIF_F_GSO_UDP_L4;
}

/**
 * ref_features_check() - ipoib_ops.features_check: what cannot be cut here the stack cuts
 * @skb: packet, with its data anywhere before its IP header
 * @dev: the interface
 * @features: what it has for this packet
 *
 * Context: any.
 * Return: @features, or some of them.
 */
netdev_features_t ref_features_check(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features)
{
	const struct ref_priv *priv = ref_priv(dev);
	struct ref_cut cut;

	if (!skb_is_gso(skb))
		return features;
	/*
	 * An HCA makes the segments' checksums when it is asked to make that of the packet. Where
	 * fragments are less than pages there may be more than it takes, and what is sent whole
	 * would have to be copied into one piece, of a length that there may not be.
	 */
	if (ref_tx_is_lso(priv, skb) && likely(skb->ip_summed == CHECKSUM_PARTIAL))
		return likely(skb_shinfo(skb)->nr_frags < priv->max_sge) ?
		       features : features & ~NETIF_F_GSO_MASK;
	if (likely(ref_cut_plan(priv, skb, &cut) &&
		   cut.segs <= ref_tx_most(priv, READ_ONCE(priv->tx_limit))))
		return features;
	return features & ~NETIF_F_GSO_MASK;
}

static void ref_cut_start(const struct ref_cut *cut, const struct ref_tx_slot *slot,
			  struct ref_cut_at *at)
{
	*at = (struct ref_cut_at) {
		.dma = slot->dma,
		.data = cut->skb->data + cut->hdr_len,
		.left = skb_headlen(cut->skb) - cut->hdr_len,
	};
	if (at->left)
		at->addr = *at->dma++;
}

static void ref_cut_next(const struct ref_cut *cut, struct ref_cut_at *at)
{
	const skb_frag_t *frag = &skb_shinfo(cut->skb)->frags[at->frag++];

	at->addr = *at->dma++;
	at->data = skb_frag_address(frag);
	at->left = skb_frag_size(frag);
}

/*
 * Describes the next @len bytes of the payload from @sge on, and says in @num by how many. Returns
 * their sum, when that is made here.
 */
static __wsum ref_cut_payload(const struct ref_cut *cut, struct ref_cut_at *at,
			      struct ib_sge *sge, unsigned int len, unsigned int *num)
{
	unsigned int done = 0, n = 0, part;
	__wsum sum = 0;

	while (done < len) {
		if (!at->left) {
			ref_cut_next(cut, at);
			continue;
		}
		part = min(len - done, at->left);
		sge[n].addr = at->addr;
		sge[n++].length = part;
		if (cut->sum)
			sum = csum_block_add(sum, csum_partial(at->data, part, 0), done);
		at->addr += part;
		at->data += part;
		at->left -= part;
		done += part;
	}
	*num = n;
	return sum;
}

/* Makes the IP header in @hdr that of the segment @seg, which has @len bytes of payload. */
static void ref_cut_l3(const struct ref_cut *cut, void *hdr, unsigned int seg, unsigned int len)
{
	unsigned int total = cut->hdr_len - cut->l3 + len;
	struct ipv6hdr *ip6 = hdr + cut->l3;
	struct iphdr *ip = hdr + cut->l3;

	if (cut->v6) {
		ip6->payload_len = htons(total - sizeof(*ip6));
		return;
	}
	ip->tot_len = htons(total);
	ip->id = htons(ntohs(ip->id) + seg);
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
}

/* The same of the TCP or UDP header. @sum is that of the payload. */
static void ref_cut_l4(const struct ref_cut *cut, void *hdr, unsigned int seg, unsigned int len,
		       __wsum sum)
{
	unsigned int l4_len = cut->hdr_len - cut->l4;
	__wsum pseudo = csum_add(cut->pseudo, (__force __wsum)htonl(l4_len + len));
	struct tcphdr *tcp = hdr + cut->l4;
	struct udphdr *udp = hdr + cut->l4;
	__sum16 *check = cut->udp ? &udp->check : &tcp->check;

	if (cut->udp) {
		udp->len = htons(l4_len + len);
	} else {
		tcp->seq = htonl(ntohl(tcp->seq) + seg * cut->mss);
		/* What happened once is told once: in the first, or with the last byte. */
		if (seg)
			tcp->cwr = 0;
		if (seg + 1 < cut->segs) {
			tcp->fin = 0;
			tcp->psh = 0;
		}
	}
	/* An HCA finds there what it does for any packet. */
	*check = ~csum_fold(pseudo);
	if (!cut->sum)
		return;

	*check = 0;
	*check = csum_fold(csum_partial(tcp, l4_len, csum_add(sum, pseudo)));
	if (cut->udp && !*check)
		*check = CSUM_MANGLED_0;
}

/* Makes the segment @seg the next send of the chain, but for whom it is to. */
static void ref_cut_segment(struct ref_txq *txq, const struct ref_cut *cut,
			    struct ref_cut_at *at, unsigned int seg)
{
	unsigned int len = min(cut->mss, cut->payload - seg * cut->mss), num;
	struct ref_tx_slot *slot = &txq->slots[txq->head & txq->mask];
	struct ib_sge *sge = txq->sge[txq->chained];
	__wsum sum;

	sum = ref_cut_payload(cut, at, sge + 1, len, &num);
	memcpy(slot->copy, cut->skb->data, cut->hdr_len);
	ref_cut_l3(cut, slot->copy, seg, len);
	ref_cut_l4(cut, slot->copy, seg, len, sum);
	ib_dma_sync_single_for_device(txq->priv->hca, slot->copy_dma, cut->hdr_len, DMA_TO_DEVICE);
	sge->addr = slot->copy_dma;
	sge->length = cut->hdr_len;
	txq->wr[txq->chained].wr.num_sge = num + 1;

	slot->bytes = cut->hdr_len + len;
	slot->segs = 1;
	slot->dead = false;
}

/* The sum of the pseudo header with the length of all is in the checksum's place. */
static __wsum ref_cut_pseudo(const struct ref_cut *cut)
{
	const struct sk_buff *skb = cut->skb;
	__sum16 seed = cut->udp ? udp_hdr(skb)->check : tcp_hdr(skb)->check;

	return csum_sub(csum_unfold(seed), (__force __wsum)htonl(skb->len - cut->l4));
}

/* Checks and maps; the slot of the last segment has the skb then. */
static int ref_cut_prepare(struct ref_txq *txq, struct sk_buff *skb, struct ref_cut *cut,
			   struct ref_cut_at *at)
{
	struct ref_tx_slot *last;
	int err;

	if (unlikely(!ref_cut_plan(txq->priv, skb, cut) || cut->l3 != IPOIB_ENCAP_LEN)) {
		ref_count(&txq->drops, too_long);
		return -EMSGSIZE;
	}
	/* Acquire pairs with NAPI's release: it is done with the slots before they are used. */
	if (unlikely(txq->head - smp_load_acquire(&txq->tail) + cut->segs > txq->size)) {
		ref_count(&txq->drops, no_room);
		return -ENOSPC;
	}
	last = &txq->slots[(txq->head + cut->segs - 1) & txq->mask];
	err = ref_tx_map(txq, last, skb, cut->hdr_len);
	if (unlikely(err)) {
		ref_count(&txq->drops, no_memory);
		return err;
	}
	last->len = skb->len;
	cut->pseudo = ref_cut_pseudo(cut);
	ref_cut_start(cut, last, at);
	return 0;
}

/**
 * ref_cut() - cut a large packet and append its segments to the chain
 * @txq: the queue
 * @skb: the packet, GSO of what is no LSO for the HCA
 * @ah: to whom
 * @qpn: QP number there
 *
 * A chain that is full is posted. Should the HCA refuse one of its sends, that segment is lost as
 * it might be on the wire, and counted; the others go on, for TCP asks for what is missing alone.
 *
 * Context: TX lock held.
 * Return: 0, or a negative errno, then the caller drops @skb, of which nothing was sent.
 */
int ref_cut(struct ref_txq *txq, struct sk_buff *skb, struct ib_ah *ah, u32 qpn)
{
	unsigned int len = skb->len, seg;
	struct ref_cut_at at;
	struct ref_cut cut;
	int err;

	err = ref_cut_prepare(txq, skb, &cut, &at);
	if (unlikely(err))
		return err;
	ref_count(&txq->drops, cut);
	for (seg = 0; seg < cut.segs; seg++) {
		if (txq->chained == REF_TX_CHAIN)
			ref_tx_post(txq);
		ref_tx_request(txq, ah, qpn, !cut.sum);
		ref_cut_segment(txq, &cut, &at, seg);
		txq->chained++;
		if (seg + 1 == cut.segs) {
			txq->chain_urgent = true;
			netdev_tx_sent_queue(ref_tx_stack_queue(txq), len);
		}
		/* Before the post, as in ref_send(): the slot is NAPI's now. */
		smp_store_release(&txq->head, txq->head + 1);
	}
	return 0;
}
