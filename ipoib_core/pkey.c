// SPDX-License-Identifier: GPL-2.0
/*
 * The P_Key of an interface and its place in the port's table, which the subnet manager writes
 * (IBA 14.2.5.7). The port's own interface uses whatever is at index 0; a child has a P_Key of its
 * own and looks for it. What follows from a change is link.c's to do.
 *
 * All is read from the RDMA core's cache, which is renewed before PKEY_CHANGE is told of: RTNL does
 * not wait for a port that is slow to answer, and a read that fails is no P_Key that is missing.
 */
#include "pkey.h"

#include <rdma/ib_cache.h>

/* Offset of the P_Key in the broadcast address (RFC 4391 section 4). */
#define IPOIB_BCAST_PKEY	8

void ipoib_pkey_set(struct ipoib_dev *priv, u16 pkey)
{
	priv->intf.pkey = pkey;
	priv->dev->broadcast[IPOIB_BCAST_PKEY] = pkey >> 8;
	priv->dev->broadcast[IPOIB_BCAST_PKEY + 1] = pkey & 0xff;
}

bool ipoib_pkey_lookup(const struct ipoib_dev *priv, u16 *index)
{
	return !ib_find_cached_pkey(priv->intf.hca, priv->intf.port, priv->intf.pkey, index);
}

bool ipoib_pkey_find(struct ipoib_dev *priv)
{
	return ipoib_pkey_lookup(priv, &priv->intf.pkey_index);
}

bool ipoib_pkey_replaced(struct ipoib_dev *priv, u16 *pkey)
{
	if (priv->intf.parent)
		return false;
	if (ib_get_cached_pkey(priv->intf.hca, priv->intf.port, 0, pkey))
		return false;
	*pkey |= IPOIB_PKEY_FULL;
	/* 0 and 0x8000 are no P_Keys (IBA 10.9.1.2): an SM in between two writes. */
	return *pkey != IPOIB_PKEY_FULL && *pkey != priv->intf.pkey;
}
