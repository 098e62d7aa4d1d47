// SPDX-License-Identifier: GPL-2.0
/*
 * P_Key children: further IPoIB links over the same port, by rtnetlink (rtnl.c) or sysfs (sysfs.c).
 */
#include "child.h"

#include "intf.h"
#include "port.h"
#include "rtnl.h"
#include "sysfs.h"

static struct ipoib_dev *ipoib_child_find(struct ipoib_dev *parent, u16 pkey)
{
	struct ipoib_dev *priv;

	list_for_each_entry(priv, &parent->port->devs, node) {
		if (test_bit(IPOIB_F_LEGACY, &priv->flags) && priv->intf.pkey == pkey)
			return priv;
	}
	return NULL;
}

int ipoib_child_register(struct ipoib_dev *parent, struct net_device *dev, u16 pkey, bool legacy)
{
	int ret;

	ASSERT_RTNL();
	pkey |= IPOIB_PKEY_FULL;
	if (legacy && (pkey == parent->intf.pkey || ipoib_child_find(parent, pkey)))
		return -ENOTUNIQ;

	ret = ipoib_intf_prepare(dev, parent->port, parent->dev, pkey);
	if (ret)
		return ret;
	if (legacy) {
		set_bit(IPOIB_F_LEGACY, &ipoib_priv(dev)->flags);
		ipoib_sysfs_prepare(dev);
	}
	ipoib_rtnl_prepare(dev, 0);
	ret = register_netdevice(dev);
	if (ret)
		ipoib_intf_abandon(dev);
	return ret;
}

int ipoib_child_create(struct ipoib_dev *parent, u16 pkey)
{
	struct net_device *dev;
	char name[IFNAMSIZ];
	size_t priv_size;
	int ret;

	ASSERT_RTNL();
	snprintf(name, sizeof(name), "%.10s.%04x", parent->dev->name, pkey);
	dev = ipoib_intf_alloc(parent->port, name, NET_NAME_PREDICTABLE, &priv_size);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev_net_set(dev, dev_net(parent->dev));
	ret = ipoib_child_register(parent, dev, pkey, true);
	if (ret)
		free_netdev(dev);
	return ret;
}

int ipoib_child_delete(struct ipoib_dev *parent, u16 pkey)
{
	struct ipoib_dev *child;

	ASSERT_RTNL();
	child = ipoib_child_find(parent, pkey | IPOIB_PKEY_FULL);
	if (!child)
		return -ENODEV;
	unregister_netdevice(child->dev);
	return 0;
}
