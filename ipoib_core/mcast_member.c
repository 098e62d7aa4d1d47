// SPDX-License-Identifier: GPL-2.0
/*
 * What the SA's answer makes of a multicast group: a member, with a handle and, to receive,
 * attached at its MLID; of the broadcast group, which has the link's parameters, a link. And what a
 * refusal makes of it. All of it is mcast_work's; when to join and leave is in mcast_join.c.
 */
#include "mcast.h"

#include "ah.h"
#include "notice.h"
#include "params.h"
#include "port.h"
#include "trace.h"

#define IPOIB_MCAST_BACKOFF_MAX	16	/* seconds between failed joins: 1, 2, 4, 8, 16, 16... */
/* The back-off after the fourth failure in a row: it is told. */
#define IPOIB_MCAST_BACKOFF_TELL	8
/* A refusal is taken for final when it is the fourth, however often the SA did not answer. */
#define IPOIB_MCAST_REFUSALS	4

/* Gives the slot of a join back; mcasts.lock held. ipoib_mcast_serve() is to follow. */
static void ipoib_mcast_release(struct ipoib_mcast *mcast)
{
	if (ipoib_mcast_busy(mcast))
		ipoib_dest_release(&mcast->priv->mcasts, &mcast->dest);
	clear_bit(IPOIB_MC_DONE, &mcast->flags);
}

void ipoib_mcast_free_membership(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	if (mcast->multicast)
		ib_sa_free_multicast(mcast->multicast);
	mcast->multicast = NULL;
	spin_lock_bh(&priv->mcasts.lock);
	ipoib_mcast_release(mcast);
	clear_bit(IPOIB_MC_JOINED, &mcast->flags);
	spin_unlock_bh(&priv->mcasts.lock);
	clear_bit(IPOIB_MC_LOST, &mcast->flags);
}

void ipoib_mcast_detach(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;

	if (!test_and_clear_bit(IPOIB_MC_ATTACHED, &mcast->flags))
		return;
	mutex_lock(&priv->op_lock);
	priv->ops->detach_mcast(priv->dev, &mcast->dest.gid, mcast->attached_mlid);
	mutex_unlock(&priv->op_lock);
}

/*
 * The membership is gone for good: the handle too, so that no packet is sent to nobody, or to those
 * of another group that has the MLID by now. Nothing happens when it was not used.
 */
static void ipoib_mcast_give_up(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	bool used;

	spin_lock_bh(&priv->mcasts.lock);
	used = test_and_clear_bit(IPOIB_MC_REJOIN, &mcast->flags);
	spin_unlock_bh(&priv->mcasts.lock);
	/* Another reason than before, if there was one: worth a message. */
	if (used && mcast == priv->broadcast)
		clear_bit(IPOIB_F_CARRIER_LOGGED, &priv->flags);
	ipoib_mcast_detach(mcast);
	ipoib_mcast_set_ah(mcast, NULL);
}

/*
 * The SA has granted what this host cannot use, for @ret. What an SA that refuses, or does not
 * answer, would be known by (ipoib_mcast_reason()) is not what a device says.
 */
static int ipoib_mcast_own_error(struct ipoib_mcast *mcast, int ret)
{
	ipoib_dbg_mcast(mcast->priv, "%pI6 cannot be used: error %d\n", mcast->dest.gid.raw, ret);
	return ret == -EINVAL || ret == -ETIMEDOUT || ret == -EAGAIN || ret == -EPROTO ? -EIO : ret;
}

static int ipoib_mcast_attach(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	u16 mlid = be16_to_cpu(mcast->rec.mlid);
	int ret;

	if (test_bit(IPOIB_MC_ATTACHED, &mcast->flags) && mcast->attached_mlid == mlid)
		return 0;
	ipoib_mcast_detach(mcast);
	mutex_lock(&priv->op_lock);
	ret = priv->ops->attach_mcast(priv->dev, &mcast->dest.gid, mlid);
	mutex_unlock(&priv->op_lock);
	if (ret && ret != -EEXIST)
		return ipoib_mcast_own_error(mcast, ret);
	mcast->attached_mlid = mlid;
	set_bit(IPOIB_MC_ATTACHED, &mcast->flags);
	return 0;
}

