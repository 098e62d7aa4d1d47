// SPDX-License-Identifier: GPL-2.0
/* 6.5: what is about GSO has a header of its own. */
#include <linux/module.h>
#include <net/gso.h>

bool probe(const struct sk_buff *skb);
bool probe(const struct sk_buff *skb)
{
	return skb_gso_validate_network_len(skb, 2044);
}

MODULE_LICENSE("GPL");
