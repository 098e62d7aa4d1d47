// SPDX-License-Identifier: GPL-2.0
/*
 * Segments of a TCP connection that come one after another become one packet before the stack sees
 * them: the first one is the skb, and the payload of the others is fragments of it, without skbs of
 * their own. An skb that has as many as it can is followed by another one, in the first one's list.
 *
 * The rules are those of GRO, or stricter: from what was made here the stack, or an HCA, can cut
 * what has come, byte for byte, and so it may be forwarded. A segment that does not fit, whatever
 * is odd or wrong about it, is handed on as it is, behind what was held of its connection. Nothing
 * is held over the end of a run of NAPI.
 *
 * What is, or may be, TCP goes past GRO as long as this is on, so that it stays in order without
 * having GRO flushed. GRO would make large packets larger still, but it cannot be told how their
 * IPv4 ids go: up to 6.10 it takes those of a packet with DF for all the same when it has merged
 * nothing with it, and later kernels take one whose ids are all the same for one in which they
 * count up. Cut again, such a packet would not be what has come.
 */
#include "rx.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

/* What follows the length of the header in the same word: flags, and bits that should be zero. */
#define REF_TCP_FLAGS	cpu_to_be32(0x0fff0000)
/*
 * The echo of congestion, and AE, which accurate ECN has made of the next bit: they stay as they
 * are for many segments, and each of these has them again when it is cut.
 */
#define REF_TCP_ECHO	(TCP_FLAG_ECE | cpu_to_be32(0x01000000))

/**
 * ref_fix_features() - ipoib_ops.fix_features: no gathering without GRO
 * @dev: the interface
 * @features: as wanted
 *
 * The kernel has two features for what is done here. NETIF_F_LRO is for packets from which what
 * came cannot be made again: the stack switches it off where it forwards. NETIF_F_GRO_HW is for
 * those from which it can, exactly; it stays on there, and the stack switches it off for XDP on
 * skbs, which wants to see each packet. It is off without NETIF_F_RXCSUM, too, which any HCA has
 * for that: the sums that it has not verified are verified here.
 *
 * Context: process, under RTNL.
 * Return: @features, or some of them.
 */
netdev_features_t ref_fix_features(struct net_device *dev, netdev_features_t features)
{
	/* To who switches GRO off it is one thing, whoever does it. */
	if (!(features & NETIF_F_GRO))
		features &= ~NETIF_F_GRO_HW;
	return features;
}

/* @l4: bytes of the IP header. @len: bytes of it all. */
static void ref_look_tcp(struct ref_segment *seg, unsigned int l4, unsigned int len)
{
	struct tcphdr *tcp = seg->ip + l4;
	__be32 flags;

	if (len < l4 + sizeof(*tcp))
		return;
	seg->tcp = tcp;
	seg->hdr_len = l4 + tcp->doff * 4;
	if (tcp->doff * 4 < sizeof(*tcp) || len <= seg->hdr_len)
		return;
	seg->len = len - seg->hdr_len;
	/* What tells of an event, as CWR does of a smaller window, is told by itself. */
	flags = tcp_flag_word(tcp) & REF_TCP_FLAGS;
	seg->fits = (flags & ~(TCP_FLAG_PSH | REF_TCP_ECHO)) == TCP_FLAG_ACK;
}

static bool ref_look_v4(struct ref_segment *seg, unsigned int len)
{
	const struct iphdr *ip = seg->ip;

	if (len < sizeof(*ip) || ip->protocol != IPPROTO_TCP)
		return false;
	/* Length and sum of a large packet are made new: those of each must have been right. */
	if (ip->version == 4 && ip->ihl == 5 && !(ip->frag_off & ~htons(IP_DF)) &&
	    ntohs(ip->tot_len) == len && !ip_fast_csum(ip, ip->ihl))
		ref_look_tcp(seg, sizeof(*ip), len);
	return true;
}

/*
 * Is there TCP behind extension headers? What is in each fragment is said by all: a datagram of UDP
 * must go the way of those before it, fragments or not. What cannot be known is taken for TCP.
 */
