// SPDX-License-Identifier: GPL-2.0
/*
 * Rates of interfaces, of their queues, and what the CPUs do meanwhile: differences of what is
 * counted at two moments.
 */
#include "top.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "sample.h"
#include "screen.h"
#include "wait.h"

#define TOP_FIGURE	24
/* Milliseconds between two looks, at least. */
#define TOP_LEAST	100

/**
 * struct top_moment - all that is counted at a moment
 * @devs: interfaces
 * @samples: of each of them
 */
struct top_moment {
	struct records devs;
	struct sample *samples;
};

/**
 * struct top_queue - what moves in a queue
 * @rx: it receives
 * @number: of the queue
 * @packets: a second
 * @bytes: a second
 */
struct top_queue {
	bool rx;
	unsigned int number;
	uint64_t packets;
	uint64_t bytes;
};

/**
 * struct top_cpu - what a CPU does
 * @number: of the CPU
 * @busy: percent of its time
 * @irq: of these in interrupts
 * @softirq: and in software interrupts
 * @interrupts: of InfiniBand devices, a second
 */
struct top_cpu {
	unsigned int number;
	unsigned int busy;
	unsigned int irq;
	unsigned int softirq;
	uint64_t interrupts;
};

static void top_forget(struct top_moment *moment)
{
	size_t i;

	for (i = 0; moment->samples && i < moment->devs.count; i++)
		sample_free(&moment->samples[i]);
	free(moment->samples);
	records_free(&moment->devs);
	moment->samples = NULL;
}

static bool top_look(struct ctl *ctl, struct top_moment *moment)
{
	size_t size, i;

	if (!ctl_devs(ctl, &moment->devs))
		return false;
	size = sizeof(*moment->samples) * (moment->devs.count + 1);
	moment->samples = memset(run_grow(NULL, 1, size), 0, size);
	for (i = 0; i < moment->devs.count; i++)
		ctl_judge_counters(ctl, &moment->devs.list[i],
				   sample_take(moment->samples, &moment->devs, i));
	return true;
}

/* The same interface before, or NULL: it is new. */
static const struct sample *top_before(const struct top_moment *before, const struct record *dev)
{
	size_t i;

	for (i = 0; i < before->devs.count; i++)
		if (record_get(&before->devs.list[i], IPOIB_A_IFINDEX) ==
		    record_get(dev, IPOIB_A_IFINDEX))
			return &before->samples[i];
	return NULL;
}

/* What is less than one is one: 0 says that nothing moves, or that nothing is lost. */
static uint64_t top_second(const struct sample *before, const struct sample *after, uint64_t grown)
{
	uint64_t rate;

	if (after->at <= before->at)
		return 0;
	rate = grown * 1000 / (after->at - before->at);
	return rate ? rate : !!grown;
}

static struct top_queue *top_queue_of(struct top_queue **queues, size_t *count,
				      const struct counter_name *parts)
{
	struct top_queue *queue;
	size_t i;

	for (i = 0; i < *count; i++)
		if ((*queues)[i].rx == parts->rx && (*queues)[i].number == parts->queue)
			return &(*queues)[i];
	*queues = run_grow(*queues, *count + 1, sizeof(**queues));
	queue = &(*queues)[(*count)++];
	*queue = (struct top_queue){ .rx = parts->rx, .number = parts->queue };
	return queue;
}

