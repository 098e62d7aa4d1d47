// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: fuzz SEED LIVES
 *
 * Cards without a guest. First large segments, as they should be (segments.c), and requests with a
 * reserved bit, as they should not (requests.c). Then random input in place of a driver: commands,
 * work requests, doorbells, packets, registers, knobs. Each life begins with a card that was
 * started as it should be; what comes then is what was right, with some of it changed. The cards
 * may refuse anything, but not crash, hang, or touch memory that is not theirs. The same seed gives
 * the same lives; that of one that ends badly is printed, to be run alone: "fuzz SEED 1" also tells
 * what the cards say.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "requests.h"
#include "segments.h"

#define CARDS		2
#define STEPS		400
#define OPCODES		0x1000
/* What one life may take, on a machine that is busy. */
#define LIFE_SECONDS	120

static struct card cards[CARDS];
static struct driver drivers[CARDS];
static u8 *memories[CARDS];
static u16 opcodes[OPCODES];
static u32 opcode_count;
/* Where the parent process sees it too. */
static u64 *seed;
static u64 state;
static u64 clock_us;
static unsigned long refused;

static bool verbose;

static void log_line(const struct card *card, const char *format, va_list args)
{
	if (!verbose)
		return;
	fprintf(stderr, "%s: ", card->name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void card_log(const struct card *card, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(card, format, args);
	va_end(args);
}

void card_wrong(struct card *card, const char *format, ...)
{
	va_list args;

	refused++;
	va_start(args, format);
	log_line(card, format, args);
	va_end(args);
}

u64 now_us(void)
{
	return clock_us;
}

/* xorshift64* */
static u32 roll(u32 sides)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (u32)(state * 0x2545f4914f6cdd1dull >> 32) % sides;
}

/* A number that may mean something: small, near a limit, a mask of bits, or anything. */
static u32 value(void)
{
	switch (roll(5)) {
	case 0:
		return roll(4);
	case 1:
		return roll(0x100);
	case 2:
		return 1u << roll(32);
	case 3:
		return -roll(4);
	}
	return roll(UINT32_MAX);
}

static void spoil(u8 *data, size_t len)
{
	for (u32 i = roll(4); i && len >= 4; i--) {
		size_t at = roll(len / 4) * 4;

		if (roll(2))
			put_be32(data + at, value());
		else
			data[at + roll(4)] ^= 1 << roll(8);
	}
}

/* One that was right before, or any that there is, with little in it. */
static void command(struct driver *driver)
{
	static u8 in[4096];
	static u8 out[8192];
	size_t len = 16 + roll(16) * roll(200);
	size_t out_len = 16 + roll(2) * roll(4096);

	memset(in, 0, sizeof(in));
	if (driver->count && roll(4)) {
		const struct sent *sent = &driver->sent[roll(driver->count)];

		memcpy(in, sent->in, sent->len);
		len = sent->len;
		out_len = sent->out_len;
	} else {
		put_be16(in, opcodes[roll(opcode_count)]);
		out_len = 16 + roll(2) * 4096;
	}
	spoil(in + 4, len - 4);
	if (roll(8))
		reserved_clear(in, len);
	if (!roll(8))
		len = 8 + roll(len);
	driver_command(driver, in, len, out, out_len);
}

/* Headers of an IPoIB packet: IP with TCP, UDP, or a tunnel, and in it more of it. */
static void packet(u8 *data, size_t len)
{
	static const u8 protocols[] = { 6, 17, 47, 1 };
	u8 protocol = protocols[roll(sizeof(protocols))];
	bool v6 = roll(2);
	size_t l4 = 4 + (v6 ? 40 : 20);

	memset(data, 0, len);
	put_be16(data, v6 ? 0x86dd : 0x0800);
	data[4] = v6 ? 0x60 : 0x45;
	data[v6 ? 10 : 13] = protocol;
	put_be16(data + l4, roll(0x10000));
	put_be16(data + l4 + 2, protocol == 47 ? 0x6558 : 4789);
	/* Where Ethernet's type is in VXLAN and in GRE. */
	put_be16(data + l4 + 16 + 12, 0x0800);
	data[l4 + 16 + 14] = 0x45;
	data[l4 + 16 + 14 + 9] = 6;
	put_be16(data + l4 + 4 + 12, 0x86dd);
	data[l4 + 4 + 14] = 0x60;
	data[l4 + 4 + 14 + 6] = 17;
	spoil(data, len);
}

static void data_segment(u8 *segment)
{
	put_be32(segment, roll(3) ? roll(2000) : roll(100000));
	put_be32(segment + 4, roll(8) ? RESERVED_LKEY : value());
	put_be64(segment + 8, roll(MEMORY));
}

static void address(struct driver *driver, u8 *wqe)
{
	u32 any = driver->queues[roll(driver->queue_count)].number;
	u8 *av = wqe + 16;

	driver_address(wqe, roll(2) ? roll(2) : any);
	put_be16(av + 14, roll(4) ? 1 : roll(2) ? 0xffff : 0xc000 + roll(4));
	put_be32(av + 28, roll(2) << 30);
	memset(av + 32, 0xff, 16);
	if (!roll(8))
		spoil(av, 48);
}

/* A datagram of management for the card or the switch, as data within the request. */
static size_t management(u8 *at)
{
	static const u16 attributes[] = { 0x10, 0x11, 0x12, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
					  0x1b, 0x1d, 0x20 };
	u8 *mad = at + 4;

	put_be32(at, 1u << 31 | MAD);
	mad[1] = roll(3) ? 0x81 : roll(2) ? 1 : 4;
	mad[3] = 1 + roll(3);
	mad[6] = roll(3);
	mad[7] = roll(3);
	put_be16(mad + 16, attributes[roll(sizeof(attributes) / sizeof(*attributes))]);
	put_be32(mad + 20, roll(4));
	mad[128 + 1] = roll(4);
	spoil(mad, MAD);
	return (4 + MAD + 15) / 16 * 16;
}

/* Puts one request into a queue, and rings. */
static void request(struct driver *driver)
{
	const struct queue *queue = &driver->queues[roll(driver->queue_count)];
	static const u8 kinds[] = { 0x0a, 0x0a, 0x0b, 0x0e, 0x00, 0x25 };
	u16 index = get_be32(driver->memory + queue->record + 4);
	u8 wqe[1024] = {};
	size_t size = 64;

	address(driver, wqe);
	if (roll(3)) {
		wqe[84] = roll(8) ? roll(16) << 4 : value();
		put_be16(wqe + 86, roll(4) ? roll(2000) : value());
		put_be16(wqe + 92, roll(4) ? roll(160) : value());
		packet(wqe + 94, 160);
		size += 32 + (roll(2) ? (get_be16(wqe + 92) + 13) / 16 * 16 % 256 : 0);
	}
	if (roll(4) == 0)
		size += management(wqe + size);
	else
		for (u32 i = roll(4); i; i--, size += 16)
			data_segment(wqe + size);
	put_be32(wqe, index << 8 | (roll(8) ? kinds[roll(sizeof(kinds))] : roll(256)));
	put_be32(wqe + 4, queue->number << 8 | (roll(16) ? size / 16 : roll(64)));
	put_be32(wqe + 8, roll(8) ? roll(2) << 3 | roll(2) << 1 : value());
	driver_put(driver, queue, wqe, size, roll(32) ? (size + 63) / 64 : roll(70));
}

static void registers(struct driver *driver)
{
	u32 len = 1u << roll(4);
	u64 offset = roll(2) ? roll(0x4000) : driver->uar * PAGE + roll(PAGE);
	u8 data[8];

	put_be32(data, value());
	put_be32(data + 4, value());
	/* The addresses of the command queue are left alone: there would be no more commands. */
	if (offset >= 0x10 && offset < 0x18)
		return;
	if (roll(4))
		pci_bar(driver->card, offset, data, len, roll(2));
	else
		pci_config(driver->card, 0x40 + roll(CONFIG_SIZE - 0x40), data, len, roll(2));
}

/* Time goes by, and a test wants something. */
static void world(struct driver *driver)
{
	struct card *card = driver->card;

	clock_us += roll(10000);
	if (card->has_errors)
		qp_flush_all(card);
	cq_expire(card, clock_us);
	switch (roll(12)) {
	case 0:
		card->knobs.link = roll(2);
		hca_cable(card);
		break;
	case 1:
		card->knobs.send_error = roll(3);
		card->knobs.recv_error = roll(3);
		break;
	case 2:
		card->knobs.stuck_sq = roll(2);
		send_release(card);
		break;
	case 3:
		card->knobs.stuck_command = roll(2);
		cmd_release(card);
		break;
	case 4:
		if (!roll(20)) {
			card->knobs.health = roll(256);
			hca_fail(card);
		}
		break;
	}
}

static void step(struct driver *driver)
{
	switch (roll(10)) {
	case 0 ... 2:
		command(driver);
		break;
	case 3 ... 6:
		request(driver);
		break;
	case 7:
		driver_consume(driver);
		break;
	case 8:
		registers(driver);
		break;
	case 9:
		world(driver);
		break;
	}
}

static void live(void)
{
	alarm(LIFE_SECONDS);
	state = *seed * 0x9e3779b97f4a7c15ull | 1;
	for (int i = 0; i < CARDS; i++) {
		control_reset(&cards[i]);
		card_reset(&cards[i]);
		cards[i].knobs.tunnels = roll(2);
		memset(memories[i], 0, MEMORY);
		driver_start(&drivers[i]);
		if (drivers[i].failed) {
			fprintf(stderr, "fuzz: the card does not start as it should\n");
			exit(1);
		}
	}
	for (int i = 0; i < STEPS; i++)
		step(&drivers[roll(CARDS)]);
}

/* Which commands there are: those whose opcode is not refused. */
static void find_opcodes(void)
{
	u8 in[16] = {};
	u8 out[16];

	control_reset(&cards[0]);
	card_reset(&cards[0]);
	driver_start(&drivers[0]);
	for (u32 i = 0; i < OPCODES; i++) {
		put_be16(in, i);
		driver_command(&drivers[0], in, sizeof(in), out, sizeof(out));
		if (out[0] != BAD_OPCODE && out[0] != 0xff)
			opcodes[opcode_count++] = i;
	}
}

/* What has its own tests. */
static bool ordered(void)
{
	control_reset(&cards[0]);
	card_reset(&cards[0]);
	cards[0].knobs.tunnels = 1;
	driver_start(&drivers[0]);
	return segments_pass(&drivers[0]) && requests_pass(&drivers[0]);
}

static int run(unsigned long lives)
{
	int fds[CARDS];

	verbose = lives == 1;
	for (int i = 0; i < CARDS; i++) {
		snprintf(cards[i].name, sizeof(cards[i].name), "card%d", i);
		cards[i].enhanced = true;
		for (int vector = 0; vector < VECTORS; vector++)
			cards[i].vector[vector] = -1;
		fds[i] = memfd_create("guest", MFD_CLOEXEC);
		if (fds[i] < 0 || ftruncate(fds[i], MEMORY) ||
		    dma_map(&cards[i], 0, MEMORY, fds[i], 0, true)) {
			perror("fuzz: memory");
			return 1;
		}
		memories[i] = dma_at(&cards[i], 0, MEMORY, true);
		drivers[i] = (struct driver) { .card = &cards[i], .memory = memories[i] };
	}
	switch_init(cards, CARDS);
	if (!ordered()) {
		fprintf(stderr, "fuzz: the card does not do what it should\n");
		return 1;
	}
	find_opcodes();
	for (unsigned long life = 0; life < lives; life++, ++*seed)
		live();
	printf("%lu lives; %u commands; %lu times something was refused\n", lives, opcode_count,
	       refused);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long lives = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	int status;
	pid_t pid;

	if (!lives) {
		fprintf(stderr, "usage: fuzz SEED LIVES\n");
		return 2;
	}
	seed = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seed == MAP_FAILED) {
		perror("fuzz: memory");
		return 1;
	}
	*seed = strtoull(argv[1], NULL, 0);
	pid = fork();
	if (!pid)
		return run(lives);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("fuzz: fork");
		return 1;
	}
	if (!status)
		return 0;
	fprintf(stderr, "fuzz: seed %llu%s\n", (unsigned long long)*seed,
		WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? " has no end" : "");
	return 1;
}
