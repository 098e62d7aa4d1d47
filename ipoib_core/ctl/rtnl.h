/* SPDX-License-Identifier: GPL-2.0 */
/* Who asks the kernel of neighbours and routes: a request, and its answers. */
#ifndef IPOIBCTL_RTNL_H
#define IPOIBCTL_RTNL_H

#include <netlink/msg.h>

/* How often a dump is begun anew in whose midst something has changed. */
#define RTNL_TRIES	5

/**
 * rtnl_ask() - ask, and hear all answers
 * @request: the question
 * @hear: called with each answer, a whole message; not with errors and ends
 * @arg: for @hear
 *
 * Return: 0, or a negative errno; -EAGAIN: something has changed while all were told, and the
 * answers may be of two moments.
 */
int rtnl_ask(struct nl_msg *request, void (*hear)(struct nlmsghdr *answer, void *arg), void *arg);

/**
 * rtnl_name() - what an interface of this network namespace is called
 * @name: IF_NAMESIZE bytes, filled in; its number if there is none
 * @ifindex: number
 *
 * Return: @name.
 */
const char *rtnl_name(char *name, unsigned int ifindex);

#endif /* IPOIBCTL_RTNL_H */
