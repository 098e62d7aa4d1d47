// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of the netlink family (netlink.c): interfaces, their link, and what the core dropped.
 *
 * Anybody may ask, as anybody may run "ip link": the Q_Key, by which packets are let in, is for
 * administrators.
 */
#include "netlink_dump.h"

#include <linux/math64.h>
#include <linux/rtnetlink.h>
#include <rdma/ib_cache.h>

#include "compat.h"
#include "ethtool_ops.h"
#include "link.h"
#include "pkey.h"
#include "qpn.h"

/* A message has room for so many, and for all else that is told of an interface. */
#define IPOIB_NL_RX_QPNS	64

static const char *const ipoib_nl_reasons[] = {
	[IPOIB_CARRIER_REASON_CARRIER] = "",
	[IPOIB_CARRIER_REASON_ADMIN_DOWN] = "the interface is not set up",
	[IPOIB_CARRIER_REASON_PKEY_MISSING] =
		"its P_Key is not in the port's table: the subnet manager has not given the partition to this port",
	[IPOIB_CARRIER_REASON_GID_MISSING] =
		"the GID of its address is not in the port's table: the subnet manager has not given it to this port",
	[IPOIB_CARRIER_REASON_OPEN_FAILED] = "the accel cannot open; trying on",
	[IPOIB_CARRIER_REASON_PORT_DOWN] =
		"the port is down: is there a cable, and a switch?",
	[IPOIB_CARRIER_REASON_PORT_INIT] =
		"the port is not active: does a subnet manager run?",
	[IPOIB_CARRIER_REASON_JOINING] = "the broadcast group is being joined",
	[IPOIB_CARRIER_REASON_JOIN_NO_ANSWER] =
		"the subnet manager does not answer the broadcast group's join: does one run?",
	[IPOIB_CARRIER_REASON_JOIN_REFUSED] =
		"the subnet manager refuses to let it join the broadcast group: is P_Key in a partition with IPoIB, with an MTU and a rate that the port has?",
	[IPOIB_CARRIER_REASON_JOIN_FAILED] =
		"joining the broadcast group failed: the last error says how",
	[IPOIB_CARRIER_REASON_GROUP_MTU] =
		"the subnet manager says an MTU of the broadcast group that there is not",
	[IPOIB_CARRIER_REASON_COMING] = "everything is there: the carrier is about to come",
	[IPOIB_CARRIER_REASON_PORT_SILENT] =
		"the device does not tell the port's state; trying on",
};

static_assert(ARRAY_SIZE(ipoib_nl_reasons) == IPOIB_CARRIER_REASON_PORT_SILENT + 1);

/* Tries to open: while these fail there is no broadcast group whose joins would be told. */
static int ipoib_nl_put_open(struct sk_buff *skb, const struct ipoib_dev *priv)
{
	struct ipoib_nl_dest info = {
		.ended = true,
		.error = -priv->open_error,
		.tries = priv->open_tries,
	};

	ipoib_nl_look_due(&info, priv->open_at);
	return ipoib_nl_put_tries(skb, &info);
}

