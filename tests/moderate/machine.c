// SPDX-License-Identifier: GPL-2.0
/* The ring, NAPI, the CPU that receives, and the server: what takes time. */
#include <stdlib.h>
#include <string.h>

#include "machine.h"

enum napi { ARMED, WAITING, POLLED };

/* Something that the server has to read. */
struct item {
	int flow;
	int packets;
	bool last;
};

/* More than all windows and sockets. */
#define MOST_ITEMS	(1 << 16)
#define MOST_SAMPLES	4000000

double machine_time;

static const struct load *load;
static struct ref_priv priv;
static struct ref_rxq rxq;
static enum napi napi;
static double timer;
static double softirq_since, slice_end;
static bool idle;

static struct packet ring[RING];
static int ring_first, ring_n;

static struct item items[MOST_ITEMS];
static unsigned int item_first, item_n;
static double left;		/* of the item that the server works on, on this CPU */
static double far_done;		/* when it is done, on another CPU */
static bool working;

static double answers[MOST_SAMPLES], echoes[MOST_SAMPLES];
static int nr_answers, nr_echoes;
static double done, arrived, lost, busy, waits;
static int merging[MOST_FLOWS], nr_merging;

u64 model_now(void)
{
	return (u64)machine_time;
}

bool model_idle(void)
{
	return idle;
}

static void drop(const struct packet *packet)
{
	lost++;
	if (!packet->ack)
		traffic_lost(&flows[packet->flow]);
}

void machine_arrive(const struct packet *packet)
{
	arrived++;
	if (ring_n == RING) {
		drop(packet);
		return;
	}
	ring[(ring_first + ring_n++) % RING] = *packet;
}

void machine_answered(double sent)
{
	done++;
	if (nr_answers < MOST_SAMPLES)
		answers[nr_answers++] = machine_time + WIRE / 2 - sent;
}

/* What the server has to do for @item. */
static double cost_of(const struct item *item)
{
	const struct senders *of = flows[item->flow].of;

	switch (of->kind) {
	case CLOSED:
		return (of->packets > 1 ? COST_READ + item->packets * COST_COPY : 0) +
		       (item->last ? COST_ANSWER + of->work : 0);
	case STREAM:
		return COST_READ + item->packets * (COST_COPY + of->work);
	default:
		return COST_READ + of->work;
	}
}

/* The server begins with the next thing. */
static void work(double before)
{
	working = item_n > 0;
	if (!working) {
		far_done = 1e30;
		return;
	}
	left = cost_of(&items[item_first]) + before;
	if (load->place == OTHER_CPU)
		far_done = machine_time + left;
}

/* And is done with it. */
static void worked(void)
{
	struct item item = items[item_first];
	struct flow *flow = &flows[item.flow];

	item_first = (item_first + 1) % MOST_ITEMS;
	item_n--;
	switch (flow->of->kind) {
	case CLOSED:
		if (item.last)
			traffic_answer(flow);
		break;
	case STREAM:
		done += item.packets;
		traffic_read(flow, item.packets);
		break;
	default:
		done++;
		break;
	}
	work(0);
}

static void events_until(double until)
{
	for (;;) {
		double next = traffic_next();

		if (far_done <= until && far_done <= next && load->place == OTHER_CPU) {
			machine_time = far_done;
			worked();
		} else if (next <= until) {
			traffic_step();
		} else {
			break;
		}
	}
	machine_time = until;
}

/* The CPU that receives is busy for @cost. */
static void spend(double cost)
{
	busy += cost;
	events_until(machine_time + cost);
}

/* Something to read is in a socket. */
static void deliver(int flow, int packets, bool last)
{
	spend(COST_STACK);
	if (flows[flow].of->packets == 1 && item_n >= SOCKET) {
		drop(&(struct packet) { .flow = flow });
		return;
	}
	if (item_n == MOST_ITEMS)
		abort();
	items[(item_first + item_n++) % MOST_ITEMS] = (struct item) { flow, packets, last };
	if (working)
		return;
	spend(load->place == OTHER_CPU ? COST_WAKE_FAR : COST_WAKE);
	if (!working)
		work(COST_SCHEDULE);
}

/* GRO lets go of what it has made for @flow. */
static void flush(struct flow *flow)
{
	int packets = flow->merged;

	flow->merged = 0;
	if (flow->of->kind == STREAM) {
		flow->unread += packets;
		spend(COST_ACK);
		traffic_acked(flow, packets);
	}
	deliver(flow - flows, packets, flow->merged_last);
}

static void flush_all(void)
{
	for (int i = 0; i < nr_merging; i++)
		if (flows[merging[i]].merged)
			flush(&flows[merging[i]]);
	nr_merging = 0;
}

