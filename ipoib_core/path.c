// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: how to reach a peer's port, from the SA's path records (IBA 15.2.5.16).
 *
 * A path is looked up by the GID in the destination address; the QP number is taken from the
 * address itself. So there is no second table of neighbours behind the kernel's own, and a peer
 * that comes back with another QP number needs nothing from us.
 *
 * A path with an address handle is used at once, under RCU and without a lock. A path that may be
 * out of date (a flush, an ARP packet from another LID, unanswered probes) stays in use while the
 * SA is asked again, and until the SA has said several times that there is none: an SA that is
 * busy, or has just started, answers with an error too, and its client tells no difference.
 * A path without a handle gathers a few packets while a query is in flight; after a failed one,
 * packets are dropped until a waiting period has passed.
 *
 * path_lock protects all of it but the RCU readers' view. Paths are only removed under path_lock. A
 * removed path with a query in flight belongs to the query's callback, which frees it.
 */
#include "path.h"

#include <linux/if_arp.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "ah.h"
#include "compat.h"
#include "params.h"

/* Limits, so that neither a user nor the network makes memory or SA load grow without bound. */
#define IPOIB_PATH_MAX		16384	/* paths of an interface */
#define IPOIB_PATH_QUEUE	32	/* packets waiting for one path */
#define IPOIB_PATH_QUEUE_ALL	2048	/* packets waiting for all paths of an interface */
#define IPOIB_PATH_QUERIES	64	/* queries in flight of an interface */

/* What a path is asked for by */
#define IPOIB_PATH_MASK							\
	(IB_SA_PATH_REC_DGID | IB_SA_PATH_REC_SGID | IB_SA_PATH_REC_PKEY |	\
	 IB_SA_PATH_REC_NUMB_PATH | IB_SA_PATH_REC_TRAFFIC_CLASS)
#define IPOIB_PATH_TIMEOUT_MS	1000	/* one query; the SA client does not repeat it */
#define IPOIB_PATH_BACKOFF_MAX	4	/* seconds between failed queries: 1, 2, 4, 4... */
#define IPOIB_PATH_REFRESH	HZ	/* least time between two queries that succeed */
#define IPOIB_PATH_PROBES	(3 * HZ)	/* two probes in this time raise suspicion */
#define IPOIB_PATH_IDLE		600	/* seconds without a packet until a path is forgotten */
#define IPOIB_PATH_GC		(60 * HZ)

/**
 * struct ipoib_path - how to reach the port of one GID
 * @hash: in ipoib_dev.path_table
 * @dgid: key
 * @node: on ipoib_dev.paths
 * @priv: interface
 * @ah: handle, or NULL
 * @queue: packets that wait for @ah
 * @query: query in flight, for ib_sa_cancel_query()
 * @query_id: likewise
 * @used: time of last use in seconds of jiffies; written when it changes only
 * @next_query: jiffies before which the SA is not asked again
 * @probed: jiffies of the last unicast probe
 * @backoff: seconds to wait after the next failure
 * @querying: a query is in flight
 * @stale: @ah may be out of date; read without lock by senders
 * @dead: removed while @querying; the callback frees it
 * @rcu: for senders that still see it
 */
struct ipoib_path {
	struct rhash_head hash;
	union ib_gid dgid;
	struct list_head node;
	struct ipoib_dev *priv;
	struct ipoib_ah __rcu *ah;
	struct sk_buff_head queue;
	struct ib_sa_query *query;
	int query_id;
	unsigned long used;
	unsigned long next_query;
	unsigned long probed;
	unsigned int backoff;
	bool querying;
	bool stale;
	bool dead;
	struct rcu_head rcu;
};

/* The part of an ARP packet that tells who sent it (RFC 4391 section 9.1.1) */
struct ipoib_arp {
	struct arphdr arp;
	u8 sender[IPOIB_HW_ADDR_LEN];
} __packed;

