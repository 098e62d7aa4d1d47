// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: wrong-sum INTERFACE ADDRESS
 *
 * Sends UDP to the link-layer address by a packet socket, and says of each packet that its checksum
 * is still to be made of what begins at a byte of the link-layer header: at the first, the second,
 * and so on. Says how many were taken. Built by tests/vm/build-programs.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In front of IP: whom it is for, and the encapsulation (RFC 4391 section 6). */
#define ADDRESS_LEN	20
#define LINK_LEN	(ADDRESS_LEN + 4)

struct packet {
	struct virtio_net_hdr vnet;
	unsigned char bytes[128];
} __attribute__((packed));

static int parse(unsigned char *address, const char *text)
{
	unsigned int byte;
	int i, used;

	for (i = 0; i < ADDRESS_LEN; i++, text += used + !!text[used]) {
		if (sscanf(text, "%2x%n", &byte, &used) != 1)
			return 0;
		address[i] = byte;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct packet packet = { .vnet = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM } };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };
	int sock = socket(AF_PACKET, SOCK_RAW, 0), on = 1, start, taken = 0;
	const unsigned char ip[] = { 0x45, 0, 0, sizeof(packet.bytes) - LINK_LEN, 0, 0, 0, 0, 64,
				     IPPROTO_UDP };

	if (argc != 3 || !parse(packet.bytes, argv[2])) {
		fprintf(stderr, "usage: wrong-sum INTERFACE ADDRESS\n");
		return 2;
	}
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (sock < 0 || setsockopt(sock, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on))) {
		perror("wrong-sum");
		return 1;
	}
	packet.bytes[ADDRESS_LEN] = ETH_P_IP >> 8;
	memcpy(packet.bytes + LINK_LEN, ip, sizeof(ip));
	/* Where UDP has it, which is what devices make. */
	packet.vnet.csum_offset = 6;
	for (start = 0; start < LINK_LEN; start++) {
		packet.vnet.csum_start = start;
		taken += sendto(sock, &packet, sizeof(packet), 0, (struct sockaddr *)&to,
				sizeof(to)) == sizeof(packet);
	}
	printf("%d\n", taken);
	close(sock);
	return 0;
}
