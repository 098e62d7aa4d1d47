/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_DEST_H
#define IPOIB_DEST_H

#include <linux/rhashtable.h>
#include <linux/skbuff.h>

#include "core.h"

/* ipoib_dest.state */
enum {
	IPOIB_DEST_IDLE,
	IPOIB_DEST_WAITING,	/* in a line: to be asked for when there is a slot */
	IPOIB_DEST_BUSY,	/* has a slot: a request is in flight */
};

/**
 * struct ipoib_dest - a port or a group that packets are sent to
 * @hash: in ipoib_dest_table.hash
 * @gid: key
 * @ah: handle, or NULL; RCU
 * @used: time of last use in seconds of jiffies, or one less, see ipoib_dest_look(); written when
 *	it changes only
 * @state: IPOIB_DEST_*; senders may read it without lock
 * @rank: enum ipoib_dest_rank
 * @dead: not in the table any more
 * @line: the line that it waits in, or whose slot it has
 * @node: on ipoib_dest_table.all
 * @lru: on ipoib_dest_table.lru of its rank
 * @turn: on ipoib_dest_line.waiting
 * @holder: on ipoib_dest_table.holders while @queue is not empty
 * @queue: packets that wait for @ah
 * @serial: rises along ipoib_dest_table.all; not 0
 * @looked: @used when eviction last passed by
 * @asked: jiffies, not 0, when it was asked for first, or again, since it last had a slot; else 0
 * @asked_ns: when the SA was asked last, if answers are traced; else 0
 *
 * What is not marked is protected by ipoib_dest_table.lock. Who embeds it frees it after RCU's
 * grace period.
 */
struct ipoib_dest {
	struct rhash_head hash;
	union ib_gid gid;
	struct ipoib_ah __rcu *ah;
	unsigned long used;
	u8 state;
	u8 rank;
	bool dead;
	u8 line;
	struct list_head node;
	struct list_head lru;
	struct list_head turn;
	struct list_head holder;
	struct sk_buff_head queue;
	u64 serial;
	unsigned long looked;
	unsigned long asked;
	u64 asked_ns;
};

/* Random numbers, the same for all tables: what is sent to, strangers choose. */
extern u64 ipoib_dest_secret[5];

/* A GID as it lies in a packet, anywhere; read as two numbers, no array is on the stack. */
struct ipoib_dest_key {
	u64 prefix;
	u64 id;
} __packed;

/*
 * A sum of products of what is secret and of what is not, of which the upper half counts. Whoever
 * does not know the secret cannot do better than chance: two GIDs have the same hash with a
 * probability of 2^-32 whatever they are ("pair-multiply-shift" of Thorup, which is strongly
 * universal; jhash promises nothing). And it takes a dozen instructions, jhash six dozen. The seed
 * is the rhashtable's, which changes it when a chain becomes long.
 */
static inline u32 ipoib_dest_hash(const void *gid, u32 len, u32 seed)
{
	const u64 *secret = ipoib_dest_secret;
	const struct ipoib_dest_key *key = gid;
	u64 prefix = key->prefix, id = key->id;

	return (secret[4] +
		(secret[0] + seed + (prefix >> 32)) * (secret[1] + (u32)prefix) +
		(secret[2] + seed + (id >> 32)) * (secret[3] + (u32)id)) >> 32;
}

/* Returns 0 when @obj is what is looked for. */
static inline int ipoib_dest_compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct ipoib_dest *dest = obj;
	const struct ipoib_dest_key *is = (const void *)dest->gid.raw, *wanted = arg->key;

	return is->prefix != wanted->prefix || is->id != wanted->id;
}

#define IPOIB_DEST_PARAMS {						\
	.key_len = sizeof(union ib_gid),				\
	.key_offset = offsetof(struct ipoib_dest, gid),			\
	.head_offset = offsetof(struct ipoib_dest, hash),		\
	.hashfn = ipoib_dest_hash,					\
	.obj_cmpfn = ipoib_dest_compare,				\
	.automatic_shrinking = true,					\
}

