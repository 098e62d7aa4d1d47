// SPDX-License-Identifier: GPL-2.0
/* See peers.h. */
#include "peers.h"

/* Of dest.c: how far it looks for a victim, and for a packet. */
#define LOOKS	16
#define QUEUES	8

unsigned long jiffies;

struct ipoib_dest_table table;
struct peer *peers[PEERS];
unsigned int limit, limit_one, limit_all, num_lines, number;
unsigned int evicted[IPOIB_DEST_RANKS], dropped, sent;
int the_seed, life;
u32 state;

static struct ipoib_dev priv;
static unsigned int slots, line_slots, passed[LINES], handles;
static struct sk_buff *newest;
static struct peer *loser;
static bool refused;
static long front, back;
static unsigned long now;

void fail(const char *what)
{
	printf("FAIL: %s (seed %d, life %d)\n", what, the_seed, life);
	exit(1);
}

u32 below(u32 n)
{
	state = state * 1664525 + 1013904223;
	return (u64)(state >> 8) * n >> 24;
}

u32 get_random_u32(void)
{
	return below(1 << 24) << 8 | below(256);
}

struct peer *peer_of(const struct ipoib_dest *dest)
{
	return dest ? container_of(dest, struct peer, dest) : NULL;
}

static void consume(struct sk_buff *skb)
{
	struct peer *peer = NULL;
	unsigned int i;

	for (i = 0; i < PEERS && !peer; i++) {
		if (peers[i] && peers[i]->number == skb->owner)
			peer = peers[i];
	}
	if (!peer || skb->number != peer->head)
		fail("not the packet that has waited longest for its destination");
	peer->head++;
	loser = peer;
	free(skb);
}

void ipoib_drop(struct ipoib_dev *of, struct sk_buff *skb, enum ipoib_drop why)
{
	(void)of;
	(void)why;
	dropped++;
	if (skb == newest) {
		refused = true;
		free(skb);
		return;
	}
	consume(skb);
}

void dev_queue_xmit(struct sk_buff *skb)
{
	if (skb->pushed != IPOIB_HW_ADDR_LEN || skb->dev != priv.dev)
		fail("it is not as it came");
	sent++;
	consume(skb);
}

void ipoib_ah_retire(struct ipoib_dev *of, struct ipoib_ah *ah)
{
	(void)of;
	handles -= !!ah;
	free(ah);
}

void gid_of(u8 *gid, unsigned int n)
{
	memset(gid, 0, 16);
	gid[0] = 0xfe;
	memcpy(gid + 12, &n, sizeof(n));
}

/* Peers of a rank that are in the table. */
unsigned int ranked(enum ipoib_dest_rank rank)
{
	unsigned int i, n = 0;

	for (i = 0; i < PEERS; i++)
		n += peers[i] && !peers[i]->dest.dead && peers[i]->rank == rank;
	return n;
}

static unsigned int busy(int line)
{
	unsigned int i, n = 0;

	for (i = 0; i < PEERS; i++)
		n += peers[i] && peers[i]->dest.state == IPOIB_DEST_BUSY &&
		     (line < 0 || peers[i]->dest.line == line);
	return n;
}

static bool is_waiting(const struct peer *peer)
{
	return peer && peer->dest.state == IPOIB_DEST_WAITING;
}

/* The next of a line, or NULL. */
static struct peer *next_of(unsigned int line)
{
	struct peer *next = NULL;
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		if (is_waiting(peers[i]) && peers[i]->dest.line == line &&
		    (!next || peers[i]->turn < next->turn))
			next = peers[i];
	}
	return next;
}

void peers_look(void)
{
	unsigned int i, waiting = 0, count = 0;

	for (i = 0; i < IPOIB_DEST_RANKS; i++) {
		if (table.ranked[i] != ranked(i))
			fail("ranks are not counted as they are");
		count += i == IPOIB_DEST_WANTED ? 0 : ranked(i);
	}
	for (i = 0; i < PEERS; i++) {
		const struct ipoib_dest *dest = peers[i] ? &peers[i]->dest : NULL;

		if (!dest)
			continue;
		if (dest->rank != peers[i]->rank && !dest->dead)
			fail("it is not worth what it should be");
		if (skb_queue_len(&dest->queue) != peers[i]->tail - peers[i]->head)
			fail("packets are lost");
		if (skb_queue_len(&dest->queue) > limit_one || (dest->dead && dest->queue.len))
			fail("more packets wait for one than may");
		waiting += skb_queue_len(&dest->queue);
	}
	if (table.count != count || count > limit)
		fail("there are more than may be, or they are not counted");
	if (table.queued != waiting || waiting > limit_all)
		fail("more packets wait than may, or they are not counted");
	if (table.busy != busy(-1) || table.busy > slots)
		fail("more are asked for than may be, or they are not counted");
	for (i = 0; i < num_lines; i++) {
		if (table.lines[i].busy != busy(i) || table.lines[i].busy > line_slots)
			fail("a line has more slots than it may, or they are not counted");
	}
}

