// SPDX-License-Identifier: GPL-2.0
/*
 * A card driver that offers IPoIB queues as hfi1 does: it keeps the netdev's functions that it
 * finds, and its own ndo_init calls theirs. By it a device of soft_ib has such queues, for as long
 * as an interface is being made.
 */
#include "provider.h"

#include "../../accel_mlx/rdma_netdev.h"
#include "common.h"

/* As they were when the card driver was given the netdev; RTNL. */
static const struct net_device_ops *provider_found;

static int provider_ndo_init(struct net_device *dev)
{
	return provider_found->ndo_init(dev);
}

static const struct net_device_ops provider_ops = {
	.ndo_init = provider_ndo_init,
};

static int provider_setup(struct ib_device *hca, compat_port_t port, struct net_device *dev,
			  void *param)
{
	provider_found = dev->netdev_ops;
	dev->netdev_ops = &provider_ops;
	return 0;
}

static int provider_params(struct ib_device *hca, compat_port_t port, enum rdma_netdev_t type,
			   struct rdma_netdev_alloc_params *params)
{
	*params = (struct rdma_netdev_alloc_params) {
		.sizeof_priv = sizeof(struct rdma_netdev),
		.txqs = 1,
		.rxqs = 1,
		.initialize_rdma_netdev = provider_setup,
	};
	return 0;
}

int provider_init(struct net_device *dev, struct ib_device *hca, u32 *qp_num)
{
	struct rnet rnet = {};
	int err;

	hca->ops.rdma_netdev_get_params = provider_params;
	err = rnet_init(dev, &rnet, qp_num);
	hca->ops.rdma_netdev_get_params = NULL;
	/* Nothing else of this accel is for such an interface. */
	return WARN_ON(!err) ? -EIO : err;
}
