// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: what its HCAs have and have not: a module parameter for each property by which real HCAs
 * differ. README.md says which driver has which. Limits hold for UD QPs and are announced; ib_mad's
 * QPs have what ib_mad needs, as on any HCA.
 */
#include <linux/module.h>

#include "verbs.h"

#define SIB_PROP_BOOL(field, text)						\
	module_param_named(field, sib_props.field, bool, 0444);			\
	MODULE_PARM_DESC(field, text)
#define SIB_PROP_UINT(field, text)						\
	module_param_named(field, sib_props.field, uint, 0444);			\
	MODULE_PARM_DESC(field, text)

struct sib_props sib_props = {
	.vectors = 8,
	.max_send_sge = SIB_MAX_SGE,
	.max_recv_sge = SIB_MAX_SGE,
	.max_qp_wr = SIB_MAX_QP_WR,
	.max_cqe = SIB_MAX_CQE,
	.max_qp = 1 << 16,
	.max_groups = 1 << 14,
	.max_cq_period = U16_MAX,
	.offload = true,
	.csum = true,
	.tso = true,
	.lkey = true,
	.block_loopback = true,
	.missed_events = true,
};

SIB_PROP_UINT(vectors, "completion vectors of each HCA, 1 to 64 (default 8)");
SIB_PROP_UINT(max_send_sge, "entries of a send's list, 1 to 32 (default 32)");
SIB_PROP_UINT(max_recv_sge, "entries of a receive's list, 1 to 32 (default 32)");
SIB_PROP_UINT(max_qp_wr, "requests of a queue, 1 to 32768 (default 32768)");
SIB_PROP_UINT(max_cqe, "completions of a CQ, 1280 (ib_mad's) to 1048576 (default)");
SIB_PROP_UINT(max_qp, "UD QPs of an HCA (default 65536)");
SIB_PROP_UINT(max_groups, "multicast groups that QPs of an HCA may be in (default 16384)");
SIB_PROP_UINT(max_cq_period, "longest moderation in us; 0: there is none (default 65535)");
SIB_PROP_BOOL(offload, "HCAs offer checksums and segmentation (default on)");
SIB_PROP_BOOL(csum, "with offload, they offer checksums (default on)");
SIB_PROP_BOOL(tso, "with offload, they offer segmentation (default on)");
SIB_PROP_BOOL(lkey, "there is an lkey for all memory of the kernel (default on)");
SIB_PROP_BOOL(block_loopback, "QPs can be spared their own multicasts (default on)");
SIB_PROP_BOOL(missed_events, "arming a CQ tells of completions that are there (default on); off: the interrupt comes at once");
SIB_PROP_BOOL(wqe_blocks, "a send of several entries takes several places of max_qp_wr (default off)");
SIB_PROP_BOOL(attach_ready, "a QP in RESET cannot be attached to a group (default off)");

static bool sib_prop_ok(const char *name, unsigned int value, unsigned int min, unsigned int max)
{
	if (value >= min && value <= max)
		return true;
	pr_err("soft_ib: %s= must be %u to %u\n", name, min, max);
	return false;
}

/**
 * sib_props_check() - looks at the module parameters before anything is made of them
 *
 * Return: 0, or -EINVAL after a message.
 */
int sib_props_check(void)
{
	struct sib_props *props = &sib_props;

	props->csum &= props->offload;
	props->tso &= props->offload;
	if (sib_prop_ok("vectors", props->vectors, 1, SIB_MAX_VECTORS) &&
	    sib_prop_ok("max_send_sge", props->max_send_sge, 1, SIB_MAX_SGE) &&
	    sib_prop_ok("max_recv_sge", props->max_recv_sge, 1, SIB_MAX_SGE) &&
	    sib_prop_ok("max_qp_wr", props->max_qp_wr, 1, SIB_MAX_QP_WR) &&
	    sib_prop_ok("max_cqe", props->max_cqe, SIB_MIN_CQE, SIB_MAX_CQE) &&
	    sib_prop_ok("max_qp", props->max_qp, 0, 1 << 16) &&
	    sib_prop_ok("max_groups", props->max_groups, 0, 1 << 14) &&
	    sib_prop_ok("max_cq_period", props->max_cq_period, 0, U16_MAX))
		return 0;
	return -EINVAL;
}

/* Places of the send queue that one request takes where its descriptor is made of 64-byte blocks. */
static u32 sib_wqe_blocks(const struct ib_qp_init_attr *init)
{
	u32 bytes = 64 + 16 * init->cap.max_send_sge;

	if (init->create_flags & IB_QP_CREATE_IPOIB_UD_LSO)
		bytes += 32;
	return DIV_ROUND_UP(bytes, 64);
}

/**
 * sib_props_ud_qp() - can the HCA make this UD QP?
 * @init: what a client asks for
 *
 * Return: 0 or the error to refuse it with.
 */
int sib_props_ud_qp(const struct ib_qp_init_attr *init)
{
	const struct sib_props *props = &sib_props;
	const struct ib_qp_cap *cap = &init->cap;
	u32 flags = 0;

	if (props->tso)
		flags |= IB_QP_CREATE_IPOIB_UD_LSO;
	if (props->block_loopback)
		flags |= IB_QP_CREATE_BLOCK_MULTICAST_LOOPBACK;
	if (init->create_flags & ~flags)
		return -EOPNOTSUPP;
	if (cap->max_send_wr > props->max_qp_wr || cap->max_recv_wr > props->max_qp_wr ||
	    cap->max_send_sge > props->max_send_sge || cap->max_recv_sge > props->max_recv_sge)
		return -EINVAL;
	if (props->wqe_blocks &&
	    roundup_pow_of_two(cap->max_send_wr * sib_wqe_blocks(init)) > props->max_qp_wr)
		return -ENOMEM;
	return 0;
}