static bool ref_may_be_tcp(const struct ipv6hdr *ip, unsigned int len)
{
	unsigned int at = sizeof(*ip);
	u8 next = ip->nexthdr;

	while (ipv6_ext_hdr(next) && next != NEXTHDR_NONE) {
		const void *header = (const void *)ip + at;
		const struct ipv6_opt_hdr *opt = header;
		const struct frag_hdr *frag = header;

		/* No header is shorter than that of a fragment. */
		if (len < at + sizeof(*frag))
			return true;
		/* Only the first one has what is between this header and the protocol. */
		if (next == NEXTHDR_FRAGMENT && frag->frag_off & htons(IP6_OFFSET))
			return frag->nexthdr == IPPROTO_TCP || ipv6_ext_hdr(frag->nexthdr);
		if (next == NEXTHDR_FRAGMENT)
			at += sizeof(*frag);
		else
			at += next == NEXTHDR_AUTH ? ipv6_authlen(opt) : ipv6_optlen(opt);
		next = opt->nexthdr;
	}
	return next == IPPROTO_TCP;
}

static bool ref_look_v6(struct ref_segment *seg, unsigned int len)
{
	const struct ipv6hdr *ip = seg->ip;

	if (len < sizeof(*ip))
		return false;
	if (ip->nexthdr != IPPROTO_TCP)
		return ref_may_be_tcp(ip, len);
	seg->v6 = true;
	if (ip->version == 6 && ntohs(ip->payload_len) == len - sizeof(*ip))
		ref_look_tcp(seg, sizeof(*ip), len);
	return true;
}

/**
 * ref_gather_look() - is a packet TCP, and may it be gathered?
 * @data: the packet, from the encapsulation header on
 * @len: its length, at least that of the header
 * @seg: all zero, but for what the HCA says of the checksum; gets the answer
 *
 * Context: any.
 * Return: false when it is not TCP: GRO may have it.
 */
bool ref_gather_look(void *data, unsigned int len, struct ref_segment *seg)
{
	const struct ipoib_header *header = data;

	seg->ip = data + IPOIB_ENCAP_LEN;
	if (header->proto == htons(ETH_P_IP))
		return ref_look_v4(seg, len - IPOIB_ENCAP_LEN);
	if (header->proto == htons(ETH_P_IPV6))
		return ref_look_v6(seg, len - IPOIB_ENCAP_LEN);
	return false;
}

static __sum16 ref_pseudo_sum(const struct ref_segment *seg, unsigned int len, __wsum sum)
{
	const struct ipv6hdr *ip6 = seg->ip;
	const struct iphdr *ip = seg->ip;

	if (seg->v6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, IPPROTO_TCP, sum);
	return csum_tcpudp_magic(ip->saddr, ip->daddr, len, IPPROTO_TCP, sum);
}

/* Is the TCP checksum right? Its header and all of its payload are read where nobody else did. */
static bool ref_sum_is_good(struct ref_rxq *rxq, struct ref_segment *seg)
{
	unsigned int len = seg->tcp->doff * 4 + seg->len;

	if (likely(seg->summed))
		return seg->good;
	ref_count(&rxq->stats, summed);
	seg->summed = true;
	seg->good = !ref_pseudo_sum(seg, len, csum_partial(seg->tcp, len, 0));
	return seg->good;
}

static bool ref_is_same_flow(const struct ref_segment *a, const struct ref_segment *b)
{
	const struct ipv6hdr *a6 = a->ip, *b6 = b->ip;
	const struct iphdr *a4 = a->ip, *b4 = b->ip;

	if (a->tcp->source != b->tcp->source || a->tcp->dest != b->tcp->dest || a->v6 != b->v6)
		return false;
	if (a->v6)
		return ipv6_addr_equal(&a6->saddr, &b6->saddr) &&
		       ipv6_addr_equal(&a6->daddr, &b6->daddr);
	return a4->saddr == b4->saddr && a4->daddr == b4->daddr;
}

/* How far the IPv4 id has come since the first segment. */
static u16 ref_ids_passed(const struct ref_flow *flow, const struct ref_segment *seg)
{
	const struct iphdr *ip = seg->ip, *first = flow->first.ip;

	return ntohs(ip->id) - ntohs(first->id);
}

static bool ref_follows_v4(const struct ref_flow *flow, const struct ref_segment *seg)
{
	const struct iphdr *ip = seg->ip, *first = flow->first.ip;
	u16 passed = ref_ids_passed(flow, seg);

	if (ip->tos != first->tos || ip->ttl != first->ttl || ip->frag_off != first->frag_off)
		return false;
	/* The second segment says how it goes on; without DF an id is used once. */
	if (flow->segs == 1 && !passed)
		return !!(ip->frag_off & htons(IP_DF));
	return passed == (flow->fixed_id ? 0 : flow->segs);
}

