/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel APIs that tests/soft_ib uses and that differ between kernels, all in one place. */
#ifndef SIB_COMPAT_H
#define SIB_COMPAT_H

#include <linux/smp.h>
#include <rdma/ib_verbs.h>
#include <rdma/uverbs_ioctl.h>

#include "common.h"
#include "generated/features.h"

static inline void sib_csd_init(call_single_data_t *csd, smp_call_func_t fn, void *data)
{
#ifdef HAVE_INIT_CSD
	INIT_CSD(csd, fn, data);
#else
	*csd = (call_single_data_t){ .func = fn, .info = data };
#endif
}

/* Arguments of ib_device_ops.reg_user_mr. */
#ifdef HAVE_REG_USER_MR_DMAH
#define SIB_REG_USER_MR_ARGS						\
	struct ib_pd *ibpd, u64 start, u64 length, u64 virt_addr, int access, \
	struct ib_dmah *dmah, struct ib_udata *udata
#else
#define SIB_REG_USER_MR_ARGS						\
	struct ib_pd *ibpd, u64 start, u64 length, u64 virt_addr, int access, \
	struct ib_udata *udata
#endif

/* What create_cq is called with last; NULL when a kernel client makes the CQ. */
#ifdef HAVE_CREATE_CQ_ATTRS
#define SIB_CREATE_CQ_USER struct uverbs_attr_bundle
#else
#define SIB_CREATE_CQ_USER struct ib_udata
#endif

/* What only kernel clients may use of an HCA; each is for some. */
static inline void sib_set_kernel_caps(struct ib_device_attr *attr, bool tso, bool vf, bool lkey,
				       bool block_loopback)
{
#ifdef HAVE_IB_KERNEL_CAP_FLAGS
	attr->kernel_cap_flags = (tso ? IBK_UD_TSO : 0) | (vf ? IBK_VIRTUAL_FUNCTION : 0) |
				 (lkey ? IBK_LOCAL_DMA_LKEY : 0) |
				 (block_loopback ? IBK_BLOCK_MULTICAST_LOOPBACK : 0);
#else
	if (tso)
		attr->device_cap_flags |= IB_DEVICE_UD_TSO;
	if (vf)
		attr->device_cap_flags |= IB_DEVICE_VIRTUAL_FUNCTION;
	if (lkey)
		attr->device_cap_flags |= IB_DEVICE_LOCAL_DMA_LKEY;
	if (block_loopback)
		attr->device_cap_flags |= IB_DEVICE_BLOCK_MULTICAST_LOOPBACK;
#endif
}

#endif /* SIB_COMPAT_H */
