// SPDX-License-Identifier: GPL-2.0
/*
 * What rtnetlink says in scenes: ib0 is called storage and so on too, and is the way to 10.9.0.0/24
 * and fe80::/64, by gateways to 10.11.0.0/16 and 10.12.0.0/16, eth0 that to all others but
 * 10.10.0.0/16, to which there is none, and 10.13.0.0/16, which is forbidden. Where RULED is in the
 * environment ib0 is so for packets from its addresses alone, and to 2001:db8::/32 too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenes.h"

#define HOST_IB0	3
#define HOST_ETH0	2

/**
 * struct host_neigh - a neighbour
 * @scene: in this one; NULL: in all
 * @ifindex: on this interface
 * @address: of IP
 * @state: NUD_...
 * @gid: of InfiniBand, or NULL
 * @later: NUD_... once time has passed, 0: the same
 * @seconds: since it is so
 */
struct host_neigh {
	const char *scene;
	unsigned int ifindex;
	const char *address;
	unsigned int state;
	const char *gid;
	unsigned int later;
	unsigned int seconds;
};

static const struct host_neigh host_neighs[] = {
	{ NULL, HOST_IB0, "10.9.0.2", NUD_REACHABLE, "fe80::2:c903:a1:b2c3", 0, 0 },
	{ NULL, HOST_IB0, "fe80::2:c903:a1:b2c3", NUD_STALE, "fe80::2:c903:a1:b2c3", 0, 0 },
	{ NULL, HOST_IB0, "10.9.0.12", NUD_PROBE, "fe80::2:c903:a1:b2c3", NUD_REACHABLE, 0 },
	{ NULL, HOST_IB0, "10.9.0.13", NUD_REACHABLE, "fe80::2:c903:a1:b2c3", NUD_PROBE, 0 },
	{ NULL, HOST_IB0, "10.9.0.14", NUD_NONE, NULL, NUD_INCOMPLETE, 0 },
	{ NULL, HOST_ETH0, "10.1.0.1", NUD_FAILED, NULL, 0, 0 },
	{ NULL, HOST_IB0, "10.9.0.17", NUD_NOARP, "fe80::2:c903:a1:b2c4", 0, 0 },
	{ "trouble", HOST_IB0, "10.9.0.7", NUD_FAILED, NULL, 0, 0 },
	{ "trouble", HOST_IB0, "fe80::7", NUD_INCOMPLETE, NULL, 0, 0 },
	{ "trouble", HOST_IB0, "10.9.0.8", NUD_PROBE, "fe80::2:c903:a1:b2c3", 0, 0 },
	{ "trouble", HOST_IB0, "10.9.0.9", NUD_STALE, "fe80::dead", 0, 0 },
	{ "sends-wait", HOST_IB0, "10.9.0.15", NUD_FAILED, NULL, 0, 61 },
	{ "sends-wait", HOST_IB0, "10.9.0.16", NUD_FAILED, NULL, 0, 59 },
	{ "quiet", HOST_IB0, "10.9.0.10", NUD_STALE, "fe80::1d1e", 0, 0 },
	{ "quiet", HOST_IB0, "10.9.0.11", NUD_STALE, "fe80::dead:3", 0, 0 },
};

static void host_end(struct nl_msg *msg, unsigned char *stream, size_t *len)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);

	memcpy(stream + *len, header, header->nlmsg_len);
	*len += NLMSG_ALIGN(header->nlmsg_len);
	nlmsg_free(msg);
}

static void host_answer_neighs(const char *scene, unsigned char *stream, size_t *len)
{
	unsigned char address[16], lladdr[20] = { 0x80, 0, 0, 0x48 };
	const struct host_neigh *neigh = host_neighs;
	struct nda_cacheinfo info = {};
	struct ndmsg header;
	struct nl_msg *msg;
	bool six;

	for (; neigh < host_neighs + sizeof(host_neighs) / sizeof(*host_neighs); neigh++) {
		if (neigh->scene && strcmp(neigh->scene, scene))
			continue;
		six = strchr(neigh->address, ':');
		memset(&header, 0, sizeof(header));
		header.ndm_family = six ? AF_INET6 : AF_INET;
		header.ndm_ifindex = neigh->ifindex;
		header.ndm_state = neigh->later && getenv("PASSED") ? neigh->later : neigh->state;
		msg = nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_MULTI);
		nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
		inet_pton(header.ndm_family, neigh->address, address);
		nla_put(msg, NDA_DST, six ? 16 : 4, address);
		if (neigh->gid) {
			inet_pton(AF_INET6, neigh->gid, lladdr + 4);
			nla_put(msg, NDA_LLADDR, sizeof(lladdr), lladdr);
		}
		info.ndm_updated = neigh->seconds * sysconf(_SC_CLK_TCK);
		if (neigh->seconds)
			nla_put(msg, NDA_CACHEINFO, sizeof(info), &info);
		host_end(msg, stream, len);
	}
}