/* Those in which most moves come first; RX before TX, and by number, where it is the same. */
static int top_compare_queues(const void *one, const void *other)
{
	const struct top_queue *a = one, *b = other;

	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	if (a->rx != b->rx)
		return a->rx ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Returns how many; @queues is to be freed. */
static size_t top_queues(const struct sample *before, const struct sample *after,
			 struct top_queue **queues)
{
	const struct counters *stats = &after->ethtool.stats;
	struct counter_name parts;
	size_t count = 0, i;
	uint64_t rate;

	*queues = NULL;
	for (i = 0; i < stats->count; i++) {
		if (!counters_split(stats->list[i].name, &parts))
			continue;
		rate = top_second(before, after, counters_since(&before->ethtool.stats, stats, i));
		if (!strcmp(parts.what, "packets"))
			top_queue_of(queues, &count, &parts)->packets = rate;
		else if (!strcmp(parts.what, "bytes"))
			top_queue_of(queues, &count, &parts)->bytes = rate;
	}
	if (count)
		qsort(*queues, count, sizeof(**queues), top_compare_queues);
	return count;
}

/* For people, in four digits: 12345678 is 12.3M. */
static const char *top_figure(char *text, uint64_t value)
{
	static const char units[] = " kMGTPE";
	uint64_t tenths;
	size_t unit;

	if (value < 10000) {
		snprintf(text, TOP_FIGURE, "%llu", (unsigned long long)value);
		return text;
	}
	for (tenths = value / 100, unit = 1; tenths >= 10000 && units[unit + 1]; unit++)
		tenths /= 1000;
	snprintf(text, TOP_FIGURE, "%llu.%llu%c", (unsigned long long)(tenths / 10),
		 (unsigned long long)(tenths % 10), units[unit]);
	return text;
}

static void top_queue_show(struct out *out, const struct top_queue *queue)
{
	char packets[TOP_FIGURE], bytes[TOP_FIGURE], name[TOP_FIGURE];

	snprintf(name, sizeof(name), "%s%u", queue->rx ? "rx" : "tx", queue->number);
	out_line(out, 2);
	out_object(out, NULL);
	if (!out->json) {
		out_label(out, "%-10s %*s%10s %10s", name, queue->rx ? 0 : 22, "",
			  top_figure(packets, queue->packets), top_figure(bytes, queue->bytes));
	} else {
		out_string(out, "queue", NULL, name);
		out_count(out, "packets", NULL, queue->packets);
		out_count(out, "bytes", NULL, queue->bytes);
	}
	out_object_end(out);
}

/* @room: lines for queues, of which those come first in which most moves. */
static void top_dev(struct out *out, const struct record *dev, const struct sample *before,
		    const struct sample *after, size_t room)
{
	/* Behind the first four is what is lost; mlx5_core counts the last apart. */
	static const char * const names[] = {
		"rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "rx_dropped", "tx_dropped",
		"tx_errors", "rx_out_of_buffer",
	};
	uint64_t rates[sizeof(names) / sizeof(*names)], grown, lost = 0;
	const char *name = record_string(dev, IPOIB_A_IFNAME);
	char figures[5][TOP_FIGURE];
	struct top_queue *queues;
	size_t count, shown, i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		grown = counters_rise(&before->ethtool.stats, &after->ethtool.stats, names[i]);
		rates[i] = top_second(before, after, grown);
		lost += i < 4 ? 0 : grown;
	}
	out_line(out, 0);
	out_object(out, NULL);
	out_paint(out, OUT_NAME);
	out_string(out, "ifname", NULL, name);
	for (i = 0; out->json && i < sizeof(names) / sizeof(*names); i++)
		out_count(out, names[i], NULL, rates[i]);
	if (!out->json)
		out_label(out, "%*s%10s %10s %10s %10s %10s",
			  strlen(name) < 12 ? (int)(12 - strlen(name)) : 0, "",
			  top_figure(figures[0], rates[0]), top_figure(figures[1], rates[1]),
			  top_figure(figures[2], rates[2]), top_figure(figures[3], rates[3]),
			  top_figure(figures[4], top_second(before, after, lost)));
	count = top_queues(before, after, &queues);
	out_list(out, "queues");
	/* One of them is for saying that there are more. */
	shown = count <= room ? count : room ? room - 1 : 0;
	for (i = 0; i < shown; i++)
		top_queue_show(out, &queues[i]);
	if (shown < count && room) {
		out_line(out, 2);
		out_label(out, "and %zu more: 'ipoibctl top -b' has all", count - shown);
	}
	out_list_end(out);
	out_object_end(out);
	free(queues);
}

static unsigned int top_percent(uint64_t before, uint64_t after, uint64_t total)
{
	uint64_t percent = total ? counters_grown(before, after) * 100 / total : 0;

	return percent > 100 ? 100 : percent;
}

/* Whether an interface before that one was there then too, and has the same device. */
static bool top_is_again(const struct top_moment *before, const struct record *devs, size_t number)
{
	const char *hca = record_string(&devs[number], IPOIB_A_HCA);
	size_t i;

	for (i = 0; i < number; i++)
		if (!strcmp(record_string(&devs[i], IPOIB_A_HCA), hca) &&
		    top_before(before, &devs[i]))
			return true;
	return false;
}

/* Interrupts are counted for each device once, however many interfaces it has. */
static uint64_t top_interrupts(const struct top_moment *before, const struct top_moment *after,
			       unsigned int number)
{
	const struct record *devs = after->devs.list;
	const struct sample *sample;
	struct cpu *was, *is;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < after->devs.count; i++) {
		sample = top_before(before, &devs[i]);
		if (!sample || top_is_again(before, devs, i))
			continue;
		was = cpus_find(&sample->cpus, number);
		is = cpus_find(&after->samples[i].cpus, number);
		if (was && is)
			sum += top_second(sample, &after->samples[i],
					  counters_grown(was->interrupts, is->interrupts));
	}
	return sum;
}

