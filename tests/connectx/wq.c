// SPDX-License-Identifier: GPL-2.0
/*
 * Send and receive queues of their own, without a queue pair: those of enhanced IPoIB. They are
 * kept as queue pairs that have but one queue, and share their numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "enhanced.h"

#define WQ_CYCLIC	1
#define STATE_RESET	0
#define STATE_READY	1
#define STATE_ERROR	3

static enum qp_state state_of(u32 state)
{
	return state == STATE_READY ? QP_RTS : state == STATE_ERROR ? QP_ERROR : QP_RESET;
}

static u32 state_to(const struct qp *qp)
{
	return qp->state == QP_RTS ? STATE_READY :
	       qp->state == QP_ERROR ? STATE_ERROR : STATE_RESET;
}

/* What both have: the work queue's context, at @wq in the command. */
static enum status create(struct command *cmd, const u8 *wq, struct qp *qp, u64 size)
{
	u32 shift = ifc_get(wq, wq, log_wq_pg_sz) + 12;
	u32 offset = ifc_get(wq, wq, page_offset) * 64;
	struct card *card = cmd->card;

	if (ifc_get(wq, wq, wq_type) != WQ_CYCLIC)
		return FAIL(cmd, BAD_PARAM, "only cyclic queues are modelled");
	if (!has_pages(cmd, wq + ifc_byte(wq, pas) - cmd->in, size, shift, offset))
		return FAIL(cmd, BAD_INPUT_LEN, "pages are missing");
	if (buffer_init(&qp->buffer, wq + ifc_byte(wq, pas), size, shift, offset))
		return FAIL(cmd, BAD_PARAM, "a page is not aligned");
	qp->pd = ifc_get(wq, wq, pd);
	qp->record = ifc_get(wq, wq, dbr_addr);
	qp->number = table_add(&card->tables.qps, qp);
	return qp->number ? OK : FAIL(cmd, NO_RESOURCES, "no queue left");
}

