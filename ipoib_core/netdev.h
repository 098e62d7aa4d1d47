/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_NETDEV_H
#define IPOIB_NETDEV_H

#include "life.h"

/* What the stack lets a user ask for; ndo_change_mtu knows the real limit. As in-tree ib_ipoib. */
#define IPOIB_MAX_MTU	65520
/* The least that IPv4 works with, and the encapsulation header. As in-tree ib_ipoib. */
#define IPOIB_MIN_MTU	(ETH_MIN_MTU + IPOIB_ENCAP_LEN)

/* From allocation until ipoib_netdev_set_ops(). */
extern struct net_device_ops ipoib_netdev_ops;

/**
 * ipoib_netdev_init() - what there is to do before any interface is made
 * @life: who makes interfaces
 *
 * Context: module init.
 */
void ipoib_netdev_init(const struct ipoib_life *life);

/**
 * ipoib_netdev_set_ops() - give an interface the functions that its HCA allows
 * @priv: interface, in ndo_init
 */
void ipoib_netdev_set_ops(struct ipoib_dev *priv);

/**
 * ipoib_netdev_no_connected_mode() - log, once per interface, that there is no such mode
 * @priv: interface; somebody asked for the mode, or for an MTU that only that mode has
 *
 * Scripts do so without showing what they were answered. Context: any.
 */
void ipoib_netdev_no_connected_mode(struct ipoib_dev *priv);

/**
 * ipoib_netdev_is_ours() - is a netdev an interface of this module?
 * @dev: any netdev, registered
 *
 * Bonds and in-tree ib_ipoib's interfaces are of the same type.
 */
bool ipoib_netdev_is_ours(const struct net_device *dev);

#endif /* IPOIB_NETDEV_H */