/**
 * struct ipoib_dest_cursor - how far somebody is who lists a table, with its lock free meanwhile
 * @gid: the destination that was looked at last
 * @serial: its serial number, 0: none was
 * @passed: that of the one that was handed out last
 * @until: the last one when the listing began
 */
struct ipoib_dest_cursor {
	union ib_gid gid;
	u64 serial;
	u64 passed;
	u64 until;
};

/**
 * ipoib_dest_find() - look a destination up
 * @table: table
 * @gid: key
 *
 * Context: RCU, or the table's lock held.
 * Return: the destination, or NULL.
 */
static inline struct ipoib_dest *ipoib_dest_find(struct ipoib_dest_table *table, const u8 *gid)
{
	static const struct rhashtable_params params = IPOIB_DEST_PARAMS;

	return rhashtable_lookup_fast(&table->hash, gid, params);
}

/**
 * ipoib_dest_touch() - a packet is sent there
 * @dest: destination
 */
static inline void ipoib_dest_touch(struct ipoib_dest *dest)
{
	unsigned long now = jiffies / HZ;

	if (READ_ONCE(dest->used) != now)
		WRITE_ONCE(dest->used, now);
}

/**
 * ipoib_dest_ah() - the handle of a destination
 * @table: table, its lock held
 * @dest: destination
 *
 * Return: the handle, valid under the lock and in the RCU section around it, or NULL.
 */
static inline struct ipoib_ah *ipoib_dest_ah(struct ipoib_dest_table *table,
					     struct ipoib_dest *dest)
{
	return rcu_dereference_protected(dest->ah, lockdep_is_held(&table->lock));
}

/**
 * ipoib_dest_add() - add a destination
 * @table: table, its lock held
 * @dest: zeroed
 * @gid: key, not in the table
 * @rank: what it is worth
 *
 * Return: 0 or -errno: without memory.
 */
int ipoib_dest_add(struct ipoib_dest_table *table, struct ipoib_dest *dest, const u8 *gid,
		   enum ipoib_dest_rank rank);

/**
 * ipoib_dest_next() - the next destination of a listing
 * @table: table, its lock held, which may be let go of between two calls
 * @cursor: zero at first
 * @steps: destinations that may be passed over in this hold of the lock; what is left of it
 *
 * What is in the table from the first call to the last is handed out once; what came or went
 * meanwhile, once or not at all.
 *
 * Return: a destination that is not dead, or NULL: the end, or, if @steps is 0, to be called again.
 */
struct ipoib_dest *ipoib_dest_next(struct ipoib_dest_table *table,
				   struct ipoib_dest_cursor *cursor, unsigned int *steps);

/**
 * ipoib_dest_remove() - let nobody find a destination any more
 * @table: table, its lock held
 * @dest: destination, not dead
 * @why: cause by which the packets are counted that wait for it
 *
 * It stays on ipoib_dest_table.all and keeps its handle and, when it is BUSY, its slot.
 */
void ipoib_dest_remove(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		       enum ipoib_drop why);

/**
 * ipoib_dest_set_rank() - a destination is worth more now, or less
 * @table: table, its lock held
 * @dest: destination, not dead
 * @rank: new rank
 */
void ipoib_dest_set_rank(struct ipoib_dest_table *table, struct ipoib_dest *dest,
			 enum ipoib_dest_rank rank);

/**
 * ipoib_dest_set_ah() - from now on packets go out with another handle
 * @table: table, its lock held
 * @dest: destination
 * @ah: new handle, or NULL: packets wait from now on
 *
 * Retires the old one, and makes a stranger of what was fresh, or the reverse.
 */
void ipoib_dest_set_ah(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		       struct ipoib_ah *ah);

/**
 * ipoib_dest_victim() - the destination that may be missed most easily
 * @table: table, its lock held, with at least @limit counted destinations
 * @limit: how many there may be
 *
 * Looks at a handful of destinations, however many there are.
 *
 * Return: a destination that is not WANTED, for ipoib_dest_remove().
 */
