/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_SYSFS_H
#define IPOIB_SYSFS_H

#include "life.h"

/**
 * ipoib_sysfs_init() - what there is to do before any interface is made
 * @life: who makes children
 *
 * Context: module init.
 */
void ipoib_sysfs_init(const struct ipoib_life *life);

/**
 * ipoib_sysfs_prepare() - give a netdev, before it is registered, its own files
 * @dev: the port's own interface or a legacy child; others have none, as with in-tree ib_ipoib
 */
void ipoib_sysfs_prepare(struct net_device *dev);

#endif /* IPOIB_SYSFS_H */
