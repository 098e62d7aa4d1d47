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
 * ipoib_pkey_update() - the port's P_Key table changed
 * @priv: interface
 *
 * Opens, closes, or closes and opens the data path as needed. Context: RTNL.
 */
void ipoib_pkey_update(struct ipoib_dev *priv);

/**
 * ipoib_pkey_set_broadcast() - put the P_Key into the interface's broadcast address
 * @priv: interface, not open
 */
void ipoib_pkey_set_broadcast(struct ipoib_dev *priv);

#endif /* IPOIB_PKEY_H */
