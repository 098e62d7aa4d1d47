// SPDX-License-Identifier: GPL-2.0
/*
 * The command interface: a queue of entries in guest memory, each with the first 16 bytes of input
 * and output in it and the rest in chains of mailboxes. Whatever is asked is done before the
 * doorbell's write returns.
 */
#include <stdio.h>
#include <string.h>

#include "enhanced.h"

#define ENTRY			64
#define ENTRY_TYPE		0
#define ENTRY_IN_LEN		4
#define ENTRY_IN_BOX		8
#define ENTRY_IN		16
#define ENTRY_OUT		32
#define ENTRY_OUT_BOX		48
#define ENTRY_OUT_LEN		56
#define ENTRY_TOKEN		60
#define ENTRY_STATUS_OWN	63
#define INLINE			16
#define MIN_LEN			8	/* opcode and op_mod; status and syndrome */

#define BOX			576
#define BOX_DATA		512
#define BOX_NEXT		560
#define BOX_NUMBER		568
#define BOX_TOKEN		573

#define TRANSPORT		7
#define MAX_LEN			(1u << 20)

/* Whether the card could read the command at all; goes into the entry's last byte. */
enum delivery {
	DELIVERED = 0x00,
	BAD_TOKEN = 0x02,
	BAD_BLOCK = 0x03,
	BAD_IN_LEN = 0x07,
	BAD_OUT_LEN = 0x08,
	BAD_DESCRIPTOR = 0x10,
};

/**
 * struct handler - what does a command
 * @opcode: of it
 * @name: for messages
 * @in: how long its input is at least
 * @out: how long its output is at least
 * @run: what does it
 */
struct handler {
	u16 opcode;
	const char *name;
	size_t in;
	size_t out;
	enum status (*run)(struct command *cmd);
};

#define HANDLER_OF(OP, type, least_out, function) { \
	.opcode = MLX5_CMD_OP_##OP, \
	.name = #OP, \
	.in = ifc_size(type##_in), \
	.out = least_out, \
	.run = function, \
}

#define HANDLER(OP, type, function)	HANDLER_OF(OP, type, ifc_size(type##_out), function)

