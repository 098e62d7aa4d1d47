// SPDX-License-Identifier: GPL-2.0
/* 5.6: ICMP from ndo_start_xmit, which does not read what a qdisc left in skb->cb. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <net/icmp.h>

void probe(struct sk_buff *skb)
{
	icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 0);
	icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, 0);
}

MODULE_LICENSE("GPL");
