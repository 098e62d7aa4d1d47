// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: connectx --cards N --enhanced M --dir DIR
 *
 * Models N cards, the last M of which have the offloads of enhanced IPoIB, on one InfiniBand
 * switch. Card i waits for a QEMU at DIR/card<i>.sock; one that goes away leaves its card as after
 * a reset, for another to come. DIR/control.sock has knobs (control.c). Ends when it is told to
 * by SIGTERM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define MAX_CARDS	16
/* How often to look whether something was posted to a queue in error: no doorbell tells. */
#define FLUSH_US	20000

static struct card cards[MAX_CARDS];

static void log_line(const struct card *card, const char *kind, const char *format, va_list args)
{
	fprintf(stderr, "%s: %s", card->name, kind);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

/**
 * card_log() - tell of something
 * @card: where it happened
 * @format: as printf() has it
 */
void card_log(const struct card *card, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(card, "", format, args);
	va_end(args);
}

/**
 * card_wrong() - tell of something that a driver may not do
 * @card: where it happened
 * @format: as printf() has it
 */
void card_wrong(struct card *card, const char *format, ...)
{
	va_list args;

	card->wrongs++;
	va_start(args, format);
	log_line(card, "WRONG: ", format, args);
	va_end(args);
}

/**
 * now_us() - the time
 *
 * Return: in microseconds, since some past.
 */
u64 now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

static void card_leave(struct card *card)
{
	card_log(card, "the client left; wrongs: %lu", card->wrongs);
	close(card->client);
	card->client = -1;
	control_reset(card);
	card_reset(card);
	pci_set_vectors(card, 0, VECTORS, NULL);
	dma_unmap(card, 0, ~0ull);
	card->wrongs = 0;
}

/* A socket that listens, or -1. */
static int listen_at(const char *dir, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s.sock", dir, name);
	int fd;

	if (len < 0 || (size_t)len >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4))
		return -1;
	return fd;
}

static int card_listen(struct card *card, const char *dir, int number)
{
	snprintf(card->name, sizeof(card->name), "card%d", number);
	for (int i = 0; i < VECTORS; i++)
		card->vector[i] = -1;
	card->client = -1;
	control_reset(card);
	card->listener = listen_at(dir, card->name);
	return card->listener;
}

/* Until when to wait for messages: what is to be done then is in run_timers(). */
static void set_timeout(int count, struct timespec *timeout)
{
	u64 now = now_us();
	u64 until = now + 1000000;

	for (int i = 0; i < count; i++) {
		if (cards[i].has_errors && now + FLUSH_US < until)
			until = now + FLUSH_US;
		if (cards[i].next_deadline && cards[i].next_deadline < until)
			until = cards[i].next_deadline;
	}
	until = until > now ? until - now : 0;
	timeout->tv_sec = until / 1000000;
	timeout->tv_nsec = until % 1000000 * 1000;
}

static void run_timers(int count)
{
	u64 now = now_us();

	for (int i = 0; i < count; i++) {
		if (cards[i].has_errors)
			qp_flush_all(&cards[i]);
		if (cards[i].next_deadline && cards[i].next_deadline <= now)
			cq_expire(&cards[i], now);
	}
}

static int serve(int count)
{
	struct pollfd fds[MAX_CARDS + CONTROL_FDS];
	struct timespec timeout;

	for (;;) {
		for (int i = 0; i < count; i++) {
			struct card *card = &cards[i];

			fds[i] = (struct pollfd) {
				.fd = card->client < 0 ? card->listener : card->client,
				.events = POLLIN,
			};
		}
		control_poll(fds + count);
		set_timeout(count, &timeout);
		if (ppoll(fds, count + CONTROL_FDS, &timeout, NULL) < 0)
			return -1;
		for (int i = 0; i < count; i++) {
			struct card *card = &cards[i];

			if (!fds[i].revents)
				continue;
			if (card->client < 0)
				card->client = accept(card->listener, NULL, NULL);
			else if (vfio_user_serve(card))
				card_leave(card);
		}
		control_serve(fds + count);
		run_timers(count);
	}
}

int main(int argc, char **argv)
{
	const char *dir = NULL;
	int count = 0;
	int enhanced = 0;
	int control;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--cards"))
			count = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--enhanced"))
			enhanced = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--dir"))
			dir = argv[i + 1];
	}
	if (argc != 7 || !dir || count < 1 || count > MAX_CARDS || enhanced < 0) {
		fprintf(stderr,
			"usage: connectx --cards N --enhanced M --dir DIR (N: 1 to %d)\n",
			MAX_CARDS);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		cards[i].enhanced = i >= count - enhanced;
		if (card_listen(&cards[i], dir, i) < 0) {
			fprintf(stderr, "connectx: socket of card %d in %s: %s\n", i, dir,
				strerror(errno));
			return 1;
		}
	}
	control = listen_at(dir, "control");
	if (control < 0) {
		fprintf(stderr, "connectx: control socket in %s: %s\n", dir, strerror(errno));
		return 1;
	}
	control_init(cards, count, control);
	switch_init(cards, count);
	for (int i = 0; i < count; i++)
		card_reset(&cards[i]);
	serve(count);
	fprintf(stderr, "connectx: poll: %s\n", strerror(errno));
	return 1;
}
