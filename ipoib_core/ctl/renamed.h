/* SPDX-License-Identifier: GPL-2.0 */
/* RDMA devices that have other names now than accel= says. */
#ifndef IPOIBCTL_RENAMED_H
#define IPOIBCTL_RENAMED_H

#include "finding.h"

/**
 * renamed_look() - find items of accel= by names that no device of this machine has
 * @tell: called for each, with what it is about and what there is to say
 * @arg: for @tell
 */
void renamed_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		  void *arg);

#endif /* IPOIBCTL_RENAMED_H */
