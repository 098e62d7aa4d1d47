/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers that come, answer and go, and beside the table of ipoib_core/dest.c a model of it, which
 * follows what dest.h promises: each function here does something, and fails if the table is not as
 * it should be then.
 */
#ifndef PEERS_H
#define PEERS_H

#include "dest.h"

#define PEERS	256
#define LINES	8
/* Of dest.c: each rank's part of the table. */
#define SHARES	8

/* Whether it was used since the hand of the clock came by, as far as one can tell. */
enum use { USE_NOT, USE_UNKNOWN, USE_SURELY };

/**
 * struct peer - a destination, and what is known of it
 * @dest: it
 * @number: in its GID
 * @rank: what it should have
 * @use: see there
 * @turn: the lowest of a line is the next
 * @asked: as ipoib_dest.asked
 * @since: packets wait for it since then
 * @head: number of the packet that waits longest
 * @tail: of the next one to come
 */
struct peer {
	struct ipoib_dest dest;
	unsigned int number;
	enum ipoib_dest_rank rank;
	enum use use;
	long turn;
	unsigned long asked;
	unsigned long since;
	unsigned long head, tail;
};

extern struct ipoib_dest_table table;
extern struct peer *peers[PEERS];
extern unsigned int limit, limit_one, limit_all, num_lines, number;
extern unsigned int evicted[IPOIB_DEST_RANKS], dropped, sent;
extern int the_seed, life;
extern u32 state;

u32 below(u32 n);
struct peer *peer_of(const struct ipoib_dest *dest);
void gid_of(u8 *gid, unsigned int n);
unsigned int ranked(enum ipoib_dest_rank rank);
void peers_look(void);
void peer_set_rank(struct peer *peer, enum ipoib_dest_rank as);
void peer_set_ah(struct peer *peer, bool there);
void peer_remove(struct peer *peer);
struct peer *peer_add(enum ipoib_dest_rank as);
void peer_use(struct peer *peer);
void peer_hold(struct peer *peer);
void peer_wait(struct peer *peer, unsigned int line);
void peer_answer(struct peer *peer, bool known);
void peers_begin(unsigned int max, unsigned int lines);
void peers_end(void);

#endif /* PEERS_H */
