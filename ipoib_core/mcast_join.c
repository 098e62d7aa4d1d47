// SPDX-License-Identifier: GPL-2.0
/*
 * Joining and leaving multicast groups.
 *
 * One work of each interface, mcast_work, does all of it, so that no two joins, leaves or removals
 * of a group meet. Others set bits and kick it: ndo_set_rx_mode, senders with a new group, and the
 * SA client's callbacks. It never waits for the SA: a join in flight is BUSY until its callback
 * sets DONE. ib_sa_free_multicast() only waits for a callback that is running, and the callback
 * takes nothing but mcasts.lock, so that ipoib_mcast_stop() may call it under RTNL.
 *
 *	          due               turn         answer 0
 *	  (idle) -----> (WAITING) -------> BUSY -----------> JOINED (+ATTACHED when FULL)
 *	     ^                              | error: back-off   | LOST: the fabric changed
 *	     +------------------------------+<------------------+
 *
 * Each pass of the work first brings all groups a step further, which may give slots back or put
 * groups into their lines, and then gives out what slots there are: none is free while one waits.
 * A group that is LOST keeps its handle and its attachment until the new answer says otherwise:
 * traffic goes on where the fabric still carries it.
 *
 * Of the broadcast group, JOINED and REJOIN are changed under mcasts.lock: ipoib_mcast_joined(), by
 * which link.c decides on the carrier, is the only one who is asked whether we are a member. REJOIN
 * ends when the port goes down, and when the SA has refused the group: its fourth answer in a row
 * without a change of the fabric between. An SA that does not answer takes nothing away.
 */
#include "mcast.h"

#include <linux/random.h>

#include "ah.h"
#include "params.h"
#include "port.h"

#define IPOIB_MCAST_BACKOFF_MAX	16	/* seconds between failed joins: 1, 2, 4, 8, 16, 16... */
/* The back-off after the fourth failure in a row: it is told, and a refusal taken for final. */
#define IPOIB_MCAST_BACKOFF_TELL	8
#define IPOIB_MCAST_IDLE	300	/* seconds until an unused send-only group is left */
#define IPOIB_MCAST_GC		(60 * HZ)
/* After an event all groups of all hosts are lost at once: spread their joins. */
#define IPOIB_MCAST_JITTER_MS	200

/* IBA 15.2.5.17 JoinState bits */
#define IPOIB_JOIN_FULL		0x01
#define IPOIB_JOIN_SEND_ONLY	0x08	/* SendOnlyFullMember */

/* What another group takes over from the broadcast group, so that the SA may create it. */
#define IPOIB_JOIN_LIKE_BROADCAST						\
	(IB_SA_MCMEMBER_REC_QKEY | IB_SA_MCMEMBER_REC_MTU_SELECTOR |		\
	 IB_SA_MCMEMBER_REC_MTU | IB_SA_MCMEMBER_REC_TRAFFIC_CLASS |		\
	 IB_SA_MCMEMBER_REC_RATE_SELECTOR | IB_SA_MCMEMBER_REC_RATE |		\
	 IB_SA_MCMEMBER_REC_SL | IB_SA_MCMEMBER_REC_FLOW_LABEL |		\
	 IB_SA_MCMEMBER_REC_HOP_LIMIT)

void ipoib_mcast_kick(struct ipoib_dev *priv)
{
	if (test_bit(IPOIB_F_MCAST, &priv->flags))
		mod_delayed_work(ipoib_wq, &priv->mcast_work, 0);
}

static unsigned long ipoib_mcast_jitter(void)
{
	return msecs_to_jiffies(get_random_u32() % IPOIB_MCAST_JITTER_MS);
}

void ipoib_mcast_retry(struct ipoib_dev *priv)
{
	unsigned long latest = jiffies + msecs_to_jiffies(IPOIB_MCAST_JITTER_MS);
	struct ipoib_dest *dest;

	spin_lock_bh(&priv->mcasts.lock);
	list_for_each_entry(dest, &priv->mcasts.all, node) {
		struct ipoib_mcast *mcast = ipoib_mcast_of(dest);

		mcast->backoff = 0;
		/* A group that was lost by the same event has its moment already. */
		if (mcast == priv->broadcast)
			mcast->retry_at = jiffies;
		else if (time_after(mcast->retry_at, latest))
			mcast->retry_at = jiffies + ipoib_mcast_jitter();
	}
	spin_unlock_bh(&priv->mcasts.lock);
	ipoib_mcast_kick(priv);
}

