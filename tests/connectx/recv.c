// SPDX-License-Identifier: GPL-2.0
/*
 * Receive queues: a packet goes into the buffers of one work request, behind 40 bytes for its GRH.
 */
#include <string.h>

#include "enhanced.h"

#define RECORD_RECV	0
#define GRH		40
#define SEGMENT		16
/* Ends the list of a work request that has room for more segments. */
#define LKEY_END	0x100
/* In a segment's length: where the card may begin, no part of the length. */
#define START_PADDING	(1u << 31)
#define QKEY_GSI	0x80010000u

static u32 posted(struct card *card, struct qp *qp)
{
	u32 producer;

	if (!dma_record(card, qp->record, RECORD_RECV, &producer))
		return 0;
	return (producer - qp->rq_head) & 0xffff;
}

static void push(struct card *card, struct qp *qp, u8 *cqe, bool solicited)
{
	put_be16(cqe + CQE_COUNTER, qp->rq_head);
	qp->rq_head++;
	cq_push(card, qp->cq_recv, cqe, solicited);
}

static void complete_error(struct card *card, struct qp *qp, u8 syndrome)
{
	u8 cqe[CQE] = {};

	put_be32(cqe + CQE_QPN, qp->number);
	cqe[CQE_OPCODE] = CQE_RECV_ERROR << 4;
	cqe[CQE_SYNDROME] = syndrome;
	push(card, qp, cqe, true);
}

/* What a card says of an IPoIB packet: the sum of all behind the encapsulation, and the hash. */
static void describe(u8 *cqe, const struct packet *packet, const struct headers *headers, u32 hash)
{
	put_be16(cqe + CQE_CHECKSUM,
		 offload_sum(0, packet->data + headers->l3, packet->len - headers->l3));
	if (!hash)
		return;
	put_be32(cqe + CQE_HASH, hash);
	cqe[CQE_HASH_TYPE] = (headers->version == 4 ? 1 : 2) << 2;
	if (headers->has_ports)
		cqe[CQE_HASH_TYPE] |= (headers->protocol == 6 ? 1 : 2) << 6;
}

/* The same of a plain datagram: which of its checksums fit. */
static void check(u8 *cqe, const struct packet *packet)
{
	bool l3, l4;

	offload_check(packet->data, packet->len, &l3, &l4);
	cqe[CQE_CHECKED] = (l3 ? CHECKED_L3 : 0) | (l4 ? CHECKED_L4 : 0);
}

static void complete(struct card *card, struct qp *qp, const struct packet *packet, u32 qpn,
		     u8 *cqe)
{
	put_be32(cqe + CQE_QPN, qpn);
	cqe[CQE_PATH_BITS] = packet->to & ((1 << port_lmc(&card->port)) - 1);
	put_be16(cqe + CQE_SLID, packet->from);
	put_be32(cqe + CQE_SOURCE,
		 (u32)packet->has_grh << 28 | packet->sl << 24 | packet->from_qp);
	put_be32(cqe + CQE_BYTES, GRH + packet->len);
	if (packet->has_immediate) {
		memcpy(cqe + CQE_PKEY, packet->immediate, 4);
		cqe[CQE_OPCODE] = CQE_RECV_IMM << 4;
	} else {
		put_be32(cqe + CQE_PKEY, packet->pkey);
		cqe[CQE_OPCODE] = CQE_RECV << 4;
	}
	push(card, qp, cqe, packet->solicited);
}

/* Writes GRH and data into the buffers of the work request at the head. */
static u8 scatter(struct card *card, struct qp *qp, const struct packet *packet)
{
	u32 stride = 1u << qp->rq_shift;
	u32 index = qp->rq_head & ((1u << qp->rq_log_size) - 1);
	static u8 data[GRH + sizeof(packet->data)];
	size_t len = GRH + packet->len;
	size_t done = 0;

	memset(data, 0, GRH);
	if (packet->has_grh)
		memcpy(data, packet->grh, GRH);
	memcpy(data + GRH, packet->data, packet->len);
	for (u32 at = 0; at < stride && done < len; at += SEGMENT) {
		const u8 *segment = buffer_at(card, &qp->buffer, (u64)index * stride + at, SEGMENT,
					      false);
		size_t room;

		if (!segment)
			return SYNDROME_PROTECTION;
		if (get_be32(segment + 4) == LKEY_END)
			break;
		room = get_be32(segment) & ~START_PADDING;
		if (!room)
			room = 1u << 31;
		if (room > len - done)
			room = len - done;
		if (!mkey_copy(card, qp->pd, get_be32(segment + 4), get_be64(segment + 8),
			       data + done, room, true))
			return SYNDROME_PROTECTION;
		done += room;
	}
	return done < len ? SYNDROME_LENGTH : 0;
}

