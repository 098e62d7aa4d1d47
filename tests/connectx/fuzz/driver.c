// SPDX-License-Identifier: GPL-2.0
/*
 * Starts a card and makes one object of each kind that has something to do with packets.
 */
#include <linux/pci_regs.h>
#include <string.h>

#include "driver.h"

#define COMMAND_QUEUE	PAGE
#define BOXES		0x10000
#define BOX_STRIDE	1024
#define BOX_COUNT	32
#define FIRST_FREE	0x40000
#define INLINE		16
#define BOX_DATA	512
#define PAGES		224
#define LOG_SIZE	6
#define OUTPUT		2048

/* Room for a command's input with some pages behind it. */
#define IN(name)	u8 name[SENT_LEN] = {}

static u32 take(struct driver *driver, u32 size)
{
	u32 at = driver->next;

	driver->next += (size + PAGE - 1) / PAGE * PAGE;
	return at;
}

static u64 box_of(u32 number)
{
	return BOXES + number * BOX_STRIDE;
}

/* Lays out mailboxes from number @first on, for what is behind 16 of @len bytes; says how many. */
static u32 chain(struct driver *driver, u32 first, const u8 *data, size_t len)
{
	u32 count = len > INLINE ? (len - INLINE + BOX_DATA - 1) / BOX_DATA : 0;

	for (u32 i = 0; i < count; i++) {
		u8 *box = driver->memory + box_of(first + i);
		size_t at = INLINE + i * BOX_DATA;

		memset(box, 0, BOX_STRIDE);
		if (data)
			memcpy(box, data + at, len - at < BOX_DATA ? len - at : BOX_DATA);
		put_be64(box + 560, box_of(first + i + 1));
		put_be32(box + 568, i);
	}
	return count;
}

static void ring(struct driver *driver, u32 offset, u32 value)
{
	u8 data[4];

	put_be32(data, value);
	pci_bar(driver->card, offset, data, 4, true);
}

/**
 * driver_command() - have the card do a command
 * @driver: of the card
 * @in: input
 * @in_len: how long that is
 * @out: for the output
 * @out_len: how long that is
 */
void driver_command(struct driver *driver, const u8 *in, size_t in_len, u8 *out, size_t out_len)
{
	u8 *entry = driver->memory + COMMAND_QUEUE;
	u32 boxes = chain(driver, 0, in, in_len);

	if (boxes + (out_len + BOX_DATA) / BOX_DATA > BOX_COUNT)
		return;
	memset(entry, 0, 64);
	entry[32] = 0xff;
	entry[0] = 7;
	put_be32(entry + 4, in_len);
	put_be64(entry + 8, box_of(0));
	memcpy(entry + 16, in, in_len < INLINE ? in_len : INLINE);
	put_be64(entry + 48, box_of(boxes));
	put_be32(entry + 56, out_len);
	entry[63] = 1;
	chain(driver, boxes, NULL, out_len);
	ring(driver, 0x18, 1);
	memcpy(out, entry + 32, out_len < INLINE ? out_len : INLINE);
	for (size_t at = INLINE; at < out_len; at += BOX_DATA)
		memcpy(out + at, driver->memory + box_of(boxes++),
		       out_len - at < BOX_DATA ? out_len - at : BOX_DATA);
	/* One with an output that the card did not write was not even read. */
	driver->failed |= out[0];
}

/* A command as it should be, which is remembered; returns the number that the card has given. */
static u32 send(struct driver *driver, u16 opcode, u8 *in, size_t len, size_t out_len)
{
	static u8 out[OUTPUT];
	struct sent *sent = &driver->sent[driver->count];

	put_be16(in, opcode);
	if (len <= SENT_LEN && driver->count < SENT) {
		driver->count++;
		sent->len = len;
		sent->out_len = out_len;
		memcpy(sent->in, in, len);
	}
	driver_command(driver, in, len, out, out_len);
	return get_be32(out + 8) & 0xffffff;
}

static u32 make(struct driver *driver, u16 opcode)
{
	IN(in);

	return send(driver, opcode, in, 16, 16);
}

