// SPDX-License-Identifier: GPL-2.0
/*
 * What the network stack asks of an interface (struct net_device_ops), but for transmission.
 */
#include "netdev.h"

#include "address.h"
#include "compat.h"
#include "link.h"
#include "mcast.h"
#include "port.h"
#include "vf.h"
#include "xmit.h"

void ipoib_netdev_no_connected_mode(struct ipoib_dev *priv)
{
	if (ipoib_port_log_once(priv, IPOIB_F_CONNECTED_LOGGED))
		netdev_warn(priv->dev,
			    "there is no connected mode, and no MTU above %u: leave them out of the configuration, see ipoib-accel(7)\n",
			    IPOIB_UD_MTU(priv->intf.max_ib_mtu));
}

static int ipoib_change_mtu(struct net_device *dev, int new_mtu)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	int mtu, ret;

	if (new_mtu > IPOIB_UD_MTU(priv->intf.max_ib_mtu)) {
		ipoib_netdev_no_connected_mode(priv);
		return -EINVAL;
	}
	/* More than the broadcast group allows is remembered for when it allows more. */
	mtu = min_t(unsigned int, new_mtu, ipoib_max_mtu(priv));
	if (priv->ops->change_mtu) {
		ret = priv->ops->change_mtu(dev, mtu);
		if (ret)
			return ret;
	}
	priv->admin_mtu = new_mtu;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static COMPAT_RX_MODE_TYPE ipoib_set_rx_mode(COMPAT_RX_MODE_ARGS)
{
	ipoib_mcast_relist(ipoib_priv(dev));
	return COMPAT_RX_MODE_OK;
}

static void ipoib_tx_timeout(struct net_device *dev, unsigned int txqueue)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	if (priv->ops->tx_timeout)
		priv->ops->tx_timeout(dev, txqueue);
	else
		ipoib_accel_restart(dev);
}

/*
 * May an accel be asked about a packet? Who has slept since it looked whether the interface is up,
 * as a packet socket may, asks of one that is going, or that has gone but for his reference: the
 * accel's queues may be gone then, and the accel itself with its ops. The stack waits for RCU,
 * which the caller holds, between the change of reg_state and ndo_uninit.
 */
static bool ipoib_netdev_is_there(const struct net_device *dev)
{
	return dev->reg_state == NETREG_REGISTERED;
}

static u16 ipoib_select_queue(struct net_device *dev, struct sk_buff *skb,
			      COMPAT_SELECT_QUEUE_REST)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	u16 queue;

	rcu_read_lock();
	if (ipoib_netdev_is_there(dev) && priv->ops->select_queue)
		queue = priv->ops->select_queue(dev, skb, sb_dev);
	else
		queue = netdev_pick_tx(dev, skb, sb_dev);
	rcu_read_unlock();
	return queue;
}

static void ipoib_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	int i;

	if (priv->ops->get_stats64)
		priv->ops->get_stats64(dev, stats);
	for (i = 0; i < IPOIB_DROP_NUM; i++)
		stats->tx_dropped += (unsigned long)atomic_long_read(&priv->drops[i]);
}

static netdev_features_t ipoib_fix_features(struct net_device *dev, netdev_features_t features)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	return priv->ops->fix_features ? priv->ops->fix_features(dev, features) : features;
}

static netdev_features_t ipoib_features_check(struct sk_buff *skb, struct net_device *dev,
					      netdev_features_t features)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	rcu_read_lock();
	if (ipoib_netdev_is_there(dev) && priv->ops->features_check)
		features = priv->ops->features_check(skb, dev, features);
	rcu_read_unlock();
	return features;
}

static int ipoib_set_features(struct net_device *dev, netdev_features_t features)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	return priv->ops->set_features ? priv->ops->set_features(dev, features) : 0;
}

static int ipoib_eth_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	return priv->ops->eth_ioctl ? priv->ops->eth_ioctl(dev, ifr, cmd) : -EOPNOTSUPP;
}

static int __maybe_unused ipoib_hwtstamp_get(struct net_device *dev,
					     struct kernel_hwtstamp_config *config)
{
	const struct ipoib_ops *ops = ipoib_priv(dev)->ops;
	int ret = ops->hwtstamp_get ? ops->hwtstamp_get(dev, config) : -EOPNOTSUPP;

	if (ret != -EOPNOTSUPP)
		return ret;
	return compat_hwtstamp_ioctl(dev, config, SIOCGHWTSTAMP, ops->eth_ioctl);
}

static int __maybe_unused ipoib_hwtstamp_set(struct net_device *dev,
					     struct kernel_hwtstamp_config *config,
					     struct netlink_ext_ack *extack)
{
	const struct ipoib_ops *ops = ipoib_priv(dev)->ops;
	int ret = ops->hwtstamp_set ? ops->hwtstamp_set(dev, config, extack) : -EOPNOTSUPP;

