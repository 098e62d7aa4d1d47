// SPDX-License-Identifier: GPL-2.0
/* soft_ib: the IP, TCP and UDP headers of an IPoIB frame (RFC 4391): checksums and segments. */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "verbs.h"

#define SIB_IPOIB_LEN	4	/* ethertype, reserved */

static bool sib_frame_parse_l4(const u8 *hdr, u32 len, u8 proto, struct sib_frame *frame)
{
	frame->end = frame->l4;
	if (proto == IPPROTO_TCP && frame->l4 + sizeof(struct tcphdr) <= len) {
		const struct tcphdr *tcp = (const void *)(hdr + frame->l4);

		frame->end = frame->l4 + tcp->doff * 4;
		frame->csum = frame->l4 + offsetof(struct tcphdr, check);
	} else if (proto == IPPROTO_UDP && frame->l4 + sizeof(struct udphdr) <= len) {
		frame->end = frame->l4 + sizeof(struct udphdr);
		frame->csum = frame->l4 + offsetof(struct udphdr, check);
	} else {
		return true;
	}
	frame->proto = proto;
	return frame->end <= len;
}

/**
 * sib_frame_parse() - finds the headers
 * @hdr: the frame's first bytes, from the IPoIB header on
 * @len: how many of them there are
 * @frame: gets the result
 *
 * Return: false when it is no IPv4 or IPv6 frame or its headers are cut off.
 */
bool sib_frame_parse(const u8 *hdr, u32 len, struct sib_frame *frame)
{
	const struct ipv6hdr *ip6 = (const void *)(hdr + SIB_IPOIB_LEN);
	const struct iphdr *ip = (const void *)(hdr + SIB_IPOIB_LEN);
	u16 type;

	memset(frame, 0, sizeof(*frame));
	if (len < SIB_IPOIB_LEN + sizeof(*ip))
		return false;

	type = hdr[0] << 8 | hdr[1];
	if (type == ETH_P_IP) {
		frame->l4 = SIB_IPOIB_LEN + ip->ihl * 4;
		frame->end = frame->l4;
		if (ip->ihl < 5 || frame->l4 > len)
			return false;
		/* A fragment has no checksum of its own. */
		if (ip->frag_off & htons(0x3fff))
			return true;
		return sib_frame_parse_l4(hdr, len, ip->protocol, frame);
	}
	if (type == ETH_P_IPV6 && len >= SIB_IPOIB_LEN + sizeof(*ip6)) {
		frame->v6 = true;
		frame->l4 = SIB_IPOIB_LEN + sizeof(*ip6);
		return sib_frame_parse_l4(hdr, len, ip6->nexthdr, frame);
	}
	return false;
}

/* Sum over the TCP or UDP header at hand and the rest of the datagram in @vec. */
static __wsum sib_frame_sum(const u8 *l4, u32 len, const struct kvec *vec, unsigned int nvec,
			    u32 *total)
{
	__wsum sum = csum_partial(l4, len, 0);
	unsigned int i;

	for (i = 0; i < nvec; i++) {
		if (likely(!(len & 1)))
			sum = csum_partial(vec[i].iov_base, vec[i].iov_len, sum);
		else
			sum = csum_block_add(sum, csum_partial(vec[i].iov_base, vec[i].iov_len, 0),
					     len);
		len += vec[i].iov_len;
	}
	*total = len;
	return sum;
}

/**
 * sib_frame_csum() - fills in the checksums
 * @hdr: the frame's first bytes; changed
 * @hlen: how many of them
 * @frame: what sib_frame_parse() said of them
 * @vec: the frame's other bytes
 * @nvec: entries of @vec
 */
void sib_frame_csum(u8 *hdr, u32 hlen, const struct sib_frame *frame, const struct kvec *vec,
		    unsigned int nvec)
{
	struct ipv6hdr *ip6 = (void *)(hdr + SIB_IPOIB_LEN);
	struct iphdr *ip = (void *)(hdr + SIB_IPOIB_LEN);
	__sum16 *check = (void *)(hdr + frame->csum);
	__wsum sum;
	u32 len;

	if (!frame->v6) {
		ip->check = 0;
		ip->check = ip_fast_csum(ip, ip->ihl);
	}
	if (!frame->csum)
		return;

	*check = 0;
	sum = sib_frame_sum(hdr + frame->l4, hlen - frame->l4, vec, nvec, &len);
	if (frame->v6)
		*check = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, frame->proto, sum);
	else
		*check = csum_tcpudp_magic(ip->saddr, ip->daddr, len, frame->proto, sum);
	if (frame->proto == IPPROTO_UDP && !*check)
		*check = CSUM_MANGLED_0;
}

