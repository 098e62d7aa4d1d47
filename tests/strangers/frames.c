// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that a hostile peer may send: what looks like ARP, neighbour discovery, IP, TCP or a
 * multicast listener's report, and is wrong somewhere; to one host, to groups, to nobody.
 *
 *	frames SEED SECONDS INTERFACE LLADDR BROADCAST ADDRESS
 *
 * They go from INTERFACE to LLADDR, or to groups like BROADCAST; ADDRESS is the IPv4 address that
 * is asked for. The same SEED makes the same frames. Prints how many there were.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lladdr.h"
#include "random.h"

#define FRAME_MAX	2048
#define IP4_LEN		20
#define IP6_LEN		40

static uint32_t rnd(void)
{
	return next() >> 32;
}

static bool chance(uint32_t percent)
{
	return below(100) < percent;
}

static void noise(uint8_t *at, size_t len)
{
	while (len--)
		*at++ = rnd();
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static uint32_t sum(uint32_t start, const uint8_t *at, size_t len)
{
	for (; len > 1; at += 2, len -= 2)
		start += at[0] << 8 | at[1];
	return len ? start + (at[0] << 8) : start;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return ~value;
}

/* Somebody of 10.9.7.0/24, or anything, but nobody whom others talk to: they may believe it. */
static void stranger_ip4(uint8_t *at)
{
	noise(at, 4);
	if (chance(80) || at[0] == 10) {
		at[0] = 10;
		at[1] = 9;
		at[2] = 7;
	}
}

static void some_ip4(uint8_t *at, const uint8_t *address)
{
	if (chance(70))
		memcpy(at, address, 4);
	else
		stranger_ip4(at);
}

static void some_ip6(uint8_t *at)
{
	static const uint8_t nodes[16] = { 0xff, 2, [15] = 1 };

	memset(at, 0, 16);
	if (chance(30)) {
		memcpy(at, nodes, 16);
		return;
	}
	at[0] = 0xfe;
	at[1] = 0x80;
	noise(at + 8, 8);
	if (chance(20))
		noise(at, 16);
}

static void some_lladdr(uint8_t *at)
{
	memset(at, 0, LLADDR_LEN);
	noise(at + 1, 3);
	at[4] = 0xfe;
	at[5] = 0x80;
	noise(at + 12, 8);
	if (chance(20))
		noise(at, LLADDR_LEN);
}

/* RFC 826, with the lengths of RFC 4391 section 9.1.1, mostly. */
static size_t make_arp(uint8_t *at, const uint8_t *address)
{
	put16(at, chance(80) ? ARPHRD_INFINIBAND : rnd());
	put16(at + 2, chance(90) ? ETH_P_IP : rnd());
	at[4] = chance(80) ? LLADDR_LEN : rnd();
	at[5] = chance(90) ? 4 : rnd();
	put16(at + 6, chance(90) ? below(2) + 1 : rnd());
	some_lladdr(at + 8);
	stranger_ip4(at + 28);
	some_lladdr(at + 32);
	some_ip4(at + 52, address);
	return 56;
}

static size_t make_ip4(uint8_t *at, const uint8_t *address)
{
	static const uint8_t protocols[] = {
		IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_GRE,
	};
	size_t len = IP4_LEN + below(chance(80) ? 100 : FRAME_MAX - IP4_LEN);

	noise(at, len);
	at[0] = chance(90) ? 0x45 : rnd();
	put16(at + 2, chance(80) ? len : rnd());
	put16(at + 6, chance(80) ? 0x4000 : rnd());
	at[9] = chance(90) ? protocols[below(sizeof(protocols))] : rnd();
	stranger_ip4(at + 12);
	some_ip4(at + 16, address);
	put16(at + 10, 0);
	if (chance(90))
		put16(at + 10, fold(sum(0, at, IP4_LEN)));
	return len;
}

/* RFC 4861, with options of any length, also none, and addresses as of RFC 4391 section 9.3 */
static size_t make_nd(uint8_t *at)
{
	static const uint8_t types[] = {
		ND_ROUTER_SOLICIT, ND_ROUTER_ADVERT, ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT,
		ND_REDIRECT, MLD_LISTENER_QUERY, MLD_LISTENER_REPORT, 143,
	};
	size_t len = 24, options = below(5);

	noise(at, 8);
	at[0] = chance(90) ? types[below(sizeof(types))] : rnd();
	at[1] = chance(90) ? 0 : rnd();
	some_ip6(at + 8);
	while (options--) {
		uint8_t units = chance(70) ? 3 : below(4);

		noise(at + len, 24);
		at[len] = chance(80) ? below(5) + 1 : rnd();
		at[len + 1] = chance(80) ? units : rnd();
		if (chance(60))
			some_lladdr(at + len + 4);
		len += 8 * units;
	}
	return len;
}

static size_t make_ip6(uint8_t *at)
{
	static const uint8_t protocols[] = {
		IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_TCP, IPPROTO_UDP,
		IPPROTO_DSTOPTS, IPPROTO_NONE,
	};
	uint8_t *body = at + IP6_LEN, next = IPPROTO_ICMPV6;
	size_t len;

	if (chance(70)) {
		len = make_nd(body);
	} else {
		next = protocols[below(sizeof(protocols))];
		len = below(200);
		noise(body, len);
	}
	memset(at, 0, 8);
	at[0] = chance(95) ? 0x60 : rnd();
	put16(at + 4, chance(85) ? len : rnd());
	at[6] = next;
	at[7] = chance(85) ? 255 : rnd();
	some_ip6(at + 8);
	some_ip6(at + 24);
	if (next == IPPROTO_ICMPV6 && chance(90)) {
		put16(body + 2, 0);
		put16(body + 2, fold(sum(sum(len + next, at + 8, 32), body, len)));
	}
	return IP6_LEN + len;
}

static size_t make_frame(uint8_t *frame, uint16_t *protocol, const uint8_t *address)
{
	size_t len;

	switch (below(8)) {
	case 0:
	case 1:
		*protocol = ETH_P_ARP;
		len = make_arp(frame, address);
		break;
	case 2:
	case 3:
		*protocol = ETH_P_IP;
		len = make_ip4(frame, address);
		break;
	case 4:
	case 5:
	case 6:
		*protocol = ETH_P_IPV6;
		len = make_ip6(frame);
		break;
	default:
		*protocol = chance(50) ? ETH_P_RARP : rnd();
		len = below(FRAME_MAX);
		noise(frame, len);
	}
	if (chance(15))
		len = below(len + 1);
	if (chance(15) && len)
		frame[below(len)] = rnd();
	return len;
}

/* To the one host mostly; to groups of its link, to other QPs of it, and to nobody. */
static void make_lladdr(uint8_t *to, const uint8_t *lladdr, const uint8_t *broadcast)
{
	memcpy(to, chance(80) ? lladdr : broadcast, LLADDR_LEN);
	if (chance(10))
		noise(to + 16, 4);
	if (chance(5))
		noise(to + 1, 3);
	if (chance(2))
		noise(to, LLADDR_LEN);
}

int main(int argc, char **argv)
{
	struct sockaddr_ib to = { .ll.sll_family = AF_PACKET, .ll.sll_halen = LLADDR_LEN };
	uint8_t lladdr[LLADDR_LEN], broadcast[LLADDR_LEN], address[4];
	unsigned long sent = 0, refused = 0;
	uint8_t frame[FRAME_MAX + 256];
	time_t end;
	int fd;

	if (argc != 7 || inet_pton(AF_INET, argv[6], address) != 1)
		return 2;
	state = strtoull(argv[1], NULL, 0) * 2 + 1;
	end = time(NULL) + atoi(argv[2]);
	to.ll.sll_ifindex = if_nametoindex(argv[3]);
	read_lladdr(argv[4], lladdr);
	read_lladdr(argv[5], broadcast);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0 || !to.ll.sll_ifindex) {
		perror("frames");
		return 1;
	}
	while (time(NULL) < end) {
		uint16_t protocol;
		size_t len = make_frame(frame, &protocol, address);

		to.ll.sll_protocol = htons(protocol);
		make_lladdr(sockaddr_ib_lladdr(&to), lladdr, broadcast);
		if (sendto(fd, frame, len, 0, (struct sockaddr *)&to, SOCKADDR_IB_LEN) < 0)
			refused++;
		else
			sent++;
		/* The receiver is to look at them, not to drop them for want of room. */
		if (sent % 16 == 15)
			usleep(1000);
	}
	printf("%lu frames sent, %lu refused here\n", sent, refused);
	return 0;
}
