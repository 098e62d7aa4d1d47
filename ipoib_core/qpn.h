/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_QPN_H
#define IPOIB_QPN_H

#include "core.h"

/**
 * ipoib_qpn_has_many() - does the accel receive by several QPs, of which it says who gets which?
 * @priv: interface
 */
static inline bool ipoib_qpn_has_many(const struct ipoib_dev *priv)
{
	return priv->ops->rx_qpn && priv->dev->real_num_rx_queues > 1;
}

/**
 * ipoib_qpn_tell() - a packet to one peer is about to be sent: may it tell our address?
 * @priv: interface, one with ipoib_qpn_has_many()
 * @skb: data at the encapsulation header, the pseudo header before it; both may be elsewhere
 *	afterwards
 *
 * In ARP and neighbour discovery our own address gets the number of the QP that this peer shall
 * send to, once there is a path to it. Doing so twice changes nothing more.
 *
 * Context: ndo_start_xmit.
 */
void ipoib_qpn_tell(struct ipoib_dev *priv, struct sk_buff *skb);

/**
 * ipoib_qpn_heard_arp() - an ARP packet arrived: it may repeat what its sender was told
 * @priv: interface
 * @skb: data at the ARP header; may be changed
 *
 * Who compares our address in a reply with the interface's, as arping does, shall find that.
 *
 * Context: BH off.
 */
void ipoib_qpn_heard_arp(struct ipoib_dev *priv, struct sk_buff *skb);

#endif /* IPOIB_QPN_H */
