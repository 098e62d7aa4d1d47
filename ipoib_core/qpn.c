// SPDX-License-Identifier: GPL-2.0
/*
 * Which QP a peer sends to, for accels that receive by several (ipoib_ops.rx_qpn).
 *
 * The address that ARP and neighbour discovery tell contains a QP number, and a peer sends to the
 * one that it was told (RFC 4391 section 9.1.1). So each peer can be told another one, by all that
 * is sent to it alone. What is sent to a group has the number of the interface's address, which is
 * that of the primary: of a request that all of them hear each peer takes the sender's address, and
 * one that got another peer's number would be worse off than before.
 *
 * So peers come back to the primary now and then, with each broadcast of ours that names their
 * entry's address. Who notices is the accel, which shows us a packet once in a while: the peer that
 * has sent it, if it is a neighbour, is told again by a request to it alone, which it answers and
 * believes at once. That is needed most with IPv6, where an answer to a solicitation that one host
 * got alone need not have an address in it (RFC 4861 section 7.2.4).
 *
 * No number that was ever told becomes wrong while the interface lives, since an accel receives by
 * all of its QPs all the time: all this is about which CPU works, not about whether packets arrive.
 * But a device may fail: then peers are told of the address (ipoib_accel_tell_peers()), by ARP;
 * those that use IPv6 alone find out by themselves, unless the sysctl ndisc_notify is set.
 *
 * Which peer gets which QP goes by the order in which paths were made (ipoib_dest.serial), round
 * robin: with a hash some QPs would have none. Our own address is found by its GID, whatever number
 * it has, since a packet that waits for its path comes by here twice.
 */
#include "qpn.h"

#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "contract.h"
#include "dest.h"
#include "neigh.h"
#include "path.h"

/*
 * Seconds until a peer that goes on to send to another QP is told again. At first longer than the
 * time in which two probes make its path suspect (IPOIB_PATH_PROBES), which these look like; then
 * twice as long each time, as its administrator may have given it our address by hand.
 */
#define IPOIB_QPN_WAIT_MIN	4U
#define IPOIB_QPN_WAIT_MAX	64U

static void ipoib_qpn_count(struct ipoib_dev *priv, enum ipoib_told what)
{
	atomic_long_inc(&priv->qpns_told[what]);
}

/* The path to the port in @hwaddr, or NULL. Context: RCU. */
static struct ipoib_path *ipoib_qpn_path(struct ipoib_dev *priv, const u8 *hwaddr)
{
	struct ipoib_dest *dest = ipoib_dest_find(&priv->paths, hwaddr + IPOIB_ADDR_GID);

	return dest ? ipoib_path_of(dest) : NULL;
}

static u32 ipoib_qpn_of(struct ipoib_dev *priv, const struct ipoib_path *path)
{
	return priv->ops->rx_qpn(priv->dev, (unsigned int)path->dest.serial);
}

static bool ipoib_qpn_is_ours(const struct ipoib_dev *priv, const u8 *hwaddr)
{
	return !memcmp(hwaddr + IPOIB_ADDR_GID, &priv->intf.local_gid, sizeof(union ib_gid));
}

/* ---- what we tell ---- */

/* Returns the first four bytes of @hwaddr with the number @qpn. */
static __be32 ipoib_qpn_word(const u8 *hwaddr, u32 qpn)
{
	return htonl((u32)hwaddr[0] << 24 | qpn);
}

/* Writes it, and returns whether that was a change. */
static bool ipoib_qpn_put(u8 *hwaddr, u32 qpn)
{
	__be32 word = ipoib_qpn_word(hwaddr, qpn);

	if (!memcmp(hwaddr, &word, sizeof(word)))
		return false;
	memcpy(hwaddr, &word, sizeof(word));
	return true;
}

/* Is it an ARP packet between InfiniBand and IPv4? @msg may be shorter than the whole. */
static bool ipoib_qpn_is_arp(const struct arphdr *arp)
{
	return arp->ar_hrd == htons(ARPHRD_INFINIBAND) && arp->ar_hln == IPOIB_HW_ADDR_LEN &&
	       arp->ar_pln == sizeof_field(struct ipoib_arp, sender_ip);
}