static_assert(sizeof(struct ipoib_arp) == 28);

static const struct rhashtable_params ipoib_path_params = {
	.key_len = sizeof(union ib_gid),
	.key_offset = offsetof(struct ipoib_path, dgid),
	.head_offset = offsetof(struct ipoib_path, hash),
	.automatic_shrinking = true,
};

static struct ipoib_path *ipoib_path_find(struct ipoib_dev *priv, const u8 *gid)
{
	return rhashtable_lookup_fast(&priv->path_table, gid, ipoib_path_params);
}

static struct ipoib_ah *ipoib_path_ah_locked(struct ipoib_path *path)
{
	return rcu_dereference_protected(path->ah, lockdep_is_held(&path->priv->path_lock));
}

const struct ipoib_ah *ipoib_path_read(struct ipoib_dev *priv, struct list_head *node,
				       union ib_gid *dgid)
{
	struct ipoib_path *path = list_entry(node, struct ipoib_path, node);

	lockdep_assert_held(&priv->path_lock);
	*dgid = path->dgid;
	return ipoib_path_ah_locked(path);
}

/* Takes the waiting packets off @path; path_lock held. */
static void ipoib_path_take_queue(struct ipoib_path *path, struct sk_buff_head *queue)
{
	path->priv->path_queued -= skb_queue_len(&path->queue);
	skb_queue_splice_tail_init(&path->queue, queue);
}

static void ipoib_path_drop_queue(struct ipoib_dev *priv, struct sk_buff_head *queue,
				  enum ipoib_drop why)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(queue)))
		ipoib_drop(priv, skb, why);
}

static void ipoib_path_failed(struct ipoib_path *path)
{
	path->backoff = path->backoff ? min(path->backoff * 2, IPOIB_PATH_BACKOFF_MAX) : 1;
	path->next_query = jiffies + path->backoff * HZ;
}

static struct ipoib_ah *ipoib_path_make_ah(struct ipoib_dev *priv, struct sa_path_rec *rec)
{
	struct rdma_ah_attr attr;
	struct ipoib_ah *ah;

	if (ib_init_ah_attr_from_path(priv->intf.hca, priv->intf.port, rec, &attr, NULL))
		return NULL;
	ah = ipoib_ah_create(priv, &attr);
	rdma_destroy_ah_attr(&attr);
	if (IS_ERR(ah)) {
		if (net_ratelimit())
			netdev_warn(priv->dev, "no address handle for %pI6: error %ld\n",
				    rec->dgid.raw, PTR_ERR(ah));
		return NULL;
	}
	return ah;
}

/* A query ended with @ah or without; @refused: the SA did answer. */
static void ipoib_path_answer(struct ipoib_path *path, struct ipoib_ah *ah, bool refused)
{
	struct ipoib_dev *priv = path->priv;
	struct ipoib_ah *old = NULL;
	struct sk_buff_head queue;
	struct sk_buff *skb;
	bool lost;

	__skb_queue_head_init(&queue);
	spin_lock_bh(&priv->path_lock);
	path->querying = false;
	path->query = NULL;
	if (path->dead) {
		old = ah;
		ah = NULL;
		kfree_rcu(path, rcu);
	} else {
		lost = refused && path->backoff >= IPOIB_PATH_BACKOFF_MAX;
		if (ah || lost) {
			old = ipoib_path_ah_locked(path);
			rcu_assign_pointer(path->ah, ah);
		}
		if (ah) {
			path->backoff = 0;
			path->next_query = jiffies + IPOIB_PATH_REFRESH;
		} else {
			ipoib_path_failed(path);
			WRITE_ONCE(path->stale, true);
		}
		ipoib_path_take_queue(path, &queue);
	}
	spin_unlock_bh(&priv->path_lock);

	ipoib_ah_retire(priv, old);
	if (!ah) {
		/* Nothing waits for a path that kept its handle. */
		ipoib_path_drop_queue(priv, &queue, IPOIB_DROP_UNREACHABLE);
		return;
	}
	while ((skb = __skb_dequeue(&queue))) {
		skb_push(skb, IPOIB_HW_ADDR_LEN);
		dev_queue_xmit(skb);
	}
}

