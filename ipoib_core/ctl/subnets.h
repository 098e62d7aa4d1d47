/* SPDX-License-Identifier: GPL-2.0 */
/* InfiniBand interfaces that are in one network of IPv4, and answer ARP for each other. */
#ifndef IPOIBCTL_SUBNETS_H
#define IPOIBCTL_SUBNETS_H

#include "finding.h"

/**
 * subnets_look() - find interfaces of this network namespace that are in the network of another one
 * @tell: called for each, with its name and what there is to say
 * @arg: for @tell
 */
void subnets_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		  void *arg);

#endif /* IPOIBCTL_SUBNETS_H */