static const struct handler handlers[] = {
	HANDLER(QUERY_HCA_CAP, query_hca_cap, caps_query),
	HANDLER(SET_HCA_CAP, set_hca_cap, caps_set),
	HANDLER(QUERY_ADAPTER, query_adapter, hca_query_adapter),
	HANDLER(INIT_HCA, init_hca, hca_init),
	HANDLER(TEARDOWN_HCA, teardown_hca, hca_teardown),
	HANDLER(ENABLE_HCA, enable_hca, hca_enable),
	HANDLER(DISABLE_HCA, disable_hca, hca_disable),
	HANDLER(QUERY_PAGES, query_pages, hca_query_pages),
	HANDLER(MANAGE_PAGES, manage_pages, hca_manage_pages),
	HANDLER(QUERY_ISSI, query_issi, hca_query_issi),
	HANDLER(SET_ISSI, set_issi, hca_set_issi),
	HANDLER(CREATE_EQ, create_eq, eq_create),
	HANDLER(DESTROY_EQ, destroy_eq, eq_destroy),
	HANDLER(ACCESS_REG, access_register, reg_access),
	HANDLER(CREATE_CQ, create_cq, cq_create),
	HANDLER(DESTROY_CQ, destroy_cq, cq_destroy),
	HANDLER(MODIFY_CQ, modify_cq, cq_modify),
	HANDLER(CREATE_MKEY, create_mkey, mkey_create),
	HANDLER(DESTROY_MKEY, destroy_mkey, mkey_destroy),
	HANDLER(QUERY_SPECIAL_CONTEXTS, query_special_contexts, mkey_query_special),
	HANDLER(CREATE_QP, create_qp, qp_create),
	HANDLER(DESTROY_QP, destroy_qp, qp_destroy),
	HANDLER(RST2INIT_QP, rst2init_qp, qp_modify),
	HANDLER(INIT2INIT_QP, init2init_qp, qp_modify),
	HANDLER(INIT2RTR_QP, init2rtr_qp, qp_modify),
	HANDLER(RTR2RTS_QP, rtr2rts_qp, qp_modify),
	HANDLER(RTS2RTS_QP, rts2rts_qp, qp_modify),
	HANDLER(SQERR2RTS_QP, sqerr2rts_qp, qp_modify),
	HANDLER(2ERR_QP, qp_2err, qp_modify),
	HANDLER(2RST_QP, qp_2rst, qp_modify),
	/* Older drivers know nothing of what comes then. */
	HANDLER_OF(QUERY_QP, query_qp, ifc_byte(query_qp_out, qp_pas_or_qpc_ext_and_pas), qp_query),
	HANDLER(ATTACH_TO_MCG, attach_to_mcg, mcg_attach),
	HANDLER(DETACH_FROM_MCG, detach_from_mcg, mcg_detach),
	HANDLER(MAD_IFC, mad_ifc, mad_ifc),
	HANDLER(QUERY_HCA_VPORT_CONTEXT, query_hca_vport_context, mad_query_vport),
	HANDLER(CREATE_XRC_SRQ, create_xrc_srq, srq_create),
	HANDLER(DESTROY_XRC_SRQ, destroy_xrc_srq, number_free),
	HANDLER(CREATE_RMP, create_rmp, srq_create),
	HANDLER(DESTROY_RMP, destroy_rmp, number_free),
	HANDLER(ALLOC_XRCD, alloc_xrcd, number_alloc),
	HANDLER(DEALLOC_XRCD, dealloc_xrcd, number_free),
	HANDLER(ALLOC_TRANSPORT_DOMAIN, alloc_transport_domain, number_alloc),
	HANDLER(DEALLOC_TRANSPORT_DOMAIN, dealloc_transport_domain, number_free),
	HANDLER(ALLOC_Q_COUNTER, alloc_q_counter, counter_alloc),
	HANDLER(DEALLOC_Q_COUNTER, dealloc_q_counter, counter_free),
	HANDLER(QUERY_Q_COUNTER, query_q_counter, counter_query),
	HANDLER(CREATE_SQ, create_sq, sq_create),
	HANDLER(MODIFY_SQ, modify_sq, sq_modify),
	HANDLER(DESTROY_SQ, destroy_sq, sq_destroy),
	HANDLER(QUERY_SQ, query_sq, sq_query),
	HANDLER(CREATE_RQ, create_rq, rq_create),
	HANDLER(MODIFY_RQ, modify_rq, rq_modify),
	HANDLER(DESTROY_RQ, destroy_rq, rq_destroy),
	HANDLER(QUERY_RQ, query_rq, rq_query),
	HANDLER(CREATE_RQT, create_rqt, rqt_create),
	HANDLER(MODIFY_RQT, modify_rqt, rqt_modify),
	HANDLER(DESTROY_RQT, destroy_rqt, rqt_destroy),
	HANDLER(CREATE_TIR, create_tir, tir_create),
	HANDLER(MODIFY_TIR, modify_tir, tir_modify),
	HANDLER(DESTROY_TIR, destroy_tir, tir_destroy),
	HANDLER(CREATE_TIS, create_tis, tis_create),
	HANDLER(DESTROY_TIS, destroy_tis, tis_destroy),
	HANDLER(CREATE_FLOW_TABLE, create_flow_table, flow_table_create),
	HANDLER(MODIFY_FLOW_TABLE, modify_flow_table, flow_table_modify),
	HANDLER(DESTROY_FLOW_TABLE, destroy_flow_table, flow_table_destroy),
	HANDLER(SET_FLOW_TABLE_ROOT, set_flow_table_root, flow_table_set_root),
	HANDLER(CREATE_FLOW_GROUP, create_flow_group, flow_group_create),
	HANDLER(DESTROY_FLOW_GROUP, destroy_flow_group, flow_group_destroy),
	HANDLER(SET_FLOW_TABLE_ENTRY, set_fte, flow_rule_set),
	HANDLER(DELETE_FLOW_TABLE_ENTRY, delete_fte, flow_rule_delete),
	HANDLER(QUERY_VPORT_COUNTER, query_vport_counter, mad_query_counters),
	HANDLER(ALLOC_UAR, alloc_uar, number_alloc),
	HANDLER(DEALLOC_UAR, dealloc_uar, number_free),
	HANDLER(ALLOC_PD, alloc_pd, number_alloc),
	HANDLER(DEALLOC_PD, dealloc_pd, number_free),
};

static const struct handler *handler_of(u16 opcode)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++)
		if (handlers[i].opcode == opcode)
			return &handlers[i];
	return NULL;
}

/**
 * cmd_fail() - refuse a command; FAIL() says where this was
 * @cmd: the command
 * @status: what the driver shall see
 * @why: for the log
 * @line: of the source
 *
 * Return: @status.
 */
enum status cmd_fail(struct command *cmd, enum status status, const char *why, u32 line)
{
	const struct handler *handler = handler_of(cmd->opcode);
	char opcode[8];

	cmd->syndrome = line;
	snprintf(opcode, sizeof(opcode), "%#x", cmd->opcode);
	card_wrong(cmd->card, "%s, op_mod %#x: status %#x, %s", handler ? handler->name : opcode,
		   cmd->modifier, status, why);
	return status;
}

static enum status run(struct command *cmd)
{
	const struct handler *handler = handler_of(cmd->opcode);
	long reserved;
	char why[64];

	if (!handler)
		return FAIL(cmd, BAD_OPCODE, "not modelled");
	if (cmd->in_len < handler->in)
		return FAIL(cmd, BAD_INPUT_LEN, "input too short");
	if (cmd->out_len < handler->out)
		return FAIL(cmd, BAD_OUTPUT_LEN, "output too short");
	reserved = reserved_bit(cmd->in, cmd->in_len);
	if (reserved >= 0) {
		snprintf(why, sizeof(why), "reserved bit %#lx of the input is set", reserved);
		return FAIL(cmd, BAD_PARAM, why);
	}
	if (cmd->opcode == cmd->card->knobs.refuse) {
		cmd->card->knobs.refuse = 0;
		return NO_RESOURCES;
	}
	return handler->run(cmd);
}

