/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink messages of odd attributes and numbers, mostly well-formed, so that they come as far as
 * they can.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "random.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

struct message {
	struct nlmsghdr nh;
	char body[2048];
};

/* Not before it has found out what it needs. */
static int mutate;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* A number at which something ends, or one beside it, or any. */
static uint64_t odd(void)
{
	static const uint64_t ends[] = {
		0, 1, 2, 4, 8, 64, 68, 72, 128, 256, 512, 1024, 1280, 2044, 2048, 4092, 4096, 8192,
		32768, 0x8001, 65520, 65536, 1048576, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff,
	};

	switch (below(8)) {
	case 0:
		return next();
	case 1:
		return below(65536);
	default:
		return ends[below(ARRAY_SIZE(ends))] + below(3) - 1;
	}
}

static void begin(struct message *msg, uint16_t type, uint16_t flags, const void *header,
		  size_t len)
{
	memset(msg, 0, sizeof(*msg));
	msg->nh.nlmsg_type = type;
	msg->nh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	msg->nh.nlmsg_len = NLMSG_LENGTH(len);
	memcpy(msg->body, header, len);
}

/* Appends an attribute; now and then it says another length than it has. */
static struct nlattr *put(struct message *msg, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((char *)msg + NLMSG_ALIGN(msg->nh.nlmsg_len));

	if (msg->nh.nlmsg_len + NLA_HDRLEN + len + 64 > sizeof(*msg))
		exit(3);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	msg->nh.nlmsg_len = NLMSG_ALIGN(msg->nh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
	if (mutate && !below(64))
		attr->nla_len = below(2) ? odd() : NLA_HDRLEN + below(len + 4);
	return attr;
}

/* A number of a length that is mostly right. */
static void put_odd(struct message *msg, uint16_t type, size_t len)
{
	uint64_t value[2] = { odd(), next() };

	put(msg, type, value, below(16) ? len : below(9));
}

static void end_nest(struct message *msg, struct nlattr *nest)
{
	nest->nla_type |= NLA_F_NESTED;
	nest->nla_len = (char *)msg + msg->nh.nlmsg_len - (char *)nest;
}

/* Sends it, and takes answers up to the one that says what came of it: 0 or an errno. */
static int tell(int fd, struct message *msg)
{
	static char answer[65536];
	const struct nlmsghdr *nh = (void *)answer;

	if (send(fd, msg, msg->nh.nlmsg_len, 0) < 0)
		return errno;
	for (;;) {
		int len = recv(fd, answer, sizeof(answer), 0);

		if (len < 0)
			return errno;
		nh = (void *)answer;
		for (; NLMSG_OK(nh, (unsigned int)len); nh = NLMSG_NEXT(nh, len)) {
			if (nh->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)NLMSG_DATA(nh))->error;
			if (nh->nlmsg_type == NLMSG_DONE)
				return 0;
		}
	}
}

static int netlink(int protocol)
{
	/* Who waits for an answer that does not come says so, and does not wait for ever. */
	struct timeval limit = { .tv_sec = 20 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		die("netlink");
	return fd;
}

/* The number of a generic netlink family, or 0 if there is none of that name. */
static uint16_t find_family(int fd, const char *name)
{
	struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY };
	struct message msg;
	uint16_t family;
	char answer[8192];
	const struct nlattr *attr = (void *)(answer + NLMSG_HDRLEN + GENL_HDRLEN);

	begin(&msg, GENL_ID_CTRL, 0, &header, sizeof(header));
	put(&msg, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	if (send(fd, &msg, msg.nh.nlmsg_len, 0) < 0 ||
	    recv(fd, answer, sizeof(answer), 0) < 0)
		die(name);
	if (((struct nlmsghdr *)answer)->nlmsg_type == NLMSG_ERROR)
		return 0;
	while (attr->nla_len && attr->nla_type != CTRL_ATTR_FAMILY_ID)
		attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len));
	memcpy(&family, (char *)attr + NLA_HDRLEN, sizeof(family));
	/* The other answer, to NLM_F_ACK. */
	if (recv(fd, answer, sizeof(answer), 0) < 0)
		die(name);
	return family;
}

#endif
