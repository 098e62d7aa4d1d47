// SPDX-License-Identifier: GPL-2.0
/*
 * What limits an interface that has carrier: rings, receive buffers, interrupts, CPUs. Some of it
 * is only seen in how counters grow, so it is looked at twice.
 */
#include "explain_traffic.h"

#include <net/if.h>
#include <string.h>

#include "name.h"
#include "print.h"
#include "rtnl.h"

/* Rings smaller than these, which are the defaults in-tree, are small. */
#define TRAFFIC_RX_RING		256
#define TRAFFIC_TX_RING		128
/*
 * A second: so many interrupts are many, if each brings fewer packets than this. If so many bring
 * none they are others': those of MPI, of storage.
 */
#define TRAFFIC_INTERRUPTS	20000
#define TRAFFIC_GATHERED	4
#define TRAFFIC_OTHERS		2
/* Microseconds that what comes in may wait before it is worth a word. */
#define TRAFFIC_USECS		200
/* A second: fewer packets keep no CPU busy. */
#define TRAFFIC_PACKETS		100000
/* So many packets of a stream are taken in as one. */
#define TRAFFIC_MERGED		64
/* So many packets that went out, and none that came in, are worth a word. */
#define TRAFFIC_UNANSWERED	2
/* Percent: a CPU has no time left; of that in interrupts; of the packets in one queue. */
#define TRAFFIC_BUSY		90
#define TRAFFIC_SOFTIRQ		50
#define TRAFFIC_ONE_QUEUE	90

/* Sizes of queues that are parameters are those of accel ref. */
static bool traffic_is_ref(const struct traffic *traffic)
{
	return !strcmp(record_string(traffic->dev, IPOIB_A_ACCEL), "ref");
}

/* Its queues are mlx5_core's for IPoIB. */
static bool traffic_is_mlx(const struct traffic *traffic)
{
	return !strcmp(record_string(traffic->dev, IPOIB_A_ACCEL), "mlx");
}

/* Twice what there is: the most may be all of a host's memory, as each queue has so many. */
static unsigned int traffic_more(unsigned int ring, unsigned int least, unsigned int most)
{
	unsigned int more = ring > most / 2 ? most : ring * 2;

	if (more < least)
		more = least;
	return more < most ? more : most;
}

/* What the interface itself has lost of what came, or of where it goes; the last is mlx5_core's. */
static uint64_t traffic_memory(const struct sample *sample)
{
	return counters_sum(&sample->ethtool.stats, true, "no_buffer") +
	       counters_sum(&sample->ethtool.stats, true, "no_memory") +
	       counters_sum(&sample->ethtool.stats, true, "buff_alloc_err");
}

/* While there is no memory for buffers, more of them are no way out. */
static bool traffic_is_short(const struct traffic *traffic)
{
	return traffic_grown(traffic, traffic_memory(traffic->before),
			     traffic_memory(traffic->after));
}

static void traffic_overruns_next(const struct traffic *traffic, struct finding *finding,
				  const char *first)
{
	const struct ethtool *ethtool = &traffic->after->ethtool;

	if (traffic_is_short(traffic))
		finding_next(finding, "%sfirst of all memory, see below", first);
	else if (ethtool->rx_ring && ethtool->rx_ring < ethtool->rx_ring_max)
		finding_next(finding,
			     "%s'ethtool -G %s rx %u' has each queue post more of them, which takes as much more memory",
			     first, print_word(traffic->name),
			     traffic_more(ethtool->rx_ring, 0, ethtool->rx_ring_max));
	else
		finding_next(finding,
			     "%s%sa CPU with more time: 'ipoibctl top' shows what is busy", first,
			     traffic_is_ref(traffic) ?
			     "a larger recv_queue_size= of ipoib_core(4), or " : "");
}

