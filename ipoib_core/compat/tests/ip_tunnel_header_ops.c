// SPDX-License-Identifier: GPL-2.0
/* Devices without a link-layer header share a struct header_ops of the kernel's. */
#include <linux/module.h>
#include <net/ip_tunnels.h>

const struct header_ops *test_header_ops(void)
{
	return &ip_tunnel_header_ops;
}

MODULE_LICENSE("GPL");