static void ipoib_path_done(int status, struct sa_path_rec *rec, COMPAT_NUM_PRS void *context)
{
	struct ipoib_path *path = context;
	struct ipoib_dev *priv = path->priv;
	struct ipoib_ah *ah = status ? NULL : ipoib_path_make_ah(priv, rec);

	ipoib_dbg(priv, "path to %pI6: status %d, DLID 0x%04x\n", path->dgid.raw, status,
		  ah ? ah->dlid : 0);
	/* -EINVAL is how the SA client hands on an answer with an error status. */
	ipoib_path_answer(path, ah, status == -EINVAL);

	/* The interface may go once the count is 0 and the lock is free: nothing after this. */
	spin_lock_bh(&priv->path_lock);
	if (!--priv->path_queries)
		wake_up(&priv->path_idle);
	spin_unlock_bh(&priv->path_lock);
}

/* Asks the SA; path_lock held. Without an answer to come, the path has failed on return. */
static void ipoib_path_query(struct ipoib_path *path)
{
	struct ipoib_dev *priv = path->priv;
	struct sa_path_rec rec = {
		.rec_type = SA_PATH_REC_TYPE_IB,
		.dgid = path->dgid,
		.sgid = priv->intf.local_gid,
		.pkey = cpu_to_be16(priv->intf.pkey),
		.numb_path = 1,
		.traffic_class = priv->bcast_rec.traffic_class,
	};

	lockdep_assert_held(&priv->path_lock);
	/* What was known is out of date from here on only if something happens after this. */
	WRITE_ONCE(path->stale, false);
	path->querying = true;
	priv->path_queries++;
	path->query_id = ib_sa_path_rec_get(&ipoib_sa_client, priv->intf.hca, priv->intf.port, &rec,
					    IPOIB_PATH_MASK, IPOIB_PATH_TIMEOUT_MS, GFP_ATOMIC,
					    ipoib_path_done, path, &path->query);
	if (path->query_id >= 0)
		return;

	/* No SM known, or no memory: the callback will not come. */
	path->querying = false;
	path->query = NULL;
	WRITE_ONCE(path->stale, true);
	ipoib_path_failed(path);
	if (!--priv->path_queries)
		wake_up(&priv->path_idle);
}

/* Asks the SA if that is due and allowed; path_lock held. */
static void ipoib_path_query_if_due(struct ipoib_path *path)
{
	if (path->querying || time_before(jiffies, path->next_query))
		return;
	if (path->priv->path_queries < IPOIB_PATH_QUERIES)
		ipoib_path_query(path);
}

/* path_lock held; NULL when there is no memory or there are too many. */
static struct ipoib_path *ipoib_path_create(struct ipoib_dev *priv, const u8 *gid)
{
	struct ipoib_path *path;

	if (priv->path_count >= IPOIB_PATH_MAX)
		return NULL;
	path = kzalloc(sizeof(*path), GFP_ATOMIC);
	if (!path)
		return NULL;

	memcpy(path->dgid.raw, gid, sizeof(path->dgid.raw));
	path->priv = priv;
	path->used = jiffies / HZ;
	path->next_query = jiffies;
	path->probed = jiffies - IPOIB_PATH_PROBES;
	__skb_queue_head_init(&path->queue);
	if (rhashtable_insert_fast(&priv->path_table, &path->hash, ipoib_path_params)) {
		kfree(path);
		return NULL;
	}
	list_add_tail(&path->node, &priv->paths);
	priv->path_count++;
	return path;
}

