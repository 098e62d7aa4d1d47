// SPDX-License-Identifier: GPL-2.0
/* One port, several interfaces: P_Key children, and interfaces that are somebody else's. */
#include "mlx.h"

#include <linux/delay.h>
#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <net/net_namespace.h>

#include "accel_compat.h"

/* Of one netdev of mlx5_core, before 5.15: it then has counters of so many. */
#define MLX_MAX_CHANNELS	128U

/* Switches drop what they cannot pass on for so long (PortInfo:HOQLife, IBA 14.2.5.6; opensm's). */
#define MLX_DRAIN_TIME		HZ
/* A millisecond each, but for timers of a lower resolution: so many at least. */
#define MLX_DRAIN_LOOKS		20
/* After it was in vain for one child so long others of the port are waited for but shortly. */
#define MLX_DRAIN_AGAIN		(5 * HZ)

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
	unsigned int most = max(parent->num_rx_queues, MLX_MAX_CHANNELS);

	/*
	 * Until 5.14 mlx5_core adds up the counters of so many channels as there are queues. What
	 * it has given the port is not too many.
	 */
	if (dev->num_rx_queues > most) {
		if (ipoib_accel_may_log(parent))
			netdev_err(parent,
				   "a P_Key child may have %u receive queues, not %u: see numrxqueues of ip link add\n",
				   most, dev->num_rx_queues);
		return -EINVAL;
	}
	if (!net_eq(dev_net(dev), dev_net(parent))) {
		if (ipoib_accel_may_log(parent))
			netdev_err(parent,
				   "the card driver makes P_Key children only in their parent's network namespace: make it there, then move it\n");
		return -EOPNOTSUPP;
	}
	if (queues < parent->real_num_rx_queues) {
		if (ipoib_accel_may_log(parent))
			netdev_err(parent,
				   "a P_Key child needs %u queues both ways, as many as its parent, and has %u: see numrxqueues and numtxqueues of ip link add\n",
				   parent->real_num_rx_queues, queues);
		return -EINVAL;
	}
	return 0;
}

/*
 * Of the queues that a netdev could have mlx5_core sets some aside, by what the card can do, and
 * makes channels of the others. It then looks for the counters of the child's Nth channel when a
 * packet for it came in on the Nth of the parent, whether there is one or not.
 */
static int mlx_child_channels_check(const struct net_device *dev, const struct net_device *parent)
{
	if (dev->real_num_rx_queues >= parent->real_num_rx_queues)
		return 0;
	if (!ipoib_accel_may_log(parent))
		return -EINVAL;
	/* By ethtool a port can have more than a new netdev is given. */
	if (dev->num_tx_queues >= parent->num_tx_queues)
		netdev_err(parent,
			   "the card driver makes no more than %u channels of a P_Key child, and its parent has %u: give that %u first (ethtool -L)\n",
			   dev->real_num_rx_queues, parent->real_num_rx_queues,
			   dev->real_num_rx_queues);
	else
		netdev_err(parent,
			   "the card driver makes %u channels of a P_Key child's %u transmit queues, and its parent has %u: see numtxqueues of ip link add, %u as for the parent will do\n",
			   dev->real_num_rx_queues, dev->num_tx_queues, parent->real_num_rx_queues,
			   parent->num_tx_queues);
	return -EINVAL;
}

/**
 * mlx_child_init() - a P_Key child comes
 * @dev: it, of which rnet_init() has been called
 * @parent: the port's own interface
 * @qp_num: out, number of its QP
 *
 * mlx5_core lets packets come in before a child has its channels, and with them what they are
 * counted in, which it makes once and keeps. Peers may know the number of the child's QP, from its
 * last owner. So it is opened once before the parent's NAPI can find it by that number.
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then only what rnet_init() made is left.
 */
int mlx_child_init(struct net_device *dev, struct net_device *parent, u32 *qp_num)
{
	int err = mlx_child_channels_check(dev, parent);

	if (err)
		return err;
	compat_ops_lock(dev);
	err = rnet_open(dev);
	if (!err)
		rnet_stop(dev);
	compat_ops_unlock(dev);
	if (err)
		return err;
	err = rnet_start(dev, qp_num);
	if (!err)
		mlx_intf_of(parent)->children++;
	return err;
}

/**
 * mlx_child_set_channels() - ethtool_ops.set_channels, of ports
 * @dev: the port's own interface
 * @channels: how many are wanted
 *
 * With more than its children have, packets for these would come by queues that they have not.
 * Newer mlx5_core says so itself.
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int mlx_child_set_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	if (mlx_intf_of(dev)->children)
		return -EBUSY;
	return rnet_of(dev)->provider_ethtool->set_channels(dev, channels);
}

/**
 * mlx_child_open() - open a P_Key child
 * @dev: it
 * @parent: the port's own interface
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int mlx_child_open(struct net_device *dev, const struct net_device *parent)
{
	/* In-tree's opens too, and a parent may come up, or get its P_Key or GID, later. */
	if (!mlx_intf_of(parent)->open && ipoib_accel_may_log(dev))
		netdev_warn(dev,
			    "receives on the queues of %s, which is down, or waits for its P_Key or GID: nothing arrives meanwhile\n",
			    parent->name);
	return rnet_open(dev);
}

