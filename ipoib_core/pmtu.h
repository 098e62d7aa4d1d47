/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_PMTU_H
#define IPOIB_PMTU_H

#include "core.h"

/**
 * ipoib_pmtu_drop() - drop a packet that is longer than the link's MTU, and have its sender told
 * @priv: interface
 * @skb: packet, data at the encapsulation header; consumed
 *
 * Context: BH off; the TX lock may be held.
 */
void ipoib_pmtu_drop(struct ipoib_dev *priv, struct sk_buff *skb);

/**
 * ipoib_pmtu_init() - prepare telling senders
 * @priv: interface
 */
void ipoib_pmtu_init(struct ipoib_dev *priv);

/**
 * ipoib_pmtu_exit() - forget who was still to be told
 * @priv: interface; nothing is sent any more
 *
 * Context: process, may sleep.
 */
void ipoib_pmtu_exit(struct ipoib_dev *priv);

#endif /* IPOIB_PMTU_H */
