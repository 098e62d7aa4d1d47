// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the netlink family "ipoib", by nothing but the kernel's own headers.
 *
 *	nl [-u] [-d] [-s] COMMAND [ATTRIBUTE=VALUE|raw=TYPE:HEX]...: a line NAME=VALUE NAME=VALUE of
 *		each message; ends with 1 and what the kernel says when that refuses
 *		-u: as nobody; -d: without NLM_F_DUMP; -s: little at a time, and after the first
 *		piece it waits for a line on its standard input
 *	nl monitor: a line of each notification, for ever
 *	nl fuzz SEED COUNT: so many requests that nobody in his senses would make
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../strangers/random.h"
#include "ipoib_netlink.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define NOBODY		65534
#define SMALL		4096
#define PATIENCE	20	/* seconds */

static const struct {
	const char *name;
	char kind;
} attrs[IPOIB_A_MAX + 1] = {
	[IPOIB_A_PAD] = { "pad", 0 },
	[IPOIB_A_GID] = { "gid", 'g' },
	[IPOIB_A_IFINDEX] = { "ifindex", 'n' },
	[IPOIB_A_IFNAME] = { "ifname", 's' },
	[IPOIB_A_HCA] = { "hca", 's' },
	[IPOIB_A_PORT] = { "port", 'n' },
	[IPOIB_A_ACCEL] = { "accel", 's' },
	[IPOIB_A_ACCEL_MODULE] = { "module", 's' },
	[IPOIB_A_ACCEL_VERSION] = { "version", 's' },
	[IPOIB_A_ACCEL_ABI] = { "abi", 'n' },
	[IPOIB_A_PRIORITY] = { "priority", 'n' },
	[IPOIB_A_WANTED] = { "wanted", 's' },
	[IPOIB_A_ALIAS] = { "alias", 's' },
	[IPOIB_A_PORT_STATE] = { "port-state", 'n' },
	[IPOIB_A_PORT_LID] = { "port-lid", 'n' },
	[IPOIB_A_SM_LID] = { "sm-lid", 'n' },
	[IPOIB_A_PORT_MTU] = { "port-mtu", 'n' },
	[IPOIB_A_BIND] = { "bind", 'n' },
	[IPOIB_A_BIND_TEXT] = { "bind-text", 's' },
	[IPOIB_A_REFUSED] = { "refused", 's' },
	[IPOIB_A_REFUSED_ERROR] = { "refused-error", 'n' },
	[IPOIB_A_PARENT] = { "parent", 'n' },
	[IPOIB_A_QPN] = { "qpn", 'n' },
	[IPOIB_A_RX_QUEUES] = { "rx-queues", 'n' },
	[IPOIB_A_TX_QUEUES] = { "tx-queues", 'n' },
	[IPOIB_A_RX_RING] = { "rx-ring", 'n' },
	[IPOIB_A_TX_RING] = { "tx-ring", 'n' },
	[IPOIB_A_MTU] = { "mtu", 'n' },
	[IPOIB_A_MTU_WANTED] = { "mtu-wanted", 'n' },
	[IPOIB_A_MTU_GROUP] = { "mtu-group", 'n' },
	[IPOIB_A_MTU_LIMIT] = { "mtu-limit", 'n' },
	[IPOIB_A_PKEY] = { "pkey", 'n' },
	[IPOIB_A_PKEY_ENTRY] = { "pkey-entry", 'n' },
	[IPOIB_A_QKEY] = { "qkey", 'n' },
	[IPOIB_A_CARRIER] = { "carrier", 'n' },
	[IPOIB_A_CARRIER_REASON] = { "reason", 'n' },
	[IPOIB_A_CARRIER_TEXT] = { "carrier-text", 's' },
	[IPOIB_A_CARRIER_SINCE] = { "since", 'n' },
	[IPOIB_A_GROUP_STATE] = { "group-state", 'n' },
	[IPOIB_A_LAST_ERROR] = { "error", 'n' },
	[IPOIB_A_TRIES] = { "tries", 'n' },
	[IPOIB_A_NEXT_TRY] = { "next-try", 'n' },
	[IPOIB_A_LID] = { "lid", 'n' },
	[IPOIB_A_MEMBERSHIP] = { "membership", 'n' },
	[IPOIB_A_QUEUED] = { "queued", 'n' },
	[IPOIB_A_SL] = { "sl", 'n' },
	[IPOIB_A_RATE] = { "rate", 'n' },
	[IPOIB_A_PATH_MTU] = { "path-mtu", 'n' },
	[IPOIB_A_AGE] = { "age", 'n' },
	[IPOIB_A_IDLE] = { "idle", 'n' },
	[IPOIB_A_PATH_STATE] = { "path-state", 'n' },
	[IPOIB_A_CAUSE] = { "cause", 's' },
	[IPOIB_A_PACKETS] = { "packets", 'n' },
	[IPOIB_A_TABLE] = { "table", 's' },
	[IPOIB_A_USED] = { "used", 'n' },
	[IPOIB_A_ENTRIES] = { "entries", 'n' },
	[IPOIB_A_LIMIT] = { "limit", 'n' },
	[IPOIB_A_QUEUED_LIMIT] = { "queued-limit", 'n' },
	[IPOIB_A_QUERIES] = { "queries", 'n' },
	[IPOIB_A_QUERIES_LIMIT] = { "queries-limit", 'n' },
	[IPOIB_A_NOTICE] = { "notice", 'n' },
	[IPOIB_A_COUNT] = { "count", 'n' },
	[IPOIB_A_TX_OUTSTANDING] = { "outstanding", 'n' },
	[IPOIB_A_RX_QPN] = { "rx-qpn", 'n' },
	[IPOIB_A_BROADCAST] = { "broadcast", 'g' },
	[IPOIB_A_RX_USECS] = { "rx-usecs", 'n' },
	[IPOIB_A_RX_FRAMES] = { "rx-frames", 'n' },
	[IPOIB_A_ADAPTIVE_RX] = { "adaptive-rx", 'n' },
	[IPOIB_A_TX_USECS] = { "tx-usecs", 'n' },
	[IPOIB_A_TX_FRAMES] = { "tx-frames", 'n' },
	[IPOIB_A_ADAPTIVE_TX] = { "adaptive-tx", 'n' },
};

