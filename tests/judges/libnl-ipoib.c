// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: libnl-ipoib PARENT
 *
 * Adds, reads, changes, and deletes the P_Key child "judge" of PARENT with libnl-route: links and
 * caches by the library's own objects; the three attributes of the kind "ipoib", which it does not
 * know, by its message functions, as NetworkManager does. Built by tests/vm/build-programs.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME		"judge"
#define PKEY		0x8001
#define ADDRESS_LEN	20

struct info {
	char kind[16];
	int pkey;
	int mode;
	int umcast;
};

static struct nl_sock *sock;

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

static void check(int ret, const char *what)
{
	if (ret < 0)
		die("%s: %s", what, nl_geterror(ret));
	printf("%s\n", what);
}

static struct rtnl_link *get_link(const char *name)
{
	struct rtnl_link *link;
	int ret;

	ret = rtnl_link_get_kernel(sock, 0, name, &link);
	if (ret < 0)
		die("%s: %s", name, nl_geterror(ret));
	return link;
}

static void put_linkinfo(struct nl_msg *msg, int pkey, int mode, int umcast)
{
	struct nlattr *info, *data;

	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "ipoib");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (pkey >= 0)
		nla_put_u16(msg, IFLA_IPOIB_PKEY, pkey);
	if (mode >= 0)
		nla_put_u16(msg, IFLA_IPOIB_MODE, mode);
	nla_put_u16(msg, IFLA_IPOIB_UMCAST, umcast);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
}

static int add(int parent, int pkey)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_msg *msg;
	int ret;

	rtnl_link_set_name(link, NAME);
	rtnl_link_set_link(link, parent);
	ret = rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &msg);
	rtnl_link_put(link);
	if (ret < 0)
		return ret;
	put_linkinfo(msg, pkey, IPOIB_MODE_DATAGRAM, 0);
	return nl_send_sync(sock, msg);
}

static int change_umcast(int umcast)
{
	struct ifinfomsg header = { .ifi_index = if_nametoindex(NAME) };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	put_linkinfo(msg, -1, -1, umcast);
	return nl_send_sync(sock, msg);
}

static int read_u16(struct nlattr *attr)
{
	/* Of this length, or who reads two bytes reads beyond. */
	return attr && nla_len(attr) == sizeof(uint16_t) ? nla_get_u16(attr) : -1;
}

static int parse_info(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[IFLA_MAX + 1], *parts[IFLA_INFO_MAX + 1], *data[IFLA_IPOIB_MAX + 1];
	struct info *info = arg;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct ifinfomsg), attrs, IFLA_MAX, NULL) ||
	    !attrs[IFLA_LINKINFO] ||
	    nla_parse_nested(parts, IFLA_INFO_MAX, attrs[IFLA_LINKINFO], NULL) ||
	    !parts[IFLA_INFO_KIND] || !parts[IFLA_INFO_DATA] ||
	    nla_parse_nested(data, IFLA_IPOIB_MAX, parts[IFLA_INFO_DATA], NULL))
		return NL_SKIP;
	nla_strlcpy(info->kind, parts[IFLA_INFO_KIND], sizeof(info->kind));
	info->pkey = read_u16(data[IFLA_IPOIB_PKEY]);
	info->mode = read_u16(data[IFLA_IPOIB_MODE]);
	info->umcast = read_u16(data[IFLA_IPOIB_UMCAST]);
	return NL_OK;
}

static void expect_info(const char *name, int pkey, int umcast)
{
	struct info info = {};
	struct nl_msg *msg;

	check(rtnl_link_build_get_request(0, name, &msg), "build a request");
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, parse_info, &info);
	check(nl_send_auto(sock, msg), "send it");
	nlmsg_free(msg);
	check(nl_recvmsgs_default(sock), "read the answer");
	check(nl_wait_for_ack(sock), "read the end of it");
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	if (strcmp(info.kind, "ipoib") || info.pkey != pkey ||
	    info.mode != IPOIB_MODE_DATAGRAM || info.umcast != umcast)
		die("%s: kind %s, P_Key 0x%x, mode %d, umcast %d", name, info.kind, info.pkey,
		    info.mode, info.umcast);
}

static void expect_link(struct rtnl_link *link, int parent)
{
	const char *name = rtnl_link_get_name(link);
	struct nl_addr *addr = rtnl_link_get_addr(link);
	struct nl_addr *broadcast = rtnl_link_get_broadcast(link);

	if (!rtnl_link_get_type(link) || strcmp(rtnl_link_get_type(link), "ipoib"))
		die("%s: its type is %s", name, rtnl_link_get_type(link));
	if (rtnl_link_get_arptype(link) != ARPHRD_INFINIBAND)
		die("%s: its ARP type is %u", name, rtnl_link_get_arptype(link));
	if (rtnl_link_get_link(link) != parent)
		die("%s: its parent is %d, not %d", name, rtnl_link_get_link(link), parent);
	if (!addr || nl_addr_get_len(addr) != ADDRESS_LEN ||
	    !broadcast || nl_addr_get_len(broadcast) != ADDRESS_LEN)
		die("%s: its addresses are not of %d bytes", name, ADDRESS_LEN);
}

static void change_by_object(struct rtnl_link *link)
{
	struct rtnl_link *changes = rtnl_link_alloc();

	rtnl_link_set_mtu(changes, 1500);
	rtnl_link_set_txqlen(changes, 99);
	check(rtnl_link_change(sock, link, changes, 0), "change MTU and queue length");
	rtnl_link_put(changes);
}

int main(int argc, char **argv)
{
	struct rtnl_link *parent, *link;
	struct nl_cache *cache;
	int index;

	if (argc != 2)
		die("usage: libnl-ipoib PARENT");
	sock = nl_socket_alloc();
	check(nl_connect(sock, NETLINK_ROUTE), "connect");
	check(rtnl_link_alloc_cache(sock, AF_UNSPEC, &cache), "fill a cache");
	parent = rtnl_link_get_by_name(cache, argv[1]);
	if (!parent)
		die("%s is not in the cache", argv[1]);
	index = rtnl_link_get_ifindex(parent);
	expect_link(parent, 0);
	expect_info(argv[1], 0xffff, 0);

	if (add(index, 0x8000) != -NLE_INVAL)
		die("0x8000 was taken for a P_Key");
	check(add(index, PKEY), "add");
	if (add(index, PKEY) != -NLE_EXIST)
		die("the same name was added twice");
	link = get_link(NAME);
	expect_link(link, index);
	expect_info(NAME, PKEY, 0);

	check(change_umcast(1), "change umcast");
	expect_info(NAME, PKEY, 1);
	change_by_object(link);
	check(nl_cache_refill(sock, cache), "refill the cache");
	rtnl_link_put(link);
	link = rtnl_link_get_by_name(cache, NAME);
	if (!link || rtnl_link_get_mtu(link) != 1500 || rtnl_link_get_txqlen(link) != 99)
		die("the cache does not have the changes");

	check(rtnl_link_delete(sock, link), "delete");
	rtnl_link_put(link);
	check(nl_cache_refill(sock, cache), "refill the cache");
	if (rtnl_link_get_by_name(cache, NAME))
		die("it is still there");
	if (rtnl_link_delete(sock, parent) != -NLE_OPNOTSUPP)
		printf("deleting the port's own interface does nothing\n");
	if (!if_nametoindex(argv[1]))
		die("the port's own interface was deleted");
	rtnl_link_put(parent);
	nl_cache_free(cache);
	nl_socket_free(sock);
	return 0;
}
