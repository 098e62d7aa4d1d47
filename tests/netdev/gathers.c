// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: gathers cases v4|v6
 *        gathers send CASE INTERFACE HARDWARE_ADDRESS FROM TO PORT
 *        gathers see INTERFACE
 *
 * "send" gives an interface TCP segments that are made byte by byte, as a case says, for a router
 * with that hardware address. It prints a line for each, as "see" does for each that the router has
 * forwarded: where nothing was changed but hop limit and IP checksum the lines are the same. They
 * begin with the source port, PORT or one after it. "cases" prints name, number of segments, how
 * many of these shall be gathered, and into how many packets. Built by tests/vm/build-programs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <net/ethernet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST		64
#define HW_LEN		20
/* With time stamps. */
#define TCP_LEN		32
#define CWR		0x80
#define ECE		0x40

/* A segment, before it is one. */
struct seg {
	unsigned int flow;
	unsigned int len;	/* of payload */
	uint32_t seq;
	uint32_t ack;
	uint32_t stamp;
	uint8_t flags;
	uint16_t window;
	uint16_t urgent;
	uint8_t tos;
	uint8_t ttl;
	uint16_t id;
	uint16_t frag;
	uint32_t label;
	int option;		/* of IPv4, or an extension header of IPv6 */
	int fragment;		/* of IPv6, the only one */
	int udp;		/* what looks like it to a router */
	int padding;		/* bytes behind the packet */
	int wrong_sum;
};

struct packet {
	uint8_t data[2048];
	size_t len;
	size_t padding;
};