static void start(struct driver *driver)
{
	static u8 in[ifc_size(manage_pages_in) + 8 * PAGES];

	ring(driver, 0x10, 0);
	ring(driver, 0x14, COMMAND_QUEUE);
	make(driver, MLX5_CMD_OP_ENABLE_HCA);
	memset(in, 0, sizeof(in));
	ifc_set(manage_pages_in, in, op_mod, 1);
	ifc_set(manage_pages_in, in, input_num_entries, PAGES);
	for (u32 i = 0; i < PAGES; i++)
		put_be64(in + ifc_size(manage_pages_in) + 8 * i, MEMORY + (u64)i * PAGE);
	send(driver, MLX5_CMD_OP_MANAGE_PAGES, in, sizeof(in), 16);
	IN(init);
	send(driver, MLX5_CMD_OP_INIT_HCA, init, ifc_size(init_hca_in), 16);
}

static u32 make_eq(struct driver *driver)
{
	IN(in);
	u8 *context = ifc_at(create_eq_in, in, eq_context_entry);

	ifc_set(eqc, context, log_eq_size, LOG_SIZE);
	ifc_set(eqc, context, uar_page, driver->uar);
	memset(ifc_at(create_eq_in, in, event_bitmask), 0xff, 32);
	put_be64(ifc_at(create_eq_in, in, pas), take(driver, PAGE));
	return send(driver, MLX5_CMD_OP_CREATE_EQ, in, ifc_byte(create_eq_in, pas) + 8, 16) & 0xff;
}

static u32 make_cq(struct driver *driver, u32 eq)
{
	IN(in);
	u8 *context = ifc_at(create_cq_in, in, cq_context);

	ifc_set(cqc, context, log_cq_size, LOG_SIZE);
	ifc_set(cqc, context, uar_page, driver->uar);
	ifc_set(cqc, context, c_eqn_or_apu_element, eq);
	ifc_set(cqc, context, dbr_addr, take(driver, PAGE));
	put_be64(ifc_at(create_cq_in, in, pas), take(driver, PAGE));
	return send(driver, MLX5_CMD_OP_CREATE_CQ, in, ifc_byte(create_cq_in, pas) + 8, 16);
}

static void make_mkey(struct driver *driver, u32 pd)
{
	IN(in);
	u8 *context = ifc_at(create_mkey_in, in, memory_key_mkey_entry);

	ifc_set(mkc, context, pd, pd);
	ifc_set(mkc, context, lr, 1);
	ifc_set(mkc, context, lw, 1);
	ifc_set(mkc, context, length64, 1);
	send(driver, MLX5_CMD_OP_CREATE_MKEY, in, ifc_size(create_mkey_in), 16);
}

static void add_queue(struct driver *driver, u32 number, u32 ring_at, u32 record, u32 buffers)
{
	if (driver->queue_count < QUEUES)
		driver->queues[driver->queue_count++] = (struct queue) {
			.number = number,
			.size = 1 << LOG_SIZE,
			.ring = ring_at,
			.record = record,
			.buffers = buffers,
		};
}

/* Fills a receive queue with requests of one buffer each; returns where the buffers are. */
static u32 post_receives(struct driver *driver, u32 ring_at, u32 record)
{
	u32 buffers = take(driver, BUFFER << LOG_SIZE);

	for (u32 i = 0; i < 1 << LOG_SIZE; i++) {
		u8 *request = driver->memory + ring_at + i * 16;

		put_be32(request, BUFFER);
		put_be32(request + 4, RESERVED_LKEY);
		put_be64(request + 8, buffers + i * BUFFER);
	}
	put_be32(driver->memory + record, 1 << LOG_SIZE);
	return buffers;
}

