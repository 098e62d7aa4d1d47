/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_LIFE_H
#define IPOIB_LIFE_H

#include "core.h"

/**
 * struct ipoib_life - what the faces of an interface ask of those who make and remove interfaces
 * @setup: what alloc_netdev() calls, see ipoib_intf_setup()
 * @init: ndo_init, see ipoib_intf_init()
 * @uninit: ndo_uninit, see ipoib_intf_uninit()
 * @child_register: see ipoib_child_register()
 * @child_create: see ipoib_child_create()
 * @child_delete: see ipoib_child_delete()
 *
 * They are a layer above (core.h): main.c hands this down to the faces before they are used.
 */
struct ipoib_life {
	void (*setup)(struct net_device *dev);
	int (*init)(struct net_device *dev);
	void (*uninit)(struct net_device *dev);
	int (*child_register)(struct ipoib_dev *parent, struct net_device *dev, u16 pkey,
			      bool legacy);
	int (*child_create)(struct ipoib_dev *parent, u16 pkey);
	int (*child_delete)(struct ipoib_dev *parent, u16 pkey);
};

#endif /* IPOIB_LIFE_H */
