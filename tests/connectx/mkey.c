// SPDX-License-Identifier: GPL-2.0
/*
 * Memory keys: what a work request may touch. Physical ones cover all memory; the others translate
 * by a list of pages. Those that work requests fill in later (UMR) are not modelled.
 */
#include <stdlib.h>
#include <string.h>

#include "connectx.h"

#define ACCESS_PHYSICAL	0
#define ACCESS_PAGES	1

/* Bits of an entry that are not address. */
#define ENTRY_FLAGS	3ull

static void drop(struct card *card, void *object)
{
	struct mkey *mkey = object;

	(void)card;
	buffer_free(&mkey->pages);
	free(mkey);
}

static enum status read_pages(struct command *cmd, struct mkey *mkey, const u8 *context)
{
	const u8 *entry = ifc_at(create_mkey_in, cmd->in, klm_pas_mtt);
	u64 page = 1ull << ifc_get(mkc, context, log_page_size);
	u32 offset = mkey->start & (page - 1);
	u64 count = (mkey->len + offset + page - 1) / page;

	/* Without pages nothing can be done by this key: a driver keeps it for UMR. */
	if (!ifc_get(create_mkey_in, cmd->in, pg_access))
		return OK;
	if (page < PAGE || count > 1u << 20)
		return FAIL(cmd, BAD_PARAM, "pages of that size, or that many");
	if (cmd->in_len < ifc_size(create_mkey_in) + 8 * count)
		return FAIL(cmd, BAD_INPUT_LEN, "pages are missing");
	mkey->pages = (struct buffer) {
		.pages = alloc(count * sizeof(*mkey->pages.pages)),
		.count = count,
		.shift = ifc_get(mkc, context, log_page_size),
		.offset = offset,
	};
	for (u64 i = 0; i < count; i++)
		mkey->pages.pages[i] = get_be64(entry + 8 * i) & ~ENTRY_FLAGS;
	return OK;
}

/**
 * mkey_create() - CREATE_MKEY
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mkey_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_mkey_in, cmd->in, memory_key_mkey_entry);
	u32 mode = ifc_get(mkc, context, access_mode_4_2) << 2 |
		   ifc_get(mkc, context, access_mode_1_0);
	struct mkey *mkey;
	enum status status;
	u32 index;

	if (mode != ACCESS_PHYSICAL && mode != ACCESS_PAGES)
		return FAIL(cmd, BAD_PARAM, "this access mode is not modelled");
	if (!table_find(&cmd->card->tables.pds, ifc_get(mkc, context, pd)))
		return FAIL(cmd, BAD_RESOURCE, "no such PD");
	mkey = alloc(sizeof(*mkey));
	mkey->key = ifc_get(mkc, context, mkey_7_0);
	mkey->pd = ifc_get(mkc, context, pd);
	mkey->physical = mode == ACCESS_PHYSICAL;
	mkey->start = ifc_get(mkc, context, start_addr);
	mkey->len = ifc_get(mkc, context, len);
	mkey->everything = ifc_get(mkc, context, length64);
	mkey->read = ifc_get(mkc, context, lr);
	mkey->write = ifc_get(mkc, context, lw);
	mkey->free = ifc_get(mkc, context, free);
	status = mkey->physical ? OK : read_pages(cmd, mkey, context);
	if (status) {
		drop(cmd->card, mkey);
		return status;
	}
	index = table_add(&cmd->card->tables.mkeys, mkey);
	if (!index) {
		drop(cmd->card, mkey);
		return FAIL(cmd, NO_RESOURCES, "no memory key left");
	}
	ifc_set(create_mkey_out, cmd->out, mkey_index, index);
	return OK;
}

/**
 * mkey_destroy() - DESTROY_MKEY
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mkey_destroy(struct command *cmd)
{
	struct mkey *mkey = table_take(&cmd->card->tables.mkeys,
				       ifc_get(destroy_mkey_in, cmd->in, mkey_index));

	if (!mkey)
		return FAIL(cmd, BAD_RESOURCE, "no such memory key");
	drop(cmd->card, mkey);
	return OK;
}

/**
 * mkey_query_special() - QUERY_SPECIAL_CONTEXTS
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mkey_query_special(struct command *cmd)
{
	ifc_set(query_special_contexts_out, cmd->out, resd_lkey, RESERVED_LKEY);
	return OK;
}

static bool copy(struct card *card, u64 address, u8 *data, size_t len, bool write)
{
	u8 *at = dma_at(card, address, len, write);

	if (at && write)
		memcpy(at, data, len);
	else if (at)
		memcpy(data, at, len);
	return at;
}

static bool copy_paged(struct card *card, struct mkey *mkey, u64 offset, u8 *data, size_t len,
		       bool write)
{
	while (len) {
		u64 left = (1ull << mkey->pages.shift) -
			   ((offset + mkey->pages.offset) & ((1ull << mkey->pages.shift) - 1));
		size_t part = len < left ? len : left;
		u8 *at = buffer_at(card, &mkey->pages, offset, part, write);

		if (!at)
			return false;
		if (write)
			memcpy(at, data, part);
		else
			memcpy(data, at, part);
		offset += part;
		data += part;
		len -= part;
	}
	return true;
}

/**
 * mkey_copy() - move data between the card and memory that a work request names
 * @card: the card
 * @pd: of the work request's queue
 * @lkey: the key
 * @address: as that counts it
 * @data: to write, or where to read to
 * @len: of it
 * @write: which of the two
 *
 * Return: whether the key allows it. If not, that is logged.
 */
bool mkey_copy(struct card *card, u32 pd, u32 lkey, u64 address, u8 *data, size_t len, bool write)
{
	struct mkey *mkey = table_find(&card->tables.mkeys, lkey >> 8);
	u64 offset;

	if (lkey == RESERVED_LKEY)
		return copy(card, address, data, len, write);
	if (!mkey || mkey->key != (lkey & 0xff) || mkey->free) {
		card_wrong(card, "lkey %#x: unknown", lkey);
		return false;
	}
	if (mkey->pd != pd || !(write ? mkey->write : mkey->read)) {
		card_wrong(card, "lkey %#x: of PD %u, not %u, or no %s access", lkey, mkey->pd, pd,
			   write ? "write" : "read");
		return false;
	}
	offset = address - mkey->start;
	if (!mkey->everything &&
	    (address < mkey->start || offset > mkey->len || len > mkey->len - offset)) {
		card_wrong(card, "lkey %#x: %#llx is beyond its bounds", lkey,
			   (unsigned long long)address);
		return false;
	}
	return mkey->physical ? copy(card, address, data, len, write) :
				copy_paged(card, mkey, offset, data, len, write);
}

/**
 * mkey_reset() - no keys
 * @card: that is reset
 */
void mkey_reset(struct card *card)
{
	/* From 16 on: none can be taken for the reserved one, or for one of 8 bits. */
	if (!card->tables.mkeys.at)
		table_init(&card->tables.mkeys, 16, 4080, "memory key");
	table_clear(&card->tables.mkeys, drop, card);
}
