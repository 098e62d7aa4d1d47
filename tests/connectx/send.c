// SPDX-License-Identifier: GPL-2.0
/*
 * Send queues: work requests become packets as soon as the doorbell rings.
 */
#include <string.h>

#include "enhanced.h"

#define RECORD_SEND	1

/* In a work request, by segments of 16 bytes: control, address, data. */
#define SEGMENT		16
#define CTRL_OPCODE	0
#define CTRL_QPN_COUNT	4
#define CTRL_FLAGS	11
#define CTRL_IMMEDIATE	12
#define FLAG_COMPLETE	0x08
#define FLAG_SOLICITED	0x02
#define ADDRESS		16
#define ADDRESS_LEN	48

/* In the address segment. */
#define AV_QKEY		0
#define AV_QPN		8
#define AV_SL		12
#define AV_PATH_BITS	13
#define AV_LID		14
#define AV_CLASS	26
#define AV_HOPS		27
#define AV_GRH		28
#define AV_GID		32
#define AV_HAS_GRH	BIT(30)
#define AV_IS_LONG	0x80	/* in the first byte of AV_QPN: all of it is here */
#define QKEY_OWN	BIT(31)

#define DATA_INLINE	BIT(31)

#define OP_NOP		0x00
#define OP_SEND		0x0a
#define OP_SEND_IMM	0x0b
#define OP_LSO		0x0e

/*
 * In a work request with offloads, behind the address segment and 16 bytes of nothing: the same of
 * plain datagrams and of enhanced IPoIB.
 */
#define OFFLOAD_FLAGS	(ADDRESS + ADDRESS_LEN + 16 + 4)
#define OFFLOAD_MSS	(ADDRESS + ADDRESS_LEN + 16 + 6)
#define OFFLOAD_LEN	(ADDRESS + ADDRESS_LEN + 16 + 12)
#define OFFLOAD_HEADERS	(ADDRESS + ADDRESS_LEN + 16 + 14)
#define OFFLOAD_END	(ADDRESS + ADDRESS_LEN + 32)
#define OFFLOAD_INNER_L3 0x10
#define OFFLOAD_INNER_L4 0x20
#define OFFLOAD_INNER	(OFFLOAD_INNER_L3 | OFFLOAD_INNER_L4)
#define OFFLOAD_L3	0x40
#define OFFLOAD_L4	0x80

/**
 * struct wqe - a work request of a send queue
 * @data: of it
 * @segments: how many it has
 * @index: of its first block, as the driver counts
 * @opcode: what to do
 */
struct wqe {
	u8 data[64 * SEGMENT];
	u32 segments;
	u16 index;
	u8 opcode;
};

static void complete(struct card *card, struct qp *qp, const struct wqe *wqe, u8 syndrome)
{
	u8 cqe[CQE] = {};

	put_be32(cqe + CQE_QPN, (u32)wqe->opcode << 24 | qp->number);
	put_be16(cqe + CQE_COUNTER, wqe->index);
	cqe[CQE_SYNDROME] = syndrome;
	cqe[CQE_OPCODE] = (syndrome ? CQE_SEND_ERROR : CQE_SEND) << 4;
	cq_push(card, qp->cq_send, cqe, true);
}

static void fail(struct card *card, struct qp *qp, const struct wqe *wqe, u8 syndrome)
{
	complete(card, qp, wqe, syndrome);
	/* The queue stops; of a queue pair, receiving goes on (IBA 10.3.1). */
	qp->state = qp->type == QP_SQ ? QP_ERROR : QP_SQ_ERROR;
}

/* Adds the data that a work request names to @data, of @size bytes. */
static u8 gather(struct card *card, struct qp *qp, const struct wqe *wqe, size_t from, u8 *data,
		 size_t size, size_t *done)
{
	size_t end = wqe->segments * SEGMENT;

	for (size_t at = from; at + SEGMENT <= end; ) {
		const u8 *segment = wqe->data + at;
		u32 len = get_be32(segment);
		bool is_inline = len & DATA_INLINE;

		len &= ~DATA_INLINE;
		if (len > size - *done)
			return SYNDROME_LENGTH;
		if (is_inline) {
			if (len + 4 > end - at)
				return SYNDROME_LENGTH;
			memcpy(data + *done, segment + 4, len);
			at += (len + 4 + SEGMENT - 1) / SEGMENT * SEGMENT;
		} else {
			if (!mkey_copy(card, qp->pd, get_be32(segment + 4), get_be64(segment + 8),
				       data + *done, len, false))
				return SYNDROME_PROTECTION;
			at += SEGMENT;
		}
		*done += len;
	}
	return 0;
}

