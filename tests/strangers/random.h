/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that a seed, which is not 0, makes again. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

static uint64_t state;

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2014) */
static inline uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static inline unsigned int below(unsigned int limit)
{
	return (next() >> 32) % limit;
}

#endif
