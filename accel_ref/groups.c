// SPDX-License-Identifier: GPL-2.0
/*
 * The groups whose packets the primary QP receives.
 *
 * An HCA may fail to detach a QP from a group, for want of memory say, and the core does not ask
 * twice. But a QP that is attached is not destroyed (-EBUSY), nor then are its CQs: their handlers
 * would be called with what is freed here. So what was not left is remembered, and tried again:
 * with the next change of groups, and before the QP goes.
 */
#include "silence.h"

#include <linux/slab.h>

/* How many failures it takes to give up, and how long none is begun after, before the QP goes. */
#define REF_LEAVE_TRIES		3
#define REF_LEAVE_TIME		(10 * HZ)

/**
 * struct ref_group - a group that the primary QP is attached to
 * @node: in ref_priv.groups
 * @gid: which
 * @mlid: its LID, host order
 * @unwanted: the core has left it, the HCA has not
 * @refusals: how often in a row it has not while the core wanted to join it anew
 */
struct ref_group {
	struct list_head node;
	union ib_gid gid;
	u16 mlid;
	bool unwanted;
	unsigned int refusals;
};

static struct ref_group *ref_group_find(const struct ref_priv *priv, const union ib_gid *gid,
					u16 mlid)
{
	struct ref_group *group;

	list_for_each_entry(group, &priv->groups, node) {
		if (group->mlid == mlid && !memcmp(&group->gid, gid, sizeof(*gid)))
			return group;
	}
	return NULL;
}

/*
 * One of the two verbs, of @group: it may take as long as a change of a QP's state. -EBUSY: it was
 * too soon to give it.
 */
static int ref_group_ask(struct ref_priv *priv, struct ref_group *group,
			 int (*verb)(struct ib_qp *qp, union ib_gid *gid, u16 mlid))
{
	int err = -EBUSY;

	mutex_lock(&priv->qp_mutex);
	if (!ref_hca_is_silent(priv)) {
		ref_hca_ask(priv);
		err = verb(priv->qps[0].qp, &group->gid, group->mlid);
		ref_hca_answered(priv, err);
	}
	mutex_unlock(&priv->qp_mutex);
	return err;
}

/* Detaches from @group, which is freed; or it becomes the last one to be tried again. */
static int ref_group_leave(struct ref_priv *priv, struct ref_group *group)
{
	int err = ref_group_ask(priv, group, ib_detach_mcast);

	if (err) {
		if (!group->unwanted && ref_may_log(priv))
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

/*
 * HCAs know a membership by GID and QP number alone (mlx4, mlx5): what is left later of a group
 * that has another LID now would be the one that is wanted. So that goes first. Backwards: what the
 * HCA does not leave is moved to the end, where it is not met again.
 */
static int ref_group_leave_old(struct ref_priv *priv, const union ib_gid *gid)
{
	struct ref_group *group, *next;
	int err;

	list_for_each_entry_safe_reverse(group, next, &priv->groups, node) {
		if (!group->unwanted || memcmp(&group->gid, gid, sizeof(*gid)))
			continue;
		err = ref_group_leave(priv, group);
		/* It says so at every try, whether there is such a membership or not. */
		if (err && err != -EINVAL)
			return err;
	}
	return 0;
}

/* Has the core joined the group of @old anew, with another LID? */
static bool ref_group_is_back(const struct ref_priv *priv, const struct ref_group *old)
{
	const struct ref_group *group;

	list_for_each_entry(group, &priv->groups, node) {
		if (!group->unwanted && !memcmp(&group->gid, &old->gid, sizeof(old->gid)))
			return true;
	}
	return false;
}

/* Until the first failure: an HCA that takes long for each takes it once. */
static void ref_groups_leave_unwanted(struct ref_priv *priv)
{
	struct ref_group *group, *next;

	list_for_each_entry_safe(group, next, &priv->groups, node) {
		if (group->unwanted && !ref_group_is_back(priv, group) &&
		    ref_group_leave(priv, group))
			return;
	}
}

static int ref_group_attach(struct ref_priv *priv, struct ref_group *group)
{
	int err = ref_group_leave_old(priv, &group->gid);

	return err ?: ref_group_ask(priv, group, ib_attach_mcast);
}

/*
 * The core joins the group anew that the HCA has left neither now nor before, and says that it is
 * no member, by -EINVAL. If that is so it becomes one; an HCA that has the membership after all
 * takes it for done (mlx4, rdmavt).
 */
static int ref_group_attach_again(struct ref_priv *priv, struct ref_group *group)
{
	int err;

	group->unwanted = false;
	err = ref_group_attach(priv, group);
	group->unwanted = err;
	if (!err)
		ref_groups_leave_unwanted(priv);
	return err;
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
	struct ref_group *group = ref_group_find(priv, gid, mlid);
	int err;

	if (group && !group->unwanted)
		return 0;
	if (group) {
		err = ref_group_leave(priv, group);
		if (err == -EINVAL)
			return ref_group_attach_again(priv, group);
		/*
		 * Whether it has the membership still is not known, nor for how long: the core asks
		 * again. One that goes on to refuse has it.
		 */
		if (err && ++group->refusals < REF_LEAVE_TRIES)
			return err;
		if (err) {
			group->unwanted = false;
			group->refusals = 0;
			return 0;
		}
	}
	group = kzalloc(sizeof(*group), GFP_KERNEL);
	if (!group)
		return -ENOMEM;
	group->gid = *gid;
	group->mlid = mlid;
	err = ref_group_attach(priv, group);
	if (err) {
		kfree(group);
		return err;
	}
	list_add(&group->node, &priv->groups);
	/* Now that it is in the list; and last: after one that takes long none is asked for. */
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
	struct ref_group *group = ref_group_find(priv, gid, mlid);
	int err;

	if (!group || group->unwanted)
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

	while (!list_empty(&priv->groups) && failures < REF_LEAVE_TRIES &&
	       time_before(jiffies, end)) {
		mutex_lock(&priv->qp_mutex);
		ref_hca_ask_again(priv);
		mutex_unlock(&priv->qp_mutex);
		group = list_first_entry(&priv->groups, struct ref_group, node);
		if (ref_group_leave(priv, group))
			failures++;
	}
	list_for_each_entry_safe(group, next, &priv->groups, node) {
		list_del(&group->node);
		kfree(group);
	}
}