/* The queues of mlx5_core are counted by themselves, and not among those of verbs. */
static void traffic_overruns_own(const struct traffic *traffic)
{
	uint64_t lost = counters_get(&traffic->after->ethtool.stats, "rx_out_of_buffer");
	uint64_t now = traffic_stat(traffic, "rx_out_of_buffer");
	struct finding finding;

	if (!lost)
		return;
	finding_set(&finding, now ? FINDING_LIMITED : FINDING_NOTE, "receive-overruns",
		    "packets that came while a receive queue of the interface had no buffer for them: %llu, %llu of them in the last %llu ms",
		    (unsigned long long)lost, (unsigned long long)now,
		    (unsigned long long)traffic->ms);
	traffic_overruns_next(traffic, &finding, "");
	traffic_tell(traffic, &finding);
}

/* The device counts those of all its queues of verbs in one, whosever they are. */
static void traffic_overruns(const struct traffic *traffic)
{
	uint64_t lost = counters_get(&traffic->after->port, "out_of_buffer");
	uint64_t now = counters_rise(&traffic->before->port, &traffic->after->port,
				     "out_of_buffer");
	struct finding finding;

	if (counters_has(&traffic->after->ethtool.stats, "rx_out_of_buffer")) {
		traffic_overruns_own(traffic);
		return;
	}
	/* Those are never what a queue of mlx5_core has lost; a child's parent tells of its own. */
	if (!lost || traffic_is_mlx(traffic))
		return;
	finding_set(&finding, FINDING_NOTE, "receive-overruns",
		    "packets that came while a receive queue of the device had no buffer for them: %llu at its port, %llu of them in the last %llu ms; it counts those of MPI and of others that use RDMA too",
		    (unsigned long long)lost, (unsigned long long)now,
		    (unsigned long long)traffic->ms);
	traffic_overruns_next(traffic, &finding,
			      "if it grows with the packets of this interface: ");
	traffic_tell(traffic, &finding);
}

static void traffic_rx(const struct traffic *traffic)
{
	const struct ethtool *ethtool = &traffic->after->ethtool;
	uint64_t short_of = traffic_memory(traffic->after);
	uint64_t now = traffic_grown(traffic, traffic_memory(traffic->before), short_of);
	unsigned int ring = ethtool->rx_ring;
	struct finding finding;

	traffic_overruns(traffic);
	if (short_of) {
		finding_set(&finding, now ? FINDING_LIMITED : FINDING_NOTE, "receive-memory",
			    "there was no memory for a packet that came, or for the buffer of the next one: %llu times, %llu of them in the last %llu ms",
			    (unsigned long long)short_of, (unsigned long long)now,
			    (unsigned long long)traffic->ms);
		finding_next(&finding,
			     "what uses the memory of this host? 'free'; vm.min_free_kbytes of sysctl(8) keeps some for interrupts");
		traffic_tell(traffic, &finding);
	}
	if (!ring || ring >= TRAFFIC_RX_RING)
		return;
	/* Where the device counts those of all alike it is not known whose they are. */
	finding_set(&finding, traffic_stat(traffic, "rx_out_of_buffer") ?
		    FINDING_LIMITED : FINDING_NOTE, "small-rings",
		    "each RX queue posts %u receives, fewer than %s%u%s: of what comes at once some may be lost",
		    ring, traffic_is_ref(traffic) ? "the " : "", TRAFFIC_RX_RING,
		    traffic_is_ref(traffic) ? " of the default" : "");
	if (now)
		finding_next(&finding, "first of all memory, see above");
	else if (ring < ethtool->rx_ring_max)
		finding_next(&finding, "'ethtool -G %s rx %u'", print_word(traffic->name),
			     traffic_more(ring, TRAFFIC_RX_RING, ethtool->rx_ring_max));
	else if (traffic_is_ref(traffic))
		finding_next(&finding,
			     "recv_queue_size= of ipoib_core(4), when it is loaded next; see 'modprobe -c'");
	traffic_tell(traffic, &finding);
}

