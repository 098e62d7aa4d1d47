// SPDX-License-Identifier: GPL-2.0
/* napi_struct.gro_bitmask and rx_count: from 5.4 on; in a struct of their own from 6.15 on */
#include <linux/module.h>
#include <linux/netdevice.h>

bool test(const struct napi_struct *napi);
bool test(const struct napi_struct *napi)
{
	return !napi->gro_bitmask && !napi->rx_count && !napi->dev->gro_flush_timeout;
}

MODULE_LICENSE("GPL");
