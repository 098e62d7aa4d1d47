// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: how to reach a peer's port, from the SA's path records (IBA 15.2.5.16). The resolver of
 * destinations (dest.c) that are ports.
 *
 * A path is looked up by the GID in the destination address; the QP number is taken from the
 * address itself. So there is no second table of neighbours behind the kernel's own, and a peer
 * that comes back with another QP number needs nothing from us.
 *
 * A path with an address handle is used at once, under RCU and without a lock. A path that may be
 * out of date (a flush, the peer heard from another LID, unanswered probes) stays in use while the
 * SA is asked again, and until the SA has said several times that there is none: an SA that is
 * busy, or has just started, answers with an error too, and its client tells no difference.
 * A path without a handle gathers a few packets until its query has its turn and is answered; after
 * a failed one, packets are dropped until a waiting period has passed.
 *
 * Who fills the lines of queries: a stranger who invents senders of ARP or of neighbour discovery
 * makes this host answer each of them. He can invent GIDs, not the LID that his packets come from,
 * which his HCA puts there. So what a packet from a LID made us send waits in that LID's line
 * (path_hints, from heard.c), and a peer that comes from another LID does not wait behind it. The
 * hint is that, no more: the reply follows on the packet at once, mostly on the same CPU. A peer
 * has answered (IPOIB_DEST_KNOWN) once a packet with its GID came from the LID that its path leads
 * to.
 *
 * paths.lock protects all of it but the RCU readers' view. Paths are only removed under it. A
 * removed path with a query in flight belongs to the query's callback, which frees it.
 */
#include "path.h"

#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "ah.h"
#include "compat.h"
#include "dest.h"
#include "notice.h"
#include "params.h"
#include "trace.h"

/*
 * Limits, so that neither a user nor the network makes memory or SA load grow without bound; more
 * of them are parameters: ipoib_max_paths(), ipoib_max_path_queries().
 */
#define IPOIB_PATH_QUEUE	32	/* packets waiting for one path */

/* Lines of paths that wait to be asked for. */
#define IPOIB_PATH_LINE_LOCAL	0	/* nothing from outside is known to have asked for it */
#define IPOIB_PATH_LINE_AGAIN	1	/* it has a handle, which may be out of date */
#define IPOIB_PATH_LINE_LIDS	2	/* the first of those that LIDs share */
#define IPOIB_PATH_LINES	64
#define IPOIB_PATH_HINTS	1024	/* a power of two */

/* What a path is asked for by */
#define IPOIB_PATH_MASK							\
	(IB_SA_PATH_REC_DGID | IB_SA_PATH_REC_SGID | IB_SA_PATH_REC_PKEY |	\
	 IB_SA_PATH_REC_NUMB_PATH | IB_SA_PATH_REC_TRAFFIC_CLASS)
#define IPOIB_PATH_TIMEOUT_MS	1000	/* one query, with what the SA client repeats of it */
#define IPOIB_PATH_BACKOFF_MAX	4	/* seconds between failed queries: 1, 2, 4, 4... */
#define IPOIB_PATH_REFUSALS	4	/* so many, and the handle goes, if there was one */
#define IPOIB_PATH_SPREAD	HZ	/* within which all are asked for again after an event */
#define IPOIB_PATH_PROBES	(3 * HZ)	/* two probes in this time raise suspicion */
#define IPOIB_PATH_IDLE		600	/* seconds without a packet until a path is forgotten */
#define IPOIB_PATH_GC		(60 * HZ)
#define IPOIB_PATH_BATCH	256	/* paths that are looked at in one hold of the lock */

static struct ipoib_path *ipoib_path_find(struct ipoib_dev *priv, const u8 *gid)
{
	struct ipoib_dest *dest = ipoib_dest_find(&priv->paths, gid);

	return dest ? ipoib_path_of(dest) : NULL;
}

/*
 * Is there a reason to ask the SA about @path, which has a handle, and is it time? For senders,
 * without lock: what is late by a packet does no harm.
 */
