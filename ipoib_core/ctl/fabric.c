// SPDX-License-Identifier: GPL-2.0
/*
 * What the subnet manager gives less of than the port could do: if nobody says otherwise it makes
 * the broadcast group with an MTU of 2048, and with a rate that was that of ports once.
 */
#include "fabric.h"

#include <errno.h>
#include <string.h>

#include "client.h"
#include "group.h"

bool fabric_group_mtu(const struct record *dev, struct finding *finding)
{
	unsigned long long port = record_get(dev, IPOIB_A_PORT_MTU), limit, group;

	if (!record_number(dev, IPOIB_A_MTU_LIMIT, &limit) ||
	    !record_number(dev, IPOIB_A_MTU_GROUP, &group) ||
	    limit != IPOIB_MTU_LIMIT_GROUP || group >= port)
		return false;
	finding_set(finding, FINDING_NOTE, "mtu-group",
		    "MTU %llu is the broadcast group's; the card could do %llu", group, port);
	finding_next(finding,
		     GROUP_MTU
		     " of the partition at the subnet manager, if all its members can do more, and all links between them, of which 'ibv_devinfo' has this one's active_mtu "
		     GROUP_ANEW);
	return true;
}

static bool fabric_group_rate(const struct record *dev, struct finding *finding)
{
	unsigned int rate = group_port_rate(dev);
	struct group group = {};
	unsigned int code;

	if (!rate)
		return false;
	group_ask(dev, &group);
	if (group.denied) {
		finding_set(finding, FINDING_NOTE, "not-allowed",
			    "the broadcast group's rate was not looked at, as saquery may not ask for it");
		finding_next(finding, "'ipoibctl check' as root");
		return true;
	}
	if (!group.rate || group.rate >= rate)
		return false;
	finding_set(finding, FINDING_NOTE, "rate-group",
		    "broadcasts and multicasts go at %u.%u Gbit/s, the broadcast group's rate; the port could do %u.%u",
		    group.rate / 10, group.rate % 10, rate / 10, rate % 10);
	code = group_rate_code(&rate);
	finding_next(finding,
		     GROUP_RATE
		     " of the partition at the subnet manager, if all its members can do as much "
		     GROUP_ANEW,
		     code, rate / 10, rate % 10);
	return true;
}

void fabric_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		 void *arg)
{
	static const struct client_filter all;
	struct records devs = {};
	const struct record *dev;
	struct finding finding;
	struct client *client;
	int ret = client_open(&client);

	/* Without ours there is nothing to look at, which others say. */
	if (ret == -ENOENT)
		return;
	if (ret) {
		finding_unseen(&finding, "interfaces", strerror(-ret));
		tell(arg, "ipoib_core", &finding);
		return;
	}
	if (client_ask(client, IPOIB_CMD_DEV_GET, &all, &devs)) {
		finding_unseen(&finding, "interfaces", client_why(client));
		tell(arg, "ipoib_core", &finding);
		goto out_close;
	}
	for (dev = devs.list; dev < devs.list + devs.count; dev++) {
		if (!record_get(dev, IPOIB_A_CARRIER))
			continue;
		if (fabric_group_mtu(dev, &finding))
			tell(arg, record_string(dev, IPOIB_A_IFNAME), &finding);
		if (fabric_group_rate(dev, &finding))
			tell(arg, record_string(dev, IPOIB_A_IFNAME), &finding);
	}
out_close:
	records_free(&devs);
	client_close(client);
}
