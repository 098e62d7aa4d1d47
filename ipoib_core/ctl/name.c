// SPDX-License-Identifier: GPL-2.0
/* Names and types of interfaces, out of the kernel's messages. */
#include "name.h"

#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "rtnl.h"

/**
 * struct name_answer - what is asked for
 * @real: filled in
 * @type: ARPHRD_...
 * @up: it is set up
 * @vrf: number of the VRF that it is in, 0: none
 * @master: that of a bond, or another of which it is a port, 0: none
 * @away: it is the child of one in another network namespace
 * @heard: they are
 */
struct name_answer {
	char real[IFNAMSIZ];
	unsigned int type;
	bool up;
	unsigned int vrf;
	unsigned int master;
	bool away;
	bool heard;
};

/* Others that an interface is in are bonds and teams. */
static bool name_in_vrf(struct nlattr *link)
{
	static struct nla_policy policy[IFLA_INFO_MAX + 1] = {
		[IFLA_INFO_SLAVE_KIND] = { .type = NLA_STRING },
	};
	struct nlattr *attrs[IFLA_INFO_MAX + 1];

	return link && !nla_parse_nested(attrs, IFLA_INFO_MAX, link, policy) &&
	       attrs[IFLA_INFO_SLAVE_KIND] && !nla_strcmp(attrs[IFLA_INFO_SLAVE_KIND], "vrf");
}

static void name_hear(struct nlmsghdr *answer, void *arg)
{
	static struct nla_policy policy[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
		[IFLA_MASTER] = { .type = NLA_U32 },
		[IFLA_LINKINFO] = { .type = NLA_NESTED },
	};
	struct nlattr *attrs[IFLA_MAX + 1];
	struct name_answer *heard = arg;
	struct ifinfomsg *header;

	if (answer->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(answer, sizeof(struct ifinfomsg), attrs, IFLA_MAX, policy) ||
	    !attrs[IFLA_IFNAME])
		return;
	header = nlmsg_data(answer);
	heard->type = header->ifi_type;
	heard->up = header->ifi_flags & IFF_UP;
	if (attrs[IFLA_MASTER] && name_in_vrf(attrs[IFLA_LINKINFO]))
		heard->vrf = nla_get_u32(attrs[IFLA_MASTER]);
	else if (attrs[IFLA_MASTER])
		heard->master = nla_get_u32(attrs[IFLA_MASTER]);
	heard->away = attrs[IFLA_LINK_NETNSID];
	snprintf(heard->real, IFNAMSIZ, "%s", nla_get_string(attrs[IFLA_IFNAME]));
	heard->heard = true;
}

/* By its number, or if that is 0 by a name. */
static void name_ask(struct name_answer *answer, unsigned int ifindex, const char *name)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETLINK, 0);

	memset(answer, 0, sizeof(*answer));
	if (msg && !nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) &&
	    (ifindex || !nla_put_string(msg, strlen(name) < IFNAMSIZ ? IFLA_IFNAME :
					IFLA_ALT_IFNAME, name)))
		rtnl_ask(msg, name_hear, answer);
	nlmsg_free(msg);
}

bool name_real(char *real, const char *name)
{
	struct name_answer answer;

	name_ask(&answer, 0, name);
	if (answer.heard)
		memcpy(real, answer.real, IFNAMSIZ);
	return answer.heard;
}

bool name_is_infiniband_up(unsigned int ifindex, unsigned int *vrf)
{
	struct name_answer answer;

	name_ask(&answer, ifindex, "");
	*vrf = answer.vrf;
	return answer.heard && answer.up && answer.type == ARPHRD_INFINIBAND;
}

unsigned int name_master(unsigned int ifindex)
{
	struct name_answer answer;

	name_ask(&answer, ifindex, "");
	return answer.master;
}

bool name_is_linked_away(unsigned int ifindex)
{
	struct name_answer answer;

	name_ask(&answer, ifindex, "");
	return answer.away;
}