static void traffic_tx(const struct traffic *traffic)
{
	const struct ethtool *ethtool = &traffic->after->ethtool;
	uint64_t stops = counters_sum(&ethtool->stats, false, "stops") +
			 counters_sum(&ethtool->stats, false, "stopped");
	struct finding finding;

	if (!ethtool->tx_ring || ethtool->tx_ring >= TRAFFIC_TX_RING)
		return;
	finding_set(&finding, FINDING_NOTE, "small-rings",
		    "each TX queue holds %u sends, fewer than %u: it %s (stopped %llu times)",
		    ethtool->tx_ring, TRAFFIC_TX_RING, stops ? "stops and goes" : "may stop and go",
		    (unsigned long long)stops);
	if (ethtool->tx_ring < ethtool->tx_ring_max)
		finding_next(&finding, "'ethtool -G %s tx %u'", print_word(traffic->name),
			     traffic_more(ethtool->tx_ring, TRAFFIC_TX_RING,
					  ethtool->tx_ring_max));
	else if (traffic_is_ref(traffic))
		finding_next(&finding, "send_queue_size= of ipoib_core(4), when it is loaded next");
	traffic_tell(traffic, &finding);
}

/*
 * That what is sent gets lost is seen by nobody: the kernel itself suspects a neighbour after half
 * a minute. Who only sends is not told wrong, but more than he wants.
 */
static void traffic_unanswered(const struct traffic *traffic)
{
	uint64_t sent = traffic_stat(traffic, "tx_packets");
	char name[IF_NAMESIZE];
	struct finding finding;
	const char *bond;
	unsigned int master;

	if (sent < TRAFFIC_UNANSWERED || traffic_stat(traffic, "rx_packets"))
		return;
	finding_set(&finding, FINDING_NOTE, "nothing-came",
		    "%llu packets went out in the last %llu ms, and none came in",
		    (unsigned long long)sent, (unsigned long long)traffic->ms);
	finding_next(&finding,
		     "as it is meant if nobody is to answer; else either way packets are lost: ");
	master = name_master(record_get(traffic->dev, IPOIB_A_IFINDEX));
	bond = print_word(rtnl_name(name, master));
	/* IP asks by the bond: there is no way out of its port to test. */
	if (master)
		finding_also(&finding,
			     "'ping -I %s ADDRESS' and 'ip neigh show dev %s' have who answers, 'ipoibctl show path dev %s' the way to him",
			     bond, bond, print_word(traffic->name));
	else
		finding_also(&finding, "'ipoibctl test %s ADDRESS' says which step fails",
			     print_word(traffic->name));
	finding_also(&finding, ", 'ibqueryerrors %s' which link has errors%s",
		     print_diag(traffic->dev), explain_parent_away(traffic->dev));
	traffic_tell(traffic, &finding);
}

/* Percent of its time. */
static unsigned int traffic_interrupted(const struct cpu *before, const struct cpu *after)
{
	uint64_t total = counters_grown(before->total, after->total);
	uint64_t soft = counters_grown(before->irq, after->irq) +
			counters_grown(before->softirq, after->softirq);

	return total ? soft * 100 / total : 0;
}

/* Interrupts of the device; and how much of its time the CPU that gets most of them is in such. */
static uint64_t traffic_interrupts(const struct traffic *traffic, unsigned int *share)
{
	const struct cpus *cpus = &traffic->after->cpus;
	uint64_t sum = 0, most = 0, grown;
	const struct cpu *before;
	size_t i;

	*share = 0;
	for (i = 0; i < cpus->count; i++) {
		before = cpus_find(&traffic->before->cpus, cpus->list[i].number);
		grown = before ? counters_grown(before->interrupts, cpus->list[i].interrupts) : 0;
		sum += grown;
		if (grown > most) {
			most = grown;
			*share = traffic_interrupted(before, &cpus->list[i]);
		}
	}
	return sum;
}