/* Removes a path; path_lock held. Its packets go to @drops, its handle is retired. */
static void ipoib_path_remove(struct ipoib_path *path, struct sk_buff_head *drops)
{
	struct ipoib_dev *priv = path->priv;

	rhashtable_remove_fast(&priv->path_table, &path->hash, ipoib_path_params);
	list_del(&path->node);
	priv->path_count--;
	ipoib_path_take_queue(path, drops);
	ipoib_ah_retire(priv, ipoib_path_ah_locked(path));
	RCU_INIT_POINTER(path->ah, NULL);
	if (!path->querying) {
		kfree_rcu(path, rcu);
		return;
	}
	/* The callback waits for path_lock, so the query cannot be gone yet. */
	path->dead = true;
	ib_sa_cancel_query(path->query_id, path->query);
}

/* Lets @skb wait for the path, or drops it; path_lock held. */
static void ipoib_path_queue_skb(struct ipoib_path *path, struct sk_buff *skb)
{
	struct ipoib_dev *priv = path->priv;

	if (skb_queue_len(&path->queue) >= IPOIB_PATH_QUEUE ||
	    priv->path_queued >= IPOIB_PATH_QUEUE_ALL) {
		ipoib_drop(priv, skb, IPOIB_DROP_PATH_QUEUE);
		return;
	}
	__skb_queue_tail(&path->queue, skb);
	priv->path_queued++;
}

/*
 * The slow way of ipoib_path_send(). Looking for a handle, queueing and starting a query happen in
 * one hold of path_lock, and so does the answer: no packet can be queued behind an answer's back.
 */
static bool ipoib_path_resolve(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	struct ipoib_path *path;
	struct ipoib_ah *ah;

	spin_lock_bh(&priv->path_lock);
	path = ipoib_path_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (!path)
		path = ipoib_path_create(priv, hwaddr + IPOIB_ADDR_GID);
	if (!path) {
		spin_unlock_bh(&priv->path_lock);
		ipoib_drop(priv, skb, IPOIB_DROP_PATH_LIMIT);
		return false;
	}

	ipoib_path_query_if_due(path);
	ah = ipoib_path_ah_locked(path);
	if (ah) {
		/* The caller's RCU section keeps it; send() must not run under path_lock. */
		spin_unlock_bh(&priv->path_lock);
		priv->ops->send(priv->dev, skb, ah->ah, ipoib_addr_qpn(hwaddr));
		return true;
	}
	if (path->querying)
		ipoib_path_queue_skb(path, skb);
	else if (time_before(jiffies, path->next_query))
		ipoib_drop(priv, skb, IPOIB_DROP_UNREACHABLE);
	else
		ipoib_drop(priv, skb, IPOIB_DROP_PATH_LIMIT);
	spin_unlock_bh(&priv->path_lock);
	return false;
}

bool ipoib_path_send(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr)
{
	unsigned long now = jiffies / HZ;
	struct ipoib_path *path;
	struct ipoib_ah *ah;

	path = ipoib_path_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (unlikely(!path))
		goto slow;
	if (READ_ONCE(path->used) != now)
		WRITE_ONCE(path->used, now);
	ah = rcu_dereference_bh(path->ah);
	if (unlikely(!ah || READ_ONCE(path->stale)))
		goto slow;
	priv->ops->send(priv->dev, skb, ah->ah, ipoib_addr_qpn(hwaddr));
	return true;
slow:
	return ipoib_path_resolve(priv, skb, hwaddr);
}

void ipoib_path_suspect(struct ipoib_dev *priv, const u8 *hwaddr)
{
	struct ipoib_path *path;

	spin_lock_bh(&priv->path_lock);
	path = ipoib_path_find(priv, hwaddr + IPOIB_ADDR_GID);
	if (path) {
		if (time_before(jiffies, path->probed + IPOIB_PATH_PROBES))
			ipoib_path_query_if_due(path);
		path->probed = jiffies;
	}
	spin_unlock_bh(&priv->path_lock);
}

