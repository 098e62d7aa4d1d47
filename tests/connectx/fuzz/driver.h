/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other side of a card, for fuzz.c: guest memory, and a driver that starts the card as it
 * should be and remembers what it sent.
 */
#ifndef CONNECTX_FUZZ_DRIVER_H
#define CONNECTX_FUZZ_DRIVER_H

#include "connectx.h"

#define MEMORY		(8u << 20)
#define SENT		128
#define SENT_LEN	1024
#define BUFFER		2048	/* for a packet */

/* In which order the queues are made. */
enum {
	QUEUE_QP0,
	QUEUE_QP1,
	QUEUE_PLAIN,
	QUEUE_UD,
	QUEUE_SQ,
	QUEUE_RQ,
	QUEUES,
};

/**
 * struct sent - a command that the driver has sent
 * @len: of its input
 * @out_len: of its output
 * @in: its input; longer ones are not kept
 */
struct sent {
	size_t len;
	size_t out_len;
	u8 in[SENT_LEN];
};

/**
 * struct queue - one that work requests can be put into
 * @number: of the queue pair, or of the queue of wq.c
 * @size: of its send queue, in blocks of 64 bytes, and of its receive queue, in requests
 * @ring: address of the former
 * @record: address of its doorbell record
 * @buffers: address of the latter's
 */
struct queue {
	u32 number;
	u32 size;
	u32 ring;
	u32 record;
	u32 buffers;
};

/**
 * struct driver - of a card
 * @card: it
 * @memory: the guest's, MEMORY bytes from address 0 on
 * @next: address of memory that nobody has yet
 * @sent: commands so far
 * @count: of them
 * @queues: that it made
 * @queue_count: of them
 * @uar: number of its doorbell page
 * @underlay: number of the queue pair that queues of wq.c send and receive for
 * @payload: address of memory for data to send
 * @failed: a command was refused
 */
struct driver {
	struct card *card;
	u8 *memory;
	u32 next;
	struct sent sent[SENT];
	u32 count;
	struct queue queues[QUEUES];
	u32 queue_count;
	u32 uar;
	u32 underlay;
	u32 payload;
	bool failed;
};

void driver_start(struct driver *driver);
void driver_command(struct driver *driver, const u8 *in, size_t in_len, u8 *out, size_t out_len);
void driver_address(u8 *wqe, u32 to);
void driver_put(struct driver *driver, const struct queue *queue, u8 *wqe, size_t size, u32 blocks);
void driver_post(struct driver *driver, const struct queue *queue, u8 opcode, u8 *wqe, size_t size);
void driver_consume(struct driver *driver);

#endif
