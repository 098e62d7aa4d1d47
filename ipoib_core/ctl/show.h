/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl show: what there is. */
#ifndef IPOIBCTL_SHOW_H
#define IPOIBCTL_SHOW_H

#include "ctl.h"

/**
 * show_dev() - an interface, as an object
 * @out: where to
 * @dev: it
 */
void show_dev(struct out *out, const struct record *dev);

/**
 * show_devs() - interfaces
 * @ctl: what is asked for
 */
void show_devs(struct ctl *ctl);

/**
 * show_ports() - InfiniBand ports: all, or that of the interface
 * @ctl: what is asked for
 */
void show_ports(struct ctl *ctl);

/**
 * show_accels() - accels: all, or that of the interface
 * @ctl: what is asked for
 */
void show_accels(struct ctl *ctl);

/**
 * show_groups() - multicast groups
 * @ctl: what is asked for
 */
void show_groups(struct ctl *ctl);

/**
 * show_paths() - paths to peers
 * @ctl: what is asked for
 */
void show_paths(struct ctl *ctl);

#endif /* IPOIBCTL_SHOW_H */