/* The SA client: a join was answered, or (-ENETRESET) a membership ended. */
static int ipoib_mcast_event(int status, struct ib_sa_multicast *multicast)
{
	struct ipoib_mcast *mcast = multicast->context;
	struct ipoib_dev *priv = mcast->priv;

	spin_lock_bh(&priv->mcasts.lock);
	if (mcast->dest.state == IPOIB_DEST_BUSY) {
		mcast->status = status;
		if (!status)
			mcast->rec = multicast->rec;
		set_bit(IPOIB_MC_DONE, &mcast->flags);
	} else {
		set_bit(IPOIB_MC_LOST, &mcast->flags);
	}
	spin_unlock_bh(&priv->mcasts.lock);
	ipoib_mcast_kick(priv);
	/* mcast_work frees the membership. */
	return 0;
}

static bool ipoib_mcast_busy(const struct ipoib_mcast *mcast)
{
	/* Only mcast_work, which this is, changes it from or to BUSY. */
	return READ_ONCE(mcast->dest.state) == IPOIB_DEST_BUSY;
}

/* Gives the slot of a join back; mcasts.lock held. ipoib_mcast_serve() is to follow. */
static void ipoib_mcast_release(struct ipoib_mcast *mcast)
{
	if (ipoib_mcast_busy(mcast))
		ipoib_dest_release(&mcast->priv->mcasts, &mcast->dest);
	clear_bit(IPOIB_MC_DONE, &mcast->flags);
}

static void ipoib_mcast_free_membership(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	if (mcast->multicast)
		ib_sa_free_multicast(mcast->multicast);
	mcast->multicast = NULL;
	spin_lock_bh(&priv->mcasts.lock);
	ipoib_mcast_release(mcast);
	spin_unlock_bh(&priv->mcasts.lock);
	clear_bit(IPOIB_MC_JOINED, &mcast->flags);
	clear_bit(IPOIB_MC_LOST, &mcast->flags);
}

static void ipoib_mcast_detach(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	if (!test_and_clear_bit(IPOIB_MC_ATTACHED, &mcast->flags))
		return;
	mutex_lock(&priv->op_lock);
	priv->ops->detach_mcast(priv->dev, &mcast->dest.gid, mcast->attached_mlid);
	mutex_unlock(&priv->op_lock);
}

static int ipoib_mcast_attach(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	u16 mlid = be16_to_cpu(mcast->rec.mlid);
	int ret;

	if (test_bit(IPOIB_MC_ATTACHED, &mcast->flags)) {
		if (mcast->attached_mlid == mlid)
			return 0;
		ipoib_mcast_detach(mcast);
	}
	mutex_lock(&priv->op_lock);
	ret = priv->ops->attach_mcast(priv->dev, &mcast->dest.gid, mlid);
	mutex_unlock(&priv->op_lock);
	if (ret && ret != -EEXIST)
		return ret;
	mcast->attached_mlid = mlid;
	set_bit(IPOIB_MC_ATTACHED, &mcast->flags);
	return 0;
}

static struct ipoib_ah *ipoib_mcast_make_ah(struct ipoib_mcast *mcast)
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

bool ipoib_mcast_joined(struct ipoib_dev *priv)
{
	bool joined;

	spin_lock_bh(&priv->mcasts.lock);
	joined = priv->broadcast && (test_bit(IPOIB_MC_JOINED, &priv->broadcast->flags) ||
				     test_bit(IPOIB_MC_REJOIN, &priv->broadcast->flags));
	spin_unlock_bh(&priv->mcasts.lock);
	return joined;
}