static bool ref_follows_v6(const struct ref_flow *flow, const struct ref_segment *seg)
{
	const struct ipv6hdr *ip = seg->ip, *first = flow->first.ip;

	/* The first word is version, traffic class and flow label. */
	return *(const __be32 *)ip == *(const __be32 *)first && ip->hop_limit == first->hop_limit;
}

static bool ref_follows_tcp(const struct ref_flow *flow, const struct ref_segment *seg)
{
	const struct tcphdr *tcp = seg->tcp, *first = flow->first.tcp;
	const __be32 *words = (const __be32 *)tcp, *first_words = (const __be32 *)first;
	unsigned int i;

	/* Flags and window are one word. */
	if (ntohl(tcp->seq) != flow->next_seq || tcp->ack_seq != first->ack_seq ||
	    (tcp_flag_word(tcp) ^ tcp_flag_word(first)) & ~TCP_FLAG_PSH ||
	    tcp->urg_ptr != first->urg_ptr)
		return false;
	for (i = sizeof(*tcp) / sizeof(*words); i < tcp->doff; i++) {
		if (words[i] != first_words[i])
			return false;
	}
	return true;
}

/* Of the same connection: can it be cut again from a packet that it was put into? */
static bool ref_follows(const struct ref_flow *flow, const struct ref_segment *seg)
{
	if (!seg->fits || seg->len > flow->first.len || flow->skb->len + seg->len > flow->most)
		return false;
	return ref_follows_tcp(flow, seg) &&
	       (seg->v6 ? ref_follows_v6(flow, seg) : ref_follows_v4(flow, seg));
}

/* Makes the headers those of one large packet that nobody has to verify any more. */
static void ref_flow_finish(struct ref_flow *flow)
{
	struct ref_segment *first = &flow->first;
	struct skb_shared_info *shinfo = skb_shinfo(flow->skb);
	struct sk_buff *skb = flow->skb;
	struct ipv6hdr *ip6 = first->ip;
	struct iphdr *ip = first->ip;
	unsigned int l4 = (void *)first->tcp - first->ip;

	skb_reset_network_header(skb);
	skb_set_transport_header(skb, l4);
	if (first->v6) {
		ip6->payload_len = htons(skb->len - sizeof(*ip6));
		shinfo->gso_type = SKB_GSO_TCPV6;
	} else {
		ip->tot_len = htons(skb->len);
		ip->check = 0;
		ip->check = ip_fast_csum(ip, ip->ihl);
		shinfo->gso_type = SKB_GSO_TCPV4 | (flow->fixed_id ? SKB_GSO_TCP_FIXEDID : 0);
	}
	shinfo->gso_size = first->len;
	shinfo->gso_segs = flow->segs;

	first->tcp->check = ~ref_pseudo_sum(first, skb->len - l4, 0);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb->ip_summed = CHECKSUM_PARTIAL;
}

/* Hands on what was gathered; @flow is another one then, or none. */
static void ref_flow_end(struct ref_rxq *rxq, struct ref_flow *flow)
{
	struct ref_rx_stats *stats = &rxq->stats;
	struct ref_flows *flows = rxq->flows;
	struct sk_buff *skb = flow->skb;

	if (flow->segs > 1) {
		ref_flow_finish(flow);
		u64_stats_update_begin(&stats->syncp);
		u64_stats_inc(&stats->gathers);
		u64_stats_add(&stats->gathered, flow->segs);
		u64_stats_update_end(&stats->syncp);
	}
	*flow = flows->flow[--flows->num];
	ref_rx_hand_on(rxq, skb);
}

