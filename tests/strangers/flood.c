// SPDX-License-Identifier: GPL-2.0
/*
 * What strangers send, on the fabric and on the host itself.
 *
 *	flood groups ADDRESS COUNT: as nobody, from the interface with ADDRESS, a datagram to each
 *		of COUNT groups, 239.1.0.0 and so on
 *	flood solicited INTERFACE: as nobody, a datagram to each of the groups by which neighbours
 *		are asked for, ff02::1:ff00:0 and so on, for ever
 *	flood first INTERFACE: as nobody, a datagram to each of the groups that have the first
 *		numbers, of routers and the like, 224.0.0.0 and ff02:: and so on, for ever
 *	flood peers ADDRESS COUNT: a datagram to each of COUNT neighbours, ADDRESS and so on
 *	flood arp INTERFACE LLADDR ADDRESS SENDER [COUNT]: ARP requests for ADDRESS, sent to its
 *		LLADDR alone, that come from SENDER, each with another invented hardware address;
 *		without COUNT for ever
 *	flood nd INTERFACE LLADDR ADDRESS SENDER [COUNT]: neighbour solicitations, likewise
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lladdr.h"

#define NOBODY		65534
#define SOCKETS		64

/* RFC 4391 section 9.1.1 */
struct ib_arp {
	uint16_t hrd, pro;
	uint8_t hln, pln;
	uint16_t op;
	uint8_t sha[LLADDR_LEN];
	uint8_t spa[4];
	uint8_t tha[LLADDR_LEN];
	uint8_t tpa[4];
} __attribute__((packed));

/* RFC 4861 section 4.3 with an option that nobody knows in front, RFC 4391 section 9.3 */
struct ib_nd {
	struct ip6_hdr ip;
	struct nd_neighbor_solicit ns;
	uint8_t unknown[8];
	uint8_t type, units, zero[2];
	uint8_t sla[LLADDR_LEN];
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint32_t read_address(const char *text)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1) {
		fprintf(stderr, "'%s' is no IPv4 address\n", text);
		exit(2);
	}
	return in.s_addr;
}

static void datagrams(int fd, uint32_t first, unsigned int count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	unsigned int i;

	for (i = 0; i < count; i++) {
		to.sin_addr.s_addr = htonl(first + i);
		if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			die("sendto");
		/* A pause now and then, for the socket's buffer is soon full of what waits. */
		if (i % 64 == 63)
			usleep(1000);
	}
}

static int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void groups(const char *from, unsigned int count)
{
	struct in_addr interface = { .s_addr = read_address(from) };
	int fd;

	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid");
	fd = udp_socket();
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof(interface)))
		die("IP_MULTICAST_IF");
	datagrams(fd, 0xef010000, count);
}

/* From many sockets: what waits fills the buffer of each. */
static void sockets(int family, int *fds)
{
	int i;

	for (i = 0; i < SOCKETS; i++) {
		fds[i] = socket(family, SOCK_DGRAM, 0);
		if (fds[i] < 0)
			die("socket");
	}
}

static void become_nobody(void)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		die("setuid");
}

static void first(const char *interface)
{
	struct ip_mreqn from = { .imr_ifindex = if_nametoindex(interface) };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 to6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(9),
		.sin6_scope_id = from.imr_ifindex,
	};
	int fds[SOCKETS], fds6[SOCKETS];
	uint32_t i;

	become_nobody();
	inet_pton(AF_INET6, "ff02::", &to6.sin6_addr);
	sockets(AF_INET, fds);
	sockets(AF_INET6, fds6);
	for (i = 0; i < SOCKETS; i++) {
		if (setsockopt(fds[i], IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof(from)))
			die("IP_MULTICAST_IF");
	}
	for (i = 0;; i++) {
		to.sin_addr.s_addr = htonl(0xe0000000 | i % 256);
		to6.sin6_addr.s6_addr[15] = i;
		sendto(fds[i % SOCKETS], "x", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
		sendto(fds6[i % SOCKETS], "x", 1, MSG_DONTWAIT, (struct sockaddr *)&to6,
		       sizeof(to6));
	}
}

static void solicited(const char *interface)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_port = htons(9),
		.sin6_scope_id = if_nametoindex(interface),
	};
	int fds[SOCKETS];
	uint32_t i;

	become_nobody();
	inet_pton(AF_INET6, "ff02::1:ff00:0", &to.sin6_addr);
	sockets(AF_INET6, fds);
	for (i = 0;; i++) {
		to.sin6_addr.s6_addr[13] = i >> 16;
		to.sin6_addr.s6_addr[14] = i >> 8;
		to.sin6_addr.s6_addr[15] = i;
		sendto(fds[i % SOCKETS], "x", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
	}
}

/* The hardware address of somebody who is not there, up to its last four bytes. */
static void invent(uint8_t *lladdr)
{
	static const uint8_t invented[LLADDR_LEN - 4] = {
		0, 0, 0, 0x48, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x77,
	};

	memcpy(lladdr, invented, sizeof(invented));
}