/* An announcement that is a reply is one to who receives it if both addresses are the same. */
static bool ipoib_qpn_put_arp(const struct ipoib_dev *priv, struct ipoib_arp *msg, u32 qpn)
{
	if (!ipoib_qpn_is_arp(&msg->sender.arp) || !ipoib_qpn_is_ours(priv, msg->sender.hwaddr))
		return false;
	if (!memcmp(msg->target, msg->sender.hwaddr, sizeof(msg->target)))
		ipoib_qpn_put(msg->target, qpn);
	return ipoib_qpn_put(msg->sender.hwaddr, qpn);
}

static bool ipoib_qpn_put_option(const struct ipoib_dev *priv, struct sk_buff *skb,
				 struct icmp6hdr *icmp, u8 *hwaddr, u32 qpn)
{
	__be32 before, after = ipoib_qpn_word(hwaddr, qpn);

	memcpy(&before, hwaddr, sizeof(before));
	if (!ipoib_qpn_is_ours(priv, hwaddr) || !ipoib_qpn_put(hwaddr, qpn))
		return false;
	/* A sum that is still to be made will be of what is here then. */
	inet_proto_csum_replace4(&icmp->icmp6_cksum, skb, before, after, false);
	return true;
}

/* @icmp: the message, @len bytes of it in all, in @skb. */
static bool ipoib_qpn_put_nd(const struct ipoib_dev *priv, struct sk_buff *skb,
			     struct icmp6hdr *icmp, unsigned int len, u32 qpn)
{
	unsigned int at = ipoib_nd_head(icmp->icmp6_type), size;
	u8 type = ipoib_nd_option(icmp->icmp6_type);
	bool changed = false;

	for (; at + sizeof(struct nd_opt_hdr) <= len; at += size) {
		struct ipoib_nd_address *option = (void *)icmp + at;

		size = option->head.nd_opt_len * IPOIB_ND_UNIT;
		/* One of no length would have no end. */
		if (!size || at + size > len)
			break;
		if (option->head.nd_opt_type == type && size == sizeof(*option))
			changed |= ipoib_qpn_put_option(priv, skb, icmp, option->hwaddr, qpn);
	}
	return changed;
}

/* Is it a message of neighbour discovery? The kernel's own have no extension headers. */
static bool ipoib_qpn_is_nd(struct ipoib_dev *priv, struct sk_buff *skb)
{
	const unsigned int least = IPOIB_ENCAP_LEN + sizeof(struct ipv6hdr);
	const struct ipv6hdr *ip = (const struct ipv6hdr *)(skb->data + IPOIB_ENCAP_LEN);
	const u8 *type;

	/* Of all that is sent over IPv6 no more is looked at than this. */
	if (likely(skb_headlen(skb) >= least && ip->nexthdr != IPPROTO_ICMPV6))
		return false;
	if (skb->len < least + sizeof(struct icmp6hdr))
		return false;
	if (!pskb_may_pull(skb, least + sizeof(struct icmp6hdr))) {
		ipoib_qpn_count(priv, IPOIB_TOLD_NOT);
		return false;
	}
	ip = (const struct ipv6hdr *)(skb->data + IPOIB_ENCAP_LEN);
	type = skb->data + least;
	return ip->nexthdr == IPPROTO_ICMPV6 && ipoib_nd_head(*type);
}

/* Others may have it too, who shall see what was meant for them: a copy, if need be. */
static bool ipoib_qpn_may_write(struct ipoib_dev *priv, struct sk_buff *skb, unsigned int len)
{
	if (skb->len < len)
		return false;
	if (likely(!skb_ensure_writable(skb, len)))
		return true;
	ipoib_qpn_count(priv, IPOIB_TOLD_NOT);
	return false;
}

