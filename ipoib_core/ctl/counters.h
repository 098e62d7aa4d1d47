/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers by name, as ethtool -S and folders of sysfs have them. */
#ifndef IPOIBCTL_COUNTERS_H
#define IPOIBCTL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTERS_NAME	64

/**
 * struct counter - one of them
 * @name: of any bytes, as it was told
 * @value: it
 */
struct counter {
	char name[COUNTERS_NAME];
	uint64_t value;
};

/**
 * struct counters - many; all 0 to begin with
 * @list: of them
 * @count: how many
 * @room: entries of @list
 */
struct counters {
	struct counter *list;
	size_t count;
	size_t room;
};

/**
 * struct counter_name - the parts of a name such as rx12_packets
 * @rx: of a queue that receives
 * @queue: number of the queue
 * @what: what is counted
 */
struct counter_name {
	bool rx;
	unsigned int queue;
	const char *what;
};

/**
 * counters_add() - one more
 * @counters: to be added to
 * @name: cut to what fits
 * @value: of it
 */
void counters_add(struct counters *counters, const char *name, uint64_t value);

/**
 * counters_copy() - the same ones again
 * @to: all 0
 * @from: at least one
 */
void counters_copy(struct counters *to, const struct counters *from);

/**
 * counters_free() - forget them
 * @counters: all 0 afterwards
 */
void counters_free(struct counters *counters);

/**
 * counters_get() - one by its name
 * @counters: they
 * @name: of it
 *
 * Return: its value, 0 if there is none.
 */
uint64_t counters_get(const struct counters *counters, const char *name);

/**
 * counters_has() - whether there is one of that name
 * @counters: they
 * @name: of it
 *
 * Return: whether it is so.
 */
bool counters_has(const struct counters *counters, const char *name);

/**
 * counters_rise() - how much one has grown
 * @before: all of them, before
 * @after: all of them
 * @name: of the one
 *
 * Return: by how much; 0 if it was counted anew meanwhile, or was not there before.
 */
uint64_t counters_rise(const struct counters *before, const struct counters *after,
		       const char *name);

/**
 * counters_since() - the same
 * @before: all of them, before
 * @after: all of them
 * @number: of the one in @after
 *
 * Return: as above.
 */
uint64_t counters_since(const struct counters *before, const struct counters *after,
			size_t number);

/**
 * counters_again() - whether one has the name of another one before it
 * @counters: they
 * @number: of it
 *
 * Return: whether it is so.
 */
bool counters_again(const struct counters *counters, size_t number);

/**
 * counters_split() - what queue a name is of
 * @name: the name
 * @parts: filled in
 *
 * Return: whether it is one of a queue.
 */
bool counters_split(const char *name, struct counter_name *parts);

/**
 * counters_sum() - over all queues
 * @counters: they
 * @rx: of those that receive, else of those that send
 * @what: what is counted
 *
 * Return: the sum.
 */
uint64_t counters_sum(const struct counters *counters, bool rx, const char *what);

/**
 * counters_grown() - what came between two readings
 * @before: the first
 * @after: the second
 *
 * Return: the difference; 0 if it was counted anew meanwhile.
 */
static inline uint64_t counters_grown(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

#endif /* IPOIBCTL_COUNTERS_H */
