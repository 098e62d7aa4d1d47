// SPDX-License-Identifier: GPL-2.0
/*
 * rtnetlink kind "ipoib": ip link add link ib0 name ib0.8001 type ipoib pkey 0x8001
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "rtnl.h"

#include <linux/if_link.h>
#include <net/rtnetlink.h>

#include "compat.h"
#include "mcast.h"
#include "netdev.h"
#include "port.h"

/* Queues of a child are chosen by the user; this many at most by default. */
#define IPOIB_RTNL_MAX_QUEUES	128

/* The most that an accel wants for a port; RTNL. */
static unsigned int ipoib_rtnl_port_tx_queues;

static bool ipoib_rtnl_owned;
static const struct ipoib_life *ipoib_rtnl_life;

static const struct nla_policy ipoib_policy[IFLA_IPOIB_MAX + 1] = {
	[IFLA_IPOIB_PKEY] = { .type = NLA_U16 },
	[IFLA_IPOIB_MODE] = { .type = NLA_U16 },
	[IFLA_IPOIB_UMCAST] = { .type = NLA_U16 },
};

static unsigned int ipoib_rtnl_num_queues(void)
{
	return min_t(unsigned int, num_possible_cpus(), IPOIB_RTNL_MAX_QUEUES);
}

/* A card driver may need more than it uses: no fewer than for the port's own interface. */
static unsigned int ipoib_rtnl_num_tx_queues(void)
{
	return max(ipoib_rtnl_num_queues(), ipoib_rtnl_port_tx_queues);
}

/* Of an interface, or before there is one: @priv, its parent, says why not. */
static int ipoib_rtnl_check_mode(struct ipoib_dev *priv, struct nlattr *data[],
				 struct netlink_ext_ack *extack)
{
	if (!data || !data[IFLA_IPOIB_MODE] ||
	    nla_get_u16(data[IFLA_IPOIB_MODE]) == IPOIB_MODE_DATAGRAM)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, data[IFLA_IPOIB_MODE], "only datagram mode is supported");
	ipoib_netdev_no_connected_mode(priv);
	return -EINVAL;
}

static int ipoib_changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
			    struct netlink_ext_ack *extack)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	int ret;

	if (!data)
		return 0;
	if (data[IFLA_IPOIB_PKEY] &&
	    (nla_get_u16(data[IFLA_IPOIB_PKEY]) | IPOIB_PKEY_FULL) != priv->intf.pkey) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_IPOIB_PKEY],
				    "the P_Key of an interface cannot be changed");
		return -EOPNOTSUPP;
	}
	ret = ipoib_rtnl_check_mode(priv, data, extack);
	if (ret)
		return ret;
	if (data[IFLA_IPOIB_UMCAST])
		ipoib_mcast_set_umcast(priv, nla_get_u16(data[IFLA_IPOIB_UMCAST]));
	return 0;
}

static int ipoib_newlink(COMPAT_NEWLINK_ARGS)
{
	struct nlattr **attrs = COMPAT_NEWLINK_TB();
	struct nlattr **options = COMPAT_NEWLINK_DATA();
	struct net_device *parent;
	struct ipoib_dev *priv;
	u16 pkey;
	int ret;

	if (!attrs[IFLA_LINK]) {
		NL_SET_ERR_MSG(extack, "an ipoib link needs a parent (link ib0)");
		return -EINVAL;
	}
	parent = __dev_get_by_index(COMPAT_NEWLINK_NET(), nla_get_u32(attrs[IFLA_LINK]));
	/* Of that type are also bonds and, where it is loaded, in-tree ib_ipoib's interfaces. */
	if (!parent || !ipoib_netdev_is_ours(parent)) {
		NL_SET_ERR_MSG(extack, "the parent is not an interface of ipoib_core");
		return -ENODEV;
	}
	priv = ipoib_priv(parent);
	if (priv->intf.parent) {
		NL_SET_ERR_MSG(extack, "a P_Key child cannot have children");
		return -EINVAL;
	}

	pkey = priv->intf.pkey;
	if (options && options[IFLA_IPOIB_PKEY])
		pkey = nla_get_u16(options[IFLA_IPOIB_PKEY]);
	if (!(pkey & ~IPOIB_PKEY_FULL)) {
		NL_SET_ERR_MSG(extack, "0 and 0x8000 are no P_Keys");
		return -EINVAL;
	}

	if (dev->mtu > IPOIB_UD_MTU(priv->port->max_ib_mtu)) {
		NL_SET_ERR_MSG(extack, "the MTU is larger than the port can carry");
		ipoib_netdev_no_connected_mode(priv);
		return -EINVAL;
	}

	ret = ipoib_rtnl_check_mode(priv, options, extack);
	if (ret)
		return ret;
	ret = ipoib_rtnl_life->child_register(priv, dev, pkey, false);
	if (ret)
		return ret;
	ret = ipoib_changelink(dev, attrs, options, extack);
	if (ret)
		unregister_netdevice(dev);
	return ret;
}

