/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_PKEY_H
#define IPOIB_PKEY_H

#include "core.h"

/**
 * ipoib_pkey_find() - look for the interface's P_Key in the port's table
 * @priv: interface; intf.pkey_index is set when it is there
 *
 * Context: RTNL, the accel is not open. Return: whether it is there.
 */
bool ipoib_pkey_find(struct ipoib_dev *priv);

/**
 * ipoib_pkey_lookup() - where in the port's table the interface's P_Key is now
 * @priv: interface
 * @index: out, its place there
 *
 * Context: process. Return: whether it is there.
 */
bool ipoib_pkey_lookup(const struct ipoib_dev *priv, u16 *index);

/**
 * ipoib_pkey_replaced() - does the port's own interface have to follow to another P_Key?
 * @priv: interface
 * @pkey: out, the one that it has to have, for ipoib_pkey_set()
 *
 * Context: process. Return: false for a child, whose P_Key is its own.
 */
bool ipoib_pkey_replaced(struct ipoib_dev *priv, u16 *pkey);

/**
 * ipoib_pkey_set() - make the interface one of another partition, its broadcast address too
 * @priv: interface, not open unless @pkey is the one that it has
 * @pkey: P_Key, its full-member bit set
 *
 * Context: RTNL, or not registered yet.
 */
void ipoib_pkey_set(struct ipoib_dev *priv, u16 pkey);

/**
 * ipoib_pkey_refresh() - see that what the functions above read is what the port's table holds
 * @port: port
 *
 * Where it is not, the RDMA core is told what its driver did not tell: PKEY_CHANGE, for which it
 * reads the table anew, and tells its clients, us too.
 *
 * Context: process, without RTNL: each P_Key of the table is asked for, which may be a command of
 * the device.
 */
void ipoib_pkey_refresh(struct ipoib_port *port);

#endif /* IPOIB_PKEY_H */
