/* SPDX-License-Identifier: GPL-2.0 */
/* Hardware addresses of IPoIB (RFC 4391 section 9.1.1), longer than what packet(7) is for. */
#ifndef LLADDR_H
#define LLADDR_H

#include <linux/if_packet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LLADDR_LEN	20

/* struct sockaddr_ll with an address as long as ours */
struct sockaddr_ib {
	struct sockaddr_ll ll;
	uint8_t more[LLADDR_LEN];
};

/* How long it is, and where the address goes. */
#define SOCKADDR_IB_LEN		(offsetof(struct sockaddr_ll, sll_addr) + LLADDR_LEN)

static inline uint8_t *sockaddr_ib_lladdr(struct sockaddr_ib *to)
{
	return (uint8_t *)to + offsetof(struct sockaddr_ll, sll_addr);
}

static inline void read_lladdr(const char *text, uint8_t *lladdr)
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

#endif