static void ipoib_mcast_broadcast_failed(struct ipoib_mcast *mcast, int status, bool final)
{
	struct ipoib_dev *priv = mcast->priv;
	bool member = test_bit(IPOIB_MC_REJOIN, &mcast->flags);

	/* It is used meanwhile: there is nothing to say yet. */
	if (member && mcast->backoff < IPOIB_MCAST_BACKOFF_TELL)
		return;
	if (member && final) {
		ipoib_mcast_give_up(mcast);
		member = false;
	}
	/* Once until it succeeds: an SM that is away must not fill the log. */
	if (!ipoib_port_log_once(priv, IPOIB_F_CARRIER_LOGGED))
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

void ipoib_mcast_failed(struct ipoib_mcast *mcast, int status)
{
	struct ipoib_dev *priv = mcast->priv;
	bool final;

	trace_ipoib_join_answered(priv, &mcast->dest.gid, mcast->tries, status,
				  mcast->dest.asked_ns, NULL);
	/* The SA may have granted what could not be set up here. */
	WRITE_ONCE(mcast->status, status);
	WRITE_ONCE(mcast->tries, mcast->tries + 1);
	/* Under the lock: who ends waiting periods ends this one, or was before it. */
	spin_lock_bh(&priv->mcasts.lock);
	mcast->retry_at = jiffies + ipoib_dest_backoff(&mcast->backoff, IPOIB_MCAST_BACKOFF_MAX);
	ipoib_dest_drop(&priv->mcasts, &mcast->dest, IPOIB_DROP_UNREACHABLE);
	final = status == -EINVAL && ++mcast->refusals >= IPOIB_MCAST_REFUSALS;
	spin_unlock_bh(&priv->mcasts.lock);

	ipoib_dbg_mcast(priv, "joining %pI6: error %d\n", mcast->dest.gid.raw, status);
	if (mcast == priv->broadcast) {
		ipoib_mcast_broadcast_failed(mcast, status, final);
		/* Why there is no carrier may be told of. */
		ipoib_port_kick(priv->port);
		return;
	}
	if (mcast->backoff < IPOIB_MCAST_BACKOFF_TELL)
		return;
	if (final)
		ipoib_mcast_give_up(mcast);
	/* Else nobody wants to receive it. */
	if (!test_bit(IPOIB_MC_FULL, &mcast->flags))
		return;
	if (!test_and_set_bit(IPOIB_MC_FAILING, &mcast->flags))
		ipoib_notice(priv, IPOIB_NOTICE_GROUP_FAILED);
	/* Users choose groups, so the log is protected. */
	if (!test_bit(IPOIB_MC_TOLD, &mcast->flags) && ipoib_port_may_log(priv) &&
	    net_ratelimit()) {
		set_bit(IPOIB_MC_TOLD, &mcast->flags);
		netdev_warn(priv->dev, "joining the group %pI6 failed (%d)%s; trying on\n",
			    mcast->dest.gid.raw, status, ipoib_mcast_hint(status));
	}
}

/* Where the key is another one, nobody is heard by the old one: what was joined is of no use. */
static void ipoib_mcast_no_qkey(struct ipoib_mcast *mcast, int error)
{
	struct ipoib_dev *priv = mcast->priv;

	if (be32_to_cpu(mcast->rec.qkey) != priv->intf.qkey)
		ipoib_mcast_give_up(mcast);
	if (!ipoib_port_log_once(priv, IPOIB_F_CARRIER_LOGGED))
		return;
	if (test_bit(IPOIB_MC_REJOIN, &mcast->flags))
		netdev_warn(priv->dev, "setting the Q_Key failed (%d)\n", error);
	else
		netdev_warn(priv->dev, "no carrier: setting the Q_Key failed (%d)\n", error);
}

/* The link's parameters come from the broadcast group (RFC 4391 section 4). */
static int ipoib_mcast_broadcast_joined(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	int ib_mtu = ib_mtu_enum_to_int(mcast->rec.mtu);
	unsigned int mtu;
	int ret;

	if (ib_mtu < 0)
		return -EPROTO;
	mutex_lock(&priv->op_lock);
	ret = priv->ops->set_qkey(priv->dev, be32_to_cpu(mcast->rec.qkey));
	mutex_unlock(&priv->op_lock);
	if (ret) {
		ipoib_mcast_no_qkey(mcast, ret);
		return ipoib_mcast_own_error(mcast, ret);
	}

	priv->intf.qkey = be32_to_cpu(mcast->rec.qkey);
	priv->bcast_rec = mcast->rec;
	mtu = IPOIB_UD_MTU(min_t(unsigned int, ib_mtu, priv->intf.max_ib_mtu));
	if (READ_ONCE(priv->intf.link_mtu) != mtu) {
		WRITE_ONCE(priv->intf.link_mtu, mtu);
		set_bit(IPOIB_TODO_MTU, &priv->todo);
	}
	return 0;
}

/* Does the handle of @mcast lead to an MLID that the SA does not give it any more? */
static bool ipoib_mcast_moved(struct ipoib_mcast *mcast)
{
	struct ipoib_dest_table *mcasts = &mcast->priv->mcasts;
	struct ipoib_ah *ah;
	bool moved;

	spin_lock_bh(&mcasts->lock);
	ah = ipoib_dest_ah(mcasts, &mcast->dest);
	moved = ah && ah->dlid != be16_to_cpu(mcast->rec.mlid);
	spin_unlock_bh(&mcasts->lock);
	return moved;
}

void ipoib_mcast_finish(struct ipoib_mcast *mcast)
{
	struct ipoib_dev *priv = mcast->priv;
	struct ipoib_ah *ah;
	bool granted;
	int ret;

	spin_lock_bh(&priv->mcasts.lock);
	ret = mcast->status;
	ipoib_mcast_release(mcast);
	spin_unlock_bh(&priv->mcasts.lock);

	if (ret == -ENETRESET) {
		set_bit(IPOIB_MC_LOST, &mcast->flags);
		return;
	}
	/* What cannot be is no answer: it takes nothing away. */
	if (!ret && !ipoib_lid_is_group(be16_to_cpu(mcast->rec.mlid)))
		ret = -EBADMSG;
	granted = !ret;
	if (!ret && mcast == priv->broadcast)
		ret = ipoib_mcast_broadcast_joined(mcast);
	if (!ret && test_bit(IPOIB_MC_FULL, &mcast->flags))
		ret = ipoib_mcast_attach(mcast);
	if (ret)
		goto failed;

	ah = ipoib_mcast_make_ah(mcast);
	if (IS_ERR(ah)) {
		ret = ipoib_mcast_own_error(mcast, PTR_ERR(ah));
		goto failed;
	}
	ipoib_dbg_mcast(priv, "joined %pI6, MLID 0x%04x\n", mcast->dest.gid.raw,
			be16_to_cpu(mcast->rec.mlid));
	trace_ipoib_join_answered(priv, &mcast->dest.gid, mcast->tries, 0, mcast->dest.asked_ns,
				  ah);
	mcast->backoff = 0;
	mcast->refusals = 0;
	WRITE_ONCE(mcast->tries, 0);
	if (mcast == priv->broadcast &&
	    test_and_clear_bit(IPOIB_F_CARRIER_LOGGED, &priv->flags))
		netdev_info(priv->dev, "joined the broadcast group %pI6 after all\n",
			    mcast->dest.gid.raw);
	if (test_and_clear_bit(IPOIB_MC_TOLD, &mcast->flags))
		netdev_info(priv->dev, "joined the group %pI6 after all\n", mcast->dest.gid.raw);
	if (test_and_clear_bit(IPOIB_MC_FAILING, &mcast->flags))
		ipoib_notice(priv, IPOIB_NOTICE_GROUP_MENDED);
	/* The handle first: a member can send. */
	ipoib_mcast_set_ah(mcast, ah);
	spin_lock_bh(&priv->mcasts.lock);
	set_bit(IPOIB_MC_JOINED, &mcast->flags);
	clear_bit(IPOIB_MC_REJOIN, &mcast->flags);
	spin_unlock_bh(&priv->mcasts.lock);
	return;

failed:
	/* What is sent there is nobody's by now, or another group's. */
	if (granted && ipoib_mcast_moved(mcast))
		ipoib_mcast_give_up(mcast);
	ipoib_mcast_free_membership(mcast);
	ipoib_mcast_failed(mcast, ret);
}
