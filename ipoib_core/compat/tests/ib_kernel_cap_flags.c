// SPDX-License-Identifier: GPL-2.0
/* kernel-only HCA capabilities live in their own word: 5.19 */
#include <linux/module.h>
#include <rdma/ib_verbs.h>

bool test(const struct ib_device *hca);
bool test(const struct ib_device *hca)
{
	return hca->attrs.kernel_cap_flags & (IBK_UD_TSO | IBK_BLOCK_MULTICAST_LOOPBACK);
}

MODULE_LICENSE("GPL");