/*
 * Copy what does not fit into the entry between @data, of @all bytes, and a chain of mailboxes.
 * Their numbers count up, and each repeats the entry's token, so that a stale one is not mistaken.
 */
static enum delivery boxes(struct card *card, u64 box, u8 token, u8 *data, size_t all, bool write)
{
	size_t len = all > INLINE ? all - INLINE : 0;

	data += INLINE;
	for (u32 number = 0; len; number++) {
		size_t part = len < BOX_DATA ? len : BOX_DATA;
		u8 *at = box % 64 ? NULL : dma_at(card, box, BOX, true);

		if (!at)
			return BAD_DESCRIPTOR;
		if (at[BOX_TOKEN] != token)
			return BAD_TOKEN;
		if (get_be32(at + BOX_NUMBER) != number)
			return BAD_BLOCK;
		if (write)
			memcpy(at, data, part);
		else
			memcpy(data, at, part);
		box = get_be64(at + BOX_NEXT);
		data += part;
		len -= part;
	}
	return DELIVERED;
}

static enum delivery execute(struct card *card, u8 *entry)
{
	static u8 in[MAX_LEN];
	static u8 out[MAX_LEN];
	u32 in_len = get_be32(entry + ENTRY_IN_LEN);
	u32 out_len = get_be32(entry + ENTRY_OUT_LEN);
	u8 token = entry[ENTRY_TOKEN];
	struct command cmd;
	enum delivery rc;

	if (entry[ENTRY_TYPE] != TRANSPORT)
		return BAD_DESCRIPTOR;
	if (in_len < MIN_LEN || in_len > MAX_LEN)
		return BAD_IN_LEN;
	if (out_len < MIN_LEN || out_len > MAX_LEN)
		return BAD_OUT_LEN;
	memcpy(in, entry + ENTRY_IN, INLINE);
	rc = boxes(card, get_be64(entry + ENTRY_IN_BOX), token, in, in_len, false);
	if (rc)
		return rc;
	memset(out, 0, out_len);
	cmd = (struct command) {
		.card = card,
		.opcode = get_be16(in),
		.modifier = get_be16(in + 6),
		.in = in,
		.in_len = in_len,
		.out = out,
		.out_len = out_len,
	};
	out[0] = run(&cmd);
	put_be32(out + 4, out[0] ? cmd.syndrome : 0);
	memcpy(entry + ENTRY_OUT, out, INLINE);
	return boxes(card, get_be64(entry + ENTRY_OUT_BOX), token, out, out_len, true);
}

static u8 *entry_of(struct card *card, u32 number)
{
	return dma_at(card, card->commands + (u64)number * ENTRY, ENTRY, true);
}

/* Hands an entry whose output is there to the driver. */
static void answer(struct card *card, u8 *entry, u32 number, bool event)
{
	u8 data[28] = {};

	__atomic_store_n(&entry[ENTRY_STATUS_OWN], entry[ENTRY_STATUS_OWN] & ~1, __ATOMIC_RELEASE);
	put_be32(data, 1u << number);
	if (event)
		eq_event(card, EVENT_COMMAND, 0, data);
}

static void one(struct card *card, u32 number)
{
	u8 *entry = entry_of(card, number);
	/* Who waits by polling must get no event, as for the command that creates the queue. */
	bool event = eq_takes(card, EVENT_COMMAND);
	enum delivery delivery;

	if (!entry)
		return;
	if (!(entry[ENTRY_STATUS_OWN] & 1)) {
		card_wrong(card, "command doorbell for entry %u, which is not the card's", number);
		return;
	}
	delivery = execute(card, entry);
	if (delivery)
		card_wrong(card, "command entry %u: delivery status %#x", number, delivery);
	entry[ENTRY_STATUS_OWN] = delivery << 1 | 1;
	/* Done, and not said to be: its mailboxes may be another's when the driver gave it up. */
	if (card->knobs.stuck_command) {
		card->knobs.stuck_command--;
		card->knobs.held |= 1u << number;
		return;
	}
	answer(card, entry, number, event);
}

/**
 * cmd_doorbell() - execute commands
 * @card: on which
 * @entries: bit mask of the entries of the queue
 */
void cmd_doorbell(struct card *card, u32 entries)
{
	if (!card->commands) {
		card_wrong(card, "command doorbell without a command queue");
		return;
	}
	for (u32 i = 0; i < COMMANDS; i++)
		if (entries >> i & 1)
			one(card, i);
}

/**
 * cmd_release() - answer commands that a fault has held back, unless that goes on
 * @card: whose
 */
void cmd_release(struct card *card)
{
	u32 held = card->knobs.held;

	if (card->knobs.stuck_command || !held)
		return;
	card->knobs.held = 0;
	for (u32 i = 0; i < COMMANDS; i++) {
		u8 *entry = held >> i & 1 ? entry_of(card, i) : NULL;

		if (entry)
			answer(card, entry, i, eq_takes(card, EVENT_COMMAND));
	}
}
