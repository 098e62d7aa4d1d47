/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl set: the one command that changes something. */
#ifndef IPOIBCTL_SET_H
#define IPOIBCTL_SET_H

#include "ctl.h"

/**
 * set_port_accel() - have a port served by another accel
 * @ctl: what is asked for
 * @name: of the port, as accel= takes it
 * @accel: which one; auto; none
 * @force: it is not asked whether that is meant
 */
void set_port_accel(struct ctl *ctl, const char *name, const char *accel, bool force);

#endif /* IPOIBCTL_SET_H */
