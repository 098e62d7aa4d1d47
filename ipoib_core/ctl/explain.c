// SPDX-License-Identifier: GPL-2.0
/*
 * What there is to say of each interface and port: the reason for no carrier first, then what is
 * limited though it works. What can only be seen in how counters grow takes a moment, if there is
 * an interface that works.
 */
#include "explain.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "fabric.h"
#include "group.h"
#include "machine.h"
#include "name.h"
#include "print.h"
#include "rtnl.h"
#include "run.h"
#include "stats.h"
#include "wait.h"

/* How long counters are watched, in milliseconds. */
#define EXPLAIN_WATCH	300
/* The most that ipoib_core takes for the limits of its tables. */
#define EXPLAIN_MAX_PATHS	1048576
#define EXPLAIN_MAX_GROUPS	16384
/* A hardware address, with the 0 byte. */
#define EXPLAIN_ADDRESS		(20 * 3)

/**
 * struct explained - all that is known
 * @ctl: what is asked for
 * @devs: interfaces
 * @ports: all ports
 * @accels: that are loaded
 * @stats: of the interfaces
 * @groups: of the interfaces
 * @paths: of the interfaces
 * @before: what was counted, of each of @devs
 * @after: the same a moment later
 * @neighs: its neighbours, before that, of each of @devs
 * @blind: who asks may not see groups and paths
 */
struct explained {
	struct ctl *ctl;
	struct records devs;
	struct records ports;
	struct records accels;
	struct stats stats;
	struct records groups;
	struct records paths;
	struct sample *before;
	struct sample *after;
	struct neighs *neighs;
	bool blind;
};

static void explain_tell(struct explained *all, const char *subject,
			 const struct finding *finding)
{
	finding_tell(&all->ctl->out, subject, finding);
}

static void explain_membership(struct explained *all, const struct record *dev)
{
	struct finding finding;
	unsigned long long entry;

	if (!record_number(dev, IPOIB_A_PKEY_ENTRY, &entry) || entry & 0x8000)
		return;
	finding_set(&finding, FINDING_LIMITED, "limited-member",
		    "a limited member of partition 0x%04llx: it reaches full members only, and not other limited ones",
		    entry);
	finding_next(&finding,
		     "if that is not meant make the port a full member ('=full') at the subnet manager "
		     GROUP_NEW);
	explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
}

/* The hardware address of the group that the interface is in, for ip(8): RFC 4391 section 9.1.1. */
static void explain_group_address(char *text, size_t size, const struct record *dev)
{
	const unsigned char *gid = nla_data(dev->attrs[IPOIB_A_GID]);
	int i, len;

	len = snprintf(text, size, "00:ff:ff:ff");
	for (i = 0; i < 16; i++)
		len += snprintf(text + len, size - len, ":%02x", gid[i]);
}

/*
 * Nobody is told but the log: the carrier stays, and so does the group that was joined, by which
 * peers still find this host; but it may find none.
 */
static void explain_broadcast(struct explained *all, const struct record *dev)
{
	const char *name = print_word(record_string(dev, IPOIB_A_IFNAME));
	char used[PRINT_GID], wanted[PRINT_GID], address[EXPLAIN_ADDRESS];
	struct finding finding;

	/* Without carrier nothing is sent; and it is in no group, or out of it soon. */
	if (!dev->attrs[IPOIB_A_BROADCAST] || !dev->attrs[IPOIB_A_GID] ||
	    !record_get(dev, IPOIB_A_CARRIER))
		return;
	explain_group_address(address, sizeof(address), dev);
	finding_set(&finding, FINDING_BROKEN, "broadcast-changed",
		    "the broadcast address was changed, to group %s, while the interface is in %s: what this host broadcasts goes to group %s, in which nobody may be; what others send to %s still comes",
		    print_gid_of(wanted, dev, IPOIB_A_BROADCAST), print_gid(used, dev), wanted,
		    used);
	finding_next(&finding,
		     "give it the old address again ('ip link set %s broadcast %s'); or, if that group is meant, "
		     EXPLAIN_BOUNCE " has it join that", name, address, name, name);
	explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
}

void explain_mtu_next(const struct record *dev, const char *before, unsigned long long mtu,
		      const char *after, struct finding *finding)
{
	unsigned int master = name_master(record_get(dev, IPOIB_A_IFINDEX));
	const char *name = record_string(dev, IPOIB_A_IFNAME);
	char bond[IF_NAMESIZE];

	if (master)
		name = rtnl_name(bond, master);
	finding_next(finding, "%s'ip link set %s mtu %llu'%s%s", before, print_word(name), mtu,
		     master ? ", which sets those of its ports too" : "", after);
}

