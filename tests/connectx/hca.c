// SPDX-License-Identifier: GPL-2.0
/*
 * The card as a whole: enabling it, the version of its command interface, the pages that it wants
 * of the host for itself, and its end.
 */
#include <stdlib.h>
#include <string.h>

#include "enhanced.h"

/* Any number would do, since the model has memory of its own; a card asks for thousands. */
#define BOOT_PAGES	24
#define INIT_PAGES	200
#define MAX_PAGES	4096

#define PSID		"CXM0000000001"

/**
 * hca_enable() - ENABLE_HCA
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_enable(struct command *cmd)
{
	if (ifc_get(enable_hca_in, cmd->in, function_id))
		return FAIL(cmd, BAD_PARAM, "there is only function 0");
	if (cmd->card->enabled)
		return FAIL(cmd, BAD_SYS_STATE, "already enabled");
	cmd->card->enabled = true;
	return OK;
}

/**
 * hca_disable() - DISABLE_HCA
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_disable(struct command *cmd)
{
	if (!cmd->card->enabled)
		return FAIL(cmd, BAD_SYS_STATE, "not enabled");
	if (cmd->card->started)
		return FAIL(cmd, BAD_SYS_STATE, "not torn down");
	if (cmd->card->page_count)
		return FAIL(cmd, BAD_SYS_STATE, "pages were not taken back");
	cmd->card->enabled = false;
	caps_reset(cmd->card);
	return OK;
}

/**
 * hca_init() - INIT_HCA
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_init(struct command *cmd)
{
	if (!cmd->card->enabled || cmd->card->started)
		return FAIL(cmd, BAD_SYS_STATE, "not enabled, or started before");
	if (cmd->card->page_count < BOOT_PAGES + INIT_PAGES)
		return FAIL(cmd, NO_RESOURCES, "pages are missing");
	cmd->card->started = true;
	port_init(&cmd->card->port, 1, cmd->card->node.guid, cmd->card, true);
	port_train(&cmd->card->port, true);
	return OK;
}

static void complain_of_leaks(struct card *card)
{
	struct table *tables = (struct table *)&card->tables;

	for (size_t i = 0; i < sizeof(card->tables) / sizeof(*tables); i++) {
		u32 left = 0;

		for (u32 j = 0; j < tables[i].size; j++)
			left += !!tables[i].at[j];
		if (left)
			card_wrong(card, "teardown: %u %s left", left, tables[i].what);
	}
}

/* The link goes down, no object is left, and no command waits. */
static void stop(struct card *card)
{
	if (card->started)
		port_train(&card->port, false);
	card->started = false;
	card->knobs.held = 0;
	steering_reset(card);
	tir_reset(card);
	mcg_reset(card);
	qp_reset(card);
	cq_reset(card);
	mkey_reset(card);
	numbers_reset(card);
	eq_reset(card);
}

/**
 * hca_teardown() - TEARDOWN_HCA
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_teardown(struct command *cmd)
{
	if (!cmd->card->started)
		return FAIL(cmd, BAD_SYS_STATE, "not started");
	/* A command whose answer a fault holds may have made what the driver does not know of. */
	if (!cmd->card->knobs.held)
		complain_of_leaks(cmd->card);
	stop(cmd->card);
	return OK;
}

