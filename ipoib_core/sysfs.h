/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_SYSFS_H
#define IPOIB_SYSFS_H

#include <linux/netdevice.h>

/**
 * ipoib_sysfs_prepare() - give a netdev, before it is registered, its own files
 * @dev: the port's own interface or a legacy child; others have none, as with in-tree ib_ipoib
 */
void ipoib_sysfs_prepare(struct net_device *dev);

#endif /* IPOIB_SYSFS_H */
