// SPDX-License-Identifier: GPL-2.0
/*
 * Queue pairs: what the commands do with them. Datagrams only; send.c and recv.c move them.
 */
#include <stdlib.h>
#include <string.h>

#include "connectx.h"

#define RQ_REGULAR	0
#define RQ_SHARED	1
#define RQ_NONE		3

/* Which kind of IPoIB a QP is for. */
#define BASIC		1
#define ENHANCED	2

/* Which optional parameters a command brings. */
#define HAS_PKEY	BIT(4)
#define HAS_QKEY	BIT(5)

/**
 * struct transition - one of the commands that change a state
 * @opcode: of the command
 * @from: bit mask of states in which it may come
 * @to: the state after it
 */
struct transition {
	u16 opcode;
	u32 from;
	enum qp_state to;
};

static const struct transition transitions[] = {
	{ MLX5_CMD_OP_RST2INIT_QP, BIT(QP_RESET), QP_INIT },
	{ MLX5_CMD_OP_INIT2INIT_QP, BIT(QP_INIT), QP_INIT },
	{ MLX5_CMD_OP_INIT2RTR_QP, BIT(QP_INIT), QP_RTR },
	{ MLX5_CMD_OP_RTR2RTS_QP, BIT(QP_RTR), QP_RTS },
	{ MLX5_CMD_OP_RTS2RTS_QP, BIT(QP_RTS), QP_RTS },
	{ MLX5_CMD_OP_SQERR2RTS_QP, BIT(QP_SQ_ERROR), QP_RTS },
	{ MLX5_CMD_OP_2ERR_QP, ~0u, QP_ERROR },
	{ MLX5_CMD_OP_2RST_QP, ~0u, QP_RESET },
};

/**
 * qp_drop() - free a queue pair, which nothing can find any more
 * @card: whose
 * @object: the queue pair
 */
void qp_drop(struct card *card, void *object)
{
	struct qp *qp = object;

	for (int i = 0; i < 2; i++)
		if (card->special[i] == qp)
			card->special[i] = NULL;
	if (qp->number)
		mcg_forget(card, qp->number);
	buffer_free(&qp->buffer);
	free(qp);
}

/* Takes the queues' places from the context: the RQ is first, the SQ follows. */
static enum status set_queues(struct command *cmd, struct qp *qp, const u8 *context)
{
	u32 shift = ifc_get(qpc, context, log_page_size) + 12;
	u32 offset = ifc_get(qpc, context, page_offset) * 64;
	u64 size;

	qp->has_rq = ifc_get(qpc, context, rq_type) == RQ_REGULAR;
	qp->has_sq = !ifc_get(qpc, context, no_sq);
	qp->rq_log_size = ifc_get(qpc, context, log_rq_size);
	qp->rq_shift = ifc_get(qpc, context, log_rq_stride) + 4;
	qp->sq_log_size = ifc_get(qpc, context, log_sq_size);
	qp->sq_offset = qp->has_rq ? 1u << (qp->rq_log_size + qp->rq_shift) : 0;
	size = qp->sq_offset + (qp->has_sq ? (u64)WQE_BLOCK << qp->sq_log_size : 0);
	if (!has_pages(cmd, ifc_byte(create_qp_in, pas), size, shift, offset))
		return FAIL(cmd, BAD_INPUT_LEN, "pages are missing");
	if (buffer_init(&qp->buffer, ifc_at(create_qp_in, cmd->in, pas), size, shift, offset))
		return FAIL(cmd, BAD_PARAM, "a page is not aligned");
	return OK;
}

static bool offloads_fit(const struct card *card, u32 type, u32 mode)
{
	return !mode || (mode == BASIC && type == QP_UD &&
			 ifc_get(cmd_hca_cap, card->caps, ipoib_basic_offloads));
}

static enum status check_context(struct command *cmd, const u8 *context)
{
	struct card *card = cmd->card;
	u32 type = ifc_get(qpc, context, st);
	u32 rq_type = ifc_get(qpc, context, rq_type);