/* Copies the first bytes of a payload, at most @max, into one piece. */
static u32 sib_vec_peek(const struct kvec *vec, unsigned int nvec, u8 *to, u32 max)
{
	unsigned int i;
	u32 len = 0;

	for (i = 0; i < nvec && len < max; i++) {
		u32 part = min_t(u32, vec[i].iov_len, max - len);

		memcpy(to + len, vec[i].iov_base, part);
		len += part;
	}
	return len;
}

/* The sum over a payload from byte @skip on. */
static __wsum sib_vec_sum(const struct kvec *vec, unsigned int nvec, u32 skip)
{
	__wsum sum = 0;
	u32 offset = 0;
	unsigned int i;

	for (i = 0; i < nvec; i++) {
		u32 pass = min_t(u32, skip, vec[i].iov_len);
		u32 len = vec[i].iov_len - pass;

		skip -= pass;
		if (!len)
			continue;
		sum = csum_block_add(sum, csum_partial(vec[i].iov_base + pass, len, 0), offset);
		offset += len;
	}
	return sum;
}

/**
 * sib_pkt_csum_ok() - what the receiver's card finds out about the checksums of a packet
 * @pkt: the packet
 *
 * Whoever filled them: the sender's card, whose sums need no second look as long as the packet is
 * what that card sent, or its stack. Fragments, extension headers of IPv6 and UDP without a checksum
 * are never found right.
 *
 * Context: any; under rcu_read_lock().
 * Return: true when header, TCP and UDP checksums are there and right.
 */
bool sib_pkt_csum_ok(const struct sib_pkt *pkt)
{
	u8 peeked[SIB_MAX_HEADER] __aligned(8);
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;
	struct sib_frame frame;
	const u8 *hdr = peeked;
	u32 len, l4_len;
	__wsum sum;

	if (!sib_props.csum || !pkt->nvec)
		return false;
	if (pkt->csummed)
		return true;
	/* Headers in one piece, as they mostly are, are looked at where they are. */
	len = min_t(u32, pkt->vec[0].iov_len, SIB_MAX_HEADER);
	if (len < pkt->len && len < SIB_MAX_HEADER)
		len = sib_vec_peek(pkt->vec, pkt->nvec, peeked, SIB_MAX_HEADER);
	else
		hdr = pkt->vec[0].iov_base;
	if (!sib_frame_parse(hdr, len, &frame) || !frame.csum)
		return false;

	ip = (const void *)(hdr + SIB_IPOIB_LEN);
	ip6 = (const void *)(hdr + SIB_IPOIB_LEN);
	l4_len = pkt->len - frame.l4;
	if (frame.proto == IPPROTO_UDP && !*(const __sum16 *)(hdr + frame.csum))
		return false;
	if (frame.v6) {
		if (ntohs(ip6->payload_len) != l4_len)
			return false;
	} else if (ntohs(ip->tot_len) != pkt->len - SIB_IPOIB_LEN || ip_fast_csum(ip, ip->ihl)) {
		return false;
	}
	sum = sib_vec_sum(pkt->vec, pkt->nvec, frame.l4);
	return !(frame.v6 ?
		 csum_ipv6_magic(&ip6->saddr, &ip6->daddr, l4_len, frame.proto, sum) :
		 csum_tcpudp_magic(ip->saddr, ip->daddr, l4_len, frame.proto, sum));
}

/**
 * sib_frame_segment() - turns the headers of a large TCP segment into those of a part of it
 * @hdr: a copy of the headers; changed
 * @hlen: bytes of it
 * @frame: what sib_frame_parse() said of them
 * @index: number of the part
 * @offset: bytes of payload before it
 * @len: bytes of payload in it
 * @last: it is the last one
 */
void sib_frame_segment(u8 *hdr, u32 hlen, const struct sib_frame *frame, u32 index, u32 offset,
		       u32 len, bool last)
{
	struct ipv6hdr *ip6 = (void *)(hdr + SIB_IPOIB_LEN);
	struct iphdr *ip = (void *)(hdr + SIB_IPOIB_LEN);
	struct tcphdr *tcp = (void *)(hdr + frame->l4);
	u32 ip_len = hlen - SIB_IPOIB_LEN + len;

	if (frame->v6) {
		ip6->payload_len = htons(ip_len - sizeof(*ip6));
	} else {
		ip->tot_len = htons(ip_len);
		ip->id = htons(ntohs(ip->id) + index);
	}
	tcp->seq = htonl(ntohl(tcp->seq) + offset);
	if (!last) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	/* RFC 3168: CWR answers once. */
	if (index)
		tcp->cwr = 0;
}