void ipoib_mcast_port_down(struct ipoib_dev *priv)
{
	bool changed = false;

	spin_lock_bh(&priv->mcasts.lock);
	if (priv->broadcast) {
		changed = test_and_clear_bit(IPOIB_MC_REJOIN, &priv->broadcast->flags);
		if (test_and_clear_bit(IPOIB_MC_JOINED, &priv->broadcast->flags)) {
			set_bit(IPOIB_MC_LOST, &priv->broadcast->flags);
			changed = true;
		}
	}
	spin_unlock_bh(&priv->mcasts.lock);
	if (changed)
		ipoib_mcast_kick(priv);
}

static const char *ipoib_mcast_hint(int status)
{
	return status == -EINVAL ? ", is P_Key in a partition with IPoIB?" :
	       status == -ETIMEDOUT ? ", does a subnet manager run?" : "";
}

/* The membership is gone for good: the handle too, so that no packet is sent to nobody. */
static void ipoib_mcast_give_up(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	spin_lock_bh(&priv->mcasts.lock);
	clear_bit(IPOIB_MC_REJOIN, &mcast->flags);
	spin_unlock_bh(&priv->mcasts.lock);
	ipoib_mcast_detach(mcast);
	ipoib_mcast_set_ah(mcast, NULL);
	/* Another reason than before, if there was one: worth a message. */
	clear_bit(IPOIB_F_CARRIER_LOGGED, &priv->flags);
}

static void ipoib_mcast_broadcast_failed(struct ipoib_mcast *mcast, int status)
{
	struct ipoib_dev *priv = mcast->priv;
	bool member = test_bit(IPOIB_MC_REJOIN, &mcast->flags);

	/* It is used meanwhile: there is nothing to say yet. */
	if (member && mcast->backoff < IPOIB_MCAST_BACKOFF_TELL)
		return;
	if (member && status == -EINVAL) {
		ipoib_mcast_give_up(mcast);
		member = false;
	}
	/* Once until it succeeds: an SM that is away must not fill the log. */
	if (test_and_set_bit(IPOIB_F_CARRIER_LOGGED, &priv->flags))
		return;
	if (member)
		netdev_warn(priv->dev,
			    "joining the broadcast group %pI6 again failed (%d)%s; used as it was; trying on\n",
			    mcast->dest.gid.raw, status, ipoib_mcast_hint(status));
	else
		netdev_warn(priv->dev,
			    "no carrier: joining the broadcast group %pI6 failed (%d)%s; trying on\n",
			    mcast->dest.gid.raw, status, ipoib_mcast_hint(status));
}

static void ipoib_mcast_failed(struct ipoib_mcast *mcast, int status)
{
	struct ipoib_dev *priv = mcast->priv;

	mcast->retry_at = jiffies + ipoib_dest_backoff(&mcast->backoff, IPOIB_MCAST_BACKOFF_MAX);
	ipoib_mcast_drop_queue(mcast);

	ipoib_dbg_mcast(priv, "joining %pI6: error %d\n", mcast->dest.gid.raw, status);
	if (mcast == priv->broadcast) {
		ipoib_mcast_broadcast_failed(mcast, status);
		return;
	}
	/* Somebody wants to receive it. Users choose groups, so the log is protected. */
	if (test_bit(IPOIB_MC_FULL, &mcast->flags) && mcast->backoff >= IPOIB_MCAST_BACKOFF_TELL &&
	    !test_and_set_bit(IPOIB_MC_TOLD, &mcast->flags) && net_ratelimit())
		netdev_warn(priv->dev, "joining the group %pI6 failed (%d)%s; trying on\n",
			    mcast->dest.gid.raw, status, ipoib_mcast_hint(status));
}

/* The link's parameters come from the broadcast group (RFC 4391 section 4). */
static int ipoib_mcast_broadcast_joined(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	unsigned int mtu = IPOIB_UD_MTU(ib_mtu_enum_to_int(mcast->rec.mtu));
	int ret;

	mutex_lock(&priv->op_lock);
	ret = priv->ops->set_qkey(priv->dev, be32_to_cpu(mcast->rec.qkey));
	mutex_unlock(&priv->op_lock);
	if (ret) {
		netdev_warn(priv->dev, "no carrier: setting the Q_Key failed (%d)\n", ret);
		return ret;
	}

	priv->intf.qkey = be32_to_cpu(mcast->rec.qkey);
	priv->bcast_rec = mcast->rec;
	mtu = min(mtu, IPOIB_UD_MTU(priv->intf.max_ib_mtu));
	if (READ_ONCE(priv->intf.link_mtu) != mtu) {
		WRITE_ONCE(priv->intf.link_mtu, mtu);
		set_bit(IPOIB_TODO_MTU, &priv->todo);
	}
	if (test_and_clear_bit(IPOIB_F_CARRIER_LOGGED, &priv->flags))
		netdev_info(priv->dev, "joined the broadcast group %pI6 after all\n",
			    mcast->dest.gid.raw);
	return 0;
}

