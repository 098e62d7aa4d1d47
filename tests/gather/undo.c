// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: undo SEED ROUNDS
 *
 * Random segments of a few connections, some of them odd in one way or another, go through
 * accel_ref/gather.c as accel_ref/rx.c gives them to it, up to 64 in a run. What it hands on is cut
 * as the stack cuts it (tcp_gso_segment(), inet_gso_segment()), and each packet that comes of it
 * must be the next one of its connection, byte for byte; none may be left, and large packets must
 * be told as GRO tells them. Some connections are of UDP: what is left to GRO comes when the run
 * ends, and must not be overtaken either, fragments or not. The last line says how many there were.
 * Buffers end where their packets do, so that a sanitizer sees what is read behind them.
 */
#include "rx.h"

#define FLOWS		11
#define RUN		64
#define TRUESIZE	4800
#define ROOM		2400
#define HEADROOM	(NET_SKB_PAD + REF_GRH_LEN)

struct packet {
	u8 bytes[ROOM];		/* from the encapsulation header on */
	unsigned int len;
	bool sum_known;		/* the HCA has found the checksum right */
	bool done;
};

struct stream {
	bool v6;
	u8 protocol;
	u16 port;
	u32 seq, ack, stamp;
	u16 id, mss, window, frag;
	u8 tos, ttl, flags;
	int id_step;
};

static struct stream streams[FLOWS];
static struct packet sent[RUN];
/* What GRO holds to the end of a run. */
static struct sk_buff *held[RUN];
static unsigned int num_held;
/* Packets that have this place here come in order. */
static int order[RUN];
static unsigned int num_sent, gathered;
static struct net_device dev;
static u32 state;

static u32 below(u32 n)
{
	state = state * 1664525 + 1013904223;
	return n ? (u64)(state >> 8) * n >> 24 : 0;
}

static void fail(const char *what)
{
	printf("FAIL: %s\n", what);
	exit(1);
}

/* ---- what comes */

static void sum_tcp(struct packet *packet, unsigned int l3, unsigned int l4, unsigned int end)
{
	struct ipv6hdr *ip6 = (struct ipv6hdr *)(packet->bytes + l3);
	struct iphdr *ip = (struct iphdr *)(packet->bytes + l3);
	struct tcphdr *tcp = (struct tcphdr *)(packet->bytes + l4);
	__wsum sum;

	tcp->check = 0;
	sum = csum_partial(tcp, end - l4, 0);
	tcp->check = ip->version == 6 ?
		csum_ipv6_magic(&ip6->saddr, &ip6->daddr, end - l4, IPPROTO_TCP, sum) :
		csum_tcpudp_magic(ip->saddr, ip->daddr, end - l4, IPPROTO_TCP, sum);
}

enum oddity {
	NOTHING, PSH, FLAG, RESERVED, SHORTER, LONGER, SHORT, EMPTY, ACK, WINDOW, STAMP, TOS, TTL,
	GAP, AGAIN, ID_JUMPS, ID_STAYS, DF, MF, URGENT, OPTION, NO_STAMP, SUM, IP_SUM, PADDING, CUT,
	LABEL, FRAGMENT, GARBLED, ODDITIES
};

/* The stream as it is from this segment on. */
static void turn(struct stream *stream, enum oddity odd)
{
	static const u8 flags[] = { 1, 2, 4, 16, 32, 64, 128 };

	stream->ack += odd == ACK;
	stream->window += odd == WINDOW;
	stream->stamp += odd == STAMP;
	stream->ttl -= odd == TTL && stream->ttl > 5;
	stream->tos ^= odd == TOS;
	stream->frag ^= odd == DF ? IP_DF : odd == MF ? IP_MF : 0;
	if (odd == FLAG)
		stream->flags = stream->flags ? 0 : flags[below(sizeof(flags))];
	if (odd == GAP)
		stream->seq += 1 + below(2000);
	if (odd == AGAIN)
		stream->seq -= stream->mss;
	if (odd == ID_JUMPS)
		stream->id += 1 + below(1000);
	if (odd == ID_STAYS)
		stream->id -= stream->id_step;
}

