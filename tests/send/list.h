/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's lists, as far as its files that are compiled in programs here ask for them. */
#ifndef LIST_H
#define LIST_H

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

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

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	list_add(node, head->prev);
}

/* Who uses it afterwards falls. */
static inline void list_del(struct list_head *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
	node->next = NULL;
	node->prev = NULL;
}

static inline void list_del_init(struct list_head *node)
{
	list_del(node);
	INIT_LIST_HEAD(node);
}

static inline void list_move_tail(struct list_head *node, struct list_head *head)
{
	list_del(node);
	list_add_tail(node, head);
}

#define list_entry_at(node, pos, member)	container_of(node, typeof(*(pos)), member)
#define list_first_entry(head, type, member)	container_of((head)->next, type, member)
#define list_for_each_entry(pos, head, member)						\
	for ((pos) = list_entry_at((head)->next, pos, member); &(pos)->member != (head);	\
	     (pos) = list_entry_at((pos)->member.next, pos, member))
#define list_prepare_entry(pos, head, member)	((pos) ?: list_entry_at(head, pos, member))
#define list_for_each_entry_continue(pos, head, member)					\
	for ((pos) = list_entry_at((pos)->member.next, pos, member); &(pos)->member != (head);	\
	     (pos) = list_entry_at((pos)->member.next, pos, member))
#define list_for_each_entry_safe(pos, n, head, member)					\
	for ((pos) = list_entry_at((head)->next, pos, member),				\
	     (n) = list_entry_at((pos)->member.next, pos, member);			\
	     &(pos)->member != (head);							\
	     (pos) = (n), (n) = list_entry_at((n)->member.next, n, member))

#endif /* LIST_H */
