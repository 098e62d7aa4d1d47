// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: ask SEED LIVES
 *
 * Interfaces of one HCA give it commands, each one when it may; the HCA is silent for a while, or
 * for good. First what was once wrong, step by step; then lives at random, of which must be true:
 * an HCA that is dead is soon left alone; one that answers is soon asked.
 */
#include "silence.h"

#define INTERFACES	4
#define SECOND		((unsigned long)HZ)
/* How long a driver waits for an answer, and for how long two failures in a row silence the HCA. */
#define TIMEOUT		(60 * SECOND)
#define LONG		(4 * TIMEOUT)

struct net_device dev0 = { .name = "ib0" };
/* They come round in each life. */
unsigned long jiffies;

static struct ref_priv interfaces[INTERFACES];
static struct ib_device hca;
static unsigned long began;
static int the_seed, life;

void fail(const char *what)
{
	printf("FAIL: %s, after %lu s (seed %d, life %d)\n", what, (jiffies - began) / SECOND,
	       the_seed, life);
	exit(1);
}

static void begin(void)
{
	int i;

	began = 0 - 100 * SECOND;
	jiffies = began;
	for (i = 0; i < INTERFACES; i++) {
		interfaces[i] = (struct ref_priv){ .dev = &dev0, .hca = &hca };
		if (ref_silence_get(&interfaces[i]))
			fail("no memory");
	}
}

static void end(void)
{
	int i;

	for (i = 0; i < INTERFACES; i++)
		ref_silence_put(&interfaces[i]);
}

static void at(unsigned int seconds)
{
	jiffies = began + seconds * SECOND;
}

static void ask(int who)
{
	if (ref_hca_is_silent(&interfaces[who]))
		fail("a command is due, and may not be given");
	ref_hca_ask(&interfaces[who]);
}

static void says(int who, int err)
{
	ref_hca_answered(&interfaces[who], true, err);
}

/* Is it known by now that the HCA does not answer: is it left alone, its interfaces down? */
static bool given_up(void)
{
	return ref_hca_is_silent(&interfaces[0]) && !ref_silence_left(&interfaces[0]);
}

/* Two whose commands overlap for ever: neither keeps the other's from being the second one. */
static void two_in_turn(void)
{
	begin();
	ask(0);
	at(30);
	ask(1);
	at(60);
	says(0, -ETIMEDOUT);
	at(68);
	ask(0);
	at(90);
	says(1, -ETIMEDOUT);
	if (given_up())
		fail("what was asked before the failure counts as one after it");
	at(128);
	says(0, -ETIMEDOUT);
	if (!given_up())
		fail("two failures in a row do not count");
	at(128 + 239);
	if (!given_up())
		fail("it is asked again too soon");
	at(128 + 241);
	ask(0);
	says(0, 0);
	end();
}

/* A command that got lost, while others are answered, silences nobody; two at a time do. */
static void one_lost(void)
{
	begin();
	ask(0);
	at(59);
	ask(1);
	says(1, 0);
	at(60);
	says(0, -ETIMEDOUT);
	if (ref_hca_is_silent(&interfaces[1]))
		fail("a command that got lost silences an HCA which has answered since");
	ask(0);
	at(61);
	ask(1);
	at(120);
	says(0, -ETIMEDOUT);
	at(129);
	if (ref_hca_is_silent(&interfaces[0]))
		fail("one failure silences it for long");
	says(1, -ETIMEDOUT);
	if (!ref_hca_is_silent(&interfaces[0]))
		fail("another failure of the same time does not silence it");
	end();
}

/* A life that begins with a command that fails. */
static void failed_once(void)
{
	begin();
	ask(0);
	at(60);
	says(0, -ETIMEDOUT);
}

/* And ends with another one. */
static void fails_again(const char *what)
{
	at(130);
	says(0, -ETIMEDOUT);
	if (!given_up())
		fail(what);
	end();
}

/* What the driver has answered without the HCA, as for a QP in RESET, says nothing of the HCA. */
static void nothing_said(void)
{
	failed_once();
	at(70);
	ask(0);
	ref_hca_ended(&interfaces[0]);
	ask(0);
	fails_again("what nobody has asked the HCA for counts as its answer");
}

/* Nor does an answer that the driver may have given itself. */
static void told_by_driver(int err, unsigned int seconds)
{
	failed_once();
	at(70);
	ask(0);
	ask(1);
	at(70 + seconds);
	ref_hca_told(&interfaces[1], err);
	if (ref_hca_is_silent(&interfaces[2]))
		fail("what a driver says itself silences the HCA");
	fails_again("what a driver says itself counts as the HCA's answer");
}

