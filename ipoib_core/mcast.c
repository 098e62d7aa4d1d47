// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast groups: which there are, and sending to them. The other kind of destinations (dest.c).
 * Joining and leaving is in mcast_join.c and mcast_member.c.
 *
 * Senders find a group under RCU. A group with an address handle is used without a lock. Without
 * one, packets wait in a short queue, under mcasts.lock; ipoib_mcast_set_ah() makes the handle
 * visible and takes the queue in one hold of that lock, so that no packet stays behind.
 *
 * Any user may send to any group. What the stack has on its list is not for him to take; nor are
 * the groups by which hosts and routers find each other (IPOIB_DEST_KNOWN, see dest.c). Of these
 * there are 16 million by which neighbours are asked for: one is known by a packet that asks, which
 * users cannot send, and of which the stack has no more under way than its table of neighbours has
 * room for. The others are known by such packets too: there are 512, which is all of a table. (Only
 * by one that finds no handle: by a handle packets go without a look at what they are.)
 */
#include "mcast.h"

#include <linux/slab.h>

#include "ah.h"
#include "neigh.h"
#include "notice.h"
#include "params.h"
#include "trace.h"

/* More limits: ipoib_max_sendonly_groups(), and those of joins in mcast_join.c. */
#define IPOIB_MCAST_QUEUE	64	/* packets waiting for one group */
#define IPOIB_MCAST_WANTED	16	/* joins in flight of groups on the stack's list */
#define IPOIB_MCAST_OTHERS	8	/* and of each other line */

/* Where MGIDs of IPoIB have their parts (RFC 4391 section 4): signature, P_Key, IP's group. */
#define IPOIB_MGID_SIGNATURE	2
#define IPOIB_MGID_PKEY		4
#define IPOIB_MGID_GROUP	6
#define IPOIB_SIGNATURE_IPV4	0x401b
#define IPOIB_SIGNATURE_IPV6	0x601b

static struct ipoib_mcast *ipoib_mcast_find(struct ipoib_dev *priv, const u8 *mgid)
{
	struct ipoib_dest *dest = ipoib_dest_find(&priv->mcasts, mgid);

	return dest ? ipoib_mcast_of(dest) : NULL;
}

/*
 * Do hosts and routers find each other by this group, to which @skb is sent? By solicited-node
 * groups (RFC 4291 section 2.7.1: ff02::1:ffXX:XXXX), if it asks for a neighbour, and by the first
 * 256 of either family (all routers, MLDv2, IGMPv3...), of link scope with IPv4, if it is a packet
 * that users cannot send: to these they may send what they like.
 */
static bool ipoib_mcast_is_known(const u8 *mgid, const struct sk_buff *skb)
{
	static const u8 solicited[] = { 0, 0, 0, 0, 0, 1, 0xff };
	static const u8 zero[9];
	const u8 *group = mgid + IPOIB_MGID_GROUP;

	switch (mgid[IPOIB_MGID_SIGNATURE] << 8 | mgid[IPOIB_MGID_SIGNATURE + 1]) {
	case IPOIB_SIGNATURE_IPV6:
		if (!memcmp(group, solicited, sizeof(solicited)))
			return ipoib_nd_is_solicitation(skb);
		fallthrough;
	case IPOIB_SIGNATURE_IPV4:
		return !memcmp(group, zero, sizeof(zero)) && ipoib_is_privileged(skb);
	default:
		return false;
	}
}

unsigned int ipoib_mcast_line(const struct ipoib_mcast *mcast)
{
	switch (READ_ONCE(mcast->dest.rank)) {
	case IPOIB_DEST_WANTED:
		return READ_ONCE(mcast->tries) ? IPOIB_MC_LINE_AGAIN : IPOIB_MC_LINE_WANTED;
	case IPOIB_DEST_KNOWN:
		return IPOIB_MC_LINE_KNOWN;
	default:
		return IPOIB_MC_LINE_OTHERS;
	}
}