static void ipoib_qpn_tell_arp(struct ipoib_dev *priv, struct sk_buff *skb, u32 qpn)
{
	if (!ipoib_qpn_may_write(priv, skb, IPOIB_ENCAP_LEN + sizeof(struct ipoib_arp)))
		return;
	if (ipoib_qpn_put_arp(priv, (struct ipoib_arp *)(skb->data + IPOIB_ENCAP_LEN), qpn))
		ipoib_qpn_count(priv, IPOIB_TOLD);
}

static void ipoib_qpn_tell_nd(struct ipoib_dev *priv, struct sk_buff *skb, u32 qpn)
{
	struct ipv6hdr *ip;
	unsigned int len;

	if (!ipoib_qpn_may_write(priv, skb, skb->len))
		return;
	ip = (struct ipv6hdr *)(skb->data + IPOIB_ENCAP_LEN);
	/* What is behind the message is in no sum. */
	len = min_t(unsigned int, ntohs(ip->payload_len),
		    skb->len - IPOIB_ENCAP_LEN - sizeof(*ip));
	if (ipoib_qpn_put_nd(priv, skb, (struct icmp6hdr *)(ip + 1), len, qpn))
		ipoib_qpn_count(priv, IPOIB_TOLD);
}

void ipoib_qpn_tell(struct ipoib_dev *priv, struct sk_buff *skb)
{
	__be16 type = ((const struct ipoib_header *)skb->data)->proto;
	const struct ipoib_path *path;

	if (type != htons(ETH_P_ARP) && (type != htons(ETH_P_IPV6) || !ipoib_qpn_is_nd(priv, skb)))
		return;
	path = ipoib_qpn_path(priv, skb->data - IPOIB_HW_ADDR_LEN);
	/* It is made now, and the packet comes again once it leads somewhere. */
	if (!path)
		return;
	if (type == htons(ETH_P_ARP))
		ipoib_qpn_tell_arp(priv, skb, ipoib_qpn_of(priv, path));
	else
		ipoib_qpn_tell_nd(priv, skb, ipoib_qpn_of(priv, path));
}

/* ---- what we hear ---- */

void ipoib_qpn_heard_arp(struct ipoib_dev *priv, struct sk_buff *skb)
{
	struct ipoib_arp *msg;

	/* A packet that cannot be written to is the stack's as it came: it looks at no target. */
	if (!ipoib_qpn_has_many(priv) || skb->len < sizeof(*msg) ||
	    skb_ensure_writable(skb, sizeof(*msg)))
		return;
	msg = (struct ipoib_arp *)skb->data;
	/* One with its sender's address twice is an announcement, by another one of our port. */
	if (ipoib_qpn_is_arp(&msg->sender.arp) && msg->sender.arp.ar_op == htons(ARPOP_REPLY) &&
	    memcmp(msg->target, msg->sender.hwaddr, sizeof(msg->target)) &&
	    ipoib_qpn_is_ours(priv, msg->target))
		ipoib_qpn_put(msg->target, ipoib_addr_qpn(priv->dev->dev_addr));
}

/* Has it been told so lately that there is time yet? Context: the lock of the paths. */
static bool ipoib_qpn_waits(const struct ipoib_path *path)
{
	return path->told_wait &&
	       time_in_range(jiffies, path->told_at, path->told_at + path->told_wait * HZ);
}

/* A packet of the peer behind @path came by the QP @qpn. Context: the lock of the paths. */
static bool ipoib_qpn_begin(struct ipoib_dev *priv, struct ipoib_path *path, u32 qpn)
{
	if (ipoib_qpn_waits(path))
		return false;
	if (ipoib_qpn_of(priv, path) == qpn) {
		/*
		 * It has listened, and no broadcast has undone it for as long as it waited: the
		 * next time it waits twice the least, and not twice as long as now. Of a host that
		 * broadcasts every second its peers would go to and fro for ever, and packets
		 * overtake each other each time; so they wait longer, and stay with the primary.
		 */
		path->told_wait = min(path->told_wait, IPOIB_QPN_WAIT_MIN);
		return false;
	}
	path->told_at = jiffies;
	path->told_wait = path->told_wait ? min(path->told_wait * 2, IPOIB_QPN_WAIT_MAX) :
					    IPOIB_QPN_WAIT_MIN;
	return true;
}

