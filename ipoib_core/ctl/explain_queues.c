// SPDX-License-Identifier: GPL-2.0
/* Queues of an interface that has carrier: those that are stuck or dead, and what fails in them. */
#include "explain_traffic.h"

#include <string.h>

#include "print.h"

/* So many errors that were mended in the life of an interface are not worth a word. */
#define QUEUES_MENDED	10

/* Sends that came back otherwise than by going out: in vain, or as their queue was stopped. */
static uint64_t traffic_returned(const struct counters *stats)
{
	return counters_get(stats, "tx_errors") + counters_sum(stats, false, "flushed") +
	       counters_sum(stats, false, "post_failed");
}

/* It is looked at before the accel has lost its patience, and starts anew what is stuck. */
static void traffic_waiting(const struct traffic *traffic)
{
	const struct counters *before = &traffic->before->ethtool.stats;
	const struct counters *after = &traffic->after->ethtool.stats;
	uint64_t waiting = traffic->after->outstanding;
	struct finding finding;

	/* Who has not told his counters may have given back all of them, and had others since. */
	if (!before->count || !after->count || !waiting || !traffic->before->outstanding ||
	    traffic_stat(traffic, "tx_packets") ||
	    traffic_returned(before) != traffic_returned(after))
		return;
	finding_set(&finding, FINDING_BROKEN, "sends-wait",
		    "sends that wait for the device: %llu; it has given none back in the last %llu ms",
		    (unsigned long long)waiting, (unsigned long long)traffic->ms);
	finding_next(&finding,
		     "ask again: if it goes on the device has stopped, or the fabric takes nothing from it ('ibqueryerrors %s'); after ten seconds the data path is started anew, which the kernel log says",
		     print_diag(traffic->dev));
	traffic_tell(traffic, &finding);
}

/* Whatever the reason: the packet is lost, and the stack is not told. */
static void traffic_failed(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	const struct counters *before = &traffic->before->ethtool.stats;
	uint64_t refused = counters_sum(stats, false, "post_failed");
	/* mlx5_core's queues have the latter. */
	uint64_t errors = counters_get(stats, "tx_errors") + counters_sum(stats, false, "cqe_err");
	uint64_t now = traffic_stat(traffic, "tx_errors") +
		       traffic_grown(traffic, counters_sum(before, false, "cqe_err"),
				     counters_sum(stats, false, "cqe_err")) +
		       traffic_grown(traffic, counters_sum(before, false, "post_failed"), refused);
	struct finding finding;

	if (!refused && !errors)
		return;
	finding_set(&finding, now ? FINDING_LIMITED : FINDING_NOTE, "sends-failed",
		    "sends that failed: %llu that the device refused, %llu that it ended with an error; %llu of them in the last %llu ms",
		    (unsigned long long)refused, (unsigned long long)errors,
		    (unsigned long long)now, (unsigned long long)traffic->ms);
	finding_next(&finding,
		     "'ethtool -S %s' has them by queue, and the kernel log may say what the device objects to",
		     print_word(traffic->name));
	traffic_tell(traffic, &finding);
}

static uint64_t traffic_rx_sum(const struct counters *stats)
{
	return counters_sum(stats, true, "errors") + counters_sum(stats, true, "short_frames") +
	       counters_sum(stats, true, "post_failed");
}

static void traffic_rx_failed(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	uint64_t all = traffic_rx_sum(stats);
	uint64_t now = traffic_grown(traffic, traffic_rx_sum(&traffic->before->ethtool.stats), all);
	struct finding finding;

	if (!all)
		return;
	finding_set(&finding, now ? FINDING_LIMITED : FINDING_NOTE, "receives-failed",
		    "receives that failed: %llu that the device ended with an error, %llu of packets too short for their headers, %llu that it refused and was asked again; %llu of them in the last %llu ms",
		    (unsigned long long)counters_sum(stats, true, "errors"),
		    (unsigned long long)counters_sum(stats, true, "short_frames"),
		    (unsigned long long)counters_sum(stats, true, "post_failed"),
		    (unsigned long long)now, (unsigned long long)traffic->ms);
	finding_next(&finding,
		     "'ethtool -S %s' has them by queue, and the kernel log may say what the device objects to; who sends packets that are too short is no IPoIB",
		     print_word(traffic->name));
	traffic_tell(traffic, &finding);
}

