// SPDX-License-Identifier: GPL-2.0
/*
 * Event queues: the card writes entries of 64 bytes, whose last bit says in which round it did, and
 * interrupts when the driver has armed the queue.
 */
#include <stdlib.h>
#include <string.h>

#include "connectx.h"

#define ENTRY		64
#define ENTRY_TYPE	1
#define ENTRY_SUBTYPE	3
#define ENTRY_DATA	32
#define ENTRY_DATA_LEN	28
#define ENTRY_OWNER	63

static void drop(struct card *card, void *object)
{
	struct eq *eq = object;

	(void)card;
	buffer_free(&eq->buffer);
	free(eq);
}

/**
 * eq_create() - CREATE_EQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status eq_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_eq_in, cmd->in, eq_context_entry);
	u32 log_size = ifc_get(eqc, context, log_eq_size);
	u32 shift = ifc_get(eqc, context, log_page_size) + 12;
	u32 offset = ifc_get(eqc, context, page_offset) * 64;
	struct eq *eq;

	if (!table_find(&cmd->card->tables.uars, ifc_get(eqc, context, uar_page)))
		return FAIL(cmd, BAD_RESOURCE, "no such UAR");
	if (ifc_get(eqc, context, intr) >= VECTORS)
		return FAIL(cmd, BAD_PARAM, "no such vector");
	if (log_size > 18 || !has_pages(cmd, ifc_byte(create_eq_in, pas),
					(u64)ENTRY << log_size, shift, offset))
		return FAIL(cmd, BAD_INPUT_LEN, "pages are missing");
	eq = alloc(sizeof(*eq));
	eq->log_size = log_size;
	eq->vector = ifc_get(eqc, context, intr);
	eq->uar = ifc_get(eqc, context, uar_page);
	for (int i = 0; i < 4; i++)
		eq->events[i] = get_be64(ifc_at(create_eq_in, cmd->in, event_bitmask) + 8 * i);
	if (buffer_init(&eq->buffer, ifc_at(create_eq_in, cmd->in, pas), (u64)ENTRY << log_size,
			shift, offset)) {
		free(eq);
		return FAIL(cmd, BAD_PARAM, "a page is not aligned");
	}
	eq->number = table_add(&cmd->card->tables.eqs, eq);
	if (!eq->number) {
		drop(cmd->card, eq);
		return FAIL(cmd, NO_RESOURCES, "no EQ left");
	}
	ifc_set(create_eq_out, cmd->out, eq_number, eq->number);
	return OK;
}

/**
 * eq_destroy() - DESTROY_EQ
 * @cmd: the command
 *
 * Return: its status.
 */
enum status eq_destroy(struct command *cmd)
{
	struct eq *eq = table_take(&cmd->card->tables.eqs,
				   ifc_get(destroy_eq_in, cmd->in, eq_number));

	if (!eq)
		return FAIL(cmd, BAD_RESOURCE, "no such EQ");
	drop(cmd->card, eq);
	return OK;
}

/**
 * eq_push() - an entry for one queue
 * @card: whose
 * @eq: the queue
 * @event: type
 * @subtype: or 0
 * @data: ENTRY_DATA_LEN bytes
 */
void eq_push(struct card *card, struct eq *eq, enum event_type event, u8 subtype, const u8 *data)
{
	u32 size = 1u << eq->log_size;
	u8 *entry;

	if (eq->producer - eq->consumer >= size) {
		card_wrong(card, "EQ %u overruns: an event of type %#x is lost", eq->number, event);
		return;
	}
	entry = buffer_at(card, &eq->buffer, (u64)(eq->producer & (size - 1)) * ENTRY, ENTRY, true);
	if (!entry)
		return;
	memset(entry, 0, ENTRY_OWNER);
	entry[ENTRY_TYPE] = event;
	entry[ENTRY_SUBTYPE] = subtype;
	memcpy(entry + ENTRY_DATA, data, ENTRY_DATA_LEN);
	/* The driver reads the rest once it sees this. */
	__atomic_store_n(&entry[ENTRY_OWNER], eq->producer >> eq->log_size & 1, __ATOMIC_RELEASE);
	eq->producer++;
	if (!eq->armed)
		return;
	eq->armed = false;
	pci_interrupt(card, eq->vector);
}

static struct eq *taker(const struct card *card, enum event_type event)
{
	const struct table *eqs = &card->tables.eqs;

	for (u32 i = 0; i < eqs->size; i++) {
		struct eq *eq = eqs->at[i];

		if (eq && eq->events[event / 64] >> (event % 64) & 1)
			return eq;
	}
	return NULL;
}

/**
 * eq_takes() - whether a queue is there for a type of event
 * @card: whose
 * @event: type
 *
 * Return: whether it is.
 */
bool eq_takes(const struct card *card, enum event_type event)
{
	return taker(card, event);
}

/**
 * eq_event() - an entry for the queue that takes its type; without one it is lost
 * @card: whose
 * @event: type
 * @subtype: or 0
 * @data: ENTRY_DATA_LEN bytes
 *
 * Return: whether there is one.
 */
bool eq_event(struct card *card, enum event_type event, u8 subtype, const u8 *data)
{
	struct eq *eq = taker(card, event);

	if (eq)
		eq_push(card, eq, event, subtype, data);
	return eq;
}

/**
 * eq_doorbell() - the driver says what it has read
 * @card: whose
 * @uar: in whose page
 * @value: number of the queue and how many entries
 * @arm: the next entry shall interrupt
 */
void eq_doorbell(struct card *card, u32 uar, u32 value, bool arm)
{
	struct eq *eq = table_find(&card->tables.eqs, value >> 24);
	u32 unread;

	if (!eq || eq->uar != uar) {
		card_wrong(card, "doorbell for EQ %u in UAR %u", value >> 24, uar);
		return;
	}
	unread = (eq->producer - value) & 0xffffff;
	if (unread > 1u << eq->log_size) {
		card_wrong(card, "EQ %u: consumer index %#x beyond what was written", eq->number,
			   value & 0xffffff);
		return;
	}
	eq->consumer = eq->producer - unread;
	if (!arm)
		return;
	eq->armed = !unread;
	if (unread)
		pci_interrupt(card, eq->vector);
}

/**
 * eq_reset() - no queues
 * @card: that is reset
 */
void eq_reset(struct card *card)
{
	/* A doorbell has 8 bits for the number. */
	if (!card->tables.eqs.at)
		table_init(&card->tables.eqs, 1, 64, "EQ");
	table_clear(&card->tables.eqs, drop, card);
}
