/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_ANNOUNCE_H
#define IPOIB_ANNOUNCE_H

#include "core.h"

/**
 * ipoib_announce() - tell peers of our address, if IPOIB_F_NOTIFY asks for it and packets can leave
 * @priv: interface, with carrier
 *
 * Context: process, under RTNL.
 */
void ipoib_announce(struct ipoib_dev *priv);

/**
 * ipoib_announce_again() - the same once more, if it is time to
 * @priv: interface
 *
 * Context: process, under RTNL.
 * Return: in how many jiffies to be called again; 0: need not be.
 */
unsigned long ipoib_announce_again(struct ipoib_dev *priv);

#endif /* IPOIB_ANNOUNCE_H */