/* Which source the kernel has for packets out of ib0, and whether those of @attrs have it. */
static bool host_is_ruled(int family, struct nlattr **attrs, unsigned char *source)
{
	int len = family == AF_INET ? 4 : 16;

	inet_pton(family, family == AF_INET ? "10.9.0.1" : "2001:db8::1", source);
	return attrs[RTA_SRC] && nla_len(attrs[RTA_SRC]) == len &&
	       !memcmp(nla_data(attrs[RTA_SRC]), source, len);
}

static int host_answer_route(const struct nlmsghdr *request, unsigned char *stream, size_t *len)
{
	struct nlattr *attrs[RTA_MAX + 1];
	unsigned char gateway[] = { 10, 1, 0, 1 }, router[] = { 10, 9, 0, 2 };
	/* AF_INET6, and the address. */
	unsigned char via[2 + 16] = {}, source[16];
	struct rtmsg header = { .rtm_type = RTN_UNICAST };
	const unsigned char *to;
	struct nl_msg *msg;
	bool ours, ruled;

	if (nlmsg_parse((struct nlmsghdr *)request, sizeof(header), attrs, RTA_MAX, NULL) ||
	    !attrs[RTA_DST])
		return -EINVAL;
	to = nla_data(attrs[RTA_DST]);
	header.rtm_family = ((struct rtmsg *)nlmsg_data(request))->rtm_family;
	if (header.rtm_family == AF_INET ? to[0] == 10 && to[1] == 10 : to[0] == 0xfd)
		return -ENETUNREACH;
	if (header.rtm_family == AF_INET && to[0] == 10 && to[1] == 13)
		return -EACCES;
	if (header.rtm_family == AF_INET && to[0] == 10 && (to[1] == 11 || to[1] == 12)) {
		msg = nlmsg_alloc_simple(RTM_NEWROUTE, 0);
		nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
		nla_put_u32(msg, RTA_OIF, HOST_IB0);
		((struct rtvia *)via)->rtvia_family = AF_INET6;
		inet_pton(AF_INET6, "fe80::2:c903:a1:b2c3", via + 2);
		if (to[1] == 11)
			nla_put(msg, RTA_GATEWAY, sizeof(router), router);
		else
			nla_put(msg, RTA_VIA, sizeof(via), via);
		host_end(msg, stream, len);
		return 0;
	}
	ours = header.rtm_family == AF_INET ? to[0] == 10 && to[1] == 9 : to[0] == 0xfe;
	ruled = host_is_ruled(header.rtm_family, attrs, source);
	if (getenv("RULED") && to[0] == 0x20)
		ours = true;
	if (getenv("RULED") && !attrs[RTA_OIF])
		ours = ours && ruled;
	/* Not by the routes of those that are in no VRF. */
	ours = ours && (!getenv("MASTER_IB0") || attrs[RTA_OIF]);
	if (header.rtm_family == AF_INET && to[0] == 127)
		header.rtm_type = RTN_LOCAL;
	msg = nlmsg_alloc_simple(RTM_NEWROUTE, 0);
	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	nla_put_u32(msg, RTA_OIF, ours ? HOST_IB0 : HOST_ETH0);
	if (getenv("RULED") && attrs[RTA_OIF])
		nla_put(msg, RTA_PREFSRC, header.rtm_family == AF_INET ? 4 : 16, source);
	if (!ours && header.rtm_family == AF_INET)
		nla_put(msg, RTA_GATEWAY, sizeof(gateway), gateway);
	host_end(msg, stream, len);
	return 0;
}

/*
 * Where MASTER is in the environment the second port's interface is in one of that kind, where
 * MASTER_IB0 is the first one's.
 */
static void host_put_master(struct nl_msg *msg, int ifindex)
{
	const char *kind = getenv(ifindex == HOST_IB0 ? "MASTER_IB0" : "MASTER");
	struct nlattr *link;

	if (!kind || (ifindex != HOST_IB0 && ifindex != HOST_IB0 + 1))
		return;
	nla_put_u32(msg, IFLA_MASTER, 7);
	link = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_SLAVE_KIND, kind);
	nla_nest_end(msg, link);
}

/* Where NAMED_LATER is in the environment it gets its other names after it was asked for once. */
static bool host_is_named(void)
{
	static bool asked;
	bool named = asked || !getenv("NAMED_LATER");

	asked = true;
	return named;
}

