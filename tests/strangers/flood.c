// SPDX-License-Identifier: GPL-2.0
/*
 * What strangers send, on the fabric and on the host itself.
 *
 *	flood groups ADDRESS COUNT: as nobody, from the interface with ADDRESS, a datagram to each
 *		of COUNT groups, 239.1.0.0 and so on
 *	flood peers ADDRESS COUNT: a datagram to each of COUNT neighbours, ADDRESS and so on
 *	flood arp INTERFACE LLADDR ADDRESS SENDER [COUNT]: ARP requests for ADDRESS, sent to its
 *		LLADDR alone, that come from SENDER, each with another invented hardware address;
 *		without COUNT for ever
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LLADDR_LEN	20
#define NOBODY		65534

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

/* struct sockaddr_ll with an address as long as ours */
struct sockaddr_ib {
	struct sockaddr_ll ll;
	uint8_t more[LLADDR_LEN];
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

static void read_lladdr(const char *text, uint8_t *lladdr)
{
	unsigned int i;

	for (i = 0; i < LLADDR_LEN; i++) {
		char *end;

		lladdr[i] = strtoul(text, &end, 16);
		if (end == text || *end != (i == LLADDR_LEN - 1 ? '\0' : ':')) {
			fprintf(stderr, "'%s' is no hardware address\n", text);
			exit(2);
		}
		text = end + 1;
	}
}

static void arp(char **argv, unsigned int count)
{
	static const uint8_t invented[] = {
		0, 0, 0, 0x48, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x77,
	};
	uint32_t sender = read_address(argv[3]), target = read_address(argv[2]);
	struct sockaddr_ib to = {
		.ll.sll_family = AF_PACKET,
		.ll.sll_protocol = htons(ETH_P_ARP),
		.ll.sll_halen = LLADDR_LEN,
	};
	struct ib_arp msg = {
		.hrd = htons(ARPHRD_INFINIBAND), .pro = htons(ETH_P_IP), .hln = LLADDR_LEN,
		.pln = 4, .op = htons(ARPOP_REQUEST),
	};
	uint8_t lladdr[LLADDR_LEN];
	unsigned int i;
	int fd;

	to.ll.sll_ifindex = if_nametoindex(argv[0]);
	if (!to.ll.sll_ifindex)
		die(argv[0]);
	read_lladdr(argv[1], lladdr);
	memcpy((char *)&to + offsetof(struct sockaddr_ll, sll_addr), lladdr, LLADDR_LEN);
	memcpy(msg.spa, &sender, 4);
	memcpy(msg.tpa, &target, 4);
	memcpy(msg.sha, invented, sizeof(invented));
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("socket");
	for (i = 0; !count || i < count; i++) {
		uint32_t number = htonl(i);

		memcpy(msg.sha + sizeof(invented), &number, sizeof(number));
		if (sendto(fd, &msg, sizeof(msg), 0, (struct sockaddr *)&to,
			   offsetof(struct sockaddr_ll, sll_addr) + LLADDR_LEN) < 0)
			usleep(1000);
		if (i % 32 == 31)
			usleep(1500);
	}
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 3 ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (argc == 4 && !strcmp(argv[1], "groups"))
		groups(argv[2], count);
	else if (argc == 4 && !strcmp(argv[1], "peers"))
		datagrams(udp_socket(), ntohl(read_address(argv[2])), count);
	else if ((argc == 6 || argc == 7) && !strcmp(argv[1], "arp"))
		arp(argv + 2, argc == 7 ? count : 0);
	else
		return 2;
	return 0;
}
