// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of the netlink family (netlink.c): multicast groups, paths, and how full their tables
 * are.
 *
 * Of one destination at a time a copy is made under its table's lock, which senders take: that is
 * held for a handful of steps however many there are (ipoib_dest_next()), and while the message is
 * made nobody waits for anything but RTNL.
 */
#include "netlink_dump.h"

#include <linux/math64.h>
#include <linux/sched/signal.h>

#include "mcast.h"
#include "params.h"
#include "path.h"
#include "port.h"

/* Destinations that are passed over in one hold of the lock. */
#define IPOIB_NL_STEPS	256

static u64 ipoib_nl_ms(u64 ticks)
{
	return div_u64(ticks * MSEC_PER_SEC, HZ);
}

/* What a group and a path have in common; the table's lock held. */
static void ipoib_nl_look(struct ipoib_dest_table *table, struct ipoib_dest *dest,
			  struct ipoib_nl_dest *info)
{
	const struct ipoib_ah *ah = ipoib_dest_ah(table, dest);

	memset(info, 0, sizeof(*info));
	info->gid = dest->gid;
	info->queued = skb_queue_len(&dest->queue);
	info->idle = (u64)ipoib_seconds_since(&dest->used) * MSEC_PER_SEC;
	if (!ah)
		return;
	info->known = true;
	info->lid = ah->dlid;
	info->sl = ah->sl;
	info->mbps = ib_rate_to_mbps(ah->rate);
}

void ipoib_nl_look_due(struct ipoib_nl_dest *info, unsigned long at)
{
	info->due = time_before(jiffies, at);
	if (info->due)
		info->next_try = jiffies_to_msecs(at - jiffies);
}

static enum ipoib_group_state ipoib_nl_group_state(const struct ipoib_mcast *mcast)
{
	if (test_bit(IPOIB_MC_LEAVE, &mcast->flags))
		return IPOIB_GROUP_STATE_LEAVING;
	if (test_bit(IPOIB_MC_REJOIN, &mcast->flags))
		return IPOIB_GROUP_STATE_REJOINING;
	if (test_bit(IPOIB_MC_JOINED, &mcast->flags))
		return test_bit(IPOIB_MC_LOST, &mcast->flags) ? IPOIB_GROUP_STATE_REJOINING :
								IPOIB_GROUP_STATE_JOINED;
	switch (mcast->dest.state) {
	case IPOIB_DEST_BUSY:
		return IPOIB_GROUP_STATE_JOINING;
	case IPOIB_DEST_WAITING:
		return IPOIB_GROUP_STATE_WAITING;
	default:
		return READ_ONCE(mcast->tries) ? IPOIB_GROUP_STATE_FAILED : IPOIB_GROUP_STATE_IDLE;
	}
}

static void ipoib_nl_look_group(struct ipoib_dest *dest, struct ipoib_nl_dest *info)
{
	const struct ipoib_mcast *mcast = ipoib_mcast_of(dest);

	lockdep_assert_held(&mcast->priv->mcasts.lock);
	ipoib_nl_look(&mcast->priv->mcasts, dest, info);
	info->state = ipoib_nl_group_state(mcast);
	info->full = test_bit(IPOIB_MC_FULL, &mcast->flags);
	info->has_age = true;
	info->age = ipoib_nl_ms(jiffies - mcast->created);
	info->tries = READ_ONCE(mcast->tries);
	/* The status of what was joined, and is again, says nothing. */
	info->ended = info->tries || info->known;
	info->error = info->tries ? -READ_ONCE(mcast->status) : 0;
	if (info->known)
		info->mtu = max(ib_mtu_enum_to_int(mcast->rec.mtu), 0);
	/* Without the port nothing is tried at all. */
	if (info->tries && dest->state == IPOIB_DEST_IDLE && ipoib_port_active(mcast->priv->port))
		ipoib_nl_look_due(info, mcast->retry_at);
}

static enum ipoib_path_state ipoib_nl_path_state(struct ipoib_path *path, bool known)
{
	bool asked = path->dest.state != IPOIB_DEST_IDLE;

	if (known)
		return asked ? IPOIB_PATH_STATE_REFRESHING :
		       ipoib_path_is_stale(&path->dest) ? IPOIB_PATH_STATE_STALE :
							  IPOIB_PATH_STATE_READY;
	if (asked)
		return IPOIB_PATH_STATE_ASKING;
	/* An event that it has not followed yet ends its waiting period. */
	if (path->tries && path->events == path->priv->path_events &&
	    time_before(jiffies, path->next_query))
		return IPOIB_PATH_STATE_FAILED;
	return IPOIB_PATH_STATE_IDLE;
}

