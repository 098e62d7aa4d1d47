// SPDX-License-Identifier: GPL-2.0
/* Makes packets as the stack may give them to a driver, and cuts them as it would. */
#include "packet.h"

#define L3		IPOIB_ENCAP_LEN
#define PSEUDO_LEN	20

unsigned int live_skbs;

void free_skb(struct sk_buff *skb)
{
	unsigned int i;

	for (i = 0; i < skb->info.nr_frags; i++)
		free(skb->info.frags[i].page);
	free(skb->head);
	free(skb);
	live_skbs--;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	int linear = skb_headlen(skb);
	unsigned int i;
	u8 *at = to;

	if (offset || len != (int)skb->len)
		fail("a copy of a part");
	memcpy(at, skb->data, linear);
	at += linear;
	for (i = 0; i < info->nr_frags; i++) {
		memcpy(at, skb_frag_address(&info->frags[i]), info->frags[i].size);
		at += info->frags[i].size;
	}
	return 0;
}

int skb_linearize(struct sk_buff *skb)
{
	unsigned int room = skb->data - skb->head, i;
	u8 *head = malloc(room + skb->len);

	if (!head)
		abort();
	memcpy(head, skb->head, room);
	skb_copy_bits(skb, 0, head + room, skb->len);
	for (i = 0; i < skb->info.nr_frags; i++)
		free(skb->info.frags[i].page);
	free(skb->head);
	skb->info.nr_frags = 0;
	skb->data_len = 0;
	skb->head = head;
	skb->data = head + room;
	return 0;
}

/* Of who sends from a packet socket's ring: copies take the places of the ring's pages. */
void skb_tx_timestamp(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int at, i;
	u8 *flat;

	if (!info->shared)
		return;
	flat = malloc(skb->len);
	if (!flat)
		abort();
	skb_copy_bits(skb, 0, flat, skb->len);
	for (i = 0; i < info->nr_frags; i++)
		free(info->frags[i].page);
	info->nr_frags = 0;
	for (at = skb_headlen(skb); at < skb->len; at += PAGE_SIZE) {
		skb_frag_t *frag = &info->frags[info->nr_frags++];

		frag->off = 0;
		frag->size = min(skb->len - at, (unsigned int)PAGE_SIZE);
		frag->page = malloc(frag->size);
		if (!frag->page)
			abort();
		memcpy(frag->page, flat + at, frag->size);
	}
	free(flat);
}

int skb_checksum_help(struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);
	u8 *flat = malloc(skb->len);
	__sum16 sum;

	if (skb_is_gso(skb))
		fail("the checksum of a large packet");
	if (!flat)
		abort();
	skb_copy_bits(skb, 0, flat, skb->len);
	sum = csum_fold(csum_partial(flat + start, skb->len - start, 0));
	*(__sum16 *)(skb->data + start + skb->csum_offset) = sum ? sum : CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
	free(flat);
	return 0;
}

/* ---- what must arrive */

/* Where TCP or UDP begins, from the encapsulation header on. */
unsigned int l4_of(const u8 *bytes)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)(bytes + L3);
	const struct iphdr *ip = (const struct iphdr *)(bytes + L3);

	if (ip->version == 4)
		return L3 + ip->ihl * 4 + (ip->protocol == IPPROTO_IPIP ? 20 : 0);
	return L3 + 40 + (ip6->nexthdr == IPPROTO_DSTOPTS ? 8 : 0);
}

static u8 l4_protocol(const u8 *bytes)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)(bytes + L3);
	const struct iphdr *ip = (const struct iphdr *)(bytes + L3);

	if (ip->version == 4)
		return ip->protocol == IPPROTO_IPIP ? bytes[L3 + 20 + 9] : ip->protocol;
	return ip6->nexthdr == IPPROTO_DSTOPTS ? bytes[L3 + 40] : ip6->nexthdr;
}

unsigned int check_at(const u8 *bytes, unsigned int l4)
{
	return l4 + (l4_protocol(bytes) == IPPROTO_TCP ? 16 : 6);
}

__wsum pseudo_of(const u8 *bytes, unsigned int len, unsigned int l4)
{
	const struct iphdr *ip = (const struct iphdr *)(bytes + L3);
	__be32 words[] = { htonl(len - l4), htonl(l4_protocol(bytes)) };
	unsigned int from = L3 + (ip->version == 6 ? 8 : ip->protocol == IPPROTO_IPIP ? 32 : 12);

	return csum_partial(bytes + from, ip->version == 4 ? 8 : 32,
			    csum_partial(words, sizeof(words), 0));
}

/* Makes all checksums of what goes to the wire. */
void sum_packet(u8 *bytes, unsigned int len, unsigned int l4)
{
	struct iphdr *ip = (struct iphdr *)(bytes + L3);
	__sum16 *check = (__sum16 *)(bytes + check_at(bytes, l4));

	if (ip->version == 4) {
		ip->check = 0;
		ip->check = ip_fast_csum(ip, ip->ihl);
	}
	*check = 0;
	*check = csum_fold(csum_partial(bytes + l4, len - l4, pseudo_of(bytes, len, l4)));
	if (!*check && l4_protocol(bytes) == IPPROTO_UDP)
		*check = 0xffff;
}