/* Makes room for a send-only group; mcasts.lock held. Returns whether there is. */
static bool ipoib_mcast_evict(struct ipoib_dev *priv, enum ipoib_dest_rank rank)
{
	unsigned int limit = ipoib_max_sendonly_groups();
	/* Who sends to more and more groups does not keep those out that are worth more. */
	unsigned int dying = rank == IPOIB_DEST_KNOWN ? 2 * limit : limit;
	struct ipoib_dest *dest;

	while (priv->mcasts.count >= limit) {
		ipoib_notice(priv, IPOIB_NOTICE_GROUPS_FULL);
		/* So much is left to be left that mcast_work needs time. */
		if (priv->mcasts.dying >= dying)
			return false;
		dest = ipoib_dest_victim(&priv->mcasts, limit);
		trace_ipoib_group_evicted(priv, &dest->gid);
		ipoib_dest_remove(&priv->mcasts, dest, IPOIB_DROP_MCAST_LIMIT);
		priv->mcasts.dying++;
		set_bit(IPOIB_MC_LEAVE, &ipoib_mcast_of(dest)->flags);
		ipoib_mcast_kick(priv);
	}
	return true;
}

struct ipoib_mcast *ipoib_mcast_create(struct ipoib_dev *priv, const u8 *mgid,
				       enum ipoib_dest_rank rank)
{
	bool full = rank == IPOIB_DEST_WANTED;
	struct ipoib_mcast *mcast;

	lockdep_assert_held(&priv->mcasts.lock);
	if (!full && !ipoib_mcast_evict(priv, rank))
		return NULL;
	mcast = kzalloc(sizeof(*mcast), GFP_ATOMIC);
	if (!mcast)
		return NULL;

	mcast->priv = priv;
	mcast->created = jiffies;
	mcast->retry_at = jiffies;
	mcast->left_by = jiffies;
	if (full)
		__set_bit(IPOIB_MC_FULL, &mcast->flags);
	if (ipoib_dest_add(&priv->mcasts, &mcast->dest, mgid, rank)) {
		kfree(mcast);
		return NULL;
	}
	trace_ipoib_group_created(priv, &mcast->dest.gid);
	return mcast;
}

const char *ipoib_mcast_hint(int status)
{
	return status == -EINVAL ? ", is P_Key in a partition with IPoIB?" :
	       status == -ETIMEDOUT ? ", does a subnet manager run?" :
	       status == -EPROTO ? ", the subnet manager says an MTU that there is not" :
	       status == -EBADMSG ? ", the subnet manager gives it a LID that no group can have" :
	       status == -EIO ? ", this host's device refuses" : "";
}

enum ipoib_carrier_reason ipoib_mcast_reason(struct ipoib_dev *priv)
{
	enum ipoib_carrier_reason reason = IPOIB_CARRIER_REASON_COMING;
	struct ipoib_mcast *mcast;

	spin_lock_bh(&priv->mcasts.lock);
	mcast = priv->broadcast;
	if (mcast && !test_bit(IPOIB_MC_JOINED, &mcast->flags) &&
	    !test_bit(IPOIB_MC_REJOIN, &mcast->flags)) {
		switch (mcast->tries ? READ_ONCE(mcast->status) : 0) {
		case 0:
			reason = IPOIB_CARRIER_REASON_JOINING;
			break;
		case -EINVAL:
			reason = IPOIB_CARRIER_REASON_JOIN_REFUSED;
			break;
		case -ETIMEDOUT:
		case -EAGAIN:	/* The SA client knows of no SM. */
			reason = IPOIB_CARRIER_REASON_JOIN_NO_ANSWER;
			break;
		case -EPROTO:
			reason = IPOIB_CARRIER_REASON_GROUP_MTU;
			break;
		default:
			reason = IPOIB_CARRIER_REASON_JOIN_FAILED;
		}
	}
	spin_unlock_bh(&priv->mcasts.lock);
	return reason;
}

