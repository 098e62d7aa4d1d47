// SPDX-License-Identifier: GPL-2.0
/* soft_ib: an HCA as ib_core sees it: attributes, tables, registration. */
#include <linux/module.h>
#include <linux/slab.h>
#include <rdma/ib_addr.h>

#include "../../ipoib_core/compat/sib_qp_compat.h"
#include "meter.h"
#include "verbs.h"

#define SIB_FW_VER		BIT_ULL(32)	/* major 1 */

static int sib_query_device(struct ib_device *ibdev, struct ib_device_attr *attr,
			    struct ib_udata *udata)
{
	struct sib_hca *hca = to_sib_hca(ibdev);

	/* From 7.x on ib_core passes none. */
	if (udata && (udata->inlen || udata->outlen))
		return -EINVAL;

	attr->fw_ver = SIB_FW_VER;
	attr->sys_image_guid = hca->sys_image_guid;
	attr->max_mr_size = ~0ull;
	attr->page_size_cap = PAGE_SIZE;
	attr->hw_ver = 1;
	attr->max_qp = sib_props.max_qp;
	attr->max_qp_wr = sib_props.max_qp_wr;
	attr->device_cap_flags = IB_DEVICE_BAD_PKEY_CNTR | IB_DEVICE_BAD_QKEY_CNTR |
				 IB_DEVICE_CURR_QP_STATE_MOD | IB_DEVICE_PORT_ACTIVE_EVENT |
				 IB_DEVICE_SYS_IMAGE_GUID | IB_DEVICE_RESIZE_MAX_WR;
	if (sib_props.csum)
		attr->device_cap_flags |= IB_DEVICE_UD_IP_CSUM;
	sib_set_kernel_caps(attr, sib_props.tso, sib_virtual, sib_props.lkey,
			    sib_props.block_loopback);
	attr->max_send_sge = sib_props.max_send_sge;
	attr->max_recv_sge = sib_props.max_recv_sge;
	attr->max_cq = 1 << 16;
	attr->max_cqe = sib_props.max_cqe;
	attr->max_mr = 1 << 16;
	attr->max_pd = 1 << 16;
	attr->max_mcast_grp = sib_props.max_groups;
	attr->max_mcast_qp_attach = 1 << 14;
	attr->max_total_mcast_qp_attach = 1 << 20;
	attr->max_ah = 1 << 20;
	attr->max_pkeys = SIB_PKEY_TABLE_LEN;
	attr->local_ca_ack_delay = 15;
	attr->cq_caps.max_cq_moderation_count = sib_props.max_cq_period ? U16_MAX : 0;
	attr->cq_caps.max_cq_moderation_period = sib_props.max_cq_period;
	return 0;
}

static int sib_query_port(struct ib_device *ibdev, compat_port_t port_num,
			  struct ib_port_attr *attr)
{
	sib_fault_slow(to_sib_hca(ibdev));
	if (READ_ONCE(to_sib_hca(ibdev)->faults.query_port_error))
		return -EIO;
	sib_port_query(to_sib_hca(ibdev), attr);
	return 0;
}

static int sib_query_pkey(struct ib_device *ibdev, compat_port_t port_num, u16 index, u16 *pkey)
{
	if (index >= SIB_PKEY_TABLE_LEN)
		return -EINVAL;
	if (READ_ONCE(to_sib_hca(ibdev)->faults.query_pkey_error))
		return -EIO;
	*pkey = READ_ONCE(to_sib_hca(ibdev)->port.pkeys[index]);
	return 0;
}

static int sib_query_gid(struct ib_device *ibdev, compat_port_t port_num, int index,
			 union ib_gid *gid)
{
	if (index < 0 || index >= SIB_GUID_TABLE_LEN)
		return -EINVAL;
	sib_port_gid(&to_sib_hca(ibdev)->port, index, gid);
	return 0;
}

static int sib_port_immutable(struct ib_device *ibdev, compat_port_t port_num,
			      struct ib_port_immutable *immutable)
{
	immutable->pkey_tbl_len = SIB_PKEY_TABLE_LEN;
	immutable->gid_tbl_len = SIB_GUID_TABLE_LEN;
	immutable->core_cap_flags = RDMA_CORE_PORT_IBA_IB | (sib_opa ? RDMA_CORE_CAP_OPA_AH : 0);
	immutable->max_mad_size = IB_MGMT_MAD_SIZE;
	return 0;
}

