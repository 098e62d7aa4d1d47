/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_RTNL_H
#define IPOIB_RTNL_H

#include "life.h"

/**
 * ipoib_rtnl_init() - register the link kind "ipoib"
 * @life: who makes children
 *
 * Return: 0, also when in-tree ib_ipoib owns the kind, which is warned of; a negative errno.
 */
int ipoib_rtnl_init(const struct ipoib_life *life);

/**
 * ipoib_rtnl_exit() - unregister the link kind
 */
void ipoib_rtnl_exit(void);

/**
 * ipoib_rtnl_prepare() - make a netdev, before it is registered, one of our kind
 * @dev: netdev
 * @priv_size: private size that children of it need, bytes; 0 for a child
 *
 * Context: process; RTNL must not be held when @priv_size is not 0.
 */
void ipoib_rtnl_prepare(struct net_device *dev, size_t priv_size);

#endif /* IPOIB_RTNL_H */