/**
 * sq_create() - CREATE_SQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status sq_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_sq_in, cmd->in, ctx);
	const u8 *wq = ifc_at(sqc, context, wq);
	struct tables *tables = &cmd->card->tables;
	u32 tis = ifc_get(sqc, context, tis_num_0);
	enum status status;
	struct qp *qp;

	if (!table_find(&tables->cqs, ifc_get(sqc, context, cqn)) ||
	    !table_find(&tables->uars, ifc_get(wq, wq, uar_page)))
		return FAIL(cmd, BAD_RESOURCE, "no such CQ or UAR");
	if (!table_find(&tables->pds, ifc_get(wq, wq, pd)))
		return FAIL(cmd, BAD_RESOURCE, "no such PD");
	if (ifc_get(sqc, context, tis_lst_sz) > 1 ||
	    (ifc_get(sqc, context, tis_lst_sz) && !table_find(&tables->tises, tis)))
		return FAIL(cmd, BAD_RESOURCE, "several TISes, or no such one");
	if (ifc_get(wq, wq, log_wq_stride) != 6)
		return FAIL(cmd, BAD_PARAM, "not of blocks of 64 bytes");
	qp = alloc(sizeof(*qp));
	qp->type = QP_SQ;
	qp->has_sq = true;
	qp->tis = ifc_get(sqc, context, tis_lst_sz) ? tis : 0;
	qp->cq_send = ifc_get(sqc, context, cqn);
	qp->uar = ifc_get(wq, wq, uar_page);
	qp->sq_log_size = ifc_get(wq, wq, log_wq_sz);
	status = create(cmd, wq, qp, (u64)WQE_BLOCK << qp->sq_log_size);
	if (status)
		qp_drop(cmd->card, qp);
	else
		ifc_set(create_sq_out, cmd->out, sqn, qp->number);
	return status;
}

/**
 * rq_create() - CREATE_RQ; one that only drops packets has no PD
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rq_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_rq_in, cmd->in, ctx);
	const u8 *wq = ifc_at(rqc, context, wq);
	enum status status;
	struct qp *qp;

	if (!table_find(&cmd->card->tables.cqs, ifc_get(rqc, context, cqn)))
		return FAIL(cmd, BAD_RESOURCE, "no such CQ");
	if (ifc_get(rqc, context, mem_rq_type))
		return FAIL(cmd, BAD_PARAM, "memory of its own only");
	qp = alloc(sizeof(*qp));
	qp->type = QP_RQ;
	qp->has_rq = true;
	qp->cq_recv = ifc_get(rqc, context, cqn);
	qp->rq_log_size = ifc_get(wq, wq, log_wq_sz);
	qp->rq_shift = ifc_get(wq, wq, log_wq_stride);
	status = create(cmd, wq, qp, 1ull << (qp->rq_log_size + qp->rq_shift));
	if (status)
		qp_drop(cmd->card, qp);
	else
		ifc_set(create_rq_out, cmd->out, rqn, qp->number);
	return status;
}

static struct qp *find(struct command *cmd, enum qp_type type, u32 number)
{
	struct qp *qp = table_find(&cmd->card->tables.qps, number);

	return qp && qp->type == type ? qp : NULL;
}

static enum status modify(struct command *cmd, struct qp *qp, u32 from, u32 to)
{
	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such queue");
	if (qp->state != state_of(from))
		return FAIL(cmd, BAD_STATE, "not from the state that it is in");
	if (to == STATE_RESET && qp->state != QP_RESET) {
		qp->rq_head = 0;
		qp->sq_head = 0;
	}
	qp->state = state_of(to);
	qp->stuck = false;
	return OK;
}

/**
 * sq_modify() - MODIFY_SQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status sq_modify(struct command *cmd)
{
	return modify(cmd, find(cmd, QP_SQ, ifc_get(modify_sq_in, cmd->in, sqn)),
		      ifc_get(modify_sq_in, cmd->in, sq_state),
		      ifc_get(sqc, ifc_at(modify_sq_in, cmd->in, ctx), state));
}

/**
 * rq_modify() - MODIFY_RQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rq_modify(struct command *cmd)
{
	return modify(cmd, find(cmd, QP_RQ, ifc_get(modify_rq_in, cmd->in, rqn)),
		      ifc_get(modify_rq_in, cmd->in, rq_state),
		      ifc_get(rqc, ifc_at(modify_rq_in, cmd->in, ctx), state));
}

/**
 * sq_query() - QUERY_SQ: its state
 * @cmd: the command
 *
 * Return: its status.
 */
enum status sq_query(struct command *cmd)
{
	const struct qp *qp = find(cmd, QP_SQ, ifc_get(query_sq_in, cmd->in, sqn));

	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such SQ");
	ifc_set(sqc, ifc_at(query_sq_out, cmd->out, sq_context), state, state_to(qp));
	return OK;
}

/**
 * rq_query() - QUERY_RQ: its state
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rq_query(struct command *cmd)
{
	const struct qp *qp = find(cmd, QP_RQ, ifc_get(query_rq_in, cmd->in, rqn));

	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such RQ");
	ifc_set(rqc, ifc_at(query_rq_out, cmd->out, rq_context), state, state_to(qp));
	return OK;
}

static enum status destroy(struct command *cmd, struct qp *qp)
{
	if (!qp)
		return FAIL(cmd, BAD_RESOURCE, "no such queue");
	table_take(&cmd->card->tables.qps, qp->number);
	qp_drop(cmd->card, qp);
	return OK;
}

/**
 * sq_destroy() - DESTROY_SQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status sq_destroy(struct command *cmd)
{
	return destroy(cmd, find(cmd, QP_SQ, ifc_get(destroy_sq_in, cmd->in, sqn)));
}

/**
 * rq_destroy() - DESTROY_RQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rq_destroy(struct command *cmd)
{
	return destroy(cmd, find(cmd, QP_RQ, ifc_get(destroy_rq_in, cmd->in, rqn)));
}