	if (type != QP_UD && type != QP_SMI && type != QP_GSI && type != QP_UMR)
		return FAIL(cmd, BAD_PARAM, "this transport is not modelled");
	if (rq_type != RQ_REGULAR && rq_type != RQ_NONE)
		return FAIL(cmd, BAD_PARAM, "shared receive queues are not modelled");
	if (!offloads_fit(card, type, ifc_get(qpc, context, ulp_stateless_offload_mode)))
		return FAIL(cmd, BAD_PARAM, "the card has no such offloads, or not for this type");
	if (type != QP_UMR && !table_find(&card->tables.pds, ifc_get(qpc, context, pd)))
		return FAIL(cmd, BAD_RESOURCE, "no such PD");
	if (!table_find(&card->tables.uars, ifc_get(qpc, context, uar_page)))
		return FAIL(cmd, BAD_RESOURCE, "no such UAR");
	if (!table_find(&card->tables.cqs, ifc_get(qpc, context, cqn_snd)) ||
	    (rq_type == RQ_REGULAR && type != QP_UMR &&
	     !table_find(&card->tables.cqs, ifc_get(qpc, context, cqn_rcv))))
		return FAIL(cmd, BAD_RESOURCE, "no such CQ");
	if ((type == QP_SMI || type == QP_GSI) && card->special[type == QP_GSI])
		return FAIL(cmd, BUSY, "the port has such a QP");
	return OK;
}

/* One that only has a number and a state, for the queues of wq.c. */
static enum status create_underlay(struct command *cmd, const u8 *context)
{
	struct qp *qp;

	if (!cmd->card->enhanced)
		return FAIL(cmd, BAD_PARAM, "this card has no enhanced IPoIB");
	if (ifc_get(qpc, context, st) != QP_UD)
		return FAIL(cmd, BAD_PARAM, "an underlay that is not UD");
	qp = alloc(sizeof(*qp));
	memcpy(qp->context, context, sizeof(qp->context));
	qp->type = QP_UD;
	qp->underlay = true;
	qp->number = table_add(&cmd->card->tables.qps, qp);
	if (!qp->number) {
		qp_drop(cmd->card, qp);
		return FAIL(cmd, NO_RESOURCES, "no QP left");
	}
	ifc_set(create_qp_out, cmd->out, qpn, qp->number);
	return OK;
}

/**
 * qp_create() - CREATE_QP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status qp_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_qp_in, cmd->in, qpc);
	struct card *card = cmd->card;
	enum status status;
	struct qp *qp;

	if (ifc_get(qpc, context, ulp_stateless_offload_mode) == ENHANCED)
		return create_underlay(cmd, context);
	status = check_context(cmd, context);
	if (status)
		return status;
	qp = alloc(sizeof(*qp));
	memcpy(qp->context, context, sizeof(qp->context));
	qp->type = ifc_get(qpc, context, st);
	qp->pd = ifc_get(qpc, context, pd);
	qp->uar = ifc_get(qpc, context, uar_page);
	qp->cq_send = ifc_get(qpc, context, cqn_snd);
	qp->cq_recv = ifc_get(qpc, context, cqn_rcv);
	qp->record = ifc_get(qpc, context, dbr_addr);
	qp->no_loopback = ifc_get(qpc, context, block_lb_mc);
	qp->offloads = ifc_get(qpc, context, ulp_stateless_offload_mode) == BASIC;
	status = set_queues(cmd, qp, context);
	if (status) {
		qp_drop(card, qp);
		return status;
	}
	qp->number = table_add(&card->tables.qps, qp);
	if (!qp->number) {
		qp_drop(card, qp);
		return FAIL(cmd, NO_RESOURCES, "no QP left");
	}
	if (qp->type == QP_SMI || qp->type == QP_GSI)
		card->special[qp->type == QP_GSI] = qp;
	ifc_set(create_qp_out, cmd->out, qpn, qp->number);
	return OK;
}

/**
 * qp_destroy() - DESTROY_QP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status qp_destroy(struct command *cmd)
{
	struct qp *qp = table_take(&cmd->card->tables.qps, ifc_get(destroy_qp_in, cmd->in, qpn));

	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such QP");
	qp_drop(cmd->card, qp);
	return OK;
}

static void set_address(struct qp *qp, const u8 *context, bool pkey, bool qkey)
{
	const u8 *path = ifc_at(qpc, context, primary_address_path);

	if (pkey) {
		qp->pkey_index = ifc_get(ads, path, pkey_index);
		ifc_set(ads, ifc_at(qpc, qp->context, primary_address_path), pkey_index,
			qp->pkey_index);
	}
	if (qkey) {
		qp->qkey = ifc_get(qpc, context, q_key);
		ifc_set(qpc, qp->context, q_key, qp->qkey);
	}
}

/**
 * qp_modify() - RST2INIT_QP, INIT2RTR_QP and the others
 * @cmd: the command
 *
 * Return: its status.
 */