void ipoib_mcast_drop_queue(struct ipoib_mcast *mcast)
{
	struct ipoib_dest_table *mcasts = &mcast->priv->mcasts;

	spin_lock_bh(&mcasts->lock);
	ipoib_dest_drop(mcasts, &mcast->dest, IPOIB_DROP_UNREACHABLE);
	spin_unlock_bh(&mcasts->lock);
}

void ipoib_mcast_remove(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	trace_ipoib_group_left(priv, &mcast->dest.gid);
	spin_lock_bh(&priv->mcasts.lock);
	if (mcast->dest.dead)
		priv->mcasts.dying--;
	else
		ipoib_dest_remove(&priv->mcasts, &mcast->dest, IPOIB_DROP_UNREACHABLE);
	list_del(&mcast->dest.node);
	ipoib_dest_set_ah(&priv->mcasts, &mcast->dest, NULL);
	if (priv->broadcast == mcast)
		priv->broadcast = NULL;
	spin_unlock_bh(&priv->mcasts.lock);
	kfree_rcu(mcast, rcu);
}

void ipoib_mcast_set_ah(struct ipoib_mcast *mcast, struct ipoib_ah *ah)
{
	struct ipoib_dest_table *mcasts = &mcast->priv->mcasts;
	struct sk_buff_head queue;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&mcasts->lock);
	ipoib_dest_set_ah(mcasts, &mcast->dest, ah);
	if (ah)
		ipoib_dest_take(mcasts, &mcast->dest, &queue);
	spin_unlock_bh(&mcasts->lock);
	ipoib_dest_send(&queue);
}

struct ipoib_ah *ipoib_mcast_make_ah(struct ipoib_mcast *mcast)
{
	const struct ib_sa_mcmember_rec *rec = &mcast->rec;
	struct ipoib_dev *priv = mcast->priv;
	struct rdma_ah_attr attr = {
		.type = RDMA_AH_ATTR_TYPE_IB,
	};

	rdma_ah_set_dlid(&attr, be16_to_cpu(rec->mlid));
	rdma_ah_set_port_num(&attr, priv->intf.port);
	rdma_ah_set_sl(&attr, rec->sl);
	rdma_ah_set_static_rate(&attr, rec->rate);
	rdma_ah_set_grh(&attr, (union ib_gid *)&mcast->dest.gid, be32_to_cpu(rec->flow_label),
			priv->gid_index, rec->hop_limit, rec->traffic_class);
	return ipoib_ah_create(priv, &attr);
}

bool ipoib_mcast_is_client(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	struct ib_sa_mcmember_rec rec;

	return !ib_sa_get_mcmember_rec(priv->intf.hca, priv->intf.port, &mcast->dest.gid, &rec) &&
	       rec.join_state;
}

/* The group that @skb is sent to, be it a new one; mcasts.lock held. NULL: there is no room. */
static struct ipoib_mcast *ipoib_mcast_get(struct ipoib_dev *priv, const struct sk_buff *skb,
					   const u8 *mgid, bool *kick)
{
	enum ipoib_dest_rank rank = ipoib_mcast_is_known(mgid, skb) ? IPOIB_DEST_KNOWN :
								      IPOIB_DEST_FRESH;
	struct ipoib_mcast *mcast = ipoib_mcast_find(priv, mgid);

	*kick = true;
	if (!mcast)
		return ipoib_mcast_create(priv, mgid, rank);
	/* What somebody sent there before made it no more than a group: now it waits elsewhere. */
	if (rank == IPOIB_DEST_KNOWN && mcast->dest.rank < rank)
		ipoib_dest_set_rank(&priv->mcasts, &mcast->dest, rank);
	else
		*kick = false;
	return mcast;
}