/*
 * Shall the peer at @hwaddr be told again, from which a packet came by the QP @qpn? Several queues
 * may ask at the same time: what there is to write is written under the lock.
 */
static bool ipoib_qpn_is_due(struct ipoib_dev *priv, const u8 *hwaddr, u32 qpn)
{
	struct ipoib_path *path;
	bool due;

	spin_lock_bh(&priv->paths.lock);
	path = ipoib_qpn_path(priv, hwaddr);
	due = path && ipoib_qpn_begin(priv, path, qpn);
	spin_unlock_bh(&priv->paths.lock);
	return due;
}

/*
 * The neighbour with this address, if its sender is one, and its hardware address. What comes by a
 * port of a bond is from a neighbour of the bond's. That of another link may not be known here, or
 * not as one of this interface: it stays where it is.
 */
static struct neighbour *ipoib_qpn_neighbour(struct net_device *dev, struct neigh_table *table,
					     const void *ip, u8 *hwaddr)
{
	struct neighbour *neigh = neigh_lookup(table, ip, dev);
	struct net_device *master;

	if (!neigh) {
		rcu_read_lock();
		master = netdev_master_upper_dev_get_rcu(dev);
		if (master && master->addr_len == IPOIB_HW_ADDR_LEN)
			neigh = neigh_lookup(table, ip, master);
		rcu_read_unlock();
	}
	if (!neigh)
		return NULL;
	/* With "arp off" nobody is asked. */
	if (READ_ONCE(neigh->nud_state) & NUD_VALID && !(neigh->dev->flags & IFF_NOARP)) {
		neigh_ha_snapshot(hwaddr, neigh, neigh->dev);
		return neigh;
	}
	neigh_release(neigh);
	return NULL;
}

/*
 * The address of ours by which the peer @to knows us: the one that it has sent to, @used, unless
 * that is none of @dev's, as of what is forwarded, or an administrator forbids to tell it. Then it
 * is what the kernel itself would ask with; 0: none.
 */
static __be32 ipoib_qpn_ip_source(struct net_device *dev, __be32 used, __be32 to)
{
	struct in_device *in_dev;
	__be32 source = 0;

	rcu_read_lock();
	in_dev = __in_dev_get_rcu(dev);
	if (in_dev && !IN_DEV_ARP_ANNOUNCE(in_dev) &&
	    __ip_dev_find(dev_net(dev), used, false) == dev)
		source = used;
	rcu_read_unlock();
	return source ?: inet_select_addr(dev, to, RT_SCOPE_LINK);
}

static void ipoib_qpn_again_ip(struct ipoib_dev *priv, const struct sk_buff *skb, u32 qpn)
{
	u8 hwaddr[MAX_ADDR_LEN];
	const struct iphdr *ip;
	struct neighbour *neigh;
	struct iphdr buf;
	__be32 source;

	ip = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	neigh = ip ? ipoib_qpn_neighbour(priv->dev, &arp_tbl, &ip->saddr, hwaddr) : NULL;
	if (!neigh)
		return;
	source = ipoib_qpn_ip_source(neigh->dev, ip->daddr, ip->saddr);
	if (source && ipoib_qpn_is_due(priv, hwaddr, qpn)) {
		ipoib_qpn_count(priv, IPOIB_TOLD_AGAIN);
		arp_send(ARPOP_REQUEST, ETH_P_ARP, ip->saddr, neigh->dev, source, hwaddr, NULL,
			 NULL);
	}
	neigh_release(neigh);
}

#if IS_ENABLED(CONFIG_IPV6)

/* A neighbour solicitation (RFC 4861 section 4.3) with our address. */
struct ipoib_qpn_question {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	struct in6_addr target;
	struct ipoib_nd_address source;
};

static_assert(sizeof(struct ipoib_qpn_question) == 88);