static const char *const commands[IPOIB_CMD_MAX + 1] = {
	[IPOIB_CMD_ACCEL_GET] = "accel-get", [IPOIB_CMD_PORT_GET] = "port-get",
	[IPOIB_CMD_DEV_GET] = "dev-get", [IPOIB_CMD_GROUP_GET] = "group-get",
	[IPOIB_CMD_PATH_GET] = "path-get", [IPOIB_CMD_DROP_GET] = "drop-get",
	[IPOIB_CMD_TABLE_GET] = "table-get", [IPOIB_CMD_DEV_NTF] = "dev-ntf",
	[IPOIB_CMD_PORT_NTF] = "port-ntf", [IPOIB_CMD_NOTICE_NTF] = "notice-ntf",
};

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[512];
};

static char buffer[65536];
static bool small_pieces, was_interrupted;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int netlink_socket(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		die("socket");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void begin(struct request *request, int type, int cmd, int flags)
{
	memset(request, 0, sizeof(*request));
	request->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->nlh.nlmsg_type = type;
	request->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	request->nlh.nlmsg_seq = 1;
	request->genl.cmd = cmd;
	request->genl.version = 1;
}

static void add(struct request *request, int type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)request + NLMSG_ALIGN(request->nlh.nlmsg_len);

	if ((char *)attr + NLA_HDRLEN + NLA_ALIGN(len) > (char *)(request + 1))
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
	request->nlh.nlmsg_len = NLMSG_ALIGN(request->nlh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

static void show_attr(const struct nlattr *attr)
{
	int type = attr->nla_type & NLA_TYPE_MASK, len = attr->nla_len - NLA_HDRLEN;
	const void *data = attr + 1;
	char text[INET6_ADDRSTRLEN];
	unsigned long long number = 0;

	if (type > IPOIB_A_MAX || !attrs[type].name) {
		printf("unknown-%d=? ", type);
		return;
	}
	switch (attrs[type].kind) {
	case 'n':
		/* This machine is little-endian, as every guest. */
		memcpy(&number, data, len < 8 ? len : 8);
		printf("%s=%llu ", attrs[type].name, number);
		break;
	case 's':
		printf("%s=\"%.*s\" ", attrs[type].name, len, (const char *)data);
		break;
	case 'g':
		printf("%s=%s ", attrs[type].name,
		       len == 16 ? inet_ntop(AF_INET6, data, text, sizeof(text)) : "?");
		break;
	}
}

static void show(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr = (const void *)nlh + NLMSG_LENGTH(GENL_HDRLEN);
	const void *end = (const void *)nlh + nlh->nlmsg_len;

	while ((const void *)(attr + 1) <= end && attr->nla_len >= NLA_HDRLEN) {
		show_attr(attr);
		attr = (const void *)attr + NLA_ALIGN(attr->nla_len);
	}
	putchar('\n');
}

/* The attribute of a type in a list of them, or NULL. */
static const struct nlattr *find_attr(const void *from, const void *end, int type)
{
	const struct nlattr *attr = from;

	for (; (const void *)(attr + 1) <= end && attr->nla_len >= NLA_HDRLEN;
	     attr = (const void *)attr + NLA_ALIGN(attr->nla_len)) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
	}
	return NULL;
}

static const struct nlattr *find_in(const struct nlattr *nest, int type)
{
	return nest ? find_attr(nest + 1, (const void *)nest + nest->nla_len, type) : NULL;
}

static void show_error(const struct nlmsghdr *nlh, int error, size_t before)
{
	const struct nlattr *why = NULL;

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		why = find_attr((const void *)nlh + before, (const void *)nlh + nlh->nlmsg_len,
				NLMSGERR_ATTR_MSG);
	printf("error %d %s: %s\n", -error, strerror(-error), why ? (const char *)(why + 1) : "");
}

/* How one message ends the answer: 1: it does not; 0 or an error. */
static int take(const struct nlmsghdr *nlh, int family, bool quiet)
{
	const int *error = NLMSG_DATA(nlh);
	size_t before = NLMSG_LENGTH(sizeof(int));

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		was_interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *err = NLMSG_DATA(nlh);

			before = NLMSG_LENGTH(sizeof(*err));
			if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
				before += err->msg.nlmsg_len - sizeof(err->msg);
		}
		if (*error && !quiet)
			show_error(nlh, *error, before);
		return *error;
	}
	if (nlh->nlmsg_type == family && !quiet)
		show(nlh);
	return 1;
}

