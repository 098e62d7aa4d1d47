/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between ipoib_core and a data path ("accel").
 *
 * ipoib_core owns what a user sees: interfaces, multicast groups, path records, link state, events.
 * An accel owns what moves packets: queues, buffers, interrupts. An accel includes this header and
 * nothing else of the core, fills a struct ipoib_accel and registers it; the core then makes an
 * interface for each port that the accel serves.
 *
 * netdev_priv(dev) is the accel's own context of the size it asked for. It begins with a
 * struct rdma_netdev whose clnt_priv leads to the core's view of the interface, ipoib_intf(dev).
 * Where a card driver lays that context out, the accel's own is behind ipoib_intf_data().
 *
 * Life of an interface, every step in process context and, but for the first, under RTNL:
 *
 *	get_mq_param            how large, how many queues
 *	ib_dev_init             make QP and CQs, tell the QP number       (ndo_init)
 *	update_netdev_settings  features, ethtool, queue counts
 *	  set_pkey_index ?      only when the P_Key is in the port's table
 *	  ib_dev_open           traffic may flow
 *	    set_qkey            broadcast group joined
 *	    attach_mcast / detach_mcast
 *	    send                the hot path
 *	  ib_dev_stop           no send() is running or will start; drain
 *	ib_dev_cleanup          free everything                           (ndo_uninit)
 *
 * open and stop alternate any number of times between init and cleanup, also because of events
 * (P_Key moved, TX time-out), not only because of the user.
 *
 * Packets are handed to the stack only from ib_dev_open() to the end of ib_dev_stop(). The carrier
 * (netif_carrier_on(), netif_carrier_off()) is the core's alone; who has a card driver that changes
 * it puts it back. An op returns with locks, BH and interrupts as it was called.
 *
 * A core that was built with IPOIB_DEBUG=1 looks at all this, of any accel, see ipoib_accel(9).
 */
#ifndef IPOIB_ACCEL_H
#define IPOIB_ACCEL_H

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <rdma/ib_verbs.h>

/* Of the package that this header is from. */
#define IPOIB_ACCEL_VERSION	"0.1.0"

/* Rises with every change of this header that an accel built before it would not survive. */
#define IPOIB_ACCEL_ABI		4

#define IPOIB_ENCAP_LEN		4	/* RFC 4391 section 6: type and reserved */
#define IPOIB_HW_ADDR_LEN	20	/* RFC 4391 section 9.1.1: flags, QPN, GID */
#define IPOIB_HARD_LEN		(IPOIB_ENCAP_LEN + IPOIB_HW_ADDR_LEN)

/**
 * struct ipoib_header - what precedes the IP datagram on the wire (RFC 4391 section 6)
 * @proto: ethertype
 * @reserved: zero
 */
struct ipoib_header {
	__be16 proto;
	__be16 reserved;
};

/**
 * struct ipoib_pseudo_header - address in front of the encapsulation header, never on the wire
 * @hwaddr: destination in skbs given to ndo_start_xmit, zero in received ones
 */
struct ipoib_pseudo_header {
	u8 hwaddr[IPOIB_HW_ADDR_LEN];
};

static_assert(sizeof(struct ipoib_header) == IPOIB_ENCAP_LEN);
static_assert(sizeof(struct ipoib_pseudo_header) == IPOIB_HW_ADDR_LEN);

struct ipoib_accel;
struct kernel_hwtstamp_config;

/**
 * struct ipoib_intf - what the core shows an accel of an interface; read only for the accel
 * @dev: the interface
 * @parent: the port's own interface when @dev is a P_Key child, else NULL
 * @hca: the device
 * @port: port number, from 1
 * @pd: protection domain that the core makes the address handles in; QPs that they are used with
 *	must be made in it
 * @pkey: P_Key with the full-member bit (0x8000) set; that of the port's own interface follows the
 *	port's table: it is constant from ib_dev_open() to ib_dev_stop(), and may be another one
 *	after that than ib_dev_init() was given
 * @pkey_index: index of @pkey in the port's table, valid from set_pkey_index() or ib_dev_open() on
 * @qkey: Q_Key of the broadcast group, valid once set_qkey() was called
 * @local_gid: the GID of the interface's hardware address
 * @max_ib_mtu: largest payload of a packet that the port can carry, bytes with the encapsulation
 *	header (2048 or 4096)
 * @link_mtu: the MTU of the broadcast group, bytes of IP: the largest packet that peers may send,
 *	whatever dev->mtu is; 0 before it was first joined
 * @send_queue_size: module parameter: sends that a TX queue holds, power of two, 128..8192
 * @recv_queue_size: module parameter: receives posted to an RX queue, power of two, 2..8192
 * @accel: who serves the interface
 * @accel_data: the accel's, see ipoib_intf_set_data()
 */
