/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_ADDRESS_H
#define IPOIB_ADDRESS_H

#include "core.h"

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
 * ipoib_address_follow() - follow what the subnet manager made of the port's GIDs
 * @priv: interface
 *
 * Context: RTNL.
 */
void ipoib_address_follow(struct ipoib_dev *priv);

/**
 * ipoib_address_set() - ndo_set_mac_address
 * @dev: interface, down
 * @addr: struct sockaddr with IPOIB_HW_ADDR_LEN bytes; all but the GUID as they are
 *
 * A parent's children get the GUID too.
 * Return: 0; -EBUSY: it is up; -EINVAL: more than the GUID differs, or that is zero.
 */
int ipoib_address_set(struct net_device *dev, void *addr);

#endif /* IPOIB_ADDRESS_H */
