// SPDX-License-Identifier: GPL-2.0
/*
 * Why the subnet administrator refuses: of a refusal the RDMA core tells no more than that it is
 * one. saquery(8) of infiniband-diags, if it is installed, says what group there is.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "print.h"
#include "run.h"

/* What saquery says of all groups is cut to this. */
#define GROUP_SAID	(1 << 20)
/* How long it may take, in milliseconds. */
#define GROUP_WAIT	5000
/* The code of a rate or an MTU, without how it is to be compared (IBA 15.2.5.17). */
#define GROUP_CODE	0x3f

/**
 * struct group - what the subnet administrator has
 * @count: groups that it told
 * @found: the one looked for is among them
 * @mtu: its MTU, in bytes; 0: not told
 * @rate: its rate, in units of 100 Mbit/s; 0: not told
 */
struct group {
	unsigned int count;
	bool found;
	unsigned int mtu;
	unsigned int rate;
};

/* By code. */
static const unsigned int group_mtus[] = { 0, 256, 512, 1024, 2048, 4096 };
static const unsigned int group_rates[] = {
	[2] = 25, [3] = 100, [4] = 300, [5] = 50, [6] = 200, [7] = 400, [8] = 600, [9] = 800,
	[10] = 1200, [11] = 140, [12] = 560, [13] = 1120, [14] = 1680, [15] = 250, [16] = 1000,
	[17] = 2000, [18] = 3000, [19] = 280, [20] = 500, [21] = 4000, [22] = 6000,
	[23] = 8000, [24] = 12000,
};

/* "    NAME.........VALUE": the value, or NULL. */
static const char *group_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	line += strspn(line, " \t");
	if (strncmp(line, name, len) || line[len] != '.')
		return NULL;
	return line + len + strspn(line + len, ".");
}

static unsigned int group_code(const char *value, const unsigned int *table, size_t entries)
{
	unsigned long code = strtoul(value, NULL, 16) & GROUP_CODE;

	return code < entries ? table[code] : 0;
}

static void group_read_line(struct group *group, const char *line, const unsigned char *wanted,
			    bool *is_it)
{
	unsigned char gid[16];
	const char *value;

	value = group_value(line, "MGID");
	if (value && inet_pton(AF_INET6, value, gid) == 1) {
		group->count++;
		*is_it = !memcmp(gid, wanted, sizeof(gid));
		group->found |= *is_it;
	}
	value = *is_it ? group_value(line, "Mtu") : NULL;
	if (value)
		group->mtu = group_code(value, group_mtus,
					sizeof(group_mtus) / sizeof(*group_mtus));
	value = *is_it ? group_value(line, "Rate") : NULL;
	if (value)
		group->rate = group_code(value, group_rates,
					 sizeof(group_rates) / sizeof(*group_rates));
}

static bool group_ask(const struct record *dev, struct group *group)
{
	struct nlattr *gid = dev->attrs[IPOIB_A_GID];
	char port[16], *said, *line, *next;
	const char * const argv[] = { "saquery", "-C", record_string(dev, IPOIB_A_HCA), "-P", port,
				      "-g", NULL };
	bool is_it = false;
	int status;

	said = gid ? malloc(GROUP_SAID) : NULL;
	if (!said)
		return false;
	snprintf(port, sizeof(port), "%llu", record_get(dev, IPOIB_A_PORT));
	status = run_program_for(GROUP_WAIT, argv, said, GROUP_SAID);
	/* What is missing among those that were told may be in what was cut off. */
	if (strlen(said) == GROUP_SAID - 1)
		status = RUN_MISSING;
	for (line = said; line && !status; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		group_read_line(group, line, nla_data(gid), &is_it);
	}
	free(said);
	return !status && group->count;
}

/* In units of 100 Mbit/s, or 0: "100 Gb/sec (4X EDR)". */
static unsigned int group_port_rate(const struct record *dev)
{
	const char *hca = record_string(dev, IPOIB_A_HCA);
	char path[PATH_MAX], line[64], *rest;
	unsigned long whole;
	unsigned int tenth = 0;

	if (strchr(hca, '/'))
		return 0;
	run_root(path, sizeof(path), "/sys/class/infiniband/%s/ports/%llu/rate", hca,
		 record_get(dev, IPOIB_A_PORT));
	run_read_line(path, line, sizeof(line));
	whole = strtoul(line, &rest, 10);
	if (*rest == '.' && rest[1] >= '0' && rest[1] <= '9')
		tenth = rest[1] - '0';
	return whole > 100000 ? 0 : whole * 10 + tenth;
}

void explain_refusal(const struct record *dev, struct finding *finding)
{
	unsigned long long port_mtu = record_get(dev, IPOIB_A_PORT_MTU);
	unsigned int rate = group_port_rate(dev);
	struct group group = {};
	char gid[PRINT_GID];

	if (!group_ask(dev, &group))
		return;
	print_gid(gid, dev);
	if (!group.found) {
		finding_set(finding, FINDING_BROKEN, "group-missing",
			    "no carrier: the broadcast group %s is not among the %u groups that the subnet administrator tells this port of",
			    gid, group.count);
		finding_next(finding,
			     "partition 0x%04llx needs 'ipoib' at the subnet manager (opensm: partitions.conf, then SIGHUP), and this port as a member; the carrier then comes by itself",
			     record_get(dev, IPOIB_A_PKEY) & 0x7fff);
	} else if (port_mtu && group.mtu > port_mtu + 4) {
		finding_set(finding, FINDING_BROKEN, "group-mtu-high",
			    "no carrier: the broadcast group %s has MTU %u, and this port can do %llu",
			    gid, group.mtu, port_mtu + 4);
		finding_next(finding,
			     "lower mtu= of the partition at the subnet manager (4 is 2048 bytes, 5 is 4096) to what its weakest member can do");
	} else if (rate && group.rate > rate) {
		finding_set(finding, FINDING_BROKEN, "group-rate-high",
			    "no carrier: the broadcast group %s has a rate of %u.%u Gbit/s, and this port has %u.%u",
			    gid, group.rate / 10, group.rate % 10, rate / 10, rate % 10);
		finding_next(finding,
			     "lower rate= of the partition at the subnet manager to what its slowest member can do, or see why this port's link is slow: 'iblinkinfo' has width and speed");
	} else if (!rate || !port_mtu || !group.mtu || !group.rate) {
		finding_next(finding,
			     "the subnet administrator has the group: its log says why it refuses; is the port a member of partition 0x%04llx there, and can it do the group's MTU and rate ('saquery -g')?",
			     record_get(dev, IPOIB_A_PKEY) & 0x7fff);
	} else {
		finding_next(finding,
			     "the subnet administrator has the group (MTU %u, rate %u.%u Gbit/s), which this port could do: its log says why it refuses; is the port a member of partition 0x%04llx there?",
			     group.mtu, group.rate / 10, group.rate % 10,
			     record_get(dev, IPOIB_A_PKEY) & 0x7fff);
	}
}
