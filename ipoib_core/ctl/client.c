// SPDX-License-Identifier: GPL-2.0
/* The socket: requests and their answers, by libnl. */
#include "client.h"

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* How often a dump is begun anew in whose midst something has changed. */
#define CLIENT_TRIES	5

/**
 * struct client - a connection
 * @sock: of libnl
 * @family: number of the family
 * @records: of the request that is under way
 * @error: how it ended, a negative errno
 * @why: the same in words
 */
struct client {
	struct nl_sock *sock;
	int family;
	struct records *records;
	int error;
	char why[256];
};

static void client_fail(struct client *client, int error, const char *why)
{
	client->error = error;
	snprintf(client->why, sizeof(client->why), "%s", why ? why : strerror(-error));
}

/* Who listens is told too when a family goes. */
static bool client_is_end(const struct client *client, struct nlmsghdr *header)
{
	static struct nla_policy policy[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	};
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];

	return !genlmsg_parse(header, 0, attrs, CTRL_ATTR_MAX, policy) &&
	       genlmsg_hdr(header)->cmd == CTRL_CMD_DELFAMILY && attrs[CTRL_ATTR_FAMILY_ID] &&
	       nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]) == client->family;
}

static int client_on_answer(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct client *client = arg;
	int ret;

	if (header->nlmsg_type != client->family) {
		if (header->nlmsg_type == GENL_ID_CTRL && client_is_end(client, header))
			client_fail(client, -ENOENT, "ipoib_core is gone");
		return NL_OK;
	}
	ret = records_add(client->records, header);
	if (!ret)
		return NL_OK;
	client_fail(client, ret, NULL);
	return NL_STOP;
}

/* What went wrong after the first answer was sent is said at the end. */
static int client_on_end(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct client *client = arg;
	int error;

	if (nlmsg_valid_hdr(header, sizeof(error))) {
		memcpy(&error, nlmsg_data(header), sizeof(error));
		if (error < 0)
			client_fail(client, error, NULL);
	}
	return NL_STOP;
}

static int client_on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *msg = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	struct client *client = arg;

	(void)from;
	client_fail(client, error->error, record_complaint(msg));
	return NL_STOP;
}

int client_open(struct client **opened)
{
	struct client *client = calloc(1, sizeof(*client));
	int yes = 1, ret = -ENOMEM;

	if (!client)
		return -ENOMEM;
	client->sock = nl_socket_alloc();
	if (!client->sock)
		goto free_client;
	ret = genl_connect(client->sock);
	if (ret) {
		ret = -EPROTONOSUPPORT;
		goto free_sock;
	}
	client->family = genl_ctrl_resolve(client->sock, IPOIB_FAMILY_NAME);
	if (client->family < 0) {
		/*
		 * libnl says of any error that there is none. Where not even the family of
		 * families is to be found nobody has answered.
		 */
		ret = genl_ctrl_resolve(client->sock, "nlctrl") < 0 ? -EIO : -ENOENT;
		goto free_sock;
	}
	/* Words with errors; a kernel without them says a number. */
	setsockopt(nl_socket_get_fd(client->sock), SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	nl_socket_modify_cb(client->sock, NL_CB_VALID, NL_CB_CUSTOM, client_on_answer, client);
	nl_socket_modify_cb(client->sock, NL_CB_FINISH, NL_CB_CUSTOM, client_on_end, client);
	nl_socket_modify_err_cb(client->sock, NL_CB_CUSTOM, client_on_error, client);
	*opened = client;
	return 0;

free_sock:
	nl_socket_free(client->sock);
free_client:
	free(client);
	return ret;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	nl_socket_free(client->sock);
	free(client);
}

static struct nl_msg *client_request(const struct client *client, enum ipoib_cmd cmd,
				     const struct client_filter *filter)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0, NLM_F_DUMP, cmd,
			 IPOIB_FAMILY_VERSION) ||
	    (filter->ifname && nla_put_string(msg, IPOIB_A_IFNAME, filter->ifname)) ||
	    (filter->hca && nla_put_string(msg, IPOIB_A_HCA, filter->hca)) ||
	    (filter->port && nla_put_u32(msg, IPOIB_A_PORT, filter->port)) ||
	    (filter->accel && nla_put_string(msg, IPOIB_A_ACCEL, filter->accel))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int client_try(struct client *client, enum ipoib_cmd cmd,
		      const struct client_filter *filter)
{
	struct nl_msg *msg = client_request(client, cmd, filter);
	int ret;

	if (!msg) {
		client_fail(client, -ENOMEM, NULL);
		return 0;
	}
	client->error = 0;
	ret = nl_send_auto(client->sock, msg);
	nlmsg_free(msg);
	if (ret >= 0)
		ret = nl_recvmsgs_default(client->sock);
	if (ret < 0 && ret != -NLE_DUMP_INTR && !client->error)
		client_fail(client, -EIO, nl_geterror(ret));
	return ret;
}

int client_ask(struct client *client, enum ipoib_cmd cmd, const struct client_filter *filter,
	       struct records *records)
{
	int tries = CLIENT_TRIES;

	client->records = records;
	do {
		records_free(records);
		if (client_try(client, cmd, filter) != -NLE_DUMP_INTR)
			break;
	} while (--tries);
	/* That there is no such interface is no answers. */
	if (client->error == -ENODEV && filter->ifname)
		client->error = 0;
	/* Those that were there all the time are among them, and right. */
	records->torn = !tries;
	return client->error;
}

int client_listen(struct client **opened)
{
	int ret = client_open(opened), group;
	struct client *client = *opened;

	if (ret)
		return ret;
	group = genl_ctrl_resolve_grp(client->sock, IPOIB_FAMILY_NAME, IPOIB_MCGRP_MONITOR);
	if (group < 0) {
		ret = -EOPNOTSUPP;
		goto close;
	}
	/* What nobody asked for is in no sequence. */
	nl_socket_disable_seq_check(client->sock);
	/* The group of the family that tells of families has their number. */
	if (nl_socket_add_memberships(client->sock, group, GENL_ID_CTRL, 0)) {
		ret = -EIO;
		goto close;
	}
	return 0;

close:
	client_close(client);
	*opened = NULL;
	return ret;
}

int client_hear(struct client *client, struct records *records)
{
	int ret;

	client->records = records;
	client->error = 0;
	ret = nl_recvmsgs_default(client->sock);
	/* libnl's word for ENOBUFS. */
	if (ret == -NLE_NOMEM)
		client_fail(client, -ENOBUFS, NULL);
	else if (ret < 0 && !client->error)
		client_fail(client, -EIO, nl_geterror(ret));
	return client->error;
}

bool client_is_told(const struct client *client)
{
	struct pollfd poll_fd = { .fd = nl_socket_get_fd(client->sock), .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

const char *client_why(const struct client *client)
{
	return client->why;
}