/* The slow way of ipoib_mcast_send(): the group is new or has no handle yet. */
static bool ipoib_mcast_wait(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	struct ipoib_mcast *mcast;
	struct ipoib_ah *ah = NULL;
	bool kick;

	spin_lock_bh(&priv->mcasts.lock);
	mcast = ipoib_mcast_get(priv, skb, hwaddr + IPOIB_ADDR_GID, &kick);
	if (mcast)
		ah = ipoib_dest_ah(&priv->mcasts, &mcast->dest);
	if (!mcast)
		ipoib_drop(priv, skb, IPOIB_DROP_MCAST_LIMIT);
	else if (!ah)
		ipoib_dest_hold(&priv->mcasts, &mcast->dest, skb, IPOIB_MCAST_QUEUE,
				IPOIB_MCAST_QUEUE_ALL, IPOIB_DROP_MCAST_QUEUE);
	spin_unlock_bh(&priv->mcasts.lock);

	if (mcast && kick)
		ipoib_mcast_kick(priv);
	if (ah)
		priv->ops->send(priv->dev, skb, ah->ah, IPOIB_MCAST_QPN);
	return ah;
}

bool ipoib_mcast_send(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	struct ipoib_mcast *mcast;
	struct ipoib_ah *ah;

	mcast = ipoib_mcast_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (unlikely(!mcast))
		goto slow;
	ipoib_dest_touch(&mcast->dest);
	ah = rcu_dereference_bh(mcast->dest.ah);
	if (unlikely(!ah))
		goto slow;
	priv->ops->send(priv->dev, skb, ah->ah, IPOIB_MCAST_QPN);
	return true;
slow:
	return ipoib_mcast_wait(priv, skb, hwaddr);
}

/*
 * Is @addr a group of this IPoIB link? Prefix and scope are those of the broadcast address (RFC
 * 4391 section 4), the signature tells IPv4 from IPv6. The P_Key in it does not matter: it is the
 * one that the link had when the stack made the address up, or none, and ours is put in its place.
 */
