// SPDX-License-Identifier: GPL-2.0
/* ipoib_ops by a card driver's struct rdma_netdev. */
#include "rdma_netdev.h"

#include <linux/rtnetlink.h>

#include "accel_compat.h"

static int rnet_params(struct ib_device *hca, u32 port, struct rdma_netdev_alloc_params *params)
{
	if (!hca->ops.rdma_netdev_get_params)
		return -EOPNOTSUPP;
	return hca->ops.rdma_netdev_get_params(hca, port, RDMA_NETDEV_IPOIB, params);
}

/**
 * rnet_offered() - does the card driver offer IPoIB queues of its own?
 * @hca: the device
 * @port: port number, from 1
 *
 * Context: process. Return: 0; -EOPNOTSUPP, or what the provider says instead.
 */
int rnet_offered(struct ib_device *hca, u32 port)
{
	struct rdma_netdev_alloc_params params;

	return rnet_params(hca, port, &params);
}

/**
 * rnet_get_mq_param() - ipoib_ops.get_mq_param
 * @hca: the device
 * @port: port number, from 1
 * @priv_size: out, the provider's
 * @rx_queues: out
 * @tx_queues: out, more than the provider starts with
 *
 * Context: process. Return: 0 or a negative errno.
 */
int rnet_get_mq_param(struct ib_device *hca, u32 port, size_t *priv_size,
		      unsigned int *rx_queues, unsigned int *tx_queues)
{
	struct rdma_netdev_alloc_params params;
	int err;

	err = rnet_params(hca, port, &params);
	if (err)
		return err;
	*priv_size = params.sizeof_priv;
	*rx_queues = params.rxqs;
	*tx_queues = params.txqs;
	return 0;
}

/* Members of the netdev that the provider sets and that are the core's. */
struct rnet_saved {
	const struct net_device_ops *netdev_ops;
	const struct ethtool_ops *ethtool_ops;
	unsigned int min_mtu;
	unsigned int max_mtu;
	unsigned int mtu;
};

static void rnet_save(const struct net_device *dev, struct rnet_saved *saved)
{
	saved->netdev_ops = dev->netdev_ops;
	saved->ethtool_ops = dev->ethtool_ops;
	saved->min_mtu = dev->min_mtu;
	saved->max_mtu = dev->max_mtu;
	saved->mtu = dev->mtu;
}

static void rnet_restore(struct net_device *dev, const struct rnet_saved *saved)
{
	dev->netdev_ops = saved->netdev_ops;
	dev->priv_destructor = NULL;
	dev->min_mtu = saved->min_mtu;
	dev->max_mtu = saved->max_mtu;
	dev->mtu = saved->mtu;
}

/*
 * Receive buffers for all that the port carries. Providers go by the MTU, which is the core's. By
 * what the IPoIB link is for they would be smaller; but who else is on it may have heard of a
 * larger MTU before we have, or may not care, and a packet that does not fit puts a queue into
 * error, for which providers do nothing.
 */
static int rnet_make_room(struct net_device *dev, const struct net_device_ops *ops)
{
	unsigned int mtu = dev->mtu;
	int err;

	if (!ops->ndo_change_mtu)
		return 0;
	err = ops->ndo_change_mtu(dev, ipoib_intf(dev)->max_ib_mtu - IPOIB_ENCAP_LEN);
	dev->mtu = mtu;
	return err;
}

/* A call of rdma_init_netdev(). */
struct rnet_making {
	struct work_struct work;
	struct net_device *dev;
	int err;
};

static void rnet_make_work(struct work_struct *work)
{
	struct rnet_making *making = container_of(work, struct rnet_making, work);
	const struct ipoib_intf *intf = ipoib_intf(making->dev);

	making->err = rdma_init_netdev(intf->hca, intf->port, RDMA_NETDEV_IPOIB, making->dev->name,
				       NET_NAME_UNKNOWN, NULL, making->dev);
}

/*
 * Providers make workqueues, which needs a thread, which who is being killed does not get; and one
 * that fails there, as mlx5_core, takes a child's parent's objects away from the card along with
 * the child's. A worker of the kernel is never killed. It has the caller's RTNL.
 */
