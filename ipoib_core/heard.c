// SPDX-License-Identifier: GPL-2.0
/*
 * Who is heard: ARP (RFC 826) and neighbour discovery (RFC 4861) tell their sender's address, and
 * the HCA from which LID they came. What is made of it is path.c's.
 *
 * Only what is needed to find the address is looked at. A packet that the stack does not take makes
 * nobody send anything, and what it says is no more than a hint.
 */
#include <linux/if_arp.h>
#include <linux/ipv6.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "contract.h"
#include "path.h"

/* The part of an ARP packet that tells who sent it (RFC 4391 section 9.1.1) */
struct ipoib_arp {
	struct arphdr arp;
	u8 sender[IPOIB_HW_ADDR_LEN];
} __packed;

static_assert(sizeof(struct ipoib_arp) == 28);

/* The option of neighbour discovery with an address (RFC 4391 section 9.3) */
struct ipoib_nd_address {
	struct nd_opt_hdr head;
	__be16 zero;
	u8 hwaddr[IPOIB_HW_ADDR_LEN];
};

/* Options are counted in these. */
#define IPOIB_ND_UNIT	8

static_assert(sizeof(struct ipoib_nd_address) == 3 * IPOIB_ND_UNIT);

/* Messages from NDISC_ROUTER_SOLICITATION on: their length, and the option with an address. */
static const struct {
	u8 len;
	u8 option;
} ipoib_nd_messages[] = {
	{ 8, ND_OPT_SOURCE_LL_ADDR },	/* router solicitation */
	{ 16, ND_OPT_SOURCE_LL_ADDR },	/* router advertisement */
	{ 24, ND_OPT_SOURCE_LL_ADDR },	/* neighbour solicitation */
	{ 24, ND_OPT_TARGET_LL_ADDR },	/* neighbour advertisement */
};

void ipoib_accel_rx_arp(struct net_device *dev, const struct sk_buff *skb, u32 slid)
{
	const struct ipoib_arp *msg;
	struct ipoib_arp buf;

	ipoib_contract_rx_arp(ipoib_priv(dev));
	msg = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!msg || msg->arp.ar_hrd != htons(ARPHRD_INFINIBAND) ||
	    msg->arp.ar_hln != IPOIB_HW_ADDR_LEN)
		return;
	ipoib_path_heard(ipoib_priv(dev), msg->sender + IPOIB_ADDR_GID, slid);
}
EXPORT_SYMBOL_GPL(ipoib_accel_rx_arp);

/* Where the ICMPv6 header of a packet is, behind extension headers too; negative: it has none. */
static int ipoib_icmp6_offset(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf;
	__be16 fragment;
	u8 nexthdr;
	int offset;

	ip = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!ip)
		return -EINVAL;
	nexthdr = ip->nexthdr;
	offset = ipv6_skip_exthdr(skb, sizeof(*ip), &nexthdr, &fragment);
	return nexthdr == IPPROTO_ICMPV6 ? offset : -EINVAL;
}

/* The first option of type @type from @offset on, in @skb or in @buf, or NULL. */
static const struct ipoib_nd_address *
ipoib_nd_find(const struct sk_buff *skb, int offset, u8 type, struct ipoib_nd_address *buf)
{
	const struct nd_opt_hdr *option;
	struct nd_opt_hdr head;

	while ((option = skb_header_pointer(skb, offset, sizeof(head), &head))) {
		/* The length of what is not known has to be; one of 0 would have no end. */
		if (!option->nd_opt_len)
			return NULL;
		if (option->nd_opt_type == type)
			return option->nd_opt_len * IPOIB_ND_UNIT == sizeof(*buf) ?
			       skb_header_pointer(skb, offset, sizeof(*buf), buf) : NULL;
		offset += option->nd_opt_len * IPOIB_ND_UNIT;
	}
	return NULL;
}

void ipoib_accel_rx_nd(struct net_device *dev, const struct sk_buff *skb, u32 slid)
{
	const struct ipoib_nd_address *address;
	struct ipoib_nd_address buf;
	unsigned int message;
	const u8 *type;
	u8 type_buf;
	int offset;

	offset = ipoib_icmp6_offset(skb);
	if (offset < 0)
		return;
	type = skb_header_pointer(skb, offset, sizeof(type_buf), &type_buf);
	if (!type)
		return;
	message = *type - NDISC_ROUTER_SOLICITATION;
	if (message >= ARRAY_SIZE(ipoib_nd_messages))
		return;
	address = ipoib_nd_find(skb, offset + ipoib_nd_messages[message].len,
				ipoib_nd_messages[message].option, &buf);
	if (address)
		ipoib_path_heard(ipoib_priv(dev), address->hwaddr + IPOIB_ADDR_GID, slid);
}
EXPORT_SYMBOL_GPL(ipoib_accel_rx_nd);
