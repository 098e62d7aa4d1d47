/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_VF_H
#define IPOIB_VF_H

#include <linux/if_link.h>
#include <linux/netdevice.h>

/* ndo_set_vf_link_state and its like; -EOPNOTSUPP where the HCA has no such verb. */
int ipoib_vf_set_link_state(struct net_device *dev, int vf, int link_state);
int ipoib_vf_get_config(struct net_device *dev, int vf, struct ifla_vf_info *info);
int ipoib_vf_get_stats(struct net_device *dev, int vf, struct ifla_vf_stats *stats);
int ipoib_vf_get_guid(struct net_device *dev, int vf, struct ifla_vf_guid *node_guid,
		      struct ifla_vf_guid *port_guid);
int ipoib_vf_set_guid(struct net_device *dev, int vf, u64 guid, int type);

#endif /* IPOIB_VF_H */
