// SPDX-License-Identifier: GPL-2.0
/* rtnetlink, by libnl. */
#include "rtnl.h"

#include <errno.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>

/**
 * struct rtnl_request - what is under way
 * @hear: who hears the answers
 * @arg: for it
 * @error: of the kernel, a negative errno
 */
struct rtnl_request {
	void (*hear)(struct nlmsghdr *answer, void *arg);
	void *arg;
	int error;
};

static int rtnl_on_answer(struct nl_msg *msg, void *arg)
{
	struct rtnl_request *request = arg;
	struct nlmsghdr *header = nlmsg_hdr(msg);

	request->hear(header, request->arg);
	/* One that is not the piece of a dump is all that comes. */
	return header->nlmsg_flags & NLM_F_MULTI ? NL_OK : NL_STOP;
}

static int rtnl_on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct rtnl_request *request = arg;

	(void)from;
	request->error = error->error;
	return NL_STOP;
}

int rtnl_ask(struct nl_msg *msg, void (*hear)(struct nlmsghdr *answer, void *arg), void *arg)
{
	struct rtnl_request request = { .hear = hear, .arg = arg };
	struct nl_sock *sock = nl_socket_alloc();
	int ret;

	if (!sock)
		return -ENOMEM;
	ret = nl_connect(sock, NETLINK_ROUTE);
	if (ret < 0) {
		nl_socket_free(sock);
		return -EPROTONOSUPPORT;
	}
	nl_socket_disable_auto_ack(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, rtnl_on_answer, &request);
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, rtnl_on_error, &request);
	ret = nl_send_auto(sock, msg);
	if (ret >= 0)
		ret = nl_recvmsgs_default(sock);
	nl_socket_free(sock);
	if (request.error)
		return request.error;
	if (ret == -NLE_DUMP_INTR)
		return -EAGAIN;
	return ret < 0 ? -EIO : 0;
}

const char *rtnl_name(char *name, unsigned int ifindex)
{
	if (!if_indextoname(ifindex, name))
		snprintf(name, IF_NAMESIZE, "%u", ifindex);
	return name;
}
