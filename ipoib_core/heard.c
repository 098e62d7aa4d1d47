// SPDX-License-Identifier: GPL-2.0
/*
 * Who is heard: ARP (RFC 826) and neighbour discovery (RFC 4861) tell their sender's address, and
 * the HCA from which LID they came. What is made of it is path.c's.
 *
 * Only what is needed to find the address is looked at. A packet that the stack does not take makes
 * nobody send anything, and what it says is no more than a hint.
 */
#include <linux/ipv6.h>
#include <net/ipv6.h>

#include "contract.h"
#include "neigh.h"
#include "path.h"
#include "qpn.h"

void ipoib_accel_rx_arp(struct net_device *dev, struct sk_buff *skb, u32 slid)
{
	const struct ipoib_arp_sender *msg;
	struct ipoib_arp_sender buf;

	ipoib_contract_rx(ipoib_priv(dev), "ipoib_accel_rx_prepare");
	msg = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!msg || msg->arp.ar_hrd != htons(ARPHRD_INFINIBAND) ||
	    msg->arp.ar_hln != IPOIB_HW_ADDR_LEN)
		return;
	ipoib_path_heard(ipoib_priv(dev), msg->hwaddr + IPOIB_ADDR_GID, slid);
	ipoib_qpn_heard_arp(ipoib_priv(dev), skb);
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
	unsigned int head;
	const u8 *type;
	u8 type_buf;
	int offset;

	offset = ipoib_icmp6_offset(skb);
	if (offset < 0)
		return;
	type = skb_header_pointer(skb, offset, sizeof(type_buf), &type_buf);
	if (!type)
		return;
	head = ipoib_nd_head(*type);
	if (!head)
		return;
	address = ipoib_nd_find(skb, offset + head, ipoib_nd_option(*type), &buf);
	if (address)
		ipoib_path_heard(ipoib_priv(dev), address->hwaddr + IPOIB_ADDR_GID, slid);
}
EXPORT_SYMBOL_GPL(ipoib_accel_rx_nd);