static void traffic_moderation(const struct traffic *traffic)
{
	const struct ethtool *ethtool = &traffic->after->ethtool;
	uint64_t packets = traffic_stat(traffic, "rx_packets"), interrupts;
	struct finding finding;
	unsigned int share;

	if (!ethtool->moderated)
		return;
	interrupts = traffic_interrupts(traffic, &share);
	if (ethtool->rx_usecs >= TRAFFIC_USECS && !ethtool->adaptive) {
		finding_set(&finding, FINDING_NOTE, "moderation",
			    "what comes in may wait for %u us before this host is interrupted: so much longer takes each answer",
			    ethtool->rx_usecs);
		finding_next(&finding, "'ethtool -C %s rx-usecs 0', if answers matter more",
			     print_word(traffic->name));
	} else if (!ethtool->adaptive && !ethtool->rx_usecs &&
		   traffic_second(traffic, interrupts) >= TRAFFIC_INTERRUPTS &&
		   share >= TRAFFIC_SOFTIRQ && packets < interrupts * TRAFFIC_GATHERED &&
		   packets > interrupts / TRAFFIC_OTHERS) {
		finding_set(&finding, FINDING_NOTE, "moderation",
			    "%llu interrupts of the device in a second, for %llu packets, and the CPU that gets most of them is in interrupts for %u%% of its time",
			    (unsigned long long)traffic_second(traffic, interrupts),
			    (unsigned long long)traffic_second(traffic, packets), share);
		finding_next(&finding,
			     "'ethtool -C %s adaptive-rx on' lets packets gather while they are many, or rx-usecs by hand",
			     print_word(traffic->name));
	} else {
		return;
	}
	traffic_tell(traffic, &finding);
}

/* The RX queue that got most packets, and how many; -1: none did. */
static int traffic_first_queue(const struct traffic *traffic, uint64_t *most, uint64_t *all)
{
	const struct counters *stats = &traffic->after->ethtool.stats;
	struct counter_name parts;
	uint64_t grown;
	int queue = -1;
	size_t i;

	*most = 0;
	*all = 0;
	for (i = 0; i < stats->count; i++) {
		if (!counters_split(stats->list[i].name, &parts) || !parts.rx ||
		    strcmp(parts.what, "packets"))
			continue;
		grown = counters_since(&traffic->before->ethtool.stats, stats, i);
		*all += grown;
		if (grown > *most) {
			*most = grown;
			queue = parts.queue;
		}
	}
	return queue;
}

/* Of so many packets, so many interrupts at least are the device's that has received them. */
static bool traffic_is_near(const struct cpu *before, const struct cpu *after, uint64_t packets)
{
	return counters_grown(before->interrupts, after->interrupts) >
	       packets / TRAFFIC_MERGED / TRAFFIC_MERGED;
}

/*
 * Whether a CPU may be the one that takes in so many packets. What it takes in is counted, of all
 * interfaces, and up to so many make one; of one that polls all the time too. One that hands them
 * on, as they are @shared, has its interrupts alone; else these may be for others' work. And one
 * that never had any is handed packets, or is somebody else's.
 */
static bool traffic_takes(const struct cpu *before, const struct cpu *after, uint64_t packets,
			  bool shared)
{
	if (counters_grown(before->received, after->received) >= packets / TRAFFIC_MERGED)
		return after->interrupts || shared;
	return shared && traffic_is_near(before, after, packets);
}

/* The device's interrupts are nowhere to be found. */
static bool traffic_is_unknown(const struct cpus *cpus)
{
	size_t i;

	for (i = 0; i < cpus->count; i++) {
		if (cpus->list[i].interrupts)
			return false;
	}
	return true;
}

/*
 * The CPU that is most in interrupts, of those that have no time left and may take in @packets of
 * a queue; but those that the device interrupts come first.
 */