static bool ipoib_path_due(const struct ipoib_dev *priv, const struct ipoib_path *path)
{
	if (READ_ONCE(path->dest.state) != IPOIB_DEST_IDLE)
		return false;
	if (READ_ONCE(path->events) != READ_ONCE(priv->path_events))
		return true;
	return READ_ONCE(path->stale) && !time_before(jiffies, READ_ONCE(path->next_query));
}

/*
 * Lets @path follow ipoib_path_invalidate(), if that was since it was looked at last; paths.lock
 * held. All of them, of all hosts, are asked for again: who has a handle to go on with takes his
 * time.
 */
static void ipoib_path_follow(struct ipoib_path *path)
{
	struct ipoib_dev *priv = path->priv;
	unsigned long wait = 0;

	lockdep_assert_held(&priv->paths.lock);
	if (path->events == priv->path_events)
		return;
	if (ipoib_dest_ah(&priv->paths, &path->dest))
		wait = get_random_u32() % IPOIB_PATH_SPREAD;
	path->backoff = 0;
	path->refusals = 0;
	path->refresh = 0;
	WRITE_ONCE(path->next_query, priv->path_event_at + wait);
	WRITE_ONCE(path->stale, true);
	WRITE_ONCE(path->events, priv->path_events);
}

static void ipoib_path_failed(struct ipoib_path *path)
{
	path->tries++;
	WRITE_ONCE(path->stale, true);
	WRITE_ONCE(path->next_query,
		   jiffies + ipoib_dest_backoff(&path->backoff, IPOIB_PATH_BACKOFF_MAX));
}

static u32 ipoib_path_hash(struct ipoib_dev *priv, const u8 *gid)
{
	return jhash(gid, sizeof(union ib_gid), priv->path_seed);
}

/* Remembers that a packet from @slid made the peer with @gid known. */
static void ipoib_path_hint(struct ipoib_dev *priv, const u8 *gid, u32 slid)
{
	u32 hash = ipoib_path_hash(priv, gid);

	WRITE_ONCE(priv->path_hints[hash % IPOIB_PATH_HINTS], (u64)hash << 32 | slid);
}

/* The line in which a path to @gid waits that has no handle. */
static unsigned int ipoib_path_line(struct ipoib_dev *priv, const u8 *gid)
{
	u32 hash = ipoib_path_hash(priv, gid);
	u64 hint = READ_ONCE(priv->path_hints[hash % IPOIB_PATH_HINTS]);

	if (!hint || hint >> 32 != hash)
		return IPOIB_PATH_LINE_LOCAL;
	return IPOIB_PATH_LINE_LIDS + jhash_1word((u32)hint, priv->path_seed) %
	       (IPOIB_PATH_LINES - IPOIB_PATH_LINE_LIDS);
}

static void ipoib_path_serve(struct ipoib_dev *priv);

/* A query ended with @status, and if that is 0 with @rec, and with @ah or without. */
static void ipoib_path_answer(struct ipoib_path *path, int status, struct sa_path_rec *rec,
			      struct ipoib_ah *ah)
{
	/* That is how the SA client hands on an answer with an error status. */
	bool refused = status == -EINVAL;
	struct ipoib_dev *priv = path->priv;
	struct ipoib_dest *dest = &path->dest;
	struct sk_buff_head queue;
	struct ipoib_ah *old;
	u32 lid;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&priv->paths.lock);
	path->query = NULL;
	lid = status ? 0 : be32_to_cpu(sa_path_get_dlid(rec));
	path->status = status;
	if (!status && !ah)
		path->status = ipoib_lid_is_port(lid) ? -EIO : -EBADMSG;
	trace_ipoib_path_answered(priv, &dest->gid, path->tries, path->status, dest->asked_ns, ah);
	ipoib_dest_release(&priv->paths, dest);
	/* An event after the question may have made the answer out of date. */
	ipoib_path_follow(path);
	if (dest->dead) {
		ipoib_ah_retire(priv, ah);
		kfree_rcu(path, rcu);
	} else if (ah) {
		path->backoff = 0;
		path->refusals = 0;
		path->tries = 0;
		path->answered = jiffies;
		path->mtu = rec->mtu;
		ipoib_path_confirm(path, ah);
		ipoib_path_set_ah(path, ah);
		ipoib_dest_take(&priv->paths, dest, &queue);
	} else {
		if (refused && ++path->refusals >= IPOIB_PATH_REFUSALS) {
			ipoib_path_set_ah(path, NULL);
			ipoib_dest_set_rank(&priv->paths, dest, IPOIB_DEST_FRESH);
		}
		/* Where the peer is not any more somebody else may be; if one can be there. */
		old = ipoib_dest_ah(&priv->paths, dest);
		if (ipoib_lid_is_port(lid) && old && old->dlid != lid)
			ipoib_path_set_ah(path, NULL);
		ipoib_path_failed(path);
		/* Nothing waits for a path that kept its handle. */
		ipoib_dest_drop(&priv->paths, dest, IPOIB_DROP_UNREACHABLE);
	}
	ipoib_path_serve(priv);
	spin_unlock_bh(&priv->paths.lock);
	ipoib_dest_send(&queue);
}

