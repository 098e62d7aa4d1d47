/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_NETLINK_H
#define IPOIB_NETLINK_H

#include "core.h"

/**
 * ipoib_netlink_init() - answer requests from now on
 *
 * Context: module init, the last step: an answer that is not read to its end keeps the module, also
 * one whose init would fail.
 * Return: 0 or an error.
 */
int ipoib_netlink_init(void);

/**
 * ipoib_netlink_exit() - answer no more
 *
 * Context: module exit, before anything goes that is told of; takes RTNL.
 */
void ipoib_netlink_exit(void);

/**
 * ipoib_netlink_tell() - tell who listens if the link of an interface is not as it was told last
 * @priv: interface
 *
 * And what ipoib_notice() has gathered, if it is time.
 *
 * Context: the port's work, RTNL, without the netdev's own lock.
 * Return: in how many jiffies to be called again; 0: need not be.
 */
unsigned long ipoib_netlink_tell(struct ipoib_dev *priv);

#endif /* IPOIB_NETLINK_H */
