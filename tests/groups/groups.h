/* SPDX-License-Identifier: GPL-2.0 */
/* What groups.c of accel_ref asks of a kernel beyond tests/send/kernel.h, which comes first. */
#ifndef GROUPS_H
#define GROUPS_H

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add(struct list_head *node, struct list_head *head)
{
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void list_del(struct list_head *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
}

static inline void list_move_tail(struct list_head *node, struct list_head *head)
{
	list_del(node);
	list_add(node, head->prev);
}

#define list_first_entry(head, type, member)	container_of((head)->next, type, member)
#define list_entry_at(node, pos, member)	container_of(node, typeof(*(pos)), member)
#define list_for_each_entry(pos, head, member)						\
	for ((pos) = list_entry_at((head)->next, pos, member); &(pos)->member != (head);	\
	     (pos) = list_entry_at((pos)->member.next, pos, member))
#define list_for_each_entry_safe(pos, n, head, member)					\
	for ((pos) = list_entry_at((head)->next, pos, member),				\
	     (n) = list_entry_at((pos)->member.next, pos, member);			\
	     &(pos)->member != (head);							\
	     (pos) = (n), (n) = list_entry_at((n)->member.next, n, member))
#define kzalloc(size, flags)	((void)(flags), calloc(1, size))
#define kfree(p)		free(p)

#define lockdep_assert_held(lock)	((void)(lock))
#define atomic_dec(v)		(--*(v))
#define time_in_range(a, b, c)	((long)((a) - (b)) >= 0 && (long)((c) - (a)) >= 0)
#define time_after(a, b)	((long)((b) - (a)) < 0)
int ib_attach_mcast(struct ib_qp *qp, union ib_gid *gid, u16 lid);
int ib_detach_mcast(struct ib_qp *qp, union ib_gid *gid, u16 lid);

#endif /* GROUPS_H */