static void ipoib_path_done(int status, struct sa_path_rec *rec, COMPAT_NUM_PRS void *context)
{
	struct ipoib_path *path = context;
	struct ipoib_dev *priv = path->priv;
	struct ipoib_ah *ah = status ? NULL : ipoib_path_make_ah(priv, rec);

	ipoib_dbg(priv, "path to %pI6: status %d, DLID 0x%04x\n", path->dest.gid.raw, status,
		  ah ? ah->dlid : 0);
	ipoib_path_answer(path, status, rec, ah);

	/* The interface may go once the count is 0 and the lock is free: nothing after this. */
	spin_lock_bh(&priv->paths.lock);
	if (!--priv->path_queries)
		wake_up(&priv->path_idle);
	spin_unlock_bh(&priv->paths.lock);
}

/* Asks the SA; @path has a slot. Returns whether an answer will come. */
static bool ipoib_path_query(struct ipoib_path *path)
{
	struct ipoib_dev *priv = path->priv;
	struct sa_path_rec rec = {
		.rec_type = SA_PATH_REC_TYPE_IB,
		.dgid = path->dest.gid,
		.sgid = priv->intf.local_gid,
		.pkey = cpu_to_be16(priv->intf.pkey),
		.numb_path = 1,
		.traffic_class = priv->bcast_rec.traffic_class,
	};

	/* What was known is out of date from here on only if something happens after this. */
	ipoib_path_follow(path);
	WRITE_ONCE(path->stale, false);
	trace_ipoib_path_asked(priv, &path->dest.gid, path->tries);
	path->dest.asked_ns = trace_ipoib_path_answered_enabled() ? ktime_get_ns() : 0;
	path->query_id = ib_sa_path_rec_get(&ipoib_sa_client, priv->intf.hca, priv->intf.port, &rec,
					    IPOIB_PATH_MASK, IPOIB_PATH_TIMEOUT_MS, GFP_ATOMIC,
					    ipoib_path_done, path, &path->query);
	if (path->query_id < 0) {
		path->status = path->query_id;
		path->query = NULL;
		trace_ipoib_path_answered(priv, &path->dest.gid, path->tries, path->status,
					  path->dest.asked_ns, NULL);
		return false;
	}
	priv->path_queries++;
	return true;
}

/*
 * Asks the SA for those whose turn it is, as far as there are slots; paths.lock held. Called when
 * one comes to wait, and when a query ends: so that none waits while a slot is free.
 *
 * Without a known SM, or memory, no callback comes: what waits then fails, here and now, which ends
 * because each that fails is one less.
 */
static void ipoib_path_serve(struct ipoib_dev *priv)
{
	struct ipoib_dest *dest;

	lockdep_assert_held(&priv->paths.lock);
	while ((dest = ipoib_dest_grant(&priv->paths))) {
		struct ipoib_path *path = ipoib_path_of(dest);

		if (ipoib_path_query(path))
			continue;
		ipoib_dest_release(&priv->paths, dest);
		ipoib_path_failed(path);
		ipoib_dest_drop(&priv->paths, dest, IPOIB_DROP_UNREACHABLE);
	}
}

