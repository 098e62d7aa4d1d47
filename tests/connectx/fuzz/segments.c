// SPDX-License-Identifier: GPL-2.0
/*
 * Large segments, by each queue that has them, to the card itself: plain datagrams, enhanced IPoIB,
 * VXLAN and GRE. What arrives is the payload in its order, in packets of the size that was asked
 * for, whose lengths and checksums fit. That is computed here anew, not by offload.c.
 */
#include <stdio.h>
#include <string.h>

#include "segments.h"

#define PAYLOAD		5000
#define MSS		1000
#define IP		20
#define TCP		20
#define ENCAPSULATION	4
#define GRH		40
#define INNER_FLAGS	0x70	/* outer IP; inner IP and TCP */
#define OUTER_FLAGS	0xc0	/* IP and TCP */

enum tunnel { NONE, VXLAN, GRE };

static u16 sum_of(u32 sum, const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void put_ip(u8 *ip, u8 protocol)
{
	ip[0] = 0x45;
	ip[8] = 64;
	ip[9] = protocol;
	put_be32(ip + 12, 0x0a090001);
	put_be32(ip + 16, 0x0a090002);
}

/* Headers up to TCP's, which is last; returns their length, and says where the inner IP is. */
static size_t put_headers(u8 *data, enum tunnel tunnel, size_t *inner)
{
	size_t at = ENCAPSULATION;

	put_be16(data, 0x0800);
	if (tunnel == VXLAN) {
		put_ip(data + at, 17);
		put_be16(data + at + IP + 2, 4789);
		at += IP + 8 + 8 + 14;
	} else if (tunnel == GRE) {
		put_ip(data + at, 47);
		put_be16(data + at + IP + 2, 0x6558);
		at += IP + 4 + 14;
	}
	if (tunnel)
		put_be16(data + at - 2, 0x0800);
	put_ip(data + at, 6);
	*inner = at;
	at += IP;
	put_be32(data + at + 4, 1000);
	data[at + 12] = 5 << 4;
	data[at + 13] = 0x18;
	return at + TCP;
}

static bool same(const char *what, u32 got, u32 wanted)
{
	if (got == wanted)
		return true;
	fprintf(stderr, "segments: %s is %#x, not %#x\n", what, got, wanted);
	return false;
}

static bool ip_fits(const u8 *ip, size_t len, u32 number)
{
	return same("length of IP", get_be16(ip + 2), len) &&
	       same("ID", get_be16(ip + 4), number) &&
	       same("sum of IP", sum_of(0, ip, IP), 0xffff);
}

/* Packet @number, of @len bytes. */
static bool fits(const u8 *data, size_t len, enum tunnel tunnel, size_t inner, u32 number)
{
	const u8 *ip = data + inner;
	size_t l4 = len - inner - IP;

	if (!ip_fits(ip, len - inner, number) ||
	    !same("sum of TCP", sum_of(sum_of(6 + l4, ip + 12, 8), ip + IP, l4), 0xffff) ||
	    !same("sequence", get_be32(ip + IP + 4), 1000 + number * MSS) ||
	    !same("flags", ip[IP + 13], number == PAYLOAD / MSS - 1 ? 0x18 : 0x10))
		return false;
	for (size_t i = 0; i < l4 - TCP; i++)
		if (!same("payload", ip[IP + TCP + i], (u8)((number * MSS + i) * 7)))
			return false;
	if (!tunnel)
		return true;
	ip = data + ENCAPSULATION;
	return ip_fits(ip, len - ENCAPSULATION, number) &&
	       (tunnel != VXLAN || same("length of UDP", get_be16(ip + IP + 4),
					len - ENCAPSULATION - IP));
}

/* Posts one large segment to @queue, for the queue pair @to; its data is at @from in memory. */
static void post(struct driver *driver, const struct queue *queue, u32 to, const u8 *headers,
		 size_t len, u8 flags, u32 from)
{
	u8 wqe[512] = {};
	size_t size = (94 + len + 15) / 16 * 16;

	driver_address(wqe, to);
	wqe[84] = flags;
	put_be16(wqe + 86, MSS);
	put_be16(wqe + 92, len);
	memcpy(wqe + 94, headers, len);
	put_be32(wqe + size, PAYLOAD);
	put_be32(wqe + size + 4, RESERVED_LKEY);
	put_be64(wqe + size + 8, from);
	driver_post(driver, queue, 0x0e, wqe, size + 16);
}

/* From @queue to what @to receives by @in: all arrives as it should. */
static bool passes(struct driver *driver, const struct queue *queue, u32 to,
		   const struct queue *in, enum tunnel tunnel)
{
	u8 headers[128] = {};
	size_t inner;
	size_t len = put_headers(headers, tunnel, &inner);
	struct qp *qp = table_find(&driver->card->tables.qps, in->number);
	u16 head = qp->rq_head;

	post(driver, queue, to, headers, len, tunnel ? INNER_FLAGS : OUTER_FLAGS,
	     driver->payload);
	if (!same("number of packets", (u16)(qp->rq_head - head), PAYLOAD / MSS))
		return false;
	for (u32 i = 0; i < PAYLOAD / MSS; i++)
		if (!fits(driver->memory + in->buffers + ((head + i) % in->size) * BUFFER + GRH,
			  len + MSS, tunnel, inner, i))
			return false;
	return true;
}

/**
 * segments_pass() - large segments by each queue that has them
 * @driver: of a card that was started, with tunnels
 *
 * Return: whether all arrive as they should.
 */
bool segments_pass(struct driver *driver)
{
	const struct queue *ud = &driver->queues[QUEUE_UD], *sq = &driver->queues[QUEUE_SQ];
	const struct queue *rq = &driver->queues[QUEUE_RQ];

	for (u32 i = 0; i < PAYLOAD; i++)
		driver->memory[driver->payload + i] = i * 7;
	return passes(driver, ud, ud->number, ud, NONE) &&
	       passes(driver, sq, driver->underlay, rq, NONE) &&
	       passes(driver, sq, driver->underlay, rq, VXLAN) &&
	       passes(driver, sq, driver->underlay, rq, GRE);
}
