// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: what its HCAs have and have not: a module parameter for each property by which real HCAs
 * differ. README.md says which driver has which. Limits hold for UD QPs and are announced; ib_mad's
 * QPs have what ib_mad needs, as on any HCA.
 */
#include <linux/module.h>

#include "verbs.h"

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

module_param_named(vectors, sib_props.vectors, uint, 0444);
MODULE_PARM_DESC(vectors, "completion vectors of each HCA, 1 to 64 (default 8)");
module_param_named(max_send_sge, sib_props.max_send_sge, uint, 0444);
MODULE_PARM_DESC(max_send_sge, "entries of a send's list, 1 to 32 (default 32)");
module_param_named(max_recv_sge, sib_props.max_recv_sge, uint, 0444);
MODULE_PARM_DESC(max_recv_sge, "entries of a receive's list, 1 to 32 (default 32)");
module_param_named(max_qp_wr, sib_props.max_qp_wr, uint, 0444);
MODULE_PARM_DESC(max_qp_wr, "requests of a queue, 1 to 32768 (default 32768)");
module_param_named(max_cqe, sib_props.max_cqe, uint, 0444);
MODULE_PARM_DESC(max_cqe, "completions of a CQ, 1280 (ib_mad's) to 1048576 (default)");
module_param_named(max_qp, sib_props.max_qp, uint, 0444);
MODULE_PARM_DESC(max_qp, "UD QPs of an HCA (default 65536)");
module_param_named(max_groups, sib_props.max_groups, uint, 0444);
MODULE_PARM_DESC(max_groups, "multicast groups that QPs of an HCA may be in (default 16384)");
module_param_named(max_cq_period, sib_props.max_cq_period, uint, 0444);
MODULE_PARM_DESC(max_cq_period, "longest moderation in us; 0: there is none (default 65535)");
module_param_named(offload, sib_props.offload, bool, 0444);
MODULE_PARM_DESC(offload, "HCAs offer checksums and segmentation (default on)");
module_param_named(csum, sib_props.csum, bool, 0444);
MODULE_PARM_DESC(csum, "with offload, they offer checksums (default on)");
module_param_named(tso, sib_props.tso, bool, 0444);
MODULE_PARM_DESC(tso, "with offload, they offer segmentation (default on)");
module_param_named(lkey, sib_props.lkey, bool, 0444);
MODULE_PARM_DESC(lkey, "there is an lkey for all memory of the kernel (default on)");
module_param_named(block_loopback, sib_props.block_loopback, bool, 0444);
MODULE_PARM_DESC(block_loopback, "QPs can be spared their own multicasts (default on)");
module_param_named(missed_events, sib_props.missed_events, bool, 0444);
MODULE_PARM_DESC(missed_events, "arming a CQ tells of completions (default on), or interrupts");
module_param_named(wqe_blocks, sib_props.wqe_blocks, bool, 0444);
MODULE_PARM_DESC(wqe_blocks, "max_qp_wr counts blocks; sends take several (default off)");
module_param_named(attach_ready, sib_props.attach_ready, bool, 0444);
MODULE_PARM_DESC(attach_ready, "a QP in RESET cannot be attached to a group (default off)");

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

/* Places of the queue that a send takes where its descriptor is made of blocks of 64 bytes. */
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
