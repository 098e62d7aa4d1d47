// SPDX-License-Identifier: GPL-2.0
/* Reasons for which packets are dropped, all of those that we have: 5.19 */
#include <linux/module.h>
#include <linux/skbuff.h>

void test(struct sk_buff *skb);
void test(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
	kfree_skb_reason(skb, SKB_DROP_REASON_DEV_HDR);
	kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
	kfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING);
	kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_DEAD);
	kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_FAILED);
	kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_QUEUEFULL);
	kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
	kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_BIG);
}

MODULE_LICENSE("GPL");
