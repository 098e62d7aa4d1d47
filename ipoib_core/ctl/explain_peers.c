// SPDX-License-Identifier: GPL-2.0
/* Neighbours of IP that do not answer, though the way there may be known. */
#include <string.h>

#include "explain.h"
#include "print.h"

/* Seconds: who failed before that was not asked since, and the kernel may keep it for days. */
#define PEERS_OLD	60

/* The path to a neighbour, or NULL. */
static const struct record *peers_path(const struct records *paths, const struct record *dev,
				       const struct neigh *neigh)
{
	const struct record *path;
	size_t i;

	for (i = 0; neigh->known && i < paths->count; i++) {
		path = &paths->list[i];
		if (record_get(path, IPOIB_A_IFINDEX) == record_get(dev, IPOIB_A_IFINDEX) &&
		    path->attrs[IPOIB_A_GID] &&
		    !memcmp(nla_data(path->attrs[IPOIB_A_GID]), neigh->gid, NEIGH_GID))
			return path;
	}
	return NULL;
}

static bool peers_path_works(const struct record *path)
{
	unsigned long long state = path ? record_get(path, IPOIB_A_PATH_STATE) : 0;

	return state == IPOIB_PATH_STATE_READY || state == IPOIB_PATH_STATE_STALE ||
	       state == IPOIB_PATH_STATE_REFRESHING;
}

/* One that answers passes such a state too, and is out of it a moment later. */
static bool peers_stays(const struct neighs *before, const struct neigh *neigh, unsigned int state)
{
	const struct neigh *was = neighs_find(before, &neigh->address);

	return neigh->state & state && was && was->state & state;
}

static void peers_tell(struct out *out, const struct record *dev, size_t count,
		       const struct neigh *first)
{
	const char *name = record_string(dev, IPOIB_A_IFNAME), *word = print_word(name);
	struct finding finding;

	finding_set(&finding, FINDING_LIMITED, "no-answer",
		    "neighbours that do not answer: %zu, for example %s (%s)", count,
		    first->address.text, neigh_state(first->state));
	finding_next(&finding,
		     "'ipoibctl test %s %s' says which step fails; is that host on, and its interface up and in this partition?",
		     word, first->address.text);
	finding_tell(out, name, &finding);
}

static void peers_tell_silent(struct out *out, const struct record *dev, size_t count,
			      const struct neigh *first)
{
	const char *name = record_string(dev, IPOIB_A_IFNAME), *word = print_word(name);
	struct finding finding;

	finding_set(&finding, FINDING_LIMITED, "path-silent",
		    "neighbours to which there is a path, and which do not answer: %zu, for example %s at QP 0x%06x (%s)",
		    count, first->address.text, first->qpn, neigh_state(first->state));
	finding_next(&finding,
		     "'ipoibctl test %s %s'; the QP number may be of an interface that is gone there: 'ip neigh del %s dev %s' has it asked anew",
		     word, first->address.text, first->address.text, word);
	finding_tell(out, name, &finding);
}

void explain_peers(struct out *out, const struct record *dev, const struct records *paths,
		   const struct neighs *before)
{
	const struct neigh *neigh, *first_failed = NULL, *first_silent = NULL;
	size_t failed = 0, silent = 0, i;
	struct neighs neighs = {};

	if (neighs_ask(&neighs, record_get(dev, IPOIB_A_IFINDEX)))
		goto out_free;
	for (i = 0; i < neighs.count; i++) {
		neigh = &neighs.list[i];
		if ((neigh->state & NUD_FAILED && neigh->seconds < PEERS_OLD) ||
		    peers_stays(before, neigh, NUD_INCOMPLETE)) {
			if (!failed++)
				first_failed = neigh;
		} else if (peers_stays(before, neigh, NUD_PROBE) &&
			   peers_path_works(peers_path(paths, dev, neigh))) {
			if (!silent++)
				first_silent = neigh;
		}
	}
	if (failed)
		peers_tell(out, dev, failed, first_failed);
	if (silent)
		peers_tell_silent(out, dev, silent, first_silent);
out_free:
	neighs_free(&neighs);
}