void ipoib_accel_rx_arp(struct net_device *dev, const struct sk_buff *skb, u32 slid)
{
	const struct ipoib_arp *msg;
	struct ipoib_arp buf;
	struct ipoib_dev *priv = ipoib_priv(dev);
	struct ipoib_path *path;
	struct ipoib_ah *ah;

	msg = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!msg || msg->arp.ar_hrd != htons(ARPHRD_INFINIBAND) ||
	    msg->arp.ar_hln != IPOIB_HW_ADDR_LEN)
		return;

	rcu_read_lock();
	path = ipoib_path_find(priv, msg->sender + IPOIB_ADDR_GID);
	ah = path ? rcu_dereference(path->ah) : NULL;
	if (path && (!ah || ah->dlid != slid)) {
		spin_lock_bh(&priv->path_lock);
		/* The peer is there: what failed before, and when, says nothing any more. */
		if (!ah)
			path->next_query = jiffies;
		if (!path->dead)
			WRITE_ONCE(path->stale, true);
		spin_unlock_bh(&priv->path_lock);
	}
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(ipoib_accel_rx_arp);

void ipoib_path_invalidate(struct ipoib_dev *priv)
{
	struct ipoib_path *path;

	spin_lock_bh(&priv->path_lock);
	list_for_each_entry(path, &priv->paths, node) {
		WRITE_ONCE(path->stale, true);
		path->backoff = 0;
		path->next_query = jiffies;
	}
	spin_unlock_bh(&priv->path_lock);
}

void ipoib_path_purge(struct ipoib_dev *priv)
{
	struct ipoib_path *path, *next;
	struct sk_buff_head drops;

	__skb_queue_head_init(&drops);
	spin_lock_bh(&priv->path_lock);
	list_for_each_entry_safe(path, next, &priv->paths, node)
		ipoib_path_remove(path, &drops);
	spin_unlock_bh(&priv->path_lock);
	ipoib_path_drop_queue(priv, &drops, IPOIB_DROP_NOT_OPEN);
}

static void ipoib_path_gc(struct work_struct *work)
{
	struct ipoib_dev *priv = container_of(to_delayed_work(work), struct ipoib_dev, path_gc);
	struct ipoib_path *path, *next;
	struct sk_buff_head drops;

	__skb_queue_head_init(&drops);
	spin_lock_bh(&priv->path_lock);
	list_for_each_entry_safe(path, next, &priv->paths, node) {
		if (!path->querying && ipoib_seconds_since(&path->used) > IPOIB_PATH_IDLE)
			ipoib_path_remove(path, &drops);
	}
	spin_unlock_bh(&priv->path_lock);
	ipoib_path_drop_queue(priv, &drops, IPOIB_DROP_UNREACHABLE);
	queue_delayed_work(ipoib_wq, &priv->path_gc, IPOIB_PATH_GC);
}

int ipoib_path_init(struct ipoib_dev *priv)
{
	int ret;

	INIT_LIST_HEAD(&priv->paths);
	spin_lock_init(&priv->path_lock);
	init_waitqueue_head(&priv->path_idle);
	INIT_DELAYED_WORK(&priv->path_gc, ipoib_path_gc);
	ret = rhashtable_init(&priv->path_table, &ipoib_path_params);
	if (ret)
		return ret;
	queue_delayed_work(ipoib_wq, &priv->path_gc, IPOIB_PATH_GC);
	return 0;
}

void ipoib_path_exit(struct ipoib_dev *priv)
{
	cancel_delayed_work_sync(&priv->path_gc);
	ipoib_path_purge(priv);
	wait_event(priv->path_idle, !READ_ONCE(priv->path_queries));
	/* The last callback may still hold the lock in which it counted to 0. */
	spin_lock_bh(&priv->path_lock);
	spin_unlock_bh(&priv->path_lock);
	rhashtable_destroy(&priv->path_table);
}