/* Reads an answer to its end. Returns 0 or the kernel's error; ends the program without any. */
static int answer(int fd, int family, bool quiet)
{
	int pieces = 0;

	for (;;) {
		ssize_t got = recv(fd, buffer, small_pieces ? SMALL : sizeof(buffer), 0);
		struct nlmsghdr *nlh = (void *)buffer;

		if (got < 0)
			die("nothing comes");
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			int ret = take(nlh, family, quiet);

			if (ret <= 0)
				return ret;
		}
		fflush(stdout);
		if (small_pieces && !pieces++)
			getchar();
	}
}

static int family_id(int fd)
{
	struct nlmsghdr *nlh = (void *)buffer;
	const struct nlattr *attr;
	struct request request;
	ssize_t got;

	begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	request.nlh.nlmsg_flags = NLM_F_REQUEST;
	add(&request, CTRL_ATTR_FAMILY_NAME, IPOIB_FAMILY_NAME, sizeof(IPOIB_FAMILY_NAME));
	if (send(fd, &request, request.nlh.nlmsg_len, 0) < 0)
		die("send");
	/* The kernel takes the largest buffer it was ever given for the size of pieces. */
	got = recv(fd, buffer, SMALL, 0);
	if (got < 0 || nlh->nlmsg_type != GENL_ID_CTRL) {
		printf("there is no family %s\n", IPOIB_FAMILY_NAME);
		exit(1);
	}
	attr = find_attr((void *)nlh + NLMSG_LENGTH(GENL_HDRLEN), buffer + got,
			 CTRL_ATTR_FAMILY_ID);
	return attr ? *(const __u16 *)(attr + 1) : 0;
}

static size_t from_hex(const char *hex, unsigned char *data)
{
	size_t len = 0;
	unsigned int byte;

	for (; len < 256 && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		data[len++] = byte;
	return len;
}

static void add_argument(struct request *request, char *argument)
{
	char *value = strchr(argument, '=');
	unsigned char data[256];
	unsigned int number;
	int type;

	if (!value)
		exit(2);
	*value++ = '\0';
	if (!strcmp(argument, "raw")) {
		type = strtoul(value, &value, 0);
		add(request, type, data, from_hex(value + 1, data));
		return;
	}
	for (type = IPOIB_A_MAX; type && (!attrs[type].name || strcmp(attrs[type].name, argument));)
		type--;
	switch (attrs[type].kind) {
	case 'n':
		number = strtoul(value, NULL, 0);
		add(request, type, &number, sizeof(number));
		break;
	case 's':
		add(request, type, value, strlen(value) + 1);
		break;
	case 'g':
		if (inet_pton(AF_INET6, value, data) == 1)
			add(request, type, data, 16);
		break;
	default:
		exit(2);
	}
}

static int find_command(const char *name)
{
	int cmd;

	for (cmd = IPOIB_CMD_MAX; cmd && strcmp(commands[cmd], name);)
		cmd--;
	return cmd;
}

/* The family's only group is the first of the list in family_id()'s answer. */
static void monitor(int fd, int family)
{
	const struct nlmsghdr *nlh = (void *)buffer;
	const struct nlattr *group;
	struct timeval ever = {};

	group = find_attr((const void *)nlh + NLMSG_LENGTH(GENL_HDRLEN),
			  (const void *)nlh + nlh->nlmsg_len, CTRL_ATTR_MCAST_GROUPS);
	group = find_in(find_in(group, 1), CTRL_ATTR_MCAST_GRP_ID);
	if (!group || setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group + 1, sizeof(int)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &ever, sizeof(ever)))
		die("monitor");
	printf("listening\n");
	fflush(stdout);
	answer(fd, family, false);
}

