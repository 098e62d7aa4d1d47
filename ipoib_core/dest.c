// SPDX-License-Identifier: GPL-2.0
/*
 * Destinations: what a port that a path leads to and a multicast group have in common. A key, a
 * handle that senders find under RCU, a short queue of packets until there is one, and limits. Who
 * asks the SA for it, and how, is in path.c and in mcast_join.c.
 *
 * Anybody on the fabric can make this host send to GIDs that are not there, and any local user can
 * send to groups. So each limit here is somebody's to reach, and must cost the others nothing:
 *
 * Room. A full table does not refuse the newest, it evicts: what has no handle, then what the SA
 * knows, then what is known to be of use, each by least recent use (a clock: what was used since
 * the hand last came by gets another round). Each rank keeps an eighth of the table whatever the
 * others do, so that who is new has the time to be found, and a flood of one rank goes round in its
 * own share once it has what is free.
 *
 * Slots. A limited number of requests is in flight. A destination that finds no slot free waits for
 * its turn, in a line: there is one for each kind or source of destinations. Lines are served in
 * turn and none may have all slots, so that a long one delays itself alone. In a line who came
 * first is first, but for who asks again: a peer that is there does, an invented one hardly.
 *
 * Packets. Beyond the limit of those that wait the oldest goes, of the longest among a few of the
 * queues that have waited longest: not the first packet of somebody new.
 *
 * table->lock protects all but the RCU readers' view; nothing here sleeps. Each function takes a
 * constant number of steps, or one by line. Packets are freed under the lock: nothing that frees
 * one sends.
 */
#include "dest.h"

#include <linux/once.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "ah.h"

/* Each rank has one part in so many for itself. */
#define IPOIB_DEST_SHARES	8
/* Destinations that eviction looks at before it takes one that was used. */
#define IPOIB_DEST_STEPS	16
/* Queues that are compared when a packet has to go. */
#define IPOIB_DEST_QUEUES	8
/* Asking again counts after this time; retransmissions of ARP and ND are a second apart. */
#define IPOIB_DEST_AGAIN	(HZ / 2)

u64 ipoib_dest_secret[5] __read_mostly;

static const struct rhashtable_params ipoib_dest_params = IPOIB_DEST_PARAMS;

/*
 * The next packet tells that it is used, though it may be of the same second: a flood brings the
 * hand of the clock round many times in one.
 */
static void ipoib_dest_look(struct ipoib_dest *dest)
{
	unsigned long used = READ_ONCE(dest->used);

	/* 32 bits come round: before 0 is the largest number of seconds. */
	if (!ipoib_seconds_since(&used)) {
		used = used ? used - 1 : ULONG_MAX / HZ;
		WRITE_ONCE(dest->used, used);
	}
	dest->looked = used;
}

static void ipoib_dest_enrank(struct ipoib_dest_table *table, struct ipoib_dest *dest,
			      enum ipoib_dest_rank rank)
{
	WRITE_ONCE(dest->rank, rank);
	ipoib_dest_look(dest);
	list_add_tail(&dest->lru, &table->lru[rank]);
	table->ranked[rank]++;
	if (rank != IPOIB_DEST_WANTED)
		table->count++;
}

static void ipoib_dest_unrank(struct ipoib_dest_table *table, struct ipoib_dest *dest)
{
	list_del(&dest->lru);
	table->ranked[dest->rank]--;
	if (dest->rank != IPOIB_DEST_WANTED)
		table->count--;
}

void ipoib_dest_unwait(struct ipoib_dest_table *table, struct ipoib_dest *dest)
{
	lockdep_assert_held(&table->lock);
	if (dest->state != IPOIB_DEST_WAITING)
		return;
	list_del(&dest->turn);
	WRITE_ONCE(dest->state, IPOIB_DEST_IDLE);
}

int ipoib_dest_add(struct ipoib_dest_table *table, struct ipoib_dest *dest, const u8 *gid,
		   enum ipoib_dest_rank rank)
{
	int ret;

	lockdep_assert_held(&table->lock);
	memcpy(dest->gid.raw, gid, sizeof(dest->gid.raw));
	dest->used = jiffies / HZ;
	dest->state = IPOIB_DEST_IDLE;
	INIT_LIST_HEAD(&dest->holder);
	__skb_queue_head_init(&dest->queue);
	/* Who finds it in the hash, without the lock, reads it: before that. One may be skipped. */
	dest->serial = ++table->serial;
	ret = rhashtable_insert_fast(&table->hash, &dest->hash, ipoib_dest_params);
	if (ret)
		return ret;
	list_add_tail(&dest->node, &table->all);
	ipoib_dest_enrank(table, dest, rank);
	return 0;
}

/*
 * The cursor is a key, not a pointer: its destination may have gone, and even come back, since the
 * lock was let go of. Then the list is walked again from its beginning, past what was handed out.
 * Each such time one of the destinations up to cursor->until has gone, so that it ends.
 */
