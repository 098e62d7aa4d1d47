/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_XMIT_H
#define IPOIB_XMIT_H

#include "core.h"

extern const struct header_ops ipoib_header_ops;

/**
 * ipoib_start_xmit() - ndo_start_xmit
 * @skb: pseudo header, encapsulation header, payload
 * @dev: interface
 *
 * Return: NETDEV_TX_OK, always.
 */
netdev_tx_t ipoib_start_xmit(struct sk_buff *skb, struct net_device *dev);

#endif /* IPOIB_XMIT_H */
