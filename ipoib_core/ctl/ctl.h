/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipoibctl: what ipoib_core does, and why.
 *
 * Layers, from the bottom up. A file includes, and so calls, those before it only; what two
 * commands share is a word. (tests/lint/check-layers reads this.)
 *	values: attrs records out items
 *	sources: client run sys wait screen counters cpus device ethtool rtnl name neigh ping sample
 *	findings: finding machine script settings subnets group fabric renamed
 *	words: ctl print
 *	commands: stats show prometheus top
 *	explanations: explain explain_carrier explain_port explain_group explain_link explain_peers
 *	and: explain_parent explain_dests explain_traffic explain_queues explain_drops
 *	those of them: monitor test_step test_ping test set check
 *	start: main
 */
#ifndef IPOIBCTL_CTL_H
#define IPOIBCTL_CTL_H

#include <net/if.h>

#include "client.h"
#include "out.h"

/**
 * enum ctl_status - how it ends, as iproute2 does
 * @CTL_OK: well
 * @CTL_USAGE: what was asked makes no sense, or is not there
 * @CTL_FAILED: the kernel refused, or check found something wrong
 * @CTL_UNPROVED: nothing failed, and that it is well was not seen either
 */
enum ctl_status {
	CTL_OK,
	CTL_USAGE,
	CTL_FAILED,
	CTL_UNPROVED,
};

/**
 * struct ctl - what is asked for
 * @out: where answers go
 * @client: to the kernel, once ctl_connect() said so
 * @stats: -s: more
 * @force: -f: it is not asked whether that is meant
 * @netns: -n: the network namespace that was entered, or NULL
 * @ifname: the interface that it is about, NULL: all
 * @real: what that goes by, where it was called otherwise
 * @called: what it was called on the command line
 * @status: the worst so far
 */
struct ctl {
	struct out out;
	struct client *client;
	bool stats;
	bool force;
	const char *netns;
	const char *ifname;
	char real[IFNAMSIZ];
	const char *called;
	enum ctl_status status;
};

/**
 * ctl_complain() - say what is wrong, on stderr
 * @ctl: @status is at least @status afterwards
 * @status: what it is
 * @format: of printf()
 */
void ctl_complain(struct ctl *ctl, enum ctl_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * ctl_judge() - complain of what went wrong with a dump
 * @ctl: what is asked for
 * @cmd: what of
 * @ret: what client_ask() returned
 * @records: with these answers
 *
 * Return: whether there are answers, be they none.
 */
bool ctl_judge(struct ctl *ctl, enum ipoib_cmd cmd, int ret, const struct records *records);

/**
 * ctl_ask() - a dump, complaining of what goes wrong
 * @ctl: what is asked for
 * @cmd: what of
 * @filter: which of these
 * @records: filled with the answers; to be freed, also if it fails
 *
 * Return: whether there are answers, be they none.
 */
bool ctl_ask(struct ctl *ctl, enum ipoib_cmd cmd, const struct client_filter *filter,
	     struct records *records);

/**
 * ctl_judge_counters() - complain that those of an interface are missing, unless it has gone
 * @ctl: what is asked for
 * @dev: interface
 * @ret: 0, or a negative errno: why
 */
void ctl_judge_counters(struct ctl *ctl, const struct record *dev, int ret);

/**
 * ctl_devs() - the interface that it is about, or all; complains when it is not there
 * @ctl: what is asked for
 * @devs: filled with the answers; to be freed, also if it fails
 *
 * Return: whether there are answers.
 */
bool ctl_devs(struct ctl *ctl, struct records *devs);

#endif /* IPOIBCTL_CTL_H */
