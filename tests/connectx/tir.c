// SPDX-License-Identifier: GPL-2.0
/*
 * What spreads received packets over receive queues: a TIR is a target of steering, which hashes
 * headers (RSS) into a table of queues, an RQT. And a TIS, which says whose packets a send queue
 * sends.
 */
#include <stdlib.h>
#include <string.h>

#include "enhanced.h"

#define RQT_MAX		512
#define KEY		40
#define FIELD_SOURCE	BIT(0)
#define FIELD_TARGET	BIT(1)
#define FIELD_SPORT	BIT(2)
#define FIELD_TPORT	BIT(3)

/**
 * struct tir - one
 * @direct: one queue, no table
 * @rqn: that queue
 * @rqt: the table
 * @toeplitz: how it hashes; if not, everything is the first queue's
 * @fields: what it hashes
 * @symmetric: both ends' fields in an order that is the same both ways
 * @key: it hashes with
 */
struct tir {
	bool direct;
	u32 rqn;
	u32 rqt;
	bool toeplitz;
	u32 fields;
	bool symmetric;
	u8 key[KEY];
};

/**
 * struct rqt - a table of receive queues
 * @size: how many entries are in use
 * @max: how many there can be
 * @rqn: queue of each
 */
struct rqt {
	u32 size;
	u32 max;
	u32 rqn[RQT_MAX];
};

static void drop(struct card *card, void *object)
{
	(void)card;
	free(object);
}

static enum status add(struct command *cmd, struct table *table, void *object, u32 *number)
{
	*number = table_add(table, object);
	if (*number)
		return OK;
	free(object);
	return FAIL(cmd, NO_RESOURCES, "none left");
}

static enum status set_queues(struct command *cmd, struct rqt *rqt, const u8 *context, size_t len)
{
	u32 size = ifc_get(rqtc, context, rqt_actual_size);
	const u8 *entry = context + ifc_size(rqtc);

	if (!size || size > rqt->max || len < ifc_size(rqtc) + 4 * size)
		return FAIL(cmd, BAD_PARAM, "too small, too large, or longer than the input");
	for (u32 i = 0; i < size; i++) {
		struct qp *rq = table_find(&cmd->card->tables.qps, get_be32(entry + 4 * i));

		if (!rq || rq->type != QP_RQ)
			return FAIL(cmd, BAD_RESOURCE, "no such RQ");
	}
	rqt->size = size;
	for (u32 i = 0; i < size; i++)
		rqt->rqn[i] = get_be32(entry + 4 * i);
	return OK;
}

/**
 * rqt_create() - CREATE_RQT
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rqt_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_rqt_in, cmd->in, rqt_context);
	struct rqt *rqt = alloc(sizeof(*rqt));
	enum status status;
	u32 number;

	rqt->max = ifc_get(rqtc, context, rqt_max_size);
	if (rqt->max > RQT_MAX)
		rqt->max = RQT_MAX;
	status = set_queues(cmd, rqt, context,
			    cmd->in_len - ifc_byte(create_rqt_in, rqt_context));
	if (status) {
		free(rqt);
		return status;
	}
	status = add(cmd, &cmd->card->tables.rqts, rqt, &number);
	ifc_set(create_rqt_out, cmd->out, rqtn, number);
	return status;
}

/**
 * rqt_modify() - MODIFY_RQT
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rqt_modify(struct command *cmd)
{
	struct rqt *rqt = table_find(&cmd->card->tables.rqts,
				     ifc_get(modify_rqt_in, cmd->in, rqtn));

	if (!rqt)
		return FAIL(cmd, BAD_RESOURCE, "no such RQT");
	return set_queues(cmd, rqt, ifc_at(modify_rqt_in, cmd->in, ctx),
			  cmd->in_len - ifc_byte(modify_rqt_in, ctx));
}

/**
 * rqt_destroy() - DESTROY_RQT
 * @cmd: the command
 *
 * Return: its status.
 */
