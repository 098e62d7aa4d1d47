// SPDX-License-Identifier: GPL-2.0
/*
 * Objects that the model needs no more of than their number: doorbell pages, protection domains and
 * so on. Input and output of these commands have the number in the same place.
 */
#include "connectx.h"

/* Something to point to. */
static char exists;

static struct table *table_of(struct command *cmd)
{
	switch (cmd->opcode) {
	case MLX5_CMD_OP_ALLOC_UAR:
	case MLX5_CMD_OP_DEALLOC_UAR:
		return &cmd->card->tables.uars;
	case MLX5_CMD_OP_ALLOC_PD:
	case MLX5_CMD_OP_DEALLOC_PD:
		return &cmd->card->tables.pds;
	case MLX5_CMD_OP_ALLOC_TRANSPORT_DOMAIN:
	case MLX5_CMD_OP_DEALLOC_TRANSPORT_DOMAIN:
		return &cmd->card->tables.domains;
	case MLX5_CMD_OP_ALLOC_XRCD:
	case MLX5_CMD_OP_DEALLOC_XRCD:
		return &cmd->card->tables.xrcds;
	}
	/* Both kinds of shared receive queues count together. */
	return &cmd->card->tables.srqs;
}

/**
 * number_alloc() - ALLOC_UAR and others
 * @cmd: the command
 *
 * Return: its status.
 */
enum status number_alloc(struct command *cmd)
{
	u32 number = table_add(table_of(cmd), &exists);

	if (!number)
		return FAIL(cmd, NO_RESOURCES, "no number left");
	ifc_set(alloc_pd_out, cmd->out, pd, number);
	return OK;
}

/**
 * number_free() - DEALLOC_UAR and others
 * @cmd: the command
 *
 * Return: its status.
 */
enum status number_free(struct command *cmd)
{
	if (!table_take(table_of(cmd), ifc_get(dealloc_pd_in, cmd->in, pd)))
		return FAIL(cmd, BAD_RESOURCE, "no such number");
	return OK;
}

/**
 * srq_create() - CREATE_XRC_SRQ and CREATE_RMP: no queue pair can use one
 * @cmd: the command
 *
 * Return: its status.
 */
enum status srq_create(struct command *cmd)
{
	return number_alloc(cmd);
}

/**
 * counter_alloc() - ALLOC_Q_COUNTER
 * @cmd: the command
 *
 * Return: its status.
 */
enum status counter_alloc(struct command *cmd)
{
	u32 number = table_add(&cmd->card->tables.counters, &exists);

	if (!number)
		return FAIL(cmd, NO_RESOURCES, "no number left");
	ifc_set(alloc_q_counter_out, cmd->out, counter_set_id, number);
	return OK;
}

/**
 * counter_free() - DEALLOC_Q_COUNTER
 * @cmd: the command
 *
 * Return: its status.
 */
enum status counter_free(struct command *cmd)
{
	if (!table_take(&cmd->card->tables.counters,
			ifc_get(dealloc_q_counter_in, cmd->in, counter_set_id)))
		return FAIL(cmd, BAD_RESOURCE, "no such number");
	return OK;
}

/**
 * counter_query() - QUERY_Q_COUNTER: nothing is counted
 * @cmd: the command
 *
 * Return: its status.
 */
enum status counter_query(struct command *cmd)
{
	if (!table_find(&cmd->card->tables.counters,
			ifc_get(query_q_counter_in, cmd->in, counter_set_id)))
		return FAIL(cmd, BAD_RESOURCE, "no such number");
	return OK;
}

/**
 * numbers_reset() - none is given
 * @card: that is reset
 */
void numbers_reset(struct card *card)
{
	if (!card->tables.uars.at) {
		table_init(&card->tables.uars, FIRST_UAR, UARS - FIRST_UAR, "UAR");
		table_init(&card->tables.pds, 1, 1024, "PD");
		table_init(&card->tables.domains, 1, 64, "transport domain");
		table_init(&card->tables.xrcds, 1, 1024, "XRC domain");
		table_init(&card->tables.srqs, 1, 1024, "shared receive queue");
		table_init(&card->tables.counters, 1, 128, "counter set");
	}
	table_clear(&card->tables.uars, NULL, card);
	table_clear(&card->tables.pds, NULL, card);
	table_clear(&card->tables.domains, NULL, card);
	table_clear(&card->tables.xrcds, NULL, card);
	table_clear(&card->tables.srqs, NULL, card);
	table_clear(&card->tables.counters, NULL, card);
}
