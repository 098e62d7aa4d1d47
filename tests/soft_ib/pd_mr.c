// SPDX-License-Identifier: GPL-2.0
/* soft_ib: protection domains, memory regions and the check of scatter/gather lists. */
#include <linux/slab.h>

#include "verbs.h"

/**
 * sib_alloc_pd() - ib_device_ops.alloc_pd
 * @ibpd: allocated and zeroed by ib_core
 * @udata: user context or NULL
 *
 * Return: 0.
 */
int sib_alloc_pd(struct ib_pd *ibpd, struct ib_udata *udata)
{
	atomic_inc(&to_sib_hca(ibpd->device)->verbs->num_pds);
	return 0;
}

/**
 * sib_dealloc_pd() - ib_device_ops.dealloc_pd
 * @ibpd: the PD; ib_core knows that nothing uses it
 * @udata: user context or NULL
 *
 * Return: 0.
 */
int sib_dealloc_pd(struct ib_pd *ibpd, struct ib_udata *udata)
{
	atomic_dec(&to_sib_hca(ibpd->device)->verbs->num_pds);
	return 0;
}

static int sib_mr_insert(struct sib_mr *mr, struct ib_pd *ibpd)
{
	struct sib_hca *hca = to_sib_hca(ibpd->device);
	u32 index;
	int err;

	/* ib_core sets these after we return; a send may look at them as soon as it has the key. */
	mr->ibmr.device = ibpd->device;
	mr->ibmr.pd = ibpd;
	/* Cyclic: the key of a dead region stays invalid for a long time. */
	err = xa_alloc_cyclic(&hca->mrs, &index, mr, XA_LIMIT(2, (1u << 24) - 1),
			      &hca->verbs->next_mr, GFP_KERNEL);
	if (err < 0)
		return err;

	mr->ibmr.lkey = index << SIB_LKEY_SHIFT;
	mr->ibmr.rkey = mr->ibmr.lkey;
	return 0;
}

/**
 * sib_get_dma_mr() - ib_device_ops.get_dma_mr: all of the kernel's memory
 * @ibpd: the PD
 * @access: ignored: UD has local accesses only
 *
 * Return: the region or an error pointer.
 */
struct ib_mr *sib_get_dma_mr(struct ib_pd *ibpd, int access)
{
	struct sib_mr *mr = kzalloc(sizeof(*mr), GFP_KERNEL);
	int err;

	if (!mr)
		return ERR_PTR(-ENOMEM);

	err = sib_mr_insert(mr, ibpd);
	if (err) {
		kfree(mr);
		return ERR_PTR(err);
	}
	return &mr->ibmr;
}

/**
 * sib_dereg_mr() - ib_device_ops.dereg_mr
 * @ibmr: the region
 * @udata: user context or NULL
 *
 * Return: 0.
 */
int sib_dereg_mr(struct ib_mr *ibmr, struct ib_udata *udata)
{
	struct sib_mr *mr = container_of(ibmr, struct sib_mr, ibmr);
	struct sib_hca *hca = to_sib_hca(ibmr->device);

	xa_erase(&hca->mrs, ibmr->lkey >> SIB_LKEY_SHIFT);
	synchronize_rcu();	/* sib_check_lkey() */
	kfree(mr);
	return 0;
}

static int sib_check_lkey(struct sib_hca *hca, const struct ib_pd *pd, u32 lkey)
{
	u32 index = lkey >> SIB_LKEY_SHIFT;
	const struct sib_mr *mr;
	int err = -EINVAL;

	rcu_read_lock();
	mr = xa_load(&hca->mrs, index);
	if (!mr || mr->ibmr.lkey != lkey) {
		bool was_valid = !(lkey & ((1u << SIB_LKEY_SHIFT) - 1)) && index >= 2 &&
				 index < READ_ONCE(hca->verbs->next_mr);

		sib_violation(hca, was_valid ? SIB_STRICT_MR_DEAD : SIB_STRICT_BAD_LKEY,
			      "lkey %#x", lkey);
	} else if (mr->ibmr.pd != pd) {
		sib_violation(hca, SIB_STRICT_PD_MISMATCH, "lkey %#x", lkey);
	} else {
		err = 0;
	}
	rcu_read_unlock();
	return err;
}

/**
 * sib_take_sges() - checks a work request's scatter/gather list and copies it
 * @hca: the HCA
 * @pd: the QP's PD
 * @from: the list
 * @num: its entries
 * @max: entries that the queue was made for
 * @to: where to, room for @max
 * @len: set to the bytes that the list describes
 *
 * Return: 0, or -EINVAL after the violation has been counted.
 */
int sib_take_sges(struct sib_hca *hca, const struct ib_pd *pd, const struct ib_sge *from, int num,
		  int max, struct ib_sge *to, u32 *len)
{
	u64 sum = 0;
	int i;

	if (unlikely(num < 0 || num > max)) {
		sib_violation(hca, SIB_STRICT_BAD_SGE, "%d entries, the queue has %d", num, max);
		return -EINVAL;
	}
	for (i = 0; i < num; i++) {
		u64 addr = from[i].addr;
		u32 length = from[i].length;

		to[i] = from[i];
		/* A card reads the length 0 of a descriptor as 2 GiB. */
		if (unlikely(!length)) {
			sib_violation(hca, SIB_STRICT_BAD_SGE, "entry %d has no length", i);
			return -EINVAL;
		}
		if (unlikely(from[i].lkey != SIB_LOCAL_DMA_LKEY || !sib_props.lkey) &&
		    sib_check_lkey(hca, pd, from[i].lkey))
			return -EINVAL;
		/* Virtual DMA: the address must be one of the kernel's and not wrap. */
		if (unlikely(addr < PAGE_OFFSET || addr + length < addr)) {
			sib_violation(hca, SIB_STRICT_BAD_SGE, "address %#llx, %u bytes", addr,
				      length);
			return -EINVAL;
		}
		sum += length;
	}
	if (unlikely(sum > SZ_1G)) {
		sib_violation(hca, SIB_STRICT_BAD_SGE, "%llu bytes", sum);
		return -EINVAL;
	}
	*len = sum;
	return 0;
}
