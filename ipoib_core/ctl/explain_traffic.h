/* SPDX-License-Identifier: GPL-2.0 */
/* What was counted for an interface while it was watched, of which its parts are explained. */
#ifndef IPOIBCTL_EXPLAIN_TRAFFIC_H
#define IPOIBCTL_EXPLAIN_TRAFFIC_H

#include "explain.h"

/**
 * struct traffic - what is looked at
 * @out: where findings go
 * @name: of the interface
 * @dev: the interface
 * @port: its port, or NULL
 * @before: what was counted
 * @after: the same later
 * @ms: time between these
 */
struct traffic {
	struct out *out;
	const char *name;
	const struct record *dev;
	const struct record *port;
	const struct sample *before;
	const struct sample *after;
	uint64_t ms;
};

/**
 * traffic_second() - what that is in a second
 * @traffic: what is looked at
 * @grown: by how much it has grown
 *
 * Return: the rate.
 */
static inline uint64_t traffic_second(const struct traffic *traffic, uint64_t grown)
{
	return grown * 1000 / traffic->ms;
}

/**
 * traffic_stat() - how much a counter of ethtool's has grown
 * @traffic: what is looked at
 * @name: of the counter
 *
 * Return: by how much.
 */
static inline uint64_t traffic_stat(const struct traffic *traffic, const char *name)
{
	return counters_rise(&traffic->before->ethtool.stats, &traffic->after->ethtool.stats,
			     name);
}

/**
 * traffic_grown() - how much a sum over queues has grown
 * @traffic: what is looked at
 * @before: the sum
 * @after: the sum later
 *
 * Return: by how much; where nothing was told before nothing is known to have come since.
 */
static inline uint64_t traffic_grown(const struct traffic *traffic, uint64_t before,
				     uint64_t after)
{
	return traffic->before->ethtool.stats.count ? counters_grown(before, after) : 0;
}

/**
 * traffic_tell() - print a finding of the interface
 * @traffic: what is looked at
 * @finding: it
 */
static inline void traffic_tell(const struct traffic *traffic, const struct finding *finding)
{
	finding_tell(traffic->out, traffic->name, finding);
}

/**
 * traffic_queues() - queues that are stuck, dead, or fail, and tell them
 * @traffic: what is looked at
 */
void traffic_queues(const struct traffic *traffic);

/**
 * traffic_drops() - packets that are lost below the core, and tell them
 * @traffic: what is looked at
 */
void traffic_drops(const struct traffic *traffic);

#endif /* IPOIBCTL_EXPLAIN_TRAFFIC_H */