/* Where MOVED_LATER is in the environment another one, or none, has its other names later. */
static const char *host_moved(const char *name)
{
	static bool asked;
	const char *other = asked ? getenv("MOVED_LATER") : NULL;

	asked = true;
	return other ? other : name;
}

/*
 * Where DOWN is in the environment the second port's interface is not set up, where AWAY is the
 * first one's has a parent in another network namespace.
 */
static int host_answer_link(const struct nlmsghdr *request, unsigned char *stream, size_t *len)
{
	static const char * const names[] = { "ib0", "storage", "storage-of-the-third-rack" };
	struct nlattr *attrs[IFLA_MAX + 1], *name;
	const char *real = names[0];
	struct ifinfomsg header = {};
	struct nl_msg *msg;
	size_t i;

	if (nlmsg_parse((struct nlmsghdr *)request, sizeof(header), attrs, IFLA_MAX, NULL))
		return -EINVAL;
	header.ifi_index = ((struct ifinfomsg *)nlmsg_data(request))->ifi_index;
	header.ifi_type = header.ifi_index == HOST_ETH0 ? ARPHRD_ETHER : ARPHRD_INFINIBAND;
	header.ifi_flags = header.ifi_index == HOST_IB0 + 1 && getenv("DOWN") ? 0 : IFF_UP;
	name = attrs[IFLA_IFNAME] ? attrs[IFLA_IFNAME] : attrs[IFLA_ALT_IFNAME];
	if (!header.ifi_index && !name)
		return -EINVAL;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!header.ifi_index && strcmp(nla_get_string(name), names[i]))
			continue;
		if (i && !host_is_named())
			break;
		if (i)
			real = host_moved(real);
		if (!*real)
			break;
		msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
		nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
		nla_put_string(msg, IFLA_IFNAME, real);
		if (getenv("AWAY"))
			nla_put_u32(msg, IFLA_LINK_NETNSID, 0);
		host_put_master(msg, header.ifi_index);
		host_end(msg, stream, len);
		return 0;
	}
	return -ENODEV;
}

/*
 * The ports of two HCAs in one network; what is in another, alone, or no port, is none of it, nor
 * is an address whose peer is in another.
 */
static int host_answer_addresses(const char *scene, unsigned char *stream, size_t *len)
{
	static const struct {
		unsigned int ifindex;
		unsigned char address[4];
		unsigned int bits;
		unsigned char peer[4];
	} addresses[] = {
		{ HOST_ETH0, { 10, 9, 0, 9 }, 24, { 10, 9, 0, 9 } },
		{ HOST_IB0, { 10, 9, 0, 1 }, 24, { 10, 9, 0, 1 } },
		{ HOST_IB0, { 10, 9, 0, 8 }, 24, { 10, 9, 0, 8 } },
		{ HOST_IB0, { 10, 9, 1, 1 }, 24, { 10, 9, 1, 1 } },
		{ HOST_IB0 + 1, { 10, 9, 1, 2 }, 24, { 10, 77, 0, 1 } },
		{ HOST_IB0 + 1, { 10, 9, 0, 3 }, 25, { 10, 9, 0, 3 } },
		{ HOST_IB0 + 1, { 10, 9, 0, 5 }, 32, { 10, 9, 0, 5 } },
		{ HOST_IB0 + 1, { 10, 9, 0, 4 }, 24, { 10, 9, 0, 4 } },
	};
	struct ifaddrmsg header = { .ifa_family = AF_INET };
	struct nl_msg *msg;
	size_t i;

	if (strcmp(scene, "twins"))
		return 0;
	for (i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		header.ifa_index = addresses[i].ifindex;
		header.ifa_prefixlen = addresses[i].bits;
		msg = nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_MULTI);
		nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
		nla_put(msg, IFA_LOCAL, sizeof(addresses[i].address), addresses[i].address);
		nla_put(msg, IFA_ADDRESS, sizeof(addresses[i].peer), addresses[i].peer);
		host_end(msg, stream, len);
	}
	return 0;
}

int scenes_host(const char *name, const struct nlmsghdr *request, unsigned char *stream,
		size_t *len)
{
	*len = 0;
	if (request->nlmsg_type == RTM_GETROUTE)
		return host_answer_route(request, stream, len);
	if (request->nlmsg_type == RTM_GETADDR)
		return host_answer_addresses(name, stream, len);
	if (request->nlmsg_type == RTM_GETLINK)
		return host_answer_link(request, stream, len);
	if (request->nlmsg_type != RTM_GETNEIGH)
		return -EOPNOTSUPP;
	host_answer_neighs(name, stream, len);
	return 0;
}
