// SPDX-License-Identifier: GPL-2.0
/* ethtool's requests. The netlink family of that name does not have the counters of -S. */
#include "ethtool.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The kernel asks the driver again how many there are, and writes so many: if another interface has
 * got the name meanwhile these may be more.
 */
#define ETHTOOL_SPARE		4096
/* So often is it asked while queues come and go. */
#define ETHTOOL_TRIES		4
#define ETHTOOL_STATS_MAX	65536

/* Returns 0 or a negative errno. */
static int ethtool_do(int sock, const char *ifname, void *request)
{
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ifr.ifr_data = request;
	return ioctl(sock, SIOCETHTOOL, &ifr) ? -errno : 0;
}

/* Returns how many counters there are, or a negative errno. */
static int ethtool_count(int sock, const char *ifname)
{
	__u64 room[sizeof(struct ethtool_sset_info) / sizeof(__u64) + 1] = {};
	struct ethtool_sset_info *info = (struct ethtool_sset_info *)room;
	int ret;

	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ULL << ETH_SS_STATS;
	ret = ethtool_do(sock, ifname, info);
	if (ret)
		return ret;
	if (!info->sset_mask || info->data[0] > ETHTOOL_STATS_MAX)
		return -EOPNOTSUPP;
	return info->data[0];
}

static int ethtool_ask_stats(struct ethtool *ethtool, int sock, const char *ifname)
{
	int count = ethtool_count(sock, ifname), ret, i;
	struct ethtool_gstrings *strings;
	struct ethtool_stats *stats;
	char name[ETH_GSTRING_LEN + 1];
	size_t room;

	if (count < 0)
		return count;
	room = (size_t)count + ETHTOOL_SPARE;
	strings = calloc(1, sizeof(*strings) + room * ETH_GSTRING_LEN);
	stats = calloc(1, sizeof(*stats) + room * sizeof(stats->data[0]));
	ret = -ENOMEM;
	if (!strings || !stats)
		goto out_free;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_STATS;
	strings->len = count;
	stats->cmd = ETHTOOL_GSTATS;
	stats->n_stats = count;
	ret = ethtool_do(sock, ifname, strings);
	if (!ret)
		ret = ethtool_do(sock, ifname, stats);
	/* Queues that come or go between the questions have others. */
	if (!ret && ((int)strings->len != count || (int)stats->n_stats != count))
		ret = -EAGAIN;
	if (ret)
		goto out_free;
	for (i = 0; i < count; i++) {
		memcpy(name, strings->data + i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
		name[ETH_GSTRING_LEN] = '\0';
		counters_add(&ethtool->stats, name, stats->data[i]);
	}
out_free:
	free(stats);
	free(strings);
	return ret;
}

int ethtool_ask(struct ethtool *ethtool, const char *ifname)
{
	struct ethtool_coalesce coalesce = { .cmd = ETHTOOL_GCOALESCE };
	struct ethtool_ringparam ring = { .cmd = ETHTOOL_GRINGPARAM };
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;
	unsigned int tries = ETHTOOL_TRIES;

	if (sock < 0)
		return -errno;
	if (!ethtool_do(sock, ifname, &ring)) {
		ethtool->rx_ring = ring.rx_pending;
		ethtool->rx_ring_max = ring.rx_max_pending;
		ethtool->tx_ring = ring.tx_pending;
		ethtool->tx_ring_max = ring.tx_max_pending;
	}
	if (!ethtool_do(sock, ifname, &channels))
		ethtool->rx_queues_max = channels.max_combined ? channels.max_combined :
								 channels.max_rx;
	if (!ethtool_do(sock, ifname, &coalesce)) {
		ethtool->moderated = true;
		ethtool->adaptive = coalesce.use_adaptive_rx_coalesce;
		ethtool->rx_usecs = coalesce.rx_coalesce_usecs;
	}
	/* Last: who compares them takes the time then. */
	do {
		ret = ethtool_ask_stats(ethtool, sock, ifname);
	} while (ret == -EAGAIN && --tries);
	close(sock);
	return ret;
}
