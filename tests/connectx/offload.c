// SPDX-License-Identifier: GPL-2.0
/*
 * What a card does with the headers of IPoIB packets: it finds them, sums them, and cuts large
 * segments.
 */
#include <string.h>

#include "enhanced.h"

#define ENCAPSULATION	4	/* of IPoIB: type and 2 bytes that are 0 (RFC 4391, 6) */
#define TYPE_IPV4	0x0800
#define TYPE_IPV6	0x86dd
#define TCP		6
#define UDP		17
#define TCP_FIN		0x01
#define TCP_PSH		0x08
#define TCP_CWR		0x80

static bool find_ipv4(const u8 *ip, size_t len, struct headers *headers)
{
	size_t own = (ip[0] & 0xf) * 4;

	if (len < 20 || ip[0] >> 4 != 4 || own < 20 || len < own)
		return false;
	headers->version = 4;
	headers->protocol = ip[9];
	headers->fragment = get_be16(ip + 6) & 0x3fff;
	headers->source = ip + 12;
	headers->target = ip + 16;
	headers->address_len = 4;
	headers->l4 = headers->l3 + own;
	return true;
}

static bool find_ipv6(const u8 *ip, size_t len, struct headers *headers)
{
	size_t at = 40;

	if (len < 40 || ip[0] >> 4 != 6)
		return false;
	headers->version = 6;
	headers->protocol = ip[6];
	headers->source = ip + 8;
	headers->target = ip + 24;
	headers->address_len = 16;
	/* Hop-by-hop, routing, destination options; a fragment ends the search. */
	while ((headers->protocol == 0 || headers->protocol == 43 || headers->protocol == 60) &&
	       at + 8 <= len) {
		headers->protocol = ip[at];
		at += (ip[at + 1] + 1) * 8;
	}
	if (headers->protocol == 44)
		headers->fragment = true;
	headers->l4 = headers->l3 + at;
	return true;
}

/**
 * offload_find() - find the headers of an IPoIB packet
 * @data: the packet, from its encapsulation header on
 * @len: of it
 * @headers: for what there is
 */
void offload_find(const u8 *data, size_t len, struct headers *headers)
{
	const u8 *ip = data + ENCAPSULATION;
	size_t need;

	*headers = (struct headers) { .l3 = ENCAPSULATION };
	if (len < ENCAPSULATION)
		return;
	headers->type = get_be16(data);
	if (!(headers->type == TYPE_IPV4 && find_ipv4(ip, len - ENCAPSULATION, headers)) &&
	    !(headers->type == TYPE_IPV6 && find_ipv6(ip, len - ENCAPSULATION, headers)))
		return;
	need = headers->protocol == TCP ? 20 : headers->protocol == UDP ? 8 : len + 1;
	if (headers->fragment || headers->l4 > len || len - headers->l4 < need)
		return;
	headers->has_ports = true;
	headers->source_port = get_be16(data + headers->l4);
	headers->target_port = get_be16(data + headers->l4 + 2);
}

/**
 * offload_sum() - the one's complement sum that Internet checksums are made of (RFC 1071)
 * @sum: of what was before, an even number of bytes
 * @data: to add
 * @len: of it
 *
 * Return: the sum, folded.
 */
u16 offload_sum(u16 sum, const u8 *data, size_t len)
{
	u64 all = sum;

	for (; len > 1; len -= 2, data += 2)
		all += get_be16(data);
	if (len)
		all += data[0] << 8;
	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	return all;
}

/**
 * offload_checksums() - fill in the checksums of a packet that is sent
 * @data: the packet, from its encapsulation header on
 * @len: of it
 * @l3: that of IPv4
 * @l4: that of TCP or UDP
 */
void offload_checksums(u8 *data, size_t len, bool l3, bool l4)
{
	struct headers headers;
	u8 pseudo[8] = {};
	u8 *at;
	u16 sum;

	offload_find(data, len, &headers);
	if (l3 && headers.version == 4) {
		at = data + headers.l3;
		put_be16(at + 10, 0);
		put_be16(at + 10, ~offload_sum(0, at, headers.l4 - headers.l3));
	}
	if (!l4 || !headers.has_ports)
		return;
	put_be32(pseudo, len - headers.l4);
	pseudo[7] = headers.protocol;
	at = data + headers.l4 + (headers.protocol == TCP ? 16 : 6);
	put_be16(at, 0);
	sum = offload_sum(0, headers.source, 2 * headers.address_len);
	sum = offload_sum(sum, pseudo, sizeof(pseudo));
	sum = ~offload_sum(sum, data + headers.l4, len - headers.l4);
	/* A UDP checksum of 0 would say that there is none. */
	put_be16(at, sum || headers.protocol == TCP ? sum : 0xffff);
}

/**
 * offload_segment() - make one packet of a large segment
 * @data: a copy of the headers, followed by this packet's part of the payload
 * @len: of both
 * @number: which part it is
 * @offset: of the part
 * @last: it is the last part
 *
 * Return: whether these are headers of TCP.
 */
bool offload_segment(u8 *data, size_t len, u32 number, size_t offset, bool last)
{
	struct headers headers;
	u8 *ip, *tcp;

	offload_find(data, len, &headers);
	if (!headers.has_ports || headers.protocol != TCP)
		return false;
	ip = data + headers.l3;
	tcp = data + headers.l4;
	if (headers.version == 4) {
		put_be16(ip + 2, len - headers.l3);
		put_be16(ip + 4, get_be16(ip + 4) + number);
	} else {
		put_be16(ip + 4, len - headers.l3 - 40);
	}
	put_be32(tcp + 4, get_be32(tcp + 4) + offset);
	if (!last)
		tcp[13] &= ~(TCP_FIN | TCP_PSH);
	if (number)
		tcp[13] &= ~TCP_CWR;
	return true;
}