/* An attribute as somebody may send it: of any type and length, often of one that there is. */
static void add_random(struct request *request)
{
	static const char *const texts[] = { "ib0", "sib0", "ref", "", "a\0b", "%s%n", "ib0/1" };
	unsigned int type = below(4) ? below(IPOIB_A_ACCEL + 2) : below(0x10000), len, i;
	__u32 number = below(8);
	const char *text = texts[below(ARRAY_SIZE(texts))];
	unsigned char data[128];

	for (i = 0; i < sizeof(data); i++)
		data[i] = below(3) ? below(256) : 0;
	len = below(2) ? below(sizeof(data)) : 4;
	if (!below(2)) {
		len = strlen(text) + below(2);
		memcpy(data, text, len);
	} else if (!below(3)) {
		memcpy(data, &number, sizeof(number));
	}
	add(request, type, data, len);
}

static void spoil(struct request *request)
{
	char *bytes = (void *)&request->genl;
	unsigned int changes = below(4);

	if (!below(8))
		request->nlh.nlmsg_len -= below(request->nlh.nlmsg_len - sizeof(request->nlh));
	while (changes--)
		bytes[below(sizeof(request->genl) + 32)] = below(256);
}

/* Every request is answered: by an end, or by a refusal; some askers do not wait for it. */
static void fuzz(int family, __u64 seed, unsigned int count)
{
	unsigned int ended = 0, refused = 0, left = 0, i;
	struct request request;
	int fd = netlink_socket();

	state = seed;
	for (i = 0; i < count; i++) {
		unsigned int more = below(4);

		begin(&request, family, below(8) ? 1 + below(IPOIB_CMD_MAX) : below(256),
		      below(8) ? NLM_F_DUMP : below(0x10000) & ~NLM_F_REQUEST);
		request.nlh.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		while (more--)
			add_random(&request);
		if (!below(3))
			spoil(&request);
		if (send(fd, &request, request.nlh.nlmsg_len, 0) < 0)
			die("send");
		if (!below(16)) {
			close(fd);
			fd = netlink_socket();
			left++;
		} else if (answer(fd, family, true)) {
			refused++;
		} else {
			ended++;
		}
	}
	close(fd);
	printf("seed %llu: %u ended, %u refused, %u left\n", (unsigned long long)seed, ended,
	       refused, left);
}

int main(int argc, char **argv)
{
	int flags = NLM_F_DUMP, option, family, fd, ret, i;
	struct request request;

	while ((option = getopt(argc, argv, "uds")) > 0) {
		if (option == 'u' && (setgid(NOBODY) || setuid(NOBODY)))
			die("setuid");
		if (option == 'd')
			flags = 0;
		if (option == 's')
			small_pieces = true;
	}
	argv += optind;
	argc -= optind;
	if (argc < 1)
		return 2;
	fd = netlink_socket();
	family = family_id(fd);
	if (argc == 3 && !strcmp(argv[0], "fuzz")) {
		fuzz(family, strtoull(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
		return 0;
	}
	if (!strcmp(argv[0], "monitor"))
		monitor(fd, family);
	if (!find_command(argv[0]))
		return 2;
	begin(&request, family, find_command(argv[0]), flags);
	for (i = 1; i < argc; i++)
		add_argument(&request, argv[i]);
	if (send(fd, &request, request.nlh.nlmsg_len, 0) < 0)
		die("send");
	ret = answer(fd, family, false);
	if (was_interrupted)
		printf("interrupted\n");
	return ret ? 1 : 0;
}
