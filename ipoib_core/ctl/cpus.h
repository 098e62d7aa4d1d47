/* SPDX-License-Identifier: GPL-2.0 */
/* What the CPUs of this machine do, as /proc counts it since they are up. */
#ifndef IPOIBCTL_CPUS_H
#define IPOIBCTL_CPUS_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct cpu - one of them
 * @number: of it
 * @total: its time, in ticks
 * @idle: of this, with nothing to do
 * @irq: in interrupts
 * @softirq: in software interrupts, as packets come in
 * @interrupts: of the device
 * @received: packets of all interfaces that it has taken in
 * @dropped: packets for which its backlog had no room
 * @squeezed: how often packets were left for later
 */
struct cpu {
	unsigned int number;
	uint64_t total;
	uint64_t idle;
	uint64_t irq;
	uint64_t softirq;
	uint64_t interrupts;
	uint64_t received;
	uint64_t dropped;
	uint64_t squeezed;
};

/**
 * struct cpus - all
 * @list: of them, by number
 * @count: how many
 */
struct cpus {
	struct cpu *list;
	size_t count;
};

/**
 * cpus_read() - read them
 * @cpus: filled in; to be freed
 * @hca: name of the RDMA device whose interrupts are counted
 */
void cpus_read(struct cpus *cpus, const char *hca);

/**
 * cpus_copy() - the same once more
 * @to: filled in; to be freed
 * @from: which
 */
void cpus_copy(struct cpus *to, const struct cpus *from);

/**
 * cpus_find() - one by its number
 * @cpus: all
 * @number: of it
 *
 * Return: it, or NULL.
 */
struct cpu *cpus_find(const struct cpus *cpus, unsigned int number);

/**
 * cpus_free() - forget them
 * @cpus: all 0 afterwards
 */
void cpus_free(struct cpus *cpus);

#endif /* IPOIBCTL_CPUS_H */
