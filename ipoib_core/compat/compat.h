/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place of ipoib_core that knows that kernels differ. HAVE_* come from probe.sh, which
 * compiled tests/<name>.c against the target kernel. The newest kernel's names are used in the
 * code; this header supplies them where an older kernel has none.
 */
#ifndef IPOIB_COMPAT_H
#define IPOIB_COMPAT_H

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>
#include <net/rtnetlink.h>
#include <rdma/ib_verbs.h>

#include "common.h"
#include "generated/features.h"

#ifdef HAVE_NET_GSO_H
#include <net/gso.h>
#endif
#ifdef HAVE_IP_TUNNEL_HEADER_OPS
#include <net/ip_tunnels.h>
#endif
#ifndef HAVE_ICMP_NDO_SEND
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <net/icmp.h>
#include <net/ip.h>
#endif

/* Path record callbacks: (int status, struct sa_path_rec *rec, COMPAT_NUM_PRS void *context) */
#if defined(HAVE_PATH_CB_NUM_PRS_UINT)
#define COMPAT_NUM_PRS unsigned int num_prs,
#elif defined(HAVE_PATH_CB_NUM_PRS_INT)
#define COMPAT_NUM_PRS int num_prs,
#else
#define COMPAT_NUM_PRS
#endif

#ifndef HAVE_DEV_ADDR_MOD
static inline void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr,
				size_t len)
{
	memcpy(dev->dev_addr + offset, addr, len);
}
#endif

/* The kernel's own header_ops that make no header, or NULL: it has none. */
static inline const struct header_ops *compat_bare_header_ops(void)
{
#ifdef HAVE_IP_TUNNEL_HEADER_OPS
	return &ip_tunnel_header_ops;
#else
	return NULL;
#endif
}

/* Whether this context has the lock of a TX queue. Context: BH off. */
static inline bool compat_tx_owned(struct netdev_queue *queue)
{
#ifdef HAVE_NETIF_TX_OWNED
	return netif_tx_owned(queue, smp_processor_id());
#else
	return READ_ONCE(queue->xmit_lock_owner) == smp_processor_id();
#endif
}

#ifndef HAVE_NETIF_GET_FLAGS
static inline unsigned int netif_get_flags(const struct net_device *dev)
{
	return dev_get_flags(dev);
}
#endif

#ifndef HAVE_ICMP_NDO_SEND
/* What is in skb->cb was a qdisc's, and would be taken for IP options. */
static inline void icmp_ndo_send(struct sk_buff *skb, int type, int code, __be32 info)
{
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	icmp_send(skb, type, code, info);
}

static inline void icmpv6_ndo_send(struct sk_buff *skb, u8 type, u8 code, __u32 info)
{
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	icmpv6_send(skb, type, code, info);
}
#endif

static inline bool compat_hca_is_vf(const struct ib_device *hca)
{
#ifdef HAVE_IB_KERNEL_CAP_FLAGS
	return hca->attrs.kernel_cap_flags & IBK_VIRTUAL_FUNCTION;
#else
	return hca->attrs.device_cap_flags & IB_DEVICE_VIRTUAL_FUNCTION;
#endif
}

/* Where the kernel's own ib_ipoib makes a device's interfaces (rdma system set netns exclusive). */
static inline struct net *compat_hca_net(struct ib_device *hca)
{
#ifdef HAVE_RDMA_DEV_NET
	return rdma_dev_net(hca);
#else
	return &init_net;
#endif
}

#ifdef HAVE_NDO_ETH_IOCTL
#define COMPAT_ETH_IOCTL(function) .ndo_eth_ioctl = (function)
#else
#define COMPAT_ETH_IOCTL(function) .ndo_do_ioctl = (function)
#endif

/*
 * ndo_select_queue's last parameters: sb_dev, and in enterprise kernels what netdev_pick_tx() does
 * the work of.
 */
#ifdef HAVE_SELECT_QUEUE_FALLBACK
#define COMPAT_SELECT_QUEUE_REST	struct net_device *sb_dev, select_queue_fallback_t fallback
#else
#define COMPAT_SELECT_QUEUE_REST	struct net_device *sb_dev
#endif

