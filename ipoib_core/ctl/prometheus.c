// SPDX-License-Identifier: GPL-2.0
/*
 * Counters in the text format that Prometheus reads, of each metric all values in a row. Names and
 * labels are an interface: dashboards and alerts are written with them.
 */
#define _GNU_SOURCE
#include "prometheus.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "sample.h"
#include "stats.h"

/**
 * struct prometheus - all that is known
 * @out: where to
 * @netns: network namespace that was entered, or NULL: of each host there may be one file of each
 * @devs: interfaces
 * @ports: of them; all, if all interfaces are asked for
 * @stats: drops and tables
 * @ethtool: of each of @devs
 */
struct prometheus {
	struct out *out;
	const char *netns;
	struct records devs;
	struct records ports;
	struct stats stats;
	struct ethtool *ethtool;
};

/* A metric begins. */
static void prometheus_metric(const struct prometheus *all, const char *name, const char *type,
			      const char *help)
{
	fprintf(all->out->file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* NAME{LABEL="VALUE",...: which @labels say, in pairs; ends with NULL. */
static void prometheus_begin(const struct prometheus *all, const char *name,
			     const char * const labels[])
{
	FILE *file = all->out->file;
	const char *before = "{";

	fputs(name, file);
	for (; *labels; labels += 2, before = ",") {
		fprintf(file, "%s%s=", before, labels[0]);
		out_quoted(all->out, labels[1]);
	}
	if (all->netns) {
		fprintf(file, "%snetns=", before);
		out_quoted(all->out, all->netns);
		before = ",";
	}
	fputs(*before == ',' ? "} " : " ", file);
}

static void prometheus_count(const struct prometheus *all, const char *name,
			     const char * const labels[], uint64_t value)
{
	prometheus_begin(all, name, labels);
	fprintf(all->out->file, "%" PRIu64 "\n", value);
}

static void prometheus_info(const struct prometheus *all)
{
	const struct record *dev;
	char port[16], pkey[16];
	size_t i;

	prometheus_metric(all, "ipoib_interface_info", "gauge", "Interfaces, and what they are.");
	for (i = 0; i < all->devs.count; i++) {
		dev = &all->devs.list[i];
		snprintf(port, sizeof(port), "%llu", record_get(dev, IPOIB_A_PORT));
		snprintf(pkey, sizeof(pkey), "0x%04llx", record_get(dev, IPOIB_A_PKEY));
		prometheus_count(all, "ipoib_interface_info", (const char * const []){
			"interface", record_string(dev, IPOIB_A_IFNAME),
			"hca", record_string(dev, IPOIB_A_HCA), "port", port,
			"accel", record_string(dev, IPOIB_A_ACCEL), "pkey", pkey, NULL }, 1);
	}
	prometheus_metric(all, "ipoib_carrier_reason_info", "gauge",
			  "Why an interface has no carrier, or that it has.");
	for (i = 0; i < all->devs.count; i++) {
		const char *reason;

		dev = &all->devs.list[i];
		reason = attrs_name(IPOIB_A_CARRIER_REASON,
				    record_get(dev, IPOIB_A_CARRIER_REASON));
		prometheus_count(all, "ipoib_carrier_reason_info", (const char * const []){
			"interface", record_string(dev, IPOIB_A_IFNAME),
			"reason", reason ? reason : "other", NULL }, 1);
	}
}

static void prometheus_ports(const struct prometheus *all)
{
	const char *bind, *state;
	const struct record *port;
	char number[16];
	size_t i;

	prometheus_metric(all, "ipoib_port_info", "gauge",
			  "InfiniBand ports, their state, and which accel serves them.");
	for (i = 0; i < all->ports.count; i++) {
		port = &all->ports.list[i];
		snprintf(number, sizeof(number), "%llu", record_get(port, IPOIB_A_PORT));
		bind = attrs_name(IPOIB_A_BIND, record_get(port, IPOIB_A_BIND));
		state = attrs_name(IPOIB_A_PORT_STATE, record_get(port, IPOIB_A_PORT_STATE));
		prometheus_count(all, "ipoib_port_info", (const char * const []){
			"hca", record_string(port, IPOIB_A_HCA), "port", number,
			"state", state ? state : "other",
			"wanted", record_string(port, IPOIB_A_WANTED),
			"accel", record_string(port, IPOIB_A_ACCEL),
			"bind", bind ? bind : "other", NULL }, 1);
	}
}

/**
 * struct prometheus_gauge - an attribute that is a number
 * @attr: which
 * @name: of the metric
 * @help: what it says
 */
struct prometheus_gauge {
	enum ipoib_attr attr;
	const char *name;
	const char *help;
};

static const struct prometheus_gauge prometheus_dev_gauges[] = {
	{ IPOIB_A_CARRIER, "ipoib_carrier", "Whether an interface has carrier." },
	{ IPOIB_A_MTU, "ipoib_mtu_bytes", "MTU of an interface." },
	{ IPOIB_A_TRIES, "ipoib_failed_tries",
	  "Tries in a row to join the broadcast group, or to open, that failed." },
	{ IPOIB_A_RX_QUEUES, "ipoib_receive_queues", "Queues in use to receive." },
	{ IPOIB_A_TX_QUEUES, "ipoib_transmit_queues", "Queues in use to send." },
};

static const struct prometheus_gauge prometheus_table_gauges[] = {
	{ IPOIB_A_USED, "ipoib_table_used", "Entries of a table that count against its limit." },
	{ IPOIB_A_LIMIT, "ipoib_table_limit", "The most of these." },
	{ IPOIB_A_ENTRIES, "ipoib_table_entries", "All entries of a table." },
	{ IPOIB_A_QUEUED, "ipoib_table_queued_packets", "Packets that wait for an entry." },
	{ IPOIB_A_QUERIES, "ipoib_table_queries",
	  "Requests to the subnet administrator in flight." },
};

#define PROMETHEUS_SIZE(ARRAY)	(sizeof(ARRAY) / sizeof(*(ARRAY)))

static void prometheus_devs(const struct prometheus *all)
{
	const struct prometheus_gauge *gauge = prometheus_dev_gauges;
	const struct record *dev;
	uint64_t ms;
	size_t i;

	for (; gauge < prometheus_dev_gauges + PROMETHEUS_SIZE(prometheus_dev_gauges); gauge++) {
		prometheus_metric(all, gauge->name, "gauge", gauge->help);
		for (i = 0; i < all->devs.count; i++) {
			dev = &all->devs.list[i];
			prometheus_count(all, gauge->name, (const char * const []){
				"interface", record_string(dev, IPOIB_A_IFNAME), NULL },
				record_get(dev, gauge->attr));
		}
	}
	prometheus_metric(all, "ipoib_carrier_age_seconds", "gauge",
			  "For how long the carrier has been as it is.");
	for (i = 0; i < all->devs.count; i++) {
		dev = &all->devs.list[i];
		ms = record_get(dev, IPOIB_A_CARRIER_SINCE);
		prometheus_begin(all, "ipoib_carrier_age_seconds", (const char * const []){
			"interface", record_string(dev, IPOIB_A_IFNAME), NULL });
		fprintf(all->out->file, "%" PRIu64 ".%03" PRIu64 "\n", ms / 1000, ms % 1000);
	}
}

static void prometheus_core(const struct prometheus *all)
{
	const struct prometheus_gauge *gauge = prometheus_table_gauges;
	const struct record *record;
	size_t i;

	prometheus_metric(all, "ipoib_dropped_packets_total", "counter",
			  "Packets that the core dropped on their way out, by cause.");
	for (i = 0; i < all->stats.drops.count; i++) {
		record = &all->stats.drops.list[i];
		prometheus_count(all, "ipoib_dropped_packets_total", (const char * const []){
			"interface", record_string(record, IPOIB_A_IFNAME),
			"cause", record_string(record, IPOIB_A_CAUSE), NULL },
			record_get(record, IPOIB_A_PACKETS));
	}
	for (; gauge < prometheus_table_gauges + PROMETHEUS_SIZE(prometheus_table_gauges);
	     gauge++) {
		prometheus_metric(all, gauge->name, "gauge", gauge->help);
		for (i = 0; i < all->stats.tables.count; i++) {
			record = &all->stats.tables.list[i];
			prometheus_count(all, gauge->name, (const char * const []){
				"interface", record_string(record, IPOIB_A_IFNAME),
				"table", record_string(record, IPOIB_A_TABLE), NULL },
				record_get(record, gauge->attr));
		}
	}
}

/**
 * struct prometheus_stat - a counter of ethtool's that all interfaces have
 * @stat: its name there
 * @name: of the metric
 * @help: what it says
 */
struct prometheus_stat {
	const char *stat;
	const char *name;
	const char *help;
};

static const struct prometheus_stat prometheus_stats[] = {
	{ "rx_packets", "ipoib_receive_packets_total", "Packets received." },
	{ "rx_bytes", "ipoib_receive_bytes_total", "Bytes received." },
	{ "rx_dropped", "ipoib_receive_dropped_packets_total", "Packets received and dropped." },
	{ "multicast", "ipoib_receive_multicast_packets_total", "Multicast packets received." },
	{ "tx_packets", "ipoib_transmit_packets_total", "Packets sent." },
	{ "tx_bytes", "ipoib_transmit_bytes_total", "Bytes sent." },
	{ "tx_errors", "ipoib_transmit_errors_total", "Packets whose sending failed." },
	{ "tx_dropped", "ipoib_transmit_dropped_packets_total",
	  "Packets not sent but dropped, by the core too: those of ipoib_dropped_packets_total." },
};

static bool prometheus_is_stat(const char *name)
{
	size_t i;

	for (i = 0; i < PROMETHEUS_SIZE(prometheus_stats); i++)
		if (!strcmp(name, prometheus_stats[i].stat))
			return true;
	return false;
}

/* mlx5_core does not count multicasts: 0 would say that there are none. */
static bool prometheus_counts(const struct record *dev, const char *stat)
{
	return strcmp(stat, "multicast") || strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx");
}

static void prometheus_sums(const struct prometheus *all)
{
	const struct prometheus_stat *stat = prometheus_stats;
	size_t i;

	for (; stat < prometheus_stats + PROMETHEUS_SIZE(prometheus_stats); stat++) {
		prometheus_metric(all, stat->name, "counter", stat->help);
		for (i = 0; i < all->devs.count; i++) {
			if (!all->ethtool[i].stats.count ||
			    !prometheus_counts(&all->devs.list[i], stat->stat))
				continue;
			prometheus_count(all, stat->name, (const char * const []){
				"interface", record_string(&all->devs.list[i], IPOIB_A_IFNAME),
				NULL }, counters_get(&all->ethtool[i].stats, stat->stat));
		}
	}
}

/*
 * Of queues: @what only, or, if that is NULL, all that has no metric of its own. One that was there
 * twice would have the exporter take nothing at all.
 */
static void prometheus_queue(const struct prometheus *all, const char *name, const char *what)
{
	struct counter_name parts;
	char queue[16];
	size_t dev, i;

	for (dev = 0; dev < all->devs.count; dev++) {
		const char *ifname = record_string(&all->devs.list[dev], IPOIB_A_IFNAME);
		const struct counters *stats = &all->ethtool[dev].stats;

		for (i = 0; i < stats->count; i++) {
			if (!counters_split(stats->list[i].name, &parts) ||
			    counters_again(stats, i))
				continue;
			if (what ? strcmp(parts.what, what) :
			    !strcmp(parts.what, "packets") || !strcmp(parts.what, "bytes"))
				continue;
			snprintf(queue, sizeof(queue), "%u", parts.queue);
			prometheus_count(all, name, (const char * const []){
				"interface", ifname, "direction", parts.rx ? "rx" : "tx",
				"queue", queue, what ? NULL : "event", parts.what, NULL },
				stats->list[i].value);
		}
	}
}

/* Of accel ref: a queue that is put out of use is not lost any more. */
static const char * const prometheus_lost[][2] = {
	{ "lost_rx_queues", "rx" },
	{ "lost_tx_queues", "tx" },
};

static void prometheus_lost_queues(const struct prometheus *all)
{
	size_t dev, i;

	prometheus_metric(all, "ipoib_lost_queues", "gauge",
			  "Queues in use that do nothing until the interface is made anew.");
	for (dev = 0; dev < all->devs.count; dev++) {
		const char *ifname = record_string(&all->devs.list[dev], IPOIB_A_IFNAME);
		const struct counters *stats = &all->ethtool[dev].stats;

		for (i = 0; i < sizeof(prometheus_lost) / sizeof(*prometheus_lost); i++) {
			if (!counters_has(stats, prometheus_lost[i][0]))
				continue;
			prometheus_count(all, "ipoib_lost_queues", (const char * const []){
				"interface", ifname, "direction", prometheus_lost[i][1], NULL },
				counters_get(stats, prometheus_lost[i][0]));
		}
	}
}

/* Drops are the core's, which has told of them; these of mlx5_core are in percent. */
static bool prometheus_is_event(const char *name)
{
	return !prometheus_is_stat(name) && strncmp(name, "tx_drop_", strlen("tx_drop_")) &&
	       strcmp(name, prometheus_lost[0][0]) && strcmp(name, prometheus_lost[1][0]) &&
	       strcmp(name, "outbound_pci_stalled_rd") && strcmp(name, "outbound_pci_stalled_wr");
}

static void prometheus_events(const struct prometheus *all)
{
	struct counter_name parts;
	size_t dev, i;

	prometheus_metric(all, "ipoib_events_total", "counter",
			  "What else the accel counts for an interface.");
	for (dev = 0; dev < all->devs.count; dev++) {
		const char *ifname = record_string(&all->devs.list[dev], IPOIB_A_IFNAME);
		const struct counters *stats = &all->ethtool[dev].stats;

		for (i = 0; i < stats->count; i++) {
			const char *event = stats->list[i].name;

			if (counters_split(event, &parts) || counters_again(stats, i) ||
			    !prometheus_is_event(event))
				continue;
			prometheus_count(all, "ipoib_events_total", (const char * const []){
				"interface", ifname, "event", event, NULL },
				stats->list[i].value);
		}
	}
}

static void prometheus_print(const struct prometheus *all, bool up)
{
	prometheus_metric(all, "ipoib_up", "gauge", "Whether there is an ipoib_core to ask.");
	prometheus_count(all, "ipoib_up", (const char * const []){ NULL }, up);
	if (!up)
		return;
	prometheus_info(all);
	prometheus_ports(all);
	prometheus_devs(all);
	prometheus_core(all);
	prometheus_sums(all);
	prometheus_metric(all, "ipoib_queue_packets_total", "counter", "Packets of a queue.");
	prometheus_queue(all, "ipoib_queue_packets_total", "packets");
	prometheus_metric(all, "ipoib_queue_bytes_total", "counter", "Bytes of a queue.");
	prometheus_queue(all, "ipoib_queue_bytes_total", "bytes");
	prometheus_metric(all, "ipoib_queue_events_total", "counter",
			  "What else the accel counts of a queue.");
	prometheus_queue(all, "ipoib_queue_events_total", NULL);
	prometheus_events(all);
	prometheus_lost_queues(all);
}

static bool prometheus_ask(struct ctl *ctl, struct prometheus *all)
{
	struct client_filter filter = {};
	const struct record *dev;
	size_t size, i;

	if (!ctl_devs(ctl, &all->devs) || !stats_ask(ctl, &all->stats))
		return false;
	if (ctl->ifname) {
		filter.hca = record_string(&all->devs.list[0], IPOIB_A_HCA);
		filter.port = record_get(&all->devs.list[0], IPOIB_A_PORT);
	}
	if (!ctl_ask(ctl, IPOIB_CMD_PORT_GET, &filter, &all->ports))
		return false;
	size = sizeof(*all->ethtool) * (all->devs.count + 1);
	all->ethtool = memset(run_grow(NULL, 1, size), 0, size);
	for (i = 0; i < all->devs.count; i++) {
		dev = &all->devs.list[i];
		ctl_judge_counters(ctl, dev, sample_ethtool(&all->ethtool[i], dev));
	}
	return true;
}

bool prometheus_show(struct ctl *ctl)
{
	struct prometheus all = { .out = &ctl->out, .netns = ctl->netns };
	bool whole = !ctl->client || prometheus_ask(ctl, &all);
	size_t i;

	if (whole)
		prometheus_print(&all, ctl->client);
	for (i = 0; all.ethtool && i < all.devs.count; i++)
		ethtool_free(&all.ethtool[i]);
	free(all.ethtool);
	stats_free(&all.stats);
	records_free(&all.ports);
	records_free(&all.devs);
	return whole;
}

/* A name beside @name that node_exporter does not read: hidden, and ends otherwise. */
static void prometheus_temporary(char *temporary, size_t size, const char *name)
{
	const char *slash = strrchr(name, '/');
	int folder = slash ? slash + 1 - name : 0;

	snprintf(temporary, size, "%.*s.%s.XXXXXX", folder, name, name + folder);
}

void prometheus_write(struct ctl *ctl, const char *name)
{
	FILE *standard = ctl->out.file;
	char temporary[PATH_MAX];
	struct stat stat;
	int fd;

	/* Putting a file in the place of /dev/stdout would be a surprise. */
	if (!lstat(name, &stat) && !S_ISREG(stat.st_mode)) {
		ctl_complain(ctl, CTL_USAGE, "%s: is there, and is no plain file", name);
		return;
	}
	prometheus_temporary(temporary, sizeof(temporary), name);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		ctl_complain(ctl, CTL_FAILED, "%s: %s", name, strerror(errno));
		return;
	}
	ctl->out.file = fdopen(fd, "w");
	if (!ctl->out.file) {
		ctl->out.file = standard;
		ctl_complain(ctl, CTL_FAILED, "%s: %s", name, strerror(errno));
		unlink(temporary);
		close(fd);
		return;
	}
	/* The exporter is another user. */
	if (!prometheus_show(ctl)) {
		unlink(temporary);
	} else if (fflush(ctl->out.file) || ferror(ctl->out.file) || fchmod(fd, 0644) ||
		   rename(temporary, name)) {
		ctl_complain(ctl, CTL_FAILED, "%s: %s", name, strerror(errno));
		unlink(temporary);
	}
	fclose(ctl->out.file);
	ctl->out.file = standard;
}
