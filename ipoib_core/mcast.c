// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast groups: which there are, and sending to them. Joining and leaving is in mcast_join.c.
 *
 * Senders find a group under RCU. A group with an address handle is used without a lock. Without
 * one, packets wait in a short queue, under mcast_lock; ipoib_mcast_set_ah() makes the handle
 * visible and takes the queue in one hold of that lock, so that no packet stays behind.
 */
#include "mcast.h"

#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "ah.h"
#include "params.h"

/* Any user may send to any group: the limits of what that costs. */
#define IPOIB_MCAST_SENDONLY	512	/* send-only groups of an interface */
#define IPOIB_MCAST_QUEUE	64	/* packets waiting for one group */
#define IPOIB_MCAST_QUEUE_ALL	2048	/* packets waiting for all groups of an interface */

static const struct rhashtable_params ipoib_mcast_params = {
	.key_len = sizeof(union ib_gid),
	.key_offset = offsetof(struct ipoib_mcast, mgid),
	.head_offset = offsetof(struct ipoib_mcast, hash),
	.automatic_shrinking = true,
};

static struct ipoib_mcast *ipoib_mcast_find(struct ipoib_dev *priv, const u8 *mgid)
{
	return rhashtable_lookup_fast(&priv->mcast_table, mgid, ipoib_mcast_params);
}

struct ipoib_mcast *ipoib_mcast_create(struct ipoib_dev *priv, const u8 *mgid, bool full)
{
	struct ipoib_mcast *mcast;

	lockdep_assert_held(&priv->mcast_lock);
	if (!full && priv->mcast_sendonly >= IPOIB_MCAST_SENDONLY)
		return NULL;
	mcast = kzalloc(sizeof(*mcast), GFP_ATOMIC);
	if (!mcast)
		return NULL;

	memcpy(mcast->mgid.raw, mgid, sizeof(mcast->mgid.raw));
	mcast->priv = priv;
	mcast->created = jiffies;
	mcast->retry_at = jiffies;
	mcast->used = jiffies / HZ;
	__skb_queue_head_init(&mcast->queue);
	if (full)
		__set_bit(IPOIB_MC_FULL, &mcast->flags);
	if (rhashtable_insert_fast(&priv->mcast_table, &mcast->hash, ipoib_mcast_params)) {
		kfree(mcast);
		return NULL;
	}
	list_add_tail(&mcast->node, &priv->mcasts);
	if (!full)
		priv->mcast_sendonly++;
	return mcast;
}

/* Takes the waiting packets off @mcast; mcast_lock held. */
static void ipoib_mcast_take_queue(struct ipoib_mcast *mcast, struct sk_buff_head *queue)
{
	mcast->priv->mcast_queued -= skb_queue_len(&mcast->queue);
	skb_queue_splice_init(&mcast->queue, queue);
}

static void ipoib_mcast_queue_skb(struct ipoib_mcast *mcast, struct sk_buff *skb)
{
	__skb_queue_tail(&mcast->queue, skb);
	mcast->priv->mcast_queued++;
}

void ipoib_mcast_drop_queue(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	struct sk_buff_head queue;
	struct sk_buff *skb;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&priv->mcast_lock);
	ipoib_mcast_take_queue(mcast, &queue);
	spin_unlock_bh(&priv->mcast_lock);
	while ((skb = __skb_dequeue(&queue)))
		ipoib_drop(priv, skb, IPOIB_DROP_UNREACHABLE);
}

void ipoib_mcast_remove(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	spin_lock_bh(&priv->mcast_lock);
	rhashtable_remove_fast(&priv->mcast_table, &mcast->hash, ipoib_mcast_params);
	list_del(&mcast->node);
	if (!test_bit(IPOIB_MC_FULL, &mcast->flags))
		priv->mcast_sendonly--;
	if (priv->broadcast == mcast)
		priv->broadcast = NULL;
	spin_unlock_bh(&priv->mcast_lock);

	ipoib_mcast_set_ah(mcast, NULL);
	ipoib_mcast_drop_queue(mcast);
	kfree_rcu(mcast, rcu);
}

void ipoib_mcast_set_ah(struct ipoib_mcast *mcast, struct ipoib_ah *ah)
{
	struct ipoib_dev *priv = mcast->priv;
	struct sk_buff_head queue;
	struct ipoib_ah *old;
	struct sk_buff *skb;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&priv->mcast_lock);
	old = rcu_dereference_protected(mcast->ah, lockdep_is_held(&priv->mcast_lock));
	rcu_assign_pointer(mcast->ah, ah);
	if (ah)
		ipoib_mcast_take_queue(mcast, &queue);
	spin_unlock_bh(&priv->mcast_lock);

	ipoib_ah_retire(priv, old);
	while ((skb = __skb_dequeue(&queue))) {
		skb_push(skb, IPOIB_HW_ADDR_LEN);
		dev_queue_xmit(skb);
	}
}