static void peer_free(struct peer *peer)
{
	unsigned int i;

	for (i = 0; peers[i] != peer; i++)
		;
	peers[i] = NULL;
	free(peer);
}

static void rank(struct peer *peer, enum ipoib_dest_rank rank)
{
	if (rank != peer->rank)
		peer->use = USE_NOT;
	peer->rank = rank;
}

void peer_set_rank(struct peer *peer, enum ipoib_dest_rank as)
{
	ipoib_dest_set_rank(&table, &peer->dest, as);
	rank(peer, as);
}

void peer_set_ah(struct peer *peer, bool there)
{
	struct ipoib_ah *ah = there ? calloc(1, sizeof(*ah)) : NULL;

	handles += there;
	ipoib_dest_set_ah(&table, &peer->dest, ah);
	if (peer->dest.dead)
		return;
	if (there && peer->rank == IPOIB_DEST_FRESH)
		rank(peer, IPOIB_DEST_STRANGER);
	else if (!there && peer->rank == IPOIB_DEST_STRANGER)
		rank(peer, IPOIB_DEST_FRESH);
}

/* As ipoib_path_remove(). */
void peer_remove(struct peer *peer)
{
	ipoib_dest_remove(&table, &peer->dest, IPOIB_DROP_EVICTED);
	list_del(&peer->dest.node);
	peer_set_ah(peer, false);
	if (ipoib_dest_find(&table, peer->dest.gid.raw))
		fail("who is gone is found");
	if (peer->dest.state != IPOIB_DEST_BUSY)
		peer_free(peer);
}

/* Has somebody go, and looks at who that is. */
static struct peer *peer_evict(void)
{
	bool cold = false, few;
	struct peer *victim;
	unsigned int i;

	victim = peer_of(ipoib_dest_victim(&table, limit));
	if (victim->dest.dead || victim->rank == IPOIB_DEST_WANTED)
		fail("who is gone, or wanted, has to go");
	for (i = 0; i < victim->rank; i++) {
		if (ranked(i) > limit / SHARES)
			fail("who is worth more goes before who is worth less");
	}
	if (ranked(victim->rank) <= limit / SHARES)
		fail("a rank does not keep its share");
	few = ranked(victim->rank) <= LOOKS;
	for (i = 0; i < PEERS; i++) {
		if (!peers[i] || peers[i]->dest.dead || peers[i]->rank != victim->rank)
			continue;
		cold |= peers[i]->use == USE_NOT && peers[i]->dest.state == IPOIB_DEST_IDLE;
	}
	if (few && cold && (victim->use == USE_SURELY || victim->dest.state != IPOIB_DEST_IDLE))
		fail("who is used, or asked for, goes before who is not");
	for (i = 0; i < PEERS; i++) {
		if (peers[i] && peers[i]->rank == victim->rank && peers[i]->use == USE_SURELY)
			peers[i]->use = USE_UNKNOWN;
	}
	evicted[victim->rank]++;
	return victim;
}

/* Returns NULL when there is no room in the test. */
struct peer *peer_add(enum ipoib_dest_rank as)
{
	struct peer *peer;
	unsigned int i;
	u8 gid[16];

	while (as != IPOIB_DEST_WANTED && table.count >= limit)
		peer_remove(peer_evict());
	for (i = 0; i < PEERS && peers[i]; i++)
		;
	if (i == PEERS)
		return NULL;
	peer = calloc(1, sizeof(*peer));
	peers[i] = peer;
	peer->number = ++number;
	peer->rank = as;
	gid_of(gid, peer->number);
	if (ipoib_dest_add(&table, &peer->dest, gid, as) ||
	    peer_of(ipoib_dest_find(&table, gid)) != peer)
		fail("who is new is not taken");
	if (ipoib_seconds_since(&peer->dest.used) > 1)
		fail("who is new was not used for long");
	return peer;
}

void peer_use(struct peer *peer)
{
	ipoib_dest_touch(&peer->dest);
	peer->use = USE_SURELY;
}

/* Whose packet may go: the longest among those that have waited longest. */
static void find_losers(bool *may)
{
	unsigned long after = 0;
	unsigned int i, n, most = 0;
	bool among[PEERS] = {};

	for (n = 0; n < QUEUES; n++) {
		unsigned int first = PEERS;

		for (i = 0; i < PEERS; i++) {
			if (peers[i] && peers[i]->tail != peers[i]->head &&
			    peers[i]->since > after &&
			    (first == PEERS || peers[i]->since < peers[first]->since))
				first = i;
		}
		if (first == PEERS)
			break;
		after = peers[first]->since;
		among[first] = true;
		most = max(most, (unsigned int)(peers[first]->tail - peers[first]->head));
	}
	for (i = 0; i < PEERS; i++)
		may[i] = among[i] && peers[i]->tail - peers[i]->head == most;
}

