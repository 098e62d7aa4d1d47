// SPDX-License-Identifier: GPL-2.0
/*
 * The broadcast group of an interface as the subnet administrator has it: saquery(8) of
 * infiniband-diags, if it is installed, tells all groups.
 */
#include "group.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "run.h"

/* What saquery says of all groups is cut to this. */
#define GROUP_SAID	(1 << 20)
/* How long it may take, in milliseconds. */
#define GROUP_WAIT	5000
/* The code of a rate or an MTU, without how it is to be compared (IBA 15.2.5.17). */
#define GROUP_CODE	0x3f

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

/**
 * struct group_answer - what was said to a port
 * @hca: its device
 * @port: its number
 * @said: all groups
 * @none: there is no group that the port is told of
 * @denied: it could not be asked, for want of permission
 */
struct group_answer {
	char hca[NAME_MAX];
	unsigned long long port;
	char *said;
	bool none;
	bool denied;
};

/* All interfaces of a port get the same answer, be it none: it is asked for once. */
static struct group_answer *group_answers;
static size_t group_answers_count;

/* Whether a file by which saquery asks is not for this user. */
static bool group_is_denied(void)
{
	char pattern[PATH_MAX];
	bool denied = false;
	glob_t found;
	size_t i;

	run_root(pattern, sizeof(pattern), "/dev/infiniband/umad*");
	if (glob(pattern, 0, NULL, &found))
		return false;
	for (i = 0; i < found.gl_pathc; i++)
		if (access(found.gl_pathv[i], R_OK | W_OK) && errno == EACCES)
			denied = true;
	globfree(&found);
	return denied;
}

/* Asks; what is said is "" if that is not all. */
static const struct group_answer *group_ask_port(const char *hca, unsigned long long number)
{
	char port[24], *said = run_grow(NULL, GROUP_SAID, 1), *fitting;
	const char * const argv[] = { "saquery", "-C", hca, "-P", port, "-g", NULL };
	struct group_answer *answer;
	bool none;
	int status;

	snprintf(port, sizeof(port), "%llu", number);
	status = run_program_for(GROUP_WAIT, argv, said, GROUP_SAID);
	none = !status && !said[0];
	/* What is missing among those that were told may be in what was cut off. */
	if (status || strlen(said) == GROUP_SAID - 1)
		said[0] = '\0';
	fitting = realloc(said, strlen(said) + 1);
	if (fitting)
		said = fitting;
	group_answers = run_grow(group_answers, group_answers_count + 1, sizeof(*answer));
	answer = &group_answers[group_answers_count++];
	snprintf(answer->hca, sizeof(answer->hca), "%s", hca);
	answer->port = number;
	answer->said = said;
	answer->none = none;
	answer->denied = status > 0 && status != RUN_MISSING && group_is_denied();
	return answer;
}

static const struct group_answer *group_said(const struct record *dev)
{
	const char *hca = record_string(dev, IPOIB_A_HCA);
	unsigned long long port = record_get(dev, IPOIB_A_PORT);
	size_t i;

	for (i = 0; i < group_answers_count; i++)
		if (group_answers[i].port == port && !strcmp(group_answers[i].hca, hca))
			return &group_answers[i];
	return group_ask_port(hca, port);
}

bool group_ask(const struct record *dev, struct group *group)
{
	struct nlattr *gid = dev->attrs[IPOIB_A_GID];
	const struct group_answer *answer;
	const char *line;
	bool is_it = false;
	char text[256];
	size_t len;

	if (!gid)
		return false;
	answer = group_said(dev);
	group->denied = answer->denied;
	for (line = answer->said; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		snprintf(text, sizeof(text), "%.*s", (int)len, line);
		group_read_line(group, text, nla_data(gid), &is_it);
	}
	return group->count || answer->none;
}

unsigned int group_rate_code(unsigned int *rate)
{
	/* The lowest of all, which each port can do. */
	unsigned int best = 2, code;

	for (code = 2; code < sizeof(group_rates) / sizeof(*group_rates); code++)
		if (group_rates[code] <= *rate && group_rates[code] > group_rates[best])
			best = code;
	*rate = group_rates[best];
	return best;
}

bool group_port_link(const struct record *record, char *line)
{
	return !device_link(record, line, GROUP_LINK);
}

unsigned int group_port_rate(const struct record *dev)
{
	char line[GROUP_LINK], *rest;
	unsigned long whole;
	unsigned int tenth = 0;

	if (!group_port_link(dev, line))
		return 0;
	whole = strtoul(line, &rest, 10);
	if (*rest == '.' && rest[1] >= '0' && rest[1] <= '9')
		tenth = rest[1] - '0';
	return whole > 100000 ? 0 : whole * 10 + tenth;
}
