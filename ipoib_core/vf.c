// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual functions of the HCA, which administrators set up by the interface of its physical one:
 * ip link set ib0 vf 0 node_guid 00:11:22:33:44:55:66:77. All of it is the HCA driver's. They are
 * the host's: rtnetlink asks only whether somebody administers the namespace of the interface.
 */
#include "vf.h"

#include <linux/capability.h>

#include "core.h"

static_assert(sizeof_field(struct ifla_vf_info, mac) >= IPOIB_HW_ADDR_LEN);

int ipoib_vf_set_link_state(struct net_device *dev, int vf, int link_state)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	return ib_set_vf_link_state(intf->hca, vf, intf->port, link_state);
}

int ipoib_vf_get_config(struct net_device *dev, int vf, struct ifla_vf_info *info)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);
	int ret;

	ret = ib_get_vf_config(intf->hca, vf, intf->port, info);
	if (ret)
		return ret;
	info->vf = vf;
	/* Users know a VF's address by its GUIDs; here stands the interface's, as with in-tree. */
	memcpy(info->mac, dev->dev_addr, IPOIB_HW_ADDR_LEN);
	return 0;
}

int ipoib_vf_get_stats(struct net_device *dev, int vf, struct ifla_vf_stats *stats)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	return ib_get_vf_stats(intf->hca, vf, intf->port, stats);
}

int ipoib_vf_get_guid(struct net_device *dev, int vf, struct ifla_vf_guid *node_guid,
		      struct ifla_vf_guid *port_guid)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	return ib_get_vf_guid(intf->hca, vf, intf->port, node_guid, port_guid);
}

int ipoib_vf_set_guid(struct net_device *dev, int vf, u64 guid, int type)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (type != IFLA_VF_IB_NODE_GUID && type != IFLA_VF_IB_PORT_GUID)
		return -EINVAL;
	return ib_set_vf_guid(intf->hca, vf, intf->port, guid, type);
}
