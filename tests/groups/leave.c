// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: leave SEED LIVES
 *
 * A core joins and leaves a few groups at random, whose LIDs change; below, an HCA of one of the
 * kinds that there are refuses to leave them in its own way. What the accel says that it has
 * attached must be a membership of the HCA's, and stay one, whatever becomes of others; and no call
 * takes more verbs than there are groups to think of.
 */
#include "silence.h"

#define STEPS	300
#define GIDS	3
#define LIDS	3

enum hca_kind {
	HCA_GOOD,	/* refuses nothing */
	HCA_BUSY,	/* says so, and has the membership still: no memory, no answer */
	HCA_FORGETS,	/* says so, and has ended it: mthca, mlx4 without steering of its own */
	HCA_STUCK,	/* has it, and after a refusal says -EINVAL for ever: mlx4 */
	HCA_HOLDS,	/* says so, always, and has the membership still */
	HCA_LATE,	/* says nothing, for a while, and then ends it */
	HCA_KINDS
};

struct net_device dev0 = { .name = "ib0" };
unsigned long jiffies;

static struct ref_priv priv;
static struct ref_qp the_ref_qp;
static struct ib_qp the_qp;
static enum hca_kind kind;
static bool has[GIDS], stuck[GIDS], late[GIDS], quiet;
/* For so many steps it is too soon to ask it. */
static unsigned int silent;
static int wanted[GIDS];	/* LID, or 0 */
static unsigned int verbs, refusals;
static int the_seed, life;
static u32 state;

void fail(const char *what)
{
	printf("FAIL: %s (seed %d, life %d)\n", what, the_seed, life);
	exit(1);
}

bool ref_hca_is_silent(const struct ref_priv *of)
{
	(void)of;
	return silent;
}

void ref_hca_ask(struct ref_priv *of)
{
	(void)of;
	if (silent)
		fail("it is asked too soon");
}

void ref_hca_answered(struct ref_priv *of, bool qp, int err)
{
	(void)of;
	(void)err;
	if (qp)
		fail("no group");
}

int ref_qp_state(struct ref_qp *qp)
{
	if (qp != &the_ref_qp)
		fail("another QP");
	return silent ? REF_NOT_ASKED : IB_QPS_RTS;
}

void ref_hca_ask_again(struct ref_priv *of)
{
	(void)of;
	silent = 0;
}

static u32 below(u32 n)
{
	state = state * 1664525 + 1013904223;
	return (u64)(state >> 8) * n >> 24;
}

static void count_verb(void)
{
	/* What is to go and what is to come; or three tries of each that has to go. */
	if (++verbs > 3 * GIDS)
		fail("a call does not end");
}

/* Memberships are known by GID; who is a member becomes one once. */
int ib_attach_mcast(struct ib_qp *qp, union ib_gid *gid, u16 lid)
{
	(void)lid;
	count_verb();
	if (qp != &the_qp)
		fail("another QP");
	if (!quiet && !below(8))
		return -ENOMEM;
	has[gid->raw[15]] = true;
	/* As ib_core counts them: a QP whose count is not 0 is not destroyed. */
	the_qp.usecnt++;
	return 0;
}

int ib_detach_mcast(struct ib_qp *qp, union ib_gid *gid, u16 lid)
{
	unsigned int n = gid->raw[15];

	(void)qp;
	(void)lid;
	count_verb();
	if (!has[n] || stuck[n])
		return -EINVAL;
	if (kind == HCA_GOOD || quiet || (kind != HCA_HOLDS && below(3))) {
		has[n] = false;
		the_qp.usecnt--;
		return 0;
	}
	refusals++;
	if (kind == HCA_LATE) {
		late[n] = true;
		silent = 1 + below(9);
		return -ETIMEDOUT;
	}
	if (kind == HCA_FORGETS)
		has[n] = false;
	else if (kind == HCA_STUCK)
		stuck[n] = true;
	return kind == HCA_BUSY && below(2) ? -ENOMEM : -EIO;
}

static void gid_of(union ib_gid *gid, unsigned int n)
{
	memset(gid, 0, sizeof(*gid));
	gid->raw[0] = 0xff;
	gid->raw[15] = n;
}

/* What it did not answer is done after all. */
static void time_passes(void)
{
	unsigned int n;

	jiffies += HZ;
	if (!silent || --silent)
		return;
	for (n = 0; n < GIDS; n++) {
		has[n] &= !late[n];
		late[n] = false;
	}
}

/* A core asks once to leave, and again and again to join. */
static void step(void)
{
	unsigned int n = below(GIDS), tries = 0, i;
	union ib_gid gid;
	u16 lid;

	gid_of(&gid, n);
	verbs = 0;
	if (wanted[n]) {
		ref_detach_mcast(&dev0, &gid, wanted[n]);
		wanted[n] = 0;
	} else {
		lid = 0xc000 + below(LIDS);
		do {
			verbs = 0;
			if (!ref_attach_mcast(&dev0, &gid, lid))
				wanted[n] = lid;
			else if (quiet)
				fail("not joined, and nothing is wrong");
			time_passes();
		} while (kind == HCA_HOLDS && !wanted[n] && ++tries < 50);
		if (tries == 50)
			fail("never joined, by one who has it");
	}
	time_passes();
	for (i = 0; i < GIDS; i++) {
		if (wanted[i] && !has[i])
			fail("it says that it is attached, and is not");
	}
}

static void live(void)
{
	unsigned int n;

	memset(has, 0, sizeof(has));
	memset(stuck, 0, sizeof(stuck));
	memset(late, 0, sizeof(late));
	silent = 0;
	memset(wanted, 0, sizeof(wanted));
	the_qp.usecnt = 0;
	priv.leave_next = jiffies;
	kind = life % HCA_KINDS;
	quiet = false;
	for (n = 0; n < STEPS; n++)
		step();
	while (silent)
		time_passes();
	quiet = true;
	jiffies += 100 * HZ;
	/* One is enough for what is left over. */
	step();
	for (n = 0; n < GIDS; n++) {
		if (has[n] && !wanted[n] && !stuck[n])
			fail("what was not left is not left when it can be");
	}
	for (n = 0; n < STEPS; n++)
		step();
	/* Every other one refuses to the end. */
	quiet = life / HCA_KINDS % 2;
	for (n = 0; n < GIDS; n++) {
		union ib_gid gid;

		gid_of(&gid, n);
		verbs = 0;
		if (wanted[n])
			ref_detach_mcast(&dev0, &gid, wanted[n]);
	}
	verbs = 0;
	ref_groups_leave(&priv);
	if (!list_empty(&priv.groups))
		fail("something is kept of a group");
	for (n = 0; n < GIDS; n++) {
		if (quiet && has[n] && !stuck[n])
			fail("a group was not left");
	}
	if (the_qp.usecnt)
		fail("the queue pair cannot be destroyed");
}

int main(int argc, char **argv)
{
	int lives = argc > 2 ? atoi(argv[2]) : 1;

	the_seed = argc > 1 ? atoi(argv[1]) : 1;
	dev0.priv = &priv;
	priv.dev = &dev0;
	priv.qps = &the_ref_qp;
	the_ref_qp.qp = &the_qp;
	priv.groups.next = &priv.groups;
	priv.groups.prev = &priv.groups;
	for (life = 0; life < lives; life++) {
		state = the_seed * 1000003 + life;
		live();
	}
	if (lives >= HCA_KINDS && !refusals)
		fail("nothing was ever refused");
	printf("%d lives, %u refusals\n", lives, refusals);
	return 0;
}