static const struct cpu *traffic_busy(const struct traffic *traffic, uint64_t packets, bool shared,
				      unsigned int *busy, unsigned int *softirq)
{
	const struct cpu *cpu, *before, *worst = NULL;
	unsigned int soft, rank, most = 0;
	uint64_t total, idle;
	size_t i;

	shared |= traffic_is_unknown(&traffic->after->cpus);
	for (i = 0; i < traffic->after->cpus.count; i++) {
		cpu = &traffic->after->cpus.list[i];
		before = cpus_find(&traffic->before->cpus, cpu->number);
		total = before ? counters_grown(before->total, cpu->total) : 0;
		if (!total || !traffic_takes(before, cpu, packets, shared))
			continue;
		idle = counters_grown(before->idle, cpu->idle) * 100 / total;
		soft = traffic_interrupted(before, cpu);
		/* More than any percentage. */
		rank = soft + (traffic_is_near(before, cpu, packets) ? 1000 : 0);
		if (idle > 100 - TRAFFIC_BUSY || soft < TRAFFIC_SOFTIRQ || rank <= most)
			continue;
		*busy = 100 - idle;
		*softirq = soft;
		most = rank;
		worst = cpu;
	}
	return worst;
}

/* What has packets go to several queues where they go to one. */
static void traffic_more_queues(const struct traffic *traffic, char *how, size_t size)
{
	unsigned int most = traffic->after->ethtool.rx_queues_max;
	const char *name = print_word(traffic->name);

	how[0] = '\0';
	/* Children of accel mlx have their parents'. */
	if (traffic_is_mlx(traffic) && most > 1 && !explain_is_child(traffic->dev))
		finding_write(how, size,
			      "'ethtool -L %s combined N' (up to %u), while it has no P_Key children, has several; or ",
			      name, most);
	else if (traffic_is_ref(traffic) && most > 1)
		finding_write(how, size,
			      "'ethtool -L %s rx N' (up to %u) has several, for several peers; or ",
			      name, most);
	else if (traffic_is_ref(traffic))
		finding_write(how, size,
			      "rx_queues= of accel_ref(4), when it is loaded next, has several, for several peers; or ");
}

/*
 * Where RPS is on a CPU without time mostly is one of those that packets are handed on to, which is
 * what these are for. One that the device interrupts as well has more to do than the others.
 */
static void traffic_rps_next(const struct traffic *traffic, unsigned int cpu, int queue, bool near,
			     struct finding *finding)
{
	if (near && sample_can_spare(traffic->dev, queue, cpu))
		finding_also(finding,
			     "more streams or peers share the work, and CPU %u, which the device interrupts, is better not in the mask",
			     cpu);
	else
		finding_also(finding,
			     "more streams or peers, or more CPUs in the mask, share the work");
	finding_also(finding, " (/sys/class/net/%s/queues/rx-%d/rps_cpus)",
		     print_word(traffic->name), queue);
}

/*
 * How that CPU gets less to do; @shared: of sample_is_shared(), @near: of traffic_is_near(). By RPS
 * too a stream has one CPU.
 */
static void traffic_cpu_next(const struct traffic *traffic, unsigned int cpu, int queue,
			     int shared, bool near, struct finding *finding)
{
	bool one = record_get(traffic->dev, IPOIB_A_RX_QUEUES) == 1;
	const char *name = print_word(traffic->name);
	char how[FINDING_NEXT / 2];

	traffic_more_queues(traffic, how, sizeof(how));
	if (one && shared > 0)
		finding_next(finding,
			     "one RX queue is in use, and RPS, which is on, has one stream go to one CPU: %s",
			     how);
	else if (one)
		finding_next(finding,
			     "one RX queue is in use: %sRPS shares the work ('echo MASK > /sys/class/net/%s/queues/rx-%d/rps_cpus', of CPUs near the card: device/local_cpus has them)",
			     how, name, queue);
	else if (shared > 0)
		finding_next(finding,
			     "one stream goes through one queue, with accel ref all of one peer, and by RPS, which is on, to one CPU: ");
	else
		finding_next(finding,
			     "one stream goes through one queue, and with accel ref all of one peer: more streams or peers, or RPS of that queue (/sys/class/net/%s/queues/rx-%d/rps_cpus), share the work",
			     name, queue);
	if (shared > 0)
		traffic_rps_next(traffic, cpu, queue, near, finding);
}