/* The kernel's own way to ask one host is not exported; so no rule of netfilter sees these. */
static struct sk_buff *ipoib_qpn_question(struct net_device *dev, const struct in6_addr *from,
					  const struct in6_addr *to)
{
	const unsigned int len = sizeof(struct ipoib_qpn_question) - sizeof(struct ipv6hdr);
	struct ipoib_qpn_question *msg;
	struct sk_buff *skb;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + sizeof(*msg) + dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IPV6);
	skb->priority = TC_PRIO_CONTROL;
	skb->dev = dev;
	msg = skb_put_zero(skb, sizeof(*msg));
	msg->ip.version = 6;
	msg->ip.payload_len = htons(len);
	msg->ip.nexthdr = IPPROTO_ICMPV6;
	msg->ip.hop_limit = 255;
	msg->ip.saddr = *from;
	msg->ip.daddr = *to;
	msg->icmp.icmp6_type = NDISC_NEIGHBOUR_SOLICITATION;
	msg->target = *to;
	msg->source.head.nd_opt_type = ND_OPT_SOURCE_LL_ADDR;
	msg->source.head.nd_opt_len = sizeof(msg->source) / IPOIB_ND_UNIT;
	memcpy(msg->source.hwaddr, dev->dev_addr, sizeof(msg->source.hwaddr));
	msg->icmp.icmp6_cksum = csum_ipv6_magic(from, to, len, IPPROTO_ICMPV6,
						csum_partial(&msg->icmp, len, 0));
	return skb;
}

/* As ipoib_qpn_ip_source(); a peer that we forward for knows us by our link-local address. */
static bool ipoib_qpn_ip6_source(struct net_device *dev, const struct in6_addr *used,
				 struct in6_addr *source)
{
	struct net *net = dev_net(dev);

	*source = *used;
	return ipv6_chk_addr(net, used, dev, 1) ||
	       !ipv6_dev_get_saddr(net, dev, &in6addr_linklocal_allnodes, 0, source);
}

static void ipoib_qpn_ask_ip6(struct net_device *dev, const struct in6_addr *from,
			      const struct in6_addr *to, const u8 *hwaddr)
{
	struct sk_buff *skb = ipoib_qpn_question(dev, from, to);

	if (!skb)
		return;
	if (dev_hard_header(skb, dev, ETH_P_IPV6, hwaddr, NULL, skb->len) < 0)
		kfree_skb(skb);
	else
		dev_queue_xmit(skb);
}

static void ipoib_qpn_again_ip6(struct ipoib_dev *priv, const struct sk_buff *skb, u32 qpn)
{
	u8 hwaddr[MAX_ADDR_LEN];
	const struct ipv6hdr *ip;
	struct in6_addr source;
	struct neighbour *neigh;
	struct ipv6hdr buf;

	/* With ipv6.disable=1 there is no table to look into, and packets come all the same. */
	if (!ipv6_mod_enabled())
		return;
	ip = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	neigh = ip ? ipoib_qpn_neighbour(priv->dev, &nd_tbl, &ip->saddr, hwaddr) : NULL;
	if (!neigh)
		return;
	if (ipoib_qpn_ip6_source(neigh->dev, &ip->daddr, &source) &&
	    ipoib_qpn_is_due(priv, hwaddr, qpn)) {
		ipoib_qpn_count(priv, IPOIB_TOLD_AGAIN);
		ipoib_qpn_ask_ip6(neigh->dev, &source, &ip->saddr, hwaddr);
	}
	neigh_release(neigh);
}

#else

static void ipoib_qpn_again_ip6(struct ipoib_dev *priv, const struct sk_buff *skb, u32 qpn)
{
}

#endif /* CONFIG_IPV6 */

void ipoib_accel_rx_by(struct net_device *dev, const struct sk_buff *skb, u32 qpn)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	ipoib_contract_rx(priv, "ipoib_accel_rx_by");
	if (!ipoib_qpn_has_many(priv) || skb->pkt_type != PACKET_HOST)
		return;
	if (skb->protocol == htons(ETH_P_IP))
		ipoib_qpn_again_ip(priv, skb, qpn);
	else if (skb->protocol == htons(ETH_P_IPV6))
		ipoib_qpn_again_ip6(priv, skb, qpn);
}
EXPORT_SYMBOL_GPL(ipoib_accel_rx_by);