/* In the state in which it sends and receives, with Q_Key 1. */
static u32 make_qp(struct driver *driver, u32 type, u32 pd, u32 cq, u32 offloads)
{
	IN(in);
	u8 *context = ifc_at(create_qp_in, in, qpc);
	u32 at = take(driver, 2 * PAGE);
	u32 record = take(driver, PAGE);
	u16 opcodes[] = {
		MLX5_CMD_OP_RST2INIT_QP, MLX5_CMD_OP_INIT2RTR_QP, MLX5_CMD_OP_RTR2RTS_QP,
	};
	u32 number;

	ifc_set(qpc, context, st, type);
	ifc_set(qpc, context, pd, pd);
	ifc_set(qpc, context, uar_page, driver->uar);
	ifc_set(qpc, context, ulp_stateless_offload_mode, offloads);
	ifc_set(qpc, context, cqn_snd, cq);
	ifc_set(qpc, context, cqn_rcv, cq);
	ifc_set(qpc, context, log_rq_size, LOG_SIZE);
	ifc_set(qpc, context, log_rq_stride, 0);
	ifc_set(qpc, context, log_sq_size, LOG_SIZE);
	ifc_set(qpc, context, dbr_addr, record);
	put_be64(ifc_at(create_qp_in, in, pas), at);
	put_be64(ifc_at(create_qp_in, in, pas) + 8, at + PAGE);
	number = send(driver, MLX5_CMD_OP_CREATE_QP, in, ifc_byte(create_qp_in, pas) + 16, 16);
	/* The underlay of enhanced IPoIB has no queues. */
	if (offloads != 2)
		add_queue(driver, number, at + (16 << LOG_SIZE), record,
			  post_receives(driver, at, record));
	for (int i = 0; i < 3; i++) {
		IN(modify);

		ifc_set(rst2init_qp_in, modify, qpn, number);
		ifc_set(qpc, ifc_at(rst2init_qp_in, modify, qpc), q_key, 1);
		send(driver, opcodes[i], modify, ifc_size(rst2init_qp_in), 16);
	}
	return number;
}

static u32 make_tis(struct driver *driver, u32 underlay, u32 domain)
{
	IN(in);
	u8 *context = ifc_at(create_tis_in, in, ctx);

	ifc_set(tisc, context, underlay_qpn, underlay);
	ifc_set(tisc, context, transport_domain, domain);
	return send(driver, MLX5_CMD_OP_CREATE_TIS, in, ifc_size(create_tis_in), 16);
}

/* A work queue at @wq in a command's input, of one page; returns that. */
static u32 set_wq(struct driver *driver, u8 *wq, u32 pd, u32 log_stride, u32 record)
{
	u32 at = take(driver, PAGE);

	ifc_set(wq, wq, wq_type, 1);
	ifc_set(wq, wq, pd, pd);
	ifc_set(wq, wq, uar_page, driver->uar);
	ifc_set(wq, wq, dbr_addr, record);
	ifc_set(wq, wq, log_wq_stride, log_stride);
	ifc_set(wq, wq, log_wq_sz, LOG_SIZE);
	put_be64(ifc_at(wq, wq, pas), at);
	return at;
}

static void make_sq(struct driver *driver, u32 pd, u32 cq, u32 tis)
{
	IN(in);
	IN(ready);
	u8 *context = ifc_at(create_sq_in, in, ctx);
	u8 *wq = ifc_at(sqc, context, wq);
	u32 record = take(driver, PAGE);
	u32 at = set_wq(driver, wq, pd, 6, record);
	u32 number;

	ifc_set(sqc, context, tis_lst_sz, 1);
	ifc_set(sqc, context, tis_num_0, tis);
	ifc_set(sqc, context, cqn, cq);
	number = send(driver, MLX5_CMD_OP_CREATE_SQ, in, ifc_at(wq, wq, pas) - in + 8, 16);
	add_queue(driver, number, at, record, 0);
	ifc_set(modify_sq_in, ready, sqn, number);
	ifc_set(sqc, ifc_at(modify_sq_in, ready, ctx), state, 1);
	send(driver, MLX5_CMD_OP_MODIFY_SQ, ready, ifc_size(modify_sq_in), 16);
}

static u32 make_rq(struct driver *driver, u32 pd, u32 cq)
{
	IN(in);
	IN(ready);
	u8 *context = ifc_at(create_rq_in, in, ctx);
	u8 *wq = ifc_at(rqc, context, wq);
	u32 record = take(driver, PAGE);
	u32 at = set_wq(driver, wq, pd, 4, record);
	u32 number;

	ifc_set(rqc, context, cqn, cq);
	number = send(driver, MLX5_CMD_OP_CREATE_RQ, in, ifc_at(wq, wq, pas) - in + 8, 16);
	add_queue(driver, number, at, record, post_receives(driver, at, record));
	ifc_set(modify_rq_in, ready, rqn, number);
	ifc_set(rqc, ifc_at(modify_rq_in, ready, ctx), state, 1);
	send(driver, MLX5_CMD_OP_MODIFY_RQ, ready, ifc_size(modify_rq_in), 16);
	return number;
}

