/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of a host that receives: a link, a ring, NAPI on a CPU, a server, and who sends to it.
 *
 *   machine.c   the ring, NAPI, the CPU: what takes time
 *   traffic.c   who sends what when, and what an answer makes them do
 *   loads.c     the loads that are compared
 *   compare.c   main: each load without moderation and with it
 *
 * Time is in nanoseconds. A CPU is one that does 3 instructions a nanosecond, which is about what
 * such code gets of a server's at 3 GHz; their numbers are those that tests/bench has counted on
 * 6.12 (README.md there, "Where the instructions of a TCP packet go"). What goes over PCI Express,
 * misses caches or wakes a CPU takes time instead, and is what is measured on such servers.
 */
#ifndef MODERATE_MACHINE_H
#define MODERATE_MACHINE_H

#include "kernel.h"

/* An interrupt up to NAPI: MSI-X, the event queue, doorbells, softirq, arming the CQ. */
#define COST_IRQ	1400
/* The end of a wait: by a local timer, no event queue, no arming, but the timer is started. */
#define COST_TIMER	900
/* The begin of a run of NAPI. */
#define COST_POLL	300
/* To leave the idle state, the first kind; deeper ones only make it worse to be idle. */
#define COST_WAKE_CPU	1000
/* A packet in the driver: 264 instructions, and a cache line that the HCA wrote. */
#define COST_DRIVER	150
/* GRO: 793 instructions. */
#define COST_GRO	260
/* An skb through IP and UDP or TCP to a socket, with its allocation: 1500 instructions. */
#define COST_STACK	500
/* TCP besides: an acknowledgment is made and sent for each skb that GRO has made. */
#define COST_ACK	900
/* A reader that sleeps is woken, on another CPU by an interrupt; and it is scheduled. */
#define COST_WAKE	400
#define COST_WAKE_FAR	700
#define COST_SCHEDULE	800
/* A datagram is read and answered: two system calls, 2000 and 5000 instructions. */
#define COST_ANSWER	2300
/* Data of a packet is copied to the reader: 843 instructions; and the call that does it. */
#define COST_COPY	280
#define COST_READ	600
/* ICMP: an echo is answered where it is received. */
#define COST_ECHO	1500

/* NAPI: packets of a run (the kernel's), completions polled at once (REF_WC_BATCH). */
#define NAPI_BUDGET	64
#define NAPI_BATCH	16
/* A ring of the default size; small datagrams that a socket of the default size holds. */
#define RING		256
#define SOCKET		256
/* Softirqs run so long in a row, then take turns with the process (ksoftirqd). */
#define SOFTIRQ_MOST	2e6
#define SLICE		1e6
/* GRO makes skbs of so many packets: 64 KiB of an MTU of 2044. */
#define GRO_MOST	32
/* The wire: a small packet and a full one at 54 Gbit/s (FDR); there and back without the host. */
#define GAP_SMALL	120
#define GAP_FULL	310
#define WIRE		2000

#define MOST_FLOWS	80

enum kind {
	CLOSED,		/* asks, thinks after the answer, asks again */
	OPEN,		/* datagrams at random times that nobody answers */
	BURST,		/* so many datagrams in a row, now and then */
	STREAM,		/* TCP, as fast as its window lets it */
	ECHO,		/* ping at random times */
};

/* Some of one kind. */
struct senders {
	enum kind kind;
	int flows;
	int packets;		/* of a request; of a burst; the window of a stream */
	double base, mean;	/* thinks for base + exp(mean); others: time between, on average */
	double work;		/* what a request, or a packet, costs the server besides */
	double answer;		/* acknowledgments that the answer makes the client send */
	double on, off;		/* active for that time, then not for that time; 0: always */
	bool slow_start;	/* STREAM: the window begins with 10 and doubles */
};

/* Where the server runs, and what else the CPU that receives does. */
enum place { SAME_CPU, OTHER_CPU, BESIDE_HOG };

struct load {
	char name[64];
	struct senders senders[4];
	double seconds;
	double gain;		/* adaptive moderation makes its rate so much higher, at least */
	enum place place;
};

struct result {
	double rate;		/* answers, or packets that were read, a second */
	double p50, p99;	/* of an answer; of an echo where there are some; 0: neither */
	double lost;		/* of a million packets */
	double busy;		/* of the CPU that receives, without the hog */
	double waits;		/* runs of NAPI a second that came after a wait */
	bool echoes;		/* p50 and p99 are of echoes */
};

struct packet {
	double sent;
	int flow;
	bool ack;
	bool last;		/* of a request */
};

struct flow {
	const struct senders *of;
	uint64_t random;
	int got;		/* packets of the request that are there */
	double sent;
	int window, flight, unread;
	int merged;		/* packets in the skb that GRO makes */
	bool merged_last;
	double merged_sent;
};

/* machine.c */
struct result machine_run(const struct load *load, bool adaptive);
void machine_arrive(const struct packet *packet);
void machine_answered(double sent);
extern double machine_time;

/* traffic.c */
void traffic_start(const struct load *load);
void traffic_answer(struct flow *flow);
void traffic_acked(struct flow *flow, int packets);
void traffic_read(struct flow *flow, int packets);
void traffic_lost(struct flow *flow);
double traffic_next(void);
void traffic_step(void);
extern struct flow flows[MOST_FLOWS];

/* loads.c */
bool load_get(int i, struct load *load);

#endif /* MODERATE_MACHINE_H */
