// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast groups that an interface cannot join, and peers that it has no path to, or none for
 * packets as long as its MTU.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "group.h"
#include "print.h"
#include "stats.h"

/* Where IPv6 is to be the MTU must not be less (RFC 8200). */
#define DESTS_IPV6_MTU	1280

/* What is tried again has failed still; what was not asked for since is nobody's concern. */
static bool dests_has_failed(const struct record *dest)
{
	return record_get(dest, IPOIB_A_TRIES) && record_get(dest, IPOIB_A_LAST_ERROR);
}

static bool dests_is_lost(const struct record *path)
{
	unsigned long long state = record_get(path, IPOIB_A_PATH_STATE);

	return (state == IPOIB_PATH_STATE_FAILED || state == IPOIB_PATH_STATE_ASKING) &&
	       dests_has_failed(path);
}

/*
 * One that is joined again is used as it was meanwhile, and waits to be joined if it is given up.
 * But what was joined for sending, and is to be received, is not if this host's device refuses.
 */
static bool dests_is_used(const struct record *group)
{
	switch (record_get(group, IPOIB_A_GROUP_STATE)) {
	case IPOIB_GROUP_STATE_JOINED:
	case IPOIB_GROUP_STATE_LEAVING:
		return true;
	case IPOIB_GROUP_STATE_REJOINING:
		return record_get(group, IPOIB_A_MEMBERSHIP) == IPOIB_MEMBERSHIP_SEND_ONLY ||
		       !print_is_own(group);
	default:
		return false;
	}
}

/* The broadcast group is told by itself. */
static bool dests_is_not_joined(const struct record *dev, const struct record *group)
{
	struct nlattr *broadcast = dev->attrs[IPOIB_A_GID], *gid = group->attrs[IPOIB_A_GID];

	return !dests_is_used(group) && dests_has_failed(group) &&
	       !(broadcast && gid && !memcmp(nla_data(broadcast), nla_data(gid), nla_len(gid)));
}

/* How many paths have failed, and the first of them. */
static size_t dests_failed_paths(const struct records *paths, const struct record *dev,
				 const struct record **first)
{
	const struct record *path = NULL;
	size_t count = 0;

	while ((path = stats_of(paths, dev, path)))
		if (dests_is_lost(path) && !count++)
			*first = path;
	return count;
}

/*
 * To a group that nobody is a member of none can be added who only sends: so it is with that of
 * IPv6's routers wherever there are none. Whatever the subnet administrator objects to is the same
 * EINVAL, so that it may refuse one that there is.
 */
static bool dests_unheard(const struct record *group)
{
	return record_get(group, IPOIB_A_MEMBERSHIP) == IPOIB_MEMBERSHIP_SEND_ONLY &&
	       record_get(group, IPOIB_A_LAST_ERROR) == EINVAL;
}

/* Groups that cannot be joined: those that are @unheard, or the others. How many, and the first. */
static size_t dests_failed_groups(const struct records *groups, const struct record *dev,
				  bool unheard, const struct record **first)
{
	const struct record *group = NULL;
	size_t count = 0;

	while ((group = stats_of(groups, dev, group)))
		if (dests_is_not_joined(dev, group) && dests_unheard(group) == unheard && !count++)
			*first = group;
	return count;
}

static void dests_groups_unheard(struct out *out, const struct record *dev,
				 const struct records *groups)
{
	const char *diag = print_diag(dev);
	const struct record *first;
	struct finding finding;
	char gid[PRINT_GID];
	size_t count = dests_failed_groups(groups, dev, true, &first);

	if (!count)
		return;
	finding_set(&finding, FINDING_NOTE, "group-unheard",
		    "multicast groups that this host sends to, and that the subnet administrator does not let it join: %zu, for example %s; nobody listens to them, or it refuses",
		    count, print_gid(gid, first));
	finding_next(&finding,
		     "'saquery %s -g' tells which: if the group is not there nobody listens, which is as it is meant, as to ff12:601b:...::2 where IPv6 has no router; if it is there it was refused, for its P_Key, rate or MTU perhaps, and the subnet manager's log may say why; "
		     EXPLAIN_SM_ENDED, diag, diag);
	finding_tell(out, record_string(dev, IPOIB_A_IFNAME), &finding);
}

