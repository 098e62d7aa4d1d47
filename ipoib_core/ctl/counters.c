// SPDX-License-Identifier: GPL-2.0
/* Numbers by name. */
#define _GNU_SOURCE
#include "counters.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define COUNTERS_ROOM	64

void counters_add(struct counters *counters, const char *name, uint64_t value)
{
	struct counter *counter;

	if (counters->count == counters->room) {
		counters->room = counters->room ? counters->room * 2 : COUNTERS_ROOM;
		counters->list = run_grow(counters->list, counters->room, sizeof(*counter));
	}
	counter = &counters->list[counters->count++];
	snprintf(counter->name, sizeof(counter->name), "%s", name);
	counter->value = value;
}

void counters_copy(struct counters *to, const struct counters *from)
{
	to->list = run_grow(NULL, from->count, sizeof(*to->list));
	to->room = from->count;
	to->count = from->count;
	memcpy(to->list, from->list, from->count * sizeof(*to->list));
}

void counters_free(struct counters *counters)
{
	free(counters->list);
	memset(counters, 0, sizeof(*counters));
}

static const struct counter *counters_find(const struct counters *counters, const char *name)
{
	size_t i;

	for (i = 0; i < counters->count; i++)
		if (!strcmp(counters->list[i].name, name))
			return &counters->list[i];
	return NULL;
}

uint64_t counters_get(const struct counters *counters, const char *name)
{
	const struct counter *counter = counters_find(counters, name);

	return counter ? counter->value : 0;
}

bool counters_has(const struct counters *counters, const char *name)
{
	return counters_find(counters, name);
}

uint64_t counters_rise(const struct counters *before, const struct counters *after,
		       const char *name)
{
	const struct counter *was = counters_find(before, name);

	return was ? counters_grown(was->value, counters_get(after, name)) : 0;
}

uint64_t counters_since(const struct counters *before, const struct counters *after,
			size_t number)
{
	const struct counter *counter = &after->list[number];

	/* Mostly they are the same, in the same order. */
	if (number < before->count && !strcmp(before->list[number].name, counter->name))
		return counters_grown(before->list[number].value, counter->value);
	return counters_rise(before, after, counter->name);
}

bool counters_again(const struct counters *counters, size_t number)
{
	size_t i;

	for (i = 0; i < number; i++)
		if (!strcmp(counters->list[i].name, counters->list[number].name))
			return true;
	return false;
}

bool counters_split(const char *name, struct counter_name *parts)
{
	unsigned long queue;
	char *end;

	if ((name[0] != 'r' && name[0] != 't') || name[1] != 'x' ||
	    !isdigit((unsigned char)name[2]))
		return false;
	queue = strtoul(name + 2, &end, 10);
	if (*end != '_' || queue > UINT16_MAX)
		return false;
	parts->rx = name[0] == 'r';
	parts->queue = queue;
	parts->what = end + 1;
	return true;
}

uint64_t counters_sum(const struct counters *counters, bool rx, const char *what)
{
	struct counter_name parts;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < counters->count; i++)
		if (counters_split(counters->list[i].name, &parts) && parts.rx == rx &&
		    !strcmp(parts.what, what))
			sum += counters->list[i].value;
	return sum;
}
