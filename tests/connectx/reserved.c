// SPDX-License-Identifier: GPL-2.0
/*
 * The bits of commands and of work requests that a driver has to leave 0: they may mean something
 * to a later card.
 */
#include <string.h>

#include "connectx.h"

/* A field of a command's input: where, and how wide; no bits: the end of a list. */
struct field {
	size_t bit;
	size_t bits;
};

struct layout {
	u16 opcode;
	const struct field *fields;
};

/* Made by reserved.awk. */
#include "reserved.h"

static const struct field *fields_of(u16 opcode)
{
	static const struct field none;

	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (layouts[i].opcode == opcode)
			return layouts[i].fields;
	return &none;
}

/* The first bit behind it, of an input of @len bytes. */
static size_t end_of(const struct field *field, size_t len)
{
	size_t end = field->bit + field->bits;

	return end < len * 8 ? end : len * 8;
}

/**
 * reserved_bit() - look for a reserved bit that is set
 * @in: input of a command
 * @len: its length, bytes
 *
 * Return: the first one's number, or -1.
 */
long reserved_bit(const u8 *in, size_t len)
{
	for (const struct field *field = fields_of(get_be16(in)); field->bits; field++)
		for (size_t bit = field->bit; bit < end_of(field, len); bit++)
			if (bits_get(in, bit, 1))
				return bit;
	return -1;
}

/**
 * reserved_clear() - make a command that the fuzzer has spoilt one that may be looked at further
 * @in: its input
 * @len: its length, bytes
 */
void reserved_clear(u8 *in, size_t len)
{
	for (const struct field *field = fields_of(get_be16(in)); field->bits; field++)
		for (size_t bit = field->bit; bit < end_of(field, len); bit++)
			bits_set(in, bit, 1, 0);
}

/* Of each byte from @from to @to of a work request: the bits. */
struct span {
	u8 from;
	u8 to;
	u8 bits;
};

/*
 * Segment by segment, as linux/mlx5/qp.h has them: what is reserved for any card, and what is for
 * one that neither signs, nor takes offsets and metadata from software.
 */
static const struct span control[] = {
	{ 0, 0, 0xff }, { 7, 7, 0xc0 }, { 8, 10, 0xff }, { 11, 11, 0x11 }, {},
};

static const struct span address[] = {
	{ 20, 23, 0xff }, { 24, 24, 0x7f }, { 32, 41, 0xff }, { 44, 44, 0xb0 }, {},
};

static const struct span offloads[] = {
	{ 64, 83, 0xff }, { 84, 84, 0x0f }, { 85, 85, 0xff }, { 88, 91, 0xff }, {},
};

static int find(const u8 *wqe, const struct span *span)
{
	for (; span->bits; span++)
		for (int at = span->from; at <= span->to; at++)
			if (wqe[at] & span->bits)
				return at;
	return -1;
}

/**
 * reserved_byte() - look for a reserved bit that is set in a send queue's work request
 * @wqe: the request, at least 96 bytes of memory
 * @has_address: behind the control segment it has that of a datagram's address
 * @has_offloads: and behind this, that of offloads
 *
 * Return: number of the first byte with one, or -1.
 */
int reserved_byte(const u8 *wqe, bool has_address, bool has_offloads)
{
	int at = find(wqe, control);

	if (at < 0 && has_address)
		at = find(wqe, address);
	if (at < 0 && has_offloads)
		at = find(wqe, offloads);
	return at;
}
