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
	}
	return &cmd->card->tables.numbers;
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
 * numbers_reset() - none is given
 * @card: that is reset
 */
void numbers_reset(struct card *card)
{
	if (!card->tables.uars.at) {
		table_init(&card->tables.uars, FIRST_UAR, UARS - FIRST_UAR, "UAR");
		table_init(&card->tables.pds, 1, 1024, "PD");
		table_init(&card->tables.domains, 1, 64, "transport domain");
		table_init(&card->tables.numbers, 1, 1024, "other object");
	}
	table_clear(&card->tables.uars, NULL, card);
	table_clear(&card->tables.pds, NULL, card);
	table_clear(&card->tables.domains, NULL, card);
	table_clear(&card->tables.numbers, NULL, card);
}