/* ndo_set_rx_mode, which newer kernels call in process context: type, arguments, return value. */
#ifdef HAVE_NDO_SET_RX_MODE_ASYNC
#define COMPAT_RX_MODE_TYPE	int
#define COMPAT_RX_MODE_ARGS						\
	struct net_device *dev, struct netdev_hw_addr_list *unicast,	\
	struct netdev_hw_addr_list *multicast
#define COMPAT_RX_MODE_OK	0
#define COMPAT_SET_RX_MODE(function) .ndo_set_rx_mode_async = (function)
#else
#define COMPAT_RX_MODE_TYPE	void
#define COMPAT_RX_MODE_ARGS	struct net_device *dev
#define COMPAT_RX_MODE_OK
#define COMPAT_SET_RX_MODE(function) .ndo_set_rx_mode = (function)
#endif

/* ethtool_op_get_link() wants RTNL, which netdevs with a lock of their own are not called under. */
static inline void compat_ethtool_link_needs_rtnl(struct ethtool_ops *ops)
{
#ifdef HAVE_ETHTOOL_OP_NEEDS_RTNL
	ops->op_needs_rtnl |= ETHTOOL_OP_NEEDS_RTNL_GLINK;
#endif
}

/* What ethtool -g asks; the function is there. */
static inline void compat_get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring)
{
#ifdef HAVE_ETHTOOL_RINGPARAM_4_ARGS
	struct kernel_ethtool_ringparam kernel_ring = {};

	dev->ethtool_ops->get_ringparam(dev, ring, &kernel_ring, NULL);
#else
	dev->ethtool_ops->get_ringparam(dev, ring);
#endif
}

/* What ethtool -c asks; likewise. */
static inline int compat_get_coalesce(struct net_device *dev, struct ethtool_coalesce *coal)
{
#ifdef HAVE_ETHTOOL_COALESCE_4_ARGS
	struct kernel_ethtool_coalesce kernel_coal = {};

	return dev->ethtool_ops->get_coalesce(dev, coal, &kernel_coal, NULL);
#else
	return dev->ethtool_ops->get_coalesce(dev, coal);
#endif
}

/* Members of struct net_device_ops. */
#ifdef HAVE_NDO_HWTSTAMP
#define COMPAT_HWTSTAMP							\
	.ndo_hwtstamp_get = ipoib_hwtstamp_get,				\
	.ndo_hwtstamp_set = ipoib_hwtstamp_set,
#else
#define COMPAT_HWTSTAMP
#endif

struct kernel_hwtstamp_config;

/* The request behind @config, for card drivers that know time stamps by SIOC[GS]HWTSTAMP only. */
static inline int compat_hwtstamp_ioctl(struct net_device *dev,
					struct kernel_hwtstamp_config *config, int cmd,
					int (*ioctl)(struct net_device *, struct ifreq *, int))
{
#ifdef HAVE_NDO_HWTSTAMP
	if (ioctl && config->ifr) {
		config->copied_to_user = true;
		return ioctl(dev, config->ifr, cmd);
	}
#endif
	return -EOPNOTSUPP;
}

/* Arguments of rtnl_link_ops.newlink, and what the code takes from them. */
#ifdef HAVE_RTNL_NEWLINK_PARAMS
#define COMPAT_NEWLINK_ARGS						\
	struct net_device *dev, struct rtnl_newlink_params *params,	\
	struct netlink_ext_ack *extack
#define COMPAT_NEWLINK_NET()	rtnl_newlink_link_net(params)
#define COMPAT_NEWLINK_TB()	(params->tb)
#define COMPAT_NEWLINK_DATA()	(params->data)
#else
#define COMPAT_NEWLINK_ARGS						\
	struct net *src_net, struct net_device *dev, struct nlattr *tb[], \
	struct nlattr *data[], struct netlink_ext_ack *extack
#define COMPAT_NEWLINK_NET()	(src_net)
#define COMPAT_NEWLINK_TB()	(tb)
#define COMPAT_NEWLINK_DATA()	(data)
#endif

#ifdef HAVE_RTNL_NETNS_REFUND
#define COMPAT_NETNS_REFUND .netns_refund = true,
#define COMPAT_NETNS_IS_REFUNDED	true
#else
#define COMPAT_NETNS_REFUND
#define COMPAT_NETNS_IS_REFUNDED	false
#endif

#endif /* IPOIB_COMPAT_H */