static int ipoib_nl_put_link(struct sk_buff *skb, struct ipoib_dev *priv,
			     const struct ipoib_nl_dest *broadcast)
{
	enum ipoib_carrier_reason reason = ipoib_link_reason(priv);
	u64 since = div_u64((get_jiffies_64() - priv->carrier_at) * MSEC_PER_SEC, HZ);
	int ret;

	if (reason == IPOIB_CARRIER_REASON_OPEN_FAILED)
		ret = ipoib_nl_put_open(skb, priv);
	else
		ret = broadcast ? ipoib_nl_put_tries(skb, broadcast) : 0;
	if (ret || (broadcast && nla_put_u32(skb, IPOIB_A_GROUP_STATE, broadcast->state)) ||
	    nla_put_u8(skb, IPOIB_A_CARRIER, reason == IPOIB_CARRIER_REASON_CARRIER) ||
	    nla_put_u32(skb, IPOIB_A_CARRIER_REASON, reason) ||
	    nla_put_string(skb, IPOIB_A_CARRIER_TEXT, ipoib_nl_reasons[reason]) ||
	    nla_put_u64_64bit(skb, IPOIB_A_CARRIER_SINCE, since, IPOIB_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static enum ipoib_mtu_limit ipoib_nl_mtu_limit(const struct ipoib_dev *priv)
{
	unsigned int most = ipoib_max_mtu(priv);

	if (priv->dev->mtu < min(priv->admin_mtu, most))
		return IPOIB_MTU_LIMIT_FAILED;
	if (priv->admin_mtu < most)
		return IPOIB_MTU_LIMIT_USER;
	return most < IPOIB_UD_MTU(priv->intf.max_ib_mtu) ? IPOIB_MTU_LIMIT_GROUP :
							    IPOIB_MTU_LIMIT_PORT;
}

static int ipoib_nl_put_mtu(struct sk_buff *skb, const struct ipoib_dev *priv)
{
	unsigned int group = READ_ONCE(priv->intf.link_mtu);

	if (nla_put_u32(skb, IPOIB_A_MTU, priv->dev->mtu) ||
	    nla_put_u32(skb, IPOIB_A_MTU_WANTED, priv->admin_mtu) ||
	    (group && nla_put_u32(skb, IPOIB_A_MTU_GROUP, group)) ||
	    nla_put_u32(skb, IPOIB_A_PORT_MTU, IPOIB_UD_MTU(priv->intf.max_ib_mtu)) ||
	    nla_put_u32(skb, IPOIB_A_MTU_LIMIT, ipoib_nl_mtu_limit(priv)))
		return -EMSGSIZE;
	return 0;
}

static int ipoib_nl_put_keys(struct sk_buff *skb, const struct ipoib_dev *priv, bool admin)
{
	const struct ipoib_intf *intf = &priv->intf;
	u16 index, entry;

	if (nla_put_u16(skb, IPOIB_A_PKEY, intf->pkey))
		return -EMSGSIZE;
	if (ipoib_pkey_lookup(priv, &index) &&
	    !ib_get_cached_pkey(intf->hca, intf->port, index, &entry) &&
	    nla_put_u16(skb, IPOIB_A_PKEY_ENTRY, entry))
		return -EMSGSIZE;
	/* With the MTU of the group came its Q_Key. */
	if (admin && READ_ONCE(intf->link_mtu) &&
	    nla_put_u32(skb, IPOIB_A_QKEY, READ_ONCE(intf->qkey)))
		return -EMSGSIZE;
	return 0;
}

/* Sends that a device keeps for ever are what the watches of accels restart the data path for. */
static int ipoib_nl_put_outstanding(struct sk_buff *skb, const struct ipoib_dev *priv)
{
	unsigned int txq, completed, outstanding = 0;

	if (!priv->ops->tx_posted)
		return 0;
	for (txq = 0; txq < priv->dev->num_tx_queues; txq++) {
		/* In this order: what is posted meanwhile is outstanding. */
		completed = priv->ops->tx_completed(priv->dev, txq);
		outstanding += priv->ops->tx_posted(priv->dev, txq) - completed;
	}
	return nla_put_u32(skb, IPOIB_A_TX_OUTSTANDING, outstanding);
}

/* Of those that peers are told of one by one fewer may be in use: ethtool -L. */
static unsigned int ipoib_nl_rx_queues(struct ipoib_dev *priv)
{
	struct net_device *dev = priv->dev;
	struct ethtool_channels channels = {};

	if (!priv->ops->rx_qpn || !dev->ethtool_ops->get_channels)
		return dev->real_num_rx_queues;
	compat_ops_lock(dev);
	dev->ethtool_ops->get_channels(dev, &channels);
	compat_ops_unlock(dev);
	return channels.rx_count + channels.combined_count;
}

/* The peers' numbers, in the order in which peers are given them. */
static int ipoib_nl_put_rx_qpns(struct sk_buff *skb, const struct ipoib_dev *priv,
				unsigned int queues)
{
	unsigned int nth;
	u32 qpn;

	if (!ipoib_qpn_has_many(priv))
		return 0;
	for (nth = 0; nth < min_t(unsigned int, queues, IPOIB_NL_RX_QPNS); nth++) {
		local_bh_disable();
		qpn = priv->ops->rx_qpn(priv->dev, nth);
		local_bh_enable();
		if (nla_put_u32(skb, IPOIB_A_RX_QPN, qpn))
			return -EMSGSIZE;
	}
	return 0;
}

/* Nobody but the accel knows whether what users set is what there is. */
static int ipoib_nl_put_rings(struct sk_buff *skb, struct net_device *dev)
{
	struct ethtool_ringparam ring = {};

	if (!dev->ethtool_ops->get_ringparam)
		return 0;
	compat_ops_lock(dev);
	compat_get_ringparam(dev, &ring);
	compat_ops_unlock(dev);
	if (nla_put_u32(skb, IPOIB_A_RX_RING, ring.rx_pending) ||
	    nla_put_u32(skb, IPOIB_A_TX_RING, ring.tx_pending))
		return -EMSGSIZE;
	return 0;
}

/* As ethtool -c: a value that the accel does not know is not told as 0. */
static int ipoib_nl_put_moderation(struct sk_buff *skb, struct net_device *dev)
{
	const u32 known = dev->ethtool_ops->supported_coalesce_params;
	struct ethtool_coalesce coal = {};
	int ret;

	if (!dev->ethtool_ops->get_coalesce)
		return 0;
	compat_ops_lock(dev);
	ret = compat_get_coalesce(dev, &coal);
	compat_ops_unlock(dev);
	if (ret)
		return 0;
	if (((known & ETHTOOL_COALESCE_RX_USECS) &&
	     nla_put_u32(skb, IPOIB_A_RX_USECS, coal.rx_coalesce_usecs)) ||
	    ((known & ETHTOOL_COALESCE_RX_MAX_FRAMES) &&
	     nla_put_u32(skb, IPOIB_A_RX_FRAMES, coal.rx_max_coalesced_frames)) ||
	    ((known & ETHTOOL_COALESCE_USE_ADAPTIVE_RX) &&
	     nla_put_u8(skb, IPOIB_A_ADAPTIVE_RX, !!coal.use_adaptive_rx_coalesce)) ||
	    ((known & ETHTOOL_COALESCE_TX_USECS) &&
	     nla_put_u32(skb, IPOIB_A_TX_USECS, coal.tx_coalesce_usecs)) ||
	    ((known & ETHTOOL_COALESCE_TX_MAX_FRAMES) &&
	     nla_put_u32(skb, IPOIB_A_TX_FRAMES, coal.tx_max_coalesced_frames)) ||
	    ((known & ETHTOOL_COALESCE_USE_ADAPTIVE_TX) &&
	     nla_put_u8(skb, IPOIB_A_ADAPTIVE_TX, !!coal.use_adaptive_tx_coalesce)))
		return -EMSGSIZE;
	return 0;
}

static int ipoib_nl_put_queues(struct sk_buff *skb, struct ipoib_dev *priv)
{
	unsigned int rx_queues = ipoib_nl_rx_queues(priv);
	struct net_device *dev = priv->dev;

	if (nla_put_u32(skb, IPOIB_A_QPN, ipoib_addr_qpn(dev->dev_addr)) ||
	    ipoib_nl_put_rx_qpns(skb, priv, rx_queues) ||
	    nla_put_u32(skb, IPOIB_A_RX_QUEUES, rx_queues) ||
	    nla_put_u32(skb, IPOIB_A_TX_QUEUES, dev->real_num_tx_queues) ||
	    ipoib_nl_put_rings(skb, dev) || ipoib_nl_put_moderation(skb, dev) ||
	    ipoib_nl_put_outstanding(skb, priv))
		return -EMSGSIZE;
	return 0;
}

/*
 * The group that is in use, and what the broadcast address says if that was changed since: it is
 * followed when the interface is set up.
 */
static int ipoib_nl_put_broadcast(struct sk_buff *skb, const struct ipoib_dev *priv,
				  const struct ipoib_nl_dest *broadcast)
{
	const u8 *wanted = priv->dev->broadcast + IPOIB_ADDR_GID;
	const u8 *used = broadcast ? broadcast->gid.raw : wanted;

	if (nla_put(skb, IPOIB_A_GID, sizeof(union ib_gid), used))
		return -EMSGSIZE;
	return memcmp(used, wanted, sizeof(union ib_gid)) ?
	       nla_put(skb, IPOIB_A_BROADCAST, sizeof(union ib_gid), wanted) : 0;
}

static int ipoib_nl_put_identity(struct sk_buff *skb, const struct ipoib_dev *priv)
{
	const struct ipoib_intf *intf = &priv->intf;

	if (ipoib_nl_put_dev(skb, priv) ||
	    nla_put_string(skb, IPOIB_A_HCA, intf->hca->name) ||
	    nla_put_u32(skb, IPOIB_A_PORT, intf->port) ||
	    (intf->parent && net_eq(dev_net(intf->parent), dev_net(priv->dev)) &&
	     nla_put_u32(skb, IPOIB_A_PARENT, intf->parent->ifindex)) ||
	    nla_put_string(skb, IPOIB_A_ACCEL, intf->accel->name))
		return -EMSGSIZE;
	return 0;
}

int ipoib_nl_put_intf(struct sk_buff *skb, struct ipoib_dev *priv, bool admin)
{
	struct ipoib_nl_dest info, *broadcast;

	ASSERT_RTNL();
	broadcast = ipoib_nl_broadcast(priv, &info) ? &info : NULL;
	if (ipoib_nl_put_identity(skb, priv) || ipoib_nl_put_queues(skb, priv) ||
	    ipoib_nl_put_broadcast(skb, priv, broadcast) ||
	    ipoib_nl_put_mtu(skb, priv) || ipoib_nl_put_keys(skb, priv, admin) ||
	    ipoib_nl_put_link(skb, priv, broadcast))
		return -EMSGSIZE;
	return 0;
}

static int ipoib_nl_fill_link(struct sk_buff *skb, struct netlink_callback *cb,
			      struct ipoib_dev *priv)
{
	void *message = ipoib_nl_begin(skb, cb);

	if (!message)
		return -EMSGSIZE;
	return ipoib_nl_end(skb, message,
			    ipoib_nl_put_intf(skb, priv, ipoib_nl_dump(cb)->admin));
}

int ipoib_nl_dump_links(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ipoib_nl_dump_devs(skb, cb, ipoib_nl_fill_link);
}

static int ipoib_nl_put_drop(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct ipoib_dev *priv, unsigned int why)
{
	void *message = ipoib_nl_begin(skb, cb);
	bool failed;

	if (!message)
		return -EMSGSIZE;
	failed = ipoib_nl_put_dev(skb, priv) ||
		 nla_put_string(skb, IPOIB_A_CAUSE, ipoib_drop_strings[why]) ||
		 nla_put_u64_64bit(skb, IPOIB_A_PACKETS,
				   (unsigned long)atomic_long_read(&priv->drops[why]),
				   IPOIB_A_PAD);
	return ipoib_nl_end(skb, message, failed);
}

static int ipoib_nl_fill_drops(struct sk_buff *skb, struct netlink_callback *cb,
			       struct ipoib_dev *priv)
{
	struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	int ret;

	for (; dump->index < IPOIB_DROP_NUM; dump->index++) {
		ret = ipoib_nl_put_drop(skb, cb, priv, dump->index);
		if (ret)
			return ret;
	}
	return 0;
}

int ipoib_nl_dump_drops(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ipoib_nl_dump_devs(skb, cb, ipoib_nl_fill_drops);
}
