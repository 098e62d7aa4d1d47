/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_MATCH_H
#define IPOIB_MATCH_H

#include "port.h"

/**
 * ipoib_match() - which interface does a connection request of the RDMA CM belong to?
 * @port: port that it came in on
 * @pkey: its P_Key, any membership bit
 * @gid: GID that it was sent to, or NULL
 * @addr: IP address that it was sent to, decides when several interfaces match; or NULL
 *
 * Context: process. Return: the interface or its master, with a reference, or NULL.
 */
struct net_device *ipoib_match(struct ipoib_port *port, u16 pkey, const union ib_gid *gid,
			       const struct sockaddr *addr);

#endif /* IPOIB_MATCH_H */
