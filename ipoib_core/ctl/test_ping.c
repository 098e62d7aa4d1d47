// SPDX-License-Identifier: GPL-2.0
/* Steps of the way to a peer that it answers itself: at all, to long packets, to each of many. */
#include "test_step.h"

#include <errno.h>
#include <string.h>

#include "wait.h"

/* How long is waited for an answer, and between two packets, in milliseconds. */
#define TEST_ANSWER	1000
#define TEST_PAUSE	20
/* How long each of those is waited for that show what fits, once it is known that some do not. */
#define TEST_HALF	250
/* Where IPv6 is to be the MTU must not be less (RFC 8200). */
#define TEST_IPV6_MTU	1280
/* How often a packet may be lost before that is believed. */
#define TEST_TRIES	3
/* So many short packets in a row that are answered say that it is the length of others. */
#define TEST_SHORT	8
/* In the place of an errno: short ones are lost too. */
#define TEST_LOSSY	1
/* Microseconds: on a fabric an answer mostly takes less than a tenth of this. */
#define TEST_SLOW	10000
/* Bytes of the first packet, as of ping(8). */
#define TEST_BYTES	84

/* The queue of this host may be full for a moment. Returns as ping_once() does. */
static int test_once(struct test *test, unsigned int bytes, unsigned int ms, unsigned int *us)
{
	int tries = TEST_TRIES, ret;

	while ((ret = ping_once(&test->ping, bytes, ms, us)) == -ENOBUFS && --tries)
		wait_for(TEST_PAUSE, -1);
	return ret;
}

/* Asks up to TEST_TRIES times, each for @ms. Returns as ping_once() does. */
static int test_ask(struct test *test, unsigned int bytes, unsigned int ms, unsigned int *us)
{
	int tries = TEST_TRIES, ret;

	do {
		ret = test_once(test, bytes, ms, us);
	} while (ret == -ETIMEDOUT && --tries);
	return ret;
}

/* A rule of this host does not let it out, which may be so for some only. */
static bool test_is_rule(int ret)
{
	return ret == -EPERM || ret == -EACCES;
}

/* Whether it was sent, or would have been if it were shorter, and there is no answer. */
static bool test_is_unheard(int ret)
{
	return ret == -ETIMEDOUT || ret == -EMSGSIZE;
}

/* What is not sent says nothing of the way; a rule of this host may refuse some of many only. */
static enum test_result test_not_sent(struct test *test, const char *after, int ret)
{
	if (test_is_rule(ret)) {
		TEST_SAY(test, "not asked%s: this host lets %s of ICMP out: %s", after,
			 *after ? "no more echoes" : "no echo", strerror(-ret));
		return TEST_SKIPPED;
	}
	TEST_SAY(test, "cannot be asked%s: %s", after, strerror(-ret));
	/* Of IPv6 the kernel takes none that another host may have too. */
	if (ret == -EADDRNOTAVAIL)
		TEST_NEXT(test,
			  "it has no address for that, or none is to be used: 'ip -6 address show dev %s' has tentative while it is looked whether another host has it too, and dadfailed if one has",
			  test_word(test));
	else
		TEST_NEXT(test, "'ipoibctl explain %s' says how the interface is now",
			  test_word(test));
	return TEST_FAILED;
}

enum test_result test_answer(struct test *test)
{
	unsigned int us;
	int ret;

	if (!test->peer.family) {
		TEST_SAY(test, "no address of IP is known to ask there");
		return TEST_SKIPPED;
	}
	ret = ping_open(&test->ping, &test->peer, &test->source, test_ifindex(test));
	if (ret) {
		TEST_SAY(test, "not looked at: ICMP is not for this user: %s", strerror(-ret));
		return TEST_SKIPPED;
	}
	ret = test_ask(test, TEST_BYTES, TEST_ANSWER, &us);
	if (ret && !test_is_unheard(ret))
		return test_not_sent(test, "", ret);
	if (ret) {
		TEST_SAY(test, "%s does not answer ICMP's echo: %s", test->peer.text,
			 strerror(-ret));
		TEST_NEXT(test,
			  "is that host on? if so, either the packets or the answers are lost, or a firewall there takes them: 'tcpdump -ni IF %s' there shows if they come; if not, its QP number may be an old one ('ip neigh del %s dev %s'), or the Q_Keys differ ('ipoibctl explain')",
			  test->peer.family == AF_INET6 ? "icmp6" : "icmp",
			  test->hop.family ? test->hop.text : test->peer.text, test_word(test));
		return TEST_FAILED;
	}
	TEST_SAY(test, "in %u.%03u ms", us / 1000, us % 1000);
	return TEST_OK;
}