/* Of a thing that could not be made: was it refused, or has nobody answered? Others know then. */
static void not_made(int err, unsigned int seconds, int wanted)
{
	begin();
	at(seconds);
	if (ref_hca_error(&interfaces[0], err, began) != wanted)
		fail("an error is taken for another one");
	if (ref_hca_is_silent(&interfaces[1]) != (wanted == -ETIMEDOUT))
		fail("others do not know whether the HCA answers who makes something");
	end();
}

/* Who sets an interface down has the HCA asked, once for all that go down with it. */
static void set_down(void)
{
	failed_once();
	ref_hca_ask_for_stop(&interfaces[1]);
	ask(1);
	at(120);
	says(1, -ETIMEDOUT);
	ref_hca_stopped(&interfaces[1]);
	ref_hca_ask_for_stop(&interfaces[2]);
	if (!ref_hca_is_silent(&interfaces[2]))
		fail("it is asked for each child that goes down with its parent");
	ref_hca_stopped(&interfaces[2]);
	at(126);
	ref_hca_ask_for_stop(&interfaces[3]);
	ask(3);
	at(127);
	says(3, 0);
	end();
}

/* An interface at work: when it has its next command, or its answer; and when it had the last. */
struct at_work {
	unsigned long due;
	unsigned long answered;
	bool asked;
	bool lost;
};

static struct at_work works[INTERFACES];
static unsigned long dead_from, dead_to;
static unsigned int in_vain;

/* By when it is known that the HCA is dead: three commands in a row, short silences between. */
#define KNOWN		(4 * TIMEOUT)

static bool is_dead(unsigned long when)
{
	return (long)(when - dead_from) >= 0 && (long)(when - dead_to) < 0;
}

static void work(int who)
{
	struct at_work *at_work = &works[who];
	unsigned long left;

	if (at_work->asked) {
		says(who, at_work->lost ? -ETIMEDOUT : 0);
		at_work->asked = false;
		if (!at_work->lost)
			at_work->answered = jiffies;
		at_work->due = jiffies + (rand() % 2 ? 1 : rand() % (20 * SECOND) + 1);
		return;
	}
	left = ref_silence_left(&interfaces[who]);
	if (left || ref_hca_is_silent(&interfaces[who])) {
		at_work->due = jiffies + (left ?: 10 * SECOND);
		return;
	}
	ref_hca_ask(&interfaces[who]);
	at_work->asked = true;
	at_work->lost = is_dead(jiffies);
	in_vain += at_work->lost && (long)(jiffies - dead_from) > (long)KNOWN;
	at_work->due = jiffies + (at_work->lost ? TIMEOUT : (unsigned long)rand() % 20 + 1);
}

static int next_one(void)
{
	int i, first = 0;

	for (i = 1; i < INTERFACES; i++) {
		if ((long)(works[i].due - works[first].due) < 0)
			first = i;
	}
	return first;
}

static void live(void)
{
	unsigned long until, length;
	int i, who;

	begin();
	dead_from = began + rand() % (100 * SECOND);
	dead_to = dead_from + (rand() % 2 ? 3000 * SECOND : rand() % (90 * SECOND));
	until = dead_to + LONG + 2 * TIMEOUT;
	in_vain = 0;
	for (i = 0; i < INTERFACES; i++)
		works[i] = (struct at_work){ .due = began + rand() % (100 * SECOND),
					     .answered = began };
	for (who = next_one(); (long)(works[who].due - until) < 0; who = next_one()) {
		jiffies = works[who].due;
		work(who);
	}
	length = dead_to - dead_from;
	if (in_vain && in_vain > INTERFACES * ((length - KNOWN) / LONG + 1))
		fail("an HCA that is dead is not left alone");
	for (i = 0; i < INTERFACES; i++) {
		if ((long)(works[i].answered - dead_to) < 0)
			fail("an HCA that answers is not asked");
	}
	end();
}

int main(int argc, char **argv)
{
	int lives = argc > 2 ? atoi(argv[2]) : 100;

	the_seed = argc > 1 ? atoi(argv[1]) : 1;
	two_in_turn();
	one_lost();
	nothing_said();
	told_by_driver(-EINVAL, 0);
	told_by_driver(0, 0);
	told_by_driver(-EOPNOTSUPP, 2);
	not_made(-EINVAL, 0, -EINVAL);
	not_made(-ENOMEM, 2, -ENOMEM);
	not_made(-EINVAL, 60, -ETIMEDOUT);
	not_made(-EBUSY, 60, -ETIMEDOUT);
	set_down();
	srand(the_seed);
	for (life = 1; life <= lives; life++)
		live();
	printf("%d lives\n", lives);
	return 0;
}
