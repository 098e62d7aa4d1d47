// SPDX-License-Identifier: GPL-2.0
/* Counters of an interface, its port and the CPUs, at a moment. */
#include "sample.h"

#include <string.h>

#include "wait.h"

void sample_port(struct counters *counters, const struct record *port)
{
	const char *hca = record_string(port, IPOIB_A_HCA);
	unsigned long long number = record_get(port, IPOIB_A_PORT);

	/* A name leads to a folder, and nowhere else. */
	if (!*hca || strchr(hca, '/'))
		return;
	counters_read(counters, "/sys/class/infiniband/%s/ports/%llu/counters", hca, number);
	counters_read(counters, "/sys/class/infiniband/%s/ports/%llu/hw_counters", hca, number);
}

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

void sample_take(struct sample *samples, const struct records *devs, size_t number)
{
	const struct record *dev = &devs->list[number];
	struct sample *sample = &samples[number];

	sample->at = wait_now();
	ethtool_ask(&sample->ethtool, record_string(dev, IPOIB_A_IFNAME));
	sample_port(&sample->port, dev);
	sample_cpus(samples, devs, number);
}

void sample_free(struct sample *sample)
{
	ethtool_free(&sample->ethtool);
	counters_free(&sample->port);
	cpus_free(&sample->cpus);
}