void peer_hold(struct peer *peer)
{
	bool full = table.queued >= limit_all, own = peer->tail - peer->head >= limit_one;
	struct sk_buff *skb = calloc(1, sizeof(*skb));
	unsigned int before = dropped, i;
	bool may[PEERS], waited[PEERS];

	find_losers(may);
	for (i = 0; i < PEERS; i++)
		waited[i] = is_waiting(peers[i]);
	skb->owner = peer->number;
	skb->number = peer->tail;
	newest = skb;
	loser = NULL;
	refused = false;
	ipoib_dest_hold(&table, &peer->dest, skb, limit_one, limit_all, IPOIB_DROP_QUEUE);
	newest = NULL;
	if (refused != own)
		fail("not the packet of who has enough is dropped");
	if (dropped - before != (own || full))
		fail("too many packets are dropped, or too few");
	for (i = 0; i < PEERS; i++) {
		bool lost = loser && peers[i] == loser;
		bool alone = lost && loser->rank == IPOIB_DEST_FRESH && loser->head == loser->tail;

		if (lost && !may[i])
			fail("the packet that goes is not of the longest of those queues");
		if (waited[i] && alone == is_waiting(peers[i]))
			fail("who has lost its only packet waits on, or another one does not");
	}
	if (refused)
		return;
	if (peer->head == peer->tail)
		peer->since = ++now;
	peer->tail++;
}

/* Gives slots to all whose turn it is. */
static void peers_serve(void)
{
	bool can[LINES], any;
	struct peer *peer, *first[LINES];
	unsigned int i;

	for (;;) {
		any = false;
		for (i = 0; i < num_lines; i++) {
			first[i] = next_of(i);
			can[i] = first[i] && busy(i) < line_slots;
			any |= can[i];
			if (!can[i])
				passed[i] = 0;
		}
		any &= busy(-1) < slots;
		peer = peer_of(ipoib_dest_grant(&table));
		if (!peer && any)
			fail("somebody waits, and a slot is free");
		if (!peer)
			return;
		if (!any || !can[peer->dest.line] || first[peer->dest.line] != peer)
			fail("it is not its turn");
		peer->asked = 0;
		passed[peer->dest.line] = 0;
		for (i = 0; i < num_lines; i++) {
			if (can[i] && i != peer->dest.line && ++passed[i] >= num_lines)
				fail("a line is not served");
		}
	}
}

void peer_wait(struct peer *peer, unsigned int line)
{
	bool again = peer->asked && (long)(jiffies - peer->asked) >= HZ / 2;
	u8 was = peer->dest.state;

	if (was == IPOIB_DEST_IDLE ||
	    (was == IPOIB_DEST_WAITING && (again || peer->dest.line != line))) {
		peer->turn = again ? --front : ++back;
		if (again || !peer->asked)
			peer->asked = jiffies | 1;
	}
	ipoib_dest_wait(&table, &peer->dest, line);
	if (peer->dest.state == IPOIB_DEST_IDLE)
		fail("it does not wait");
	peers_serve();
}

/* Somebody's request ends: with a handle, or not. */
void peer_answer(struct peer *peer, bool known)
{
	struct sk_buff_head queue;

	__skb_queue_head_init(&queue);
	ipoib_dest_release(&table, &peer->dest);
	if (peer->dest.dead) {
		peer_free(peer);
	} else if (known) {
		peer_set_ah(peer, true);
		ipoib_dest_take(&table, &peer->dest, &queue);
		ipoib_dest_send(&queue);
	} else {
		ipoib_dest_drop(&table, &peer->dest, IPOIB_DROP_UNREACHABLE);
	}
	peers_serve();
}

void peers_begin(unsigned int max, unsigned int lines)
{
	limit = max;
	num_lines = lines;
	slots = 1 + below(6);
	line_slots = 1 + below(slots);
	limit_one = 1 + below(6);
	limit_all = limit_one + below(12);
	memset(passed, 0, sizeof(passed));
	memset(&table, 0, sizeof(table));
	if (ipoib_dest_table_init(&priv, &table, num_lines, slots, line_slots))
		fail("no table");
}

void peers_end(void)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		if (peers[i] && !peers[i]->dest.dead)
			peer_remove(peers[i]);
		if (peers[i])
			peer_answer(peers[i], false);
	}
	peers_look();
	if (!list_empty(&table.all) || !list_empty(&table.holders))
		fail("somebody is left");
	ipoib_dest_table_exit(&table);
	if (handles)
		fail("a handle is not retired");
}