struct ipoib_intf {
	struct net_device *dev;
	struct net_device *parent;
	struct ib_device *hca;
	u32 port;
	struct ib_pd *pd;
	u16 pkey;
	u16 pkey_index;
	u32 qkey;
	union ib_gid local_gid;
	unsigned int max_ib_mtu;
	unsigned int link_mtu;
	unsigned int send_queue_size;
	unsigned int recv_queue_size;
	const struct ipoib_accel *accel;
	void *accel_data;
};

/**
 * ipoib_intf() - the core's view of an interface
 * @dev: an interface of ipoib_core
 *
 * Context: any, between ib_dev_init() and the return of ib_dev_cleanup().
 */
static inline const struct ipoib_intf *ipoib_intf(const struct net_device *dev)
{
	const struct rdma_netdev *rn = netdev_priv(dev);

	return rn->clnt_priv;
}

/**
 * ipoib_intf_set_data() - leave a pointer with an interface, for ipoib_intf_data()
 * @dev: an interface of ipoib_core
 * @data: the accel's; the core does not look at it, nor free it
 *
 * For an accel whose netdev_priv(dev) belongs to a card driver, as that of struct rdma_netdev does.
 *
 * Context: ib_dev_init(), before it uses the pointer; ib_dev_cleanup().
 */
static inline void ipoib_intf_set_data(struct net_device *dev, void *data)
{
	const struct rdma_netdev *rn = netdev_priv(dev);
	struct ipoib_intf *intf = rn->clnt_priv;

	intf->accel_data = data;
}

/**
 * ipoib_intf_data() - what ipoib_intf_set_data() left
 * @dev: an interface of ipoib_core
 *
 * Context: as ipoib_intf(). Return: NULL before it was set.
 */
static inline void *ipoib_intf_data(const struct net_device *dev)
{
	return ipoib_intf(dev)->accel_data;
}

/**
 * struct ipoib_ops - what the core asks of an accel
 *
 * Functions that return int return 0 or a negative errno. Unless another context is named they are
 * called in process context with RTNL held and may sleep, but not for longer than the hardware
 * takes, and never for the SA: every other interface of the host waits meanwhile.
 */
struct ipoib_ops {
	/**
	 * @get_mq_param: how large the accel's context is and how many queues a port offers
	 *
	 * @priv_size: bytes, at least sizeof(struct rdma_netdev), which must come first
	 * @rx_queues, @tx_queues: 1..4096; a P_Key child made by rtnetlink has what the user asked
	 * for instead, or one for each CPU, but @tx_queues of any port at least for sending:
	 * dev->num_tx_queues tells in ib_dev_init(), and what is used of them is set by
	 * netif_set_real_num_tx_queues().
	 *
	 * Called without RTNL at registration of a port, with RTNL for a P_Key child made by sysfs.
	 * An error: the accel does not serve it.
	 */
	int (*get_mq_param)(struct ib_device *hca, u32 port, size_t *priv_size,
			    unsigned int *rx_queues, unsigned int *tx_queues);

	/**
	 * @update_netdev_settings: set features, hw_features, real queue counts, ethtool_ops
	 *
	 * Called once, after ib_dev_init(). Of dev->ethtool_ops set here the core keeps rings,
	 * channels, coalescing, statistics, RSS and time stamping; driver information, link and
	 * link settings are the core's. dev->netdev_ops is the core's and must not be touched:
	 * what an accel set there in ib_dev_init() is replaced. An error fails the interface.
	 */
	int (*update_netdev_settings)(struct net_device *dev);