/* Two queues, by a hash of all that there is. */
static u32 make_tir(struct driver *driver, u32 rq, u32 domain)
{
	IN(table);
	IN(in);
	u8 *context = ifc_at(create_rqt_in, table, rqt_context);
	u32 rqt;

	ifc_set(rqtc, context, rqt_max_size, 2);
	ifc_set(rqtc, context, rqt_actual_size, 2);
	put_be32(context + ifc_size(rqtc), rq);
	put_be32(context + ifc_size(rqtc) + 4, rq);
	rqt = send(driver, MLX5_CMD_OP_CREATE_RQT, table,
		   context + ifc_size(rqtc) + 8 - table, 16);
	context = ifc_at(create_tir_in, in, ctx);
	ifc_set(tirc, context, disp_type, MLX5_TIRC_DISP_TYPE_INDIRECT);
	ifc_set(tirc, context, indirect_table, rqt);
	ifc_set(tirc, context, transport_domain, domain);
	ifc_set(tirc, context, rx_hash_fn, MLX5_RX_HASH_FN_TOEPLITZ);
	ifc_set(rx_hash_field_select, ifc_at(tirc, context, rx_hash_field_selector_outer),
		selected_fields, 0xf);
	memset(ifc_at(tirc, context, rx_hash_toeplitz_key), 0x5a, 40);
	return send(driver, MLX5_CMD_OP_CREATE_TIR, in, ifc_size(create_tir_in), 16);
}

/* One table with one rule for everything. */
static void make_steering(struct driver *driver, u32 tir, u32 underlay)
{
	IN(table);
	IN(group);
	IN(rule);
	IN(root);
	u8 *context = ifc_at(set_fte_in, rule, flow_context);
	u8 *target = ifc_at(flow_context, context, destination);
	u32 number = send(driver, MLX5_CMD_OP_CREATE_FLOW_TABLE, table,
			  ifc_size(create_flow_table_in), 16);

	ifc_set(create_flow_group_in, group, table_id, number);
	send(driver, MLX5_CMD_OP_CREATE_FLOW_GROUP, group, ifc_size(create_flow_group_in), 16);
	ifc_set(set_fte_in, rule, table_id, number);
	ifc_set(flow_context, context, action, MLX5_FLOW_CONTEXT_ACTION_FWD_DEST);
	ifc_set(flow_context, context, destination_list_size, 1);
	ifc_set(dest_format_struct, target, destination_type,
		MLX5_IFC_FLOW_DESTINATION_TYPE_TIR);
	ifc_set(dest_format_struct, target, destination_id, tir);
	send(driver, MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, rule,
	     ifc_size(set_fte_in) + ifc_size(dest_format_struct), 16);
	ifc_set(set_flow_table_root_in, root, table_id, number);
	ifc_set(set_flow_table_root_in, root, underlay_qpn, underlay);
	send(driver, MLX5_CMD_OP_SET_FLOW_TABLE_ROOT, root, ifc_size(set_flow_table_root_in), 16);
}

/* LID 1; from INIT, where the link is, to ACTIVE, as a subnet manager would. */
static void activate(struct driver *driver)
{
	for (u8 state = 3; state <= 4; state++) {
		IN(in);
		u8 *mad = ifc_at(mad_ifc_in, in, mad);

		mad[0] = 1;
		mad[1] = 1;
		mad[2] = 1;
		mad[3] = 2;
		put_be16(mad + 16, 0x15);
		put_be32(mad + 20, 1);
		put_be16(mad + 64 + 16, 1);
		put_be16(mad + 64 + 18, 1);
		mad[64 + 32] = state;
		mad[64 + 36] = 5 << 4;
		send(driver, MLX5_CMD_OP_MAD_IFC, in, ifc_size(mad_ifc_in), ifc_size(mad_ifc_out));
	}
}

static void join(struct driver *driver, u32 qpn)
{
	IN(in);

	ifc_set(attach_to_mcg_in, in, qpn, qpn);
	memset(ifc_at(attach_to_mcg_in, in, multicast_gid), 0xff, 16);
	send(driver, MLX5_CMD_OP_ATTACH_TO_MCG, in, ifc_size(attach_to_mcg_in), 16);
}

/**
 * driver_address() - say in a work request whom its packets are for
 * @wqe: of 64 bytes, zeroed
 * @to: number of the queue pair, at LID 1; the Q_Key is that of all queue pairs here
 */
void driver_address(u8 *wqe, u32 to)
{
	put_be32(wqe + 16, 1);
	put_be32(wqe + 24, BIT(31) | to);
	put_be16(wqe + 30, 1);
}

