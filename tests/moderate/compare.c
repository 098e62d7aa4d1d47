// SPDX-License-Identifier: GPL-2.0
/*
 * Each load without adaptive moderation and with it: prints a table, and fails when
 *
 *   - what accel_ref(4) says of adaptive-rx does not hold: no load has a rate that is lower, or
 *     answers whose median or 99th percentile is later, by more than 2 %, nor loses more packets;
 *     only what the kernel itself answers, on a CPU that has more to do than it can, comes later,
 *     by the longest wait at most; and some loads become faster (struct load.gain);
 *   - it is on by default although there is such an "only".
 *
 * Usage: compare [PART OF A LOAD'S NAME]
 */
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define WORSE	1.02

static bool is_slower(const struct result *off, const struct result *on)
{
	return on->rate * WORSE < off->rate || on->lost > off->lost * WORSE;
}

static bool is_later(const struct result *off, const struct result *on)
{
	return on->p50 > off->p50 * WORSE || on->p99 > off->p99 * WORSE;
}

/* By the longest wait, which is in front of what an echo waits for anyway. */
static bool is_bounded(const struct result *off, const struct result *on)
{
	double most = REF_WAIT_MAX / 1e3;

	return on->p50 <= off->p50 * WORSE + most && on->p99 <= off->p99 * WORSE + most;
}

/* Returns what is wrong, "" when nothing is. */
static const char *judge(const struct load *load, const struct result *off, const struct result *on)
{
	if (is_slower(off, on))
		return "  WORSE";
	if (on->rate < off->rate * load->gain)
		return "  NO GAIN";
	if (!is_later(off, on))
		return "";
	return !REF_ADAPTIVE_RX && on->echoes && is_bounded(off, on) ? "" : "  LATER";
}

static void print(const char *name, const struct result *off, const struct result *on,
		  const char *finding)
{
	printf("%-44s %8.0f %8.0f %+6.1f%%", name, off->rate, on->rate,
	       (on->rate / off->rate - 1) * 100);
	printf(" %7.1f %7.1f %7.1f %7.1f %7.0f %7.0f", off->p50, on->p50, off->p99, on->p99,
	       off->lost, on->lost);
	printf(" %3.0f%% %3.0f%% %6.0f%s%s\n", off->busy * 100, on->busy * 100, on->waits,
	       on->echoes && is_later(off, on) ? "  (echoes)" : "", finding);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "";
	int compared = 0, bad = 0;
	struct load load;

	printf("%-44s %17s %7s %15s %15s %15s %9s %6s\n", "", "rate/s: off, on", "",
	       "p50/us: off, on", "p99/us: off, on", "lost/M: off, on", "CPU", "waits/s");
	for (int i = 0; load_get(i, &load); i++) {
		struct result off, on;
		const char *finding;

		if (!strstr(load.name, only))
			continue;
		off = machine_run(&load, false);
		on = machine_run(&load, true);
		finding = judge(&load, &off, &on);
		print(load.name, &off, &on, finding);
		compared++;
		bad += *finding != 0;
	}
	printf("%d loads, %d of them not as promised\n", compared, bad);
	return bad || !compared;
}
