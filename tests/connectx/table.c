// SPDX-License-Identifier: GPL-2.0
/*
 * Objects by their number, and the memory of queues.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectx.h"

/**
 * alloc() - zeroed memory; without it there is no going on
 * @size: of it
 *
 * Return: the memory.
 */
void *alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p) {
		fputs("connectx: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

/**
 * table_init() - no objects
 * @table: to prepare
 * @first: the lowest number
 * @size: how many there can be
 * @what: the kind, for messages
 */
void table_init(struct table *table, u32 first, u32 size, const char *what)
{
	*table = (struct table) {
		.at = alloc(size * sizeof(*table->at)),
		.first = first,
		.size = size,
		.what = what,
	};
}

/**
 * table_add() - give an object the lowest number that is free
 * @table: of its kind
 * @object: the object
 *
 * Return: the number; 0, which no table has, when there is none left.
 */
u32 table_add(struct table *table, void *object)
{
	for (u32 i = 0; i < table->size; i++) {
		if (table->at[i])
			continue;
		table->at[i] = object;
		return table->first + i;
	}
	return 0;
}

/**
 * table_find() - look an object up
 * @table: of its kind
 * @number: its number; any value will do
 *
 * Return: the object or NULL.
 */
void *table_find(const struct table *table, u64 number)
{
	u64 i = number - table->first;

	return number >= table->first && i < table->size ? table->at[i] : NULL;
}

/**
 * table_take() - take an object out
 * @table: of its kind
 * @number: its number; any value will do
 *
 * Return: the object, which is the caller's now, or NULL.
 */
void *table_take(struct table *table, u64 number)
{
	void *object = table_find(table, number);

	if (object)
		table->at[number - table->first] = NULL;
	return object;
}

/**
 * table_clear() - drop all objects: the card is reset
 * @table: of their kind
 * @drop: what frees one; NULL: nothing has to
 * @card: for it
 */
void table_clear(struct table *table, void (*drop)(struct card *card, void *object),
		 struct card *card)
{
	for (u32 i = 0; i < table->size; i++) {
		if (table->at[i] && drop)
			drop(card, table->at[i]);
		table->at[i] = NULL;
	}
}

static u64 pages_of(u64 size, u32 shift, u32 offset)
{
	return (size + offset + (1ull << shift) - 1) >> shift;
}

/**
 * has_pages() - whether a command's input is long enough for the pages of a queue
 * @cmd: the command
 * @header: what is before the pages
 * @size: of the queue
 * @shift: log2 of the size of a page
 * @offset: of the queue in the first
 *
 * Return: whether it is.
 */
bool has_pages(const struct command *cmd, size_t header, u64 size, u32 shift, u32 offset)
{
	return shift < 32 && cmd->in_len >= header + 8 * pages_of(size, shift, offset);
}

/**
 * buffer_init() - note where the memory of a queue is
 * @buffer: to prepare
 * @pages: the pages' addresses, big-endian, as a command has them
 * @size: of the queue
 * @shift: log2 of the size of a page
 * @offset: of the queue in the first
 *
 * Return: 0, or -1 when an address is not that of a page.
 */
int buffer_init(struct buffer *buffer, const u8 *pages, u64 size, u32 shift, u32 offset)
{
	u32 count = pages_of(size, shift, offset);

	*buffer = (struct buffer) {
		.pages = alloc(count * sizeof(*buffer->pages)),
		.count = count,
		.shift = shift,
		.offset = offset,
	};
	for (u32 i = 0; i < count; i++) {
		buffer->pages[i] = get_be64(pages + 8 * i);
		if (buffer->pages[i] & (PAGE - 1)) {
			buffer_free(buffer);
			return -1;
		}
	}
	return 0;
}

/**
 * buffer_free() - forget it
 * @buffer: may be one that was never prepared
 */
void buffer_free(struct buffer *buffer)
{
	free(buffer->pages);
	buffer->pages = NULL;
	buffer->count = 0;
}

/**
 * buffer_at() - a part of a queue that lies within a page
 * @card: whose queue
 * @buffer: its memory
 * @offset: where in the queue
 * @len: of the part
 * @write: whether it will be written
 *
 * Return: where that is here, or NULL.
 */
void *buffer_at(struct card *card, const struct buffer *buffer, u64 offset, size_t len, bool write)
{
	u64 at = offset + buffer->offset;
	u64 page = at >> buffer->shift;

	if (page >= buffer->count) {
		card_wrong(card, "queue: offset %llu is behind its end",
			   (unsigned long long)offset);
		return NULL;
	}
	return dma_at(card, buffer->pages[page] + (at & ((1ull << buffer->shift) - 1)), len, write);
}
