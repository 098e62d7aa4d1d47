// SPDX-License-Identifier: GPL-2.0
/*
 * Completion queues. An entry's last bit says in which round the card wrote it; the driver tells
 * how far it read in a doorbell record, in its own memory, and arms the queue by a doorbell.
 */
#include <stdlib.h>
#include <string.h>

#include "connectx.h"

#define RECORD_CONSUMER	0
#define COUNT_MASK	0xffffff

/* Of the doorbell that arms: only what is solicited. */
#define ARM_SOLICITED	BIT(24)
#define SYNDROME_OVERRUN 1

/* What a MODIFY_CQ changes. */
#define SELECT_PERIOD	BIT(0)
#define SELECT_COUNT	BIT(1)
#define SELECT_MODE	BIT(4)

static void drop(struct card *card, void *object)
{
	struct cq *cq = object;

	(void)card;
	buffer_free(&cq->buffer);
	free(cq);
}

/**
 * cq_create() - CREATE_CQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status cq_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_cq_in, cmd->in, cq_context);
	u32 log_size = ifc_get(cqc, context, log_cq_size);
	u32 shift = ifc_get(cqc, context, log_page_size) + 12;
	u32 offset = ifc_get(cqc, context, page_offset) * 64;
	u32 cqe_sz = ifc_get(cqc, context, cqe_sz);
	struct card *card = cmd->card;
	struct cq *cq;

	if (!table_find(&card->tables.uars, ifc_get(cqc, context, uar_page)) ||
	    !table_find(&card->tables.eqs, ifc_get(cqc, context, c_eqn_or_apu_element)))
		return FAIL(cmd, BAD_RESOURCE, "no such UAR or EQ");
	if (cqe_sz > 1 || ifc_get(cqc, context, cqe_comp_en) || ifc_get(cqc, context, oi) ||
	    ifc_get(create_cq_in, cmd->in, cq_umem_valid))
		return FAIL(cmd, BAD_PARAM, "not modelled: compression, ignoring overruns, umem");
	if (log_size > 22 || !has_pages(cmd, ifc_byte(create_cq_in, pas),
					(u64)CQE << cqe_sz << log_size, shift, offset))
		return FAIL(cmd, BAD_INPUT_LEN, "pages are missing");
	cq = alloc(sizeof(*cq));
	cq->log_size = log_size;
	cq->entry = CQE << cqe_sz;
	cq->uar = ifc_get(cqc, context, uar_page);
	cq->eqn = ifc_get(cqc, context, c_eqn_or_apu_element);
	cq->record = ifc_get(cqc, context, dbr_addr);
	cq->period = ifc_get(cqc, context, cq_period);
	cq->max_count = ifc_get(cqc, context, cq_max_count);
	if (buffer_init(&cq->buffer, ifc_at(create_cq_in, cmd->in, pas),
			(u64)cq->entry << log_size, shift, offset)) {
		free(cq);
		return FAIL(cmd, BAD_PARAM, "a page is not aligned");
	}
	cq->number = table_add(&card->tables.cqs, cq);
	if (!cq->number) {
		drop(card, cq);
		return FAIL(cmd, NO_RESOURCES, "no CQ left");
	}
	ifc_set(create_cq_out, cmd->out, cqn, cq->number);
	return OK;
}

/**
 * cq_destroy() - DESTROY_CQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status cq_destroy(struct command *cmd)
{
	u32 number = ifc_get(destroy_cq_in, cmd->in, cqn);

	if (!table_find(&cmd->card->tables.cqs, number))
		return FAIL(cmd, BAD_RESOURCE, "no such CQ");
	if (qp_uses_cq(cmd->card, number))
		return FAIL(cmd, BUSY, "a queue pair uses it");
	drop(cmd->card, table_take(&cmd->card->tables.cqs, number));
	return OK;
}

/**
 * cq_modify() - MODIFY_CQ: moderation
 * @cmd: the command
 *
 * Return: its status.
 */
enum status cq_modify(struct command *cmd)
{
	const u8 *context = ifc_at(modify_cq_in, cmd->in, cq_context);
	const u8 *select = ifc_at(modify_cq_in, cmd->in,
				  modify_field_select_resize_field_select);
	struct cq *cq = table_find(&cmd->card->tables.cqs, ifc_get(modify_cq_in, cmd->in, cqn));

	if (!cq)
		return FAIL(cmd, BAD_RESOURCE, "no such CQ");
	if (cmd->modifier)
		return FAIL(cmd, BAD_PARAM, "resizing is not modelled");
	if (get_be32(select) & SELECT_MODE && ifc_get(cqc, context, cq_period_mode))
		return FAIL(cmd, BAD_PARAM, "a period begins with the first entry that waits");
	if (get_be32(select) & SELECT_PERIOD)
		cq->period = ifc_get(cqc, context, cq_period);
	if (get_be32(select) & SELECT_COUNT)
		cq->max_count = ifc_get(cqc, context, cq_max_count);
	return OK;
}