/* The slow way of ipoib_mcast_send(): the group is new or has no handle yet. */
static bool ipoib_mcast_wait(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	enum ipoib_drop why = IPOIB_DROP_NUM;
	struct ipoib_mcast *mcast;
	struct ipoib_ah *ah = NULL;
	bool created = false;

	spin_lock_bh(&priv->mcast_lock);
	mcast = ipoib_mcast_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (!mcast) {
		mcast = ipoib_mcast_create(priv, hwaddr + IPOIB_ADDR_GID, false);
		created = mcast;
	}
	if (mcast)
		ah = rcu_dereference_protected(mcast->ah, lockdep_is_held(&priv->mcast_lock));
	if (!mcast)
		why = IPOIB_DROP_MCAST_LIMIT;
	else if (!ah && (skb_queue_len(&mcast->queue) >= IPOIB_MCAST_QUEUE ||
			 priv->mcast_queued >= IPOIB_MCAST_QUEUE_ALL))
		why = IPOIB_DROP_MCAST_QUEUE;
	else if (!ah)
		ipoib_mcast_queue_skb(mcast, skb);
	spin_unlock_bh(&priv->mcast_lock);

	if (created)
		ipoib_mcast_kick(priv);
	if (why != IPOIB_DROP_NUM)
		ipoib_drop(priv, skb, why);
	else if (ah)
		priv->ops->send(priv->dev, skb, ah->ah, IPOIB_MCAST_QPN);
	return ah;
}

bool ipoib_mcast_send(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	unsigned long now = jiffies / HZ;
	struct ipoib_mcast *mcast;
	struct ipoib_ah *ah;

	mcast = ipoib_mcast_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (unlikely(!mcast))
		goto slow;
	if (READ_ONCE(mcast->used) != now)
		WRITE_ONCE(mcast->used, now);
	ah = rcu_dereference_bh(mcast->ah);
	if (unlikely(!ah))
		goto slow;
	priv->ops->send(priv->dev, skb, ah->ah, IPOIB_MCAST_QPN);
	return true;
slow:
	return ipoib_mcast_wait(priv, skb, hwaddr);
}

/*
 * Is @addr a group of this IPoIB link? Prefix and scope are those of the broadcast address (RFC 4391
 * section 4). The P_Key may be the one that the link had when the stack made the address: the link's
 * own is put there.
 */
static bool ipoib_mcast_addr_ok(const struct net_device *dev, const u8 *addr)
{
	return !memcmp(addr, dev->broadcast, 6);
}

/*
 * With umcast: did a program join the group by the RDMA core, so that joining it here would only
 * have each packet delivered twice? What this interface joined for sending is not asked about.
 */
static bool ipoib_mcast_is_users(struct ipoib_dev *priv, union ib_gid *mgid)
{
	struct ib_sa_mcmember_rec rec;

	if (!test_bit(IPOIB_F_UMCAST, &priv->flags) ||
	    ib_sa_get_mcmember_rec(priv->intf.hca, priv->intf.port, mgid, &rec))
		return false;
	ipoib_dbg_mcast(priv, "%pI6 is left to user space\n", mgid->raw);
	return true;
}

void ipoib_mcast_set_umcast(struct ipoib_dev *priv, bool on)
{
	if (on) {
		set_bit(IPOIB_F_UMCAST, &priv->flags);
		return;
	}
	clear_bit(IPOIB_F_UMCAST, &priv->flags);
	set_bit(IPOIB_F_MC_DIRTY, &priv->flags);
	ipoib_mcast_kick(priv);
}

/* One address of the netdev's list; mcast_lock held. */
static void ipoib_mcast_want(struct ipoib_dev *priv, const u8 *addr, unsigned int generation)
{
	struct ipoib_mcast *mcast;
	union ib_gid mgid;

	if (!ipoib_mcast_addr_ok(priv->dev, addr))
		return;
	memcpy(mgid.raw, addr + IPOIB_ADDR_GID, sizeof(mgid.raw));
	mgid.raw[4] = priv->intf.pkey >> 8;
	mgid.raw[5] = priv->intf.pkey & 0xff;

	mcast = ipoib_mcast_find(priv, mgid.raw);
	if (!mcast && ipoib_mcast_is_users(priv, &mgid))
		return;
	if (!mcast)
		mcast = ipoib_mcast_create(priv, mgid.raw, true);
	if (!mcast) {
		/* No memory: mcast_work looks at the list again. */
		set_bit(IPOIB_F_MC_DIRTY, &priv->flags);
		return;
	}
	mcast->seen = generation;
	if (!test_and_set_bit(IPOIB_MC_FULL, &mcast->flags)) {
		/* Was send-only: to be joined again, packets go on meanwhile. */
		priv->mcast_sendonly--;
		set_bit(IPOIB_MC_LOST, &mcast->flags);
	}
	clear_bit(IPOIB_MC_LEAVE, &mcast->flags);
}

void ipoib_mcast_sync(struct ipoib_dev *priv)
{
	struct net_device *dev = priv->dev;
	struct netdev_hw_addr *ha;
	struct ipoib_mcast *mcast;
	unsigned int generation;

	generation = priv->broadcast->seen + 1;
	netif_addr_lock_bh(dev);
	spin_lock(&priv->mcast_lock);
	priv->broadcast->seen = generation;
	netdev_for_each_mc_addr(ha, dev)
		ipoib_mcast_want(priv, ha->addr, generation);
	list_for_each_entry(mcast, &priv->mcasts, node) {
		if (test_bit(IPOIB_MC_FULL, &mcast->flags) && mcast->seen != generation)
			set_bit(IPOIB_MC_LEAVE, &mcast->flags);
	}
	spin_unlock(&priv->mcast_lock);
	netif_addr_unlock_bh(dev);
}

int ipoib_mcast_init(struct ipoib_dev *priv)
{
	INIT_LIST_HEAD(&priv->mcasts);
	spin_lock_init(&priv->mcast_lock);
	INIT_DELAYED_WORK(&priv->mcast_work, ipoib_mcast_work);
	return rhashtable_init(&priv->mcast_table, &ipoib_mcast_params);
}

void ipoib_mcast_exit(struct ipoib_dev *priv)
{
	cancel_delayed_work_sync(&priv->mcast_work);
	rhashtable_destroy(&priv->mcast_table);
}
