// SPDX-License-Identifier: GPL-2.0
/*
 * The P_Key of an interface and its place in the port's table, which the subnet manager writes
 * (IBA 14.2.5.7). The port's own interface uses whatever is at index 0; a child has a P_Key of its
 * own and looks for it. What follows from a change is link.c's to do.
 *
 * All is read from the RDMA core's cache, which is renewed before PKEY_CHANGE is told of: RTNL does
 * not wait for a port that is slow to answer, and a read that fails is no P_Key that is missing.
 * An event that nobody heard leaves it old: so the port itself is asked now and then, without RTNL.
 */
#include "pkey.h"

#include <rdma/ib_cache.h>

#include "port.h"

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

void ipoib_pkey_refresh(struct ipoib_port *port)
{
	struct ib_event event = {
		.device = port->hca,
		.element.port_num = port->num,
		.event = IB_EVENT_PKEY_CHANGE,
	};
	unsigned int index;
	u16 cached, pkey;

	for (index = 0; !ib_get_cached_pkey(port->hca, port->num, index, &cached); index++) {
		/* Who does not tell it is asked another time; and an event is worth more. */
		if (READ_ONCE(port->events) ||
		    ib_query_pkey(port->hca, port->num, index, &pkey))
			return;
		if (pkey != cached) {
			ib_dispatch_event(&event);
			return;
		}
	}
}