static void ipoib_nl_look_path(struct ipoib_dest *dest, struct ipoib_nl_dest *info)
{
	struct ipoib_path *path = ipoib_path_of(dest);

	lockdep_assert_held(&path->priv->paths.lock);
	ipoib_nl_look(&path->priv->paths, dest, info);
	info->state = ipoib_nl_path_state(path, info->known);
	info->has_age = info->known;
	info->age = ipoib_nl_ms(jiffies - path->answered);
	info->tries = path->tries;
	info->ended = path->status <= 0;
	info->error = -path->status;
	if (info->known)
		info->mtu = max(ib_mtu_enum_to_int(path->mtu), 0);
	if (info->state == IPOIB_PATH_STATE_FAILED ||
	    (info->state == IPOIB_PATH_STATE_STALE && path->tries))
		ipoib_nl_look_due(info, path->next_query);
}

bool ipoib_nl_broadcast(struct ipoib_dev *priv, struct ipoib_nl_dest *info)
{
	bool found;

	spin_lock_bh(&priv->mcasts.lock);
	found = priv->broadcast;
	if (found)
		ipoib_nl_look_group(&priv->broadcast->dest, info);
	spin_unlock_bh(&priv->mcasts.lock);
	return found;
}

/* The next destination that was asked for. Returns whether there is one. */
static bool ipoib_nl_next_dest(struct ipoib_dest_table *table, struct ipoib_nl_dump *dump,
			       void (*look)(struct ipoib_dest *dest, struct ipoib_nl_dest *info),
			       struct ipoib_nl_dest *info)
{
	unsigned int steps = IPOIB_NL_STEPS;
	struct ipoib_dest *dest;

	spin_lock_bh(&table->lock);
	if (dump->has_gid) {
		/* The only one: told, it is not looked for again. */
		dest = dump->index++ ? NULL : ipoib_dest_find(table, dump->gid.raw);
	} else {
		dest = ipoib_dest_next(table, &dump->at, &steps);
	}
	while (!dest && !steps) {
		spin_unlock_bh(&table->lock);
		cond_resched();
		steps = IPOIB_NL_STEPS;
		spin_lock_bh(&table->lock);
		dest = ipoib_dest_next(table, &dump->at, &steps);
	}
	if (dest)
		look(dest, info);
	spin_unlock_bh(&table->lock);
	return dest;
}

int ipoib_nl_put_tries(struct sk_buff *skb, const struct ipoib_nl_dest *info)
{
	if ((info->ended && nla_put_u32(skb, IPOIB_A_LAST_ERROR, info->error)) ||
	    nla_put_u32(skb, IPOIB_A_TRIES, info->tries) ||
	    (info->due && nla_put_u32(skb, IPOIB_A_NEXT_TRY, info->next_try)))
		return -EMSGSIZE;
	return 0;
}

static int ipoib_nl_put_known(struct sk_buff *skb, const struct ipoib_nl_dest *info)
{
	if (!info->known)
		return 0;
	if (nla_put_u32(skb, IPOIB_A_LID, info->lid) || nla_put_u8(skb, IPOIB_A_SL, info->sl) ||
	    (info->mbps > 0 && nla_put_u32(skb, IPOIB_A_RATE, info->mbps)) ||
	    (info->mtu && nla_put_u32(skb, IPOIB_A_PATH_MTU, info->mtu)))
		return -EMSGSIZE;
	return 0;
}

static int ipoib_nl_put_state(struct sk_buff *skb, const struct ipoib_nl_dest *info, u8 cmd)
{
	if (cmd == IPOIB_CMD_PATH_GET)
		return nla_put_u32(skb, IPOIB_A_PATH_STATE, info->state);
	if (nla_put_u32(skb, IPOIB_A_GROUP_STATE, info->state))
		return -EMSGSIZE;
	return nla_put_u32(skb, IPOIB_A_MEMBERSHIP,
			   info->full ? IPOIB_MEMBERSHIP_FULL : IPOIB_MEMBERSHIP_SEND_ONLY);
}

