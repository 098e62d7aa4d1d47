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
 * ref_silence_left() - in how many jiffies may it be known whether the HCA answers?
 * @priv: the interface
 *
 * It has failed to once, or is being waited for. In the hands of who holds qp_mutex it is not.
 *
 * Context: any.
 * Return: jiffies; 0: it may be asked, or has not answered several times in a row.
 */
unsigned long ref_silence_left(const struct ref_priv *priv)
{
	unsigned long asking = READ_ONCE(priv->asking);

	if (asking && time_after(jiffies, asking + REF_SILENT_FROM))
		return HZ;
	if (!ref_hca_is_silent(priv) || READ_ONCE(priv->silences) > 1)
		return 0;
	return max_t(long, READ_ONCE(priv->silent_until) - jiffies, 1);
}

/**
 * ref_hca_ask() - a command is about to be given
 * @priv: the interface; ref_hca_answered() comes next
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_ask(struct ref_priv *priv)
{
	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(priv->asking, jiffies ?: 1);
}

/**
 * ref_hca_answered() - the command has ended
 * @priv: the interface
 * @err: its result: 0 or a negative errno
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_answered(struct ref_priv *priv, int err)
{
	unsigned long took = min_t(unsigned long, jiffies - priv->asking, REF_SILENT_MOST);
	unsigned long silent;

	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(priv->asking, 0);
	/* These are answers, however long others were in front of it. */
	if (took < REF_SILENT_FROM || !err || err == -EINVAL || err == -ENOMEM) {
		ref_hca_ask_again(priv);
		return;
	}
	silent = priv->silences ? took * REF_SILENT_TIMES :
				  max_t(unsigned long, took / REF_SILENT_PART, REF_SILENT_LEAST);
	WRITE_ONCE(priv->silences, priv->silences + 1);
	WRITE_ONCE(priv->silent_until, jiffies + silent);
	WRITE_ONCE(priv->silent, silent);
	if (ref_may_log(priv))
		netdev_err(priv->dev,
			   "the HCA has not answered for %u s: error %d; it is asked again in %u s\n",
			   jiffies_to_msecs(took) / 1000, err, jiffies_to_msecs(silent) / 1000);
}

/**
 * ref_hca_ask_again() - the next command is given, whatever came of the last one
 * @priv: the interface
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_ask_again(struct ref_priv *priv)
{
	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(priv->silent, 0);
	WRITE_ONCE(priv->silences, 0);
}
