// SPDX-License-Identifier: GPL-2.0
/* Who sends what when, and the wire that it takes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

enum event_kind { ARRIVE, SEND, ACKED };

struct event {
	double at;
	enum event_kind kind;
	int flow;
	int n;
	struct packet packet;
};

/* In flight on the wire there are the windows of all streams, at most. */
#define MOST_EVENTS	(1 << 18)

/* A request, or a packet of a stream, that was lost is sent again after so long. */
#define AGAIN		1e6

struct flow flows[MOST_FLOWS];
static int nr_flows;
static struct event heap[MOST_EVENTS];
static int nr_events;
static double wire_free;

static double random_of(struct flow *flow)
{
	flow->random ^= flow->random << 13;
	flow->random ^= flow->random >> 7;
	flow->random ^= flow->random << 17;
	return (double)(flow->random >> 11) / (double)(1ULL << 53);
}

static double exponential(struct flow *flow, double mean)
{
	return mean > 0 ? -mean * log(1 - random_of(flow)) : 0;
}

static void add(struct event event)
{
	int at = nr_events++, up;

	if (nr_events > MOST_EVENTS)
		abort();
	for (; at && heap[up = (at - 1) / 2].at > event.at; at = up)
		heap[at] = heap[up];
	heap[at] = event;
}

static struct event take(void)
{
	struct event first = heap[0], last = heap[--nr_events];
	int at = 0, down;

	for (; (down = 2 * at + 1) < nr_events; at = down) {
		if (down + 1 < nr_events && heap[down + 1].at < heap[down].at)
			down++;
		if (heap[down].at >= last.at)
			break;
		heap[at] = heap[down];
	}
	heap[at] = last;
	return first;
}

/* When @flow may next do something that it would do at @at. */
static double active(const struct flow *flow, double at)
{
	double period = flow->of->on + flow->of->off, in;

	if (period <= 0)
		return at;
	in = fmod(at, period);
	return in < flow->of->on ? at : at + period - in;
}

static void send_at(struct flow *flow, double at)
{
	add((struct event) { .at = active(flow, at), .kind = SEND, .flow = flow - flows });
}

/* All packets that are sent to the host share its link. */
static void wire(struct flow *flow, struct packet packet, double gap)
{
	double at = machine_time + WIRE / 2;

	at = (at > wire_free ? at : wire_free) + gap;
	wire_free = at;
	packet.flow = flow - flows;
	add((struct event) { .at = at, .kind = ARRIVE, .packet = packet });
}

static void send_packets(struct flow *flow, int n, double gap)
{
	for (int i = 0; i < n; i++)
		wire(flow, (struct packet) { .sent = machine_time, .last = i == n - 1 }, gap);
}

static void send_window(struct flow *flow)
{
	int room = flow->window - flow->flight - flow->unread;

	if (room < 2 && (flow->flight || room < 1))
		return;
	flow->flight += room;
	send_packets(flow, room, GAP_FULL);
}

static void send_now(struct flow *flow)
{
	const struct senders *of = flow->of;

	switch (of->kind) {
	case CLOSED:
		flow->got = 0;
		flow->sent = machine_time;
		send_packets(flow, of->packets, of->packets > 1 ? GAP_FULL : GAP_SMALL);
		break;
	case OPEN:
	case ECHO:
		send_packets(flow, 1, GAP_SMALL);
		send_at(flow, machine_time + exponential(flow, of->mean));
		break;
	case BURST:
		send_packets(flow, of->packets, GAP_SMALL);
		send_at(flow, machine_time + of->base + exponential(flow, of->mean));
		break;
	case STREAM:
		if (of->slow_start && !flow->flight)
			flow->window = 10;
		send_window(flow);
		break;
	}
}

/* The server has answered the request of @flow. */
void traffic_answer(struct flow *flow)
{
	const struct senders *of = flow->of;

	machine_answered(flow->sent);
	for (int i = 0; i < (int)of->answer; i++)
		wire(flow, (struct packet) { .sent = machine_time, .ack = true }, GAP_SMALL);
	send_at(flow, machine_time + WIRE / 2 + of->base + exponential(flow, of->mean));
}

static void tell(struct flow *flow, double at, int packets)
{
	add((struct event) { .at = at, .kind = ACKED, .flow = flow - flows, .n = packets });
}

/* The host acknowledges @packets. */
void traffic_acked(struct flow *flow, int packets)
{
	tell(flow, machine_time + WIRE / 2, packets);
}

/* The reader has read @packets of a stream: when the window was closed the sender is told. */
void traffic_read(struct flow *flow, int packets)
{
	bool closed = flow->window - flow->flight - flow->unread < 2;

	flow->unread -= packets;
	if (closed)
		traffic_acked(flow, 0);
}

/* A packet found no room: half of the window, and what is missing is sent again. */
void traffic_lost(struct flow *flow)
{
	struct packet again = { .last = true };

	switch (flow->of->kind) {
	case STREAM:
		flow->flight--;
		flow->window = flow->window / 2 > 4 ? flow->window / 2 : 4;
		tell(flow, machine_time + AGAIN, 0);
		break;
	case CLOSED:
		/* It alone: how TCP repairs is not the matter here. */
		again.sent = flow->sent;
		again.flow = flow - flows;
		add((struct event) { .at = machine_time + AGAIN, .kind = ARRIVE, .packet = again });
		break;
	default:
		break;
	}
}

double traffic_next(void)
{
	return nr_events ? heap[0].at : 1e30;
}

/* The next event. */
void traffic_step(void)
{
	struct event event = take();
	struct flow *flow = &flows[event.flow];

	machine_time = event.at;
	switch (event.kind) {
	case ARRIVE:
		machine_arrive(&event.packet);
		break;
	case SEND:
		send_now(flow);
		break;
	case ACKED:
		flow->flight -= event.n;
		flow->window += event.n;
		if (flow->window > flow->of->packets)
			flow->window = flow->of->packets;
		if (active(flow, machine_time) > machine_time)
			send_at(flow, machine_time);
		else
			send_window(flow);
		break;
	}
}

void traffic_start(const struct load *load)
{
	memset(flows, 0, sizeof(flows));
	nr_flows = 0;
	nr_events = 0;
	wire_free = 0;
	for (int i = 0; i < 4; i++) {
		const struct senders *of = &load->senders[i];

		for (int j = 0; j < of->flows; j++) {
			struct flow *flow = &flows[nr_flows++];

			flow->of = of;
			flow->random = 88172645463325252ULL + nr_flows * 7919ULL;
			for (int k = 0; k < 20; k++)
				random_of(flow);
			flow->window = of->slow_start ? 10 : of->packets;
			send_at(flow, of->base + exponential(flow, of->mean));
		}
	}
}