struct ipoib_dest *ipoib_dest_next(struct ipoib_dest_table *table,
				   struct ipoib_dest_cursor *cursor, unsigned int *steps)
{
	struct ipoib_dest *dest = NULL;

	lockdep_assert_held(&table->lock);
	if (!cursor->until)
		cursor->until = table->serial;
	if (cursor->serial)
		dest = ipoib_dest_find(table, cursor->gid.raw);
	if (dest && dest->serial != cursor->serial)
		dest = NULL;
	dest = list_prepare_entry(dest, &table->all, node);
	list_for_each_entry_continue(dest, &table->all, node) {
		if (dest->serial > cursor->until)
			break;
		/* Nobody finds it by its key; the groups that wait to be left are bounded. */
		if (dest->dead)
			continue;
		cursor->gid = dest->gid;
		cursor->serial = dest->serial;
		if (dest->serial > cursor->passed) {
			cursor->passed = dest->serial;
			return dest;
		}
		if (!--*steps)
			return NULL;
	}
	return NULL;
}

void ipoib_dest_remove(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		       enum ipoib_drop why)
{
	lockdep_assert_held(&table->lock);
	rhashtable_remove_fast(&table->hash, &dest->hash, ipoib_dest_params);
	ipoib_dest_unrank(table, dest);
	ipoib_dest_unwait(table, dest);
	ipoib_dest_drop(table, dest, why);
	dest->dead = true;
}

void ipoib_dest_set_rank(struct ipoib_dest_table *table, struct ipoib_dest *dest,
			 enum ipoib_dest_rank rank)
{
	lockdep_assert_held(&table->lock);
	if (dest->rank == rank)
		return;
	ipoib_dest_unrank(table, dest);
	ipoib_dest_enrank(table, dest, rank);
}

void ipoib_dest_set_ah(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		       struct ipoib_ah *ah)
{
	struct ipoib_ah *old = ipoib_dest_ah(table, dest);

	rcu_assign_pointer(dest->ah, ah);
	ipoib_ah_retire(table->priv, old);
	if (dest->dead)
		return;
	if (ah && dest->rank == IPOIB_DEST_FRESH)
		ipoib_dest_set_rank(table, dest, IPOIB_DEST_STRANGER);
	else if (!ah && dest->rank == IPOIB_DEST_STRANGER)
		ipoib_dest_set_rank(table, dest, IPOIB_DEST_FRESH);
}

/* The first rank that has more than its share; the last one has what the others leave. */
static enum ipoib_dest_rank ipoib_dest_victim_rank(const struct ipoib_dest_table *table,
						   unsigned int limit)
{
	unsigned int share = limit / IPOIB_DEST_SHARES;

	if (table->ranked[IPOIB_DEST_FRESH] > share)
		return IPOIB_DEST_FRESH;
	if (table->ranked[IPOIB_DEST_STRANGER] > share)
		return IPOIB_DEST_STRANGER;
	return IPOIB_DEST_KNOWN;
}

struct ipoib_dest *ipoib_dest_victim(struct ipoib_dest_table *table, unsigned int limit)
{
	struct list_head *lru = &table->lru[ipoib_dest_victim_rank(table, limit)];
	unsigned int steps = IPOIB_DEST_STEPS;
	struct ipoib_dest *dest;

	lockdep_assert_held(&table->lock);
	while (steps--) {
		dest = list_first_entry(lru, struct ipoib_dest, lru);
		/* Who waits for an answer, or for its turn, is about to be worth more. */
		if (dest->state == IPOIB_DEST_IDLE && dest->looked == READ_ONCE(dest->used))
			return dest;
		ipoib_dest_look(dest);
		list_move_tail(&dest->lru, lru);
	}
	return list_first_entry(lru, struct ipoib_dest, lru);
}

/* A packet waits no more; its queue may be empty now. */
static void ipoib_dest_unhold(struct ipoib_dest_table *table, struct ipoib_dest *dest,
			      unsigned int packets)
{
	table->queued -= packets;
	if (skb_queue_empty(&dest->queue))
		list_del_init(&dest->holder);
}

/* Drops one packet of those that wait, of which there are some. */
static void ipoib_dest_make_room(struct ipoib_dest_table *table, enum ipoib_drop why)
{
	struct ipoib_dest *longest = NULL, *dest;
	unsigned int steps = IPOIB_DEST_QUEUES;

	list_for_each_entry(dest, &table->holders, holder) {
		if (!longest || skb_queue_len(&dest->queue) > skb_queue_len(&longest->queue))
			longest = dest;
		if (!--steps)
			break;
	}
	if (WARN_ON_ONCE(!longest))
		return;
	ipoib_drop(table->priv, __skb_dequeue(&longest->queue), why);
	ipoib_dest_unhold(table, longest, 1);
	/* Nobody is there who would like to know. */
	if (skb_queue_empty(&longest->queue) && longest->rank == IPOIB_DEST_FRESH)
		ipoib_dest_unwait(table, longest);
}

