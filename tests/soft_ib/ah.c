// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: address handles.
 *
 * ib_core frees a destroyed AH at once, so a send that names a dead one must be noticed without a
 * look at it: strict mode finds the AH's record by the pointer's value. A record goes after a grace
 * period; senders copy the address vector while they hold the RCU read lock.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <rdma/ib_addr.h>

#include "verbs.h"

#define SIB_GRH_NEXT_HDR	0x1b	/* IBA 8.3.1: a transport header of InfiniBand follows */

static struct hlist_head *sib_ah_bucket(struct sib_verbs *verbs, const struct ib_ah *ah)
{
	return &verbs->ahs[hash_ptr(ah, ilog2(SIB_AH_BUCKETS))];
}

static int sib_av_fill(struct sib_av *av, const struct rdma_ah_attr *attr)
{
	const struct ib_global_route *route = rdma_ah_read_grh(attr);

	if (attr->type != RDMA_AH_ATTR_TYPE_IB || rdma_ah_get_port_num(attr) != SIB_PORT_NUM ||
	    rdma_ah_get_sl(attr) > 15)
		return -EINVAL;

	av->dlid = rdma_ah_get_dlid(attr);
	av->sl = rdma_ah_get_sl(attr);
	av->path_bits = rdma_ah_get_path_bits(attr);
	if (!(rdma_ah_get_ah_flags(attr) & IB_AH_GRH))
		return av->dlid < SIB_MCAST_LID || av->dlid == SIB_PERMISSIVE_LID ? 0 : -EINVAL;

	if (route->sgid_index >= SIB_GUID_TABLE_LEN)
		return -EINVAL;
	av->has_grh = true;
	av->sgid_index = route->sgid_index;
	av->grh.version_tclass_flow = cpu_to_be32(6u << 28 | route->traffic_class << 20 |
						  (route->flow_label & 0xfffff));
	av->grh.next_hdr = SIB_GRH_NEXT_HDR;
	av->grh.hop_limit = route->hop_limit;
	av->grh.dgid = route->dgid;
	return 0;
}

/**
 * sib_create_ah() - ib_device_ops.create_ah
 * @ibah: allocated and zeroed by ib_core
 * @init: attributes; its flags tell whether the caller may sleep
 * @udata: user context or NULL
 *
 * Return: 0 or a negative error.
 */
int sib_create_ah(struct ib_ah *ibah, struct rdma_ah_init_attr *init, struct ib_udata *udata)
{
	gfp_t gfp = init->flags & RDMA_CREATE_AH_SLEEPABLE ? GFP_KERNEL : GFP_ATOMIC;
	struct sib_verbs *verbs = to_sib_hca(ibah->device)->verbs;
	struct sib_ah *ah = to_sib_ah(ibah);
	struct sib_ah_rec *rec;
	unsigned long flags;
	int err;

	rec = kzalloc(sizeof(*rec), gfp);
	if (!rec)
		return -ENOMEM;
	err = sib_av_fill(&rec->av, init->ah_attr);
	if (err) {
		kfree(rec);
		return err;
	}

	rec->ah = ibah;
	rec->pd = ibah->pd;
	ah->rec = rec;
	ah->attr = *init->ah_attr;
	spin_lock_irqsave(&verbs->ah_lock, flags);
	hlist_add_head_rcu(&rec->node, sib_ah_bucket(verbs, ibah));
	spin_unlock_irqrestore(&verbs->ah_lock, flags);
	atomic_inc(&verbs->num_ahs);
	return 0;
}

/**
 * sib_query_ah() - ib_device_ops.query_ah
 * @ibah: the AH
 * @attr: gets the attributes it was made with
 *
 * Return: 0.
 */
int sib_query_ah(struct ib_ah *ibah, struct rdma_ah_attr *attr)
{
	*attr = to_sib_ah(ibah)->attr;
	attr->grh.sgid_attr = NULL;
	return 0;
}

/* Does a send that has not completed name this AH? */
static bool sib_ah_in_use(struct sib_hca *hca, const struct ib_ah *ah)
{
	struct sib_qp *qp;
	unsigned long qpn;
	bool used = false;

	rcu_read_lock();
	xa_for_each(&hca->qps, qpn, qp) {
		used = sib_sq_uses_ah(qp, ah);
		if (used)
			break;
	}
	rcu_read_unlock();
	return used;
}

/**
 * sib_destroy_ah() - ib_device_ops.destroy_ah
 * @ibah: the AH; ib_core frees it afterwards
 * @flags: whether the caller may sleep; we never do
 *
 * Return: 0: a client that destroys a busy AH is told by the strict counter.
 */
int sib_destroy_ah(struct ib_ah *ibah, u32 flags)
{
	struct sib_hca *hca = to_sib_hca(ibah->device);
	struct sib_ah_rec *rec = to_sib_ah(ibah)->rec;
	unsigned long irq_flags;

	spin_lock_irqsave(&hca->verbs->ah_lock, irq_flags);
	hlist_del_rcu(&rec->node);
	spin_unlock_irqrestore(&hca->verbs->ah_lock, irq_flags);
	if (sib_strict && sib_ah_in_use(hca, ibah))
		sib_violation(hca, SIB_STRICT_BUSY, "an AH to LID %#x with sends outstanding",
			      rec->av.dlid);
	atomic_dec(&hca->verbs->num_ahs);
	kfree_rcu(rec, rcu);
	return 0;
}

/**
 * sib_ah_get() - the record of the AH that a send names
 * @hca: the HCA
 * @ibah: what the client passed; in strict mode it may be dead
 *
 * Context: under rcu_read_lock().
 * Return: the record, or NULL when strict mode knows of no such AH.
 */
const struct sib_ah_rec *sib_ah_get(struct sib_hca *hca, struct ib_ah *ibah)
{
	const struct sib_ah_rec *rec;

	if (!sib_strict)
		return to_sib_ah(ibah)->rec;

	hlist_for_each_entry_rcu(rec, sib_ah_bucket(hca->verbs, ibah), node)
		if (rec->ah == ibah)
			return rec;
	return NULL;
}
