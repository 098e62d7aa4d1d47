// SPDX-License-Identifier: GPL-2.0
/* The loads that are compared: each of these wherever a server can be. */
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define US	1e3
#define MS	1e6

#define COUNT(array)	((int)(sizeof(array) / sizeof(*(array))))

/* Datagrams that are answered, as of memcached or DNS, and how long clients think. */
#define ASK(n, b, m) \
	{ .kind = CLOSED, .flows = (n), .packets = 1, .base = (b) * US, .mean = (m) * US }
/* TCP connections with requests of so many packets that take so long to answer. */
#define RPC(n, p, w) \
	{ .kind = CLOSED, .flows = (n), .packets = (p), .base = 25 * US, .mean = 100 * US, \
	  .work = (w) * US, .answer = 1 }
/* Whose window is so many packets of 2044 bytes: 128 are 256 KiB. And whose reader is slow. */
#define STREAMS(n, w)	{ .kind = STREAM, .flows = (n), .packets = (w) }
#define SLOW(n, w, us)	{ .kind = STREAM, .flows = (n), .packets = (w), .work = (us) * US }
#define PINGS \
	{ .kind = ECHO, .flows = 1, .packets = 1, .base = 200 * US, .mean = 200 * US }
#define FLOOD(us)	{ .kind = OPEN, .flows = 1, .packets = 1, .mean = (us) * US }
#define BURSTS(n, us) \
	{ .kind = BURST, .flows = 1, .packets = (n), .base = (us) * US, .mean = (us) * US / 4 }

/* Closed loops: clients, and the time that they think. */
static const int clients[] = { 1, 2, 4, 8, 16, 32, 64 };
static const struct {
	double base, mean, seconds;
} thinks[] = {
	{ 8, 2, 2 }, { 25, 40, 2 }, { 25, 100, 2 }, { 25, 1000, 4 },
};

static const struct load others[] = {
	{ "1 stream", { STREAMS(1, 128) }, 2, 1.1 },
	{ "1 stream, larger window", { STREAMS(1, 200) }, 2, 1.1 },
	{ "8 streams", { STREAMS(8, 24) }, 2, 1.2 },
	{ "slow reader", { SLOW(1, 128, 2) }, 2 },
	{ "slow reader of 8", { SLOW(8, 24, 1) }, 2, 1.1 },
	{ "stream and ping", { STREAMS(1, 128), PINGS }, 2 },
	{ "8 streams and ping", { STREAMS(8, 24), PINGS }, 2 },
	{ "slow reader and ping", { SLOW(1, 128, 2), PINGS }, 2 },
	{ "64 clients and ping", { ASK(64, 25, 100), PINGS }, 2 },
	{ "16 clients and stream", { ASK(16, 25, 100), STREAMS(1, 128) }, 2 },

	/* The time of an answer is that of the card's and the stack's work for it, too. */
	{ "64 ask 4 KiB, get 4 KiB", { RPC(64, 2, 3) }, 2, 1.1 },
	{ "64 ask 4 KiB, get 16 KiB", { RPC(64, 2, 5) }, 2, 1.1 },
	{ "64 ask 16 KiB, get 4 KiB", { RPC(64, 8, 5) }, 2 },
	{ "16 ask 16 KiB, get 16 KiB", { RPC(16, 8, 5) }, 2 },
	{ "4 ask 4 KiB, get 16 KiB", { RPC(4, 2, 5) }, 2 },

	{ "flood 100k/s", { FLOOD(10) }, 2 },
	{ "flood 250k/s", { FLOOD(4) }, 2 },
	{ "flood 500k/s", { FLOOD(2) }, 2 },
	{ "flood 1M/s", { FLOOD(1) }, 2 },
	{ "250k/s and bursts of 264", { FLOOD(4), BURSTS(264, 2000) }, 2 },
	{ "bursts of 100", { BURSTS(100, 500) }, 2 },
	{ "bursts of 400", { BURSTS(400, 2000) }, 2 },
	{ "64 clients and bursts of 128", { ASK(64, 25, 40), BURSTS(128, 2000) }, 2 },

	{ "stream begins every 20 ms",
	  { { .kind = STREAM, .flows = 1, .packets = 200, .on = 10 * MS, .off = 10 * MS,
	      .slow_start = true } }, 2 },
	{ "64 clients every 20 ms",
	  { { .kind = CLOSED, .flows = 64, .packets = 1, .base = 25 * US, .mean = 40 * US,
	      .on = 10 * MS, .off = 10 * MS } }, 4 },
	{ "64 clients, then 4",
	  { { .kind = CLOSED, .flows = 60, .packets = 1, .base = 25 * US, .mean = 40 * US,
	      .on = 300 * MS, .off = 300 * MS }, ASK(4, 25, 40) }, 4 },
	{ "stream, then 16 clients",
	  { { .kind = STREAM, .flows = 1, .packets = 128, .on = 100 * MS, .off = 400 * MS },
	    ASK(16, 25, 100) }, 4 },
};

static void closed_loop(int i, struct load *load)
{
	int n = clients[i / COUNT(thinks)], think = i % COUNT(thinks);
	const double base = thinks[think].base, mean = thinks[think].mean;

	*load = (struct load) { .senders = { ASK(n, base, mean) },
				.seconds = thinks[think].seconds };
	snprintf(load->name, sizeof(load->name), "%d clients, think %.0f+%.0f us", n, base, mean);
}

bool load_get(int i, struct load *load)
{
	static const char *const where[] = { "", ", on another CPU", ", beside a process" };
	int loops = COUNT(clients) * COUNT(thinks);
	enum place place = i % COUNT(where);
	size_t len;

	i /= COUNT(where);
	if (i >= loops + COUNT(others))
		return false;
	if (i < loops)
		closed_loop(i, load);
	else
		*load = others[i - loops];
	load->place = place;
	if (place != SAME_CPU)
		load->gain = 0;
	len = strlen(load->name);
	snprintf(load->name + len, sizeof(load->name) - len, "%s", where[place]);
	return true;
}