enum status rqt_destroy(struct command *cmd)
{
	struct rqt *rqt = table_take(&cmd->card->tables.rqts,
				     ifc_get(destroy_rqt_in, cmd->in, rqtn));

	if (!rqt)
		return FAIL(cmd, BAD_RESOURCE, "no such RQT");
	free(rqt);
	return OK;
}

static void set_hash(struct tir *tir, const u8 *context)
{
	const u8 *select = ifc_at(tirc, context, rx_hash_field_selector_outer);

	tir->toeplitz = ifc_get(tirc, context, rx_hash_fn) == MLX5_RX_HASH_FN_TOEPLITZ;
	tir->fields = ifc_get(rx_hash_field_select, select, selected_fields);
	tir->symmetric = ifc_get(tirc, context, rx_hash_symmetric);
	memcpy(tir->key, ifc_at(tirc, context, rx_hash_toeplitz_key), KEY);
}

/**
 * tir_create() - CREATE_TIR
 * @cmd: the command
 *
 * Return: its status.
 */
enum status tir_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_tir_in, cmd->in, ctx);
	struct tables *tables = &cmd->card->tables;
	struct tir *tir;
	struct qp *rq;
	enum status status;
	u32 number;

	if (!table_find(&tables->domains, ifc_get(tirc, context, transport_domain)))
		return FAIL(cmd, BAD_RESOURCE, "no such transport domain");
	if (ifc_get(tirc, context, packet_merge_mask) ||
	    ifc_get(tirc, context, tunneled_offload_en))
		return FAIL(cmd, BAD_PARAM, "LRO and tunnels are not modelled");
	tir = alloc(sizeof(*tir));
	tir->direct = ifc_get(tirc, context, disp_type) == MLX5_TIRC_DISP_TYPE_DIRECT;
	tir->rqn = ifc_get(tirc, context, inline_rqn);
	tir->rqt = ifc_get(tirc, context, indirect_table);
	set_hash(tir, context);
	rq = table_find(&tables->qps, tir->rqn);
	if (tir->direct ? !rq || rq->type != QP_RQ : !table_find(&tables->rqts, tir->rqt)) {
		free(tir);
		return FAIL(cmd, BAD_RESOURCE, "no such RQ or RQT");
	}
	status = add(cmd, &tables->tirs, tir, &number);
	ifc_set(create_tir_out, cmd->out, tirn, number);
	return status;
}

/**
 * tir_modify() - MODIFY_TIR
 * @cmd: the command
 *
 * Return: its status.
 */
enum status tir_modify(struct command *cmd)
{
	const u8 *mask = ifc_at(modify_tir_in, cmd->in, bitmask);
	struct tir *tir = table_find(&cmd->card->tables.tirs,
				     ifc_get(modify_tir_in, cmd->in, tirn));

	if (!tir)
		return FAIL(cmd, BAD_RESOURCE, "no such TIR");
	if (ifc_get(modify_tir_bitmask, mask, hash))
		set_hash(tir, ifc_at(modify_tir_in, cmd->in, ctx));
	return OK;
}

/**
 * tir_destroy() - DESTROY_TIR
 * @cmd: the command
 *
 * Return: its status.
 */
enum status tir_destroy(struct command *cmd)
{
	struct tir *tir = table_take(&cmd->card->tables.tirs,
				     ifc_get(destroy_tir_in, cmd->in, tirn));

	if (!tir)
		return FAIL(cmd, BAD_RESOURCE, "no such TIR");
	free(tir);
	return OK;
}

/**
 * tis_create() - CREATE_TIS
 * @cmd: the command
 *
 * Return: its status.
 */
