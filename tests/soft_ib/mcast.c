// SPDX-License-Identifier: GPL-2.0
/* soft_ib: which QPs of an HCA are attached to a multicast group. */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "verbs.h"

#define SIB_MCAST_BUCKETS	128

/**
 * struct sib_mcast_member - a QP in a group
 * @node: in its bucket
 * @rcu: the packet path walks buckets under RCU
 * @gid: the group
 * @lid: its LID when it was attached
 * @qp: the QP; ib_core keeps it while it is attached
 */
struct sib_mcast_member {
	struct hlist_node node;
	struct rcu_head rcu;
	union ib_gid gid;
	u16 lid;
	struct sib_qp *qp;
};

/**
 * struct sib_mcast_table - all members of all groups of an HCA
 * @lock: one writer at a time
 * @groups: how many groups have a member
 * @buckets: hashed by group
 */
struct sib_mcast_table {
	struct mutex lock; /* writers of the table */
	unsigned int groups;
	struct hlist_head buckets[SIB_MCAST_BUCKETS];
};

static struct hlist_head *sib_mcast_bucket(struct sib_mcast_table *table, const union ib_gid *gid)
{
	return &table->buckets[jhash2((const u32 *)gid->raw, 4, 0) % SIB_MCAST_BUCKETS];
}

static bool sib_gid_equal(const union ib_gid *a, const union ib_gid *b)
{
	return a->global.subnet_prefix == b->global.subnet_prefix &&
	       a->global.interface_id == b->global.interface_id;
}

/**
 * sib_mcast_init() - makes the table of an HCA
 * @hca: the HCA
 *
 * Return: 0 or -ENOMEM.
 */
int sib_mcast_init(struct sib_hca *hca)
{
	hca->mcast = kzalloc(sizeof(*hca->mcast), GFP_KERNEL);
	if (!hca->mcast)
		return -ENOMEM;
	mutex_init(&hca->mcast->lock);
	return 0;
}

/**
 * sib_mcast_exit() - frees the table
 * @hca: an HCA without QPs
 */
void sib_mcast_exit(struct sib_hca *hca)
{
	struct sib_mcast_member *member;
	struct hlist_node *next;
	int i;

	for (i = 0; i < SIB_MCAST_BUCKETS; i++) {
		hlist_for_each_entry_safe(member, next, &hca->mcast->buckets[i], node) {
			sib_violation(hca, SIB_STRICT_LEAK, "a QP attached to %pI6",
				      member->gid.raw);
			kfree(member);
		}
	}
	kfree(hca->mcast);
	hca->mcast = NULL;
}

static struct sib_mcast_member *sib_mcast_find(struct sib_mcast_table *table,
					       const struct sib_qp *qp, const union ib_gid *gid)
{
	struct sib_mcast_member *member;

	lockdep_assert_held(&table->lock);
	hlist_for_each_entry(member, sib_mcast_bucket(table, gid), node)
		if (member->qp == qp && sib_gid_equal(&member->gid, gid))
			return member;
	return NULL;
}

static bool sib_mcast_has(struct sib_mcast_table *table, const union ib_gid *gid)
{
	struct sib_mcast_member *member;

	lockdep_assert_held(&table->lock);
	hlist_for_each_entry(member, sib_mcast_bucket(table, gid), node)
		if (sib_gid_equal(&member->gid, gid))
			return true;
	return false;
}

/**
 * sib_attach_mcast() - ib_device_ops.attach_mcast
 * @ibqp: a UD QP
 * @gid: the group
 * @lid: its LID; packets, and memberships, are told apart by their GID
 *
 * Attaching twice, with another LID too, is one membership, which is undone once: as with mlx4 and
 * mlx5, while ib_core counts calls, and does not let a QP be destroyed that was not left as often.
 *
 * Return: 0, -ENOMEM, or -EINVAL for a QP in RESET on an HCA with attach_ready=1.
 */