static void address(struct card *card, struct qp *qp, const u8 *av, struct packet *packet)
{
	u32 grh = get_be32(av + AV_GRH);
	u32 qkey = get_be32(av + AV_QKEY);

	packet->smp = qp->type == QP_SMI;
	packet->to_qp = get_be32(av + AV_QPN) & 0xffffff;
	packet->from_qp = qp->type == QP_SMI ? 0 : qp->type == QP_GSI ? 1 : qp->number;
	packet->qkey = qkey & QKEY_OWN ? qp->qkey : qkey;
	packet->pkey = port_pkey(&card->port, qp->pkey_index);
	packet->sl = av[AV_SL] & 0xf;
	packet->to = get_be16(av + AV_LID);
	/* A packet that brings its path with it is answered by that path. */
	if (packet->to == LID_PERMISSIVE || !port_lid(&card->port))
		packet->from = LID_PERMISSIVE;
	else
		packet->from = port_lid(&card->port) |
			       (av[AV_PATH_BITS] & ((1 << port_lmc(&card->port)) - 1));
	packet->has_grh = grh & AV_HAS_GRH;
	if (!packet->has_grh)
		return;
	put_be32(packet->grh, 6u << 28 | av[AV_CLASS] << 20 | (grh & 0xfffff));
	put_be16(packet->grh + 4, packet->len);
	packet->grh[6] = 0x1b;
	packet->grh[7] = av[AV_HOPS];
	port_gid(&card->port, grh >> 20 & 0xff, packet->grh + 8);
	memcpy(packet->grh + 24, av + AV_GID, 16);
}

/* @qp: whose number the packet has. */
static void send_packet(struct card *card, struct qp *qp, const struct wqe *wqe,
			struct packet *packet)
{
	packet->sender = qp;
	address(card, qp, wqe->data + ADDRESS, packet);
	packet->solicited = wqe->data[CTRL_FLAGS] & FLAG_SOLICITED;
	packet->has_immediate = wqe->opcode == OP_SEND_IMM;
	memcpy(packet->immediate, wqe->data + CTRL_IMMEDIATE, 4);
	switch_send(card, packet);
}

static u8 send_datagram(struct card *card, struct qp *qp, const struct wqe *wqe)
{
	static struct packet packet;
	u8 syndrome;

	if (wqe->segments * SEGMENT < ADDRESS + ADDRESS_LEN)
		return SYNDROME_OPERATION;
	packet = (struct packet) {};
	syndrome = gather(card, qp, wqe, ADDRESS + ADDRESS_LEN, packet.data, sizeof(packet.data),
			  &packet.len);
	if (syndrome)
		return syndrome;
	if (packet.len > port_mtu(&card->port) && qp->type == QP_UD)
		return SYNDROME_LENGTH;
	send_packet(card, qp, wqe, &packet);
	return 0;
}

static void send_one(struct card *card, struct qp *qp, const struct wqe *wqe,
		     struct packet *packet)
{
	u8 flags = wqe->data[OFFLOAD_FLAGS];
	struct headers headers;

	/* The outer checksum covers the inner one. */
	if (flags & OFFLOAD_INNER && offload_find_inner(packet->data, packet->len, &headers))
		offload_checksums(packet->data, packet->len, &headers, flags & OFFLOAD_INNER_L3,
				  flags & OFFLOAD_INNER_L4);
	offload_find(packet->data, packet->len, &headers);
	offload_checksums(packet->data, packet->len, &headers, flags & OFFLOAD_L3,
			  flags & OFFLOAD_L4);
	send_packet(card, qp, wqe, packet);
}

