// SPDX-License-Identifier: GPL-2.0
/*
 * Two ports in one network of IP: by its defaults Linux answers ARP for any address of the host on
 * any interface, so who asks for one gets the address of a port by chance (ARP flux).
 */
#include "subnets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "rtnl.h"
#include "run.h"

/**
 * struct subnet - an address of an InfiniBand interface
 * @ifindex: of the interface
 * @name: of it
 * @vrf: that this is in, 0: none
 * @network: the part of the address that its network has in common, in host byte order
 * @bits: how long that is
 */
struct subnet {
	unsigned int ifindex;
	char name[IF_NAMESIZE];
	unsigned int vrf;
	uint32_t network;
	unsigned int bits;
};

/**
 * struct subnets - all of them
 * @list: in the order in which the kernel told them
 * @count: how many
 */
struct subnets {
	struct subnet *list;
	size_t count;
};

/* What is there in /sys or /proc, a number, or 0. */
static unsigned long subnets_number(const char *name, const char *what)
{
	char path[PATH_MAX], line[16];

	run_root(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", name, what);
	return run_read_line(path, line, sizeof(line)) ? strtoul(line, NULL, 10) : 0;
}

static void subnets_hear(struct nlmsghdr *answer, void *arg)
{
	static struct nla_policy policy[IFA_MAX + 1] = {
		[IFA_LOCAL] = { .type = NLA_U32 },
		[IFA_ADDRESS] = { .type = NLA_U32 },
	};
	struct nlattr *attrs[IFA_MAX + 1];
	struct subnets *subnets = arg;
	struct ifaddrmsg *header;
	struct subnet *subnet;
	unsigned int vrf;
	uint32_t address;

	if (answer->nlmsg_type != RTM_NEWADDR ||
	    nlmsg_parse(answer, sizeof(*header), attrs, IFA_MAX, policy) || !attrs[IFA_LOCAL])
		return;
	header = nlmsg_data(answer);
	/*
	 * One that is alone in its network has no neighbours there, and for the address of one that
	 * is not set up ARP is not answered.
	 */
	if (header->ifa_family != AF_INET || !header->ifa_prefixlen || header->ifa_prefixlen > 31 ||
	    !name_is_infiniband_up(header->ifa_index, &vrf))
		return;
	subnets->list = run_grow(subnets->list, subnets->count + 1, sizeof(*subnet));
	subnet = &subnets->list[subnets->count];
	subnet->ifindex = header->ifa_index;
	rtnl_name(subnet->name, header->ifa_index);
	subnet->vrf = vrf;
	/* With a peer, of 'ip addr add ... peer', the network is the peer's. */
	address = ntohl(nla_get_u32(attrs[attrs[IFA_ADDRESS] ? IFA_ADDRESS : IFA_LOCAL]));
	subnet->bits = header->ifa_prefixlen;
	subnet->network = address & ~(UINT32_MAX >> subnet->bits);
	subnets->count++;
}

static int subnets_try(struct subnets *subnets)
{
	struct ifaddrmsg header = { .ifa_family = AF_INET };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETADDR, NLM_F_DUMP);
	int ret = -ENOMEM;

	subnets->count = 0;
	if (msg && !nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO))
		ret = rtnl_ask(msg, subnets_hear, subnets);
	nlmsg_free(msg);
	return ret;
}

static int subnets_ask(struct subnets *subnets)
{
	int tries = RTNL_TRIES, ret;

	do {
		ret = subnets_try(subnets);
	} while (ret == -EAGAIN && --tries);
	/* Those that were there all the time are among them. */
	return ret == -EAGAIN ? 0 : ret;
}

/* Whether it answers for addresses that are not its own: of arp_ignore the larger one counts. */
static bool subnets_answers_all(const char *name)
{
	return !subnets_number(name, "arp_ignore") && !subnets_number("all", "arp_ignore") &&
	       !subnets_number(name, "arp_filter") && !subnets_number("all", "arp_filter");
}

/*
 * An interface before it that is in the same network, or NULL. For ARP what counts is the table of
 * routes of the VRF.
 */
static const struct subnet *subnets_other(const struct subnets *subnets,
					  const struct subnet *subnet)
{
	const struct subnet *other = subnets->list;

	for (; other < subnet; other++)
		if (other->ifindex != subnet->ifindex && other->vrf == subnet->vrf &&
		    other->bits == subnet->bits && other->network == subnet->network)
			return other;
	return NULL;
}

void subnets_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		  void *arg)
{
	struct subnets subnets = {};
	const struct subnet *subnet, *other;
	struct finding finding;
	struct in_addr address;
	int ret;

	ret = subnets_ask(&subnets);
	if (ret) {
		finding_unseen(&finding, "addresses of IPv4", strerror(-ret));
		tell(arg, "addresses", &finding);
		goto out_free;
	}
	for (subnet = subnets.list; subnet < subnets.list + subnets.count; subnet++) {
		other = subnets_other(&subnets, subnet);
		if (!other || (!subnets_answers_all(subnet->name) &&
			       !subnets_answers_all(other->name)))
			continue;
		address.s_addr = htonl(subnet->network);
		finding_set(&finding, FINDING_LIMITED, "one-network",
			    "%s/%u is the network of %s too, and ARP for the address of one is answered by the other as well: packets come by either, and go out of one of them",
			    inet_ntoa(address), subnet->bits, other->name);
		finding_next(&finding,
			     "give each its own network, or make a bond of them, or 'sysctl net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2' with a route for each source address ('ip rule')");
		tell(arg, subnet->name, &finding);
	}
out_free:
	free(subnets.list);
}
