/* SPDX-License-Identifier: GPL-2.0 */
/* Answers of a kernel that is not there: what ipoib_core would say in some states. */
#ifndef CTL_SCENES_H
#define CTL_SCENES_H

#include "client.h"

/* Enough for the answers of a scene to one request. */
#define SCENES_STREAM	65536

/**
 * scenes_name() - one after the other
 * @number: from 0
 *
 * Return: the name of the scene, or NULL.
 */
const char *scenes_name(size_t number);

/**
 * scenes_answer() - the messages that answer a request
 * @name: of the scene
 * @cmd: what of
 * @filter: which of these
 * @stream: SCENES_STREAM bytes, filled with messages, one after the other
 * @len: how many bytes of it
 *
 * Return: 0, or the negative errno that is the answer.
 */
int scenes_answer(const char *name, enum ipoib_cmd cmd, const struct client_filter *filter,
		  unsigned char *stream, size_t *len);

/**
 * scenes_host() - the messages that answer a request to rtnetlink
 * @name: of the scene
 * @request: it
 * @stream: SCENES_STREAM bytes, filled with messages, one after the other
 * @len: how many bytes of it
 *
 * Return: 0, or the negative errno that is the answer.
 */
int scenes_host(const char *name, const struct nlmsghdr *request, unsigned char *stream,
		size_t *len);

#endif /* CTL_SCENES_H */