/* What to send, and how. */
struct message {
	const char *interface, *lladdr;
	uint16_t protocol;
	void *data;
	size_t len;
	uint8_t *invented;		/* in @data */
	void (*finish)(void *data);	/* before it is sent, or NULL */
};

static void flood(const struct message *msg, unsigned int count)
{
	struct sockaddr_ib to = {
		.ll.sll_family = AF_PACKET,
		.ll.sll_protocol = htons(msg->protocol),
		.ll.sll_halen = LLADDR_LEN,
	};
	uint8_t lladdr[LLADDR_LEN];
	unsigned int i;
	int fd;

	to.ll.sll_ifindex = if_nametoindex(msg->interface);
	if (!to.ll.sll_ifindex)
		die(msg->interface);
	read_lladdr(msg->lladdr, lladdr);
	memcpy(sockaddr_ib_lladdr(&to), lladdr, LLADDR_LEN);
	invent(msg->invented);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("socket");
	for (i = 0; !count || i < count; i++) {
		uint32_t number = htonl(i);

		memcpy(msg->invented + LLADDR_LEN - 4, &number, sizeof(number));
		if (msg->finish)
			msg->finish(msg->data);
		if (sendto(fd, msg->data, msg->len, 0, (struct sockaddr *)&to, SOCKADDR_IB_LEN) < 0)
			usleep(1000);
		if (i % 32 == 31)
			usleep(1500);
	}
}

static void arp(char **argv, unsigned int count)
{
	uint32_t sender = read_address(argv[3]), target = read_address(argv[2]);
	struct ib_arp arp = {
		.hrd = htons(ARPHRD_INFINIBAND), .pro = htons(ETH_P_IP), .hln = LLADDR_LEN,
		.pln = 4, .op = htons(ARPOP_REQUEST),
	};
	struct message msg = {
		.interface = argv[0], .lladdr = argv[1], .protocol = ETH_P_ARP,
		.data = &arp, .len = sizeof(arp), .invented = arp.sha,
	};

	memcpy(arp.spa, &sender, 4);
	memcpy(arp.tpa, &target, 4);
	flood(&msg, count);
}

static void read_address6(const char *text, struct in6_addr *in6)
{
	if (inet_pton(AF_INET6, text, in6) != 1) {
		fprintf(stderr, "'%s' is no IPv6 address\n", text);
		exit(2);
	}
}

/* RFC 4443 section 2.3: over the addresses, length and next header, and the message. */
static void nd_checksum(void *data)
{
	struct ib_nd *nd = data;
	size_t len = sizeof(*nd) - sizeof(nd->ip), i;
	const uint8_t *from = (const uint8_t *)&nd->ip.ip6_src;
	uint32_t sum = len + IPPROTO_ICMPV6;
	uint16_t check;

	nd->ns.nd_ns_cksum = 0;
	for (i = 0; i < 2 * sizeof(struct in6_addr) + len; i += 2)
		sum += from[i] << 8 | from[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	check = htons(~sum);
	nd->ns.nd_ns_cksum = check;
}

static void nd(char **argv, unsigned int count)
{
	struct ib_nd nd = {
		.ip.ip6_flow = htonl(6 << 28), .ip.ip6_plen = htons(sizeof(nd) - sizeof(nd.ip)),
		.ip.ip6_nxt = IPPROTO_ICMPV6, .ip.ip6_hlim = 255,
		.ns.nd_ns_type = ND_NEIGHBOR_SOLICIT,
		.unknown = { 250, 1 },
		.type = ND_OPT_SOURCE_LINKADDR, .units = 3,
	};
	struct message msg = {
		.interface = argv[0], .lladdr = argv[1], .protocol = ETH_P_IPV6,
		.data = &nd, .len = sizeof(nd), .invented = nd.sla, .finish = nd_checksum,
	};

	read_address6(argv[2], &nd.ip.ip6_dst);
	read_address6(argv[2], &nd.ns.nd_ns_target);
	read_address6(argv[3], &nd.ip.ip6_src);
	flood(&msg, count);
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 3 ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (argc == 4 && !strcmp(argv[1], "groups"))
		groups(argv[2], count);
	else if (argc == 3 && !strcmp(argv[1], "solicited"))
		solicited(argv[2]);
	else if (argc == 3 && !strcmp(argv[1], "first"))
		first(argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "peers"))
		datagrams(udp_socket(), ntohl(read_address(argv[2])), count);
	else if ((argc == 6 || argc == 7) && !strcmp(argv[1], "arp"))
		arp(argv + 2, argc == 7 ? count : 0);
	else if ((argc == 6 || argc == 7) && !strcmp(argv[1], "nd"))
		nd(argv + 2, argc == 7 ? count : 0);
	else
		return 2;
	return 0;
}