/* Is anything of @queue with the card? Without BQL nobody counts that. */
static bool mlx_queue_sends(const struct netdev_queue *queue)
{
#ifdef CONFIG_BQL
	return READ_ONCE(queue->dql.num_queued) != READ_ONCE(queue->dql.num_completed);
#else
	return false;
#endif
}

/*
 * Waits for what @dev has sent. Returns the first of the queues that do not end it, or how many
 * there are. Those of one port fail alike: where one child was waited for in vain others, of which
 * there may be a hundred, are waited for but shortly. By looks, too: who is not run has not looked.
 */
static unsigned int mlx_child_drain(struct net_device *dev, bool shortly)
{
	unsigned long start = jiffies;
	unsigned int i = 0, looks = 0;

	/* Completions wake queues; what a restart lets through then is dropped: so less of it. */
	netif_tx_stop_all_queues(dev);
	while (i < dev->real_num_tx_queues) {
		if (!mlx_queue_sends(netdev_get_tx_queue(dev, i))) {
			i++;
			continue;
		}
		if (++looks > MLX_DRAIN_LOOKS &&
		    (shortly || time_after(jiffies, start + MLX_DRAIN_TIME)))
			break;
		usleep_range(1000, 1500);
		netif_tx_stop_all_queues(dev);
	}
	netif_tx_stop_all_queues(dev);
	return i;
}

/**
 * mlx_child_stop() - stop a P_Key child
 * @dev: it, of which nothing more is sent
 * @parent: the port's own interface
 *
 * mlx5_core resets a child's QP before its queues: what these still have to send fails, is lost,
 * and brings the queue's recovery about, which from 6.9 to 6.15 waits for RTNL, and is waited for.
 * So they get some time to end by themselves.
 *
 * Context: process, under RTNL; sleeps for up to MLX_DRAIN_TIME.
 */
void mlx_child_stop(struct net_device *dev, struct net_device *parent)
{
	struct mlx_intf *port = mlx_intf_of(parent);
	bool shortly = time_in_range(jiffies, port->gave_up, port->gave_up + MLX_DRAIN_AGAIN);
	unsigned int queue = mlx_child_drain(dev, shortly);
	bool ended = queue == dev->real_num_tx_queues;

	if (!ended && ipoib_accel_may_log(dev))
		netdev_warn(dev,
			    "the card does not end the sends of queue %u%s: they are dropped\n",
			    queue, shortly ? " soon" : "");
	rnet_stop(dev);
	if (!ended && !shortly)
		port->gave_up = jiffies;
}

/**
 * mlx_child_reset() - rnet_reset() of a P_Key child
 * @dev: it, which could not be opened
 * @parent: the port's own interface
 *
 * See mlx_child_check() for the namespace, mlx_child_uninit() for the parent's NAPI.
 *
 * Context: process, under RTNL. Return: whether it could be done.
 */
bool mlx_child_reset(struct net_device *dev, struct net_device *parent)
{
	if (!net_eq(dev_net(dev), dev_net(parent))) {
		if (ipoib_accel_may_log(dev))
			netdev_err(dev,
				   "the card driver resets its queue pair only in the network namespace of %s: move it there and set it up, or make it anew\n",
				   parent->name);
		return false;
	}
	accel_napi_disable_all(parent);
	rnet_reset(dev);
	accel_napi_enable_all(parent);
	return true;
}

/*
 * What the parent's GRO has of a child must be gone before the child is. If it keeps packets from
 * run to run, each hands on what is older than a jiffy, and one is waited for to disable NAPI.
 * (From 6.13 on somebody may have one NAPI alone keep them, by netlink: that is not seen here.)
 */
static void mlx_child_flush(struct net_device *parent)
{
	if (!READ_ONCE(parent->gro_flush_timeout) || !netif_running(parent))
		return;
	schedule_timeout_uninterruptible(2);
	accel_napi_disable_all(parent);
	accel_napi_enable_all(parent);
}

/**
 * mlx_child_uninit() - a P_Key child goes
 * @dev: it, stopped
 * @parent: the port's own interface
 *
 * mlx5_core frees the child's entry in the table by which the parent's NAPI finds whose a packet
 * is, with no regard to readers: there must be none. A parent that is down has no NAPI.
 *
 * Context: process, under RTNL.
 */
void mlx_child_uninit(struct net_device *dev, struct net_device *parent)
{
	accel_napi_disable_all(parent);
	rnet_uninit(dev);
	accel_napi_enable_all(parent);
	mlx_child_flush(parent);
	mlx_intf_of(parent)->children--;
}
