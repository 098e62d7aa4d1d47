// SPDX-License-Identifier: GPL-2.0
/* ib_device_ops.create_cq() gets the whole attribute bundle instead of struct ib_udata. */
#include <linux/module.h>
#include <rdma/ib_verbs.h>

static int test_create_cq(struct ib_cq *cq, const struct ib_cq_init_attr *attr,
			  struct uverbs_attr_bundle *attrs)
{
	return 0;
}

const struct ib_device_ops test_ops = {
	.create_cq = test_create_cq,
};

MODULE_LICENSE("GPL");