/* What a case is: segments in a row, each with 1000 bytes, but for @change. */
struct gather_case {
	const char *name;
	int num;
	int gathered;
	int gathers;
	char only;		/* of IPv4, or of IPv6: '4', '6' */
	int from, to;		/* these, counted from 0, without the last */
	struct seg change;	/* have this added to them */
	int flows;		/* so many take turns */
	int same_ids;		/* so many have the same IPv4 id */
	int ids_down;
	int ids_up_from;	/* same ones up to there */
	int swapped;		/* the fifth and the sixth */
	int twice;		/* the fifth */
	int udp;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- cases */

#define ALL	.from = 0, .to = MOST
#define FIFTH	.from = 4, .to = 5
#define REST	.from = 5, .to = MOST

static const struct gather_case cases[] = {
	{ "plain", 10, 10, 1, .flows = 1 },
	/* More than an skb has fragments; more than an IP packet has bytes. */
	{ "many", 40, 40, 1, .flows = 1 },
	{ "most", 64, 64, 2, ALL, .change.len = 100 },
	{ "short-last", 10, 10, 1, .from = 9, .to = 10, .change.len = -700 },
	{ "short-middle", 10, 10, 2, FIFTH, .change.len = -500 },
	{ "long-middle", 10, 10, 3, FIFTH, .change.len = 200 },
	{ "copied", 10, 9, 2, FIFTH, .change.len = -950 },
	{ "psh-first", 10, 9, 1, .from = 0, .to = 1, .change.flags = TH_PUSH },
	{ "psh-middle", 10, 10, 2, FIFTH, .change.flags = TH_PUSH },
	{ "fin", 10, 9, 1, .from = 9, .to = 10, .change.flags = TH_FIN },
	{ "rst", 10, 9, 2, FIFTH, .change.flags = TH_RST },
	{ "urg", 10, 9, 2, FIFTH, .change = { .flags = TH_URG, .urgent = 1 } },
	{ "cwr", 10, 9, 2, FIFTH, .change.flags = CWR },
	{ "all-cwr", 10, 0, 0, ALL, .change.flags = CWR },
	{ "ece", 10, 9, 2, FIFTH, .change.flags = ECE },
	{ "all-ece", 10, 10, 1, ALL, .change.flags = ECE },
	{ "no-ack", 10, 9, 2, FIFTH, .change.flags = -TH_ACK },
	{ "acks", 10, 10, 2, REST, .change.ack = 1000 },
	{ "window", 10, 10, 2, REST, .change.window = 1 },
	{ "stamp", 10, 10, 2, REST, .change.stamp = 1 },
	{ "urgent-pointer", 10, 10, 2, REST, .change.urgent = 7 },
	{ "ce", 10, 9, 2, FIFTH, .change.tos = 1 },
	{ "ttl", 10, 10, 2, REST, .change.ttl = -1 },
	{ "gap", 10, 10, 2, REST, .change.seq = 1000 },
	{ "swapped", 10, 8, 2, .swapped = 1 },
	{ "twice", 11, 11, 2, .twice = 1 },
	{ "wrong-sum", 10, 9, 2, FIFTH, .change.wrong_sum = 1 },
	{ "option", 10, 9, 2, FIFTH, .change.option = 1 },
	{ "padding", 10, 9, 2, FIFTH, .change.padding = 4 },
	{ "two-flows", 20, 20, 2, .flows = 2 },
	{ "nine-flows", 27, 24, 8, .flows = 9 },
	{ "fixed-ids", 10, 10, 1, .only = '4', .same_ids = MOST },
	{ "fixed-ids-no-df", 10, 0, 0, .only = '4', ALL, .change.frag = -IP_DF, .same_ids = MOST },
	{ "ids-no-df", 10, 10, 1, .only = '4', ALL, .change.frag = -IP_DF },
	{ "ids-jump", 10, 10, 2, .only = '4', REST, .change.id = 100 },
	{ "ids-down", 10, 0, 0, .only = '4', .ids_down = 1 },
	{ "fixed-then-up", 10, 10, 2, .only = '4', .ids_up_from = 5 },
	/* What NICs make of two large packets whose ids they leave as they are. */
	{ "fixed-by-tens", 20, 20, 2, .only = '4', .same_ids = 10 },
	{ "df-changes", 10, 10, 2, .only = '4', REST, .change.frag = -IP_DF },
	{ "fragment", 10, 9, 2, .only = '4', FIFTH, .change.frag = IP_MF - IP_DF },
	{ "fragments", 10, 0, 0, .only = '4', ALL, .change.frag = IP_MF - IP_DF },
	{ "label", 10, 10, 2, .only = '6', REST, .change.label = 1 },
	{ "udp-fragment", 10, 0, 0, .only = '6', FIFTH, .change.fragment = 1, .udp = 1 },
};

#define CASES (sizeof(cases) / sizeof(*cases))

/* ---- segments */

static uint32_t sum_of(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *bytes = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static size_t put_v4(uint8_t *at, const struct seg *seg, const uint8_t *from, const uint8_t *to,
		     size_t len)
{
	size_t hdr_len = sizeof(struct ip) + (seg->option ? 4 : 0);
	struct ip ip = {
		.ip_v = 4, .ip_hl = hdr_len / 4, .ip_tos = seg->tos, .ip_len = htons(hdr_len + len),
		.ip_id = htons(seg->id), .ip_off = htons(seg->frag), .ip_ttl = seg->ttl,
		.ip_p = IPPROTO_TCP,
	};

	memcpy(&ip.ip_src, from, 4);
	memcpy(&ip.ip_dst, to, 4);
	/* Options that say nothing. */
	memset(at, 1, hdr_len);
	memcpy(at, &ip, sizeof(ip));
	ip.ip_sum = fold(sum_of(at, hdr_len, 0));
	memcpy(at, &ip, sizeof(ip));
	return hdr_len;
}

static size_t put_v6(uint8_t *at, const struct seg *seg, const uint8_t *from, const uint8_t *to,
		     size_t len)
{
	const uint8_t protocol = seg->udp ? IPPROTO_UDP : IPPROTO_TCP;
	const uint8_t extension[8] = { protocol, 0, seg->fragment ? 0 : 1, seg->fragment ? 0 : 4 };
	size_t more = seg->option || seg->fragment ? sizeof(extension) : 0;
	struct ip6_hdr ip6 = {
		.ip6_flow = htonl(6u << 28 | seg->tos << 20 | seg->label),
		.ip6_plen = htons(more + len),
		.ip6_nxt = protocol, .ip6_hlim = seg->ttl,
	};

	if (more)
		ip6.ip6_nxt = seg->fragment ? IPPROTO_FRAGMENT : IPPROTO_DSTOPTS;

	memcpy(&ip6.ip6_src, from, 16);
	memcpy(&ip6.ip6_dst, to, 16);
	memcpy(at, &ip6, sizeof(ip6));
	memcpy(at + sizeof(ip6), extension, more);
	return sizeof(ip6) + more;
}

static void put_tcp(uint8_t *at, const struct seg *seg, uint16_t port, uint32_t pseudo)
{
	struct tcphdr tcp = {
		.th_sport = htons(port + seg->flow), .th_dport = htons(7400),
		.th_seq = htonl(seg->seq), .th_ack = htonl(seg->ack), .th_off = TCP_LEN / 4,
		.th_flags = seg->flags, .th_win = htons(seg->window), .th_urp = htons(seg->urgent),
	};
	uint32_t stamps[3] = { htonl(0x0101080a), htonl(seg->stamp), htonl(77) };
	size_t len = TCP_LEN + seg->len, i;

	memcpy(at + sizeof(tcp), stamps, sizeof(stamps));
	for (i = 0; i < seg->len; i++)
		at[TCP_LEN + i] = ((seg->seq + i) * 0x9e3779b1u + port + seg->flow) >> 16;
	memcpy(at, &tcp, sizeof(tcp));
	tcp.th_sum = fold(sum_of(at, len, pseudo + IPPROTO_TCP + len)) ^ htons(seg->wrong_sum);
	memcpy(at, &tcp, sizeof(tcp));
}

static uint16_t id_of(const struct gather_case *what, int n)
{
	if (what->same_ids)
		return n / what->same_ids * what->same_ids;
	if (what->ids_up_from)
		return n < what->ids_up_from ? 0 : n - what->ids_up_from + 1;
	return what->ids_down ? -n : n;
}

static int changes(const struct gather_case *what, int n)
{
	return n >= what->from && n < what->to;
}

/* The segment that is sent as the @n-th one, with the ids and the sequence numbers of all. */
static struct seg describe(const struct gather_case *what, int n)
{
	int flows = what->flows ? what->flows : 1, i;
	const struct seg *change = &what->change;
	struct seg seg = {
		.flow = n % flows, .len = 1000, .seq = 0xfffff000, .ack = 5000, .stamp = 1000,
		.flags = TH_ACK, .window = 500, .tos = 2, .ttl = 60, .frag = IP_DF,
		.label = 0x12345, .udp = what->udp,
	};

	n /= flows;
	if (what->swapped && (n == 4 || n == 5))
		n = 9 - n;
	else if (what->twice && n > 4)
		n--;
	seg.id = 0xfffc + id_of(what, n);
	for (i = 0; i < n; i++)
		seg.seq += seg.len + (changes(what, i) ? change->len : 0);
	if (!changes(what, n))
		return seg;
	seg.len += change->len;
	seg.seq += change->seq;
	seg.ack += change->ack;
	seg.stamp += change->stamp;
	seg.flags += change->flags;
	seg.window += change->window;
	seg.urgent += change->urgent;
	seg.tos += change->tos;
	seg.ttl += change->ttl;
	seg.id += change->id;
	seg.frag += change->frag;
	seg.label += change->label;
	seg.option = change->option;
	seg.fragment = change->fragment;
	seg.padding = change->padding;
	seg.wrong_sum = change->wrong_sum;
	return seg;
}

static void make(struct packet *packet, const struct seg *seg, const char *from, const char *to,
		 uint16_t port)
{
	int v6 = !!strchr(from, ':'), family = v6 ? AF_INET6 : AF_INET;
	uint8_t src[16], dst[16];
	uint32_t pseudo;
	size_t hdr_len;

	if (inet_pton(family, from, src) != 1 || inet_pton(family, to, dst) != 1)
		die("address");
	pseudo = sum_of(dst, v6 ? 16 : 4, sum_of(src, v6 ? 16 : 4, 0));
	packet->len = TCP_LEN + seg->len;
	hdr_len = v6 ? put_v6(packet->data, seg, src, dst, packet->len) :
		       put_v4(packet->data, seg, src, dst, packet->len);
	put_tcp(packet->data + hdr_len, seg, port, pseudo);
	packet->len += hdr_len;
	packet->padding = seg->padding;
	memset(packet->data + packet->len, 0xee, packet->padding);
}

/* @hops: routers that it has come through. */
static void say(const uint8_t *data, size_t len, int hops)
{
	struct ip6_hdr *ip6;
	uint8_t copy[2048];
	struct tcphdr tcp;
	uint64_t hash = 14695981039346656037ull;
	const char *sum = "";
	size_t l4 = 0, i;
	struct ip *ip;

	if (len > sizeof(copy) || len < sizeof(*ip6))
		return;
	memcpy(copy, data, len);
	ip = (struct ip *)copy;
	ip6 = (struct ip6_hdr *)copy;
	if (ip->ip_v == 4 && ip->ip_p == IPPROTO_TCP) {
		l4 = ip->ip_hl * 4;
		sum = fold(sum_of(copy, l4, 0)) ? " wrong IP sum" : "";
		ip->ip_ttl += hops;
		ip->ip_sum = 0;
	} else if (ip->ip_v == 6) {
		l4 = sizeof(*ip6);
		if (ip6->ip6_nxt == IPPROTO_DSTOPTS || ip6->ip6_nxt == IPPROTO_FRAGMENT)
			l4 += 8;
		else if (ip6->ip6_nxt != IPPROTO_TCP && ip6->ip6_nxt != IPPROTO_UDP)
			return;
		ip6->ip6_hlim += hops;
	}
	if (!l4 || len < l4 + sizeof(tcp))
		return;
	memcpy(&tcp, copy + l4, sizeof(tcp));
	if (tcp.th_dport != htons(7400))
		return;
	for (i = 0; i < len; i++)
		hash = (hash ^ copy[i]) * 1099511628211ull;
	printf("%u seq %08x len %zu flags %02x id %04x hash %016llx%s\n", ntohs(tcp.th_sport),
	       ntohl(tcp.th_seq), len, tcp.th_flags, ip->ip_v == 4 ? ntohs(ip->ip_id) : 0,
	       (unsigned long long)hash, sum);
}

/* ---- interfaces */

static void send_all(const struct gather_case *what, const char *interface, const char *hwaddr,
		     const char *from, const char *to, uint16_t port)
{
	static struct packet packets[MOST];
	struct {
		struct sockaddr_ll ll;
		uint8_t room[HW_LEN];
	} address = {
		.ll = {
			.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(interface),
			.sll_halen = HW_LEN,
		},
	};
	uint8_t *hw = (uint8_t *)&address + offsetof(struct sockaddr_ll, sll_addr);
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0), i;

	address.ll.sll_protocol = htons(strchr(from, ':') ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	for (i = 0; i < HW_LEN; i++)
		hw[i] = strtoul(hwaddr + 3 * i, NULL, 16);
	if (fd < 0)
		die("socket");
	for (i = 0; i < what->num; i++) {
		struct seg seg = describe(what, i);

		make(&packets[i], &seg, from, to, port);
	}
	for (i = 0; i < what->num; i++) {
		size_t len = packets[i].len + packets[i].padding;

		if (sendto(fd, packets[i].data, len, 0, (struct sockaddr *)&address,
			   sizeof(address)) != (ssize_t)len)
			die("send");
	}
	for (i = 0; i < what->num; i++)
		say(packets[i].data, packets[i].len, 0);
}

static void see(const char *interface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(interface),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0), room = 4 << 20;
	static uint8_t data[1 << 16];

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die(interface);
	setlinebuf(stdout);
	printf("ready\n");
	for (;;) {
		socklen_t from_len = sizeof(address);
		ssize_t len = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&address,
				       &from_len);

		if (len < 0)
			die("recvfrom");
		if (address.sll_pkttype != PACKET_OUTGOING)
			say(data, len, 1);
	}
}

static int usage(void)
{
	fprintf(stderr, "see the source\n");
	return 2;
}

int main(int argc, char **argv)
{
	const struct gather_case *what;

	if (argc == 3 && !strcmp(argv[1], "see"))
		see(argv[2]);
	if (argc != 3 && argc != 8)
		return usage();
	for (what = cases; what < cases + CASES; what++) {
		if (argc == 8) {
			if (strcmp(argv[2], what->name))
				continue;
			send_all(what, argv[3], argv[4], argv[5], argv[6], atoi(argv[7]));
			return 0;
		}
		if (!what->only || what->only == argv[2][1])
			printf("%s %d %d %d\n", what->name, what->num, what->gathered,
			       what->gathers);
	}
	return argc == 8 ? usage() : 0;
}