static int rnet_make(struct net_device *dev)
{
	struct rnet_making making = { .dev = dev };

	INIT_WORK_ONSTACK(&making.work, rnet_make_work);
	queue_work(system_dfl_wq, &making.work);
	flush_work(&making.work);
	destroy_work_on_stack(&making.work);
	return making.err;
}

/**
 * rnet_init() - ipoib_ops.ib_dev_init, first half: the provider makes what it keeps of a netdev
 * @dev: the interface
 * @rnet: its state, zeroed; the caller's again when it fails
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then nothing of the provider's is left.
 */
int rnet_init(struct net_device *dev, struct rnet *rnet)
{
	struct rnet_saved saved;
	int err;

	spin_lock_init(&rnet->stats_lock);
	rnet_save(dev, &saved);
	err = rnet_make(dev);
	if (err) {
		rnet_restore(dev, &saved);
		dev->ethtool_ops = saved.ethtool_ops;
		return err;
	}
	rnet->ops = dev->netdev_ops;
	rnet->destructor = dev->priv_destructor;
	/* Before ndo_init: providers ask the core's functions who the parent is. */
	rnet_restore(dev, &saved);
	ipoib_intf_set_data(dev, rnet);
	return 0;
}

/**
 * rnet_start() - second half: its ndo_init, and its receive buffers
 * @dev: the interface
 * @qp_num: out, number of the QP that the provider made
 *
 * From here on packets that come in for it find it.
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then only what rnet_init() made is left.
 */
int rnet_start(struct net_device *dev, u32 *qp_num)
{
	const struct net_device_ops *ops = rnet_of(dev)->ops;
	int err;

	if (ops->ndo_init) {
		err = ops->ndo_init(dev);
		if (err)
			return err;
	}
	err = rnet_make_room(dev, ops);
	if (err) {
		rnet_uninit(dev);
		return err;
	}
	/* It has put the number into the address, where the core would put it too. */
	*qp_num = dev->dev_addr[1] << 16 | dev->dev_addr[2] << 8 | dev->dev_addr[3];
	return 0;
}

/**
 * rnet_uninit() - the first half of ipoib_ops.ib_dev_cleanup: the provider forgets the netdev
 * @dev: the interface, stopped
 *
 * Context: process, under RTNL.
 */
void rnet_uninit(struct net_device *dev)
{
	const struct net_device_ops *ops = rnet_of(dev)->ops;

	if (ops->ndo_uninit)
		ops->ndo_uninit(dev);
}

/**
 * rnet_reset() - after rnet_open() has failed: the next one has a chance
 * @dev: the interface
 *
 * mlx5_core puts its QP into error then, from where it cannot be opened; nor does it reset it when
 * it is stopped, as it was not opened: only here.
 *
 * Context: process, under RTNL; no packet that comes in looks for its interface.
 */
void rnet_reset(struct net_device *dev)
{
	const struct net_device_ops *ops = rnet_of(dev)->ops;

	rnet_uninit(dev);
	if (ops->ndo_init && ops->ndo_init(dev) && ipoib_accel_may_log(dev))
		netdev_err(dev,
			   "the card driver does not take its queue pair back: nothing comes in until it is made anew\n");
}

/**
 * rnet_destroy() - the second half: the provider frees what it has made
 * @dev: the interface; its state becomes the caller's to free
 *
 * Here, and not when the last reference to the netdev is gone, as providers would have it: objects
 * of the card must not outlive the port, nor a child's its parent's.
 *
 * Context: process, under RTNL.
 */
void rnet_destroy(struct net_device *dev)
{
	struct rnet *rnet = rnet_of(dev);

	/* Packets on their way up through the provider's NAPI are still counted there. */
	synchronize_net();
	if (rnet->destructor)
		rnet->destructor(dev);
	ipoib_intf_set_data(dev, NULL);
}

/*
 * Providers that make their queues anew stop the TX queues and start them, but do not wake them:
 * what waits in a qdisc would stay until another packet comes by, which TCP does not send then.
 */
static void rnet_schedule_queues(struct net_device *dev)
{
	unsigned int i;

	if (!netif_running(dev))
		return;
	for (i = 0; i < dev->real_num_tx_queues; i++)
		netif_schedule_queue(netdev_get_tx_queue(dev, i));
}

