/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted for an interface, at a moment: two of them make rates. */
#ifndef IPOIBCTL_SAMPLE_H
#define IPOIBCTL_SAMPLE_H

#include "cpus.h"
#include "ethtool.h"
#include "records.h"

/**
 * struct sample - all that is counted; all 0 to begin with
 * @at: when counters of the interface were told, in milliseconds
 * @ethtool: counters and settings of the interface
 * @port: what the device counts of the port; by who wants to know
 * @cpus: of the machine, with the device's interrupts
 * @outstanding: sends that the device has not given back; 0 also if that is not told
 * @timeouts: how often the stack has found a TX queue stuck; as @outstanding by who wants to know
 */
struct sample {
	uint64_t at;
	struct ethtool ethtool;
	struct counters port;
	struct cpus cpus;
	uint64_t outstanding;
	uint64_t timeouts;
};

/**
 * sample_ethtool() - what the kernel tells by ethtool; what it does not tell stays 0
 * @ethtool: filled in; to be freed
 * @dev: the interface
 *
 * Return: as of ethtool_ask(); -EHOSTDOWN: it was not asked, for the device does not answer.
 */
int sample_ethtool(struct ethtool *ethtool, const struct record *dev);

/**
 * sample_take() - look
 * @samples: of this moment, one of each of @devs, those that are not taken yet all 0
 * @devs: interfaces
 * @number: of that whose sample is filled in; to be freed. Its device's interrupts, and what is
 *	of the machine, are of one before it that has the same device, if that was taken
 *
 * Return: 0, or a negative errno: the interface's own are missing.
 */
int sample_take(struct sample *samples, const struct records *devs, size_t number);

/**
 * sample_port() - look at what the device counts of an interface's port, which it is asked for
 * @samples: of this moment
 * @devs: interfaces
 * @number: of that whose @port is filled in, after sample_take(), from that of one before it of
 *	the same port, if that was taken
 */
void sample_port(struct sample *samples, const struct records *devs, size_t number);

/**
 * sample_timeouts() - how often the stack has found a TX queue stuck
 * @dev: interface
 *
 * Return: the sum over its queues, which every driver has, whatever it counts itself; 0 if it is
 * not told.
 */
uint64_t sample_timeouts(const struct record *dev);

/**
 * sample_is_shared() - may packets of an RX queue be handed on to other CPUs, by RPS?
 * @dev: interface
 * @queue: its number
 *
 * Return: 1: yes, 0: no, -1: it is not told.
 */
int sample_is_shared(const struct record *dev, unsigned int queue);

/**
 * sample_can_spare() - is a CPU one of several that packets of an RX queue are handed on to?
 * @dev: interface
 * @queue: its number
 * @cpu: number of the CPU
 *
 * Return: whether others are left without it.
 */
bool sample_can_spare(const struct record *dev, unsigned int queue, unsigned int cpu);

/**
 * sample_free() - forget it
 * @sample: all 0 afterwards
 */
void sample_free(struct sample *sample);

#endif /* IPOIBCTL_SAMPLE_H */
