/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_ND_H
#define IPOIB_ND_H

#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ndisc.h>

#include "ipoib_accel.h"

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

#endif /* IPOIB_ND_H */