	/**
	 * @ib_dev_init: make the QP and what it needs, not yet receiving
	 *
	 * @hca, @port, @pkey: as in ipoib_intf(dev), which is filled in but for pkey_index
	 * dev->netdev_ops and dev->priv_destructor are the core's afterwards: an accel whose card
	 * driver sets them keeps what it set, and runs the destructor in ib_dev_cleanup().
	 * @qp_num: out, the QP number that goes into the interface's address; constant until
	 * ib_dev_cleanup()
	 *
	 * An error: with accel=auto the next best accel is tried; a port that none is left for is
	 * tried again, ever more seldom. ib_dev_cleanup() is not called.
	 */
	int (*ib_dev_init)(struct net_device *dev, struct ib_device *hca, u32 port, u16 pkey,
			   u32 *qp_num);

	/**
	 * @ib_dev_open: bring the QP to a state in which it sends and receives, enable NAPI
	 *
	 * The core starts the TX queues after it. An error leaves everything stopped and fails
	 * ndo_open.
	 */
	int (*ib_dev_open)(struct net_device *dev);

	/**
	 * @ib_dev_stop: stop receiving, complete or flush every posted send, disable NAPI
	 *
	 * No send() runs or starts meanwhile. Must end in bounded time even when the hardware does
	 * not answer. Afterwards no skb, buffer or address handle of the interface is in use.
	 * Multicast attachments and the Q_Key stay.
	 */
	void (*ib_dev_stop)(struct net_device *dev);

	/**
	 * @set_qkey: Q_Key of the IPoIB link, from the broadcast group (RFC 4391 section 4)
	 *
	 * Called at each join of the broadcast group, in process context *without* RTNL, which must
	 * not be taken either, for who has it may wait for this; but never at the same time as
	 * open, stop, attach_mcast or detach_mcast of the interface. Holds until the next call,
	 * over stop and open too.
	 */
	int (*set_qkey)(struct net_device *dev, u32 qkey);

	/**
	 * @attach_mcast: receive what is sent to the group @gid, @mlid (host order)
	 *
	 * Context as set_qkey(); detach_mcast() is called with RTNL too. Attachments hold until
	 * detach_mcast(), over stop and open too; the core attaches a group at most once and
	 * detaches each one before ib_dev_cleanup(). -EEXIST is not an error of attach, nor -ENOENT
	 * of detach. Nor is detach_mcast() called again after another error, which is the accel's
	 * to log, and to make good where it keeps a QP from being destroyed.
	 */
	int (*attach_mcast)(struct net_device *dev, const union ib_gid *gid, u16 mlid);
	/** @detach_mcast: the reverse of attach_mcast() */
	int (*detach_mcast)(struct net_device *dev, const union ib_gid *gid, u16 mlid);

	/**
	 * @send: transmit
	 *
	 * @skb: data begins at the encapsulation header (struct ipoib_header); its queue mapping is
	 * what select_queue chose; at most as long as the link's MTU, which is max_ib_mtu at most,
	 * whatever dev->mtu is (a route may have its own); or GSO as the features allow
	 * @ah: valid until the send has completed, see tx_posted()
	 * @qpn: destination QP number
	 *
	 * Called from ndo_start_xmit: BH off, TX lock of the queue held, netdev_xmit_more() valid.
	 * Must not sleep. Always consumes @skb. The accel stops the queue when it is full, wakes it
	 * when there is room again, and counts what it drops. Returns 0, or an errno when it
	 * dropped @skb. It may keep @skb back while netdev_xmit_more() tells of another one and the
	 * queue is not stopped, if it has flush_sends().
	 */
	int (*send)(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn);

	/** @ib_dev_cleanup: undo ib_dev_init(); the interface is stopped */
	void (*ib_dev_cleanup)(struct net_device *dev);

	/* What follows is optional: NULL is fine. */

	/**
	 * @set_pkey_index: the P_Key's place in the port's table is @index
	 *
	 * Called while stopped, before ib_dev_open(). Without it an accel reads
	 * ipoib_intf(dev)->pkey_index in ib_dev_open().
	 */
	int (*set_pkey_index)(struct net_device *dev, u16 index);

