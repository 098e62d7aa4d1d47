// SPDX-License-Identifier: GPL-2.0
/* The bits of commands that a driver has to leave 0: they may mean something to a later card. */
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
