// SPDX-License-Identifier: GPL-2.0
/* Names of interfaces, out of the kernel's messages. */
#include "name.h"

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "rtnl.h"

/**
 * struct name_answer - what is asked for
 * @real: filled in
 * @heard: it is
 */
struct name_answer {
	char *real;
	bool heard;
};

static void name_hear(struct nlmsghdr *answer, void *arg)
{
	static struct nla_policy policy[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	};
	struct nlattr *attrs[IFLA_MAX + 1];
	struct name_answer *heard = arg;

	if (answer->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(answer, sizeof(struct ifinfomsg), attrs, IFLA_MAX, policy) ||
	    !attrs[IFLA_IFNAME])
		return;
	snprintf(heard->real, IFNAMSIZ, "%s", nla_get_string(attrs[IFLA_IFNAME]));
	heard->heard = true;
}

bool name_real(char *real, const char *name)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETLINK, 0);
	struct name_answer answer = { .real = real };

	if (msg && !nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) &&
	    !nla_put_string(msg, IFLA_ALT_IFNAME, name))
		rtnl_ask(msg, name_hear, &answer);
	nlmsg_free(msg);
	return answer.heard;
}
