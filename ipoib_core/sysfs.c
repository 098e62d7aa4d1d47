// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/net/X: mode, pkey, umcast, and create_child and delete_child or parent.
 *
 * A file's removal waits for who uses it while it holds RTNL. So writers take RTNL by trying, or,
 * when they have to wait for more than that, let go of their file. What is only shown needs no
 * lock: the state is freed after the files are gone.
 */
#include "sysfs.h"

#include <linux/capability.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/sysfs.h>

#include "mcast.h"
#include "netdev.h"

static const struct ipoib_life *ipoib_sysfs_life;

void ipoib_sysfs_init(const struct ipoib_life *life)
{
	ipoib_sysfs_life = life;
}

static ssize_t mode_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "datagram\n");
}

static ssize_t mode_store(struct device *d, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	if (sysfs_streq(buf, "datagram"))
		return count;
	if (sysfs_streq(buf, "connected"))
		ipoib_netdev_no_connected_mode(ipoib_priv(to_net_dev(d)));
	return -EINVAL;
}
static DEVICE_ATTR_RW(mode);

static ssize_t pkey_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%04x\n", ipoib_intf(to_net_dev(d))->pkey);
}
static DEVICE_ATTR_RO(pkey);

static ssize_t umcast_show(struct device *d, struct device_attribute *attr, char *buf)
{
	struct ipoib_dev *priv = ipoib_priv(to_net_dev(d));

	return sysfs_emit(buf, "%d\n", test_bit(IPOIB_F_UMCAST, &priv->flags));
}

static ssize_t umcast_store(struct device *d, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	struct ipoib_dev *priv = ipoib_priv(to_net_dev(d));
	unsigned long value;
	int ret;

	ret = kstrtoul(buf, 0, &value);
	if (ret)
		return ret;
	/* Files outlive ndo_uninit, after which nobody would cancel what this queues. */
	if (!rtnl_trylock())
		return restart_syscall();
	if (priv->dev->reg_state == NETREG_REGISTERED)
		ipoib_mcast_set_umcast(priv, value);
	else
		ret = -ENODEV;
	rtnl_unlock();
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(umcast);

static ssize_t parent_show(struct device *d, struct device_attribute *attr, char *buf)
{
	/* Children go before their parent, and their files with them. */
	return sysfs_emit(buf, "%s\n", ipoib_intf(to_net_dev(d))->parent->name);
}
static DEVICE_ATTR_RO(parent);

/*
 * rtnl_unlock() waits for whoever still refers to a child that was deleted, and may take RTNL
 * again for that. Who removes @dev meanwhile, and has RTNL, must not wait for this writer: the
 * file is let go of. It kept the module and @d, to which there are references instead.
 */
static int ipoib_child_act(struct device *d, struct device_attribute *attr, u16 pkey,
			   int (*action)(struct ipoib_dev *parent, u16 pkey))
{
	struct net_device *dev = to_net_dev(d);
	struct kernfs_node *file;
	int ret = -ENODEV;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	file = sysfs_break_active_protection(&d->kobj, &attr->attr);
	if (!file)
		goto put;
	rtnl_lock();
	if (dev->reg_state == NETREG_REGISTERED)
		ret = action(ipoib_priv(dev), pkey);
	rtnl_unlock();
	sysfs_unbreak_active_protection(file);
put:
	module_put(THIS_MODULE);
	return ret;
}

static ssize_t ipoib_child_store(struct device *d, struct device_attribute *attr, const char *buf,
				 size_t count, int (*action)(struct ipoib_dev *parent, u16 pkey))
{
	int pkey, ret;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	ret = kstrtoint(buf, 0, &pkey);
	if (ret)
		return ret;
	if (pkey <= 0 || pkey > 0xffff || pkey == IPOIB_PKEY_FULL)
		return -EINVAL;

	ret = ipoib_child_act(d, attr, pkey, action);
	return ret ? ret : count;
}

static ssize_t create_child_store(struct device *d, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	return ipoib_child_store(d, attr, buf, count, ipoib_sysfs_life->child_create);
}
static DEVICE_ATTR_WO(create_child);

static ssize_t delete_child_store(struct device *d, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	return ipoib_child_store(d, attr, buf, count, ipoib_sysfs_life->child_delete);
}
static DEVICE_ATTR_WO(delete_child);

static struct attribute *ipoib_port_attrs[] = {
	&dev_attr_mode.attr,
	&dev_attr_pkey.attr,
	&dev_attr_umcast.attr,
	&dev_attr_create_child.attr,
	&dev_attr_delete_child.attr,
	NULL,
};

static struct attribute *ipoib_child_attrs[] = {
	&dev_attr_mode.attr,
	&dev_attr_pkey.attr,
	&dev_attr_umcast.attr,
	&dev_attr_parent.attr,
	NULL,
};

static const struct attribute_group ipoib_port_group = {
	.attrs = ipoib_port_attrs,
};

static const struct attribute_group ipoib_child_group = {
	.attrs = ipoib_child_attrs,
};

void ipoib_sysfs_prepare(struct net_device *dev)
{
	dev->sysfs_groups[0] = ipoib_intf(dev)->parent ? &ipoib_child_group : &ipoib_port_group;
}