static void receive(const struct packet *packet)
{
	struct flow *flow = &flows[packet->flow];

	spend(COST_DRIVER);
	if (packet->ack) {
		spend(COST_STACK);
	} else if (flow->of->kind == ECHO) {
		spend(COST_STACK + COST_ECHO);
		if (nr_echoes < MOST_SAMPLES)
			echoes[nr_echoes++] = machine_time + WIRE / 2 - packet->sent;
	} else if (flow->of->packets == 1 || flow->of->kind == BURST) {
		deliver(packet->flow, 1, true);
	} else {
		spend(COST_GRO);
		if (!flow->merged++)
			merging[nr_merging++] = packet->flow;
		flow->got++;
		flow->merged_last = flow->got >= flow->of->packets;
		if (flow->merged == GRO_MOST) {
			flush(flow);
			for (int i = 0; i < nr_merging; i++)
				if (merging[i] == packet->flow)
					merging[i] = merging[--nr_merging];
		}
	}
}

/* As ref_rx_poll(). */
static void poll(void)
{
	int took = 0, n, most;
	u32 wait;

	spend(COST_POLL);
	do {
		struct packet batch[NAPI_BATCH];

		most = NAPI_BUDGET - took < NAPI_BATCH ? NAPI_BUDGET - took : NAPI_BATCH;
		n = ring_n < most ? ring_n : most;
		for (int i = 0; i < n; i++)
			batch[i] = ring[(ring_first + i) % RING];
		ring_first = (ring_first + n) % RING;
		ring_n -= n;
		for (int i = 0; i < n; i++)
			receive(&batch[i]);
		took += n;
	} while (n == most && took < NAPI_BUDGET);

	if (took == NAPI_BUDGET) {
		rxq.waits.packets += took;
		flush_all();
		napi = POLLED;
		return;
	}
	wait = ref_wait(&rxq, took);
	flush_all();
	if (wait) {
		napi = WAITING;
		timer = machine_time + wait;
	} else {
		napi = ring_n ? POLLED : ARMED;
	}
}

static bool is_due(void)
{
	return napi == POLLED || (napi == ARMED && ring_n) ||
	       (napi == WAITING && timer <= machine_time);
}

static void interrupt(void)
{
	if (napi != POLLED) {
		ref_wait_note(&rxq.waits);
		spend((napi == WAITING ? COST_TIMER : COST_IRQ) + (idle ? COST_WAKE_CPU : 0));
		waits += napi == WAITING;
	}
	idle = false;
	napi = POLLED;
	poll();
}

/* Until when nothing happens that the CPU would not do itself. */
static double undisturbed(double end)
{
	double next = traffic_next();

	if (load->place == OTHER_CPU && far_done < next)
		next = far_done;
	if (napi == WAITING && timer < next)
		next = timer;
	if (slice_end > machine_time && slice_end < next)
		next = slice_end;
	return next < end ? next : end;
}

static void process(double end)
{
	bool here = working && load->place != OTHER_CPU;
	double until = undisturbed(end), from = machine_time;

	if (!here) {
		/* Nobody wants the rest of the slice. */
		if (is_due()) {
			slice_end = 0;
			return;
		}
		idle = load->place != BESIDE_HOG;
		events_until(until);
		softirq_since = machine_time;
		return;
	}
	idle = false;
	if (from + left > until) {
		left -= until - from;
		busy += until - from;
		events_until(until);
	} else {
		busy += left;
		events_until(from + left);
		worked();
	}
	if (slice_end <= machine_time)
		softirq_since = machine_time;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double quantile(double *samples, int n, double part)
{
	return n ? samples[(int)(n * part)] : 0;
}

struct result machine_run(const struct load *which, bool adaptive)
{
	double end = which->seconds * 1e9;
	double *samples;
	bool with_echoes;
	int n;

	load = which;
	priv = (struct ref_priv) { .adaptive_rx = adaptive };
	rxq = (struct ref_rxq) { .priv = &priv, .limit = RING };
	ref_wait_init(&rxq);
	napi = ARMED;
	machine_time = 0;
	timer = 0;
	softirq_since = 0;
	slice_end = 0;
	idle = true;
	ring_n = 0;
	item_n = 0;
	working = false;
	far_done = 1e30;
	nr_answers = 0;
	nr_echoes = 0;
	nr_merging = 0;
	done = 0;
	arrived = 0;
	lost = 0;
	busy = 0;
	waits = 0;
	traffic_start(load);

	while (machine_time < end) {
		if (is_due() && slice_end <= machine_time) {
			if (working && load->place != OTHER_CPU &&
			    machine_time - softirq_since > SOFTIRQ_MOST) {
				slice_end = machine_time + SLICE;
				softirq_since = slice_end;
				continue;
			}
			interrupt();
		} else {
			process(end);
		}
	}

	with_echoes = nr_echoes > 0;
	samples = with_echoes ? echoes : answers;
	n = with_echoes ? nr_echoes : nr_answers;
	qsort(samples, n, sizeof(*samples), ascending);
	return (struct result) {
		.rate = done / which->seconds,
		.p50 = quantile(samples, n, 0.5) / 1e3,
		.p99 = quantile(samples, n, 0.99) / 1e3,
		.lost = arrived ? lost / arrived * 1e6 : 0,
		.busy = busy / end,
		.waits = waits / which->seconds,
		.echoes = with_echoes,
	};
}
