/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_ETHTOOL_OPS_H
#define IPOIB_ETHTOOL_OPS_H

#include "core.h"

/* The names of the counters of dropped packets, by enum ipoib_drop. */
extern const char ipoib_drop_strings[IPOIB_DROP_NUM][ETH_GSTRING_LEN];

/**
 * ipoib_ethtool_merge() - set dev->ethtool_ops: the accel's, completed and overruled by the core's
 * @priv: interface, after ops->update_netdev_settings()
 */
void ipoib_ethtool_merge(struct ipoib_dev *priv);

#endif /* IPOIB_ETHTOOL_OPS_H */