static void explain_mtu_limit(struct explained *all, const struct record *dev)
{
	unsigned long long mtu = record_get(dev, IPOIB_A_MTU), limit, group;
	unsigned long long wanted = record_get(dev, IPOIB_A_MTU_WANTED);
	struct finding finding;

	if (!record_number(dev, IPOIB_A_MTU_LIMIT, &limit) ||
	    !record_number(dev, IPOIB_A_MTU_GROUP, &group))
		return;
	if (limit == IPOIB_MTU_LIMIT_FAILED) {
		finding_set(&finding, FINDING_LIMITED, "mtu-failed",
			    "MTU %llu, though the broadcast group's is %llu and more was asked for: setting it failed",
			    mtu, group);
		explain_mtu_next(dev,
				 "the kernel log has the error: for want of memory it is tried again, else somebody objects, a team device for example: ",
				 wanted < group ? wanted : group, ", once that is mended",
				 &finding);
	} else if (limit == IPOIB_MTU_LIMIT_USER && mtu < group) {
		finding_set(&finding, FINDING_NOTE, "mtu-user",
			    "MTU %llu is what was asked for; the broadcast group's is %llu",
			    mtu, group);
		explain_mtu_next(dev, "", group, ", if that is not meant", &finding);
	} else if (!fabric_group_mtu(dev, &finding)) {
		return;
	}
	explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
}

static void explain_rejoining(struct explained *all, const struct record *dev)
{
	unsigned long long error = record_get(dev, IPOIB_A_LAST_ERROR);
	struct finding finding;
	const char *diag = print_diag(dev);
	char why[PRINT_WHY], next[PRINT_NEXT];

	if (!record_get(dev, IPOIB_A_CARRIER) || !error ||
	    record_get(dev, IPOIB_A_GROUP_STATE) == IPOIB_GROUP_STATE_JOINED)
		return;
	finding_set(&finding, FINDING_LIMITED, "rejoin-failed",
		    "the broadcast group cannot be joined again: %s; it is used as it was",
		    print_no_join(why, dev));
	if (error == EINVAL)
		finding_next(&finding,
			     "if it refuses on the carrier goes: 'saquery %s -g' shows whether the group is there; "
			     EXPLAIN_SM_ENDED, diag, diag);
	else
		finding_next(&finding, "%s", print_next(next, dev, dev));
	explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
}

static void explain_tables(struct explained *all, const struct record *dev)
{
	const struct record *table = NULL;
	unsigned long long limit, most;
	struct finding finding;
	bool paths;

	while ((table = stats_of(&all->stats.tables, dev, table))) {
		limit = record_get(table, IPOIB_A_LIMIT);
		if (!limit || record_get(table, IPOIB_A_USED) < limit)
			continue;
		paths = !strcmp(record_string(table, IPOIB_A_TABLE), "paths");
		most = paths ? EXPLAIN_MAX_PATHS : EXPLAIN_MAX_GROUPS;
		finding_set(&finding, FINDING_LIMITED, "table-full",
			    "the table of %s is full (%llu): each new one has another one forgotten",
			    record_string(table, IPOIB_A_TABLE), limit);
		finding_next(&finding,
			     limit < most ?
			     "raise %s in /sys/module/ipoib_core/parameters, see ipoib_core(4)" :
			     "%s is as large as it may be: who sends to so many?",
			     paths ? "max_paths" : "max_sendonly_groups");
		explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
	}
}

static void explain_drops(struct explained *all, const struct record *dev)
{
	const struct record *drop = NULL, *most = NULL;
	struct finding finding;
	unsigned long long sum = 0;

	while ((drop = stats_of(&all->stats.drops, dev, drop))) {
		sum += record_get(drop, IPOIB_A_PACKETS);
		if (!most || record_get(drop, IPOIB_A_PACKETS) > record_get(most, IPOIB_A_PACKETS))
			most = drop;
	}
	if (!sum)
		return;
	finding_set(&finding, FINDING_NOTE, "drops",
		    "packets dropped on their way out since it was made: %llu, most for %s (%llu)",
		    sum, record_string(most, IPOIB_A_CAUSE), record_get(most, IPOIB_A_PACKETS));
	finding_next(&finding,
		     "'ipoibctl stats dev %s' has all causes, and ETHTOOL of ipoib_core(4) what they mean; do they still grow?",
		     print_word(record_string(dev, IPOIB_A_IFNAME)));
	explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
}

