/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_CHILD_H
#define IPOIB_CHILD_H

#include "core.h"

/**
 * ipoib_child_register() - make an allocated netdev a P_Key child and register it
 * @parent: the port's own interface
 * @dev: of ipoib_intf_setup() and at least the accel's private size; stays the caller's on error
 * @pkey: P_Key, any membership bit
 * @legacy: made through sysfs create_child: its P_Key must be unique
 *
 * Context: RTNL.
 * Return: 0; -ENOTUNIQ; what the accel or the stack said.
 */
int ipoib_child_register(struct ipoib_dev *parent, struct net_device *dev, u16 pkey, bool legacy);

/**
 * ipoib_child_create() - what sysfs create_child does
 * @parent: the port's own interface
 * @pkey: P_Key as written: the name of the child shows it so
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int ipoib_child_create(struct ipoib_dev *parent, u16 pkey);

/**
 * ipoib_child_delete() - what sysfs delete_child does
 * @parent: the port's own interface
 * @pkey: P_Key, any membership bit
 *
 * Context: RTNL. Return: 0 or -ENODEV.
 */
int ipoib_child_delete(struct ipoib_dev *parent, u16 pkey);

#endif /* IPOIB_CHILD_H */