int sib_attach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid)
{
	struct sib_hca *hca = to_sib_hca(ibqp->device);
	struct sib_mcast_table *table = hca->mcast;
	struct sib_mcast_member *member;
	bool known;
	int err = 0;

	if (sib_props.attach_ready && READ_ONCE(to_sib_qp(ibqp)->state) == IB_QPS_RESET)
		return sib_refuse(hca, -EINVAL, "a QP in RESET attached to a group");
	mutex_lock(&table->lock);
	member = sib_mcast_find(table, to_sib_qp(ibqp), gid);
	if (member)
		goto out;
	known = sib_mcast_has(table, gid);
	if (!known && table->groups >= sib_props.max_groups) {
		err = sib_refuse(hca, -ENOMEM, "more than max_groups groups");
		goto out;
	}
	member = kzalloc(sizeof(*member), GFP_KERNEL);
	if (!member) {
		err = -ENOMEM;
		goto out;
	}
	member->gid = *gid;
	member->lid = lid;
	member->qp = to_sib_qp(ibqp);
	table->groups += !known;
	hlist_add_head_rcu(&member->node, sib_mcast_bucket(table, gid));
out:
	mutex_unlock(&table->lock);
	return err;
}

/**
 * sib_detach_mcast() - ib_device_ops.detach_mcast
 * @ibqp: a UD QP
 * @gid: the group
 * @lid: its LID
 *
 * The packet path may still deliver to the QP until the end of a grace period; destroying or
 * resetting a QP waits for one.
 *
 * Return: 0, or -EINVAL when the QP is not attached; -EIO by detach_error_once.
 */
int sib_detach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid)
{
	struct sib_hca *hca = to_sib_hca(ibqp->device);
	struct sib_mcast_table *table = hca->mcast;
	struct sib_mcast_member *member;
	int err = 0;

	if (unlikely(sib_fault_detach(hca, ibqp->qp_num)))
		return -EIO;
	mutex_lock(&table->lock);
	member = sib_mcast_find(table, to_sib_qp(ibqp), gid);
	if (!member) {
		err = -EINVAL;
	} else {
		hlist_del_rcu(&member->node);
		kfree_rcu(member, rcu);
		table->groups -= !sib_mcast_has(table, gid);
	}
	mutex_unlock(&table->lock);
	return err;
}

/**
 * sib_mcast_forget() - ends all memberships of a QP that is destroyed
 * @qp: the QP, which nothing is delivered to after the next grace period
 *
 * ib_core lets nobody destroy one that is attached, but for who lowers its count after refusals.
 *
 * Context: process.
 */
void sib_mcast_forget(struct sib_qp *qp)
{
	struct sib_mcast_table *table = qp->hca->mcast;
	struct sib_mcast_member *member;
	struct hlist_node *next;
	unsigned int i;

	mutex_lock(&table->lock);
	for (i = 0; i < ARRAY_SIZE(table->buckets); i++) {
		hlist_for_each_entry_safe(member, next, &table->buckets[i], node) {
			if (member->qp != qp)
				continue;
			hlist_del_rcu(&member->node);
			table->groups -= !sib_mcast_has(table, &member->gid);
			kfree_rcu(member, rcu);
		}
	}
	mutex_unlock(&table->lock);
}

/**
 * sib_mcast_for_each() - visits the QPs attached to a group
 * @hca: the HCA
 * @gid: the group
 * @fn: called for each
 * @pkt: passed to @fn
 *
 * Context: under rcu_read_lock().
 * Return: QPs visited.
 */
unsigned int sib_mcast_for_each(struct sib_hca *hca, const union ib_gid *gid,
				void (*fn)(struct sib_qp *qp, const struct sib_pkt *pkt),
				const struct sib_pkt *pkt)
{
	struct sib_mcast_member *member;
	unsigned int n = 0;

	hlist_for_each_entry_rcu(member, sib_mcast_bucket(hca->mcast, gid), node) {
		if (!sib_gid_equal(&member->gid, gid))
			continue;
		fn(member->qp, pkt);
		n++;
	}
	return n;
}

/**
 * sib_mcast_show() - writes a line "in QPN GROUP LID" for each QP in a group
 * @hca: the HCA
 * @seq: where to
 *
 * Context: process.
 */
void sib_mcast_show(struct sib_hca *hca, struct seq_file *seq)
{
	struct sib_mcast_member *member;
	int i;

	mutex_lock(&hca->mcast->lock);
	for (i = 0; i < SIB_MCAST_BUCKETS; i++)
		hlist_for_each_entry(member, &hca->mcast->buckets[i], node)
			seq_printf(seq, "in %06x %16phN 0x%04x\n", member->qp->qpn,
				   member->gid.raw, member->lid);
	mutex_unlock(&hca->mcast->lock);
}
