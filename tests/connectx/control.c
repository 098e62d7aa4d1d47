// SPDX-License-Identifier: GPL-2.0
/*
 * Knobs of the cards, by a socket: mostly faults on demand. A line names a card, a knob and its
 * value, as in "card2 stuck_sq 1"; without a value it asks for what that is now; "card2 default"
 * turns all back. The answer is a line too: "ok" and the value, or "error" and why. README.md lists
 * the knobs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"

#define LINE		128

/**
 * struct client - who asks
 * @fd: its connection, or -1
 * @len: how much of a line has come
 * @line: that
 */
struct client {
	int fd;
	size_t len;
	char line[LINE];
};

/**
 * struct knob - one
 * @name: of it
 * @at: where its value is in struct knobs
 * @max: the highest value
 * @changed: makes the card follow the new value; NULL: it looks by itself
 */
struct knob {
	const char *name;
	size_t at;
	u32 max;
	void (*changed)(struct card *card);
};

#define KNOB(NAME, MAX, CHANGED) { \
	.name = #NAME, \
	.at = offsetof(struct knobs, NAME), \
	.max = MAX, \
	.changed = CHANGED, \
}

/**
 * struct deed - what is done at once and has no value that stays
 * @name: of it
 * @max: the highest number that it takes
 * @act: does it
 */
struct deed {
	const char *name;
	u32 max;
	void (*act)(struct card *card, u32 number);
};

static const struct deed deeds[] = {
	{ "lid", LID_MULTICAST - 1, hca_move },
	{ "pkey", (PKEYS - 1) << 16 | UINT16_MAX, hca_pkey },
	{ "event", PORT_REREGISTER, hca_event },
};

static const struct knob knobs[] = {
	KNOB(link, 1, hca_cable),
	KNOB(send_error, UINT32_MAX, NULL),
	KNOB(recv_error, UINT32_MAX, NULL),
	KNOB(stuck_sq, UINT32_MAX, send_release),
	KNOB(stuck_command, UINT32_MAX, cmd_release),
	KNOB(refuse, UINT16_MAX, NULL),
	KNOB(health, UINT8_MAX, hca_fail),
	KNOB(ud_offloads, 1, caps_knob),
	KNOB(tunnels, 1, NULL),
	KNOB(ptp_queues, 1, caps_knob),
	KNOB(qos_leaves, 256, caps_knob),
	KNOB(lso_sends, 0, NULL),
	KNOB(csum_sends, 0, NULL),
	KNOB(drop_ppm, MILLION, NULL),
	KNOB(sa_mute, 1, NULL),
	KNOB(sa_paths, 0, NULL),
	KNOB(sa_joins, 0, NULL),
};

static struct {
	struct card *cards;
	int count;
	int listener;
	struct client clients[CONTROL_CLIENTS];
} control;

static const struct knob *knob_of(const char *name)
{
	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++)
		if (!strcmp(knobs[i].name, name))
			return &knobs[i];
	return NULL;
}

static const struct deed *deed_of(const char *name)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
		if (!strcmp(deeds[i].name, name))
			return &deeds[i];
	return NULL;
}

static struct card *card_of(const char *name)
{
	for (int i = 0; i < control.count; i++)
		if (!strcmp(control.cards[i].name, name))
			return &control.cards[i];
	return NULL;
}

static void turn_back(struct card *card)
{
	struct knobs before = card->knobs;

	control_reset(card);
	card->knobs.held = before.held;
	for (size_t i = 0; i < sizeof(knobs) / sizeof(*knobs); i++)
		if (knobs[i].changed && memcmp((char *)&before + knobs[i].at,
					       (char *)&card->knobs + knobs[i].at, sizeof(u32)))
			knobs[i].changed(card);
	send_release(card);
	cmd_release(card);
}

/* A number of at most @max from @text, the rest of a line; or what is wrong, to @answer. */
static bool number_of(const char *text, u32 max, u32 *number, char *answer)
{
	unsigned long long wish;
	char *end;

	wish = strtoull(text, &end, 0);
	if (!*text || *end || wish > max) {
		snprintf(answer, LINE, "error not a number of 0 to %u\n", max);
		return false;
	}
	*number = wish;
	return true;
}

