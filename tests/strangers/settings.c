// SPDX-License-Identifier: GPL-2.0
/*
 * Odd values for every setting of an interface: its module's parameters, files of sysfs, attributes
 * of rtnetlink, messages and requests of ethtool; and odd questions to the family ipoib. Mostly
 * well-formed, so that they come as far as they can.
 *
 *	settings SEED SECONDS INTERFACE: as whoever calls
 *	settings SEED SECONDS INTERFACE own: as a nobody who owns a user and a network namespace,
 *		which INTERFACE is to be moved to: the process is told on stdout
 *
 * The same SEED brings the same settings in the same order. Prints how many of each kind were tried
 * and taken.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ipoib_netlink.h"
#include "message.h"

#define LLADDR_LEN	20
#define NOBODY		65534
/* Interfaces that it makes are named fz0 to fz7. */
#define CHILDREN	8

static const char *interface;
static int route, generic, ioctls;
static uint16_t ethtool_family, ipoib_family;

static const char *child_name(void)
{
	static char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "fz%u", below(CHILDREN));
	return name;
}

static unsigned int any_index(void)
{
	unsigned int index = if_nametoindex(below(3) ? interface : child_name());

	return below(32) ? index : odd();
}

static void put_info(struct message *msg)
{
	struct nlattr *info = put(msg, IFLA_LINKINFO, NULL, 0), *data;

	put(msg, IFLA_INFO_KIND, below(32) ? "ipoib" : "ipoi", 6);
	data = put(msg, IFLA_INFO_DATA, NULL, 0);
	if (below(4))
		put_odd(msg, IFLA_IPOIB_PKEY, 2);
	if (below(2))
		put_odd(msg, IFLA_IPOIB_MODE, 2);
	if (below(2))
		put_odd(msg, IFLA_IPOIB_UMCAST, 2);
	if (!below(8))
		put_odd(msg, below(16), 4);
	end_nest(msg, data);
	end_nest(msg, info);
}

/* An address of the kind that there is, with another GUID, or anything. */
static void put_lladdr(struct message *msg, uint16_t type)
{
	uint64_t lladdr[8] = { next(), next(), next(), next() };

	put(msg, type, lladdr, below(4) ? LLADDR_LEN : below(40));
}

static void put_link(struct message *msg)
{
	static const struct {
		uint16_t type;
		uint8_t len;
	} numbers[] = {
		{ IFLA_MTU, 4 }, { IFLA_MTU, 4 }, { IFLA_MTU, 4 }, { IFLA_TXQLEN, 4 },
		{ IFLA_OPERSTATE, 1 }, { IFLA_LINKMODE, 1 }, { IFLA_GROUP, 4 }, { IFLA_CARRIER, 1 },
		{ IFLA_PROTO_DOWN, 1 }, { IFLA_GSO_MAX_SIZE, 4 }, { IFLA_GSO_MAX_SEGS, 4 },
		{ IFLA_GRO_MAX_SIZE, 4 }, { IFLA_NUM_VF, 4 }, { IFLA_PROMISCUITY, 4 },
	};
	unsigned int i, count = below(3) ? 1 : below(4);

	for (i = 0; i < count; i++) {
		unsigned int which = below(ARRAY_SIZE(numbers));

		put_odd(msg, numbers[which].type, numbers[which].len);
	}
	if (!below(4))
		put_lladdr(msg, IFLA_ADDRESS);
	if (!below(8))
		put_lladdr(msg, IFLA_BROADCAST);
}

static int link_set(void)
{
	struct ifinfomsg header = { .ifi_index = any_index() };
	struct message msg;

	if (!below(4)) {
		header.ifi_change = IFF_UP | (below(4) ? 0 : next());
		header.ifi_flags = below(2) ? IFF_UP : next();
	}
	begin(&msg, below(2) ? RTM_NEWLINK : RTM_SETLINK, 0, &header, sizeof(header));
	put_link(&msg);
	if (!below(3))
		put_info(&msg);
	return tell(route, &msg);
}