enum status qp_modify(struct command *cmd)
{
	struct qp *qp = table_find(&cmd->card->tables.qps, ifc_get(rst2init_qp_in, cmd->in, qpn));
	const struct transition *way = transitions;
	const u8 *context = ifc_at(rst2init_qp_in, cmd->in, qpc);
	u32 optional;

	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such QP");
	while (way->opcode != cmd->opcode)
		way++;
	if (!(way->from & BIT(qp->state)))
		return FAIL(cmd, BAD_STATE, "not from the state that the QP is in");
	if (way->to == QP_RESET) {
		qp->rq_head = 0;
		qp->sq_head = 0;
	} else if (way->to != QP_ERROR) {
		optional = ifc_get(rst2init_qp_in, cmd->in, opt_param_mask);
		if (qp->state == QP_RESET)
			optional |= HAS_PKEY | HAS_QKEY;
		set_address(qp, context, optional & HAS_PKEY, optional & HAS_QKEY);
		if (qp->pkey_index >= PKEYS)
			return FAIL(cmd, BAD_PARAM, "no such P_Key");
	}
	qp->state = way->to;
	qp->stuck = false;
	if (qp->state == QP_ERROR)
		qp_flush(cmd->card, qp);
	return OK;
}

/**
 * qp_query() - QUERY_QP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status qp_query(struct command *cmd)
{
	struct qp *qp = table_find(&cmd->card->tables.qps, ifc_get(query_qp_in, cmd->in, qpn));
	u8 *context = ifc_at(query_qp_out, cmd->out, qpc);

	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such QP");
	memcpy(context, qp->context, sizeof(qp->context));
	ifc_set(qpc, context, state, qp->state);
	ifc_set(qpc, context, hw_sq_wqebb_counter, qp->sq_head);
	ifc_set(qpc, context, hw_rq_counter, qp->rq_head);
	return OK;
}

/**
 * qp_uses_cq() - whether a CQ is in use
 * @card: the card
 * @number: of the CQ
 *
 * Return: whether a QP has it.
 */
bool qp_uses_cq(const struct card *card, u32 number)
{
	for (u32 i = 0; i < card->tables.qps.size; i++) {
		struct qp *qp = card->tables.qps.at[i];

		if (qp && ((qp->has_sq && qp->cq_send == number) ||
			   (qp->has_rq && qp->cq_recv == number)))
			return true;
	}
	return false;
}

/**
 * qp_flush() - complete what a QP in error has in its queues
 * @card: the card
 * @qp: in the state QP_ERROR
 */
void qp_flush(struct card *card, struct qp *qp)
{
	card->has_errors = true;
	qp_flush_send(card, qp);
	qp_flush_recv(card, qp);
}

/**
 * qp_flush_all() - for receives that were posted since, of which no doorbell tells
 * @card: the card
 */
void qp_flush_all(struct card *card)
{
	card->has_errors = false;
	for (u32 i = 0; i < card->tables.qps.size; i++) {
		struct qp *qp = card->tables.qps.at[i];

		if (!qp || qp->state != QP_ERROR || qp->type == QP_RQ)
			continue;
		qp_flush(card, qp);
	}
}

/**
 * qp_reset() - no queue pairs
 * @card: that is reset
 */
void qp_reset(struct card *card)
{
	/* Numbers below are those that the architecture gives a meaning. */
	if (!card->tables.qps.at)
		table_init(&card->tables.qps, 0x48, 4096 - 0x48, "QP");
	table_clear(&card->tables.qps, qp_drop, card);
}