/* The segment @seg of a large packet, as tcp_gso_segment() and __udp_gso_segment() make it. */
unsigned int cut_as_the_stack(const u8 *flat, unsigned int len, unsigned int hdr_len,
			      unsigned int mss, unsigned int seg, u8 *to)
{
	unsigned int l4 = l4_of(flat), at = hdr_len + seg * mss, part = min(mss, len - at);
	struct ipv6hdr *ip6 = (struct ipv6hdr *)(to + L3);
	struct iphdr *ip = (struct iphdr *)(to + L3);
	struct tcphdr *tcp = (struct tcphdr *)(to + l4);
	struct udphdr *udp = (struct udphdr *)(to + l4);

	memcpy(to, flat, hdr_len);
	memcpy(to + hdr_len, flat + at, part);
	if (ip->version == 4) {
		ip->tot_len = htons(hdr_len - L3 + part);
		ip->id = htons(ntohs(ip->id) + seg);
	} else {
		ip6->payload_len = htons(hdr_len - L3 - 40 + part);
	}
	if (l4_protocol(flat) == IPPROTO_UDP) {
		udp->len = htons(8 + part);
	} else {
		tcp->seq = htonl(ntohl(tcp->seq) + seg * mss);
		if (at + part < len) {
			tcp->psh = 0;
			tcp->fin = 0;
		}
		if (seg)
			tcp->cwr = 0;
	}
	sum_packet(to, hdr_len + part, l4);
	return hdr_len + part;
}

/* ---- what is to be sent */

static void put_ip(u8 *at, bool v6, bool udp, unsigned int more, unsigned int len)
{
	struct ipv6hdr *ip6 = (struct ipv6hdr *)at;
	struct iphdr *ip = (struct iphdr *)at;
	u8 protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
	unsigned int i;

	for (i = 0; i < (v6 ? 40 : 20); i++)
		at[i] = below(256);
	if (v6) {
		ip6->version = 6;
		ip6->payload_len = htons(more + len);
		ip6->nexthdr = more ? IPPROTO_DSTOPTS : protocol;
		if (more) {
			memcpy(at + 40, "\0\0\1\4\0\0\0\0", 8);
			at[40] = protocol;
		}
		return;
	}
	ip->version = 4;
	ip->ihl = 5 + more / 4;
	ip->frag_off = htons(below(2) ? 0x4000 : 0);
	ip->tot_len = htons(20 + more + len);
	ip->protocol = protocol;
	memset(at + 20, 1, more);
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
}

/* In another one: what is behind the first header looks like that one. */
static void put_in_tunnel(u8 *at)
{
	struct iphdr *ip = (struct iphdr *)at, *inner = (struct iphdr *)(at + 20);

	*inner = *ip;
	inner->ihl = 5;
	inner->tot_len = htons(ntohs(ip->tot_len) - 20);
	inner->saddr = below(1 << 24);
	inner->check = 0;
	inner->check = ip_fast_csum(inner, 5);
	ip->ihl = 5;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->check = ip_fast_csum(ip, 5);
}

static void put_l4(u8 *at, bool udp, unsigned int l4_len, unsigned int len)
{
	struct tcphdr *tcp = (struct tcphdr *)at;
	unsigned int i;

	for (i = 0; i < l4_len; i++)
		at[i] = below(256);
	if (udp)
		((struct udphdr *)at)->len = htons(len);
	else
		tcp->doff = l4_len / 4;
}

/* The last two bytes of a segment make its sum one that UDP must not have. */
static void make_zero_sum(struct packet *packet, unsigned int mss)
{
	static u8 one[1 << 17];
	unsigned int segs = DIV_ROUND_UP(packet->len - packet->hdr_len, mss), seg = below(segs);
	unsigned int word = packet->hdr_len, l4 = l4_of(packet->flat);
	unsigned int len = cut_as_the_stack(packet->flat, packet->len, word, mss, seg, one);
	u8 *to = packet->flat + packet->hdr_len + seg * mss;
	u16 was;

	if (len < word + 2)
		return;
	memcpy(&was, one + word, 2);
	/* A sum with it that has all ones: one's complement of what is missing. */
	memset(one + word, 0, 2);
	*(__sum16 *)(one + check_at(one, l4)) = 0;
	was = csum_fold(csum_partial(one + l4, len - l4, pseudo_of(one, len, l4)));
	memcpy(to, &was, 2);
}