static void turn(struct card *card, const struct knob *knob, const char *rest, char *answer)
{
	u32 *value = (u32 *)((char *)&card->knobs + knob->at);

	if (*rest) {
		if (!number_of(rest, knob->max, value, answer))
			return;
		card_log(card, "knob: %s %u", knob->name, *value);
		if (knob->changed)
			knob->changed(card);
	}
	snprintf(answer, LINE, "ok %u\n", *value);
}

static void act(struct card *card, const struct deed *deed, const char *rest, char *answer)
{
	u32 number;

	if (!number_of(rest, deed->max, &number, answer))
		return;
	card_log(card, "knob: %s %#x", deed->name, number);
	deed->act(card, number);
	snprintf(answer, LINE, "ok %u\n", number);
}

/* Does what @line says, and writes the answer to @answer, of LINE bytes. */
static void obey(char *line, char *answer)
{
	char *rest = line;
	const char *name = strsep(&rest, " ");
	const char *what = rest ? strsep(&rest, " ") : "";
	struct card *card = card_of(name);
	const struct knob *knob = knob_of(what);
	const struct deed *deed = deed_of(what);

	if (!rest)
		rest = line + strlen(line);
	if (card && !strcmp(what, "default")) {
		turn_back(card);
		snprintf(answer, LINE, "ok 0\n");
	} else if (card && knob) {
		turn(card, knob, rest, answer);
	} else if (card && deed) {
		act(card, deed, rest, answer);
	} else {
		snprintf(answer, LINE, "error no such %s\n", card ? "knob" : "card");
	}
}

static void leave(struct client *client)
{
	close(client->fd);
	client->fd = -1;
	client->len = 0;
}

/* Lines may come in pieces, and several at once. */
static void serve(struct client *client)
{
	ssize_t got = read(client->fd, client->line + client->len, LINE - client->len);
	char answer[LINE];
	char *end;

	if (got <= 0) {
		leave(client);
		return;
	}
	client->len += got;
	while ((end = memchr(client->line, '\n', client->len))) {
		size_t used = end + 1 - client->line;

		*end = '\0';
		obey(client->line, answer);
		client->len -= used;
		memmove(client->line, client->line + used, client->len);
		if (send(client->fd, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
			leave(client);
			return;
		}
	}
	if (client->len == LINE)
		leave(client);
}

/**
 * control_init() - be there for who turns knobs
 * @cards: all
 * @count: of them
 * @listener: the socket, which listens
 */
void control_init(struct card *cards, int count, int listener)
{
	control.cards = cards;
	control.count = count;
	control.listener = listener;
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		control.clients[i].fd = -1;
}

/**
 * control_poll() - what to wait for
 * @fds: for CONTROL_FDS descriptors; those that are not in use are negative
 */
void control_poll(struct pollfd *fds)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		fds[i] = (struct pollfd) { .fd = control.clients[i].fd, .events = POLLIN };
	fds[CONTROL_CLIENTS] = (struct pollfd) { .fd = control.listener, .events = POLLIN };
}

/**
 * control_serve() - do what came
 * @fds: of control_poll(), after poll()
 */
void control_serve(const struct pollfd *fds)
{
	int fd;

	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (fds[i].revents)
			serve(&control.clients[i]);
	if (!fds[CONTROL_CLIENTS].revents)
		return;
	fd = accept(control.listener, NULL, NULL);
	for (int i = 0; fd >= 0 && i < CONTROL_CLIENTS; i++) {
		if (control.clients[i].fd >= 0)
			continue;
		control.clients[i].fd = fd;
		return;
	}
	if (fd >= 0)
		close(fd);
}

/**
 * control_reset() - all knobs as they are at first
 * @card: whose
 */
void control_reset(struct card *card)
{
	card->knobs = (struct knobs) { .link = 1, .ud_offloads = 1 };
}