/* The payload of a segment, in @buf, is the next piece. Returns false when memory is short. */
static bool ref_flow_put(struct ref_flow *flow, const struct ref_segment *seg, void *buf,
			 unsigned int truesize)
{
	struct sk_buff *skb = flow->skb, *last = flow->last;
	void *payload = seg->ip + seg->hdr_len;
	struct page *page = virt_to_head_page(buf);
	unsigned int frags = skb_shinfo(last)->nr_frags;

	if (likely(frags < MAX_SKB_FRAGS)) {
		skb_add_rx_frag(last, frags, page, payload - page_address(page), seg->len,
				truesize);
	} else {
		struct sk_buff *next = accel_build_skb(buf, truesize);

		if (unlikely(!next))
			return false;
		skb_reserve(next, payload - buf);
		__skb_put(next, seg->len);
		/* What was before the payload is nobody's. */
		__skb_header_release(next);
		if (last == skb)
			skb_shinfo(skb)->frag_list = next;
		else
			last->next = next;
		flow->last = next;
		truesize = next->truesize;
	}
	if (flow->last == skb)
		return true;
	skb->len += seg->len;
	skb->data_len += seg->len;
	skb->truesize += truesize;
	return true;
}

static bool ref_flow_add(struct ref_rxq *rxq, struct ref_flow *flow, struct ref_segment *seg,
			 void *buf, unsigned int truesize)
{
	/* Memory that was lent for an emergency would make all the rest a packet for it alone. */
	if (!ref_follows(flow, seg) || unlikely(page_is_pfmemalloc(virt_to_head_page(buf))) ||
	    !ref_sum_is_good(rxq, seg) || unlikely(!ref_flow_put(flow, seg, buf, truesize)))
		return false;
	if (flow->segs++ == 1 && !seg->v6)
		flow->fixed_id = !ref_ids_passed(flow, seg);
	flow->next_seq += seg->len;
	tcp_flag_word(flow->first.tcp) |= tcp_flag_word(seg->tcp) & TCP_FLAG_PSH;

	/* Both say that it is the last one, whatever comes. */
	if (seg->tcp->psh || seg->len < flow->first.len)
		ref_flow_end(rxq, flow);
	return true;
}

/**
 * ref_gather_add() - a packet for which ref_gather_look() has found that it is TCP has come
 * @rxq: the queue
 * @seg: its headers
 * @buf: its buffer, not mapped; NULL when the packet was copied, which is too short to be worth it
 * @truesize: bytes of @buf
 *
 * When it is not taken, what was held of its connection is the stack's already.
 *
 * Context: NAPI of the queue.
 * Return: true when it is taken, and @buf with it.
 */
bool ref_gather_add(struct ref_rxq *rxq, struct ref_segment *seg, void *buf,
		    unsigned int truesize)
{
	struct ref_flows *flows = rxq->flows;
	struct ref_flow *flow;

	if (unlikely(!seg->tcp)) {
		ref_gather_end(rxq);
		return false;
	}
	for (flow = flows->flow; flow < flows->flow + flows->num; flow++) {
		if (!ref_is_same_flow(&flow->first, seg))
			continue;
		if (buf && ref_flow_add(rxq, flow, seg, buf, truesize))
			return true;
		ref_flow_end(rxq, flow);
		break;
	}
	return false;
}

/**
 * ref_gather_begin() - hold a packet that others may follow
 * @rxq: the queue
 * @seg: its headers, of which ref_gather_add() has said false
 * @skb: the packet, prepared for the stack
 *
 * When as many connections are held as can be, the next one is not: to give up one of them for it
 * would gather nothing of any where many take turns.
 *
 * Context: NAPI of the queue.
 * Return: true when it is held.
 */
bool ref_gather_begin(struct ref_rxq *rxq, struct ref_segment *seg, struct sk_buff *skb)
{
	struct ref_flows *flows = rxq->flows;
	unsigned int most = clamp(accel_gro_max_size(skb->dev, seg->v6), 1U, 65536U) - 1;

	if (flows->num == REF_FLOWS || !seg->fits || seg->tcp->psh || skb_pfmemalloc(skb) ||
	    !ref_sum_is_good(rxq, seg))
		return false;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	flows->flow[flows->num++] = (struct ref_flow) {
		.skb = skb,
		.last = skb,
		.first = *seg,
		.next_seq = ntohl(seg->tcp->seq) + seg->len,
		.most = most,
		.segs = 1,
	};
	return true;
}

/**
 * ref_gather_end() - hand all on that is held
 * @rxq: the queue
 *
 * Context: NAPI of the queue.
 */
void ref_gather_end(struct ref_rxq *rxq)
{
	while (rxq->flows->num)
		ref_flow_end(rxq, rxq->flows->flow);
}