/* Cuts @data, which begins with headers of @head bytes, into packets. */
static u8 send_segments(struct card *card, struct qp *qp, const struct wqe *wqe,
			const u8 *data, size_t len, size_t head)
{
	static struct packet packet;
	size_t mss = get_be16(wqe->data + OFFLOAD_MSS);
	bool inner = wqe->data[OFFLOAD_FLAGS] & OFFLOAD_INNER;
	u32 number = 0;

	if (!mss || !head || head + mss > port_mtu(&card->port) || head > len)
		return SYNDROME_LENGTH;
	for (size_t at = head; at < len || !number; at += mss) {
		size_t part = len - at < mss ? len - at : mss;

		packet = (struct packet) { .len = head + part };
		memcpy(packet.data, data, head);
		memcpy(packet.data + head, data + at, part);
		if (!offload_segment(packet.data, packet.len, number, at - head, at + part == len,
				     inner))
			return SYNDROME_OPERATION;
		send_one(card, qp, wqe, &packet);
		number++;
	}
	return 0;
}

/* The queue pair that a queue of wq.c sends for. */
static struct qp *underlay_of(struct card *card, const struct qp *sq)
{
	const u32 *tis = table_find(&card->tables.tises, sq->tis);
	struct qp *qp = tis ? table_find(&card->tables.qps, *tis) : NULL;

	return qp && qp->underlay && qp->state == QP_RTS ? qp : NULL;
}

/* With offloads, from @queue, for a queue pair that may be another. */
static u8 send_offloaded(struct card *card, struct qp *queue, const struct wqe *wqe)
{
	static u8 data[1 << 18];
	static struct packet packet;
	struct qp *qp = queue->type == QP_SQ ? underlay_of(card, queue) : queue;
	size_t head = get_be16(wqe->data + OFFLOAD_LEN);
	size_t more = head > 2 ? (head - 2 + SEGMENT - 1) / SEGMENT * SEGMENT : 0;
	size_t len = head;
	u8 syndrome;

	if (!qp || OFFLOAD_END + more > wqe->segments * SEGMENT ||
	    (wqe->data[OFFLOAD_FLAGS] & OFFLOAD_INNER && !card->knobs.tunnels))
		return SYNDROME_OPERATION;
	card->knobs.lso_sends += wqe->opcode == OP_LSO;
	card->knobs.csum_sends += !!(wqe->data[OFFLOAD_FLAGS] & OFFLOAD_L4);
	memcpy(data, wqe->data + OFFLOAD_HEADERS, head);
	syndrome = gather(card, queue, wqe, OFFLOAD_END + more, data, sizeof(data), &len);
	if (syndrome)
		return syndrome;
	if (wqe->opcode == OP_LSO)
		return send_segments(card, qp, wqe, data, len, head);
	if (len > port_mtu(&card->port))
		return SYNDROME_LENGTH;
	packet = (struct packet) { .len = len };
	memcpy(packet.data, data, len);
	send_one(card, qp, wqe, &packet);
	return 0;
}

/* Faults are not for QP 0 and QP 1: what is on them would be hard to tell from a fabric's own. */
static bool can_fail(const struct qp *qp)
{
	return qp->type == QP_UD || qp->type == QP_SQ;
}

/* Returns a syndrome when the request is refused. */
static u8 perform(struct card *card, struct qp *qp, const struct wqe *wqe)
{
	bool offloads = (qp->type == QP_SQ || qp->offloads) &&
			(wqe->opcode == OP_SEND || wqe->opcode == OP_LSO);
	int reserved = reserved_byte(wqe->data, wqe->opcode != OP_NOP, offloads);

	if (reserved >= 0) {
		card_wrong(card, "QP %#x: a reserved bit in byte %d of a work request", qp->number,
			   reserved);
		return SYNDROME_OPERATION;
	}
	if (wqe->opcode == OP_NOP)
		return 0;
	if (!(wqe->data[ADDRESS + AV_QPN] & AV_IS_LONG)) {
		card_wrong(card, "QP %#x: addresses by number are not modelled", qp->number);
		return SYNDROME_OPERATION;
	}
	if (offloads)
		return send_offloaded(card, qp, wqe);
	if (qp->type != QP_SQ && qp->type != QP_UMR &&
	    (wqe->opcode == OP_SEND || wqe->opcode == OP_SEND_IMM))
		return send_datagram(card, qp, wqe);
	card_wrong(card, "QP %#x: opcode %#x is not modelled", qp->number, wqe->opcode);
	return SYNDROME_OPERATION;
}

