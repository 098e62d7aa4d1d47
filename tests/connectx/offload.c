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
#define TYPE_ETHERNET	0x6558	/* that of GRE */
#define TCP		6
#define UDP		17
#define GRE		47
#define VXLAN_PORT	4789
#define VXLAN		8
#define ETHERNET	14
/* In GRE's first 16 bits: these have 4 bytes each behind the header's 4. */
#define GRE_CHECKSUM	0x8000
#define GRE_KEY		0x2000
#define GRE_SEQUENCE	0x1000
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

/* Those of IP, which begins at @at. */
static void find_at(const u8 *data, size_t len, u16 type, size_t at, struct headers *headers)
{
	size_t need;

	*headers = (struct headers) { .type = type, .l3 = at };
	if (len < at)
		return;
	if (!(type == TYPE_IPV4 && find_ipv4(data + at, len - at, headers)) &&
	    !(type == TYPE_IPV6 && find_ipv6(data + at, len - at, headers)))
		return;
	need = headers->protocol == TCP ? 20 : headers->protocol == UDP ? 8 : len + 1;
	if (headers->fragment || headers->l4 > len || len - headers->l4 < need)
		return;
	headers->has_ports = true;
	headers->source_port = get_be16(data + headers->l4);
	headers->target_port = get_be16(data + headers->l4 + 2);
}

/**
 * offload_find() - find the headers of an IPoIB packet
 * @data: the packet, from its encapsulation header on
 * @len: of it
 * @headers: for what there is
 */
void offload_find(const u8 *data, size_t len, struct headers *headers)
{
	find_at(data, len, len < ENCAPSULATION ? 0 : get_be16(data), ENCAPSULATION, headers);
}

/**
 * offload_find_inner() - find those of the packet in a tunnel, VXLAN or GRE
 * @data: the packet, from its encapsulation header on
 * @len: of it
 * @headers: for what there is
 *
 * Return: whether there is IP in a tunnel.
 */
bool offload_find_inner(const u8 *data, size_t len, struct headers *headers)
{
	struct headers outer;
	u16 type = TYPE_ETHERNET;
	size_t at;

	offload_find(data, len, &outer);
	at = outer.l4;
	if (outer.has_ports && outer.protocol == UDP && outer.target_port == VXLAN_PORT) {
		at += 8 + VXLAN;
	} else if (outer.version && !outer.fragment && outer.protocol == GRE && at + 4 <= len) {
		u16 flags = get_be16(data + at);

		type = get_be16(data + at + 2);
		at += 4 + 4 * (!!(flags & GRE_CHECKSUM) + !!(flags & GRE_KEY) +
			       !!(flags & GRE_SEQUENCE));
	} else {
		return false;
	}
	if (type == TYPE_ETHERNET) {
		at += ETHERNET;
		if (at > len)
			return false;
		type = get_be16(data + at - 2);
	}
	find_at(data, len, type, at, headers);
	return headers->version;
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

/* The sum of TCP or UDP, with what it takes of IP's header. */
static u16 sum_l4(const u8 *data, size_t len, const struct headers *headers)
{
	u8 pseudo[8] = {};
	u16 sum;

	put_be32(pseudo, len - headers->l4);
	pseudo[7] = headers->protocol;
	sum = offload_sum(0, headers->source, 2 * headers->address_len);
	sum = offload_sum(sum, pseudo, sizeof(pseudo));
	return offload_sum(sum, data + headers->l4, len - headers->l4);
}

/**
 * offload_check() - verify the checksums of a packet that came
 * @data: the packet, from its encapsulation header on
 * @len: of it
 * @l3: whether it is IP, and that of IPv4 fits
 * @l4: whether it is TCP or UDP, and that fits
 */
void offload_check(const u8 *data, size_t len, bool *l3, bool *l4)
{
	struct headers headers;

	offload_find(data, len, &headers);
	*l3 = headers.version == 6 ||
	      (headers.version == 4 &&
	       offload_sum(0, data + headers.l3, headers.l4 - headers.l3) == 0xffff);
	*l4 = headers.has_ports && sum_l4(data, len, &headers) == 0xffff;
}

/**
 * offload_checksums() - fill in the checksums of a packet that is sent
 * @data: the packet, from its encapsulation header on
 * @len: of it
 * @headers: of it
 * @l3: that of IPv4
 * @l4: that of TCP or UDP
 */
void offload_checksums(u8 *data, size_t len, const struct headers *headers, bool l3, bool l4)
{
	u8 *at;
	u16 sum;

	if (l3 && headers->version == 4) {
		at = data + headers->l3;
		put_be16(at + 10, 0);
		put_be16(at + 10, ~offload_sum(0, at, headers->l4 - headers->l3));
	}
	if (!l4 || !headers->has_ports)
		return;
	at = data + headers->l4 + (headers->protocol == TCP ? 16 : 6);
	put_be16(at, 0);
	sum = ~sum_l4(data, len, headers);
	/* A UDP checksum of 0 would say that there is none. */
	put_be16(at, sum || headers->protocol == TCP ? sum : 0xffff);
}

/* IP's header of one of several packets that were a large one. */
static void segment_ip(u8 *data, size_t len, const struct headers *headers, u32 number)
{
	u8 *ip = data + headers->l3;

	if (headers->version == 4) {
		put_be16(ip + 2, len - headers->l3);
		put_be16(ip + 4, get_be16(ip + 4) + number);
	} else {
		put_be16(ip + 4, len - headers->l3 - 40);
	}
}

/**
 * offload_segment() - make one packet of a large segment
 * @data: a copy of the headers, followed by this packet's part of the payload
 * @len: of both
 * @number: which part it is
 * @offset: of the part
 * @last: it is the last part
 * @inner: TCP is in a tunnel, whose header, but for the length of UDP, is the same in all parts
 *
 * Return: whether these are headers of TCP.
 */
bool offload_segment(u8 *data, size_t len, u32 number, size_t offset, bool last, bool inner)
{
	struct headers outer, headers;
	u8 *tcp;

	offload_find(data, len, &outer);
	headers = outer;
	if (inner && !offload_find_inner(data, len, &headers))
		return false;
	if (!headers.has_ports || headers.protocol != TCP)
		return false;
	tcp = data + headers.l4;
	segment_ip(data, len, &headers, number);
	if (inner)
		segment_ip(data, len, &outer, number);
	if (inner && outer.protocol == UDP)
		put_be16(data + outer.l4 + 4, len - outer.l4);
	put_be32(tcp + 4, get_be32(tcp + 4) + offset);
	if (!last)
		tcp[13] &= ~(TCP_FIN | TCP_PSH);
	if (number)
		tcp[13] &= ~TCP_CWR;
	return true;
}
