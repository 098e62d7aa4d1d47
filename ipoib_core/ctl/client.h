/* SPDX-License-Identifier: GPL-2.0 */
/* Who asks ipoib_core, by its generic netlink family. */
#ifndef IPOIBCTL_CLIENT_H
#define IPOIBCTL_CLIENT_H

#include "records.h"

struct client;

/**
 * struct client_filter - what is asked for: all that fit
 * @ifname: of this interface, NULL: of any
 * @hca: of this RDMA device, NULL: of any
 * @port: of this port of it, 0: of any
 * @accel: of this accel, NULL: of any
 */
struct client_filter {
	const char *ifname;
	const char *hca;
	uint32_t port;
	const char *accel;
};

/**
 * client_open() - connect
 * @client: filled in
 *
 * Return: 0; -ENOENT: there is no such family, so no ipoib_core that has it; another negative
 * errno.
 */
int client_open(struct client **client);

/**
 * client_close() - end it
 * @client: it, or NULL
 */
void client_close(struct client *client);

/**
 * client_ask() - a dump of the family
 * @client: it
 * @cmd: what of
 * @filter: which of these
 * @records: filled with the answers, none for an interface that is not there; to be freed, also
 *	if it fails
 *
 * Return: 0, or a negative errno; client_why() says more.
 */
int client_ask(struct client *client, enum ipoib_cmd cmd, const struct client_filter *filter,
	       struct records *records);

/**
 * client_listen() - connect, and be told of changes from now on; not to be asked by
 * @client: filled in
 *
 * Return: 0, or a negative errno as of client_open(); -EOPNOTSUPP: this ipoib_core tells nobody.
 */
int client_listen(struct client **client);

/**
 * client_hear() - wait for a change
 * @client: that listens
 * @records: filled with what has changed, which may be nothing; to be freed, also if it fails
 *
 * Return: 0; -ENOBUFS: more has changed than could be told; -ENOENT: ipoib_core is gone; another
 * negative errno.
 */
int client_hear(struct client *client, struct records *records);

/**
 * client_is_told() - whether there is something to hear already
 * @client: of client_listen()
 *
 * Return: whether client_hear() would not wait.
 */
bool client_is_told(const struct client *client);

/**
 * client_why() - why the last request failed
 * @client: it
 *
 * Return: the kernel's words, or those of its error.
 */
const char *client_why(const struct client *client);

#endif /* IPOIBCTL_CLIENT_H */
