/* SPDX-License-Identifier: GPL-2.0 */
/* What ethtool(8) would say of an interface: counters, rings, moderation. */
#ifndef IPOIBCTL_ETHTOOL_H
#define IPOIBCTL_ETHTOOL_H

#include "counters.h"

/**
 * struct ethtool - of an interface; all 0 to begin with
 * @stats: its counters, those of its queues too
 * @rx_ring: receives that a queue posts, 0: not told
 * @rx_ring_max: the most
 * @tx_ring: sends that a queue holds
 * @tx_ring_max: the most
 * @rx_queues_max: RX queues that it could have, or, where these send too, queues; 0: not told
 * @moderated: the following is known
 * @adaptive: moderation of what comes in goes by the load
 * @rx_usecs: microseconds that what comes in may wait
 */
struct ethtool {
	struct counters stats;
	unsigned int rx_ring;
	unsigned int rx_ring_max;
	unsigned int tx_ring;
	unsigned int tx_ring_max;
	unsigned int rx_queues_max;
	bool moderated;
	bool adaptive;
	unsigned int rx_usecs;
};

/**
 * ethtool_ask() - ask the kernel; what it does not tell stays 0
 * @ethtool: filled in; to be freed
 * @ifname: the interface, in the network namespace that this is in
 *
 * Return: 0, or a negative errno: the counters were not told.
 */
int ethtool_ask(struct ethtool *ethtool, const char *ifname);

/**
 * ethtool_free() - forget it
 * @ethtool: all 0 afterwards
 */
static inline void ethtool_free(struct ethtool *ethtool)
{
	counters_free(&ethtool->stats);
	*ethtool = (struct ethtool){};
}

#endif /* IPOIBCTL_ETHTOOL_H */