static int child_make(void)
{
	uint32_t parent = any_index(), queues = 1 + below(below(16) ? 4 : 64);
	struct ifinfomsg header = {};
	struct message msg;
	const char *name = child_name();

	begin(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	put(&msg, IFLA_IFNAME, name, strlen(name) + 1);
	put(&msg, IFLA_LINK, &parent, sizeof(parent));
	if (!below(4))
		put(&msg, IFLA_NUM_TX_QUEUES, &queues, sizeof(queues));
	if (!below(4))
		put(&msg, IFLA_NUM_RX_QUEUES, &queues, sizeof(queues));
	if (!below(4))
		put_link(&msg);
	put_info(&msg);
	return tell(route, &msg);
}

static int child_delete(void)
{
	struct ifinfomsg header = { .ifi_index = any_index() };
	struct message msg;

	begin(&msg, RTM_DELLINK, 0, &header, sizeof(header));
	return tell(route, &msg);
}

/* ---- ethtool ---- */

static void put_features(struct message *msg)
{
	struct nlattr *nest = put(msg, ETHTOOL_A_FEATURES_WANTED, NULL, 0);
	uint32_t size = below(8) ? 50 : odd() % 1024;
	uint32_t bits[32], mask[32], i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		bits[i] = next();
		mask[i] = next() & next() & next();
	}
	put(msg, ETHTOOL_A_BITSET_SIZE, &size, sizeof(size));
	put(msg, ETHTOOL_A_BITSET_VALUE, bits, below(8) ? 8 : below(128));
	put(msg, ETHTOOL_A_BITSET_MASK, mask, below(8) ? 8 : below(128));
	end_nest(msg, nest);
}

/* Commands, and the first and the last of their attributes that are to be set, mostly numbers. */
static const struct {
	uint8_t command, first, last, len;
} messages[] = {
	{ ETHTOOL_MSG_RINGS_SET, ETHTOOL_A_RINGS_RX, ETHTOOL_A_RINGS_TX, 4 },
	{ ETHTOOL_MSG_RINGS_SET, 2, 16, 1 },
	{ ETHTOOL_MSG_CHANNELS_SET, ETHTOOL_A_CHANNELS_RX_COUNT, ETHTOOL_A_CHANNELS_COMBINED_COUNT,
	  4 },
	{ ETHTOOL_MSG_COALESCE_SET, ETHTOOL_A_COALESCE_RX_USECS, ETHTOOL_A_COALESCE_TX_MAX_FRAMES,
	  4 },
	{ ETHTOOL_MSG_COALESCE_SET, ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX,
	  ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, 1 },
	{ ETHTOOL_MSG_COALESCE_SET, 2, 28, 4 },
	{ ETHTOOL_MSG_FEATURES_SET, 0, 0, 0 },
	{ ETHTOOL_MSG_LINKINFO_SET, 2, 6, 1 },
	{ ETHTOOL_MSG_LINKMODES_SET, 2, 9, 4 },
	{ ETHTOOL_MSG_PRIVFLAGS_SET, 2, 2, 4 },
	{ ETHTOOL_MSG_PAUSE_SET, 2, 4, 1 },
	{ ETHTOOL_MSG_EEE_SET, 2, 7, 4 },
	{ ETHTOOL_MSG_FEC_SET, 2, 4, 1 },
};

static int ethtool_set(void)
{
	unsigned int which = below(below(3) ? 7 : ARRAY_SIZE(messages));
	struct genlmsghdr header = { .cmd = messages[which].command, .version = 1 };
	uint32_t index = any_index(), count = below(3) ? 1 : below(4);
	unsigned int first = messages[which].first, last = messages[which].last;
	struct nlattr *nest;
	struct message msg;

	begin(&msg, ethtool_family, 0, &header, sizeof(header));
	nest = put(&msg, 1, NULL, 0);
	put(&msg, ETHTOOL_A_HEADER_DEV_INDEX, &index, sizeof(index));
	end_nest(&msg, nest);
	if (header.cmd == ETHTOOL_MSG_FEATURES_SET)
		put_features(&msg);
	else
		while (count--)
			put_odd(&msg, first + below(last - first + 1), messages[which].len);
	return tell(generic, &msg);
}

