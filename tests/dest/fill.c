// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: fill SEED LIVES
 *
 * First what strangers do to who was there before them: a few cases, each with its outcome. Then
 * lives at random: destinations come, are asked for, get handles, answer, are used, and go; packets
 * wait for them.
 */
#include "peers.h"

#define STEPS	3000

static bool is_there(unsigned int n)
{
	u8 gid[16];

	gid_of(gid, n);
	return ipoib_dest_find(&table, gid);
}

/* Nobody is used: who came first goes first. */
static void test_order(void)
{
	unsigned int i, first = number + 1;

	peers_begin(40, 2);
	for (i = 0; i < 40; i++)
		peer_add(IPOIB_DEST_FRESH);
	for (i = 0; i < 40; i++) {
		peer_add(IPOIB_DEST_FRESH);
		if (is_there(first + i) || !is_there(first + i + 1))
			fail("who came first does not go first");
	}
	peers_end();
}

/* Of one rank: who is used stays, whether that is the same second, or seconds pass. */
static void test_used(unsigned long pause)
{
	unsigned int i, n, first = number + 1;
	struct peer *used[10], *peer;

	peers_begin(40, 2);
	for (i = 0; i < 10; i++) {
		used[i] = peer_add(IPOIB_DEST_FRESH);
		peer_set_ah(used[i], true);
	}
	for (n = 0; n < 400; n++) {
		jiffies += pause;
		for (i = 0; i < 10; i++) {
			if (!is_there(first + i))
				fail("who is used goes before who is not");
			peer_use(used[i]);
		}
		peer = peer_add(IPOIB_DEST_FRESH);
		peer_set_ah(peer, true);
		peers_look();
	}
	peers_end();
}

/* Peers that have answered, and are idle; strangers, some of whom the SA knows, use themselves. */
static void test_known(void)
{
	unsigned int i, n, first = number + 1, known = 63 - 2 * 64 / SHARES;

	peers_begin(64, 2);
	for (i = 0; i < known; i++) {
		struct peer *peer = peer_add(IPOIB_DEST_FRESH);

		peer_set_ah(peer, true);
		peer_set_rank(peer, IPOIB_DEST_KNOWN);
		/* What has no handle for a while is known all the same. */
		if (i % 8 == 0)
			peer_set_ah(peer, false);
	}
	for (n = 0; n < 640; n++) {
		struct peer *peer = peer_add(IPOIB_DEST_FRESH);

		if (n % 3 == 0)
			peer_set_ah(peer, true);
		peer_use(peer);
		jiffies += below(HZ);
		peers_look();
		for (i = 0; i < known; i++) {
			if (!is_there(first + i))
				fail("strangers evict who has answered");
		}
	}
	/* The other way round: newcomers have their share, whoever has answered. */
	peers_end();
	peers_begin(64, 2);
	for (i = 0; i < 64; i++)
		peer_add(IPOIB_DEST_KNOWN);
	first = number + 1;
	for (n = 0; n < 64 / SHARES; n++)
		peer_add(IPOIB_DEST_FRESH);
	for (i = 0; i < 64; i++)
		peer_add(IPOIB_DEST_KNOWN);
	for (n = 0; n < 64 / SHARES; n++) {
		if (!is_there(first + n))
			fail("who has answered takes the newcomers' share");
	}
	peers_end();
}

/* One has no end of packets, and others have their first one. */
static void test_first_packet(void)
{
	struct peer *hog, *peer;
	unsigned int i;

	peers_begin(64, 2);
	limit_one = 8;
	limit_all = 10;
	hog = peer_add(IPOIB_DEST_FRESH);
	for (i = 0; i < 20; i++)
		peer_hold(hog);
	for (i = 0; i < 8; i++) {
		peer = peer_add(IPOIB_DEST_FRESH);
		peer_hold(peer);
		if (peer->head == peer->tail)
			fail("who is new has no packet wait");
		peers_look();
	}
	if (hog->tail - hog->head != 2)
		fail("the longest queue does not make room");
	peers_end();
}

/* A second, two, four and so on, a quarter more or less, and then no more. */
static void test_backoff(void)
{
	unsigned int backoff = 0, want = 1, i;
	unsigned long wait;

	for (i = 0; i < 6; i++) {
		wait = ipoib_dest_backoff(&backoff, 8);
		if (wait < want * HZ * 3 / 4 || wait > want * HZ * 5 / 4)
			fail("it is asked again too soon, or too late");
		want = min(want * 2, 8u);
	}
}

static struct peer *any(void)
{
	struct peer *peer;
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		peer = peers[below(PEERS)];
		if (peer && !peer->dest.dead)
			return peer;
	}
	return NULL;
}

static struct peer *any_busy(void)
{
	struct peer *peer;
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		peer = peers[below(PEERS)];
		if (peer && peer->dest.state == IPOIB_DEST_BUSY)
			return peer;
	}
	return NULL;
}

/* @newcomers: how many of ten steps bring one. */
static void step(unsigned int newcomers)
{
	struct peer *peer = below(10) < newcomers ? peer_add(IPOIB_DEST_FRESH) : any();

	if (!below(4))
		jiffies += below(HZ);
	if (!peer)
		return;
	switch (below(10)) {
	case 0:
	case 1:
	case 2:
		peer_hold(peer);
		peers_look();
		/* As senders do. */
		if (!peer->dest.ah)
			peer_wait(peer, peer->number % num_lines);
		break;
	case 3:
		peer_wait(peer, below(num_lines));
		break;
	case 4:
	case 5:
		peer = any_busy();
		if (peer)
			peer_answer(peer, below(3));
		break;
	case 6:
		peer_use(peer);
		break;
	case 7:
		if (peer->dest.ah && peer->rank != IPOIB_DEST_WANTED)
			peer_set_rank(peer, IPOIB_DEST_KNOWN);
		break;
	case 8:
		if (below(2)) {
			peer_set_ah(peer, false);
			if (peer->rank == IPOIB_DEST_KNOWN && below(2))
				peer_set_rank(peer, IPOIB_DEST_FRESH);
		} else if (ranked(IPOIB_DEST_WANTED) < 8) {
			peer_add(IPOIB_DEST_WANTED);
		}
		break;
	case 9:
		if (!below(4))
			peer_remove(peer);
		break;
	}
	peers_look();
}

static void live(void)
{
	unsigned int n;

	peers_begin(8 + below(90), 1 + below(LINES));
	for (n = 0; n < STEPS; n++)
		step(1 + life % 8);
	peers_end();
}

int main(int argc, char **argv)
{
	int lives = argc > 2 ? atoi(argv[2]) : 1;

	the_seed = argc > 1 ? atoi(argv[1]) : 1;
	/* Before the first time jiffies are 0, and with them on both sides of it. */
	jiffies = -40 * HZ;
	test_backoff();
	test_order();
	test_used(0);
	test_used(HZ / 3);
	test_used(2 * HZ);
	test_known();
	test_first_packet();
	for (life = 0; life < lives; life++) {
		state = the_seed * 1000003 + life;
		live();
	}
	if (!sent || !dropped || !evicted[IPOIB_DEST_FRESH] || !evicted[IPOIB_DEST_STRANGER] ||
	    !evicted[IPOIB_DEST_KNOWN])
		fail("something never happened");
	printf("%d lives, %u, %u and %u evicted by rank, %u packets sent, %u dropped\n", lives,
	       evicted[IPOIB_DEST_FRESH], evicted[IPOIB_DEST_STRANGER], evicted[IPOIB_DEST_KNOWN],
	       sent, dropped);
	return 0;
}
