/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "ipoib_accel.h"

/**
 * provider_init() - ib_dev_init() over a card driver that builds on its user's functions
 * @dev: the interface
 * @hca: its device, which has no queues for IPoIB of its own
 * @qp_num: out
 *
 * Return: what rnet_init() does, which is no success.
 */
int provider_init(struct net_device *dev, struct ib_device *hca, u32 *qp_num);

#endif /* PROVIDER_H */