	/**
	 * @change_mtu: dev->mtu becomes @new_mtu bytes (without the encapsulation header)
	 *
	 * Called open or stopped, before the change; an error forbids it. Also when @new_mtu is
	 * dev->mtu already and ipoib_intf(dev)->link_mtu has changed, which receive buffers have to
	 * go by. An accel whose children receive on their parent's queues
	 * (ipoib_intf(dev)->parent) has to make the parent's buffers fit all of them, or to refuse
	 * what they do not fit.
	 */
	int (*change_mtu)(struct net_device *dev, int new_mtu);

	/**
	 * @tx_timeout: queue @txqueue was stopped for longer than dev->watchdog_timeo
	 *
	 * Atomic context, TX lock held. Without it the core recovers by ib_dev_stop() and
	 * ib_dev_open(), which an accel may also ask for: ipoib_accel_restart().
	 */
	void (*tx_timeout)(struct net_device *dev, unsigned int txqueue);

	/**
	 * @flush_sends: hand the HCA what send() has kept back of queue @txqueue
	 *
	 * Called as send() is, in the place of send() when the last packet of a list does not come
	 * to it: it waits for its path, or was dropped. With this function a queue that there was
	 * when the interface was made stays good, when set_channels takes its number away, until
	 * the list that is being sent has ended.
	 */
	void (*flush_sends)(struct net_device *dev, unsigned int txqueue);

	/** @select_queue: as ndo_select_queue; NULL leaves the choice to the stack (XPS, hash) */
	u16 (*select_queue)(struct net_device *dev, struct sk_buff *skb,
			    struct net_device *sb_dev);

	/**
	 * @get_stats64: add the accel's counters to @stats
	 *
	 * rx_bytes and tx_bytes count the encapsulation header, both ways. Any context that may
	 * take a spinlock; RTNL is not held always.
	 */
	void (*get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *stats);

	/** @fix_features: as ndo_fix_features */
	netdev_features_t (*fix_features)(struct net_device *dev, netdev_features_t features);
	/** @set_features: as ndo_set_features */
	int (*set_features)(struct net_device *dev, netdev_features_t features);

	/**
	 * @eth_ioctl: as ndo_eth_ioctl
	 *
	 * SIOCSHWTSTAMP and SIOCGHWTSTAMP too, where hwtstamp_get() and hwtstamp_set() are not
	 * there or return -EOPNOTSUPP.
	 */
	int (*eth_ioctl)(struct net_device *dev, struct ifreq *ifr, int cmd);

	/** @hwtstamp_get: as ndo_hwtstamp_get, on kernels that have it (6.6) */
	int (*hwtstamp_get)(struct net_device *dev, struct kernel_hwtstamp_config *config);
	/** @hwtstamp_set: as ndo_hwtstamp_set */
	int (*hwtstamp_set)(struct net_device *dev, struct kernel_hwtstamp_config *config,
			    struct netlink_ext_ack *extack);

	/**
	 * @tx_posted: sends posted to queue @txqueue since ib_dev_init(), wraps around
	 *
	 * With tx_completed(), the sends of it whose address handle is not used any more: the core
	 * destroys a handle once, on each queue, tx_completed() has passed the value that
	 * tx_posted() had when the handle was retired: sending never stops for that. A send must
	 * complete by itself in bounded time, on an idle queue too, and ib_dev_stop() makes both
	 * equal. Both NULL: send() copies the address vector, handles may go at once.
	 * Context: process, no locks, any time between init and cleanup.
	 */
	u32 (*tx_posted)(struct net_device *dev, unsigned int txqueue);
	/** @tx_completed: see tx_posted() */
	u32 (*tx_completed)(struct net_device *dev, unsigned int txqueue);

	/** @features_check: as ndo_features_check */
	netdev_features_t (*features_check)(struct sk_buff *skb, struct net_device *dev,
					    netdev_features_t features);