/* After any request, of which rings, channels and more make queues anew. */
static void rnet_ethtool_complete(struct net_device *dev)
{
	const struct rnet *rnet = rnet_of(dev);

	/* Providers may give RTNL away meanwhile (flash_device), and the interface be gone. */
	if (!rnet)
		return;
	if (rnet->provider_ethtool->complete)
		rnet->provider_ethtool->complete(dev);
	rnet_schedule_queues(dev);
}

static void rnet_stats_busy(struct rnet *rnet, bool busy)
{
	spin_lock_bh(&rnet->stats_lock);
	rnet->stats_busy = busy;
	spin_unlock_bh(&rnet->stats_lock);
}

/* It may sleep. Others are told meanwhile what was told last: see rnet_get_stats64(). */
static void rnet_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct rnet *rnet = rnet_of(dev);

	rnet_stats_busy(rnet, true);
	rnet->provider_ethtool->get_ethtool_stats(dev, stats, data);
	rnet_stats_busy(rnet, false);
}

/**
 * rnet_update_netdev_settings() - ipoib_ops.update_netdev_settings
 * @dev: the interface
 *
 * Queue counts and ethtool_ops have been set by the provider.
 *
 * Context: process, under RTNL. Return: 0.
 */
int rnet_update_netdev_settings(struct net_device *dev)
{
	struct rnet *rnet = rnet_of(dev);

	dev->features |= dev->hw_features | NETIF_F_HIGHDMA;
	rnet->provider_ethtool = dev->ethtool_ops;
	rnet->ethtool = *dev->ethtool_ops;
	rnet->ethtool.complete = rnet_ethtool_complete;
	if (rnet->ethtool.get_ethtool_stats)
		rnet->ethtool.get_ethtool_stats = rnet_get_ethtool_stats;
	dev->ethtool_ops = &rnet->ethtool;
	return 0;
}

/**
 * rnet_open() - ipoib_ops.ib_dev_open
 * @dev: the interface
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int rnet_open(struct net_device *dev)
{
	const struct net_device_ops *ops = rnet_of(dev)->ops;
	int err = ops->ndo_open ? ops->ndo_open(dev) : 0;

	/*
	 * Providers start the TX queues, which is the core's to do: waking a queue that is started
	 * already would leave what waits in its qdisc until the next packet comes by.
	 */
	if (!err)
		netif_tx_stop_all_queues(dev);
	return err;
}

/**
 * rnet_stop() - ipoib_ops.ib_dev_stop
 * @dev: the interface
 *
 * Context: process, under RTNL.
 */
void rnet_stop(struct net_device *dev)
{
	bool carrier = netif_carrier_ok(dev);
	const struct net_device_ops *ops = rnet_of(dev)->ops;

	if (ops->ndo_stop)
		ops->ndo_stop(dev);
	/* Providers take the carrier away, which is the core's: it is back at once in a restart. */
	if (carrier)
		netif_carrier_on(dev);
}

/**
 * rnet_set_pkey_index() - ipoib_ops.set_pkey_index
 * @dev: the interface
 * @index: of the P_Key in the port's table
 *
 * Context: process, under RTNL. Return: 0.
 */
int rnet_set_pkey_index(struct net_device *dev, u16 index)
{
	struct rdma_netdev *rn = netdev_priv(dev);

	if (rn->set_id)
		rn->set_id(dev, index);
	return 0;
}

/**
 * rnet_attach_mcast() - ipoib_ops.attach_mcast
 * @dev: the interface
 * @gid: group
 * @mlid: its LID, host order
 *
 * Providers take the key to send with from the broadcast group.
 *
 * Context: process. Return: 0 or a negative errno.
 */
int rnet_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	struct rdma_netdev *rn = netdev_priv(dev);
	union ib_gid copy = *gid;
	/* In an IPoIB address it follows flags and QP number (RFC 4391 section 9.1.1). */
	bool broadcast = !memcmp(gid, dev->broadcast + 4, sizeof(*gid));

	return rn->attach_mcast(dev, rn->hca, &copy, mlid, broadcast, rnet_of(dev)->qkey);
}

/**
 * rnet_detach_mcast() - ipoib_ops.detach_mcast
 * @dev: the interface
 * @gid: group
 * @mlid: its LID, host order
 *
 * Context: process. Return: 0 or a negative errno.
 */