static void traffic_cpu(const struct traffic *traffic)
{
	unsigned long long queues = record_get(traffic->dev, IPOIB_A_RX_QUEUES);
	char of[sizeof(" of 18446744073709551615")] = "";
	unsigned int busy = 0, softirq = 0;
	struct finding finding;
	const struct cpu *cpu;
	uint64_t most, all;
	int queue, shared;

	queue = traffic_first_queue(traffic, &most, &all);
	if (queue < 0 || traffic_second(traffic, all) < TRAFFIC_PACKETS ||
	    most * 100 / all < TRAFFIC_ONE_QUEUE)
		return;
	shared = sample_is_shared(traffic->dev, queue);
	cpu = traffic_busy(traffic, most, shared, &busy, &softirq);
	if (!cpu)
		return;
	/* Peers that were told of one that is out of use now send there still. */
	if ((unsigned long long)queue < queues)
		snprintf(of, sizeof(of), " of %llu", queues);
	finding_set(&finding, FINDING_LIMITED, "busy-cpu",
		    "CPU %u has no time left (%u%% busy, %u%% in interrupts and soft interrupts), and RX queue %d%s gets %llu%% of %llu packets a second",
		    cpu->number, busy, softirq, queue, of,
		    (unsigned long long)(most * 100 / all),
		    (unsigned long long)traffic_second(traffic, all));
	traffic_cpu_next(traffic, cpu->number, queue, shared,
			 traffic_is_near(cpus_find(&traffic->before->cpus, cpu->number), cpu, most),
			 &finding);
	traffic_tell(traffic, &finding);
}

static void traffic_backlog(const struct traffic *traffic)
{
	uint64_t dropped = 0, squeezed = 0;
	struct finding finding;
	struct cpu *before;
	size_t i;

	for (i = 0; i < traffic->after->cpus.count; i++) {
		const struct cpu *cpu = &traffic->after->cpus.list[i];

		before = cpus_find(&traffic->before->cpus, cpu->number);
		if (!before)
			continue;
		dropped += counters_grown(before->dropped, cpu->dropped);
		squeezed += counters_grown(before->squeezed, cpu->squeezed);
	}
	if (!dropped)
		return;
	finding_set(&finding, FINDING_LIMITED, "backlog",
		    "packets of all interfaces that were dropped, as a CPU's backlog was full: %llu in the last %llu ms; packets left for later: %llu times",
		    (unsigned long long)dropped, (unsigned long long)traffic->ms,
		    (unsigned long long)squeezed);
	finding_next(&finding,
		     "sysctl net.core.netdev_max_backlog, or RPS over more CPUs; 'ipoibctl top' shows which are busy");
	traffic_tell(traffic, &finding);
}

void explain_traffic(struct out *out, const struct record *dev, const struct record *port,
		     const struct sample *before, const struct sample *after)
{
	const struct traffic traffic = {
		.out = out,
		.name = record_string(dev, IPOIB_A_IFNAME),
		.dev = dev,
		.port = port,
		.before = before,
		.after = after,
		.ms = after->at > before->at ? after->at - before->at : 1,
	};

	traffic_queues(&traffic);
	traffic_drops(&traffic);
	traffic_unanswered(&traffic);
	traffic_rx(&traffic);
	traffic_tx(&traffic);
	traffic_moderation(&traffic);
	traffic_cpu(&traffic);
	traffic_backlog(&traffic);
}
