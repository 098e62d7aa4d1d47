/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a kernel as ipoib_core/dest.c asks for, in a program: it and dest.h are compiled
 * unchanged, with this file in front of them. What core.h says of tables, ranks and time is cut out
 * of it (dest_core.h, see tests/unit/destinations-make-room): all of core.h asks for far more.
 */
#ifndef DEST_KERNEL_H
#define DEST_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../send/list.h"

/* What ah.h and core.h have beyond that, as far as it is asked for, is below. */
#define IPOIB_CORE_H
#define IPOIB_AH_H

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define spinlock_t		int
#define HZ			250
#define GFP_KERNEL		0
#define __rcu
#define __packed		__attribute__((packed))
#define __read_mostly
#define ____cacheline_aligned_in_smp
#define READ_ONCE(x)		(x) /* nothing runs at the same time */
#define WRITE_ONCE(x, v)	((x) = (v))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define container_of(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))
#define WARN_ON_ONCE(x)		((x) ? fail("WARN_ON_ONCE(" #x ")") : (void)0, false)
#define lockdep_assert_held(lock)	((void)(lock))
#define lockdep_is_held(lock)		((void)(lock), true)
#define spin_lock_init(lock)		(*(lock) = 0)
#define rcu_dereference_protected(p, held)	((void)(held), (p))
#define rcu_assign_pointer(p, v)	((p) = (v))
#define kcalloc(n, size, flags)		((void)(flags), calloc(n, size))
#define kfree(p)			free(p)
#define get_random_once(p, size)	memset(p, 0x5a, size)
#define time_after_eq(a, b)		((long)((a) - (b)) >= 0)

void fail(const char *what) __attribute__((noreturn));
u32 get_random_u32(void);

extern unsigned long jiffies;

/* ---- packets: @owner and @number are the test's */

struct net_device;

struct sk_buff {
	struct sk_buff *next;
	struct net_device *dev;
	unsigned int owner;
	unsigned long number;
	unsigned int pushed;
};

struct sk_buff_head {
	struct sk_buff *first, *last;
	unsigned int len;
};

#define IPOIB_HW_ADDR_LEN	20
#define skb_queue_len(q)	((q)->len)
#define skb_queue_empty(q)	(!(q)->len)
#define skb_push(skb, n)	((skb)->pushed += (n))

void dev_queue_xmit(struct sk_buff *skb);

static inline void __skb_queue_head_init(struct sk_buff_head *queue)
{
	memset(queue, 0, sizeof(*queue));
}

static inline void __skb_queue_tail(struct sk_buff_head *queue, struct sk_buff *skb)
{
	skb->next = NULL;
	if (queue->last)
		queue->last->next = skb;
	else
		queue->first = skb;
	queue->last = skb;
	queue->len++;
}

static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *queue)
{
	struct sk_buff *skb = queue->first;

	if (!skb)
		return NULL;
	queue->first = skb->next;
	if (!queue->first)
		queue->last = NULL;
	queue->len--;
	return skb;
}

static inline void skb_queue_splice_tail_init(struct sk_buff_head *from, struct sk_buff_head *to)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(from)))
		__skb_queue_tail(to, skb);
}

/* ---- a hash, as good as no hash: what is looked for is compared with all */

union ib_gid {
	u8 raw[16];
};

struct rhash_head {
	struct rhash_head *next;
};

struct rhashtable {
	struct rhash_head *first;
	bool used;
};

struct rhashtable_compare_arg {
	const void *key;
};

struct rhashtable_params {
	size_t key_len, key_offset, head_offset;
	u32 (*hashfn)(const void *key, u32 len, u32 seed);
	int (*obj_cmpfn)(struct rhashtable_compare_arg *arg, const void *obj);
	bool automatic_shrinking;
};

static inline int rhashtable_init(struct rhashtable *table, const struct rhashtable_params *params)
{
	(void)params;
	table->first = NULL;
	return 0;
}

static inline void rhashtable_destroy(struct rhashtable *table)
{
	if (table->first)
		fail("the hash is not empty");
}

static inline int rhashtable_insert_fast(struct rhashtable *table, struct rhash_head *head,
					 struct rhashtable_params params)
{
	(void)params;
	head->next = table->first;
	table->first = head;
	return 0;
}

static inline void *rhashtable_lookup_fast(struct rhashtable *table, const void *key,
					   struct rhashtable_params params)
{
	struct rhashtable_compare_arg arg = { .key = key };
	struct rhash_head *head;

	for (head = table->first; head; head = head->next) {
		if (!params.obj_cmpfn(&arg, (char *)head - params.head_offset))
			return (char *)head - params.head_offset;
	}
	return NULL;
}

static inline int rhashtable_remove_fast(struct rhashtable *table, struct rhash_head *gone,
					 struct rhashtable_params params)
{
	struct rhash_head **head;

	(void)params;
	for (head = &table->first; *head; head = &(*head)->next) {
		if (*head != gone)
			continue;
		*head = gone->next;
		return 0;
	}
	fail("it is not in the hash");
}

/* ---- of core.h and ah.h */

enum ipoib_drop { IPOIB_DROP_QUEUE, IPOIB_DROP_EVICTED, IPOIB_DROP_UNREACHABLE };

struct ipoib_ah {
	unsigned int owner;
};

struct ipoib_dev {
	struct net_device *dev;
};

void ipoib_drop(struct ipoib_dev *priv, struct sk_buff *skb, enum ipoib_drop why);
void ipoib_ah_retire(struct ipoib_dev *priv, struct ipoib_ah *ah);

#include "dest_core.h"

#endif /* DEST_KERNEL_H */
