/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_LINK_H
#define IPOIB_LINK_H

#include "core.h"
#include "uapi/ipoib_netlink.h"

/**
 * ipoib_link_reopen() - open the data path if the interface is up and its P_Key is there
 * @priv: interface
 *
 * For an open that no user asked for and can repeat: one that fails is tried again by
 * ipoib_link_retry(). Context: RTNL, without the netdev's own lock.
 */
void ipoib_link_reopen(struct ipoib_dev *priv);

/**
 * ipoib_link_retry() - open the data path, set the MTU, or tell the peers, again if that is due
 * @priv: interface
 *
 * Context: the port's work, RTNL, without the netdev's own lock.
 * Return: in how many jiffies to be called again; 0: need not be.
 */
unsigned long ipoib_link_retry(struct ipoib_dev *priv);

/**
 * ipoib_link_close() - close the data path: no carrier, no groups, no paths
 * @priv: interface; closed already is fine
 *
 * Context: RTNL, without the netdev's own lock, unless it is down.
 */
void ipoib_link_close(struct ipoib_dev *priv);

/**
 * ipoib_link_awaits_pkey() - is the interface closed for want of its P_Key?
 * @priv: interface
 *
 * Context: RTNL.
 */
bool ipoib_link_awaits_pkey(const struct ipoib_dev *priv);

/**
 * ipoib_link_gid_moved() - has the port's GID table changed under an open interface?
 * @priv: interface
 *
 * The RDMA core tells clients of InfiniBand of no GID_CHANGE, so this is to be asked now and then;
 * ipoib_link_follow() follows.
 *
 * Context: RTNL.
 */
bool ipoib_link_gid_moved(struct ipoib_dev *priv);

/**
 * ipoib_link_follow() - follow what the subnet manager made of the port's tables
 * @priv: interface
 * @pkeys: of the P_Keys too, not only of the GIDs
 *
 * Opens, closes, or closes and opens the data path as needed.
 * Context: RTNL, without the netdev's own lock.
 */
void ipoib_link_follow(struct ipoib_dev *priv, bool pkeys);

/**
 * ipoib_link_set_gid() - the user wants another GUID in the address
 * @priv: interface, down, or a child of such a one; closed now
 * @gid: the GID with it
 * @chosen: to be kept, whatever the port's first GID is
 * @tell: as ipoib_address_move() has it
 *
 * Context: RTNL.
 */
void ipoib_link_set_gid(struct ipoib_dev *priv, const union ib_gid *gid, bool chosen, bool tell);

/**
 * ipoib_link_restart() - stop and open the accel, keeping groups, paths and carrier
 * @priv: interface
 *
 * Context: RTNL, without the netdev's own lock.
 */
void ipoib_link_restart(struct ipoib_dev *priv);

/**
 * ipoib_link_update() - bring carrier and MTU in line with port and broadcast group
 * @priv: interface
 *
 * And tell the peers of us if that is due and packets can leave.
 * Context: RTNL, without the netdev's own lock.
 */
void ipoib_link_update(struct ipoib_dev *priv);

/**
 * ipoib_link_reason() - why an interface has no carrier
 * @priv: interface
 *
 * What is asked is what decides on the carrier. Context: RTNL.
 */
enum ipoib_carrier_reason ipoib_link_reason(struct ipoib_dev *priv);

/**
 * ipoib_link_ndo_open() - ndo_open
 * @dev: interface
 */
int ipoib_link_ndo_open(struct net_device *dev);

/**
 * ipoib_link_ndo_stop() - ndo_stop
 * @dev: interface
 */
int ipoib_link_ndo_stop(struct net_device *dev);

#endif /* IPOIB_LINK_H */
