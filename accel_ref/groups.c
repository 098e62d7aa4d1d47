// SPDX-License-Identifier: GPL-2.0
/*
 * The groups whose packets the primary QP receives.
 *
 * An HCA may fail to detach a QP from a group, for want of memory say, and the core does not ask
 * twice. But a QP that is attached is not destroyed (-EBUSY), nor then are its CQs: their handlers
 * would be called with what is freed here. So what was not left is remembered, and tried again:
 * after the next change, before the group is joined anew, and before the QP goes. HCAs know a
 * membership by GID and QP number alone (mlx4, mlx5), whatever the LID: so there is one a GID here,
 * too.
 */
#include "silence.h"

#include <linux/slab.h>

/* How many refusals it takes to believe that the HCA has a membership and does not end it. */
#define REF_LEAVE_TRIES		3
/* After a change none is tried for so long when the HCA has not answered the last one. */
#define REF_LEAVE_WAIT		(60 * HZ)
/* How long none is begun after that is not the second, before the QP goes. */
#define REF_LEAVE_TIME		(10 * HZ)

/**
 * struct ref_group - a group that the primary QP is attached to
 * @node: in ref_priv.groups
 * @gid: which; no other one has it
 * @mlid: its LID, host order
 * @unwanted: the core has left it, the HCA has not
 * @refusals: how often the HCA was asked in vain since the core wants to join it anew
 */
struct ref_group {
	struct list_head node;
	union ib_gid gid;
	u16 mlid;
	bool unwanted;
	unsigned int refusals;
};

static struct ref_group *ref_group_find(const struct ref_priv *priv, const union ib_gid *gid)
{
	struct ref_group *group;

	list_for_each_entry(group, &priv->groups, node) {
		if (!memcmp(&group->gid, gid, sizeof(*gid)))
			return group;
	}
	return NULL;
}

/*
 * One of the two verbs, of @group. The RDMA core asks for the QP's port first, and goes on when
 * that has failed: an HCA that does not answer would be waited for twice.
 */
static int ref_group_ask(struct ref_priv *priv, struct ref_group *group,
			 int (*verb)(struct ib_qp *qp, union ib_gid *gid, u16 mlid))
{
	int err = REF_NOT_ASKED;

	mutex_lock(&priv->qp_mutex);
	ref_qp_state(&priv->qps[0]);
	if (!ref_hca_is_silent(priv)) {
		ref_hca_ask(priv);
		err = verb(priv->qps[0].qp, &group->gid, group->mlid);
		ref_hca_answered(priv, false, err);
	}
	mutex_unlock(&priv->qp_mutex);
	return err;
}

/*
 * Detaches from @group, which is freed; or it is unwanted, and the last one to be tried again.
 * -EINVAL then says that the HCA has no such membership: it has ended it after all, the first time.
 * ib_core counts memberships whose end succeeds, and does not destroy the QP before that is all.
 */
static int ref_group_leave(struct ref_priv *priv, struct ref_group *group)
{
	int err = ref_group_ask(priv, group, ib_detach_mcast);

	if (err == -EINVAL && group->unwanted) {
		atomic_dec(&priv->qps[0].qp->usecnt);
		err = 0;
	}
	if (err) {
		/* Of one that does not answer something was said already. */
		if (!group->unwanted && !ref_hca_is_silent(priv) && ref_may_log(priv))
			netdev_warn(priv->dev, "the HCA does not leave group %pI6: error %d; trying on\n",
				    group->gid.raw, err);
		group->unwanted = true;
		list_move_tail(&group->node, &priv->groups);
		return err;
	}
	list_del(&group->node);
	kfree(group);
	return 0;
}

/* What is left over, until the HCA refuses one: that waits for another change. */
static void ref_groups_leave_unwanted(struct ref_priv *priv)
{
	struct ref_group *group, *next;

	if (time_in_range(jiffies, priv->leave_next - REF_LEAVE_WAIT, priv->leave_next - 1))
		return;
	list_for_each_entry_safe(group, next, &priv->groups, node) {
		if (!group->unwanted || !ref_group_leave(priv, group))
			continue;
		if (ref_hca_is_silent(priv))
			priv->leave_next = jiffies + REF_LEAVE_WAIT;
		return;
	}
}

/**
 * ref_attach_mcast() - ipoib_ops.attach_mcast
 * @dev: the interface
 * @gid: group
 * @mlid: its LID, host order
 *
 * Context: process.
 * Return: 0 or a negative errno, then the core tries again.
 */
int ref_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	struct ref_priv *priv = ref_priv(dev);
	struct ref_group *group = ref_group_find(priv, gid);
	int err;

	if (group && !group->unwanted && group->mlid == mlid)
		return 0;
	/* What would be left later, with another LID, would be the membership that is wanted. */
	err = group ? ref_group_leave(priv, group) : 0;
	if (err) {
		/* These come from nearer than the HCA; and one that goes on to refuse has it. */
		if (err == REF_NOT_ASKED || err == -ENOMEM || ++group->refusals < REF_LEAVE_TRIES)
			return err;
		group->mlid = mlid;
		group->unwanted = false;
		group->refusals = 0;
		return 0;
	}
	group = kzalloc(sizeof(*group), GFP_KERNEL);
	if (!group)
		return -ENOMEM;
	group->gid = *gid;
	group->mlid = mlid;
	err = ref_group_ask(priv, group, ib_attach_mcast);
	if (err) {
		kfree(group);
		return err;
	}
	list_add(&group->node, &priv->groups);
	ref_groups_leave_unwanted(priv);
	return 0;
}

/**
 * ref_detach_mcast() - ipoib_ops.detach_mcast
 * @dev: the interface
 * @gid: group
 * @mlid: its LID, host order
 *
 * Context: process.
 * Return: 0; -ENOENT; what the HCA said, then it is tried again.
 */
int ref_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	struct ref_priv *priv = ref_priv(dev);
	struct ref_group *group = ref_group_find(priv, gid);
	int err;

	if (!group || group->unwanted || group->mlid != mlid)
		return -ENOENT;
	err = ref_group_leave(priv, group);
	if (!err)
		ref_groups_leave_unwanted(priv);
	return err;
}

/**
 * ref_groups_leave() - detach from whatever is left: the QP is about to be destroyed
 * @priv: the interface; the core has left all of them
 *
 * Context: process, under RTNL.
 */
void ref_groups_leave(struct ref_priv *priv)
{
	unsigned long end = jiffies + REF_LEAVE_TIME;
	struct ref_group *group, *next;
	unsigned int failures = 0;

	while (!list_empty(&priv->groups) && failures < REF_LEAVE_TRIES) {
		mutex_lock(&priv->qp_mutex);
		ref_hca_ask_again(priv);
		mutex_unlock(&priv->qp_mutex);
		group = list_first_entry(&priv->groups, struct ref_group, node);
		/* A stall of the HCA's that a first try waits for is no reason to keep the QP. */
		if (ref_group_leave(priv, group) && failures++ && time_after(jiffies, end))
			break;
	}
	/* Else ib_core would not destroy the QP: its handlers and CQs would outlive us. */
	list_for_each_entry_safe(group, next, &priv->groups, node) {
		atomic_dec(&priv->qps[0].qp->usecnt);
		list_del(&group->node);
		kfree(group);
	}
}