/* An answer came: @mcast is BUSY and DONE. */
static void ipoib_mcast_finish(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	struct ipoib_ah *ah;
	int ret;

	spin_lock_bh(&priv->mcasts.lock);
	ret = mcast->status;
	ipoib_mcast_release(mcast);
	spin_unlock_bh(&priv->mcasts.lock);

	if (ret == -ENETRESET) {
		set_bit(IPOIB_MC_LOST, &mcast->flags);
		return;
	}
	if (!ret && mcast == priv->broadcast)
		ret = ipoib_mcast_broadcast_joined(mcast);
	if (!ret && test_bit(IPOIB_MC_FULL, &mcast->flags))
		ret = ipoib_mcast_attach(mcast);
	if (ret)
		goto failed;

	ah = ipoib_mcast_make_ah(mcast);
	if (IS_ERR(ah)) {
		ret = PTR_ERR(ah);
		goto failed;
	}
	ipoib_dbg_mcast(priv, "joined %pI6, MLID 0x%04x\n", mcast->dest.gid.raw,
			be16_to_cpu(mcast->rec.mlid));
	mcast->backoff = 0;
	if (test_and_clear_bit(IPOIB_MC_TOLD, &mcast->flags))
		netdev_info(priv->dev, "joined the group %pI6 after all\n", mcast->dest.gid.raw);
	/* The handle first: a member can send. */
	ipoib_mcast_set_ah(mcast, ah);
	spin_lock_bh(&priv->mcasts.lock);
	set_bit(IPOIB_MC_JOINED, &mcast->flags);
	clear_bit(IPOIB_MC_REJOIN, &mcast->flags);
	spin_unlock_bh(&priv->mcasts.lock);
	return;

failed:
	ipoib_mcast_free_membership(mcast);
	ipoib_mcast_failed(mcast, ret);
}

/* Asks the SA; @mcast has a slot. Returns whether an answer will come. */
static bool ipoib_mcast_join(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	struct ib_sa_multicast *multicast;
	struct ib_sa_mcmember_rec rec = {
		.mgid = mcast->dest.gid,
		.port_gid = priv->intf.local_gid,
		.pkey = cpu_to_be16(priv->intf.pkey),
		.join_state = IPOIB_JOIN_FULL,
	};
	ib_sa_comp_mask mask = IB_SA_MCMEMBER_REC_MGID | IB_SA_MCMEMBER_REC_PORT_GID |
			       IB_SA_MCMEMBER_REC_PKEY | IB_SA_MCMEMBER_REC_JOIN_STATE;

	if (mcast != priv->broadcast) {
		const struct ib_sa_mcmember_rec *link = &priv->bcast_rec;

		mask |= IPOIB_JOIN_LIKE_BROADCAST;
		rec.qkey = link->qkey;
		rec.mtu_selector = IB_SA_EQ;
		rec.mtu = link->mtu;
		rec.traffic_class = link->traffic_class;
		rec.rate_selector = IB_SA_EQ;
		rec.rate = link->rate;
		rec.sl = link->sl;
		rec.flow_label = link->flow_label;
		rec.hop_limit = link->hop_limit;
		if (!test_bit(IPOIB_MC_FULL, &mcast->flags))
			rec.join_state = IPOIB_JOIN_SEND_ONLY;
	}

	multicast = ib_sa_join_multicast(&ipoib_sa_client, priv->intf.hca, priv->intf.port, &rec,
					 mask, GFP_KERNEL, ipoib_mcast_event, mcast);
	if (!IS_ERR(multicast)) {
		mcast->multicast = multicast;
		return true;
	}
	ipoib_mcast_free_membership(mcast);
	ipoib_mcast_failed(mcast, PTR_ERR(multicast));
	return false;
}