static bool ipoib_mcast_addr_ok(const struct net_device *dev, const u8 *addr)
{
	return !memcmp(addr, dev->broadcast, IPOIB_ADDR_GID + IPOIB_MGID_SIGNATURE);
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

bool ipoib_mcast_is_other(struct ipoib_dev *priv)
{
	bool other;

	spin_lock_bh(&priv->mcasts.lock);
	other = priv->broadcast &&
		memcmp(priv->broadcast->dest.gid.raw, priv->dev->broadcast + IPOIB_ADDR_GID,
		       sizeof(priv->broadcast->dest.gid.raw));
	spin_unlock_bh(&priv->mcasts.lock);
	return other;
}

void ipoib_mcast_relist(struct ipoib_dev *priv)
{
	set_bit(IPOIB_F_MC_DIRTY, &priv->flags);
	ipoib_mcast_kick(priv);
}

void ipoib_mcast_doubt(struct ipoib_dev *priv, unsigned long since)
{
	struct ipoib_dest *dest;

	spin_lock_bh(&priv->mcasts.lock);
	list_for_each_entry(dest, &priv->mcasts.all, node) {
		struct ipoib_mcast *mcast = ipoib_mcast_of(dest);
		unsigned long asked_at = READ_ONCE(mcast->asked_at);

		/*
		 * Whatever state it is in: mcast_work may be making a member of it just now. And
		 * however old it is: jiffies come round.
		 */
		if (!time_in_range(asked_at, since + 1, jiffies))
			set_bit(IPOIB_MC_LOST, &mcast->flags);
	}
	spin_unlock_bh(&priv->mcasts.lock);
	ipoib_mcast_kick(priv);
}

void ipoib_mcast_set_umcast(struct ipoib_dev *priv, bool on)
{
	/* ndo_uninit, which cancels what this queues, does not come in between. */
	ASSERT_RTNL();
	if (on) {
		set_bit(IPOIB_F_UMCAST, &priv->flags);
		return;
	}
	clear_bit(IPOIB_F_UMCAST, &priv->flags);
	ipoib_mcast_relist(priv);
}

/* One address of the netdev's list; mcasts.lock held. */
static void ipoib_mcast_want(struct ipoib_dev *priv, const u8 *addr, unsigned int generation)
{
	struct ipoib_mcast *mcast;
	union ib_gid mgid;

	if (!ipoib_mcast_addr_ok(priv->dev, addr))
		return;
	memcpy(mgid.raw, addr + IPOIB_ADDR_GID, sizeof(mgid.raw));
	mgid.raw[IPOIB_MGID_PKEY] = priv->intf.pkey >> 8;
	mgid.raw[IPOIB_MGID_PKEY + 1] = priv->intf.pkey & 0xff;

	mcast = ipoib_mcast_find(priv, mgid.raw);
	if (!mcast && ipoib_mcast_is_users(priv, &mgid)) {
		/*
		 * Or was it us, and the SA has not answered yet that we leave, or the group is
		 * evicted and yet to be left? Who else leaves is not told either: look again.
		 */
		set_bit(IPOIB_F_MC_DIRTY, &priv->flags);
		return;
	}
	if (!mcast)
		mcast = ipoib_mcast_create(priv, mgid.raw, IPOIB_DEST_WANTED);
	if (!mcast) {
		/* No memory: mcast_work looks at the list again. */
		set_bit(IPOIB_F_MC_DIRTY, &priv->flags);
		return;
	}
	mcast->seen = generation;
	if (!test_and_set_bit(IPOIB_MC_FULL, &mcast->flags)) {
		/* Was send-only: to be joined again, packets go on meanwhile. */
		ipoib_dest_set_rank(&priv->mcasts, &mcast->dest, IPOIB_DEST_WANTED);
		WRITE_ONCE(mcast->tries, 0);
		set_bit(IPOIB_MC_LOST, &mcast->flags);
	}
	clear_bit(IPOIB_MC_LEAVE, &mcast->flags);
}

void ipoib_mcast_sync(struct ipoib_dev *priv)
{
	struct net_device *dev = priv->dev;
	struct netdev_hw_addr *ha;
	struct ipoib_dest *dest;
	unsigned int generation;

	generation = priv->broadcast->seen + 1;
	netif_addr_lock_bh(dev);
	spin_lock(&priv->mcasts.lock);
	priv->broadcast->seen = generation;
	netdev_for_each_mc_addr(ha, dev)
		ipoib_mcast_want(priv, ha->addr, generation);
	list_for_each_entry(dest, &priv->mcasts.all, node) {
		struct ipoib_mcast *mcast = ipoib_mcast_of(dest);

		if (test_bit(IPOIB_MC_FULL, &mcast->flags) && mcast->seen != generation)
			set_bit(IPOIB_MC_LEAVE, &mcast->flags);
	}
	spin_unlock(&priv->mcasts.lock);
	netif_addr_unlock_bh(dev);
}

int ipoib_mcast_init(struct ipoib_dev *priv)
{
	int ret;

	INIT_DELAYED_WORK(&priv->mcast_work, ipoib_mcast_work);
	ret = ipoib_dest_table_init(priv, &priv->mcasts, IPOIB_MC_LINES,
				    IPOIB_MCAST_WANTED +
				    (IPOIB_MC_LINES - 1) * IPOIB_MCAST_OTHERS,
				    IPOIB_MCAST_OTHERS);
	if (!ret)
		priv->mcasts.lines[IPOIB_MC_LINE_WANTED].slots = IPOIB_MCAST_WANTED;
	return ret;
}

void ipoib_mcast_exit(struct ipoib_dev *priv)
{
	cancel_delayed_work_sync(&priv->mcast_work);
	ipoib_dest_table_exit(&priv->mcasts);
}