static unsigned int payload_of(const struct stream *stream, enum oddity odd)
{
	if (odd == SHORTER)
		return 1 + below(stream->mss);
	if (odd == LONGER)
		return stream->mss + 1 + below(100);
	if (odd == SHORT)
		return 1 + below(100);
	return odd == EMPTY ? 0 : stream->mss;
}

/* Of 24 bytes: authentication, of 16, and destination options; or, of 8, that of a fragment. */
static void put_extensions(u8 *at, u8 protocol, enum oddity odd)
{
	if (odd == FRAGMENT) {
		*at = protocol;
		at[2] = below(2) ? below(16) : 0;
		at[3] = at[2] ? 1 : below(2);
		return;
	}
	at[0] = IPPROTO_DSTOPTS;
	at[1] = 2;
	at[16] = protocol;
	at[18] = 1;
	at[19] = 4;
}

/* @more: bytes of options or of extension headers. @len: bytes behind these. */
static void put_ip(u8 *at, const struct stream *stream, enum oddity odd, unsigned int more,
		   unsigned int len)
{
	struct ipv6hdr *ip6 = (struct ipv6hdr *)at;
	struct iphdr *ip = (struct iphdr *)at;

	if (stream->v6) {
		*(__be32 *)ip6 = htonl(6u << 28 | stream->tos << 20 | (odd == LABEL ? 7 : 5));
		ip6->payload_len = htons(more + len);
		ip6->nexthdr = !more ? stream->protocol :
			       odd == FRAGMENT ? IPPROTO_FRAGMENT : IPPROTO_AH;
		ip6->hop_limit = stream->ttl;
		ip6->saddr.s6_addr[0] = 0xfd;
		ip6->daddr.s6_addr[15] = 1;
		if (more)
			put_extensions((u8 *)(ip6 + 1), stream->protocol, odd);
		return;
	}
	ip->version = 4;
	ip->ihl = 5 + more / 4;
	ip->tos = stream->tos;
	ip->tot_len = htons(sizeof(*ip) + more + len);
	ip->id = htons(stream->id);
	ip->frag_off = htons(stream->frag);
	ip->ttl = stream->ttl;
	ip->protocol = stream->protocol;
	ip->saddr = htonl(0x0a000001);
	ip->daddr = htonl(0x0a000002);
	memset(ip + 1, 1, more);
	ip->check = ip_fast_csum(ip, ip->ihl);
	ip->check ^= odd == IP_SUM;
}

static void put_tcp(u8 *at, const struct stream *stream, enum oddity odd, unsigned int hdr_len)
{
	struct tcphdr *tcp = (struct tcphdr *)at;
	u32 stamps[3] = { htonl(0x0101080a), htonl(stream->stamp), htonl(3) };

	tcp->source = htons(stream->port);
	tcp->dest = htons(80);
	tcp->seq = htonl(stream->seq);
	tcp->ack_seq = htonl(stream->ack);
	tcp->doff = hdr_len / 4;
	tcp->ack = 1;
	tcp->psh = odd == PSH;
	at[13] ^= stream->flags;
	if (odd == RESERVED)
		tcp->res1 = 1 + below(15);
	tcp->window = htons(stream->window);
	tcp->urg_ptr = odd == URGENT ? 9 : 0;
	memcpy(tcp + 1, stamps, hdr_len - sizeof(*tcp));
}

static unsigned int options_of(const struct stream *stream, enum oddity odd)
{
	if (stream->v6)
		return odd == OPTION ? 24 : odd == FRAGMENT ? 8 : 0;
	return odd == OPTION ? 4 : 0;
}