/*
 * Asks for what was not answered, for @ret, once more. Returns 0 if it is answered now, TEST_LOSSY
 * if what is shorter is lost too, @ret if it is not, or why nothing is sent any more.
 */
static int test_once_more(struct test *test, unsigned int bytes, int ret)
{
	unsigned int i, us;
	int again;

	if (ret != -ETIMEDOUT)
		return ret;
	for (i = 0; i < TEST_SHORT; i++) {
		again = test_once(test, TEST_BYTES, TEST_ANSWER, &us);
		if (again)
			return again == -ETIMEDOUT ? TEST_LOSSY : again;
	}
	return test_ask(test, bytes, TEST_ANSWER, &us);
}

/*
 * Halves what lies between @went, which was answered, and @not, until it is known what is. Returns
 * 0, or why one of these was not sent.
 */
static int test_halve(struct test *test, unsigned int *went, unsigned int not)
{
	unsigned int bytes, us;
	int ret;

	while (not - *went > 1) {
		bytes = *went + (not - *went) / 2;
		ret = test_ask(test, bytes, TEST_HALF, &us);
		if (!ret)
			*went = bytes;
		else if (test_is_unheard(ret))
			not = bytes;
		else
			return ret;
	}
	return 0;
}

/* Up to @went bytes fit, fewer than the MTU. */
static void test_size_next(struct test *test, unsigned int went)
{
	unsigned int mtu = record_get(test->dev, IPOIB_A_MTU);
	const char *name = record_string(test->dev, IPOIB_A_IFNAME);
	const char *diag = print_diag(test->dev);

	if (went < TEST_IPV6_MTU)
		TEST_NEXT(test,
			  "a lower MTU of %s, which is %u, is no way out: below the %u that IPv6 needs that leaves the interface, with its addresses; is the MTU of the peer so small ('ip link' there), or of a switch or a link on the way ('smpquery %s portinfo LID PORT', NeighborMTU, of which 'iblinkinfo %s' has both; 'saquery %s -g' has the groups)? mtu= of the partition (Partitions of ipoib-accel(7)) is what all members can do",
			  name, mtu, TEST_IPV6_MTU, diag, diag, diag);
	else
		TEST_NEXT(test,
			  "the MTU of %s is %u, and must not be more than that of the peer ('ip link' there) and of each gateway: 'ip link set %s mtu %u', or mtu= of the partition (Partitions of ipoib-accel(7)); if MTUs are the same a switch or a link on the way carries less",
			  name, mtu, print_word(name), went);
}

static enum test_result test_not_longer(struct test *test, unsigned int went, int ret)
{
	char after[sizeof(" beyond 4294967295 bytes")];

	snprintf(after, sizeof(after), " beyond %u bytes", went);
	return test_not_sent(test, after, ret);
}

static enum test_result test_too_long(struct test *test, unsigned int went, unsigned int bytes,
				      int ret)
{
	int halved;

	if (ret == TEST_LOSSY) {
		TEST_SAY(test,
			 "packets of %u bytes are answered, but now and then any get lost: which are too long is not seen",
			 went);
		return TEST_SKIPPED;
	}
	if (!test_is_unheard(ret))
		return test_not_longer(test, went, ret);
	/* A router answers with what it can, which is for TCP and not for this socket. */
	if (test->far) {
		TEST_SAY(test,
			 "packets of %u bytes are answered, of %u are not: beyond the gateway links may carry less",
			 went, bytes);
		return TEST_SKIPPED;
	}
	halved = test_halve(test, &went, bytes);
	if (halved && !test_is_rule(halved))
		return test_not_longer(test, went, halved);
	if (halved)
		TEST_SAY(test, "packets of %u bytes are answered, of %u are not: %s", went, bytes,
			 strerror(-ret));
	else
		TEST_SAY(test,
			 "packets of up to %u bytes are answered, and longer ones are not: %s",
			 went, strerror(-ret));
	test_size_next(test, went);
	return TEST_FAILED;
}