/* The same by requests of old, and what only they can do. */
static int ethtool_ioctl(void)
{
	static const uint32_t commands[] = {
		ETHTOOL_SRINGPARAM, ETHTOOL_SCHANNELS, ETHTOOL_SCOALESCE, ETHTOOL_SFEATURES,
		ETHTOOL_SFLAGS, ETHTOOL_SPFLAGS, ETHTOOL_SRXFH, ETHTOOL_SRXFHINDIR, ETHTOOL_SRSSH,
		ETHTOOL_SRXCLSRLINS, ETHTOOL_STUNABLE, ETHTOOL_PERQUEUE, ETHTOOL_RESET,
		ETHTOOL_SLINKSETTINGS, ETHTOOL_SSET, ETHTOOL_SPAUSEPARAM, ETHTOOL_SEEE,
		ETHTOOL_SWOL, ETHTOOL_PHYS_ID, ETHTOOL_NWAY_RST, ETHTOOL_TEST, ETHTOOL_GREGS,
		ETHTOOL_GRXFHINDIR, ETHTOOL_GSTRINGS, ETHTOOL_GSSET_INFO, ETHTOOL_GFEATURES,
	};
	/* As large as what any of them writes back. */
	static uint32_t request[1 << 18];
	struct ifreq ifr = {};
	unsigned int i;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", below(3) ? interface : child_name());
	ifr.ifr_data = (void *)request;
	for (i = 0; i < 64; i++)
		request[i] = below(3) ? odd() : 0;
	request[0] = commands[below(ARRAY_SIZE(commands))];
	return ioctl(ioctls, SIOCETHTOOL, &ifr) ? errno : 0;
}

static int netdev_ioctl(void)
{
	static const unsigned long commands[] = {
		SIOCSIFMTU, SIOCSIFTXQLEN, SIOCADDMULTI, SIOCDELMULTI, SIOCSIFHWADDR,
		SIOCSIFHWBROADCAST, SIOCSHWTSTAMP, SIOCGHWTSTAMP, SIOCGMIIPHY, SIOCDEVPRIVATE,
		SIOCSIFMAP,
	};
	uint64_t config[8] = { next(), next() };
	unsigned long command = commands[below(ARRAY_SIZE(commands))];
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", below(3) ? interface : child_name());
	if (command == SIOCSHWTSTAMP || command == SIOCGHWTSTAMP)
		ifr.ifr_data = (void *)config;
	else if (command == SIOCSIFMTU || command == SIOCSIFTXQLEN)
		ifr.ifr_mtu = odd();
	else
		memcpy(ifr.ifr_hwaddr.sa_data, config, sizeof(ifr.ifr_hwaddr.sa_data));
	return ioctl(ioctls, command, &ifr) ? errno : 0;
}

/* ---- the family ipoib ---- */

/* @len: bytes of a number, or 0: the interface's name, an HCA's, any */
static const struct {
	uint8_t type, len;
} filters[] = {
	{ IPOIB_A_IFINDEX, 4 }, { IPOIB_A_HCA, 0 }, { IPOIB_A_PORT, 4 }, { IPOIB_A_GID, 16 },
	{ IPOIB_A_GROUP_STATE, 4 }, { IPOIB_A_PATH_STATE, 4 },
};

/* Half of them are for lists; of these some are not read, and the socket is closed. */
static int family_ask(void)
{
	struct genlmsghdr header = { .cmd = below(32) ? 1 + below(IPOIB_CMD_MAX) : odd() };
	unsigned int count = below(4);
	uint32_t index = any_index();
	struct message msg;
	int fd, ret;

	if (!ipoib_family)
		return 1;
	begin(&msg, ipoib_family, below(2) ? NLM_F_DUMP : 0, &header, sizeof(header));
	while (count--) {
		unsigned int which = below(ARRAY_SIZE(filters));

		if (filters[which].type == IPOIB_A_IFINDEX && below(4))
			put(&msg, IPOIB_A_IFINDEX, &index, sizeof(index));
		else if (!filters[which].len)
			put(&msg, filters[which].type, "sib0\0\xff%s", 5 + below(4));
		else if (below(8))
			put_odd(&msg, filters[which].type, filters[which].len);
		else
			put_odd(&msg, below(2 * IPOIB_A_MAX), 4);
	}
	if (below(8))
		return tell(generic, &msg);
	fd = netlink(NETLINK_GENERIC);
	ret = send(fd, &msg, msg.nh.nlmsg_len, 0) < 0 ? errno : 0;
	close(fd);
	return ret;
}

/* ---- files ---- */

/* @wild: not only words */
static int write_odd(const char *path, int wild)
{
	static const char *const words[] = {
		"", "\n", "-1", "connected", "datagram", "0x8001", "0x8002", "0x8001 ", "1e3",
		"auto", "%n", "0x0", "0x10000", "99999999999999999999", "on", "off",
	};
	char text[4200];
	int fd, err = 0, len;

	switch (wild ? below(4) : 0) {
	case 0:
		len = snprintf(text, sizeof(text), "%s", words[below(ARRAY_SIZE(words))]);
		break;
	case 1:
		len = below(sizeof(text));
		memset(text, "0a\n\xff"[below(4)], len);
		break;
	default:
		len = snprintf(text, sizeof(text), below(2) ? "%llu\n" : "0x%llx",
			       (unsigned long long)odd());
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, len) < 0)
		err = errno;
	close(fd);
	return err;
}