enum status tis_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_tis_in, cmd->in, ctx);
	u32 qpn = ifc_get(tisc, context, underlay_qpn);
	struct qp *qp = table_find(&cmd->card->tables.qps, qpn);
	enum status status;
	u32 number;
	u32 *tis;

	if (!qp || !qp->underlay)
		return FAIL(cmd, BAD_RESOURCE, "no such underlay QP");
	if (!table_find(&cmd->card->tables.domains, ifc_get(tisc, context, transport_domain)))
		return FAIL(cmd, BAD_RESOURCE, "no such transport domain");
	tis = alloc(sizeof(*tis));
	*tis = qpn;
	status = add(cmd, &cmd->card->tables.tises, tis, &number);
	ifc_set(create_tis_out, cmd->out, tisn, number);
	return status;
}

/**
 * tis_destroy() - DESTROY_TIS
 * @cmd: the command
 *
 * Return: its status.
 */
enum status tis_destroy(struct command *cmd)
{
	u32 *tis = table_take(&cmd->card->tables.tises, ifc_get(destroy_tis_in, cmd->in, tisn));

	if (!tis)
		return FAIL(cmd, BAD_RESOURCE, "no such TIS");
	free(tis);
	return OK;
}

/* Toeplitz: where the input has a one, the 32 bits of the key that begin there are in the sum. */
static u32 toeplitz(const u8 *key, const u8 *data, size_t len)
{
	u64 window = get_be64(key);
	u32 hash = 0;

	for (size_t i = 0; i < len; i++) {
		for (int bit = 7; bit >= 0; bit--) {
			if (data[i] >> bit & 1)
				hash ^= window >> 32;
			window <<= 1;
		}
		if (i + 8 < KEY)
			window |= key[i + 8];
	}
	return hash;
}

/* Adds those of two fields of @len bytes that are wanted; both, the larger first if symmetric. */
static size_t add_pair(u8 *data, const u8 *source, const u8 *target, size_t len, bool has_source,
		       bool has_target, bool symmetric)
{
	bool swap = symmetric && has_source && has_target && memcmp(source, target, len) < 0;
	size_t done = 0;

	if (has_source) {
		memcpy(data, swap ? target : source, len);
		done += len;
	}
	if (has_target) {
		memcpy(data + done, swap ? source : target, len);
		done += len;
	}
	return done;
}

static u32 hash_of(const struct tir *tir, const struct headers *headers)
{
	u8 data[36], sport[2], tport[2];
	size_t len;

	put_be16(sport, headers->source_port);
	put_be16(tport, headers->target_port);
	len = add_pair(data, headers->source, headers->target, headers->address_len,
		       tir->fields & FIELD_SOURCE, tir->fields & FIELD_TARGET, tir->symmetric);
	len += add_pair(data + len, sport, tport, 2, tir->fields & FIELD_SPORT,
			tir->fields & FIELD_TPORT, tir->symmetric);
	return toeplitz(tir->key, data, len);
}

/**
 * tir_find() - the receive queue for a packet
 * @card: that received it
 * @number: of the TIR
 * @headers: of the packet
 * @hash: for what was hashed; 0 if nothing was
 *
 * Return: the queue or NULL.
 */
struct qp *tir_find(struct card *card, u32 number, const struct headers *headers, u32 *hash)
{
	const struct tir *tir = table_find(&card->tables.tirs, number);
	const struct rqt *rqt;

	*hash = 0;
	if (!tir)
		return NULL;
	if (tir->direct)
		return table_find(&card->tables.qps, tir->rqn);
	rqt = table_find(&card->tables.rqts, tir->rqt);
	if (!rqt)
		return NULL;
	if (tir->toeplitz && headers->version)
		*hash = hash_of(tir, headers);
	return table_find(&card->tables.qps, rqt->rqn[*hash % rqt->size]);
}

/**
 * tir_reset() - no such objects
 * @card: that is reset
 */
void tir_reset(struct card *card)
{
	if (!card->tables.tirs.at) {
		table_init(&card->tables.tirs, 1, 256, "TIR");
		table_init(&card->tables.tises, 1, 64, "TIS");
		table_init(&card->tables.rqts, 1, 256, "RQT");
	}
	table_clear(&card->tables.tirs, drop, card);
	table_clear(&card->tables.tises, drop, card);
	table_clear(&card->tables.rqts, drop, card);
}