static int ipoib_nl_put_dest(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct ipoib_dev *priv, const struct ipoib_nl_dest *info)
{
	void *message = ipoib_nl_begin(skb, cb);
	bool failed;

	if (!message)
		return -EMSGSIZE;
	failed = ipoib_nl_put_dev(skb, priv) ||
		 nla_put(skb, IPOIB_A_GID, sizeof(info->gid.raw), info->gid.raw) ||
		 ipoib_nl_put_state(skb, info, ipoib_nl_dump(cb)->cmd) ||
		 ipoib_nl_put_known(skb, info) ||
		 (info->has_age && nla_put_u64_64bit(skb, IPOIB_A_AGE, info->age, IPOIB_A_PAD)) ||
		 nla_put_u64_64bit(skb, IPOIB_A_IDLE, info->idle, IPOIB_A_PAD) ||
		 ipoib_nl_put_tries(skb, info) ||
		 nla_put_u32(skb, IPOIB_A_QUEUED, info->queued);
	return ipoib_nl_end(skb, message, failed);
}

static int ipoib_nl_fill_dests(struct sk_buff *skb, struct netlink_callback *cb,
			       struct ipoib_dev *priv, struct ipoib_dest_table *table,
			       void (*look)(struct ipoib_dest *dest, struct ipoib_nl_dest *info))
{
	struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	struct ipoib_nl_dest info;

	for (;;) {
		struct ipoib_dest_cursor at = dump->at;
		unsigned int index = dump->index;

		if (!ipoib_nl_next_dest(table, dump, look, &info))
			return 0;
		if (ipoib_nl_put_dest(skb, cb, priv, &info)) {
			/* That one is the next one still. */
			dump->at = at;
			dump->index = index;
			return -EMSGSIZE;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
}

static int ipoib_nl_fill_groups(struct sk_buff *skb, struct netlink_callback *cb,
				struct ipoib_dev *priv)
{
	return ipoib_nl_fill_dests(skb, cb, priv, &priv->mcasts, ipoib_nl_look_group);
}

int ipoib_nl_dump_groups(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ipoib_nl_dump_devs(skb, cb, ipoib_nl_fill_groups);
}

static int ipoib_nl_fill_paths(struct sk_buff *skb, struct netlink_callback *cb,
			       struct ipoib_dev *priv)
{
	return ipoib_nl_fill_dests(skb, cb, priv, &priv->paths, ipoib_nl_look_path);
}

int ipoib_nl_dump_paths(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ipoib_nl_dump_devs(skb, cb, ipoib_nl_fill_paths);
}

static int ipoib_nl_put_table(struct sk_buff *skb, struct netlink_callback *cb,
			      struct ipoib_dev *priv, bool paths)
{
	struct ipoib_dest_table *table = paths ? &priv->paths : &priv->mcasts;
	unsigned int rank, used, queued, busy, entries = 0;
	void *message = ipoib_nl_begin(skb, cb);
	bool failed;

	if (!message)
		return -EMSGSIZE;
	spin_lock_bh(&table->lock);
	used = table->count;
	queued = table->queued;
	busy = table->busy;
	for (rank = 0; rank < IPOIB_DEST_RANKS; rank++)
		entries += table->ranked[rank];
	spin_unlock_bh(&table->lock);
	failed = ipoib_nl_put_dev(skb, priv) ||
		 nla_put_string(skb, IPOIB_A_TABLE, paths ? "paths" : "groups") ||
		 nla_put_u32(skb, IPOIB_A_USED, used) ||
		 nla_put_u32(skb, IPOIB_A_ENTRIES, entries) ||
		 nla_put_u32(skb, IPOIB_A_LIMIT,
			     paths ? ipoib_max_paths() : ipoib_max_sendonly_groups()) ||
		 nla_put_u32(skb, IPOIB_A_QUEUED, queued) ||
		 nla_put_u32(skb, IPOIB_A_QUEUED_LIMIT,
			     paths ? IPOIB_PATH_QUEUE_ALL : IPOIB_MCAST_QUEUE_ALL) ||
		 nla_put_u32(skb, IPOIB_A_QUERIES, busy) ||
		 nla_put_u32(skb, IPOIB_A_QUERIES_LIMIT, table->slots);
	return ipoib_nl_end(skb, message, failed);
}

static int ipoib_nl_fill_tables(struct sk_buff *skb, struct netlink_callback *cb,
				struct ipoib_dev *priv)
{
	struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	int ret;

	for (; dump->index < 2; dump->index++) {
		ret = ipoib_nl_put_table(skb, cb, priv, !dump->index);
		if (ret)
			return ret;
	}
	return 0;
}

int ipoib_nl_dump_tables(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ipoib_nl_dump_devs(skb, cb, ipoib_nl_fill_tables);
}
