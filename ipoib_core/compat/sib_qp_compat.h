/* SPDX-License-Identifier: GPL-2.0 */
/* Who allocates a QP: the RDMA core, or before 5.15 the driver. Of tests/soft_ib, for device.c. */
#ifndef SIB_QP_COMPAT_H
#define SIB_QP_COMPAT_H

#include <linux/slab.h>

#include "../../tests/soft_ib/verbs.h"
#include "generated/features.h"

#ifdef HAVE_RDMA_CORE_ALLOCS_QP
#define SIB_QP_OPS					\
	.create_qp = sib_create_qp,			\
	.destroy_qp = sib_destroy_qp,			\
	INIT_RDMA_OBJ_SIZE(ib_qp, sib_qp, ibqp)
#else
static struct ib_qp *sib_qp_new(struct ib_pd *pd, struct ib_qp_init_attr *attr,
				struct ib_udata *udata)
{
	struct sib_qp *qp = kzalloc(sizeof(*qp), GFP_KERNEL);
	int err;

	if (!qp)
		return ERR_PTR(-ENOMEM);
	qp->ibqp.device = pd->device;
	qp->ibqp.pd = pd;
	qp->ibqp.qp_type = attr->qp_type;
	err = sib_create_qp(&qp->ibqp, attr, udata);
	if (!err)
		return &qp->ibqp;
	kfree(qp);
	return ERR_PTR(err);
}

static int sib_qp_delete(struct ib_qp *ibqp, struct ib_udata *udata)
{
	int err = sib_destroy_qp(ibqp, udata);

	if (!err)
		kfree(to_sib_qp(ibqp));
	return err;
}

#define SIB_QP_OPS					\
	.create_qp = sib_qp_new,			\
	.destroy_qp = sib_qp_delete
#endif

#endif /* SIB_QP_COMPAT_H */
