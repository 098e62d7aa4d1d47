/* SPDX-License-Identifier: GPL-2.0 */
/* The broadcast group of an interface as the subnet administrator has it. */
#ifndef IPOIBCTL_GROUP_H
#define IPOIBCTL_GROUP_H

#include "records.h"

#define GROUP_LINK	64
/* What partitions.conf has of an MTU and of a rate is a code (IBA 15.2.5.6). */
#define GROUP_MTU	"mtu= (4 is 2048 bytes, 5 is 4096)"
#define GROUP_RATE	"rate= (%u is %u.%u Gbit/s)"
/*
 * How partitions are set. Without a line for Default the file makes all ports limited members of
 * that, which has no broadcast group then.
 */
#define GROUP_CONF(THEN) \
	"(opensm: partitions.conf, always with a line for Default like " \
	"'Default=0x7fff, ipoib, defmember=full : ALL=full ;', then " THEN \
	"; see Partitions of ipoib-accel(7), for UFM too)"
#define GROUP_NEW	GROUP_CONF("SIGHUP")
/* MTU, rate and Q_Key of a group are those that it was made with. */
#define GROUP_ANEW	GROUP_CONF("restart it, as SIGHUP changes no group that is there")

/**
 * struct group - what the subnet administrator has; all 0 to begin with
 * @count: groups that it told
 * @found: the one looked for is among them
 * @mtu: its MTU, in bytes; 0: not told
 * @rate: its rate, in units of 100 Mbit/s; 0: not told
 * @denied: saquery may not ask for this user
 */
struct group {
	unsigned int count;
	bool found;
	unsigned int mtu;
	unsigned int rate;
	bool denied;
};

/**
 * group_ask() - ask the subnet administrator, once for each port, which may take seconds
 * @dev: interface whose group it is
 * @group: filled in
 *
 * Return: whether it could be asked, and what it said is understood.
 */
bool group_ask(const struct record *dev, struct group *group);

/**
 * group_port_link() - what the link of a port does, in the kernel's words: 100 Gb/sec (4X EDR)
 * @record: of a port or of an interface
 * @line: GROUP_LINK bytes, filled in
 *
 * Return: whether it is told.
 */
bool group_port_link(const struct record *record, char *line);

/**
 * group_port_rate() - what the link of an interface's port does
 * @dev: interface
 *
 * Return: its rate in units of 100 Mbit/s, 0: not known.
 */
unsigned int group_port_rate(const struct record *dev);

/**
 * group_rate_code() - how partitions.conf says a rate
 * @rate: in units of 100 Mbit/s; if there is no such code, set to the next lower one that has one
 *
 * Return: the code.
 */
unsigned int group_rate_code(unsigned int *rate);

#endif /* IPOIBCTL_GROUP_H */
