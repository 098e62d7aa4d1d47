// SPDX-License-Identifier: GPL-2.0
/* One port, several interfaces: P_Key children, and interfaces that are somebody else's. */
#include "mlx.h"

#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <net/net_namespace.h>

/* Another driver's interface of the port that @dev is for. */
static struct net_device *mlx_port_other(struct net *net, const struct net_device *dev)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);
	struct net_device *other;

	for_each_netdev(net, other) {
		if (other != dev && other->type == ARPHRD_INFINIBAND &&
		    other->dev.parent == intf->hca->dev.parent &&
		    other->dev_port == intf->port - 1)
			return other;
	}
	return NULL;
}

/**
 * mlx_port_check() - may the port's own interface be made?
 * @dev: it
 *
 * mlx5_core takes the second interface of a port, whoever makes it, for a P_Key child of the first.
 * In-tree ib_ipoib's, in any network namespace, would become its parent.
 *
 * Context: process, under RTNL. Return: 0; -EBUSY, with a message.
 */
int mlx_port_check(const struct net_device *dev)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);
	struct net_device *other = NULL;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net) {
		other = mlx_port_other(net, dev);
		if (other)
			break;
	}
	up_read(&net_rwsem);
	if (!other)
		return 0;
	dev_err(&intf->hca->dev,
		"accel_mlx: port %u: interface %s of another driver, in-tree ib_ipoib perhaps, has the card's IPoIB queues, which cannot be had twice: unload that driver, or use accel=ref\n",
		intf->port, other->name);
	return -EBUSY;
}

/**
 * mlx_child_check() - may a P_Key child be made?
 * @dev: it
 * @parent: the port's own interface
 *
 * mlx5_core looks for the parent, by its index, in the child's network namespace; and a packet that
 * came in on the Nth queue of the parent is counted in the Nth of the child.
 *
 * Context: process, under RTNL. Return: 0 or a negative errno, with a message.
 */
int mlx_child_check(const struct net_device *dev, const struct net_device *parent)
{
	unsigned int queues = min(dev->num_rx_queues, dev->num_tx_queues);

	if (!net_eq(dev_net(dev), dev_net(parent))) {
		netdev_err(parent,
			   "the card driver makes P_Key children only in their parent's network namespace: make it there, then move it\n");
		return -EOPNOTSUPP;
	}
	if (queues < parent->real_num_rx_queues) {
		netdev_err(parent,
			   "a P_Key child needs %u queues both ways, as many as its parent, and has %u: see numrxqueues and numtxqueues of ip link add\n",
			   parent->real_num_rx_queues, queues);
		return -EINVAL;
	}
	return 0;
}

/**
 * mlx_child_add() - a P_Key child is there
 * @mlx: it
 * @parent: the port's own interface
 *
 * Until the broadcast group says what the MTU is, the parent's buffers have to do.
 *
 * Context: process, under RTNL.
 */
void mlx_child_add(struct mlx_intf *mlx, struct net_device *parent)
{
	struct mlx_intf *its = mlx_intf_of(parent);

	mlx->dev->mtu = min(mlx->dev->mtu, its->rx_mtu);
	list_add_tail(&mlx->sibling, &its->children);
}

/* Lets no packet in, and waits for those that are being handed up. */
static void mlx_rx_pause(struct net_device *dev)
{
	struct napi_struct *napi;

	list_for_each_entry(napi, &dev->napi_list, dev_list)
		napi_disable(napi);
}

static void mlx_rx_resume(struct net_device *dev)
{
	struct napi_struct *napi;

	list_for_each_entry(napi, &dev->napi_list, dev_list) {
		napi_enable(napi);
		/* Meanwhile interrupts have been lost, and each comes once until it is polled. */
		local_bh_disable();
		napi_schedule(napi);
		local_bh_enable();
	}
}

/**
 * mlx_child_uninit() - a P_Key child goes
 * @mlx: it, stopped
 * @parent: the port's own interface
 *
 * mlx5_core frees the child's entry in the table by which the parent's NAPI finds whose a packet
 * is, with no regard to readers: there must be none. A parent that is down has no NAPI.
 *
 * Context: process, under RTNL.
 */
void mlx_child_uninit(struct mlx_intf *mlx, struct net_device *parent)
{
	list_del(&mlx->sibling);
	mlx_rx_pause(parent);
	rnet_uninit(mlx->dev);
	mlx_rx_resume(parent);
}

/* The largest MTU of a parent and its children, once @dev, one of them, has @new_mtu. */
static unsigned int mlx_largest_mtu(const struct mlx_intf *parent, const struct net_device *dev,
				    unsigned int new_mtu)
{
	unsigned int mtu = parent->dev == dev ? new_mtu : parent->dev->mtu;
	const struct mlx_intf *child;

	list_for_each_entry(child, &parent->children, sibling)
		mtu = max(mtu, child->dev == dev ? new_mtu : child->dev->mtu);
	return mtu;
}

/**
 * mlx_change_mtu() - ipoib_ops.change_mtu
 * @dev: the interface
 * @new_mtu: bytes of IP
 *
 * The receive buffers, which are the parent's, are made for the largest MTU of all.
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int mlx_change_mtu(struct net_device *dev, int new_mtu)
{
	struct net_device *owner = ipoib_intf(dev)->parent ?: dev;
	struct mlx_intf *mlx = mlx_intf_of(owner);
	unsigned int before = owner->mtu;
	unsigned int mtu = mlx_largest_mtu(mlx, dev, new_mtu);
	int err;

	if (mtu == mlx->rx_mtu)
		return 0;
	err = rnet_change_mtu(owner, mtu);
	/* It sets what is the core's to set. */
	WRITE_ONCE(owner->mtu, before);
	if (!err)
		mlx->rx_mtu = mtu;
	return err;
}