	/**
	 * @rx_qpn: number of the QP that the @nth peer shall send to
	 *
	 * For an accel that receives by several QPs: the core tells each peer one of them, in ARP
	 * and neighbour discovery, where an interface's address has the number that ib_dev_init()
	 * told. Peers are counted as they come; @nth wraps around, and so does what is left of it
	 * by a number of queues. What is told may be another one later. The accel receives by each
	 * QP that it ever named, all the time that it receives at all, unless the device fails: it
	 * names such a QP no more, and has all peers told of that of the address, if that still
	 * receives (ipoib_accel_tell_peers()); by it alone it receives broadcasts and multicasts.
	 * Asked only while dev->real_num_rx_queues is more than 1; see ipoib_accel_rx_by().
	 * Context: BH off, from the end of ib_dev_init() to ib_dev_cleanup().
	 */
	u32 (*rx_qpn)(struct net_device *dev, unsigned int nth);
};

/* Priorities that match() returns; the highest wins with accel=auto. */
#define IPOIB_ACCEL_PRIO_NONE		0	/* does not serve the port */
#define IPOIB_ACCEL_PRIO_GENERIC	1	/* any HCA: accel_ref */
#define IPOIB_ACCEL_PRIO_NATIVE		100	/* made for this card */

/**
 * struct ipoib_accel - a data path
 * @name: what a user writes in accel=; [a-z0-9_]+, at most 15 characters, not "auto" or "none"; the
 *	module carries MODULE_ALIAS_IPOIB_ACCEL(name) so that the core can load it
 * @owner: THIS_MODULE
 * @abi_version: IPOIB_ACCEL_ABI
 * @match: priority with which the accel serves a port, IPOIB_ACCEL_PRIO_NONE when it cannot.
 *	Process context, may sleep.
 * @ops: functions
 * @node: the core's list
 */
struct ipoib_accel {
	const char *name;
	struct module *owner;
	u32 abi_version;
	int (*match)(struct ib_device *hca, u32 port);
	const struct ipoib_ops *ops;
	struct list_head node;
};

#define MODULE_ALIAS_IPOIB_ACCEL(name)	MODULE_ALIAS("ipoib-accel-" name)

/**
 * ipoib_register_accel() - offer a data path
 * @accel: filled in; stays valid until ipoib_unregister_accel() returns
 *
 * Ports that wait for @accel, by name or with accel=auto, are bound before it returns.
 *
 * Context: process, usually module init; takes RTNL.
 * Return: 0; -EINVAL: a mandatory op or the name is missing or malformed; -EPROTO: another ABI
 * version; -EEXIST: the name is taken. The log says which.
 */
int ipoib_register_accel(struct ipoib_accel *accel);

/**
 * ipoib_unregister_accel() - withdraw a data path
 * @accel: as registered
 *
 * Removes the accel's interfaces, under traffic too; ports with accel=auto go to the next best
 * accel, others wait. When it returns the core calls no op of @accel any more.
 *
 * Context: process, usually module exit; takes RTNL.
 */
void ipoib_unregister_accel(struct ipoib_accel *accel);

/**
 * ipoib_accel_restart() - ask the core to stop and open the data path
 * @dev: an interface, from ib_dev_open() to the end of ib_dev_stop()
 *
 * For an accel whose hardware is in a state that only ib_dev_stop() and ib_dev_open() mend. Asking
 * again before ib_dev_stop() has returned does nothing more.
 *
 * Context: any.
 */
void ipoib_accel_restart(struct net_device *dev);

/**
 * ipoib_accel_tell_peers() - a QP receives no more: have peers learn the address anew
 * @dev: an interface, from ib_dev_open() to the end of ib_dev_stop()
 *
 * By gratuitous ARP, and neighbour advertisements if the sysctl ndisc_notify is set: those that
 * ipoib_ops.rx_qpn had told of that QP are not heard any more, to be told of another one.
 *
 * Context: any.
 */
void ipoib_accel_tell_peers(struct net_device *dev);

/**
 * ipoib_accel_may_log() - may what an interface's administrator can repeat be written to the log?
 * @dev: the interface, from ib_dev_init() on
 *
 * That of a container shares a limit with all others of the port's; the host's own has none.
 *
 * Context: any.
 */
bool ipoib_accel_may_log(const struct net_device *dev);