/**
 * driver_put() - copy a work request into a queue as it is, and ring
 * @driver: of the card
 * @queue: where to
 * @wqe: the request, in whole blocks of 64 bytes
 * @size: of it, bytes
 * @blocks: by how many the doorbell record moves on
 */
void driver_put(struct driver *driver, const struct queue *queue, u8 *wqe, size_t size, u32 blocks)
{
	u8 *record = driver->memory + queue->record + 4;
	u8 *at = driver->memory + queue->ring;
	u16 index = get_be32(record);

	for (size_t i = 0; i < size; i += 64)
		memcpy(at + (index + i / 64) % queue->size * 64, wqe + i, 64);
	put_be32(record, (u16)(index + blocks));
	pci_bar(driver->card, driver->uar * PAGE + 0x800, wqe, 8, true);
}

/**
 * driver_post() - put a work request into a queue, and ring
 * @driver: of the card
 * @queue: where to
 * @opcode: what to do, and then say that it is done
 * @wqe: the request, in whole blocks, to which the other parts of the control segment are added
 * @size: of it, bytes
 */
void driver_post(struct driver *driver, const struct queue *queue, u8 opcode, u8 *wqe, size_t size)
{
	put_be16(wqe + 1, get_be32(driver->memory + queue->record + 4));
	wqe[3] = opcode;
	put_be16(wqe + 4, queue->number >> 8);
	wqe[6] = queue->number;
	wqe[7] |= size / 16;
	wqe[11] |= 8;
	driver_put(driver, queue, wqe, size, (size + 63) / 64);
}

/**
 * driver_consume() - read what was received or completed: all queues are as if empty, and armed
 * @driver: of the card
 */
void driver_consume(struct driver *driver)
{
	struct card *card = driver->card;

	for (u32 i = 0; i < card->tables.cqs.size; i++) {
		struct cq *cq = card->tables.cqs.at[i];

		if (!cq || cq->record > MEMORY - 8)
			continue;
		put_be32(driver->memory + cq->record, cq->producer);
		cq_doorbell(card, cq->uar, cq->producer, card->tables.cqs.first + i);
	}
	for (u32 i = 0; i < card->tables.eqs.size; i++) {
		const struct eq *eq = card->tables.eqs.at[i];

		if (eq)
			eq_doorbell(card, eq->uar, eq->number << 24 | (eq->producer & 0xffffff),
				    true);
	}
	for (u32 i = 0; i < card->tables.qps.size; i++) {
		const struct qp *qp = card->tables.qps.at[i];

		if (qp && qp->has_rq && qp->record <= MEMORY - 8)
			put_be32(driver->memory + qp->record, qp->rq_head + 32);
	}
}

/**
 * driver_start() - start a card, and make one object of each kind that packets have to do with
 * @driver: with card and memory set; the card has been reset
 */
void driver_start(struct driver *driver)
{
	u8 on[] = { PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0 };
	u32 pd, eq, cq, domain;

	*driver = (struct driver) {
		.card = driver->card,
		.memory = driver->memory,
		.next = FIRST_FREE,
	};
	pci_config(driver->card, PCI_COMMAND, on, sizeof(on), true);
	start(driver);
	driver->uar = make(driver, MLX5_CMD_OP_ALLOC_UAR);
	pd = make(driver, MLX5_CMD_OP_ALLOC_PD);
	eq = make_eq(driver);
	cq = make_cq(driver, eq);
	make_mkey(driver, pd);
	activate(driver);
	make_qp(driver, QP_SMI, pd, cq, 0);
	make_qp(driver, QP_GSI, pd, cq, 0);
	make_qp(driver, QP_UD, pd, make_cq(driver, eq), 0);
	join(driver, make_qp(driver, QP_UD, pd, make_cq(driver, eq), 1));
	domain = make(driver, MLX5_CMD_OP_ALLOC_TRANSPORT_DOMAIN);
	driver->underlay = make_qp(driver, QP_UD, pd, cq, 2);
	make_sq(driver, pd, make_cq(driver, eq), make_tis(driver, driver->underlay, domain));
	make_steering(driver, make_tir(driver, make_rq(driver, pd, make_cq(driver, eq)), domain),
		      driver->underlay);
	driver->payload = take(driver, 2 * PAGE);
}