int rnet_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	struct rdma_netdev *rn = netdev_priv(dev);
	union ib_gid copy = *gid;
	int err = rn->detach_mcast(dev, rn->hca, &copy, mlid);

	if (err && net_ratelimit())
		netdev_warn(dev, "the card does not leave group %pI6: error %d\n", gid->raw, err);
	return err;
}

/**
 * struct rnet_destination - where a packet goes, in its control block
 * @ah: address handle
 * @qpn: QP number
 */
struct rnet_destination {
	struct ib_ah *ah;
	u32 qpn;
};

static netdev_tx_t rnet_send_now(struct sk_buff *skb, struct net_device *dev)
{
	const struct rnet_destination to = *(struct rnet_destination *)skb->cb;
	struct rdma_netdev *rn = netdev_priv(dev);

	rn->send(dev, skb, to.ah, to.qpn);
	return NETDEV_TX_OK;
}

/* For __netdev_start_xmit(), which tells a driver whether more packets follow. */
static const struct net_device_ops rnet_send_ops = {
	.ndo_start_xmit = rnet_send_now,
};

/**
 * rnet_send() - ipoib_ops.send
 * @dev: the interface
 * @skb: packet, consumed
 * @ah: address handle, of which the provider copies what it needs
 * @qpn: destination QP number
 *
 * A provider that hears of another packet keeps this one back, and has no function that would hand
 * it to the card when the other one does not come: the core may drop it, or let it wait for a path.
 * So it never hears of one.
 *
 * Context: as ipoib_ops.send; netdev_xmit_more() is false afterwards. Return: 0 or an errno.
 */
int rnet_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn)
{
	struct rdma_netdev *rn = netdev_priv(dev);
	struct rnet_destination *to = (struct rnet_destination *)skb->cb;

	if (!netdev_xmit_more())
		return rn->send(dev, skb, ah, qpn);
	BUILD_BUG_ON(sizeof(*to) > sizeof(skb->cb));
	*to = (struct rnet_destination) { .ah = ah, .qpn = qpn };
	__netdev_start_xmit(&rnet_send_ops, skb, dev, false);
	return 0;
}

/**
 * rnet_get_stats64() - ipoib_ops.get_stats64
 * @dev: the interface
 * @stats: zeroed; providers set their members rather than adding to them
 *
 * mlx5_core adds its queues' counters up, writes the sums where all readers' are, and reads them
 * back from there: of two readers at a time one may get the other's, older ones. Ethtool's even
 * adds them up there, and twice, if another one comes.
 *
 * Context: any but hard interrupt.
 */
void rnet_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct rnet *rnet = rnet_of(dev);

	if (!rnet->ops->ndo_get_stats64)
		return;
	spin_lock_bh(&rnet->stats_lock);
	if (rnet->stats_busy) {
		*stats = rnet->stats;
	} else {
		rnet->ops->ndo_get_stats64(dev, stats);
		rnet->stats = *stats;
	}
	spin_unlock_bh(&rnet->stats_lock);
}

/**
 * rnet_eth_ioctl() - ipoib_ops.eth_ioctl
 * @dev: the interface
 * @ifr: request
 * @cmd: its number
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int rnet_eth_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
	const struct net_device_ops *ops = rnet_of(dev)->ops;
	int err;

	if (!ops->ACCEL_NDO_ETH_IOCTL)
		return -EOPNOTSUPP;
	err = ops->ACCEL_NDO_ETH_IOCTL(dev, ifr, cmd);
	/* Time stamps may want queues of another format. */
	rnet_schedule_queues(dev);
	return err;
}

/**
 * rnet_hwtstamp_get() - ipoib_ops.hwtstamp_get
 * @dev: the interface
 * @config: out
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int rnet_hwtstamp_get(struct net_device *dev, struct kernel_hwtstamp_config *config)
{
	return accel_hwtstamp_get(rnet_of(dev)->ops, dev, config);
}

/**
 * rnet_hwtstamp_set() - ipoib_ops.hwtstamp_set
 * @dev: the interface
 * @config: wanted; out, what is set
 * @extack: for words to an error
 *
 * Context: process, under RTNL. Return: 0 or a negative errno.
 */
int rnet_hwtstamp_set(struct net_device *dev, struct kernel_hwtstamp_config *config,
		      struct netlink_ext_ack *extack)
{
	int err = accel_hwtstamp_set(rnet_of(dev)->ops, dev, config, extack);

	rnet_schedule_queues(dev);
	return err;
}