/**
 * ipoib_accel_rx_arp() - an ARP packet arrived: notice a peer whose LID has changed
 * @dev: the interface
 * @skb: data at the ARP header; nobody else has it yet
 * @slid: source LID of the packet, host order
 *
 * Called by ipoib_accel_rx_prepare(). Context: BH off.
 */
void ipoib_accel_rx_arp(struct net_device *dev, struct sk_buff *skb, u32 slid);

/**
 * ipoib_accel_rx_nd() - an IPv6 packet arrived that may be neighbour discovery: the same
 * @dev: the interface
 * @skb: data at the IPv6 header
 * @slid: source LID of the packet, host order
 *
 * Called by ipoib_accel_rx_prepare(). Context: BH off.
 */
void ipoib_accel_rx_nd(struct net_device *dev, const struct sk_buff *skb, u32 slid);

/**
 * ipoib_accel_rx_by() - a packet arrived by this QP: is it the one that its sender shall use?
 * @dev: the interface, of an accel with ipoib_ops.rx_qpn
 * @skb: as ipoib_accel_rx_prepare() left it
 * @qpn: number of the QP
 *
 * A neighbour that sends to another one than ipoib_ops.rx_qpn says for it, as all do when they have
 * heard a broadcast of ours, is told again by a request of ARP or neighbour discovery, every 4
 * seconds at most. To be called for one packet to this host alone of a queue now and then, a
 * hundred times a second: it looks the sender up.
 *
 * Context: BH off, no lock that send() takes.
 */
void ipoib_accel_rx_by(struct net_device *dev, const struct sk_buff *skb, u32 qpn);

/* Neighbour discovery is neither TCP nor UDP; extension headers may be in front of it. */
static inline bool ipoib_accel_may_be_nd(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;

	return skb->protocol == htons(ETH_P_IPV6) &&
	       (skb_headlen(skb) < sizeof(*ip) ||
		(ip->nexthdr != IPPROTO_TCP && ip->nexthdr != IPPROTO_UDP));
}

/**
 * ipoib_accel_rx_prepare() - set protocol, header and packet type of a received packet
 * @dev: the interface
 * @skb: linear up to the encapsulation header, where its data begins, with at least
 *	IPOIB_HW_ADDR_LEN bytes of headroom (the GRH's place serves)
 * @dgid: destination GID of the GRH, NULL when there was none
 * @slid: source LID of the packet, host order
 *
 * Afterwards @skb is ready for napi_gro_receive(). Checksum state, hash and queue are the accel's.
 *
 * Context: BH off.
 * Return: false when the packet is too short to be one: the accel counts and frees it.
 */
static inline bool ipoib_accel_rx_prepare(struct net_device *dev, struct sk_buff *skb,
					  const union ib_gid *dgid, u32 slid)
{
	const struct ipoib_header *header;

	/* Before the head may move, or the header is written: @dgid may be in there. */
	if (!dgid || dgid->raw[0] != 0xff)
		skb->pkt_type = PACKET_HOST;
	else if (!memcmp(dgid->raw, dev->broadcast + 4, sizeof(dgid->raw)))
		skb->pkt_type = PACKET_BROADCAST;
	else
		skb->pkt_type = PACKET_MULTICAST;

	if (unlikely(!pskb_may_pull(skb, IPOIB_ENCAP_LEN) ||
		     skb_headroom(skb) < IPOIB_HW_ADDR_LEN))
		return false;
	header = (const struct ipoib_header *)skb->data;
	skb->protocol = header->proto;
	skb->dev = dev;

	/* The link layer header that packet sockets and GRO see is of constant length: 20 + 4. */
	skb_set_mac_header(skb, -IPOIB_HW_ADDR_LEN);
	__skb_pull(skb, IPOIB_ENCAP_LEN);
	memset(skb_mac_header(skb), 0, IPOIB_HW_ADDR_LEN);

	if (unlikely(skb->protocol == htons(ETH_P_ARP)))
		ipoib_accel_rx_arp(dev, skb, slid);
	else if (unlikely(ipoib_accel_may_be_nd(skb)))
		ipoib_accel_rx_nd(dev, skb, slid);
	return true;
}

#endif /* IPOIB_ACCEL_H */
