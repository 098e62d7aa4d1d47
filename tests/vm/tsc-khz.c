// SPDX-License-Identifier: GPL-2.0
/*
 * Prints how fast the time stamp counter of this machine's CPU counts, in kHz. That the machine is
 * busy does not matter: a reading that took long is not used.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <x86intrin.h>

#define READINGS	16
#define SAMPLES		5
#define SLEEP_NS	20000000

typedef unsigned long long u64;

struct reading {
	u64 ns;
	u64 tsc;
};

static u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Of several the one with the least time between both looks at the clock. */
static struct reading read_both(void)
{
	struct reading best = { 0, 0 };
	u64 least = ~0ULL;

	for (int i = 0; i < READINGS; i++) {
		u64 before = now_ns();
		u64 tsc = __rdtsc();
		u64 took = now_ns() - before;

		if (took >= least)
			continue;
		least = took;
		best = (struct reading){ before + took / 2, tsc };
	}
	return best;
}

static int by_value(const void *a, const void *b)
{
	u64 first = *(const u64 *)a, second = *(const u64 *)b;

	return (first > second) - (first < second);
}

int main(void)
{
	const struct timespec pause = { 0, SLEEP_NS };
	u64 khz[SAMPLES];

	for (int i = 0; i < SAMPLES; i++) {
		struct reading first = read_both(), second;

		nanosleep(&pause, NULL);
		second = read_both();
		khz[i] = (second.tsc - first.tsc) * 1000000 / (second.ns - first.ns);
	}
	qsort(khz, SAMPLES, sizeof(khz[0]), by_value);
	printf("%llu\n", khz[SAMPLES / 2]);
	return 0;
}