/* A segment of @stream, @odd. The stream goes on behind it. */
static void make(struct packet *packet, struct stream *stream, enum oddity odd)
{
	unsigned int l3 = IPOIB_ENCAP_LEN, more = options_of(stream, odd);
	unsigned int l4 = l3 + (stream->v6 ? 40 : 20) + more, hdr_len = odd == NO_STAMP ? 20 : 32;
	unsigned int len = payload_of(stream, odd), end = l4 + hdr_len + len, i;
	struct ipoib_header *header = (struct ipoib_header *)packet->bytes;

	memset(packet, 0, sizeof(*packet));
	turn(stream, odd);
	header->proto = htons(stream->v6 ? ETH_P_IPV6 : ETH_P_IP);
	put_ip(packet->bytes + l3, stream, odd, more, hdr_len + len);
	put_tcp(packet->bytes + l4, stream, odd, hdr_len);
	for (i = l4 + hdr_len; i < end; i++)
		packet->bytes[i] = below(256);
	sum_tcp(packet, l3, l4, end);
	((struct tcphdr *)(packet->bytes + l4))->check ^= odd == SUM;
	stream->seq += len;
	stream->id += stream->id_step;

	packet->len = end + (odd == PADDING ? 1 + below(8) : 0);
	if (odd == CUT)
		packet->len = l3 + below(end - l3);
	if (odd == GARBLED)
		packet->bytes[below(end < 90 ? end : 90)] ^= 1 + below(255);
	packet->sum_known = odd != SUM && odd != IP_SUM && odd != OPTION && odd != FRAGMENT &&
			    odd != PADDING && odd != CUT && odd != GARBLED &&
			    !(stream->frag & IP_MF) && below(2);
}

/* Is it of the stream still, to somebody who does not look closer than at addresses and ports? */
static bool is_of(const struct packet *packet, const struct packet *before, bool v6)
{
	unsigned int from = IPOIB_ENCAP_LEN + (v6 ? 8 : 12), to = IPOIB_ENCAP_LEN + (v6 ? 44 : 24);

	return packet->len > to && !memcmp(packet->bytes + from, before->bytes + from, to - from) &&
	       !memcmp(packet->bytes, before->bytes, 5) &&
	       packet->bytes[v6 ? 10 : 13] == before->bytes[v6 ? 10 : 13];
}

static void start(struct stream *stream, int n)
{
	*stream = (struct stream) {
		.v6 = below(2), .protocol = below(4) ? IPPROTO_TCP : IPPROTO_UDP,
		.port = 1000 + n, .seq = below(1 << 20) - 50000, .ack = 5, .stamp = 6,
		.id = below(1 << 16), .mss = 300 + below(1700), .window = 100, .tos = 2, .ttl = 60,
		.frag = below(4) ? IP_DF : 0, .id_step = below(3) ? 1 : 0,
	};
}

/* ---- what is handed on */

/* The next one of its connection? */
static void came(const u8 *data, unsigned int len)
{
	unsigned int i, j;

	for (i = 0; i < num_sent; i++) {
		if (sent[i].done || sent[i].len - IPOIB_ENCAP_LEN != len ||
		    memcmp(sent[i].bytes + IPOIB_ENCAP_LEN, data, len))
			continue;
		for (j = 0; j < i; j++) {
			if (!sent[j].done && order[j] == order[i])
				fail("a packet was overtaken");
		}
		sent[i].done = true;
		return;
	}
	fail("a packet comes that nobody has sent");
}

static unsigned int flatten(const struct sk_buff *skb, u8 *to, unsigned int *truesize)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int linear = skb->len - skb->data_len, i;
	const struct sk_buff *part;
	u8 *at = to;

	/* Of the first one the length is that of all. */
	memcpy(at, skb->data, linear);
	at += linear;
	*truesize += TRUESIZE + 256;
	for (i = 0; i < info->nr_frags; i++) {
		memcpy(at, info->frags[i].at, info->frags[i].len);
		at += info->frags[i].len;
		*truesize += TRUESIZE;
	}
	for (part = info->frag_list; part; part = part->next)
		at += flatten(part, at, truesize);
	return at - to;
}

