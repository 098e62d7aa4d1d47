// SPDX-License-Identifier: GPL-2.0
/*
 * A P_Key child of accel mlx has carrier and sends, but receives on its parent's queues, which are
 * there only while that is open: nobody else would say why nothing comes.
 */
#include <string.h>

#include "explain.h"
#include "name.h"
#include "print.h"

#define PARENT_AWAY \
	"; this interface receives on the queues of its parent, which is in another network namespace: is that set up there?"

static const struct record *parent_find(const struct records *devs, const struct record *dev)
{
	size_t i;

	for (i = 0; i < devs->count; i++)
		if (record_get(&devs->list[i], IPOIB_A_IFINDEX) ==
		    record_get(dev, IPOIB_A_PARENT))
			return &devs->list[i];
	return NULL;
}

/* Whether @parent has no queues; if so in words. */
static bool parent_is_closed(const struct record *parent, struct finding *finding)
{
	const char *name = record_string(parent, IPOIB_A_IFNAME), *why;

	switch (record_get(parent, IPOIB_A_CARRIER_REASON)) {
	case IPOIB_CARRIER_REASON_ADMIN_DOWN:
		why = "which is not set up";
		break;
	case IPOIB_CARRIER_REASON_PKEY_MISSING:
		why = "which waits for its P_Key";
		break;
	case IPOIB_CARRIER_REASON_GID_MISSING:
		why = "which waits for its GID";
		break;
	case IPOIB_CARRIER_REASON_OPEN_FAILED:
		why = "whose queues the accel cannot start";
		break;
	default:
		return false;
	}
	finding_set(finding, FINDING_BROKEN, "parent-down",
		    "has carrier, but nothing arrives: it receives on the queues of its parent %s, %s",
		    name, why);
	if (record_get(parent, IPOIB_A_CARRIER_REASON) == IPOIB_CARRIER_REASON_ADMIN_DOWN)
		finding_next(finding,
			     "'ip link set %s up', which sets up each of its P_Key children that is down too",
			     print_word(name));
	else
		finding_next(finding, "'ipoibctl explain %s' says what it takes", print_word(name));
	return true;
}

bool explain_parent(struct client *client, const struct records *devs, const struct record *dev,
		    struct finding *finding)
{
	const struct client_filter filter = {
		.hca = record_string(dev, IPOIB_A_HCA),
		.port = record_get(dev, IPOIB_A_PORT),
	};
	const struct record *parent;
	struct records asked = {};
	bool closed = false;

	if (!dev->attrs[IPOIB_A_PARENT] || !record_get(dev, IPOIB_A_CARRIER) ||
	    strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx"))
		return false;
	parent = parent_find(devs, dev);
	if (!parent && !client_ask(client, IPOIB_CMD_DEV_GET, &filter, &asked))
		parent = parent_find(&asked, dev);
	if (parent)
		closed = parent_is_closed(parent, finding);
	records_free(&asked);
	return closed;
}

/* It is not told as a child then. */
bool explain_is_away(const struct record *dev)
{
	return !dev->attrs[IPOIB_A_PARENT] &&
	       name_is_linked_away(record_get(dev, IPOIB_A_IFINDEX));
}

bool explain_is_child(const struct record *dev)
{
	return dev->attrs[IPOIB_A_PARENT] || explain_is_away(dev);
}

const char *explain_parent_away(const struct record *dev)
{
	if (strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx") || !explain_is_away(dev))
		return "";
	return PARENT_AWAY;
}