	if (ret != -EOPNOTSUPP)
		return ret;
	return compat_hwtstamp_ioctl(dev, config, SIOCSHWTSTAMP, ops->eth_ioctl);
}

static int ipoib_get_iflink(const struct net_device *dev)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	/* At its end older kernels' linkwatch asks, without RTNL: the parent may be gone then. */
	if (!intf->parent || dev->reg_state == NETREG_UNREGISTERED)
		return READ_ONCE(dev->ifindex);
	return READ_ONCE(intf->parent->ifindex);
}

/* The GUID alone can be chosen, and a parent's children get it too. */
static int ipoib_set_mac_address(struct net_device *dev, void *addr)
{
	const u8 *wanted = (const u8 *)((const struct sockaddr_storage *)addr)->__data;
	struct ipoib_dev *priv = ipoib_priv(dev);
	struct ipoib_dev *child;
	union ib_gid gid;
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
	chosen = !ipoib_address_is_first(priv, &gid);
	ipoib_link_set_gid(priv, &gid, chosen, false);
	if (priv->intf.parent)
		return 0;

	list_for_each_entry(child, &priv->port->devs, node) {
		if (child == priv)
			continue;
		ipoib_link_set_gid(child, &gid, chosen, true);
		ipoib_link_reopen(child);
	}
	/* Opens that failed, and GIDs not there yet, are looked after by the port's work. */
	ipoib_port_kick(priv->port);
	return 0;
}

/* ndo_init and ndo_uninit come from above: ipoib_netdev_init(). */
struct net_device_ops ipoib_netdev_ops __ro_after_init = {
	.ndo_open = ipoib_link_ndo_open,
	.ndo_stop = ipoib_link_ndo_stop,
	.ndo_start_xmit = ipoib_start_xmit,
	.ndo_select_queue = ipoib_select_queue,
	.ndo_change_mtu = ipoib_change_mtu,
	COMPAT_SET_RX_MODE(ipoib_set_rx_mode),
	.ndo_tx_timeout = ipoib_tx_timeout,
	.ndo_get_stats64 = ipoib_get_stats64,
	.ndo_fix_features = ipoib_fix_features,
	.ndo_set_features = ipoib_set_features,
	.ndo_features_check = ipoib_features_check,
	.ndo_get_iflink = ipoib_get_iflink,
	.ndo_set_mac_address = ipoib_set_mac_address,
	.ndo_set_vf_link_state = ipoib_vf_set_link_state,
	.ndo_get_vf_config = ipoib_vf_get_config,
	.ndo_get_vf_stats = ipoib_vf_get_stats,
	.ndo_get_vf_guid = ipoib_vf_get_guid,
	.ndo_set_vf_guid = ipoib_vf_set_guid,
	COMPAT_ETH_IOCTL(ipoib_eth_ioctl),
	COMPAT_HWTSTAMP
};

/* Who is given a child is given a partition, not the virtual functions of the HCA. */
static struct net_device_ops ipoib_netdev_child_ops __ro_after_init;
/* A virtual function's address is given to it by the physical one, and it has no VFs itself. */
static struct net_device_ops ipoib_netdev_vf_ops __ro_after_init;

void ipoib_netdev_init(const struct ipoib_life *life)
{
	ipoib_netdev_ops.ndo_init = life->init;
	ipoib_netdev_ops.ndo_uninit = life->uninit;
	ipoib_netdev_child_ops = ipoib_netdev_ops;
	ipoib_netdev_child_ops.ndo_set_vf_link_state = NULL;
	ipoib_netdev_child_ops.ndo_get_vf_config = NULL;
	ipoib_netdev_child_ops.ndo_get_vf_stats = NULL;
	ipoib_netdev_child_ops.ndo_get_vf_guid = NULL;
	ipoib_netdev_child_ops.ndo_set_vf_guid = NULL;
	ipoib_netdev_vf_ops = ipoib_netdev_child_ops;
	ipoib_netdev_vf_ops.ndo_set_mac_address = NULL;
}

void ipoib_netdev_set_ops(struct ipoib_dev *priv)
{
	if (compat_hca_is_vf(priv->intf.hca))
		priv->dev->netdev_ops = &ipoib_netdev_vf_ops;
	else if (priv->intf.parent)
		priv->dev->netdev_ops = &ipoib_netdev_child_ops;
	else
		priv->dev->netdev_ops = &ipoib_netdev_ops;
}

bool ipoib_netdev_is_ours(const struct net_device *dev)
{
	return dev->netdev_ops->ndo_start_xmit == ipoib_start_xmit;
}