static void release(struct sk_buff *skb)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int i;

	if (info->frag_list)
		release(info->frag_list);
	if (skb->next)
		release(skb->next);
	for (i = 0; i < info->nr_frags; i++)
		free(info->frags[i].buf);
	free(skb->head);
	free(skb);
}

static void look_at_large(const struct sk_buff *skb, const u8 *all, unsigned int len,
			  unsigned int l4, unsigned int hdr_len)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)all;
	const struct iphdr *ip = (const struct iphdr *)all;
	const struct tcphdr *tcp = (const struct tcphdr *)(all + l4);
	__sum16 pseudo;

	if (len != skb->len || len > 65535 || len >= dev.gro_max_size)
		fail("length");
	if (ip->version == 6 ? ntohs(ip6->payload_len) != len - 40 :
			       ntohs(ip->tot_len) != len || ip_fast_csum(ip, 5))
		fail("IP header");
	pseudo = ip->version == 6 ?
		csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len - l4, IPPROTO_TCP, 0) :
		csum_tcpudp_magic(ip->saddr, ip->daddr, len - l4, IPPROTO_TCP, 0);
	if (skb->ip_summed != CHECKSUM_PARTIAL || tcp->check != (__sum16)~pseudo ||
	    skb->csum_start != skb->data - skb->head + l4 || skb->csum_offset != 16 ||
	    skb->transport != skb->data - skb->head + l4)
		fail("checksum");
	if (info->gso_type & (ip->version == 6 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6) ||
	    !(info->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) ||
	    info->gso_segs != (len - hdr_len + info->gso_size - 1) / info->gso_size ||
	    info->gso_segs < 2)
		fail("what GSO is told");
	/* What the cut packets do not tell. */
	if ((tcp_flag_word(tcp) & htonl(0x0eb70000)) != TCP_FLAG_ACK ||
	    (ip->version == 4 && ip->frag_off & ~htons(IP_DF)) ||
	    (info->gso_type & SKB_GSO_TCP_FIXEDID && !(ip->frag_off & htons(IP_DF))))
		fail("something that is not to be gathered");
}

/* As the stack does it. */
static void cut(const struct sk_buff *skb, const u8 *all, unsigned int len)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	bool v6 = *all >> 4 == 6, fixed = info->gso_type & SKB_GSO_TCP_FIXEDID;
	unsigned int l4 = v6 ? 40 : 20;
	unsigned int hdr_len = l4 + ((const struct tcphdr *)(all + l4))->doff * 4, at, seg = 0;

	look_at_large(skb, all, len, l4, hdr_len);
	gathered += info->gso_segs;
	for (at = hdr_len; at < len; at += info->gso_size, seg++) {
		unsigned int part = len - at < info->gso_size ? len - at : info->gso_size;
		struct packet packet;
		struct ipv6hdr *ip6 = (struct ipv6hdr *)packet.bytes;
		struct iphdr *ip = (struct iphdr *)packet.bytes;
		struct tcphdr *tcp = (struct tcphdr *)(packet.bytes + l4);

		memcpy(packet.bytes, all, hdr_len);
		memcpy(packet.bytes + hdr_len, all + at, part);
		if (v6) {
			ip6->payload_len = htons(hdr_len - 40 + part);
		} else {
			ip->tot_len = htons(hdr_len + part);
			ip->id = htons(ntohs(ip->id) + (fixed ? 0 : seg));
			ip->check = 0;
			ip->check = ip_fast_csum(ip, 5);
		}
		tcp->seq = htonl(ntohl(tcp->seq) + at - hdr_len);
		if (at + part < len) {
			tcp->psh = 0;
			tcp->fin = 0;
		}
		if (seg)
			tcp->cwr = 0;
		sum_tcp(&packet, 0, l4, hdr_len + part);
		came(packet.bytes, hdr_len + part);
	}
}