enum test_result test_size(struct test *test)
{
	/* Those of IPoIB, by the MTUs that a link of InfiniBand can have, and of others. */
	static const unsigned int sizes[] = { 252, 508, 1020, 1280, 1500, 2044, 3072 };
	unsigned int mtu = record_get(test->dev, IPOIB_A_MTU), went = TEST_BYTES, us, bytes;
	size_t i;
	int ret;

	for (i = 0; went < mtu; i++) {
		bytes = i < sizeof(sizes) / sizeof(*sizes) && sizes[i] < mtu ? sizes[i] : mtu;
		ret = test_ask(test, bytes, TEST_ANSWER, &us);
		if (ret)
			ret = test_once_more(test, bytes, ret);
		if (ret)
			return test_too_long(test, went, bytes, ret);
		went = bytes;
	}
	TEST_SAY(test, "up to the MTU, %u bytes", went);
	return TEST_OK;
}

/**
 * struct test_lost - what became of packets
 * @sent: how many
 * @lost: of these, how many were not answered
 * @least: microseconds that an answer took
 * @most: the same of another one
 * @sum: of all that came
 */
struct test_lost {
	unsigned int sent;
	unsigned int lost;
	unsigned int least;
	unsigned int most;
	unsigned long long sum;
};

/* Returns 0, or why one was not sent, which is the last. */
static int test_count(struct test *test, struct test_lost *lost)
{
	unsigned int us;
	int ret;

	for (; lost->sent < test->count; lost->sent++) {
		ret = ping_once(&test->ping, TEST_BYTES, TEST_ANSWER, &us);
		if (ret && !test_is_unheard(ret) && ret != -ENOBUFS)
			return ret;
		if (ret) {
			lost->lost++;
		} else {
			lost->least = !lost->least || us < lost->least ? us : lost->least;
			lost->most = us > lost->most ? us : lost->most;
			lost->sum += us;
		}
		wait_for(TEST_PAUSE, -1);
	}
	return 0;
}

enum test_result test_loss(struct test *test)
{
	char after[sizeof(" after 4294967295 packets, 4294967295 of them lost")];
	struct test_lost lost = {};
	unsigned long long mean;
	int ret;

	ret = test_count(test, &lost);
	if (ret && !(lost.lost && test_is_rule(ret))) {
		snprintf(after, sizeof(after), " after %u packets, %u of them lost", lost.sent,
			 lost.lost);
		return test_not_sent(test, after, ret);
	}
	mean = lost.lost < lost.sent ? lost.sum / (lost.sent - lost.lost) : 0;
	TEST_SAY(test, "%u of %u lost; least/mean/most %u.%03u/%llu.%03llu/%u.%03u ms", lost.lost,
		 lost.sent, lost.least / 1000, lost.least % 1000, mean / 1000, mean % 1000,
		 lost.most / 1000, lost.most % 1000);
	if (lost.lost) {
		TEST_NEXT(test,
			  "'ipoibctl explain' on both hosts has drops, overruns and errors of links; 'ipoibctl top' what is busy");
		return TEST_FAILED;
	}
	if (!test->far && mean >= TEST_SLOW)
		TEST_NEXT(test,
			  "slow, for a neighbour: 'ipoibctl top' on both hosts has CPUs that are busy, 'ethtool -c %s' how long packets wait for an interrupt, 'ibqueryerrors %s' where the fabric is congested",
			  test_word(test), print_diag(test->dev));
	return TEST_OK;
}