/* Joins those whose turn it is, as far as there are slots. Returns whether one failed at once. */
static bool ipoib_mcast_serve(struct ipoib_dev *priv)
{
	struct ipoib_dest *dest;
	bool failed = false;

	for (;;) {
		spin_lock_bh(&priv->mcasts.lock);
		dest = ipoib_dest_grant(&priv->mcasts);
		spin_unlock_bh(&priv->mcasts.lock);
		if (!dest)
			return failed;
		if (!ipoib_mcast_join(ipoib_mcast_of(dest)))
			failed = true;
	}
}

static unsigned int ipoib_mcast_line(const struct ipoib_mcast *mcast)
{
	switch (READ_ONCE(mcast->dest.rank)) {
	case IPOIB_DEST_WANTED:
		return IPOIB_MC_LINE_WANTED;
	case IPOIB_DEST_KNOWN:
		return IPOIB_MC_LINE_KNOWN;
	default:
		return IPOIB_MC_LINE_OTHERS;
	}
}

/* Has @mcast wait for its turn to be joined, or not any more. */
static void ipoib_mcast_set_waiting(struct ipoib_mcast *mcast, bool waiting)
{
	struct ipoib_dest_table *mcasts = &mcast->priv->mcasts;
	unsigned int line = ipoib_mcast_line(mcast);
	struct ipoib_dest *dest = &mcast->dest;

	spin_lock_bh(&mcasts->lock);
	if (!waiting || dest->dead)
		ipoib_dest_unwait(mcasts, dest);
	else if (dest->state == IPOIB_DEST_IDLE || dest->line != line)
		ipoib_dest_wait(mcasts, dest, line);
	spin_unlock_bh(&mcasts->lock);
}

static bool ipoib_mcast_idle(const struct ipoib_mcast *mcast)
{
	return !test_bit(IPOIB_MC_FULL, &mcast->flags) &&
	       ipoib_seconds_since(&mcast->dest.used) > IPOIB_MCAST_IDLE;
}

static void ipoib_mcast_leave(struct ipoib_mcast *mcast)
{
	ipoib_dbg_mcast(mcast->priv, "leaving %pI6\n", mcast->dest.gid.raw);
	ipoib_mcast_detach(mcast);
	ipoib_mcast_free_membership(mcast);
	ipoib_mcast_remove(mcast);
}

/* May it be joined: is there a port, and what the broadcast group brings? */
static bool ipoib_mcast_possible(const struct ipoib_mcast *mcast)
{
	const struct ipoib_dev *priv = mcast->priv;

	if (!ipoib_port_active(priv->port))
		return false;
	return mcast == priv->broadcast ||
	       (priv->broadcast && test_bit(IPOIB_MC_JOINED, &priv->broadcast->flags));
}

/*
 * Brings one group a step further. Returns in how many jiffies to look at it again, 0: a callback
 * or an event will tell.
 */
static unsigned long ipoib_mcast_step(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	if (test_bit(IPOIB_MC_DONE, &mcast->flags))
		ipoib_mcast_finish(mcast);
	if (test_bit(IPOIB_MC_LEAVE, &mcast->flags) || ipoib_mcast_idle(mcast)) {
		ipoib_mcast_leave(mcast);
		return 0;
	}
	if (test_bit(IPOIB_MC_LOST, &mcast->flags)) {
		/* Under the lock: the port's work has written its state before it takes that. */
		spin_lock_bh(&priv->mcasts.lock);
		if (test_bit(IPOIB_MC_JOINED, &mcast->flags) && ipoib_port_active(priv->port))
			set_bit(IPOIB_MC_REJOIN, &mcast->flags);
		spin_unlock_bh(&priv->mcasts.lock);
		ipoib_mcast_free_membership(mcast);
		if (mcast != priv->broadcast)
			mcast->retry_at = jiffies + ipoib_mcast_jitter();
	}
	if (ipoib_mcast_busy(mcast))
		return 0;
	if (test_bit(IPOIB_MC_JOINED, &mcast->flags))
		return test_bit(IPOIB_MC_FULL, &mcast->flags) ? 0 : IPOIB_MCAST_GC;

	if (!ipoib_mcast_possible(mcast)) {
		ipoib_mcast_set_waiting(mcast, false);
		return 0;
	}
	if (time_before(jiffies, mcast->retry_at))
		return mcast->retry_at - jiffies;
	ipoib_mcast_set_waiting(mcast, true);
	return 0;
}

