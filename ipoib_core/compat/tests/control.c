// SPDX-License-Identifier: GPL-2.0
/* The control: compiles on every kernel, or the headers or the compiler are broken. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <rdma/ib_verbs.h>

MODULE_LICENSE("GPL");