static const struct record *explain_port_of(const struct explained *all, const struct record *dev)
{
	size_t i;

	for (i = 0; i < all->ports.count; i++)
		if (device_same_port(dev, &all->ports.list[i]))
			return &all->ports.list[i];
	return NULL;
}

/* Of a P_Key child of accel mlx alone there is nothing to see of what it receives by. */
static void explain_of_parent(const struct record *dev, struct finding *finding)
{
	char name[IF_NAMESIZE];

	if (!record_get(dev, IPOIB_A_CARRIER) || !dev->attrs[IPOIB_A_PARENT] ||
	    strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx"))
		return;
	finding_next(finding,
		     "it receives on the queues of its parent: 'ipoibctl explain %s' tells of these",
		     print_word(rtnl_name(name, record_get(dev, IPOIB_A_PARENT))));
}

static void explain_dev(struct explained *all, const struct record *dev)
{
	const struct record *port = explain_port_of(all, dev);
	size_t number = dev - all->devs.list;
	struct finding finding;

	explain_carrier(dev, &finding);
	if (record_get(dev, IPOIB_A_CARRIER_REASON) == IPOIB_CARRIER_REASON_JOIN_REFUSED)
		explain_refusal(dev, &finding);
	explain_guest(port, dev, &finding);
	if (!explain_parent(all->ctl->client, &all->devs, dev, &finding) && all->ctl->ifname)
		explain_of_parent(dev, &finding);
	explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
	explain_rejoining(all, dev);
	explain_broadcast(all, dev);
	explain_membership(all, dev);
	explain_mtu_limit(all, dev);
	/* Of a port its children need not say the same. */
	if (port && (explain_port(port, &finding) ||
		     (explain_without_mlx(port, &all->accels, &finding) &&
		      !explain_is_child(dev))))
		explain_tell(all, record_string(dev, IPOIB_A_IFNAME), &finding);
	explain_tables(all, dev);
	explain_groups(&all->ctl->out, dev, &all->groups);
	explain_paths(&all->ctl->out, dev, &all->paths);
	if (record_get(dev, IPOIB_A_CARRIER))
		explain_peers(&all->ctl->out, dev, &all->paths, &all->neighs[number]);
	explain_drops(all, dev);
	if (record_get(dev, IPOIB_A_CARRIER))
		explain_traffic(&all->ctl->out, dev, port, &all->before[number],
				&all->after[number]);
}

/* Returns whether there was an interface to look at. */
static bool explain_sample(struct ctl *ctl, const struct records *devs, struct sample *samples)
{
	bool any = false;
	size_t i;

	for (i = 0; i < devs->count; i++) {
		if (!record_get(&devs->list[i], IPOIB_A_CARRIER))
			continue;
		ctl_judge_counters(ctl, &devs->list[i], sample_take(samples, devs, i));
		sample_port(samples, devs, i);
		samples[i].timeouts = sample_timeouts(&devs->list[i]);
		any = true;
	}
	return any;
}

/*
 * Sends that the device has. It is asked between the two looks at counters: so what is given back
 * of these is counted.
 */
static void explain_outstanding(struct explained *all, struct sample *samples)
{
	const struct client_filter filter = { .ifname = all->ctl->ifname };
	struct records devs = {};
	size_t i, at;

	if (client_ask(all->ctl->client, IPOIB_CMD_DEV_GET, &filter, &devs))
		goto out_free;
	for (i = 0; i < all->devs.count; i++)
		for (at = 0; at < devs.count; at++)
			if (record_get(&devs.list[at], IPOIB_A_IFINDEX) ==
			    record_get(&all->devs.list[i], IPOIB_A_IFINDEX))
				samples[i].outstanding =
					record_get(&devs.list[at], IPOIB_A_TX_OUTSTANDING);
out_free:
	records_free(&devs);
}

static void explain_watch(struct explained *all)
{
	size_t neighs_size = sizeof(*all->neighs) * all->devs.count;
	size_t size = sizeof(*all->before) * all->devs.count, i;

	if (!size)
		return;
	all->before = memset(run_grow(NULL, 1, size), 0, size);
	all->after = memset(run_grow(NULL, 1, size), 0, size);
	all->neighs = memset(run_grow(NULL, 1, neighs_size), 0, neighs_size);
	if (!explain_sample(all->ctl, &all->devs, all->before))
		return;
	/* What was not heard is nothing that was so before. */
	for (i = 0; i < all->devs.count; i++)
		if (record_get(&all->devs.list[i], IPOIB_A_CARRIER))
			neighs_ask(&all->neighs[i],
				   record_get(&all->devs.list[i], IPOIB_A_IFINDEX));
	explain_outstanding(all, all->before);
	wait_for(EXPLAIN_WATCH, -1);
	explain_outstanding(all, all->after);
	explain_sample(all->ctl, &all->devs, all->after);
}

static void explain_unwatch(struct explained *all)
{
	size_t i;

	for (i = 0; all->before && i < all->devs.count; i++) {
		sample_free(&all->before[i]);
		sample_free(&all->after[i]);
		neighs_free(&all->neighs[i]);
	}
	free(all->neighs);
	free(all->before);
	free(all->after);
}

static bool explain_has_dev(const struct records *devs, const struct record *port)
{
	size_t i;

	for (i = 0; i < devs->count; i++)
		if (device_same_port(port, &devs->list[i]))
			return true;
	return false;
}

/* Interfaces were asked for before ports: one may be new, or its device have another name now. */
static bool explain_is_elsewhere(const struct explained *all, const struct record *port)
{
	const struct client_filter filter = {
		.hca = record_string(port, IPOIB_A_HCA),
		.port = record_get(port, IPOIB_A_PORT),
	};
	struct records devs = {};
	bool elsewhere;

	elsewhere = !client_ask(all->ctl->client, IPOIB_CMD_DEV_GET, &filter, &devs) &&
		    !explain_has_dev(&devs, port);
	records_free(&devs);
	return elsewhere;
}

/* Ports of the interfaces that it is about. */
static void explain_links(struct explained *all)
{
	size_t i;

	for (i = 0; i < all->ports.count; i++)
		if (explain_has_dev(&all->devs, &all->ports.list[i]))
			explain_link(&all->ctl->out, &all->ports.list[i]);
}

static void explain_no_ports(struct explained *all)
{
	struct finding finding;

	finding_set(&finding, FINDING_BROKEN, "no-port", "there is no InfiniBand port");
	finding_next(&finding,
		     "'rdma link' has the ports that there are: none, and the card's driver is not loaded ('lspci -k'), or only the half that is no RDMA ('modprobe mlx5_ib', of ConnectX-3 mlx4_ib; if that is not found, the package with the kernel's InfiniBand modules is missing); netdev, and they are Ethernet's (LINK_TYPE of mstconfig, in package mstflint, or of mlxconfig); with 'rdma system set netns exclusive' a device is in one network namespace only; Omni-Path is served by the kernel's own ib_ipoib alone: 'ipoibctl check' says how that has its name again");
	explain_tell(all, "ipoib_core", &finding);
}

/* Ports without an interface here: those that no accel serves have none in any namespace. */
static void explain_ports(struct explained *all)
{
	const struct record *port;
	struct finding finding;
	char name[EXPLAIN_NAME];
	size_t i;

	for (i = 0; i < all->ports.count; i++) {
		port = &all->ports.list[i];
		explain_port_name(name, port);
		if (explain_has_dev(&all->devs, port))
			continue;
		/* It may be another one here than the one that was asked for. */
		if (port->attrs[IPOIB_A_ACCEL] && all->ctl->ifname)
			continue;
		if (port->attrs[IPOIB_A_ACCEL] && explain_is_elsewhere(all, port)) {
			finding_set(&finding, FINDING_NOTE, "elsewhere",
				    "served by accel %s; its interface is in another network namespace",
				    record_string(port, IPOIB_A_ACCEL));
			finding_next(&finding,
				     "'ipoibctl -n NAME explain'; 'ip netns' has names; of a container without one 'lsns -t net' has the PID: 'nsenter -t PID -n ipoibctl explain'");
			explain_tell(all, name, &finding);
		}
		if (explain_port(port, &finding))
			explain_tell(all, name, &finding);
	}
	if (all->ctl->client && !all->ports.count)
		explain_no_ports(all);
}

/* It is loaded, and has no family: it has none yet, or no more, or never had one. */
static void explain_unasked(const struct machine_driver *driver, struct finding *finding)
{
	bool coming = !strcmp(driver->state, "coming");

	if (coming || !strcmp(driver->state, "going")) {
		finding_set(finding, FINDING_NOTE, "core-busy", "ipoib_core is being %s",
			    coming ? "loaded" : "unloaded");
		finding_next(finding,
			     "ask again in a few seconds; if it stays so the kernel log may say why");
		return;
	}
	finding_set(finding, FINDING_BROKEN, "old-core",
		    "ipoib_core %s is loaded, which has nothing to ask it by", driver->version);
	finding_next(finding, "it is older than this program: %s", machine_reload(driver));
}

static void explain_driver(struct explained *all)
{
	struct machine_driver driver;
	struct finding finding;

	machine_look(&driver);
	machine_driver_finding(&driver, &finding);
	/* Who could not ask for another reason has been told so. */
	if (!all->ctl->client && driver.core && all->ctl->status == CTL_OK)
		explain_unasked(&driver, &finding);
	if (finding.level != FINDING_OK)
		explain_tell(all, "driver", &finding);
}

/* Groups and paths are for administrators only. */
static void explain_ask_more(struct explained *all, enum ipoib_cmd cmd,
			     const struct client_filter *filter, struct records *records)
{
	int ret = client_ask(all->ctl->client, cmd, filter, records);

	if (ret == -EPERM)
		all->blind = true;
	else
		ctl_judge(all->ctl, cmd, ret, records);
}

/* Whether interfaces and ports are known; each of the rest may be, or not. */
static bool explain_ask(struct explained *all)
{
	const struct client_filter none = {}, filter = { .ifname = all->ctl->ifname };
	struct ctl *ctl = all->ctl;

	if (!ctl_ask(ctl, IPOIB_CMD_DEV_GET, &filter, &all->devs) ||
	    !ctl_ask(ctl, IPOIB_CMD_PORT_GET, &none, &all->ports))
		return false;
	stats_ask(ctl, &all->stats);
	explain_ask_more(all, IPOIB_CMD_GROUP_GET, &filter, &all->groups);
	explain_ask_more(all, IPOIB_CMD_PATH_GET, &filter, &all->paths);
	/* For a note alone: who does not tell them is not complained of. */
	client_ask(ctl->client, IPOIB_CMD_ACCEL_GET, &none, &all->accels);
	return true;
}

static void explain_blind(struct explained *all)
{
	struct finding finding;

	if (!all->blind)
		return;
	finding_set(&finding, FINDING_NOTE, "not-allowed",
		    "multicast groups and paths were not looked at: that takes CAP_NET_ADMIN");
	explain_tell(all, "ipoibctl", &finding);
}

/* An interface of others, or none: it does not depend on ipoib_core what becomes of it. */
static void explain_stranger(struct explained *all)
{
	const char *name = all->ctl->ifname;
	struct finding finding;

	if (if_nametoindex(name)) {
		finding_set(&finding, FINDING_BROKEN, "not-ours",
			    "is no interface of ipoib_core: 'ethtool -i %s' says whose",
			    print_word(name));
	} else {
		finding_set(&finding, FINDING_BROKEN, "no-interface",
			    "there is no such interface in this network namespace");
		if (all->ctl->client)
			finding_next(&finding,
				     "'ipoibctl show' has the interfaces here; ports that have none are below");
	}
	explain_tell(all, name, &finding);
	if (all->ctl->status < CTL_USAGE)
		all->ctl->status = CTL_USAGE;
}

void explain_show(struct ctl *ctl)
{
	struct explained all = { .ctl = ctl };
	bool whole = ctl->status == CTL_OK;
	size_t i;

	/* Of what there is no answer it is not told that it is not there; the rest is told. */
	if (ctl->client)
		whole = explain_ask(&all);
	explain_watch(&all);
	out_list(&ctl->out, NULL);
	explain_driver(&all);
	if (whole && ctl->ifname && !all.devs.count)
		explain_stranger(&all);
	for (i = 0; i < all.devs.count; i++)
		explain_dev(&all, &all.devs.list[i]);
	explain_links(&all);
	if (whole && (!ctl->ifname || !all.devs.count))
		explain_ports(&all);
	explain_blind(&all);
	out_list_end(&ctl->out);
	explain_unwatch(&all);
	records_free(&all.accels);
	records_free(&all.paths);
	records_free(&all.groups);
	stats_free(&all.stats);
	records_free(&all.ports);
	records_free(&all.devs);
}
