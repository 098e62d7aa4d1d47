// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: the device that an HCA hangs on, and virtual functions of it, as far as the interface of
 * the physical one shows and sets them: nothing stands behind a VF. The network stack asks a
 * device's bus for the number of its VFs, so the bus is our own.
 */
#include <linux/if_link.h>

#include "verbs.h"

static int sib_bus_num_vf(struct device *dev)
{
	return sib_vfs;
}

static struct bus_type sib_bus = {
	.name = "soft_ib",
	.num_vf = sib_bus_num_vf,
};

/**
 * sib_parent_create() - makes the device of an HCA
 * @index: which HCA
 *
 * Return: the device, for sib_parent_destroy(), or an ERR_PTR().
 */
struct device *sib_parent_create(int index)
{
	struct platform_device *pdev = platform_device_alloc("soft_ib", index);
	struct device *dev;
	int err;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	/* Its memory is the kernel's to free, who may do so after this module is gone. */
	dev = &pdev->dev;
	dev->bus = &sib_bus;
	err = dev_set_name(dev, "soft_ib.%d", index) ? : device_add(dev);
	if (err) {
		put_device(dev);
		return ERR_PTR(err);
	}
	return dev;
}

/**
 * sib_parent_destroy() - the opposite of sib_parent_create()
 * @dev: the device
 */
void sib_parent_destroy(struct device *dev)
{
	device_unregister(dev);
}

/**
 * sib_bus_init() - registers the bus of HCAs
 *
 * Return: 0 or a negative error.
 */
int sib_bus_init(void)
{
	return bus_register(&sib_bus);
}

/**
 * sib_bus_exit() - the opposite of sib_bus_init()
 */
void sib_bus_exit(void)
{
	bus_unregister(&sib_bus);
}

static struct sib_vf *sib_vf(struct ib_device *ibdev, int vf)
{
	return vf >= 0 && vf < sib_vfs ? &to_sib_hca(ibdev)->vfs[vf] : NULL;
}

int sib_set_vf_link_state(struct ib_device *ibdev, int index, compat_port_t port, int state)
{
	struct sib_vf *vf = sib_vf(ibdev, index);

	if (!vf)
		return -EINVAL;
	vf->link_state = state;
	return 0;
}

int sib_get_vf_config(struct ib_device *ibdev, int index, compat_port_t port,
		      struct ifla_vf_info *info)
{
	const struct sib_vf *vf = sib_vf(ibdev, index);

	if (!vf)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	info->linkstate = vf->link_state;
	return 0;
}

int sib_get_vf_stats(struct ib_device *ibdev, int index, compat_port_t port,
		     struct ifla_vf_stats *stats)
{
	if (!sib_vf(ibdev, index))
		return -EINVAL;
	memset(stats, 0, sizeof(*stats));
	/* To be recognised by. */
	stats->rx_packets = 1000 + index;
	return 0;
}

int sib_get_vf_guid(struct ib_device *ibdev, int index, compat_port_t port,
		    struct ifla_vf_guid *node_guid, struct ifla_vf_guid *port_guid)
{
	const struct sib_vf *vf = sib_vf(ibdev, index);

	if (!vf)
		return -EINVAL;
	node_guid->guid = vf->node_guid;
	port_guid->guid = vf->port_guid;
	return 0;
}

int sib_set_vf_guid(struct ib_device *ibdev, int index, compat_port_t port, u64 guid, int type)
{
	struct sib_vf *vf = sib_vf(ibdev, index);

	if (!vf)
		return -EINVAL;
	if (type == IFLA_VF_IB_NODE_GUID)
		vf->node_guid = guid;
	else
		vf->port_guid = guid;
	return 0;
}