/* Has the SA asked when it is due; paths.lock held. */
static void ipoib_path_ask(struct ipoib_path *path)
{
	struct ipoib_dev *priv = path->priv;
	unsigned int line;

	ipoib_path_follow(path);
	if (time_before(jiffies, path->next_query))
		return;
	line = ipoib_dest_ah(&priv->paths, &path->dest) ? IPOIB_PATH_LINE_AGAIN :
	       ipoib_path_line(priv, path->dest.gid.raw);
	ipoib_dest_wait(&priv->paths, &path->dest, line);
	ipoib_path_serve(priv);
}

/* Removes a path; paths.lock held. Its handle is retired. */
static void ipoib_path_remove(struct ipoib_path *path, enum ipoib_drop why)
{
	struct ipoib_dev *priv = path->priv;
	struct ipoib_dest *dest = &path->dest;

	ipoib_dest_remove(&priv->paths, dest, why);
	list_del(&dest->node);
	ipoib_dest_set_ah(&priv->paths, dest, NULL);
	if (dest->state == IPOIB_DEST_BUSY)
		/* The callback waits for the lock, so the query cannot be gone yet. */
		ib_sa_cancel_query(path->query_id, path->query);
	else
		kfree_rcu(path, rcu);
}

/* Nobody needs the path any more, or may have it; paths.lock held. */
static void ipoib_path_forget(struct ipoib_path *path, enum ipoib_drop why)
{
	trace_ipoib_path_forgotten(path->priv, &path->dest.gid);
	ipoib_path_remove(path, why);
}

/* paths.lock held; NULL when there is no memory. */
static struct ipoib_path *ipoib_path_create(struct ipoib_dev *priv, const u8 *gid)
{
	unsigned int limit = ipoib_max_paths();
	struct ipoib_path *path;
	unsigned int i;

	path = kzalloc(sizeof(*path), GFP_ATOMIC);
	if (!path)
		return NULL;
	/* Two, so that a lower limit is reached in the end. */
	for (i = 0; i < 2 && priv->paths.count >= limit; i++) {
		struct ipoib_dest *victim = ipoib_dest_victim(&priv->paths, limit);

		trace_ipoib_path_evicted(priv, &victim->gid);
		ipoib_notice(priv, IPOIB_NOTICE_PATHS_FULL);
		ipoib_path_remove(ipoib_path_of(victim), IPOIB_DROP_PATH_LIMIT);
	}

	path->priv = priv;
	path->status = 1;
	path->events = priv->path_events;
	path->next_query = jiffies;
	path->probed = jiffies - IPOIB_PATH_PROBES;
	if (ipoib_dest_add(&priv->paths, &path->dest, gid, IPOIB_DEST_FRESH)) {
		kfree(path);
		return NULL;
	}
	trace_ipoib_path_created(priv, &path->dest.gid);
	return path;
}

/*
 * The slow way of ipoib_path_send(). Looking for a handle, queueing and starting a query happen in
 * one hold of the lock, and so does the answer: no packet can be queued behind an answer's back.
 */
static bool ipoib_path_resolve(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	struct ipoib_path *path;
	struct ipoib_ah *ah;

	spin_lock_bh(&priv->paths.lock);
	path = ipoib_path_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (!path)
		path = ipoib_path_create(priv, hwaddr + IPOIB_ADDR_GID);
	if (!path) {
		spin_unlock_bh(&priv->paths.lock);
		ipoib_drop(priv, skb, IPOIB_DROP_PATH_LIMIT);
		return false;
	}

	ipoib_path_follow(path);
	ah = ipoib_dest_ah(&priv->paths, &path->dest);
	if (ah) {
		if (ipoib_path_due(priv, path))
			ipoib_path_ask(path);
		/* The caller's RCU section keeps it; send() must not run under the lock. */
		spin_unlock_bh(&priv->paths.lock);
		priv->ops->send(priv->dev, skb, ah->ah, ipoib_addr_qpn(hwaddr));
		return true;
	}
	if (path->dest.state == IPOIB_DEST_IDLE && time_before(jiffies, path->next_query)) {
		ipoib_drop(priv, skb, IPOIB_DROP_UNREACHABLE);
	} else {
		/* Held first: what fails at once takes its packets along. */
		ipoib_dest_hold(&priv->paths, &path->dest, skb, IPOIB_PATH_QUEUE,
				IPOIB_PATH_QUEUE_ALL, IPOIB_DROP_PATH_QUEUE);
		ipoib_path_ask(path);
	}
	spin_unlock_bh(&priv->paths.lock);
	return false;
}