static void execute(struct card *card, struct qp *qp, const struct wqe *wqe)
{
	u8 syndrome;

	if (qp->state == QP_ERROR || qp->state == QP_SQ_ERROR) {
		complete(card, qp, wqe, SYNDROME_FLUSHED);
		return;
	}
	if (card->knobs.send_error && can_fail(qp)) {
		card->knobs.send_error--;
		fail(card, qp, wqe, SYNDROME_OPERATION);
		return;
	}
	syndrome = perform(card, qp, wqe);
	if (syndrome) {
		card_wrong(card, "QP %#x: send fails, syndrome %#x", qp->number, syndrome);
		fail(card, qp, wqe, syndrome);
	} else if ((wqe->data[CTRL_FLAGS] & 0xc) == FLAG_COMPLETE) {
		complete(card, qp, wqe, 0);
	}
}

/* Reads the work request at the head of the queue, which may wrap around. */
static bool fetch(struct card *card, struct qp *qp, struct wqe *wqe)
{
	u32 size = 1u << qp->sq_log_size;
	u32 blocks = 1;
	const u8 *at;

	wqe->index = qp->sq_head;
	for (u32 i = 0; i < blocks; i++) {
		at = buffer_at(card, &qp->buffer,
			       qp->sq_offset + ((qp->sq_head + i) & (size - 1)) * WQE_BLOCK,
			       WQE_BLOCK, false);
		if (!at)
			return false;
		memcpy(wqe->data + i * WQE_BLOCK, at, WQE_BLOCK);
		if (i)
			continue;
		wqe->opcode = wqe->data[CTRL_OPCODE + 3];
		wqe->segments = wqe->data[CTRL_QPN_COUNT + 3] & 0x3f;
		blocks = (wqe->segments * SEGMENT + WQE_BLOCK - 1) / WQE_BLOCK;
		if (!blocks || get_be16(wqe->data + CTRL_OPCODE + 1) != wqe->index ||
		    get_be32(wqe->data + CTRL_QPN_COUNT) >> 8 != qp->number) {
			card_wrong(card, "QP %#x: no work request of its at %#x", qp->number,
				   wqe->index);
			return false;
		}
	}
	qp->sq_head += blocks;
	return true;
}

static void run(struct card *card, struct qp *qp)
{
	static struct wqe wqe;
	u32 counter;
	u16 posted;

	if (!dma_record(card, qp->record, RECORD_SEND, &counter))
		return;
	posted = counter;
	if ((u16)(posted - qp->sq_head) > 1u << qp->sq_log_size) {
		card_wrong(card, "QP %#x: send counter %#x, at %#x", qp->number, posted,
			   qp->sq_head);
		return;
	}
	while (qp->sq_head != posted && fetch(card, qp, &wqe))
		execute(card, qp, &wqe);
}

/**
 * send_doorbell() - there is something in a send queue
 * @card: whose
 * @uar: in whose page
 * @number: of the QP
 */
void send_doorbell(struct card *card, u32 uar, u32 number)
{
	struct qp *qp = table_find(&card->tables.qps, number);

	if (!qp || qp->uar != uar || !qp->has_sq) {
		card_wrong(card, "send doorbell for QP %#x in UAR %u", number, uar);
		return;
	}
	if (qp->state != QP_RTS && qp->state != QP_ERROR && qp->state != QP_SQ_ERROR) {
		card_wrong(card, "send doorbell for QP %#x in state %d", number, qp->state);
		return;
	}
	if (card->knobs.stuck_sq && can_fail(qp) && !qp->stuck) {
		card->knobs.stuck_sq--;
		qp->stuck = true;
	}
	if (!qp->stuck)
		run(card, qp);
}

/**
 * send_release() - let all queues go on that a fault has stopped, unless that goes on
 * @card: whose
 */
void send_release(struct card *card)
{
	for (u32 i = 0; !card->knobs.stuck_sq && i < card->tables.qps.size; i++) {
		struct qp *qp = card->tables.qps.at[i];

		if (!qp || !qp->stuck)
			continue;
		qp->stuck = false;
		run(card, qp);
	}
}

/**
 * qp_flush_send() - complete what a QP in error has in its send queue
 * @card: the card
 * @qp: in the state QP_ERROR
 */
void qp_flush_send(struct card *card, struct qp *qp)
{
	if (qp->has_sq)
		run(card, qp);
}