/* The stack counts those of all accels, and accel ref what it has found itself too. */
static void traffic_stuck(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	uint64_t timeouts = counters_get(stats, "tx_timeouts");
	uint64_t now = traffic_stat(traffic, "tx_timeouts");
	char lost[96] = "";
	struct finding finding;

	if (timeouts < traffic->after->timeouts) {
		timeouts = traffic->after->timeouts;
		now = counters_grown(traffic->before->timeouts, timeouts);
	}
	if (!timeouts)
		return;
	/* Accel ref counts them. */
	if (counters_has(stats, "abandoned"))
		snprintf(lost, sizeof(lost), "; sends that the device never gave back: %llu",
			 (unsigned long long)counters_get(stats, "abandoned"));
	finding_set(&finding, now ? FINDING_BROKEN : FINDING_NOTE, "queue-stuck",
		    "a TX queue was stuck and had to be started anew: %llu times, %llu of them in the last %llu ms%s",
		    (unsigned long long)timeouts, (unsigned long long)now,
		    (unsigned long long)traffic->ms, lost);
	finding_next(&finding,
		     "the device has not completed what it was to send: the kernel log has when, and its driver may say why; firmware ('ethtool -i %s') and PCIe ('lspci -vv', AER in the log) are suspects, and a fabric that takes nothing from it ('ibqueryerrors %s')",
		     print_word(traffic->name), print_diag(traffic->dev));
	traffic_tell(traffic, &finding);
}

/* How much a counter of that RX queue has grown. */
static uint64_t traffic_rx_grown(const struct traffic *traffic, unsigned int queue,
				 const char *what)
{
	char name[COUNTERS_NAME];

	snprintf(name, sizeof(name), "rx%u_%s", queue, what);
	return traffic_stat(traffic, name);
}

/* mlx5_core lists more queues than there are, as it once had, or could have. */
static bool traffic_has_rx(const struct traffic *traffic, unsigned int queue)
{
	unsigned long long queues;

	return !record_number(traffic->dev, IPOIB_A_RX_QUEUES, &queues) || queue < queues;
}

/*
 * RX queues that may have stopped, and the first of them. mlx5_core's for IPoIB stay as the first
 * error has left them, but its counter of errors outlasts what mends them: a queue in which packets
 * come works. @now is how many errors came while it was watched.
 */
static unsigned int traffic_stopped(const struct traffic *traffic, unsigned int *first,
				    uint64_t *now)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	struct counter_name parts;
	unsigned int queues = 0;
	uint64_t grown;
	size_t i;

	*now = 0;
	for (i = 0; i < stats->count; i++) {
		if (!counters_split(stats->list[i].name, &parts) || !parts.rx ||
		    strcmp(parts.what, "wqe_err") || !stats->list[i].value ||
		    !traffic_has_rx(traffic, parts.queue))
			continue;
		grown = traffic_rx_grown(traffic, parts.queue, "wqe_err");
		if (!grown && traffic_rx_grown(traffic, parts.queue, "packets"))
			continue;
		if (!queues++)
			*first = parts.queue;
		*now += grown;
	}
	return queues;
}

/* That a queue receives nothing may also be for want of packets, or these are its children's. */
static void traffic_rx_stopped(const struct traffic *traffic)
{
	const char *name = print_word(traffic->name);
	unsigned int first = 0, queues;
	struct finding finding;
	uint64_t now;

	queues = traffic_stopped(traffic, &first, &now);
	if (!queues)
		return;
	finding_set(&finding, now ? FINDING_BROKEN : FINDING_NOTE, "receive-stopped",
		    "RX queues that the device has stopped for an error since they were first made: %u, for example %u; errors in the last %llu ms: %llu",
		    queues, first, (unsigned long long)traffic->ms, (unsigned long long)now);
	finding_next(&finding,
		     "%s" EXPLAIN_BOUNCE
		     " starts them anew; until then such a queue receives nothing, and of the first no broadcast is heard. 'ethtool -S %s' has errors by queue (wqe_err)",
		     now ? "" :
		     "as it is meant if it was set down and up since, for the counter stays; else ",
		     name, name, name);
	traffic_tell(traffic, &finding);
}

