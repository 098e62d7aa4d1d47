// SPDX-License-Identifier: GPL-2.0
/*
 * Small datagrams, by a queue with offloads and by one without, to the card itself: each arrives,
 * and with one bit set that is reserved, none does. Which bits these are is said here anew, not by
 * reserved.c.
 */
#include <stdio.h>
#include <string.h>

#include "requests.h"

#define SEND		0x0a
#define AV		16
#define DATA		64
#define ETH		64	/* behind 16 bytes of padding, of a queue with offloads */
#define DATA_OFFLOADS	96

/* Whether bit @bit of byte @at is one that has no meaning, for any opcode that the card knows. */
static bool is_reserved(u32 at, u32 bit, bool offloads)
{
	if (at < AV)	/* opcode's modifier; size; signature, stream; fence, completion, event */
		return at == 0 || (at == 7 && bit > 5) || (at >= 8 && at <= 10) ||
		       (at == 11 && (bit == 0 || bit == 4));
	if (at < DATA)	/* Q_Key, QP, LID, hardware address, GID index */
		return (at >= 20 && at < 24) || (at == 24 && bit < 7) || (at >= 32 && at < 42) ||
		       (at == 44 && (bit == 7 || bit == 5 || bit == 4));
	if (!offloads || at >= DATA_OFFLOADS)
		return false;
	/* padding; offsets; checksums; flags of offsets; metadata */
	return at < ETH + 20 || (at == ETH + 20 && bit < 4) || at == ETH + 21 ||
	       (at >= ETH + 24 && at < ETH + 28);
}

/* One datagram by @queue to the queue pair @to, which receives by @in; whether it arrived. */
static bool arrives(struct driver *driver, const struct queue *queue, u32 to,
		    const struct queue *in, bool offloads, u32 at, u8 bits)
{
	struct table *qps = &driver->card->tables.qps;
	struct qp *sender = table_find(qps, queue->number);
	struct qp *receiver = table_find(qps, in->number);
	u16 head = receiver->rq_head;
	size_t size = offloads ? DATA_OFFLOADS : DATA;
	u8 wqe[2 * WQE_BLOCK] = {};

	driver_address(wqe, to);
	wqe[at] |= bits;
	put_be32(wqe + size, 64);
	put_be32(wqe + size + 4, RESERVED_LKEY);
	put_be64(wqe + size + 8, driver->payload);
	driver_post(driver, queue, SEND, wqe, size + 16);
	driver_consume(driver);
	/* One that was refused has stopped the queue. */
	sender->state = QP_RTS;
	return receiver->rq_head != head;
}

static bool queue_passes(struct driver *driver, const struct queue *queue, u32 to,
			 const struct queue *in, bool offloads)
{
	for (u32 bit = 0; bit < DATA_OFFLOADS * 8; bit++) {
		if (!is_reserved(bit / 8, bit % 8, offloads))
			continue;
		if (!arrives(driver, queue, to, in, offloads, 0, 0)) {
			fprintf(stderr, "requests: a good one is refused\n");
			return false;
		}
		if (arrives(driver, queue, to, in, offloads, bit / 8, 1 << bit % 8)) {
			fprintf(stderr, "requests: bit %u of byte %u is taken\n", bit % 8, bit / 8);
			return false;
		}
	}
	return true;
}

/**
 * requests_pass() - requests with a reserved bit by each queue
 * @driver: of a card that was started
 *
 * Return: whether all are refused, and those without arrive.
 */
bool requests_pass(struct driver *driver)
{
	const struct queue *plain = &driver->queues[QUEUE_PLAIN];
	const struct queue *ud = &driver->queues[QUEUE_UD], *sq = &driver->queues[QUEUE_SQ];

	return queue_passes(driver, plain, plain->number, plain, false) &&
	       queue_passes(driver, ud, ud->number, ud, true) &&
	       queue_passes(driver, sq, driver->underlay, &driver->queues[QUEUE_RQ], true);
}