static void interrupt(struct card *card, struct cq *cq)
{
	struct eq *eq = table_find(&card->tables.eqs, cq->eqn);
	u8 data[28] = {};

	cq->armed = false;
	cq->waiting = 0;
	cq->deadline = 0;
	put_be32(data + 24, cq->number);
	if (eq)
		eq_push(card, eq, EVENT_COMP, 0, data);
	else
		card_wrong(card, "CQ %#x: its EQ %u is gone", cq->number, cq->eqn);
}

/* An entry makes an event: now, or together with those that come within the period. */
static void moderate(struct card *card, struct cq *cq)
{
	cq->waiting++;
	if (!cq->period || (cq->max_count && cq->waiting >= cq->max_count)) {
		interrupt(card, cq);
		return;
	}
	if (cq->deadline)
		return;
	cq->deadline = now_us() + cq->period;
	if (!card->next_deadline || cq->deadline < card->next_deadline)
		card->next_deadline = cq->deadline;
}

static void overrun(struct card *card, struct cq *cq)
{
	u8 data[28] = {};

	card_wrong(card, "CQ %#x overruns", cq->number);
	cq->failed = true;
	put_be32(data, cq->number);
	data[11] = SYNDROME_OVERRUN;
	eq_event(card, EVENT_CQ_ERROR, 0, data);
}

/**
 * cq_push() - write an entry
 * @card: the card
 * @number: of the queue
 * @cqe: CQE bytes; the owner bit is set here
 * @solicited: interrupts also who only waits for such ones
 */
void cq_push(struct card *card, u32 number, const u8 *cqe, bool solicited)
{
	struct cq *cq = table_find(&card->tables.cqs, number);
	u32 size;
	u32 consumer;
	u8 *entry;

	if (!cq || cq->failed) {
		card_log(card, "completion for CQ %#x, which is gone or failed", number);
		return;
	}
	size = 1u << cq->log_size;
	if (!dma_record(card, cq->record, RECORD_CONSUMER, &consumer))
		return;
	if (((cq->producer - consumer) & COUNT_MASK) >= size) {
		overrun(card, cq);
		return;
	}
	entry = buffer_at(card, &cq->buffer, (u64)(cq->producer & (size - 1)) * cq->entry,
			  cq->entry, true);
	if (!entry)
		return;
	entry += cq->entry - CQE;
	memcpy(entry, cqe, CQE - 1);
	/* The driver reads the rest once it sees this. */
	__atomic_store_n(&entry[CQE - 1],
			 (cqe[CQE - 1] & ~1) | (cq->producer >> cq->log_size & 1),
			 __ATOMIC_RELEASE);
	cq->producer++;
	if (cq->armed && (solicited || !cq->only_solicited))
		moderate(card, cq);
}

/**
 * cq_expire() - make the events that are due
 * @card: whose
 * @now: the time
 */
void cq_expire(struct card *card, u64 now)
{
	card->next_deadline = 0;
	for (u32 i = 0; i < card->tables.cqs.size; i++) {
		struct cq *cq = card->tables.cqs.at[i];

		if (!cq || !cq->deadline)
			continue;
		if (cq->deadline <= now)
			interrupt(card, cq);
		else if (!card->next_deadline || cq->deadline < card->next_deadline)
			card->next_deadline = cq->deadline;
	}
}

/**
 * cq_doorbell() - the driver waits for an entry
 * @card: whose
 * @uar: in whose page
 * @consumer: what it read, and what it waits for
 * @number: of the queue
 */
void cq_doorbell(struct card *card, u32 uar, u32 consumer, u32 number)
{
	struct cq *cq = table_find(&card->tables.cqs, number);

	if (!cq || cq->uar != uar) {
		card_wrong(card, "doorbell for CQ %#x in UAR %u", number, uar);
		return;
	}
	cq->armed = true;
	cq->only_solicited = consumer & ARM_SOLICITED;
	/* What came while the driver was about to arm; of solicited ones it has to look itself. */
	if (((cq->producer - consumer) & COUNT_MASK) && !cq->only_solicited)
		interrupt(card, cq);
}

/**
 * cq_reset() - no queues
 * @card: that is reset
 */
void cq_reset(struct card *card)
{
	if (!card->tables.cqs.at)
		table_init(&card->tables.cqs, 0x400, 4096, "CQ");
	table_clear(&card->tables.cqs, drop, card);
}