struct ipoib_dest *ipoib_dest_victim(struct ipoib_dest_table *table, unsigned int limit);

/**
 * ipoib_dest_hold() - let a packet wait for a destination's handle
 * @table: table, its lock held
 * @dest: destination, not dead
 * @skb: packet, consumed
 * @limit: packets that may wait for one destination
 * @limit_all: packets that may wait for all of the table; beyond it an older one goes
 * @why: cause by which a packet is counted that has to go
 */
void ipoib_dest_hold(struct ipoib_dest_table *table, struct ipoib_dest *dest, struct sk_buff *skb,
		     unsigned int limit, unsigned int limit_all, enum ipoib_drop why);

/**
 * ipoib_dest_take() - take the waiting packets off a destination
 * @table: table, its lock held
 * @dest: destination
 * @queue: they are added to it
 */
void ipoib_dest_take(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		     struct sk_buff_head *queue);

/**
 * ipoib_dest_send() - send packets that have waited
 * @queue: from ipoib_dest_take(); empty afterwards
 *
 * Context: process, no locks.
 */
void ipoib_dest_send(struct sk_buff_head *queue);

/**
 * ipoib_dest_drop() - drop the packets that wait for a destination
 * @table: table, its lock held
 * @dest: destination
 * @why: cause
 */
void ipoib_dest_drop(struct ipoib_dest_table *table, struct ipoib_dest *dest,
		     enum ipoib_drop why);

/**
 * ipoib_dest_wait() - have a destination asked for when it is its turn
 * @table: table, its lock held
 * @dest: destination, not dead; nothing happens when it is BUSY
 * @line: the line to wait in
 *
 * Who asks a second time for the same, half a second later or more, comes to the front of its line.
 */
void ipoib_dest_wait(struct ipoib_dest_table *table, struct ipoib_dest *dest, unsigned int line);

/**
 * ipoib_dest_unwait() - take a destination out of its line
 * @table: table, its lock held
 * @dest: destination; nothing happens unless it is WAITING
 */
void ipoib_dest_unwait(struct ipoib_dest_table *table, struct ipoib_dest *dest);

/**
 * ipoib_dest_grant() - give a free slot to the next one that waits
 * @table: table, its lock held
 *
 * Return: the destination, BUSY until ipoib_dest_release(), or NULL: no slot is free that somebody
 * waits for.
 */
struct ipoib_dest *ipoib_dest_grant(struct ipoib_dest_table *table);

/**
 * ipoib_dest_release() - a destination's request has ended
 * @table: table, its lock held
 * @dest: BUSY; may be dead
 *
 * There is a slot for the next one: ipoib_dest_grant() is to be called.
 */
void ipoib_dest_release(struct ipoib_dest_table *table, struct ipoib_dest *dest);

/**
 * ipoib_dest_backoff() - how long to wait after one more failure
 * @backoff: seconds that were waited the last time, 0 at first; updated
 * @max: the most of it
 *
 * Return: jiffies, up to a quarter more or less than the seconds: who failed at the same time shall
 * not ask again at the same time.
 */
unsigned long ipoib_dest_backoff(unsigned int *backoff, unsigned int max);

/**
 * ipoib_dest_table_init() - prepare a table
 * @priv: interface
 * @table: table
 * @num_lines: lines that destinations may wait in
 * @slots: requests in flight
 * @line_slots: those of one line
 *
 * Return: 0 or -ENOMEM.
 */
int ipoib_dest_table_init(struct ipoib_dev *priv, struct ipoib_dest_table *table,
			  unsigned int num_lines, unsigned int slots, unsigned int line_slots);

/**
 * ipoib_dest_table_exit() - free an empty table
 * @table: table
 */
void ipoib_dest_table_exit(struct ipoib_dest_table *table);

#endif /* IPOIB_DEST_H */