static struct ipoib_mcast *ipoib_mcast_next(struct ipoib_dev *priv, struct ipoib_mcast *mcast)
{
	struct list_head *all = &priv->mcasts.all, *next;

	spin_lock_bh(&priv->mcasts.lock);
	next = mcast ? mcast->dest.node.next : all->next;
	spin_unlock_bh(&priv->mcasts.lock);
	return next == all ? NULL : ipoib_mcast_of(list_entry(next, struct ipoib_dest, node));
}

/* Only says that there may be something to see: link.c looks for itself, under RTNL. */
static void ipoib_mcast_tell_link(struct ipoib_dev *priv)
{
	bool carrier = ipoib_mcast_joined(priv) && ipoib_port_active(priv->port);

	if (carrier == netif_carrier_ok(priv->dev) && !test_bit(IPOIB_TODO_MTU, &priv->todo) &&
	    !test_bit(IPOIB_F_NOTIFY, &priv->flags))
		return;
	set_bit(IPOIB_TODO_CARRIER, &priv->todo);
	ipoib_port_kick(priv->port);
}

void ipoib_mcast_work(struct work_struct *work)
{
	struct ipoib_dev *priv = container_of(to_delayed_work(work), struct ipoib_dev, mcast_work);
	struct ipoib_mcast *mcast, *next;
	unsigned long delay = 0;

	if (!test_bit(IPOIB_F_MCAST, &priv->flags))
		return;
	if (test_and_clear_bit(IPOIB_F_MC_DIRTY, &priv->flags))
		ipoib_mcast_sync(priv);

	/* The broadcast group is the first of the list: the others' joins need what it brings. */
	for (mcast = ipoib_mcast_next(priv, NULL); mcast; mcast = next) {
		unsigned long again;

		next = ipoib_mcast_next(priv, mcast);
		again = ipoib_mcast_step(mcast);
		if (again && (!delay || again < delay))
			delay = again;
	}
	if (ipoib_mcast_serve(priv) && (!delay || delay > HZ))
		delay = HZ;
	ipoib_mcast_tell_link(priv);
	/* There was no memory for a group: nobody else would ask for it again. */
	if (test_bit(IPOIB_F_MC_DIRTY, &priv->flags))
		delay = HZ;

	/* queue_, not mod_: a kick that came meanwhile is due sooner. */
	if (delay && test_bit(IPOIB_F_MCAST, &priv->flags))
		queue_delayed_work(ipoib_wq, &priv->mcast_work, delay);
}

int ipoib_mcast_start(struct ipoib_dev *priv)
{
	struct ipoib_mcast *mcast;

	ASSERT_RTNL();
	spin_lock_bh(&priv->mcasts.lock);
	mcast = ipoib_mcast_create(priv, priv->dev->broadcast + IPOIB_ADDR_GID, true);
	priv->broadcast = mcast;
	spin_unlock_bh(&priv->mcasts.lock);
	if (!mcast)
		return -ENOMEM;
	set_bit(IPOIB_F_MC_DIRTY, &priv->flags);
	set_bit(IPOIB_F_MCAST, &priv->flags);
	ipoib_mcast_kick(priv);
	return 0;
}

void ipoib_mcast_stop(struct ipoib_dev *priv)
{
	struct ipoib_mcast *mcast;

	ASSERT_RTNL();
	clear_bit(IPOIB_F_MCAST, &priv->flags);
	cancel_delayed_work_sync(&priv->mcast_work);
	while ((mcast = ipoib_mcast_next(priv, NULL)))
		ipoib_mcast_leave(mcast);
}
