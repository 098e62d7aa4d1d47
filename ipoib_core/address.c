// SPDX-License-Identifier: GPL-2.0
/*
 * The hardware address (RFC 4391 section 9.1.1): flags and QP number, which are the accel's, then
 * the GID. That is the port's first one, or has a GUID that the user chose (an alias GUID that the
 * subnet manager has to put into the port's table), which is then kept; a child takes over its
 * parent's. Without the GID in the table no peer could answer: the data path waits for it as it
 * does for the P_Key. What follows from a change is link.c's to do.
 */
#include "address.h"

#include <linux/delay.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <rdma/ib_cache.h>

#include "compat.h"

/*
 * At GID_CHANGE and CLIENT_REREGISTER the RDMA core takes each entry out of its table and puts it
 * back, and meanwhile lets others find nothing, for as long as somebody else may have the CPU: how
 * often to look, and after how long at first; then after twice as long each time, an eighth of a
 * second in all.
 */
#define IPOIB_GID_LOOKS		8
#define IPOIB_GID_AGAIN_US	1000

/* After the @look, from 1, that did not find it. */
static void ipoib_address_wait(unsigned int look)
{
	unsigned int us = IPOIB_GID_AGAIN_US << (look - 1);

	usleep_range(us, us + IPOIB_GID_AGAIN_US);
}

static int ipoib_address_first(struct ipoib_dev *priv, union ib_gid *gid)
{
	return rdma_query_gid(priv->intf.hca, priv->intf.port, 0, gid);
}

/* For who is not told of it again. */
static int ipoib_address_first_again(struct ipoib_dev *priv, union ib_gid *gid)
{
	unsigned int look = 0;
	int ret;

	while ((ret = ipoib_address_first(priv, gid)) && ++look < IPOIB_GID_LOOKS)
		ipoib_address_wait(look);
	return ret;
}

/* The GID that a new interface has if nobody wants another one. */
static int ipoib_address_default(struct ipoib_dev *priv)
{
	struct ipoib_dev *parent;

	if (!priv->intf.parent)
		return ipoib_address_first_again(priv, &priv->intf.local_gid);
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

bool ipoib_address_lookup(struct ipoib_dev *priv, u16 *index)
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

bool ipoib_address_replaced(struct ipoib_dev *priv, union ib_gid *gid)
{
	if (ipoib_address_first(priv, gid))
		return false;
	/* The user chooses the GUID, never the subnet prefix. */
	if (test_bit(IPOIB_F_ADDR_SET, &priv->flags))
		gid->global.interface_id = priv->intf.local_gid.global.interface_id;
	return memcmp(gid, &priv->intf.local_gid, sizeof(*gid));
}

bool ipoib_address_is_first(struct ipoib_dev *priv, const union ib_gid *gid)
{
	union ib_gid first;

	return !ipoib_address_first_again(priv, &first) &&
	       first.global.interface_id == gid->global.interface_id;
}

void ipoib_address_move(struct ipoib_dev *priv, const union ib_gid *gid, bool tell)
{
	struct net_device *master;
	bool shared;

	ASSERT_RTNL();
	master = netdev_master_upper_dev_get(priv->dev);
	shared = master && netif_is_bond_master(master) &&
		 master->addr_len == IPOIB_HW_ADDR_LEN &&
		 !memcmp(master->dev_addr, priv->dev->dev_addr, IPOIB_HW_ADDR_LEN);
	priv->intf.local_gid = *gid;
	dev_addr_mod(priv->dev, IPOIB_ADDR_GID, gid->raw, sizeof(gid->raw));
	if (tell)
		call_netdevice_notifiers(NETDEV_CHANGEADDR, priv->dev);
	/*
	 * A bond has the address of its active port (fail_over_mac), which it looks at only when
	 * another one becomes that: peers would go on to be told of a GID that nobody has.
	 */
	if (shared) {
		dev_addr_mod(master, IPOIB_ADDR_GID, gid->raw, sizeof(gid->raw));
		call_netdevice_notifiers(NETDEV_CHANGEADDR, master);
	}
}