static void sib_fw_str(struct ib_device *ibdev, char *str)
{
	snprintf(str, IB_FW_VERSION_NAME_MAX, "1.0.0");
}

struct sib_ucontext {
	struct ib_ucontext ibucontext;
};

static int sib_alloc_ucontext(struct ib_ucontext *context, struct ib_udata *udata)
{
	return 0;
}

static void sib_dealloc_ucontext(struct ib_ucontext *context)
{
}

/* Lets ib_uverbs drop its users when the HCA goes: we have given them nothing to revoke. */
static void sib_disassociate_ucontext(struct ib_ucontext *context)
{
}

/*
 * Must exist for ib_core to take the device for a provider of kernel verbs. There are no user QPs
 * that could send from a region.
 */
static struct ib_mr *sib_reg_user_mr(SIB_REG_USER_MR_ARGS)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static int sib_create_cq(struct ib_cq *ibcq, const struct ib_cq_init_attr *attr,
			 SIB_CREATE_CQ_USER *user)
{
	return user ? -EOPNOTSUPP : sib_alloc_cq(ibcq, attr);
}

static const struct ib_device_ops sib_device_ops = {
	.owner = THIS_MODULE,
	.driver_id = RDMA_DRIVER_UNKNOWN,
	.uverbs_abi_ver = 1,

	.query_device = sib_query_device,
	.modify_device = sib_modify_device,
	.get_dev_fw_str = sib_fw_str,
	.query_port = sib_query_port,
	.modify_port = sib_modify_port,
	.get_port_immutable = sib_port_immutable,
	.query_pkey = sib_query_pkey,
	.query_gid = sib_query_gid,
	.process_mad = sib_process_mad,
	.alloc_ucontext = sib_alloc_ucontext,
	.dealloc_ucontext = sib_dealloc_ucontext,
	.disassociate_ucontext = sib_disassociate_ucontext,

	.alloc_pd = sib_alloc_pd,
	.dealloc_pd = sib_dealloc_pd,
	.get_dma_mr = sib_get_dma_mr,
	.reg_user_mr = sib_reg_user_mr,
	.dereg_mr = sib_dereg_mr,

	.create_ah = sib_create_ah,
	.query_ah = sib_query_ah,
	.destroy_ah = sib_destroy_ah,

	.create_cq = sib_create_cq,
	.destroy_cq = sib_destroy_cq,
	.poll_cq = sib_poll_cq,
	.req_notify_cq = sib_req_notify_cq,

	.modify_qp = sib_modify_qp,
	.query_qp = sib_query_qp,
	.attach_mcast = sib_attach_mcast,
	.detach_mcast = sib_detach_mcast,
	.post_send = sib_post_send,
	.post_recv = sib_post_recv,

	.set_vf_link_state = sib_set_vf_link_state,
	.get_vf_config = sib_get_vf_config,
	.get_vf_stats = sib_get_vf_stats,
	.get_vf_guid = sib_get_vf_guid,
	.set_vf_guid = sib_set_vf_guid,

	INIT_RDMA_OBJ_SIZE(ib_ah, sib_ah, ibah),
	INIT_RDMA_OBJ_SIZE(ib_cq, sib_cq, ibcq),
	INIT_RDMA_OBJ_SIZE(ib_pd, sib_pd, ibpd),
	SIB_QP_OPS,
	INIT_RDMA_OBJ_SIZE(ib_ucontext, sib_ucontext, ibucontext),
};

/* HCAs without moderation do not have the function either. */
static const struct ib_device_ops sib_moderation_ops = {
	.modify_cq = sib_modify_cq,
};

/**
 * sib_verbs_init() - makes the verbs half's state of an HCA
 * @hca: the HCA
 *
 * Return: 0 or -ENOMEM.
 */
int sib_verbs_init(struct sib_hca *hca)
{
	struct sib_verbs *verbs = kvzalloc(sizeof(*verbs), GFP_KERNEL);
	int err;

	if (!verbs)
		return -ENOMEM;
	spin_lock_init(&verbs->ah_lock);
	mutex_init(&verbs->cq_lock);
	INIT_LIST_HEAD(&verbs->cqs);
	spin_lock_init(&verbs->wire_lock);
	verbs->next_qpn = SIB_FIRST_QPN;
	verbs->next_mr = 2;
	xa_init_flags(&hca->qps, XA_FLAGS_ALLOC);
	xa_init_flags(&hca->mrs, XA_FLAGS_ALLOC);
	hca->verbs = verbs;
	err = sib_mcast_init(hca);
	if (err)
		kvfree(verbs);
	return err;
}

