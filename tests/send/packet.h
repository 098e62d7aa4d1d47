/* SPDX-License-Identifier: GPL-2.0 */
/* Packets of all kinds, and what must arrive of each. */
#ifndef SEND_PACKET_H
#define SEND_PACKET_H

#include "hca.h"

/* What is odd about a packet: from REFUSED on accel_ref is not to cut it. */
enum oddity {
	NOTHING, OPTIONS, ZERO_SUM, PIECES, SHARED, TUNNEL,
	REFUSED, EXTENSION = REFUSED, CSUM_START, CSUM_OFFSET, NO_TRANSPORT, NOT_PARTIAL,
	SHORT_DOFF, LONG_DOFF, LIST, LONG_MSS, ODDITIES
};

/**
 * struct packet - what is to be sent
 * @skb: with its data at the pseudo header
 * @odd: about it
 * @hdr_len: up to the payload, from the encapsulation header on
 * @flat: its bytes, likewise
 * @len: of these
 */
struct packet {
	struct sk_buff *skb;
	enum oddity odd;
	unsigned int hdr_len;
	u8 flat[1 << 17];
	unsigned int len;
};

extern unsigned int live_skbs;

void make_packet(struct packet *packet, unsigned int max_len, unsigned int most);
unsigned int cut_as_the_stack(const u8 *flat, unsigned int len, unsigned int hdr_len,
			      unsigned int mss, unsigned int seg, u8 *to);
void sum_packet(u8 *bytes, unsigned int len, unsigned int l4);
unsigned int check_at(const u8 *bytes, unsigned int l4);
unsigned int l4_of(const u8 *bytes);
__wsum pseudo_of(const u8 *bytes, unsigned int len, unsigned int l4);

#endif /* SEND_PACKET_H */