/**
 * hca_query_issi() - QUERY_ISSI
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_query_issi(struct command *cmd)
{
	ifc_set(query_issi_out, cmd->out, current_issi, cmd->card->issi);
	ifc_set(query_issi_out, cmd->out, supported_issi_dw0, BIT(0) | BIT(1));
	return OK;
}

/**
 * hca_set_issi() - SET_ISSI
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_set_issi(struct command *cmd)
{
	u32 issi = ifc_get(set_issi_in, cmd->in, current_issi);

	if (issi > 1)
		return FAIL(cmd, BAD_PARAM, "not supported");
	cmd->card->issi = issi;
	return OK;
}

/**
 * hca_query_adapter() - QUERY_ADAPTER
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_query_adapter(struct command *cmd)
{
	u8 *block = ifc_at(query_adapter_out, cmd->out, query_adapter_struct);

	ifc_set(query_adapter_param_block, block, ieee_vendor_id, 0x0002c9);
	ifc_set(query_adapter_param_block, block, vsd_vendor_id, 0x15b3);
	memcpy(ifc_at(query_adapter_param_block, block, vsd_contd_psid), PSID, sizeof(PSID));
	return OK;
}

/**
 * hca_query_pages() - QUERY_PAGES
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_query_pages(struct command *cmd)
{
	switch (cmd->modifier) {
	case MLX5_QUERY_PAGES_IN_OP_MOD_BOOT_PAGES:
		ifc_set(query_pages_out, cmd->out, num_pages, BOOT_PAGES);
		return OK;
	case MLX5_QUERY_PAGES_IN_OP_MOD_INIT_PAGES:
		ifc_set(query_pages_out, cmd->out, num_pages, INIT_PAGES);
		return OK;
	case MLX5_QUERY_PAGES_IN_OP_MOD_REGULAR_PAGES:
		return OK;
	}
	return FAIL(cmd, BAD_PARAM, "unknown kind of pages");
}

static bool has_page(const struct card *card, u64 page)
{
	for (u32 i = 0; i < card->page_count; i++)
		if (card->pages[i] == page)
			return true;
	return false;
}

static enum status give_pages(struct command *cmd, u32 count)
{
	const u8 *pages = ifc_at(manage_pages_in, cmd->in, pas);
	struct card *card = cmd->card;

	if (cmd->in_len < ifc_size(manage_pages_in) + 8ull * count)
		return FAIL(cmd, BAD_INPUT_LEN, "fewer pages than said");
	if (count > MAX_PAGES - card->page_count)
		return FAIL(cmd, LIMIT, "too many pages");
	for (u32 i = 0; i < count; i++) {
		u64 page = get_be64(pages + 8 * i);

		if (page % PAGE || has_page(card, page))
			return FAIL(cmd, BAD_PARAM, "a page that is none, or given before");
		card->pages[card->page_count++] = page;
	}
	return OK;
}

static enum status return_pages(struct command *cmd, u32 count)
{
	struct card *card = cmd->card;
	u8 *pages = ifc_at(manage_pages_out, cmd->out, pas);

	if (cmd->out_len < ifc_size(manage_pages_out) + 8ull * count)
		return FAIL(cmd, BAD_OUTPUT_LEN, "no room for that many pages");
	if (count > card->page_count)
		count = card->page_count;
	for (u32 i = 0; i < count; i++)
		put_be64(pages + 8 * i, card->pages[--card->page_count]);
	ifc_set(manage_pages_out, cmd->out, output_num_entries, count);
	return OK;
}

/**
 * hca_manage_pages() - MANAGE_PAGES
 * @cmd: the command
 *
 * Return: its status.
 */
enum status hca_manage_pages(struct command *cmd)
{
	u32 count = ifc_get(manage_pages_in, cmd->in, input_num_entries);

	if (!cmd->card->enabled)
		return FAIL(cmd, BAD_SYS_STATE, "not enabled");
	switch (cmd->modifier) {
	case MLX5_MANAGE_PAGES_IN_OP_MOD_ALLOCATION_SUCCESS:
		return give_pages(cmd, count);
	case MLX5_MANAGE_PAGES_IN_OP_MOD_HCA_RETURN_PAGES:
		return return_pages(cmd, count);
	}
	return FAIL(cmd, BAD_PARAM, "unknown modifier");
}

/**
 * hca_reset() - everything as after power-on
 * @card: to reset
 */
void hca_reset(struct card *card)
{
	if (!card->pages)
		card->pages = alloc(MAX_PAGES * sizeof(*card->pages));
	card->page_count = 0;
	card->commands = 0;
	stop(card);
	card->enabled = false;
	card->issi = 0;
	caps_reset(card);
}

/**
 * hca_cable() - the cable was put in or pulled out
 * @card: whose
 */
void hca_cable(struct card *card)
{
	if (card->started)
		port_train(&card->port, card->knobs.link);
}

/**
 * hca_move() - the port has another LID, and no subnet manager knows
 * @card: whose
 * @lid: the new one
 */
void hca_move(struct card *card, u32 lid)
{
	port_move(&card->port, lid);
}

/**
 * hca_pkey() - an entry of the port's P_Key table changes, and no subnet manager knows
 * @card: whose
 * @entry: index, and in the lower 16 bits P_Key
 */
void hca_pkey(struct card *card, u32 entry)
{
	card->port.pkeys[entry >> 16] = entry;
	port_tell(&card->port, PORT_PKEY);
}

/**
 * hca_event() - the driver is told of an event that did not happen
 * @card: whose
 * @event: of the port
 */
void hca_event(struct card *card, u32 event)
{
	port_tell(&card->port, event);
}

/**
 * hca_fail() - the firmware dies, if that is wanted: nothing is left of what it knew
 * @card: whose
 */
void hca_fail(struct card *card)
{
	if (card->knobs.health)
		hca_reset(card);
}
