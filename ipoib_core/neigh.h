/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The messages by which hosts tell each other their addresses: ARP (RFC 826, RFC 4391 section
 * 9.1.1) and neighbour discovery (RFC 4861, RFC 4391 section 9.3).
 */
#ifndef IPOIB_NEIGH_H
#define IPOIB_NEIGH_H

#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "ipoib_accel.h"

/* An ARP packet up to who sent it; that much is there whatever it is about. */
struct ipoib_arp_sender {
	struct arphdr arp;
	u8 hwaddr[IPOIB_HW_ADDR_LEN];
} __packed;

static_assert(sizeof(struct ipoib_arp_sender) == 28);

/* A whole one, about IPv4. */
struct ipoib_arp {
	struct ipoib_arp_sender sender;
	u8 sender_ip[4];
	u8 target[IPOIB_HW_ADDR_LEN];
	u8 target_ip[4];
} __packed;

static_assert(sizeof(struct ipoib_arp) == 56);

/* The option of neighbour discovery with an address */
struct ipoib_nd_address {
	struct nd_opt_hdr head;
	__be16 zero;
	u8 hwaddr[IPOIB_HW_ADDR_LEN];
};

/* Options are counted in these. */
#define IPOIB_ND_UNIT	8

static_assert(sizeof(struct ipoib_nd_address) == 3 * IPOIB_ND_UNIT);

/**
 * ipoib_nd_head() - where the options of a message begin
 * @type: of ICMPv6
 *
 * Return: bytes from the ICMPv6 header on; 0: it is no message that tells an address.
 */
static inline unsigned int ipoib_nd_head(u8 type)
{
	switch (type) {
	case NDISC_ROUTER_SOLICITATION:
		return 8;
	case NDISC_ROUTER_ADVERTISEMENT:
		return 16;
	case NDISC_NEIGHBOUR_SOLICITATION:
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		return 24;
	default:
		return 0;
	}
}

/**
 * ipoib_nd_option() - the option by which a message tells its sender's address
 * @type: of ICMPv6, one that ipoib_nd_head() knows
 */
static inline u8 ipoib_nd_option(u8 type)
{
	return type == NDISC_NEIGHBOUR_ADVERTISEMENT ? ND_OPT_TARGET_LL_ADDR :
						       ND_OPT_SOURCE_LL_ADDR;
}

/* The kernel's own have no extension headers (RFC 4861 section 4.3). */
struct ipoib_icmp6 {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
};

/**
 * ipoib_nd_is_solicitation() - does an IPv6 packet ask for a neighbour?
 * @skb: data at the encapsulation header
 *
 * Users cannot send one: they have no raw sockets, and ping's send nothing else than echo requests.
 *
 * Context: any.
 */
static inline bool ipoib_nd_is_solicitation(const struct sk_buff *skb)
{
	const struct ipoib_icmp6 *msg;
	struct ipoib_icmp6 buf;

	msg = skb_header_pointer(skb, IPOIB_ENCAP_LEN, sizeof(buf), &buf);
	return msg && msg->ip.nexthdr == IPPROTO_ICMPV6 &&
	       msg->icmp.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION;
}

/* IP protocols of routers, for which one needs a raw socket (RFC 5798, RFC 2328) */
#define IPOIB_IPPROTO_OSPF	89
#define IPOIB_IPPROTO_VRRP	112

static inline bool ipoib_is_routers(u8 protocol)
{
	return protocol == IPPROTO_PIM || protocol == IPOIB_IPPROTO_OSPF ||
	       protocol == IPOIB_IPPROTO_VRRP;
}

/**
 * ipoib_is_privileged() - is an IP packet one of those by which hosts and routers find each other?
 * @skb: data at the encapsulation header
 *
 * Those that nobody sends without a raw socket; who has none has UDP, ping, and more (L2TP, routing
 * headers). Of IPv6, options for each hop (of MLD) and what ICMPv6 has between echo and redirect,
 * and MLDv2 (RFC 3810 section 5.2).
 *
 * Context: any.
 */
static inline bool ipoib_is_privileged(const struct sk_buff *skb)
{
	struct ipoib_icmp6 buf;
	const struct ipoib_icmp6 *msg;
	const struct iphdr *ip;
	struct iphdr ip_buf;
	u8 type;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		ip = skb_header_pointer(skb, IPOIB_ENCAP_LEN, sizeof(ip_buf), &ip_buf);
		return ip && (ip->protocol == IPPROTO_IGMP || ipoib_is_routers(ip->protocol));
	case htons(ETH_P_IPV6):
		msg = skb_header_pointer(skb, IPOIB_ENCAP_LEN, sizeof(buf), &buf);
		if (!msg || msg->ip.nexthdr == NEXTHDR_HOP)
			return msg;
		if (msg->ip.nexthdr != IPPROTO_ICMPV6)
			return ipoib_is_routers(msg->ip.nexthdr);
		type = msg->icmp.icmp6_type;
		return (type >= ICMPV6_MGM_QUERY && type <= NDISC_REDIRECT) ||
		       type == ICMPV6_MLD2_REPORT;
	default:
		return false;
	}
}

#endif /* IPOIB_NEIGH_H */