/*
 * A child alone is made anew as it was made; of the port's own interface what the port was given
 * stays so: none, and then that again.
 */
static void traffic_lost_next(const struct traffic *traffic, struct finding *finding)
{
	static const char which[] =
		"the kernel log has which: of the first RX queue, no broadcast is heard.";
	char line[EXPLAIN_LINE];

	if (explain_is_child(traffic->dev)) {
		finding_next(finding,
			     "%s This P_Key child alone has to be removed and made again, as it was made: 'ip link del %s' and 'ip link add', or delete_child and create_child of sysfs",
			     which, print_word(traffic->name));
	} else if (traffic->port) {
		explain_anew(line, traffic->port);
		finding_next(finding, "%s %s makes the interface anew: " EXPLAIN_ANEW_GOES, which,
			     line);
	}
}

/*
 * Others do the work of a queue, but none hears the broadcasts of the first: its number, which is
 * the address's, is then told to no peer.
 */
static bool traffic_has_others(const struct record *dev, uint64_t rx, uint64_t tx)
{
	struct nlattr *first = record_next(dev, IPOIB_A_RX_QPN, NULL);

	/* Where there is one RX queue no numbers are told. */
	return tx < record_get(dev, IPOIB_A_TX_QUEUES) &&
	       (!rx || (rx < record_get(dev, IPOIB_A_RX_QUEUES) && first &&
			nla_get_u32(first) == record_get(dev, IPOIB_A_QPN)));
}

static void traffic_lost(const struct traffic *traffic)
{
	uint64_t rx = counters_get(&traffic->after->ethtool.stats, "lost_rx_queues");
	uint64_t tx = counters_get(&traffic->after->ethtool.stats, "lost_tx_queues");
	struct finding finding;

	if (!rx && !tx)
		return;
	finding_set(&finding, traffic_has_others(traffic->dev, rx, tx) ?
		    FINDING_LIMITED : FINDING_BROKEN, "queue-lost",
		    "queues that are out of use until the interface is made anew: %llu RX, %llu TX; the device has told of an error of their completion queues",
		    (unsigned long long)rx, (unsigned long long)tx);
	traffic_lost_next(traffic, &finding);
	traffic_tell(traffic, &finding);
}

/* Of accel ref. */
static uint64_t traffic_mended_sum(const struct counters *stats)
{
	return counters_get(stats, "restarts") + counters_get(stats, "sqe_repairs") +
	       counters_get(stats, "async_errors");
}

static void traffic_mended(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	uint64_t all = traffic_mended_sum(stats);
	uint64_t now = traffic_grown(traffic, traffic_mended_sum(&traffic->before->ethtool.stats),
				     all);
	struct finding finding;

	if (!now && all <= QUEUES_MENDED)
		return;
	finding_set(&finding, now ? FINDING_LIMITED : FINDING_NOTE, "restarts",
		    "restarts of the data path: %llu, repairs of send queues: %llu, errors that the device told of: %llu; %llu of these in the last %llu ms",
		    (unsigned long long)counters_get(stats, "restarts"),
		    (unsigned long long)counters_get(stats, "sqe_repairs"),
		    (unsigned long long)counters_get(stats, "async_errors"),
		    (unsigned long long)now, (unsigned long long)traffic->ms);
	finding_next(&finding,
		     "what was in the queues is lost each time; the kernel log says why, unless the broadcast group's MTU has grown");
	traffic_tell(traffic, &finding);
}

void traffic_queues(const struct traffic *traffic)
{
	traffic_waiting(traffic);
	traffic_stuck(traffic);
	traffic_rx_stopped(traffic);
	traffic_lost(traffic);
	traffic_mended(traffic);
	traffic_failed(traffic);
	traffic_rx_failed(traffic);
}
