// SPDX-License-Identifier: GPL-2.0
/*
 * Joining and leaving multicast groups: when. What an answer makes of a group is in mcast_member.c.
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
 * traffic goes on where the fabric still carries it. That ends when the SA has refused the group:
 * its fourth answer in a row without a change of the fabric between. An SA that does not answer
 * takes nothing away.
 *
 * Of the broadcast group, JOINED and REJOIN are changed under mcasts.lock: ipoib_mcast_joined(), by
 * which link.c decides on the carrier, is the only one who is asked whether we are a member. REJOIN
 * ends likewise, and when the port goes down.
 */
#include "mcast.h"

#include <linux/random.h>
#include <linux/sched/mm.h>

#include "params.h"
#include "port.h"
#include "trace.h"

#define IPOIB_MCAST_IDLE	300	/* seconds until an unused send-only group is left */
#define IPOIB_MCAST_GC		(60 * HZ)
/* After an event all groups of all hosts are lost at once: spread their joins. */
#define IPOIB_MCAST_JITTER_MS	200
/* How long the SA client has time to begin with a leave, and when to look whether it has. */
#define IPOIB_MCAST_LEFT	(HZ / 4)
#define IPOIB_MCAST_LEFT_LOOK	msecs_to_jiffies(10)

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
		mcast->refusals = 0;
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

	trace_ipoib_join_asked(priv, &mcast->dest.gid, mcast->tries);
	mcast->dest.asked_ns = trace_ipoib_join_answered_enabled() ? ktime_get_ns() : 0;
	WRITE_ONCE(mcast->asked_at, jiffies);
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

/* The membership has ended, or nobody knows: it is joined again, and used meanwhile. */
static void ipoib_mcast_lost(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	/* Under the lock: the port's work has written its state before it takes that. */
	spin_lock_bh(&priv->mcasts.lock);
	if (test_bit(IPOIB_MC_JOINED, &mcast->flags) && ipoib_port_active(priv->port))
		set_bit(IPOIB_MC_REJOIN, &mcast->flags);
	spin_unlock_bh(&priv->mcasts.lock);
	ipoib_mcast_free_membership(mcast);
	mcast->left_by = jiffies + IPOIB_MCAST_LEFT;
	if (mcast != priv->broadcast)
		mcast->retry_at = jiffies + ipoib_mcast_jitter();
}

/*
 * Brings one group a step further. Returns in how many jiffies to look at it again, 0: a callback
 * or an event will tell.
 */
static unsigned long ipoib_mcast_step(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	/* It waits for its answer, wanted or not: else more requests were in flight than slots. */
	if (ipoib_mcast_busy(mcast) && !test_bit(IPOIB_MC_DONE, &mcast->flags))
		return 0;
	if (test_bit(IPOIB_MC_LEAVE, &mcast->flags) || ipoib_mcast_idle(mcast)) {
		ipoib_mcast_leave(mcast);
		return 0;
	}
	if (test_bit(IPOIB_MC_DONE, &mcast->flags))
		ipoib_mcast_finish(mcast);
	if (test_bit(IPOIB_MC_LOST, &mcast->flags))
		ipoib_mcast_lost(mcast);
	if (test_bit(IPOIB_MC_JOINED, &mcast->flags))
		return test_bit(IPOIB_MC_FULL, &mcast->flags) ? 0 : IPOIB_MCAST_GC;

	if (!ipoib_mcast_possible(mcast)) {
		ipoib_mcast_set_waiting(mcast, false);
		/* Nobody knows for how long: packets do not wait for that. */
		if (!ipoib_port_active(priv->port) || priv->broadcast->backoff)
			ipoib_mcast_drop_queue(mcast);
		return 0;
	}
	if (time_before(jiffies, mcast->retry_at))
		return max_t(long, mcast->retry_at - jiffies, 1);
	/* Before it has left, the SA client answers by itself, from what it remembers. */
	if (time_before(jiffies, mcast->left_by) && ipoib_mcast_is_client(mcast))
		return IPOIB_MCAST_LEFT_LOOK;
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

/* The last one for now: others, who add more, must not keep mcast_work from what follows. */
static struct ipoib_mcast *ipoib_mcast_last(struct ipoib_dev *priv)
{
	struct list_head *all = &priv->mcasts.all, *last;

	spin_lock_bh(&priv->mcasts.lock);
	last = all->prev;
	spin_unlock_bh(&priv->mcasts.lock);
	return last == all ? NULL : ipoib_mcast_of(list_entry(last, struct ipoib_dest, node));
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
	struct ipoib_mcast *mcast, *next, *last;
	unsigned long delay = 0;
	unsigned int noio;

	if (!test_bit(IPOIB_F_MCAST, &priv->flags))
		return;
	/* Who gives memory may wait for a server that is found by one of these groups. */
	noio = memalloc_noio_save();
	if (test_and_clear_bit(IPOIB_F_MC_DIRTY, &priv->flags))
		ipoib_mcast_sync(priv);

	/* The broadcast group is the first of the list: the others' joins need what it brings. */
	last = ipoib_mcast_last(priv);
	/* Who stops this waits with RTNL, and each step may take as long as the device does. */
	for (mcast = ipoib_mcast_next(priv, NULL);
	     mcast && test_bit(IPOIB_F_MCAST, &priv->flags); mcast = next) {
		unsigned long again;

		next = mcast == last ? NULL : ipoib_mcast_next(priv, mcast);
		again = ipoib_mcast_step(mcast);
		if (again && (!delay || again < delay))
			delay = again;
	}
	if (ipoib_mcast_serve(priv) && (!delay || delay > HZ))
		delay = HZ;
	ipoib_mcast_tell_link(priv);
	/* No memory for a group, or somebody else has it: nobody tells when that changes. */
	if (test_bit(IPOIB_F_MC_DIRTY, &priv->flags))
		delay = min_not_zero(delay, (unsigned long)HZ);

	/* queue_, not mod_: a kick that came meanwhile is due sooner. */
	if (delay && test_bit(IPOIB_F_MCAST, &priv->flags))
		queue_delayed_work(ipoib_wq, &priv->mcast_work, delay);
	memalloc_noio_restore(noio);
}

int ipoib_mcast_start(struct ipoib_dev *priv)
{
	struct ipoib_mcast *mcast;

	ASSERT_RTNL();
	spin_lock_bh(&priv->mcasts.lock);
	mcast = ipoib_mcast_create(priv, priv->dev->broadcast + IPOIB_ADDR_GID,
				   IPOIB_DEST_WANTED);
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
