// SPDX-License-Identifier: GPL-2.0
/* napi_build_skb(): 5.12 */
#include <linux/module.h>
#include <linux/skbuff.h>

struct sk_buff *test(void *data);
struct sk_buff *test(void *data)
{
	return napi_build_skb(data, 2048);
}

MODULE_LICENSE("GPL");
