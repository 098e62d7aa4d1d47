// SPDX-License-Identifier: GPL-2.0
/*
 * An HCA that does not answer.
 *
 * A command that fails after a time has waited for the card: up to a minute, with RTNL held by who
 * opens, stops or leaves a group, and the next one would, too. So none is given for a while. After
 * the first such failure that is short, since the card may only have been busy, and what works is
 * left alone; after the next one in a row it is many times what was waited, and the interface goes
 * down. Each interface finds out by itself.
 */
#include "silence.h"

/* A command that takes so long, and fails then, has waited for an answer; drivers wait a minute. */
#define REF_SILENT_FROM		HZ
#define REF_SILENT_MOST		(60 * HZ)
/* None is given at first for this part of it, but so long at least; and then so many times. */
#define REF_SILENT_PART		8
#define REF_SILENT_LEAST	(2 * HZ)
#define REF_SILENT_TIMES	4

/**
 * ref_hca_is_silent() - is it too soon to give the HCA a command?
 * @priv: the interface
 *
 * Context: any; what is given under qp_mutex is decided under it.
 */
bool ref_hca_is_silent(const struct ref_priv *priv)
{
	unsigned long silent = READ_ONCE(priv->silent);
	unsigned long until = READ_ONCE(priv->silent_until);

	return silent && time_in_range(jiffies, until - silent, until);
}

/**
 * ref_silence_left() - in how many jiffies will the HCA be asked again, which has failed once?
 * @priv: the interface
 *
 * Context: any.
 * Return: jiffies; 0: it may be asked, or has failed more often.
 */
unsigned long ref_silence_left(const struct ref_priv *priv)
{
	if (!ref_hca_is_silent(priv) ||
	    READ_ONCE(priv->silent) > max(REF_SILENT_MOST / REF_SILENT_PART, REF_SILENT_LEAST))
		return 0;
	return max_t(long, READ_ONCE(priv->silent_until) - jiffies, 1);
}

/**
 * ref_hca_answered() - a command has ended
 * @priv: the interface
 * @asked: jiffies when it was given
 * @err: its result: 0 or a negative errno
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_answered(struct ref_priv *priv, unsigned long asked, int err)
{
	unsigned long took = min_t(unsigned long, jiffies - asked, REF_SILENT_MOST);
	unsigned long silent;

	lockdep_assert_held(&priv->qp_mutex);
	/* These are answers, however long others were in front of it. */
	if (took < REF_SILENT_FROM || !err || err == -EINVAL || err == -ENOMEM) {
		WRITE_ONCE(priv->silent, 0);
		return;
	}
	silent = priv->silent ? took * REF_SILENT_TIMES :
				max_t(unsigned long, took / REF_SILENT_PART, REF_SILENT_LEAST);
	WRITE_ONCE(priv->silent_until, jiffies + silent);
	WRITE_ONCE(priv->silent, silent);
	if (ref_may_log(priv))
		netdev_err(priv->dev,
			   "the HCA has not answered for %u s: error %d; it is asked again in %u s\n",
			   jiffies_to_msecs(took) / 1000, err, jiffies_to_msecs(silent) / 1000);
}

/**
 * ref_hca_ask_again() - somebody wants the next command given, whatever came of the last one
 * @priv: the interface
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_ask_again(struct ref_priv *priv)
{
	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(priv->silent, 0);
}