void explain_groups(struct out *out, const struct record *dev, const struct records *groups)
{
	const char *diag = print_diag(dev);
	const struct record *first;
	struct finding finding;
	char gid[PRINT_GID], why[PRINT_WHY], next[PRINT_NEXT];
	size_t count;

	/* That of the broadcast group is why there is no carrier. */
	if (!record_get(dev, IPOIB_A_CARRIER))
		return;
	dests_groups_unheard(out, dev, groups);
	count = dests_failed_groups(groups, dev, false, &first);
	if (!count)
		return;
	finding_set(&finding, FINDING_LIMITED, "group-failed",
		    "multicast groups that cannot be joined: %zu, for example %s: %s", count,
		    print_gid(gid, first), print_no_join(why, first));
	if (record_get(first, IPOIB_A_LAST_ERROR) == EINVAL)
		snprintf(next, sizeof(next),
			 "'saquery %s -g' what the subnet administrator has; " EXPLAIN_SM_ENDED,
			 diag, diag);
	else
		print_next(next, first, dev);
	finding_next(&finding, "'ipoibctl show group dev %s' has them; %s",
		     print_word(record_string(dev, IPOIB_A_IFNAME)), next);
	finding_tell(out, record_string(dev, IPOIB_A_IFNAME), &finding);
}

unsigned int explain_path_carries(const struct record *dev, const struct record *path)
{
	unsigned long long bytes;

	/* Of one that is not in use it is not told. */
	if (!record_number(path, IPOIB_A_PATH_MTU, &bytes) ||
	    bytes >= record_get(dev, IPOIB_A_MTU) + EXPLAIN_ENCAP)
		return 0;
	return bytes - EXPLAIN_ENCAP;
}

/* ARP and ping are short: they work, and what sends more stands still. */
static void dests_short_paths(struct out *out, const struct record *dev,
			      const struct records *paths)
{
	const struct record *path = NULL, *least = NULL;
	const char *diag = print_diag(dev);
	unsigned int bytes, fewest = 0;
	struct finding finding;
	char gid[PRINT_GID], age[PRINT_TIME];
	size_t count = 0;

	while ((path = stats_of(paths, dev, path))) {
		bytes = explain_path_carries(dev, path);
		if (!bytes)
			continue;
		count++;
		if (!least || bytes < fewest) {
			least = path;
			fewest = bytes;
		}
	}
	if (!count)
		return;
	finding_set(&finding, FINDING_LIMITED, "path-mtu",
		    "peers to which a link on the way carries fewer bytes than the MTU, %llu, by what the subnet administrator said: %zu, for example %s with %u, %s ago: longer packets get lost",
		    record_get(dev, IPOIB_A_MTU), count, print_gid(gid, least), fewest,
		    print_time(age, record_get(least, IPOIB_A_AGE)));
	explain_mtu_next(dev,
			 "lower " GROUP_MTU
			 " of the partition at the subnet manager to what all links between its members can do "
			 GROUP_ANEW "; until then ",
			 fewest, fewest < DESTS_IPV6_MTU ? ", if nobody needs IPv6 there" : "",
			 &finding);
	finding_also(&finding,
		     "; or mend the link: 'iblinkinfo %s' has LIDs and ports, 'smpquery %s portinfo LID PORT' NeighborMTU of each; a mended one is seen here once the peer had no packets for ten minutes",
		     diag, diag);
	finding_tell(out, record_string(dev, IPOIB_A_IFNAME), &finding);
}

static void dests_no_paths(struct out *out, const struct record *dev, const struct records *paths)
{
	const struct record *first;
	struct finding finding;
	char gid[PRINT_GID], why[PRINT_WHY], next[PRINT_NEXT];
	size_t count;

	count = dests_failed_paths(paths, dev, &first);
	if (!count)
		return;
	finding_set(&finding, FINDING_LIMITED, "no-path",
		    "peers that cannot be reached: %zu, for example %s: %s", count,
		    print_gid(gid, first), print_no_path(why, first));
	if (record_get(first, IPOIB_A_LAST_ERROR) == EINVAL)
		snprintf(next, sizeof(next),
			 "are these hosts on, and in the same partition? " EXPLAIN_SM_ENDED,
			 print_diag(dev));
	else
		print_next(next, first, dev);
	finding_next(&finding, "'ipoibctl show path dev %s' has them; %s",
		     print_word(record_string(dev, IPOIB_A_IFNAME)), next);
	finding_tell(out, record_string(dev, IPOIB_A_IFNAME), &finding);
}

void explain_paths(struct out *out, const struct record *dev, const struct records *paths)
{
	dests_no_paths(out, dev, paths);
	dests_short_paths(out, dev, paths);
}
