// SPDX-License-Identifier: GPL-2.0
/* Counters of an interface, its port and the CPUs, at a moment. */
#include "sample.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "run.h"
#include "wait.h"

/* Bytes of a mask of CPUs: enough for 8192, the most that kernels are built for. */
#define SAMPLE_MASK	4096
/* Of what devices count for a port, which differs, that which says what limits an interface. */
#define SAMPLE_PORT	"hw_counters/out_of_buffer"

/* There may be many interfaces, and many interrupts, and they are the same for a device. */
static void sample_cpus(struct sample *samples, const struct records *devs, size_t number)
{
	const char *hca = record_string(&devs->list[number], IPOIB_A_HCA);
	size_t i;

	for (i = 0; i < number; i++) {
		if (!samples[i].cpus.count ||
		    strcmp(record_string(&devs->list[i], IPOIB_A_HCA), hca))
			continue;
		cpus_copy(&samples[number].cpus, &samples[i].cpus);
		return;
	}
	cpus_read(&samples[number].cpus, hca);
}

/* A number of a file below that of the interface, which has a name that leads to a folder. */
static bool sample_net(const char *ifname, const char *file, unsigned long long *value)
{
	char path[PATH_MAX], line[32];

	run_root(path, sizeof(path), "/sys/class/net/%s/%s", ifname, file);
	if (!run_read_line(path, line, sizeof(line)))
		return false;
	*value = strtoull(line, NULL, 10);
	return true;
}

/*
 * Whether that of this name below /sys is it: /sys may be that of another network namespace. The
 * QP number is what begins its address, behind a byte of flags.
 */
static bool sample_is_net(const struct record *dev)
{
	const char *ifname = record_string(dev, IPOIB_A_IFNAME);
	unsigned int bytes[3];
	unsigned long long ifindex;
	char path[PATH_MAX], line[64];

	if (!*ifname || strchr(ifname, '/') || !sample_net(ifname, "ifindex", &ifindex) ||
	    ifindex != record_get(dev, IPOIB_A_IFINDEX))
		return false;
	run_root(path, sizeof(path), "/sys/class/net/%s/address", ifname);
	return run_read_line(path, line, sizeof(line)) &&
	       sscanf(line, "%*x:%x:%x:%x:", &bytes[0], &bytes[1], &bytes[2]) == 3 &&
	       (bytes[0] << 16 | bytes[1] << 8 | bytes[2]) == record_get(dev, IPOIB_A_QPN);
}

uint64_t sample_timeouts(const struct record *dev)
{
	const char *ifname = record_string(dev, IPOIB_A_IFNAME);
	unsigned long long queues = record_get(dev, IPOIB_A_TX_QUEUES), queue, count;
	uint64_t sum = 0;
	char file[64];

	if (!sample_is_net(dev))
		return 0;
	for (queue = 0; queue < queues; queue++) {
		snprintf(file, sizeof(file), "queues/tx-%llu/tx_timeout", queue);
		if (!sample_net(ifname, file, &count))
			break;
		sum += count;
	}
	return sum;
}

/* The mask of RPS of an RX queue, in groups of hexadecimal digits. Returns whether it is told. */
static bool sample_mask(const struct record *dev, unsigned int queue, char *mask, size_t size)
{
	char path[PATH_MAX];

	if (!sample_is_net(dev))
		return false;
	run_root(path, sizeof(path), "/sys/class/net/%s/queues/rx-%u/rps_cpus",
		 record_string(dev, IPOIB_A_IFNAME), queue);
	return run_read_line(path, mask, size);
}

int sample_is_shared(const struct record *dev, unsigned int queue)
{
	char mask[SAMPLE_MASK];

	if (!sample_mask(dev, queue, mask, sizeof(mask)))
		return -1;
	return !!mask[strspn(mask, "0,")];
}

bool sample_can_spare(const struct record *dev, unsigned int queue, unsigned int cpu)
{
	unsigned int digit = 0, bits, its = 0, others = 0;
	char mask[SAMPLE_MASK], text[2] = "";
	size_t at;

	if (!sample_mask(dev, queue, mask, sizeof(mask)))
		return false;
	/* From the end on, where CPU 0 is. */
	for (at = strlen(mask); at--;) {
		if (mask[at] == ',')
			continue;
		text[0] = mask[at];
		bits = strtoul(text, NULL, 16);
		if (digit++ == cpu / 4) {
			its = bits & 1 << cpu % 4;
			bits -= its;
		}
		others |= bits;
	}
	return its && others;
}

/*
 * mlx5_core asks the card for many of its counters, each of which it waits for a minute, with RTNL.
 * P_Key children of it have none.
 */
static bool sample_may_hang(const struct record *dev)
{
	char line[64];

	return !strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx") && !dev->attrs[IPOIB_A_PARENT] &&
	       device_link(dev, line, sizeof(line)) == RUN_LATE;
}

int sample_ethtool(struct ethtool *ethtool, const struct record *dev)
{
	if (sample_may_hang(dev))
		return -EHOSTDOWN;
	return ethtool_ask(ethtool, record_string(dev, IPOIB_A_IFNAME));
}

int sample_take(struct sample *samples, const struct records *devs, size_t number)
{
	const struct record *dev = &devs->list[number];
	struct sample *sample = &samples[number];
	int ret;

	ret = sample_ethtool(&sample->ethtool, dev);
	/* Each question waits for others' work on interfaces, and the last one is for counters. */
	sample->at = wait_now();
	sample_cpus(samples, devs, number);
	return ret;
}

void sample_port(struct sample *samples, const struct records *devs, size_t number)
{
	const struct record *dev = &devs->list[number];
	struct counters *port = &samples[number].port;
	size_t i;

	for (i = 0; i < number; i++) {
		if (!samples[i].at || !device_same_port(&devs->list[i], dev))
			continue;
		if (samples[i].port.count)
			counters_copy(port, &samples[i].port);
		return;
	}
	device_counters(port, dev, SAMPLE_PORT);
}

void sample_free(struct sample *sample)
{
	ethtool_free(&sample->ethtool);
	counters_free(&sample->port);
	cpus_free(&sample->cpus);
}