void ipoib_dest_hold(struct ipoib_dest_table *table, struct ipoib_dest *dest, struct sk_buff *skb,
		     unsigned int limit, unsigned int limit_all, enum ipoib_drop why)
{
	lockdep_assert_held(&table->lock);
	if (skb_queue_len(&dest->queue) >= limit) {
		ipoib_drop(table->priv, skb, why);
		return;
	}
	if (table->queued >= limit_all)
		ipoib_dest_make_room(table, why);
	if (skb_queue_empty(&dest->queue))
		list_add_tail(&dest->holder, &table->holders);
	/* It goes on by the stack, and who has led it here, teql, may have left its own. */
	skb->dev = table->priv->dev;
	__skb_queue_tail(&dest->queue, skb);
	table->queued++;
}

void ipoib_dest_take(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		     struct sk_buff_head *queue)
{
	unsigned int packets = skb_queue_len(&dest->queue);

	lockdep_assert_held(&table->lock);
	skb_queue_splice_tail_init(&dest->queue, queue);
	ipoib_dest_unhold(table, dest, packets);
}

void ipoib_dest_send(struct sk_buff_head *queue)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(queue))) {
		skb_push(skb, IPOIB_HW_ADDR_LEN);
		dev_queue_xmit(skb);
	}
}

void ipoib_dest_drop(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		     enum ipoib_drop why)
{
	struct sk_buff_head queue;
	struct sk_buff *skb;

	__skb_queue_head_init(&queue);
	ipoib_dest_take(table, dest, &queue);
	while ((skb = __skb_dequeue(&queue)))
		ipoib_drop(table->priv, skb, why);
}

void ipoib_dest_wait(struct ipoib_dest_table *table, struct ipoib_dest *dest, unsigned int line)
{
	struct list_head *waiting = &table->lines[line].waiting;
	bool again = dest->asked && time_after_eq(jiffies, dest->asked + IPOIB_DEST_AGAIN);

	lockdep_assert_held(&table->lock);
	if (dest->state == IPOIB_DEST_BUSY ||
	    (dest->state == IPOIB_DEST_WAITING && dest->line == line && !again))
		return;
	ipoib_dest_unwait(table, dest);
	dest->line = line;
	if (again)
		list_add(&dest->turn, waiting);
	else
		list_add_tail(&dest->turn, waiting);
	if (again || !dest->asked)
		dest->asked = jiffies | 1;
	WRITE_ONCE(dest->state, IPOIB_DEST_WAITING);
}

struct ipoib_dest *ipoib_dest_grant(struct ipoib_dest_table *table)
{
	unsigned int i;

	lockdep_assert_held(&table->lock);
	if (table->busy >= table->slots)
		return NULL;
	for (i = 0; i < table->num_lines; i++) {
		unsigned int number = (table->next_line + i) % table->num_lines;
		struct ipoib_dest_line *line = &table->lines[number];
		struct ipoib_dest *dest;

		if (line->busy >= line->slots || list_empty(&line->waiting))
			continue;
		dest = list_first_entry(&line->waiting, struct ipoib_dest, turn);
		ipoib_dest_unwait(table, dest);
		WRITE_ONCE(dest->state, IPOIB_DEST_BUSY);
		dest->asked = 0;
		line->busy++;
		table->busy++;
		table->next_line = (number + 1) % table->num_lines;
		return dest;
	}
	return NULL;
}

void ipoib_dest_release(struct ipoib_dest_table *table, struct ipoib_dest *dest)
{
	lockdep_assert_held(&table->lock);
	table->lines[dest->line].busy--;
	table->busy--;
	WRITE_ONCE(dest->state, IPOIB_DEST_IDLE);
}

unsigned long ipoib_dest_backoff(unsigned int *backoff, unsigned int max)
{
	*backoff = *backoff ? min(*backoff * 2, max) : 1;
	return *backoff * HZ * 3 / 4 + get_random_u32() % (*backoff * HZ / 2);
}

int ipoib_dest_table_init(struct ipoib_dev *priv, struct ipoib_dest_table *table,
			  unsigned int num_lines, unsigned int slots, unsigned int line_slots)
{
	unsigned int i;
	int ret;

	get_random_once(ipoib_dest_secret, sizeof(ipoib_dest_secret));
	table->lines = kcalloc(num_lines, sizeof(*table->lines), GFP_KERNEL);
	if (!table->lines)
		return -ENOMEM;
	ret = rhashtable_init(&table->hash, &ipoib_dest_params);
	if (ret) {
		kfree(table->lines);
		return ret;
	}
	for (i = 0; i < num_lines; i++) {
		INIT_LIST_HEAD(&table->lines[i].waiting);
		table->lines[i].slots = line_slots;
	}
	for (i = 0; i < IPOIB_DEST_RANKS; i++)
		INIT_LIST_HEAD(&table->lru[i]);
	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->all);
	INIT_LIST_HEAD(&table->holders);
	table->priv = priv;
	table->num_lines = num_lines;
	table->slots = slots;
	return 0;
}

void ipoib_dest_table_exit(struct ipoib_dest_table *table)
{
	rhashtable_destroy(&table->hash);
	kfree(table->lines);
}
