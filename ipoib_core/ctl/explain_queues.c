// SPDX-License-Identifier: GPL-2.0
/* Queues of an interface that has carrier: those that are stuck or dead, and what fails in them. */
#include "explain_traffic.h"
#include "print.h"

/* It is looked at before the accel has lost its patience, and starts anew what is stuck. */
static void traffic_waiting(const struct traffic *traffic)
{
	uint64_t waiting = traffic->after->outstanding;
	struct finding finding;

	/* Who has not told his counters may have given back all of them, and had others since. */
	if (!traffic->before->ethtool.stats.count || !waiting || !traffic->before->outstanding ||
	    traffic_stat(traffic, "tx_packets") || traffic_stat(traffic, "tx_errors"))
		return;
	finding_set(&finding, FINDING_BROKEN, "sends-wait",
		    "sends that wait for the device: %llu; it has given none back in the last %llu ms",
		    (unsigned long long)waiting, (unsigned long long)traffic->ms);
	finding_next(&finding,
		     "ask again: if it goes on the device has stopped, or the fabric takes nothing from it ('ibqueryerrors'); after ten seconds the data path is started anew, which the kernel log says");
	traffic_tell(traffic, &finding);
}

/* Whatever the reason: the packet is lost, and the stack is not told. */
static void traffic_failed(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	const struct counters *before = &traffic->before->ethtool.stats;
	uint64_t refused = counters_sum(stats, false, "post_failed");
	uint64_t errors = counters_get(stats, "tx_errors");
	uint64_t now = traffic_stat(traffic, "tx_errors") +
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

static void traffic_stuck(const struct traffic *traffic)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	uint64_t timeouts = counters_get(stats, "tx_timeouts");
	uint64_t now = traffic_stat(traffic, "tx_timeouts");
	struct finding finding;

	if (!timeouts)
		return;
	finding_set(&finding, now ? FINDING_BROKEN : FINDING_NOTE, "queue-stuck",
		    "a TX queue was stuck and had to be started anew: %llu times, %llu of them in the last %llu ms; sends that the device never gave back: %llu",
		    (unsigned long long)timeouts, (unsigned long long)now,
		    (unsigned long long)traffic->ms,
		    (unsigned long long)counters_get(stats, "abandoned"));
	finding_next(&finding,
		     "the device has not completed what it was to send: the kernel log has when, and its driver may say why; firmware ('ethtool -i %s') and PCIe ('lspci -vv', AER in the log) are suspects",
		     print_word(traffic->name));
	traffic_tell(traffic, &finding);
}

/* What the port was given stays so: none, and then that again. */
static void traffic_lost(const struct traffic *traffic)
{
	const char *wanted = traffic->port ? record_string(traffic->port, IPOIB_A_WANTED) : "";
	uint64_t lost = counters_get(&traffic->after->ethtool.stats, "lost_queues");
	char port[EXPLAIN_NAME];
	struct finding finding;
	const char *name;

	if (!lost)
		return;
	finding_set(&finding, FINDING_BROKEN, "queue-lost",
		    "queues that are out of use until the interface is made anew: %llu; the device has told of an error of their completion queues",
		    (unsigned long long)lost);
	explain_port_name(port, traffic->dev);
	name = print_word(port);
	if (*wanted)
		finding_next(&finding,
			     "the kernel log has which: of the first RX queue, no broadcast is heard. 'ipoibctl set port %s accel none', and then 'ipoibctl set port %s accel %s', make the interface anew: its addresses, and P_Key children with theirs, go with it",
			     name, name, print_word(wanted));
	traffic_tell(traffic, &finding);
}

void traffic_queues(const struct traffic *traffic)
{
	traffic_waiting(traffic);
	traffic_stuck(traffic);
	traffic_lost(traffic);
	traffic_failed(traffic);
	traffic_rx_failed(traffic);
}
