/* SPDX-License-Identifier: GPL-2.0 */
/* What the subnet manager gives an interface that is less than its port could do. */
#ifndef IPOIBCTL_FABRIC_H
#define IPOIBCTL_FABRIC_H

#include "finding.h"
#include "records.h"

/**
 * fabric_group_mtu() - whether the broadcast group's MTU is what limits an interface
 * @dev: interface
 * @finding: filled in if so
 *
 * Return: whether.
 */
bool fabric_group_mtu(const struct record *dev, struct finding *finding);

/**
 * fabric_look() - all interfaces of this network namespace that have a carrier
 * @tell: called for each that gets less than its port could do, with its name and what there is to
 *	say
 * @arg: for @tell
 */
void fabric_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		 void *arg);

#endif /* IPOIBCTL_FABRIC_H */