bool ipoib_path_send(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	struct ipoib_path *path;
	struct ipoib_ah *ah;

	path = ipoib_path_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (unlikely(!path))
		goto slow;
	ipoib_dest_touch(&path->dest);
	ah = rcu_dereference_bh(path->dest.ah);
	if (unlikely(!ah || ipoib_path_due(priv, path)))
		goto slow;
	priv->ops->send(priv->dev, skb, ah->ah, ipoib_addr_qpn(hwaddr));
	return true;
slow:
	return ipoib_path_resolve(priv, skb, hwaddr);
}

void ipoib_path_suspect(struct ipoib_dev *priv, const u8 *hwaddr)
{
	struct ipoib_path *path;

	spin_lock_bh(&priv->paths.lock);
	path = ipoib_path_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (path) {
		if (path->dest.state == IPOIB_DEST_IDLE &&
		    time_before(jiffies, path->probed + IPOIB_PATH_PROBES)) {
			/* It may not answer any more; nobody else can make it look so. */
			ipoib_path_doubt(path);
			ipoib_path_ask(path);
		}
		path->probed = jiffies;
	}
	spin_unlock_bh(&priv->paths.lock);
}

bool ipoib_path_is_stale(struct ipoib_dest *dest)
{
	const struct ipoib_path *path = ipoib_path_of(dest);

	/* One that has not followed an event yet is out of date as well. */
	return READ_ONCE(path->stale) ||
	       READ_ONCE(path->events) != READ_ONCE(path->priv->path_events);
}

/* A packet from @slid came from the peer, or says so; paths.lock held. */
static void ipoib_path_heard_of(struct ipoib_path *path, u32 slid)
{
	struct ipoib_dest_table *paths = &path->priv->paths;
	struct ipoib_ah *ah = ipoib_dest_ah(paths, &path->dest);

	if (!ah) {
		/* The peer is there: what failed before, and when, says nothing any more. */
		WRITE_ONCE(path->next_query, jiffies);
		/* Into the line of this LID; it may have been in another's. */
		if (path->dest.state == IPOIB_DEST_WAITING)
			ipoib_path_ask(path);
	} else if (!ipoib_ah_is_of(ah, path->priv, slid)) {
		/* He who cried wolf waits; the peer itself, at another port, does not. */
		if ((path->alarm_lid ^ slid) >> READ_ONCE(path->priv->port->lmc))
			ipoib_path_doubt(path);
		path->alarm_lid = slid;
		WRITE_ONCE(path->stale, true);
	} else if (path->dest.rank == IPOIB_DEST_STRANGER) {
		ipoib_dest_set_rank(paths, &path->dest, IPOIB_DEST_KNOWN);
	}
}

void ipoib_path_heard(struct ipoib_dev *priv, const u8 *gid, u32 slid)
{
	struct ipoib_path *path;
	struct ipoib_ah *ah;

	rcu_read_lock();
	path = ipoib_path_find(priv, gid);
	ah = path ? rcu_dereference(path->dest.ah) : NULL;
	if (!ah)
		ipoib_path_hint(priv, gid, slid);
	if (path && (!ah || !ipoib_ah_is_of(ah, priv, slid) ||
		     READ_ONCE(path->dest.rank) != IPOIB_DEST_KNOWN)) {
		spin_lock_bh(&priv->paths.lock);
		if (!path->dest.dead)
			ipoib_path_heard_of(path, slid);
		spin_unlock_bh(&priv->paths.lock);
	}
	rcu_read_unlock();
}

