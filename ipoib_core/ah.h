/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_AH_H
#define IPOIB_AH_H

#include "core.h"

/**
 * ipoib_ah_create() - make an address handle
 * @priv: interface
 * @attr: address vector
 *
 * Context: process, may sleep.
 * Return: the handle or an ERR_PTR() of what the device said.
 */
struct ipoib_ah *ipoib_ah_create(struct ipoib_dev *priv, struct rdma_ah_attr *attr);

/**
 * ipoib_ah_retire() - destroy an address handle once nobody uses it any more
 * @priv: interface
 * @ah: no longer reachable for new readers; NULL is fine
 *
 * Returns at once and never stops a TX queue. Context: any.
 */
void ipoib_ah_retire(struct ipoib_dev *priv, struct ipoib_ah *ah);

/**
 * ipoib_ah_init() - prepare the retirement of handles
 * @priv: interface; the number of its TX queues is known
 *
 * Return: 0 or -ENOMEM.
 */
int ipoib_ah_init(struct ipoib_dev *priv);

/**
 * ipoib_ah_exit() - destroy every retired handle
 * @priv: interface; its accel is stopped and nobody retires handles any more
 *
 * Context: process, may sleep.
 */
void ipoib_ah_exit(struct ipoib_dev *priv);

#endif /* IPOIB_AH_H */