/* Divides the bytes behind the headers among the head and pieces. */
static void make_skb(struct packet *packet, unsigned int linear, unsigned int pieces)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));
	unsigned int room = 4 * below(8), at = linear, i;

	if (!skb)
		abort();
	skb->head = malloc(room + PSEUDO_LEN + linear);
	if (!skb->head)
		abort();
	live_skbs++;
	skb->data = skb->head + room;
	memset(skb->data, 0, PSEUDO_LEN);
	memcpy(skb->data + PSEUDO_LEN, packet->flat, linear);
	skb->len = PSEUDO_LEN + packet->len;
	skb->data_len = packet->len - linear;
	for (i = 0; i < pieces && at < packet->len; i++) {
		unsigned int left = packet->len - at, even = DIV_ROUND_UP(left, pieces - i);
		unsigned int size = i + 1 == pieces ? left : 1 + below(2 * even);
		skb_frag_t *frag = &skb->info.frags[i];

		if (packet->odd != PIECES && i + 1 < pieces)
			size = even;
		size = min(size, left);
		frag->off = below(9);
		frag->size = size;
		frag->page = malloc(frag->off + size);
		if (!frag->page)
			abort();
		memcpy(skb_frag_address(frag), packet->flat + at, size);
		at += size;
	}
	skb->info.nr_frags = i;
	skb->network = room + PSEUDO_LEN + L3;
	skb->transport = room + PSEUDO_LEN + l4_of(packet->flat);
	packet->skb = skb;
}

static void make_odd(struct packet *packet, unsigned int max_len)
{
	struct sk_buff *skb = packet->skb;

	skb->info.shared = packet->odd == SHARED;
	skb->frag_list = packet->odd == LIST;
	skb->csum_start += packet->odd == CSUM_START ? 4 : 0;
	skb->csum_offset += packet->odd == CSUM_OFFSET ? 2 : 0;
	if (packet->odd == NOT_PARTIAL)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (packet->odd == SHORT_DOFF)
		tcp_hdr(skb)->doff = 4;
	if (packet->odd == LONG_DOFF)
		tcp_hdr(skb)->doff = 15;
	if (packet->odd == NO_TRANSPORT)
		skb->transport = -1;
	if (packet->odd == LONG_MSS)
		skb->info.gso_size = max_len - packet->hdr_len + 1;
}

/* @max_len: bytes on the wire. @most: segments. */
void make_packet(struct packet *packet, unsigned int max_len, unsigned int most)
{
	bool v6 = below(2), udp = below(2), gso = below(2);
	unsigned int more, l4_len, payload, mss, linear, i;
	enum oddity odd = below(3) ? NOTHING : below(gso ? ODDITIES : REFUSED);
	struct sk_buff *skb;

	if (odd == EXTENSION)
		v6 = true;
	if (odd == SHORT_DOFF || odd == LONG_DOFF)
		udp = false;
	if (odd == ZERO_SUM)
		udp = true;
	if (odd == TUNNEL) {
		v6 = false;
		gso = false;
	}
	more = odd == EXTENSION ? 8 : odd == TUNNEL ? 20 : 0;
	if (odd == OPTIONS && !v6)
		more = 4 * below(11);
	l4_len = udp ? 8 : odd == LONG_DOFF ? 20 : 20 + 4 * below(11);
	packet->odd = odd;
	packet->hdr_len = L3 + (v6 ? 40 : 20) + more + l4_len;
	mss = 1 + below(below(3) ? max_len - packet->hdr_len : 300);
	payload = mss + 1 + below(mss * most);
	/* It is told by what is behind the TCP header: nothing, all in one place. */
	if (!gso || odd == LONG_DOFF)
		payload = 2 + below(below(2) ? max_len - packet->hdr_len - 1 : 200);
	if (gso && odd == LONG_DOFF)
		payload = 1 + below(39);
	payload = min(payload, 65000U);
	if (odd == LONG_MSS)
		payload = max_len + 2000;
	packet->len = packet->hdr_len + payload;

	*(__be16 *)packet->flat = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);
	memset(packet->flat + 2, 0, 2);
	put_ip(packet->flat + L3, v6, udp, more, l4_len + payload);
	if (odd == TUNNEL)
		put_in_tunnel(packet->flat + L3);
	put_l4(packet->flat + L3 + (v6 ? 40 : 20) + more, udp, l4_len, l4_len + payload);
	for (i = packet->hdr_len; i < packet->len; i++)
		packet->flat[i] = below(256);
	if (odd == ZERO_SUM)
		make_zero_sum(packet, gso ? mss : payload);

	sum_packet(packet->flat, packet->len, l4_of(packet->flat));
	linear = packet->hdr_len + (below(2) ? 0 : below(payload + 1));
	make_skb(packet, linear, below(4) ? 1 + below(MAX_SKB_FRAGS) : 1);
	skb = packet->skb;
	skb->protocol = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);
	skb->ip_summed = gso || below(2) ? CHECKSUM_PARTIAL : CHECKSUM_NONE;
	skb->csum_start = skb->transport;
	skb->csum_offset = udp ? 6 : 16;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		*(__sum16 *)(skb->data + PSEUDO_LEN + check_at(packet->flat, l4_of(packet->flat))) =
			~csum_fold(pseudo_of(packet->flat, packet->len, l4_of(packet->flat)));
	if (gso) {
		skb->info.gso_size = mss;
		skb->info.gso_type = udp ? SKB_GSO_UDP_L4 : v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
	}
	make_odd(packet, max_len);
}