static void handed_on(struct sk_buff *skb)
{
	static u8 all[1 << 20];
	unsigned int truesize = 0, len = flatten(skb, all, &truesize);

	if (skb_shinfo(skb)->gso_size)
		cut(skb, all, len);
	else
		came(all, len);
	if (skb->truesize != truesize)
		fail("truesize");
	release(skb);
}

void ref_rx_hand_on(struct ref_rxq *rxq, struct sk_buff *skb)
{
	(void)rxq;
	handed_on(skb);
}

/* ---- as in accel_ref/rx.c */

static void receive(struct ref_rxq *rxq, const struct packet *packet)
{
	struct ref_segment seg = { .summed = packet->sum_known, .good = packet->sum_known };
	u8 *buf = malloc(HEADROOM + packet->len);
	bool copied = packet->len <= 256, tcp;
	struct sk_buff *skb;

	if (!buf)
		abort();
	memcpy(buf + HEADROOM, packet->bytes, packet->len);
	tcp = ref_gather_look(buf + HEADROOM, packet->len, &seg);
	if (tcp && ref_gather_add(rxq, &seg, copied ? NULL : buf, TRUESIZE))
		/* cppcheck-suppress memleak ; it is a fragment now */
		return;
	skb = accel_build_skb(buf, TRUESIZE);
	skb_reserve(skb, HEADROOM + IPOIB_ENCAP_LEN);
	__skb_put(skb, packet->len - IPOIB_ENCAP_LEN);
	skb->dev = &dev;
	if (!tcp)
		held[num_held++] = skb;
	else if (copied || !ref_gather_begin(rxq, &seg, skb))
		handed_on(skb);
}

static void run(struct ref_rxq *rxq)
{
	unsigned int odd = below(3) ? 2 + below(40) : 1000000;
	unsigned int flows = 1 + below(FLOWS), flow = 0, i;
	struct packet plain;

	dev.gro_max_size = below(4) ? 65536 : 2000 + below(65536);
	num_sent = 1 + below(RUN);
	for (i = 0; i < num_sent; i++) {
		struct stream before;
		enum oddity what = below(odd) ? NOTHING : below(ODDITIES);

		if (!below(4))
			flow = below(flows);
		before = streams[flow];
		make(&sent[i], &streams[flow], what);
		order[i] = flow;
		if (what != GARBLED && what != CUT)
			continue;
		make(&plain, &before, NOTHING);
		if (!is_of(&sent[i], &plain, before.v6))
			order[i] = FLOWS + i;
	}
	for (i = 0; i < num_sent; i++)
		receive(rxq, &sent[i]);
	ref_gather_end(rxq);
	for (i = 0; i < num_held; i++)
		handed_on(held[i]);
	num_held = 0;
	for (i = 0; i < num_sent; i++) {
		if (!sent[i].done)
			fail("a packet is missing");
	}
}

int main(int argc, char **argv)
{
	struct ref_flows flows = {};
	struct ref_rxq rxq = { .flows = &flows };
	u64 all = 0;
	int rounds, i;

	if (argc != 3)
		return 2;
	state = atoi(argv[1]);
	for (rounds = atoi(argv[2]); rounds; rounds--) {
		if (!(rounds % 16)) {
			for (i = 0; i < FLOWS; i++)
				start(&streams[i], i);
		}
		if (streams[0].mss)
			run(&rxq);
		all += num_sent;
	}
	if (rxq.stats.gathered != gathered)
		fail("the counter");
	printf("%u of %llu packets were gathered into %llu, %llu sums made\n", gathered,
	       (unsigned long long)all, (unsigned long long)rxq.stats.gathers,
	       (unsigned long long)rxq.stats.summed);
	return 0;
}
