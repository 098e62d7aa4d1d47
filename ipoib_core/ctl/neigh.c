// SPDX-License-Identifier: GPL-2.0
/* Neighbours and routes, out of the kernel's messages. */
#include "neigh.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rtnl.h"
#include "run.h"

/* An address in InfiniBand: four bytes, three of them the QP number, and the GID. */
#define NEIGH_LLADDR		20

static bool address_set_bytes(struct address *address, int family, const void *bytes, size_t len)
{
	if (len != (family == AF_INET ? 4 : 16) || (family != AF_INET && family != AF_INET6))
		return false;
	address->family = family;
	memcpy(address->bytes, bytes, len);
	inet_ntop(family, address->bytes, address->text, sizeof(address->text));
	return true;
}

static bool address_set(struct address *address, int family, struct nlattr *attr)
{
	return attr && address_set_bytes(address, family, nla_data(attr), nla_len(attr));
}

const char *route_not_to_a_peer(unsigned int type)
{
	switch (type) {
	case RTN_LOCAL:
		return "that is an address of this host";
	case RTN_BROADCAST:
	case RTN_MULTICAST:
	case RTN_ANYCAST:
		return "that is no peer but many";
	default:
		return "a rule or a route keeps packets from going there";
	}
}

bool address_read(struct address *address, const char *text)
{
	memset(address, 0, sizeof(*address));
	address->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(address->family, text, address->bytes) != 1)
		return false;
	/* What programs write that know version 6 only. */
	if (address->family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED((struct in6_addr *)address->bytes)) {
		address->family = AF_INET;
		memmove(address->bytes, address->bytes + 12, 4);
	}
	inet_ntop(address->family, address->bytes, address->text, sizeof(address->text));
	return true;
}

/* Since when it is in its state. */
static unsigned int neigh_seconds(const struct nlattr *attr)
{
	struct nda_cacheinfo info;
	long ticks = sysconf(_SC_CLK_TCK);

	if (!attr || nla_len(attr) < (int)sizeof(info) || ticks <= 0)
		return 0;
	memcpy(&info, nla_data(attr), sizeof(info));
	return info.ndm_updated / ticks;
}

static void neigh_hear(struct nlmsghdr *answer, void *arg)
{
	struct nlattr *attrs[NDA_MAX + 1];
	struct neighs *neighs = arg;
	struct neigh neigh = {};
	const unsigned char *bytes;
	struct ndmsg *header;

	if (answer->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse(answer, sizeof(*header), attrs, NDA_MAX, NULL))
		return;
	header = nlmsg_data(answer);
	if ((unsigned int)header->ndm_ifindex != neighs->ifindex ||
	    !address_set(&neigh.address, header->ndm_family, attrs[NDA_DST]))
		return;
	neigh.state = header->ndm_state;
	neigh.seconds = neigh_seconds(attrs[NDA_CACHEINFO]);
	if (attrs[NDA_LLADDR] && nla_len(attrs[NDA_LLADDR]) == NEIGH_LLADDR) {
		bytes = nla_data(attrs[NDA_LLADDR]);
		neigh.known = true;
		neigh.qpn = bytes[1] << 16 | bytes[2] << 8 | bytes[3];
		memcpy(neigh.gid, bytes + NEIGH_LLADDR - NEIGH_GID, NEIGH_GID);
	}
	if (neighs->count == neighs->room) {
		neighs->room = neighs->room ? neighs->room * 2 : 16;
		neighs->list = run_grow(neighs->list, neighs->room, sizeof(neigh));
	}
	neighs->list[neighs->count++] = neigh;
}

static int neighs_try(struct neighs *neighs)
{
	struct ndmsg header = { .ndm_family = AF_UNSPEC };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETNEIGH, NLM_F_DUMP);
	int ret = -ENOMEM;

	neighs->count = 0;
	if (msg && !nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO))
		ret = rtnl_ask(msg, neigh_hear, neighs);
	nlmsg_free(msg);
	return ret;
}

int neighs_ask(struct neighs *neighs, unsigned int ifindex)
{
	int tries = RTNL_TRIES, ret;

	neighs->ifindex = ifindex;
	do {
		ret = neighs_try(neighs);
	} while (ret == -EAGAIN && --tries);
	/* Those that were there all the time are among them. */
	return ret == -EAGAIN ? 0 : ret;
}

const struct neigh *neighs_find(const struct neighs *neighs, const struct address *address)
{
	size_t i;

	for (i = 0; i < neighs->count; i++)
		if (neighs->list[i].address.family == address->family &&
		    !memcmp(neighs->list[i].address.bytes, address->bytes, address_len(address)))
			return &neighs->list[i];
	return NULL;
}

void neighs_free(struct neighs *neighs)
{
	free(neighs->list);
	memset(neighs, 0, sizeof(*neighs));
}

const char *neigh_state(unsigned int state)
{
	static const struct {
		unsigned int state;
		const char *name;
	} states[] = {
		{ NUD_PERMANENT, "permanent" }, { NUD_REACHABLE, "reachable" },
		{ NUD_STALE, "stale" }, { NUD_DELAY, "delay" }, { NUD_PROBE, "probe" },
		{ NUD_INCOMPLETE, "incomplete" }, { NUD_FAILED, "failed" },
		{ NUD_NOARP, "noarp" },
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (state & states[i].state)
			return states[i].name;
	return "none";
}

/**
 * struct route_answer - what is asked for
 * @route: filled in
 * @heard: there is one
 */
struct route_answer {
	struct route *route;
	bool heard;
};

static void route_hear(struct nlmsghdr *answer, void *arg)
{
	struct nlattr *attrs[RTA_MAX + 1];
	struct route_answer *heard = arg;
	const struct rtvia *via;
	struct rtmsg *header;

	if (answer->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(answer, sizeof(*header), attrs, RTA_MAX, NULL))
		return;
	header = nlmsg_data(answer);
	heard->heard = true;
	heard->route->type = header->rtm_type;
	if (attrs[RTA_OIF] && nla_len(attrs[RTA_OIF]) == sizeof(uint32_t))
		heard->route->ifindex = nla_get_u32(attrs[RTA_OIF]);
	address_set(&heard->route->source, header->rtm_family, attrs[RTA_PREFSRC]);
	if (!address_set(&heard->route->gateway, header->rtm_family, attrs[RTA_GATEWAY]) &&
	    attrs[RTA_VIA] && nla_len(attrs[RTA_VIA]) >= (int)sizeof(*via)) {
		/* A gateway of the other version of IP. */
		via = nla_data(attrs[RTA_VIA]);
		address_set_bytes(&heard->route->gateway, via->rtvia_family, via->rtvia_addr,
				  nla_len(attrs[RTA_VIA]) - sizeof(*via));
	}
}

int route_ask(struct route *route, const struct address *peer, const struct address *source,
	      unsigned int ifindex)
{
	struct rtmsg header = {
		.rtm_family = peer->family,
		.rtm_dst_len = address_len(peer) * 8,
		.rtm_src_len = source ? address_len(source) * 8 : 0,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	struct route_answer answer = { .route = route };
	int ret = -ENOMEM;

	memset(route, 0, sizeof(*route));
	if (msg && !nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) &&
	    !nla_put(msg, RTA_DST, address_len(peer), peer->bytes) &&
	    (!source || !nla_put(msg, RTA_SRC, address_len(source), source->bytes)) &&
	    (!ifindex || !nla_put_u32(msg, RTA_OIF, ifindex)))
		ret = rtnl_ask(msg, route_hear, &answer);
	nlmsg_free(msg);
	return ret ? ret : answer.heard ? 0 : -ENETUNREACH;
}