static void fail(struct card *card, struct qp *qp, u8 syndrome)
{
	complete_error(card, qp, syndrome);
	qp->state = QP_ERROR;
	if (qp->type != QP_RQ)
		qp_flush(card, qp);
}

/* Into the queue of @qp, for @owner, which is another if that is an underlay. */
static void store(struct card *card, struct qp *qp, const struct packet *packet,
		  const struct qp *owner, u8 *cqe)
{
	u8 syndrome;

	if (!qp->has_rq || !posted(card, qp)) {
		if (!card->no_buffer++)
			card_log(card, "QP %#x: no buffer for a packet", qp->number);
		return;
	}
	if (card->knobs.recv_error && (qp->type == QP_UD || qp->type == QP_RQ)) {
		card->knobs.recv_error--;
		fail(card, qp, SYNDROME_OPERATION);
		return;
	}
	syndrome = scatter(card, qp, packet);
	if (!syndrome) {
		complete(card, qp, packet, owner->number, cqe);
		return;
	}
	card_wrong(card, "QP %#x: a packet does not fit, syndrome %#x", qp->number, syndrome);
	fail(card, qp, syndrome);
}

/* By the flow tables, to a receive queue of wq.c. */
static void steer(struct card *card, const struct qp *underlay, const struct packet *packet)
{
	struct headers headers;
	u8 cqe[CQE] = {};
	struct qp *rq;
	u32 hash;

	offload_find(packet->data, packet->len, &headers);
	if (packet->len < headers.l3 || !underlay->root)
		return;
	rq = tir_find(card, steering_find(card, underlay->root, &headers), &headers, &hash);
	if (!rq || rq->type != QP_RQ || rq->state != QP_RTS)
		return;
	describe(cqe, packet, &headers, hash);
	store(card, rq, packet, underlay, cqe);
}

static void receive(struct card *card, struct qp *qp, const struct packet *packet)
{
	u32 qkey = qp->type == QP_GSI ? QKEY_GSI : qp->qkey;
	u8 cqe[CQE] = {};

	if (qp->state != QP_RTR && qp->state != QP_RTS && qp->state != QP_SQ_ERROR)
		return;
	if (!packet->smp) {
		bool any = qp->type == QP_GSI;

		if (packet->qkey != qkey) {
			card_log(card, "QP %#x: a packet with Q_Key %#x, not %#x", qp->number,
				 packet->qkey, qkey);
			port_violation(&card->port, false);
			return;
		}
		if (!port_pkey_fits(&card->port, any ? -1 : (int)qp->pkey_index, packet->pkey)) {
			port_violation(&card->port, true);
			return;
		}
	}
	if (qp->underlay) {
		steer(card, qp, packet);
		return;
	}
	if (qp->offloads)
		check(cqe, packet);
	store(card, qp, packet, qp, cqe);
}

/**
 * recv_packet() - a packet has come to the card's port
 * @card: whose
 * @packet: what came
 */
void recv_packet(struct card *card, struct packet *packet)
{
	struct qp *qp = NULL;

	port_count(&card->port, packet->len, true);
	if (packet->smp) {
		if (sma_is_request(packet->data)) {
			mad_answer_smp(card, packet);
			return;
		}
		qp = card->special[0];
	} else if (packet->to >= LID_MULTICAST && packet->to != LID_PERMISSIVE) {
		for (u32 i = 0; i < MCG_MEMBERS; i++) {
			struct mcg_member *member = &card->mcg[i];

			if (!member->qpn || memcmp(member->gid, packet->grh + 24, 16))
				continue;
			qp = table_find(&card->tables.qps, member->qpn);
			if (qp && !(qp == packet->sender && qp->no_loopback))
				receive(card, qp, packet);
		}
		return;
	} else if (packet->to_qp == 1) {
		qp = card->special[1];
	} else {
		qp = table_find(&card->tables.qps, packet->to_qp);
	}
	if (qp && qp->type != QP_SQ && qp->type != QP_RQ)
		receive(card, qp, packet);
}

/**
 * qp_flush_recv() - complete what a QP in error has in its receive queue
 * @card: the card
 * @qp: in the state QP_ERROR
 */
void qp_flush_recv(struct card *card, struct qp *qp)
{
	if (!qp->has_rq || qp->type == QP_UMR || qp->type == QP_RQ)
		return;
	for (u32 left = posted(card, qp); left; left--)
		complete_error(card, qp, SYNDROME_FLUSHED);
}