static int write_sysfs(void)
{
	static const char *const files[] = {
		"mode", "umcast", "create_child", "delete_child", "create_child", "delete_child",
		"mtu", "tx_queue_len", "flags", "gro_flush_timeout", "napi_defer_hard_irqs",
		"threaded", "carrier", "proto_down", "group", "ifalias", "pkey", "parent",
		"queues/rx-0/rps_flow_cnt", "queues/tx-0/xps_cpus", "queues/tx-0/tx_maxrate",
		"queues/tx-0/byte_queue_limits/limit_max",
	};
	const char *file = files[below(ARRAY_SIZE(files))];
	char path[256];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", below(3) ? interface : child_name(),
		 file);
	/* With every number there would be as many children. */
	return write_odd(path, !strstr(file, "_child"));
}

static int write_parameter(void)
{
	static glob_t found;
	const char *path;

	if (!found.gl_pathc &&
	    (glob("/sys/module/ipoib_core/parameters/*", 0, NULL, &found) ||
	     glob("/sys/module/accel_*/parameters/*", GLOB_APPEND, NULL, &found)))
		return 1;
	path = found.gl_pathv[below(found.gl_pathc)];
	/* What is taken there takes interfaces away, as it is meant to: registry/choose-anew. */
	if (strstr(path, "/parameters/accel"))
		return 1;
	return write_odd(path, 1);
}

/* ---- who does it, and how often ---- */

static struct {
	const char *name;
	int (*set)(void);
	unsigned int share;
	unsigned long tried, taken;
} kinds[] = {
	{ .name = "links", .set = link_set, .share = 8 },
	{ .name = "children", .set = child_make, .share = 4 },
	{ .name = "deletions", .set = child_delete, .share = 2 },
	{ .name = "ethtool messages", .set = ethtool_set, .share = 10 },
	{ .name = "ethtool requests", .set = ethtool_ioctl, .share = 6 },
	{ .name = "netdev requests", .set = netdev_ioctl, .share = 3 },
	{ .name = "sysfs files", .set = write_sysfs, .share = 6 },
	{ .name = "parameters", .set = write_parameter, .share = 2 },
	{ .name = "questions", .set = family_ask, .share = 4 },
};

static void one(void)
{
	unsigned int i, left = below(45);

	for (i = 0; left >= kinds[i].share; i++)
		left -= kinds[i].share;
	kinds[i].tried++;
	if (!kinds[i].set())
		kinds[i].taken++;
}

static void map(const char *path, unsigned int inside, unsigned int outside)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%u %u 1\n", inside, outside) < 0)
		die(path);
	close(fd);
}

/* Becomes the owner of a user and a network namespace, and waits for @interface. */
static void own(void)
{
	int fd;

	if (setgid(NOBODY) || setuid(NOBODY) || unshare(CLONE_NEWUSER))
		die("a user namespace");
	/* Files in /proc of who has changed its user are root's otherwise. */
	prctl(PR_SET_DUMPABLE, 1);
	fd = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		dprintf(fd, "deny");
		close(fd);
	}
	map("/proc/self/uid_map", 0, NOBODY);
	map("/proc/self/gid_map", 0, NOBODY);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		die("a network namespace");
	/* Files of the interface are those of this namespace's view; not everybody may have one. */
	if (mount("sysfs", "/sys", "sysfs", 0, NULL))
		perror("sysfs");
	printf("%d\n", getpid());
	fflush(stdout);
	while (!if_nametoindex(interface))
		usleep(10000);
}

int main(int argc, char **argv)
{
	struct timespec now;
	unsigned int i;
	time_t end;

	if (argc < 4 || (argc > 4 && strcmp(argv[4], "own"))) {
		fprintf(stderr, "usage: settings SEED SECONDS INTERFACE [own]\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 0) * 2 + 1;
	interface = argv[3];
	if (argc > 4)
		own();
	route = netlink(NETLINK_ROUTE);
	generic = netlink(NETLINK_GENERIC);
	ioctls = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctls < 0)
		die("socket");
	ethtool_family = find_family(generic, "ethtool");
	ipoib_family = find_family(generic, IPOIB_FAMILY_NAME);
	mutate = 1;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + strtoul(argv[2], NULL, 10);
	do {
		one();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		printf("# %s: %lu of %lu taken\n", kinds[i].name, kinds[i].taken, kinds[i].tried);
	return 0;
}
