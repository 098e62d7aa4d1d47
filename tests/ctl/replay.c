// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of client.c: ipoibctl asks a scene. "none" is one without the family, "no-netlink"
 * one where nobody can be asked. Where TORN is in the environment something has changed while it
 * was told; HEARD are scenes that come one after the other while it listens: "!NAME" is one of
 * which nothing was told, for want of room, "#N" a notice of that number, "?N" another message,
 * "~" one that makes no sense. REFUSED_FROM is the first request that fails, MADE_FROM the first
 * that has interfaces.
 */
#include "replay.h"

#include <errno.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

struct client {
	int error;
	bool heard;
};

const char *replay_scene;
void (*replay_mangle)(unsigned char *stream, size_t *len);

int client_open(struct client **client)
{
	if (!replay_scene)
		replay_scene = getenv("SCENE");
	if (!replay_scene || !strcmp(replay_scene, "none"))
		return -ENOENT;
	if (!strcmp(replay_scene, "no-netlink"))
		return -EPROTONOSUPPORT;
	*client = calloc(1, sizeof(**client));
	return *client ? 0 : -ENOMEM;
}

void client_close(struct client *client)
{
	free(client);
}

int client_ask(struct client *client, enum ipoib_cmd cmd, const struct client_filter *filter,
	       struct records *records)
{
	unsigned char *stream = malloc(SCENES_STREAM), *exact = NULL;
	struct nlmsghdr *msg;
	const char *refused = getenv("REFUSED_FROM"), *made = getenv("MADE_FROM");
	static unsigned long requests;
	size_t len = 0;
	int left;

	requests++;
	if (made && cmd == IPOIB_CMD_DEV_GET && requests < strtoul(made, NULL, 10))
		client->error = 0;
	else if (refused && requests >= strtoul(refused, NULL, 10))
		client->error = -EIO;
	else
		client->error = stream ? scenes_answer(replay_scene, cmd, filter, stream, &len) :
				-ENOMEM;
	if (client->error)
		goto out_free;
	if (replay_mangle)
		replay_mangle(stream, &len);
	/* Not a byte more, so that reading beyond it is seen. */
	exact = malloc(len + !len);
	if (!exact) {
		client->error = -ENOMEM;
		goto out_free;
	}
	memcpy(exact, stream, len);
	left = len;
	for (msg = (struct nlmsghdr *)exact; nlmsg_ok(msg, left); msg = nlmsg_next(msg, &left)) {
		client->error = records_add(records, msg);
		if (client->error)
			break;
	}
	records->torn = getenv("TORN");
out_free:
	free(exact);
	free(stream);
	return client->error;
}

int client_listen(struct client **client)
{
	return client_open(client);
}

/* One change, or those that come, and then it is gone. */
int client_hear(struct client *client, struct records *records)
{
	static const struct client_filter all;
	char *scenes = getenv("HEARD"), *next = NULL;

	if (scenes)
		next = strtok(client->heard ? NULL : scenes, " ");
	if (scenes ? !next : client->heard) {
		client->error = -ENOENT;
	} else if (next && *next == '!') {
		replay_scene = next + 1;
		client->error = -ENOBUFS;
	} else if (next && *next == '#') {
		setenv("NOTICE", next + 1, 1);
		client_ask(client, IPOIB_CMD_NOTICE_NTF, &all, records);
	} else if (next && *next == '~') {
		records->refused = 1;
	} else if (next && *next == '?') {
		client_ask(client, strtoul(next + 1, NULL, 10), &all, records);
	} else {
		if (next)
			replay_scene = next;
		client_ask(client, IPOIB_CMD_DEV_GET, &all, records);
	}
	client->heard = true;
	return client->error;
}

bool client_is_told(const struct client *client)
{
	(void)client;
	return false;
}

const char *client_why(const struct client *client)
{
	return strerror(-client->error);
}