static void ipoib_dellink(struct net_device *dev, struct list_head *head)
{
	/* The port's own interface stays as long as the port. */
	if (ipoib_intf(dev)->parent)
		unregister_netdevice_queue(dev, head);
}

/* Where the interface of IFLA_LINK is: a child may have been made in, or moved to, another one. */
static struct net *ipoib_get_link_net(const struct net_device *dev)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	return dev_net(intf->parent ?: dev);
}

static size_t ipoib_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u16)) +	/* IFLA_IPOIB_PKEY */
	       nla_total_size(sizeof(u16)) +	/* IFLA_IPOIB_MODE */
	       nla_total_size(sizeof(u16));	/* IFLA_IPOIB_UMCAST */
}

static int ipoib_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	if (nla_put_u16(skb, IFLA_IPOIB_PKEY, priv->intf.pkey) ||
	    nla_put_u16(skb, IFLA_IPOIB_MODE, IPOIB_MODE_DATAGRAM) ||
	    nla_put_u16(skb, IFLA_IPOIB_UMCAST, test_bit(IPOIB_F_UMCAST, &priv->flags)))
		return -EMSGSIZE;
	return 0;
}

/* priv_size is that of the largest accel that serves a port: only its children are made by it. */
static struct rtnl_link_ops ipoib_link_ops __read_mostly = {
	.kind = "ipoib",
	COMPAT_NETNS_REFUND
	.maxtype = IFLA_IPOIB_MAX,
	.policy = ipoib_policy,
	.priv_size = sizeof(struct rdma_netdev),
	.newlink = ipoib_newlink,
	.dellink = ipoib_dellink,
	.changelink = ipoib_changelink,
	.get_size = ipoib_get_size,
	.fill_info = ipoib_fill_info,
	.get_link_net = ipoib_get_link_net,
	.get_num_rx_queues = ipoib_rtnl_num_queues,
	.get_num_tx_queues = ipoib_rtnl_num_tx_queues,
};

void ipoib_rtnl_prepare(struct net_device *dev, size_t priv_size)
{
	/*
	 * What has a kind is not moved back to the first namespace when its own one goes, but for
	 * that flag: the port's own interface, which ipoib_dellink() does not take away, would stay
	 * in one that is not there any more.
	 */
	if (ipoib_rtnl_owned && (COMPAT_NETNS_IS_REFUNDED || ipoib_intf(dev)->parent))
		dev->rtnl_link_ops = &ipoib_link_ops;
	if (!priv_size)
		return;
	/* rtnetlink allocates a child and calls newlink in one hold of RTNL. */
	rtnl_lock();
	ipoib_link_ops.priv_size = max(ipoib_link_ops.priv_size, priv_size);
	ipoib_rtnl_port_tx_queues = max(ipoib_rtnl_port_tx_queues, dev->num_tx_queues);
	rtnl_unlock();
}

int ipoib_rtnl_init(const struct ipoib_life *life)
{
	int ret;

	ipoib_rtnl_life = life;
	ipoib_link_ops.setup = life->setup;
	ret = rtnl_link_register(&ipoib_link_ops);
	if (ret == -EEXIST) {
		pr_warn("in-tree ib_ipoib is loaded and owns \"ip link ... type ipoib\": children of our interfaces only by sysfs create_child; never name one of our interfaces as its parent\n");
		return 0;
	}
	ipoib_rtnl_owned = !ret;
	return ret;
}

void ipoib_rtnl_exit(void)
{
	if (ipoib_rtnl_owned)
		rtnl_link_unregister(&ipoib_link_ops);
}