static int top_compare_cpus(const void *one, const void *other)
{
	const struct top_cpu *a = one, *b = other;

	if (a->irq + a->softirq != b->irq + b->softirq)
		return a->irq + a->softirq < b->irq + b->softirq ? 1 : -1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void top_cpu_show(struct out *out, const struct top_cpu *cpu)
{
	char figure[TOP_FIGURE];

	out_line(out, 0);
	out_object(out, NULL);
	if (!out->json) {
		out_label(out, "cpu%-9u %9u%% %9u%% %9u%% %10s", cpu->number, cpu->busy, cpu->irq,
			  cpu->softirq, top_figure(figure, cpu->interrupts));
	} else {
		out_count(out, "cpu", NULL, cpu->number);
		out_count(out, "busy", NULL, cpu->busy);
		out_count(out, "irq", NULL, cpu->irq);
		out_count(out, "softirq", NULL, cpu->softirq);
		out_count(out, "interrupts", NULL, cpu->interrupts);
	}
	out_object_end(out);
}

static void top_cpus(struct out *out, const struct top_moment *before,
		     const struct top_moment *after)
{
	const struct sample *first = NULL;
	const struct cpus *then, *now = NULL;
	const struct cpu *was, *is;
	struct top_cpu *cpus;
	size_t count = 0, i;
	uint64_t total;

	/* Any interface that was there then: each has those of the machine. */
	for (i = 0; i < after->devs.count && !first; i++) {
		first = top_before(before, &after->devs.list[i]);
		now = &after->samples[i].cpus;
	}
	if (!first)
		return;
	then = &first->cpus;
	cpus = run_grow(NULL, now->count + 1, sizeof(*cpus));
	for (i = 0; i < now->count; i++) {
		is = &now->list[i];
		was = cpus_find(then, is->number);
		if (!was)
			continue;
		total = counters_grown(was->total, is->total);
		cpus[count++] = (struct top_cpu){
			.number = is->number,
			.busy = total ? 100 - top_percent(was->idle, is->idle, total) : 0,
			.irq = top_percent(was->irq, is->irq, total),
			.softirq = top_percent(was->softirq, is->softirq, total),
			.interrupts = top_interrupts(before, after, is->number),
		};
	}
	qsort(cpus, count, sizeof(*cpus), top_compare_cpus);
	for (i = 0; i < count; i++)
		top_cpu_show(out, &cpus[i]);
	free(cpus);
}

/* Lines for queues of each interface on a screen, with a third of it for the CPUs below them. */
static size_t top_room(const struct top_moment *moment)
{
	size_t rows = screen_rows() * 2 / 3, devs = moment->devs.count;

	/* There is a line for all, and one for each interface. */
	return devs && rows > 1 + devs ? (rows - 1) / devs - 1 : 0;
}

static void top_show(struct out *out, const struct top_moment *before,
		     const struct top_moment *after, size_t room)
{
	const struct sample *sample;
	size_t i;

	out_object(out, NULL);
	out_line(out, 0);
	out_label(out, "%-12s %10s %10s %10s %10s %10s", "a second", "rx-packets", "rx-bytes",
		  "tx-packets", "tx-bytes", "drops");
	out_list(out, "interfaces");
	for (i = 0; i < after->devs.count; i++) {
		sample = top_before(before, &after->devs.list[i]);
		if (sample)
			top_dev(out, &after->devs.list[i], sample, &after->samples[i], room);
	}
	out_list_end(out);
	out_line(out, 0);
	out_label(out, "%-12s %10s %10s %10s %10s", "CPU", "busy", "irq", "softirq",
		  "interrupts");
	out_list(out, "cpus");
	top_cpus(out, before, after);
	out_list_end(out);
	out_object_end(out);
}

/* Returns whether it could be shown. */
static bool top_picture(struct ctl *ctl, const struct top_moment *before,
			const struct top_moment *after)
{
	struct out out = ctl->out;
	char *text = NULL;
	size_t size = 0;

	out.file = open_memstream(&text, &size);
	if (!out.file)
		return false;
	top_show(&out, before, after, top_room(after));
	out_flush(&out);
	fclose(out.file);
	screen_show(text);
	free(text);
	return true;
}

static bool top_batch(struct ctl *ctl, const struct top_moment *before,
		      const struct top_moment *after)
{
	top_show(&ctl->out, before, after, SIZE_MAX);
	if (out_flush(&ctl->out))
		return true;
	ctl_complain(ctl, CTL_FAILED, "cannot write: %s", strerror(errno));
	return false;
}

static bool top_step(struct ctl *ctl, const struct top_options *options, bool screen,
		     struct top_moment *before)
{
	struct top_moment after = {};
	bool on;

	if (screen) {
		on = screen_wait(options->ms);
		/* A key, or another size: rates of no time at all would be none. */
		if (on && before->devs.count && wait_now() < before->samples[0].at + TOP_LEAST)
			wait_for(TOP_LEAST, -1);
	} else {
		wait_for(options->ms, -1);
		on = true;
	}
	if (on && top_look(ctl, &after)) {
		on = screen ? top_picture(ctl, before, &after) : top_batch(ctl, before, &after);
		top_forget(before);
		*before = after;
		return on;
	}
	top_forget(&after);
	return false;
}

void top_run(struct ctl *ctl, const struct top_options *options)
{
	struct top_moment moment = {};
	unsigned long left = options->count;
	bool screen, on;

	on = top_look(ctl, &moment);
	screen = on && !options->batch && !ctl->out.json && screen_begin();
	/* Something is on the screen at once, though nothing is known to move yet. */
	if (screen)
		top_picture(ctl, &moment, &moment);
	while (on && top_step(ctl, options, screen, &moment))
		if (left && !--left)
			break;
	if (screen)
		screen_end();
	top_forget(&moment);
}