/* However many paths there are: each follows when it is looked at next. */
void ipoib_path_invalidate(struct ipoib_dev *priv)
{
	spin_lock_bh(&priv->paths.lock);
	priv->path_event_at = jiffies;
	WRITE_ONCE(priv->path_events, priv->path_events + 1);
	spin_unlock_bh(&priv->paths.lock);
}

void ipoib_path_purge(struct ipoib_dev *priv)
{
	struct list_head *all = &priv->paths.all;

	while (!list_empty(all)) {
		unsigned int steps = IPOIB_PATH_BATCH;

		spin_lock_bh(&priv->paths.lock);
		for (; steps && !list_empty(all); steps--)
			ipoib_path_forget(list_first_entry(all, struct ipoib_path, dest.node),
					  IPOIB_DROP_NOT_OPEN);
		spin_unlock_bh(&priv->paths.lock);
		cond_resched();
	}
}

/*
 * Looks at the next few paths of a rank, *@left in all. Turning the list, which keeps its order, it
 * may let go of the lock in between.
 */
static void ipoib_path_gc_some(struct ipoib_dev *priv, enum ipoib_dest_rank rank,
			       unsigned int *left)
{
	struct list_head *lru = &priv->paths.lru[rank];
	unsigned int steps = IPOIB_PATH_BATCH;

	spin_lock_bh(&priv->paths.lock);
	for (; *left && steps && !list_empty(lru); (*left)--, steps--) {
		struct ipoib_dest *dest = list_first_entry(lru, struct ipoib_dest, lru);
		struct ipoib_path *path = ipoib_path_of(dest);

		if (dest->state == IPOIB_DEST_IDLE &&
		    ipoib_seconds_since(&dest->used) > IPOIB_PATH_IDLE) {
			ipoib_path_forget(path, IPOIB_DROP_UNREACHABLE);
			continue;
		}
		list_move_tail(&dest->lru, lru);
		/* In a long while jiffies come round, and what is past would be to come. */
		if (time_before(path->next_query, jiffies))
			WRITE_ONCE(path->next_query, jiffies);
	}
	if (list_empty(lru))
		*left = 0;
	spin_unlock_bh(&priv->paths.lock);
}

static void ipoib_path_gc(struct work_struct *work)
{
	struct ipoib_dev *priv = container_of(to_delayed_work(work), struct ipoib_dev, path_gc);
	enum ipoib_dest_rank rank;

	for (rank = 0; rank < IPOIB_DEST_RANKS; rank++) {
		unsigned int left = READ_ONCE(priv->paths.ranked[rank]);

		while (left) {
			ipoib_path_gc_some(priv, rank, &left);
			cond_resched();
		}
	}
	queue_delayed_work(ipoib_wq, &priv->path_gc, IPOIB_PATH_GC);
}

int ipoib_path_init(struct ipoib_dev *priv)
{
	unsigned int slots = ipoib_max_path_queries();
	int ret;

	init_waitqueue_head(&priv->path_idle);
	INIT_DELAYED_WORK(&priv->path_gc, ipoib_path_gc);
	priv->path_seed = get_random_u32();
	priv->path_hints = kcalloc(IPOIB_PATH_HINTS, sizeof(*priv->path_hints), GFP_KERNEL);
	if (!priv->path_hints)
		return -ENOMEM;
	ret = ipoib_dest_table_init(priv, &priv->paths, IPOIB_PATH_LINES, slots,
				    slots - slots / 4);
	if (ret) {
		kfree(priv->path_hints);
		return ret;
	}
	queue_delayed_work(ipoib_wq, &priv->path_gc, IPOIB_PATH_GC);
	return 0;
}

void ipoib_path_exit(struct ipoib_dev *priv)
{
	cancel_delayed_work_sync(&priv->path_gc);
	ipoib_path_purge(priv);
	wait_event(priv->path_idle, !READ_ONCE(priv->path_queries));
	/* The last callback may still hold the lock in which it counted to 0. */
	spin_lock_bh(&priv->paths.lock);
	spin_unlock_bh(&priv->paths.lock);
	ipoib_dest_table_exit(&priv->paths);
	kfree(priv->path_hints);
}
