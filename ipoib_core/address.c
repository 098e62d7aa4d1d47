// SPDX-License-Identifier: GPL-2.0
/*
 * The hardware address (RFC 4391 section 9.1.1): flags and QP number, which are the accel's, then
 * the GID. That is the port's first one, or has a GUID that the user chose (an alias GUID that the
 * subnet manager has to put into the port's table), which is then kept; a child takes over its
 * parent's. Without the GID in the table no peer could answer: the data path waits for it as it
 * does for the P_Key.
 */
#include "address.h"

#include <rdma/ib_cache.h>

#include "compat.h"
#include "link.h"
#include "port.h"

/* Offset of the GUID in the address: behind the subnet prefix. */
#define IPOIB_ADDR_GUID		(IPOIB_ADDR_GID + 8)

/* The GID that a new interface has if nobody wants another one. */
static int ipoib_address_default(struct ipoib_dev *priv)
{
	struct ipoib_dev *parent;

	if (!priv->intf.parent)
		return rdma_query_gid(priv->intf.hca, priv->intf.port, 0, &priv->intf.local_gid);
	parent = ipoib_priv(priv->intf.parent);
	priv->intf.local_gid = parent->intf.local_gid;
	if (test_bit(IPOIB_F_ADDR_SET, &parent->flags))
		set_bit(IPOIB_F_ADDR_SET, &priv->flags);
	return 0;
}

int ipoib_address_init(struct ipoib_dev *priv, u32 qpn)
{
	u8 addr[IPOIB_HW_ADDR_LEN] = { 0, qpn >> 16, qpn >> 8, qpn };
	union ib_gid *gid = &priv->intf.local_gid;
	struct net_device *dev = priv->dev;
	int ret;

	ret = ipoib_address_default(priv);
	if (ret)
		return ret;
	/* Of what the user gave to rtnetlink, the GUID alone can be a matter of choice. */
	if (dev->addr_assign_type == NET_ADDR_SET &&
	    memchr_inv(dev->dev_addr + IPOIB_ADDR_GUID, 0, sizeof(gid->global.interface_id))) {
		memcpy(&gid->global.interface_id, dev->dev_addr + IPOIB_ADDR_GUID,
		       sizeof(gid->global.interface_id));
		set_bit(IPOIB_F_ADDR_SET, &priv->flags);
	}
	memcpy(addr + IPOIB_ADDR_GID, gid->raw, sizeof(gid->raw));
	dev_addr_mod(dev, 0, addr, sizeof(addr));
	return 0;
}

static bool ipoib_address_lookup(struct ipoib_dev *priv, u16 *index)
{
	const struct ib_gid_attr *attr;

	attr = rdma_find_gid_by_port(priv->intf.hca, &priv->intf.local_gid, IB_GID_TYPE_IB,
				     priv->intf.port, NULL);
	if (IS_ERR(attr))
		return false;
	*index = attr->index;
	rdma_put_gid_attr(attr);
	return true;
}

bool ipoib_address_find(struct ipoib_dev *priv)
{
	return ipoib_address_lookup(priv, &priv->gid_index);
}

/* Groups were joined, and paths asked for, in the name of the old GID: with a new one, anew. */
static void ipoib_address_change(struct ipoib_dev *priv, const union ib_gid *gid)
{
	ipoib_link_close(priv);
	priv->intf.local_gid = *gid;
	dev_addr_mod(priv->dev, IPOIB_ADDR_GID, gid->raw, sizeof(gid->raw));
}

void ipoib_address_follow(struct ipoib_dev *priv)
{
	union ib_gid gid;
	bool found;
	u16 index;

	ASSERT_RTNL();
	if (rdma_query_gid(priv->intf.hca, priv->intf.port, 0, &gid))
		return;
	/* The user chooses the GUID, never the subnet prefix. */
	if (test_bit(IPOIB_F_ADDR_SET, &priv->flags))
		gid.global.interface_id = priv->intf.local_gid.global.interface_id;
	if (memcmp(&gid, &priv->intf.local_gid, sizeof(gid))) {
		ipoib_address_change(priv, &gid);
		call_netdevice_notifiers(NETDEV_CHANGEADDR, priv->dev);
	}
	if (test_bit(IPOIB_F_OPEN, &priv->flags)) {
		found = ipoib_address_lookup(priv, &index);
		if (!found)
			netdev_info(priv->dev, "no carrier: GID %pI6 was taken from the port\n",
				    priv->intf.local_gid.raw);
		if (!found || index != priv->gid_index)
			ipoib_link_close(priv);
	}
	ipoib_link_reopen(priv);
}

static void ipoib_address_set_guid(struct ipoib_dev *priv, const union ib_gid *gid, bool chosen)
{
	if (chosen)
		set_bit(IPOIB_F_ADDR_SET, &priv->flags);
	else
		clear_bit(IPOIB_F_ADDR_SET, &priv->flags);
	ipoib_address_change(priv, gid);
}

int ipoib_address_set(struct net_device *dev, void *addr)
{
	const u8 *wanted = (const u8 *)((const struct sockaddr_storage *)addr)->__data;
	struct ipoib_dev *priv = ipoib_priv(dev);
	union ib_gid gid, first;
	struct ipoib_dev *child;
	bool chosen;

	ASSERT_RTNL();
	if (netif_running(dev))
		return -EBUSY;
	if (memcmp(dev->dev_addr, wanted, IPOIB_ADDR_GUID))
		return -EINVAL;
	memcpy(gid.raw, wanted + IPOIB_ADDR_GID, sizeof(gid.raw));
	if (!gid.global.interface_id)
		return -EINVAL;

	/* Who sets it back to the port's own wants it to follow the port again. */
	chosen = rdma_query_gid(priv->intf.hca, priv->intf.port, 0, &first) ||
		 first.global.interface_id != gid.global.interface_id;
	ipoib_address_set_guid(priv, &gid, chosen);
	if (priv->intf.parent)
		return 0;

	list_for_each_entry(child, &priv->port->devs, node) {
		if (child == priv)
			continue;
		ipoib_address_set_guid(child, &gid, chosen);
		/* Of @dev the stack tells by itself. */
		call_netdevice_notifiers(NETDEV_CHANGEADDR, child->dev);
		ipoib_link_reopen(child);
	}
	return 0;
}
