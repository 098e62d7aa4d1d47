// SPDX-License-Identifier: GPL-2.0
/*
 * From a connection request's addresses to an interface: the passive side of rdma_cm.
 */
#include "match.h"

#include <linux/inetdevice.h>
#include <net/addrconf.h>

static bool ipoib_match_link(const struct ipoib_dev *priv, u16 pkey, const union ib_gid *gid)
{
	return priv->intf.pkey == (pkey | IPOIB_PKEY_FULL) &&
	       (!gid || !memcmp(gid, &priv->intf.local_gid, sizeof(*gid))) &&
	       netif_running(priv->dev);
}

static bool ipoib_match_addr(struct net_device *dev, const struct sockaddr *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	struct in_device *in_dev;

	switch (addr->sa_family) {
	case AF_INET:
		in_dev = __in_dev_get_rcu(dev);
		return in_dev && inet_confirm_addr(dev_net(dev), in_dev, 0, in->sin_addr.s_addr,
						   RT_SCOPE_HOST);
	case AF_INET6:
		/* A peer says which family; with ipv6.disable=1 there is no table to look into. */
		return IS_ENABLED(CONFIG_IPV6) && ipv6_mod_enabled() &&
		       ipv6_chk_addr(dev_net(dev), &in6->sin6_addr, dev, 1);
	default:
		return false;
	}
}

struct ipoib_match_walk {
	const struct sockaddr *addr;
	struct net_device *found;
};

static int ipoib_match_walk(struct net_device *upper, struct netdev_nested_priv *nested)
{
	struct ipoib_match_walk *walk = nested->data;

	if (!ipoib_match_addr(upper, walk->addr))
		return 0;
	walk->found = upper;
	return 1;
}

/* @dev, or the device of those stacked on it, that has @addr; or NULL; RCU. */
static struct net_device *ipoib_match_upper(struct net_device *dev, const struct sockaddr *addr)
{
	struct ipoib_match_walk walk = { .addr = addr };
	struct netdev_nested_priv nested = { .data = &walk };

	if (ipoib_match_addr(dev, addr))
		return dev;
	netdev_walk_all_upper_dev_rcu(dev, ipoib_match_walk, &nested);
	return walk.found;
}

/* Connections belong to the bond, but not to the VRF that routes them. */
static struct net_device *ipoib_match_master(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);

	return master && !netif_is_l3_master(master) ? master : dev;
}

struct net_device *ipoib_match(struct ipoib_port *port, u16 pkey, const union ib_gid *gid,
			       const struct sockaddr *addr)
{
	struct net_device *found = NULL, *by_addr = NULL;
	struct ipoib_dev *priv;
	unsigned int count = 0;

	down_read(&port->devs_sem);
	rcu_read_lock();
	list_for_each_entry(priv, &port->devs, node) {
		if (!ipoib_match_link(priv, pkey, gid))
			continue;
		count++;
		if (!found)
			found = ipoib_match_master(priv->dev);
		if (addr && !by_addr)
			by_addr = ipoib_match_upper(priv->dev, addr);
	}
	if (count > 1)
		found = by_addr;
	if (found)
		dev_hold(found);
	rcu_read_unlock();
	up_read(&port->devs_sem);
	return found;
}
