/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layouts of commands and contexts, as the kernel's own header has them: an array of bytes for
 * each bit of a field. Taken from the linux-headers package when this is built, never copied.
 */
#ifndef CONNECTX_IFC_H
#define CONNECTX_IFC_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* What the header uses of the kernel's. */
#define BIT(n)		(1u << (n))
#define BIT_ULL(n)	(1ull << (n))
#define DECLARE_FLEX_ARRAY(type, name)	struct { struct { } none_##name; type name[]; }

#include <mlx5_ifc.h>

#define ifc_bits(type, field)	sizeof(((struct mlx5_ifc_##type##_bits *)NULL)->field)
#define ifc_bit(type, field)	offsetof(struct mlx5_ifc_##type##_bits, field)

/* How many bytes a structure, or what is before a field, takes. */
#define ifc_size(type)		(sizeof(struct mlx5_ifc_##type##_bits) / 8)
#define ifc_byte(type, field)	(ifc_bit(type, field) / 8)

#define ifc_get(type, p, field) \
	bits_get(p, ifc_bit(type, field), ifc_bits(type, field))
#define ifc_set(type, p, field, value) \
	bits_set(p, ifc_bit(type, field), ifc_bits(type, field), value)
/* A structure within another, or an array. */
#define ifc_at(type, p, field)	((p) + ifc_byte(type, field))

/**
 * bits_get() - read a big-endian field that lies anywhere
 * @p: where its structure begins
 * @bit: how many bits are before it, the first byte's highest bit being the first
 * @bits: how wide it is, up to 64
 *
 * Return: its value.
 */
static inline u64 bits_get(const u8 *p, size_t bit, size_t bits)
{
	u64 value = 0;

	for (size_t end = bit + bits; bit < end; bit++)
		value = value << 1 | (p[bit / 8] >> (7 - bit % 8) & 1);
	return value;
}

/**
 * bits_set() - write a big-endian field that lies anywhere
 * @p: where its structure begins
 * @bit: how many bits are before it, the first byte's highest bit being the first
 * @bits: how wide it is, up to 64
 * @value: for it
 */
static inline void bits_set(u8 *p, size_t bit, size_t bits, u64 value)
{
	for (size_t at = bit + bits; at-- > bit; value >>= 1) {
		u8 mask = 1 << (7 - at % 8);

		p[at / 8] = value & 1 ? p[at / 8] | mask : p[at / 8] & ~mask;
	}
}

static inline u16 get_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 get_be32(const u8 *p)
{
	return (u32)get_be16(p) << 16 | get_be16(p + 2);
}

static inline u64 get_be64(const u8 *p)
{
	return (u64)get_be32(p) << 32 | get_be32(p + 4);
}

static inline void put_be16(u8 *p, u16 value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static inline void put_be32(u8 *p, u32 value)
{
	put_be16(p, value >> 16);
	put_be16(p + 2, value);
}

static inline void put_be64(u8 *p, u64 value)
{
	put_be32(p, value >> 32);
	put_be32(p + 4, value);
}

#endif