static void sib_check_leak(struct sib_hca *hca, int left, const char *what)
{
	if (left)
		sib_violation(hca, SIB_STRICT_LEAK, "%d %s left", left, what);
}

/**
 * sib_verbs_exit() - the opposite of sib_verbs_init()
 * @hca: an HCA that ib_core does not know any more
 */
void sib_verbs_exit(struct sib_hca *hca)
{
	struct sib_verbs *verbs = hca->verbs;

	sib_check_leak(hca, !xa_empty(&hca->qps), "QPs");
	sib_check_leak(hca, !xa_empty(&hca->mrs), "MRs");
	sib_check_leak(hca, atomic_read(&verbs->num_ahs), "AHs");
	sib_check_leak(hca, !list_empty(&verbs->cqs), "CQs");
	sib_check_leak(hca, atomic_read(&verbs->num_pds), "PDs");
	sib_mcast_exit(hca);
	xa_destroy(&hca->qps);
	xa_destroy(&hca->mrs);
	hca->verbs = NULL;
	kvfree(verbs);
}

static int sib_hca_register(struct sib_hca *hca)
{
	struct ib_device *ibdev = &hca->ibdev;
	int err;

	ibdev->dev.parent = hca->parent;
	ibdev->node_type = RDMA_NODE_IB_CA;
	ibdev->phys_port_cnt = 1;
	ibdev->num_comp_vectors = sib_props.vectors;
	ibdev->local_dma_lkey = sib_props.lkey ? SIB_LOCAL_DMA_LKEY : 0;
	ibdev->node_guid = hca->node_guid;
	snprintf(ibdev->node_desc, sizeof(ibdev->node_desc), "soft_ib HCA " SIB_DEVICE_NAME,
		 hca->index);
	/* What is set first stays. */
	if (sib_meter)
		ib_set_device_ops(ibdev, &sib_meter_ops);
	ib_set_device_ops(ibdev, &sib_device_ops);
	if (sib_props.max_cq_period)
		ib_set_device_ops(ibdev, &sib_moderation_ops);
	/* No DMA device: addresses are kernel pointers. */
	err = ib_register_device(ibdev, SIB_DEVICE_NAME, NULL);
	hca->registered = !err;
	return err;
}

/**
 * sib_hca_create() - makes an HCA and plugs it in
 * @fabric: the fabric
 * @index: its number: which port of the switch
 *
 * Return: 0 or a negative error.
 */
int sib_hca_create(struct sib_fabric *fabric, int index)
{
	struct device *parent;
	struct sib_hca *hca;
	int err;

	parent = sib_parent_create(index);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	hca = ib_alloc_device(sib_hca, ibdev);
	if (!hca) {
		err = -ENOMEM;
		goto err_parent;
	}
	hca->fabric = fabric;
	hca->parent = parent;
	hca->index = index;

	err = sib_verbs_init(hca);
	if (err)
		goto err_dealloc;
	err = sib_port_setup(hca);
	if (err)
		goto err_verbs;
	err = sib_hca_register(hca);
	if (err)
		goto err_port;
	fabric->devs[index] = hca;
	sib_port_attach(hca);
	return 0;

err_port:
	compat_port_teardown(hca);
err_verbs:
	sib_verbs_exit(hca);
err_dealloc:
	ib_dealloc_device(&hca->ibdev);
err_parent:
	sib_parent_destroy(parent);
	return err;
}

/**
 * sib_hca_destroy() - the opposite of sib_hca_create()
 * @fabric: the fabric
 * @index: which HCA
 */
void sib_hca_destroy(struct sib_fabric *fabric, int index)
{
	struct sib_hca *hca = fabric->devs[index];
	struct device *parent = hca->parent;

	fabric->devs[index] = NULL;
	sib_port_detach(hca);
	hca->registered = false;
	ib_unregister_device(&hca->ibdev);
	compat_port_teardown(hca);
	sib_verbs_exit(hca);
	ib_dealloc_device(&hca->ibdev);
	sib_parent_destroy(parent);
}
