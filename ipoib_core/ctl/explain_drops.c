// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that an interface with carrier loses below the core, where nobody else tells of them: the
 * core's own drops are explained by their causes. What was lost once may be of a restart, or of a
 * moment without memory: what is lost while it is watched is.
 */
#include "explain_traffic.h"

#include <string.h>

#include "print.h"

/* One of so many may have come between two counters that are read. */
#define DROPS_TORN	64

/**
 * struct drop_cause - a counter of a queue
 * @what: its name, without that of the queue
 * @next: what to do
 */
struct drop_cause {
	const char *what;
	const char *next;
};

/* Of accels, and of mlx5_core; a send that is refused is one that fails, and told as such. */
static const struct drop_cause drop_sends[] = {
	{
		"too_long",
		"longer than what the port carries, or large ones that cannot be cut: 'tcpdump -i' may show who sends them",
	},
	{
		"no_room",
		"the queue had no room for all that a large packet is cut into: send_queue_size= of ipoib_core(4), or fewer bytes at once (gso_max_size of ip-link(8))",
	},
	{
		"no_memory",
		"what uses the memory of this host? 'free'; vm.min_free_kbytes of sysctl(8) keeps some for interrupts",
	},
	{
		"dead_queue",
		"the queue sends no more: the kernel log has why, and what starts it anew",
	},
	{
		"flushed",
		"the device has stopped a queue, and what was in it is lost: the kernel log says why",
	},
	{
		"dropped",
		"the device's driver could not send them: the kernel log, and 'ethtool -S', may say why",
	},
	{
		NULL,
		"'ethtool -S' and 'tc -s qdisc' may say more of it",
	},
};

static const struct drop_cause drop_receives[] = {
	{
		"oversize_pkts_sw_drop",
		"longer than the receive buffers: who sends with a larger MTU?",
	},
	{
		NULL,
		"mostly they are of a protocol that this host does not speak ('tcpdump -i' shows them); else 'nstat -as', and 'ethtool -S', may say why",
	},
};

/* How much those of all queues have grown; and which most, the last of @causes if there is none. */
static uint64_t drops_grown(const struct traffic *traffic, bool rx, const struct drop_cause *causes,
			    const struct counter **most, const struct drop_cause **why)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	uint64_t sum = 0, grown, largest = 0;
	const struct drop_cause *cause;
	struct counter_name parts;
	size_t i;

	*most = NULL;
	for (i = 0; i < stats->count; i++) {
		if (!counters_split(stats->list[i].name, &parts) || parts.rx != rx)
			continue;
		for (cause = causes; cause->what && strcmp(cause->what, parts.what); cause++)
			;
		if (!cause->what)
			continue;
		grown = counters_since(&traffic->before->ethtool.stats, stats, i);
		sum += grown;
		if (grown > largest) {
			largest = grown;
			*most = &stats->list[i];
			*why = cause;
		}
	}
	if (!*most)
		for (*why = causes; (*why)->what; (*why)++)
			;
	return sum;
}

/* By how much the core's own have grown, which are among tx_dropped. */
static uint64_t drops_of_core(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < stats->count; i++)
		if (!strncmp(stats->list[i].name, "tx_drop_", strlen("tx_drop_")))
			sum += counters_since(&traffic->before->ethtool.stats, stats, i);
	return sum;
}

static void drops_tell(const struct traffic *traffic, struct finding *finding,
		       const struct counter *most, const struct drop_cause *why)
{
	if (most)
		finding_next(finding, "most of them are of %s of 'ethtool -S %s': %s", most->name,
			     print_word(traffic->name), why->next);
	else
		finding_next(finding, "%s", why->next);
	traffic_tell(traffic, finding);
}

static void drops_sends(const struct traffic *traffic)
{
	const struct counters *before = &traffic->before->ethtool.stats;
	const struct counters *after = &traffic->after->ethtool.stats;
	uint64_t core = drops_of_core(traffic), lost;
	uint64_t refused = traffic_grown(traffic, counters_sum(before, false, "post_failed"),
					 counters_sum(after, false, "post_failed"));
	const struct counter *most;
	const struct drop_cause *why;
	struct finding finding;

	lost = drops_grown(traffic, false, drop_sends, &most, &why);
	/* Counters are not read all at one moment: few of many may be the core's still. */
	if (!lost)
		lost = counters_grown(core + core / DROPS_TORN + refused,
				      traffic_stat(traffic, "tx_dropped"));
	if (!lost)
		return;
	finding_set(&finding, FINDING_LIMITED, "transmit-drops",
		    "packets dropped on their way out, by accel %s, the device's driver or the stack: %llu in the last %llu ms",
		    record_string(traffic->dev, IPOIB_A_ACCEL), (unsigned long long)lost,
		    (unsigned long long)traffic->ms);
	drops_tell(traffic, &finding, most, why);
}

/* Those for want of memory are told as such. */
static void drops_receives(const struct traffic *traffic)
{
	const struct counters *before = &traffic->before->ethtool.stats;
	const struct counters *after = &traffic->after->ethtool.stats;
	uint64_t memory = traffic_grown(traffic, counters_sum(before, true, "no_memory"),
					counters_sum(after, true, "no_memory"));
	uint64_t lost = counters_grown(memory, traffic_stat(traffic, "rx_dropped")), known;
	const struct counter *most;
	const struct drop_cause *why;
	struct finding finding;

	known = drops_grown(traffic, true, drop_receives, &most, &why);
	/* Of these two one may be counted among the other, or not. */
	if (known > lost)
		lost = known;
	if (!lost)
		return;
	finding_set(&finding, most ? FINDING_LIMITED : FINDING_NOTE, "receive-drops",
		    "packets that came and were dropped, by accel %s, the device's driver or the stack: %llu in the last %llu ms",
		    record_string(traffic->dev, IPOIB_A_ACCEL), (unsigned long long)lost,
		    (unsigned long long)traffic->ms);
	drops_tell(traffic, &finding, most, why);
}

void traffic_drops(const struct traffic *traffic)
{
	drops_sends(traffic);
	drops_receives(traffic);
}
