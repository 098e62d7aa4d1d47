// SPDX-License-Identifier: GPL-2.0
/*
 * The P_Key of an interface and its place in the port's table, which the subnet manager writes
 * (IBA 14.2.5.7). The port's own interface uses whatever is at index 0; a child has a P_Key of its
 * own and looks for it.
 */
#include "pkey.h"

#include <rdma/ib_cache.h>

#include "link.h"

/* Offset of the P_Key in the broadcast address (RFC 4391 section 4). */
#define IPOIB_BCAST_PKEY	8

void ipoib_pkey_set_broadcast(struct ipoib_dev *priv)
{
	priv->dev->broadcast[IPOIB_BCAST_PKEY] = priv->intf.pkey >> 8;
	priv->dev->broadcast[IPOIB_BCAST_PKEY + 1] = priv->intf.pkey & 0xff;
}

static bool ipoib_pkey_lookup(struct ipoib_dev *priv, u16 *index)
{
	return !ib_find_pkey(priv->intf.hca, priv->intf.port, priv->intf.pkey, index);
}

bool ipoib_pkey_find(struct ipoib_dev *priv)
{
	return ipoib_pkey_lookup(priv, &priv->intf.pkey_index);
}

/* The port's own interface: index 0 may hold another P_Key now, and so be another IPoIB link. */
static void ipoib_pkey_follow(struct ipoib_dev *priv)
{
	u16 pkey;

	/* From the RDMA core's cache: RTNL does not wait for a port that is slow to answer. */
	if (ib_get_cached_pkey(priv->intf.hca, priv->intf.port, 0, &pkey))
		return;
	/* 0 and 0x8000 are no P_Keys (IBA 10.9.1.2): an SM in between two writes. */
	if (!(pkey & ~IPOIB_PKEY_FULL) || (pkey | IPOIB_PKEY_FULL) == priv->intf.pkey)
		return;
	netdev_info(priv->dev, "the port's P_Key is 0x%04x now, was 0x%04x\n",
		    pkey | IPOIB_PKEY_FULL, priv->intf.pkey);
	ipoib_link_close(priv);
	priv->intf.pkey = pkey | IPOIB_PKEY_FULL;
	ipoib_pkey_set_broadcast(priv);
}

void ipoib_pkey_update(struct ipoib_dev *priv)
{
	u16 index;

	ASSERT_RTNL();
	if (!priv->intf.parent)
		ipoib_pkey_follow(priv);
	if (!ipoib_pkey_lookup(priv, &index)) {
		if (test_bit(IPOIB_F_OPEN, &priv->flags))
			netdev_info(priv->dev, "no carrier: P_Key 0x%04x was taken from the port\n",
				    priv->intf.pkey);
		ipoib_link_close(priv);
		return;
	}
	if (test_bit(IPOIB_F_OPEN, &priv->flags) && index != priv->intf.pkey_index)
		ipoib_link_close(priv);
	ipoib_link_reopen(priv);
}
