// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: queues INTERFACE
 *
 * What the kernel's netlink family "netdev" tells of the queues of an interface, a line each:
 *
 *	rx|tx N napi ID			who serves it, 0: nobody
 *	rx|tx N packets P bytes B	what it has done
 *
 * Exit status 2: the kernel does not have it. Built by tests/vm/build-programs.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* linux/netdev.h of a kernel that is newer than the guest's headers. */
enum { QUEUE_GET = 10, QSTATS_GET = 12 };
enum { QUEUE_ID = 1, QUEUE_IFINDEX, QUEUE_TYPE, QUEUE_NAPI };
enum { QSTATS_IFINDEX = 1, QSTATS_TYPE, QSTATS_ID, QSTATS_SCOPE };
enum { QSTATS_RX_PACKETS = 8, QSTATS_RX_BYTES, QSTATS_TX_PACKETS, QSTATS_TX_BYTES };
enum { SCOPE_QUEUE = 1 };

#define MOST_ATTRS	64

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[128];
};

static int sock;
static int missing;

static void add(struct request *request, int type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((char *)request + NLMSG_ALIGN(request->nlh.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	request->nlh.nlmsg_len = NLMSG_ALIGN(request->nlh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

static void begin(struct request *request, int family, int command, int flags)
{
	memset(request, 0, sizeof(*request));
	request->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->nlh.nlmsg_type = family;
	request->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	request->genl.cmd = command;
	request->genl.version = 1;
}

/* Integers have as many bytes as they need. */
static uint64_t number(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (attr)
		memcpy(&value, (const char *)attr + NLA_HDRLEN, attr->nla_len - NLA_HDRLEN);
	return value;
}

static void show_queue(struct nlattr **attrs)
{
	printf("%s %u napi %u\n", number(attrs[QUEUE_TYPE]) ? "tx" : "rx",
	       (unsigned int)number(attrs[QUEUE_ID]), (unsigned int)number(attrs[QUEUE_NAPI]));
}

static void show_stats(struct nlattr **attrs)
{
	bool tx = number(attrs[QSTATS_TYPE]);

	printf("%s %u packets %llu bytes %llu\n", tx ? "tx" : "rx",
	       (unsigned int)number(attrs[QSTATS_ID]),
	       (unsigned long long)number(attrs[tx ? QSTATS_TX_PACKETS : QSTATS_RX_PACKETS]),
	       (unsigned long long)number(attrs[tx ? QSTATS_TX_BYTES : QSTATS_RX_BYTES]));
}

static int family;

static void show_family(struct nlattr **attrs)
{
	family = number(attrs[CTRL_ATTR_FAMILY_ID]);
}

/* Sends @request and has @show called with the attributes of each answer. */
static void ask(struct request *request, void (*show)(struct nlattr **attrs))
{
	static char buffer[65536];
	struct nlmsghdr *nlh;
	ssize_t len;

	if (send(sock, request, request->nlh.nlmsg_len, 0) < 0) {
		perror("send");
		exit(1);
	}
	do {
		len = recv(sock, buffer, sizeof(buffer), 0);
		for (nlh = (void *)buffer; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			struct nlattr *attrs[MOST_ATTRS] = {};
			char *at = (char *)NLMSG_DATA(nlh) + GENL_HDRLEN;
			const char *end = (char *)nlh + nlh->nlmsg_len;

			if (nlh->nlmsg_type == NLMSG_DONE)
				return;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				missing |= ((struct nlmsgerr *)NLMSG_DATA(nlh))->error != 0;
				return;
			}
			while (at + NLA_HDRLEN <= end) {
				struct nlattr *attr = (void *)at;

				if ((attr->nla_type & NLA_TYPE_MASK) < MOST_ATTRS)
					attrs[attr->nla_type & NLA_TYPE_MASK] = attr;
				at += NLA_ALIGN(attr->nla_len);
			}
			show(attrs);
			if (!(request->nlh.nlmsg_flags & NLM_F_DUMP))
				return;
		}
	} while (len > 0);
}

int main(int argc, char **argv)
{
	uint32_t ifindex, scope = SCOPE_QUEUE;
	struct request request;

	if (argc != 2)
		return 1;
	ifindex = if_nametoindex(argv[1]);
	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (!ifindex || sock < 0) {
		perror(argv[1]);
		return 1;
	}
	begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	add(&request, CTRL_ATTR_FAMILY_NAME, "netdev", sizeof("netdev"));
	ask(&request, show_family);
	if (!family)
		return 2;
	begin(&request, family, QUEUE_GET, NLM_F_DUMP);
	add(&request, QUEUE_IFINDEX, &ifindex, sizeof(ifindex));
	ask(&request, show_queue);
	begin(&request, family, QSTATS_GET, NLM_F_DUMP);
	add(&request, QSTATS_IFINDEX, &ifindex, sizeof(ifindex));
	add(&request, QSTATS_SCOPE, &scope, sizeof(scope));
	ask(&request, show_stats);
	return missing ? 2 : 0;
}
