/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of ipoibctl test, and what they know of each other. */
#ifndef IPOIBCTL_TEST_STEP_H
#define IPOIBCTL_TEST_STEP_H

#include "ctl.h"
#include "finding.h"
#include "neigh.h"
#include "ping.h"
#include "print.h"

/**
 * enum test_result - how a step ends
 * @TEST_OK: well
 * @TEST_SKIPPED: not looked at
 * @TEST_FAILED: here the way ends
 */
enum test_result {
	TEST_OK,
	TEST_SKIPPED,
	TEST_FAILED,
};

/**
 * struct test - what is known so far
 * @ctl: what is asked for
 * @dev: the interface
 * @vrf: " vrf NAME" of commands about its routes, or ""
 * @peer: address of the peer, family 0: only its GID is known
 * @source: what is sent has this address; family 0: that is the kernel's choice
 * @hop: neighbour on the way: the peer, or a gateway
 * @far: it is a gateway
 * @neigh: this one
 * @gid: its GID, if @known
 * @known: there is one
 * @looked: the kernel's table of neighbours could be read
 * @unsent: why nothing could be sent to the peer, an errno; 0: it was
 * @count: packets to be sent for the loss
 * @ping: to the peer
 * @text: what the step says
 * @next: what to do about it
 */
struct test {
	struct ctl *ctl;
	const struct record *dev;
	char vrf[sizeof(" vrf ") + PRINT_WORD];
	struct address peer;
	struct address source;
	struct address hop;
	bool far;
	struct neigh neigh;
	unsigned char gid[NEIGH_GID];
	bool known;
	bool looked;
	int unsent;
	unsigned int count;
	struct ping ping;
	char text[FINDING_TEXT];
	char next[FINDING_NEXT];
};

#define TEST_SAY(TEST, ...)	finding_write((TEST)->text, sizeof((TEST)->text), __VA_ARGS__)
#define TEST_NEXT(TEST, ...)	finding_write((TEST)->next, sizeof((TEST)->next), __VA_ARGS__)

static inline unsigned int test_ifindex(const struct test *test)
{
	return record_get(test->dev, IPOIB_A_IFINDEX);
}

/* Its name in commands that are told. */
static inline const char *test_word(const struct test *test)
{
	return print_word(record_string(test->dev, IPOIB_A_IFNAME));
}

/**
 * test_answer() - whether the peer answers ICMP's echo
 * @test: what is known so far
 *
 * Return: how the step ends.
 */
enum test_result test_answer(struct test *test);

/**
 * test_size() - whether it answers longer packets too, once it has answered
 * @test: what is known so far
 *
 * Return: how the step ends.
 */
enum test_result test_size(struct test *test);

/**
 * test_loss() - whether it answers each of many, once it has answered
 * @test: what is known so far
 *
 * Return: how the step ends.
 */
enum test_result test_loss(struct test *test);

#endif /* IPOIBCTL_TEST_STEP_H */
