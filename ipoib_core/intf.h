/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_INTF_H
#define IPOIB_INTF_H

#include "core.h"

/**
 * ipoib_intf_alloc() - a netdev as the port's accel wants it
 * @port: port with an accel
 * @name: its name, or where the number goes in it
 * @name_assign_type: as alloc_netdev_mqs() wants it
 * @priv_size: out, the accel's private size
 *
 * Context: process. Return: the netdev, for ipoib_intf_prepare() and free_netdev(); ERR_PTR.
 */
struct net_device *ipoib_intf_alloc(struct ipoib_port *port, const char *name,
				    unsigned char name_assign_type, size_t *priv_size);

/**
 * ipoib_intf_create() - make the port's own interface, served by ipoib_port.accel
 * @port: port with an accel and without an interface
 *
 * Context: process, ipoib_registry_lock held; takes RTNL.
 * Return: 0 or a negative errno, nothing is left then.
 */
int ipoib_intf_create(struct ipoib_port *port);

/**
 * ipoib_intf_unregister() - list the port's interface and its children for removal
 * @port: port
 * @kill: what unregister_netdevice_many() is to be given
 *
 * Context: RTNL.
 */
void ipoib_intf_unregister(struct ipoib_port *port, struct list_head *kill);

/**
 * ipoib_intf_prepare() - give an allocated netdev its core state, before it is registered
 * @dev: of ipoib_intf_setup() and at least the accel's private size
 * @port: port
 * @parent: the port's own interface, or NULL when @dev is that
 * @pkey: P_Key, its full-member bit set
 *
 * Once registered the netdev frees the state itself; if that fails: ipoib_intf_abandon().
 * Context: process. Return: 0 or -ENOMEM.
 */
int ipoib_intf_prepare(struct net_device *dev, struct ipoib_port *port, struct net_device *parent,
		       u16 pkey);

/**
 * ipoib_intf_abandon() - free the core state of a netdev that could not be registered
 * @dev: netdev; stays the caller's
 */
void ipoib_intf_abandon(struct net_device *dev);

/**
 * ipoib_intf_setup() - what alloc_netdev() calls for each interface
 * @dev: netdev
 */
void ipoib_intf_setup(struct net_device *dev);

/**
 * ipoib_intf_init() - ndo_init
 * @dev: prepared netdev
 *
 * Return: 0 or the accel's error.
 */
int ipoib_intf_init(struct net_device *dev);

/**
 * ipoib_intf_uninit() - ndo_uninit
 * @dev: netdev
 */
void ipoib_intf_uninit(struct net_device *dev);

/**
 * ipoib_intf_wait_gone() - wait until no interface's state is left
 *
 * For module exit: a user may be deleting a child at this moment. Context: process.
 */
void ipoib_intf_wait_gone(void);

#endif /* IPOIB_INTF_H */
