/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_ADDRESS_H
#define IPOIB_ADDRESS_H

#include "core.h"

/* Offset of the GUID in the address: behind the subnet prefix. */
#define IPOIB_ADDR_GUID		(IPOIB_ADDR_GID + 8)

/**
 * ipoib_address_init() - make the hardware address
 * @priv: interface, being registered
 * @qpn: QP number from the accel
 *
 * Context: ndo_init. Return: 0, or the RDMA core's error.
 */
int ipoib_address_init(struct ipoib_dev *priv, u32 qpn);

/**
 * ipoib_address_find() - find the address's GID in the port's table
 * @priv: interface; its gid_index is set
 *
 * Context: RTNL. Return: whether it is there.
 */
bool ipoib_address_find(struct ipoib_dev *priv);

/**
 * ipoib_address_lookup() - where in the port's table the address's GID is now
 * @priv: interface
 * @index: out, its place there
 *
 * Context: process. Return: whether it is there.
 */
bool ipoib_address_lookup(struct ipoib_dev *priv, u16 *index);

/**
 * ipoib_address_replaced() - did the subnet manager give the port a GID that has to be followed?
 * @priv: interface
 * @gid: out, the one that the address has to have, for ipoib_address_move()
 *
 * Context: RTNL.
 */
bool ipoib_address_replaced(struct ipoib_dev *priv, union ib_gid *gid);

/**
 * ipoib_address_is_first() - has a GID the GUID of the port's first one?
 * @priv: interface
 * @gid: the GID
 *
 * Context: process.
 */
bool ipoib_address_is_first(struct ipoib_dev *priv, const union ib_gid *gid);

/**
 * ipoib_address_move() - give the address another GID
 * @priv: interface, not open: groups were joined, and paths asked for, in the name of the old one
 * @gid: the new one
 * @tell: others of it; the stack tells of the interface whose address the user has set
 *
 * A bond that has the interface's address gets the new one, and others are told of that.
 *
 * Context: RTNL.
 */
void ipoib_address_move(struct ipoib_dev *priv, const union ib_gid *gid, bool tell);

#endif /* IPOIB_ADDRESS_H */
