// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of ethtool.c, ping.c, rtnl.c and wait.c. IPOIB_ROOT/ethtool/INTERFACE has lines NAME
 * VALUE, where "errno" says that they are not told; where ROOT_LATER is in the environment the
 * machine is that one once time has passed.
 */
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ethtool.h"
#include "ping.h"
#include "replay.h"
#include "rtnl.h"
#include "run.h"
#include "wait.h"

#define REPLAY_START	1000

static uint64_t replay_time = REPLAY_START;

/* Where CLOCK is in the environment it is told how long it took. */
static void __attribute__((destructor)) replay_tell_time(void)
{
	if (getenv("CLOCK"))
		printf("[after %llu ms]\n", (unsigned long long)replay_time - REPLAY_START);
}

uint64_t wait_now(void)
{
	return replay_time;
}

int wait_for(unsigned int ms, int fd)
{
	const char *later = getenv("ROOT_LATER"), *wanted = getenv("WANTED_LATER");
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	/* Keys come from outside. */
	if (fd >= 0 && poll(&poll_fd, 1, ms < 20 ? ms : 20))
		return 1;
	replay_time += ms;
	setenv("PASSED", "1", 1);
	if (later)
		setenv("IPOIB_ROOT", later, 1);
	if (wanted)
		setenv("WANTED", wanted, 1);
	return 0;
}

static void replay_setting(struct ethtool *ethtool, const char *name, unsigned long long value)
{
	if (!strcmp(name, "rx_ring")) {
		ethtool->rx_ring = value;
	} else if (!strcmp(name, "rx_ring_max")) {
		ethtool->rx_ring_max = value;
	} else if (!strcmp(name, "tx_ring")) {
		ethtool->tx_ring = value;
	} else if (!strcmp(name, "tx_ring_max")) {
		ethtool->tx_ring_max = value;
	} else if (!strcmp(name, "rx_queues_max")) {
		ethtool->rx_queues_max = value;
	} else if (!strcmp(name, "adaptive")) {
		ethtool->moderated = true;
		ethtool->adaptive = value;
	} else if (!strcmp(name, "rx_usecs")) {
		ethtool->moderated = true;
		ethtool->rx_usecs = value;
	} else {
		counters_add(&ethtool->stats, name, value);
	}
}

int ethtool_ask(struct ethtool *ethtool, const char *ifname)
{
	char path[PATH_MAX], name[64];
	unsigned long long value;
	FILE *file;
	int ret = 0;

	run_root(path, sizeof(path), "/ethtool/%s", ifname);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fscanf(file, "%63s %llu", name, &value) == 2)
		if (!strcmp(name, "errno"))
			ret = -(int)value;
		else
			replay_setting(ethtool, name, value);
	fclose(file);
	return ret;
}

/*
 * Packets that are longer than PING_LONGEST are lost, of others each PING_LOSS-th, and PING_ALL in
 * a row from the third on; or sending them ends with PING_ERRNO. Those whose length is in
 * PING_RULE, "FROM-TO", are refused, and all after PING_UNTIL of them. For the PING_FULL-th there
 * is no room on this host. Answers take PING_US more. They have to be sent from PING_SOURCE.
 */
int ping_open(struct ping *ping, const struct address *peer, const struct address *source,
	      unsigned int ifindex)
{
	const char *from = getenv("PING_SOURCE");

	if (getenv("PING_DENIED"))
		return -EACCES;
	if (from && (!source->family || strcmp(from, source->text)))
		return -EADDRNOTAVAIL;
	ping->peer = *peer;
	ping->ifindex = ifindex;
	ping->sequence = 0;
	return 0;
}

static bool replay_refuses(const struct ping *ping, unsigned int bytes)
{
	const char *rule = getenv("PING_RULE"), *until = getenv("PING_UNTIL");
	unsigned int from, to;

	if (getenv("PING_REFUSED") || (until && ping->sequence > strtoul(until, NULL, 10)))
		return true;
	return rule && sscanf(rule, "%u-%u", &from, &to) == 2 && bytes >= from && bytes <= to;
}

int ping_once(struct ping *ping, unsigned int bytes, unsigned int ms, unsigned int *us)
{
	const char *most = getenv("PING_LONGEST"), *loss = getenv("PING_LOSS");
	const char *more = getenv("PING_US"), *all = getenv("PING_ALL");
	const char *error = getenv("PING_ERRNO"), *full = getenv("PING_FULL");

	ping->sequence++;
	if (full && ping->sequence == strtoul(full, NULL, 10))
		return -ENOBUFS;
	if (replay_refuses(ping, bytes))
		return -EPERM;
	*us = 100 + ping->sequence + (more ? strtoul(more, NULL, 10) : 0);
	if ((!most || bytes <= strtoul(most, NULL, 10)) &&
	    (!loss || ping->sequence % strtoul(loss, NULL, 10)) &&
	    (!all || ping->sequence < 3 || ping->sequence >= 3 + strtoul(all, NULL, 10)))
		return 0;
	if (error)
		return -strtol(error, NULL, 10);
	replay_time += ms;
	return -ETIMEDOUT;
}

void ping_close(struct ping *ping)
{
	ping->sock = -1;
}

/* Where PING_REFUSED is in the environment nothing can be sent. */
int ping_provoke(const struct address *peer, const struct address *source, unsigned int ifindex)
{
	(void)peer;
	(void)source;
	(void)ifindex;
	if (getenv("PING_REFUSED"))
		return -EPERM;
	setenv("PROVOKED", "1", 1);
	return 0;
}

/*
 * Where HOST_TORN is in the environment something changes while so many dumps are told, where
 * HOST_FAILS is they end with that errno.
 */
int rtnl_ask(struct nl_msg *request, void (*hear)(struct nlmsghdr *answer, void *arg), void *arg)
{
	unsigned char *stream = calloc(1, SCENES_STREAM), *exact = NULL;
	const char *scene = replay_scene ? replay_scene : getenv("SCENE");
	const char *torn = getenv("HOST_TORN"), *fails = getenv("HOST_FAILS");
	static unsigned long dumps;
	struct nlmsghdr *msg;
	size_t len = 0;
	int left, ret;

	if (fails && nlmsg_hdr(request)->nlmsg_flags & NLM_F_DUMP)
		ret = -strtol(fails, NULL, 10);
	else
		ret = stream ? scenes_host(scene ? scene : "", nlmsg_hdr(request), stream, &len) :
			       -ENOMEM;
	if (ret)
		goto out_free;
	if (replay_mangle)
		replay_mangle(stream, &len);
	/* Not a byte more, so that reading beyond it is seen. */
	exact = malloc(len + !len);
	if (!exact) {
		ret = -ENOMEM;
		goto out_free;
	}
	memcpy(exact, stream, len);
	left = len;
	for (msg = (struct nlmsghdr *)exact; nlmsg_ok(msg, left); msg = nlmsg_next(msg, &left))
		hear(msg, arg);
	if (torn && nlmsg_hdr(request)->nlmsg_flags & NLM_F_DUMP &&
	    dumps++ < strtoul(torn, NULL, 10))
		ret = -EAGAIN;
out_free:
	free(exact);
	free(stream);
	return ret;
}

const char *rtnl_name(char *name, unsigned int ifindex)
{
	snprintf(name, IF_NAMESIZE, "eth%u", ifindex);
	return name;
}
