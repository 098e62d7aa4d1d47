// SPDX-License-Identifier: GPL-2.0
/*
 * Why the subnet administrator refuses: of a refusal the RDMA core tells no more than that it is
 * one. What group there is says more.
 */
#include <string.h>

#include "explain.h"
#include "group.h"
#include "print.h"

/* Of which the RDMA core tells no more either. */
#define EXPLAIN_OTHER_GUID(OR) \
	OR \
	", where an interface of this port in the same partition, here or in a container, has another GUID in its address, it was not asked: the RDMA core takes one GUID of a port into a group"

void explain_refusal(const struct record *dev, struct finding *finding)
{
	unsigned long long port_mtu = record_get(dev, IPOIB_A_PORT_MTU);
	unsigned int rate = group_port_rate(dev);
	struct group group = {};
	char gid[PRINT_GID];
	unsigned int code;

	if (!group_ask(dev, &group)) {
		finding_also(finding, EXPLAIN_OTHER_GUID("; or") "%s", group.denied ?
			     "; 'ipoibctl explain' as root looks whether it is there" : "");
		return;
	}
	print_gid(gid, dev);
	if (!group.found) {
		finding_set(finding, FINDING_BROKEN, "group-missing",
			    "no carrier: the broadcast group %s is not among the %u groups that the subnet administrator tells this port of",
			    gid, group.count);
		finding_next(finding,
			     "partition 0x%04llx needs 'ipoib' at the subnet manager "
			     GROUP_NEW
			     ", codes in mtu= and rate= if it has these (with others there may be no group), and this port as a member; the carrier then comes by itself",
			     record_get(dev, IPOIB_A_PKEY) & 0x7fff);
	} else if (port_mtu && group.mtu > port_mtu + EXPLAIN_ENCAP) {
		finding_set(finding, FINDING_BROKEN, "group-mtu-high",
			    "no carrier: the broadcast group %s has MTU %u, and this port can do %llu",
			    gid, group.mtu, port_mtu + EXPLAIN_ENCAP);
		finding_next(finding,
			     "lower " GROUP_MTU
			     " of the partition at the subnet manager to what its weakest member can do "
			     GROUP_ANEW);
	} else if (rate && group.rate > rate) {
		finding_set(finding, FINDING_BROKEN, "group-rate-high",
			    "no carrier: the broadcast group %s has a rate of %u.%u Gbit/s, and this port has %u.%u",
			    gid, group.rate / 10, group.rate % 10, rate / 10, rate % 10);
		code = group_rate_code(&rate);
		finding_next(finding,
			     "lower " GROUP_RATE
			     " of the partition at the subnet manager to what its slowest member can do "
			     GROUP_ANEW
			     ", or see why this port's link is slow: 'iblinkinfo %s' has width and speed",
			     code, rate / 10, rate % 10, print_diag(dev));
	} else if (!rate || !port_mtu || !group.mtu || !group.rate) {
		finding_next(finding,
			     "the subnet administrator has the group: its log says why it refuses; is the port a member of partition 0x%04llx there, and can it do the group's MTU and rate ('saquery %s -g')? "
			     EXPLAIN_OTHER_GUID("Or"),
			     record_get(dev, IPOIB_A_PKEY) & 0x7fff, print_diag(dev));
	} else {
		finding_next(finding,
			     "the subnet administrator has the group (MTU %u, rate %u.%u Gbit/s), which this port could do: its log says why it refuses; is the port a member of partition 0x%04llx there? "
			     EXPLAIN_OTHER_GUID("Or"),
			     group.mtu, group.rate / 10, group.rate % 10,
			     record_get(dev, IPOIB_A_PKEY) & 0x7fff);
	}
}
