// SPDX-License-Identifier: GPL-2.0
/*
 * An HCA that does not answer.
 *
 * A command that fails after a time has waited for the card: up to a minute, with RTNL held by who
 * opens or stops, and the next one would, too. So no interface of the HCA gives one for a while.
 * After the first such failure that is short, since the card may only have been busy, and what
 * works is left alone. When a QP's is the next one to fail, it is many times what was waited, and
 * an interface that is in need of one goes down. A group that an HCA chokes on says nothing of QPs.
 */
#include "silence.h"

#include <linux/slab.h>

/* A command that takes so long, and fails then, has waited for an answer; drivers wait a minute. */
#define REF_SILENT_FROM		HZ
#define REF_SILENT_MOST		(60 * HZ)
/* None is given at first for this part of it, but so long at least; and then so many times. */
#define REF_SILENT_PART		8
#define REF_SILENT_LEAST	(2 * HZ)
#define REF_SILENT_TIMES	4
/* Stops that follow each other so soon are of one parent's. */
#define REF_SILENT_STOPS	(5 * HZ)

/**
 * struct ref_silence - what the interfaces of an HCA know of it
 * @node: in ref_silences
 * @hca: the HCA
 * @users: its interfaces, under ref_silences_lock
 * @silent: it is asked for nothing before @until
 * @until: jiffies
 * @since: jiffies when it was found that it answers, or that it did not and @qps counts it
 * @stopped: jiffies when an interface had been set down and it was silent
 * @qps: commands for QPs that have failed after a time, in a row
 *
 * All but @users is written by whoever knows more, under the qp_mutex of his interface alone. Of
 * two at the same time either may be the last: the HCA is then asked once too often.
 */
struct ref_silence {
	struct list_head node;
	const struct ib_device *hca;
	unsigned int users;
	bool silent;
	unsigned long until;
	unsigned long since;
	unsigned long stopped;
	unsigned int qps;
};

static LIST_HEAD(ref_silences);
static DEFINE_MUTEX(ref_silences_lock);

static struct ref_silence *ref_silence_find(const struct ib_device *hca)
{
	struct ref_silence *silence;

	list_for_each_entry(silence, &ref_silences, node) {
		if (silence->hca == hca)
			return silence;
	}
	return NULL;
}

/**
 * ref_silence_get() - what is known of an interface's HCA
 * @priv: the interface
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int ref_silence_get(struct ref_priv *priv)
{
	struct ref_silence *silence;

	mutex_lock(&ref_silences_lock);
	silence = ref_silence_find(priv->hca) ?: kzalloc(sizeof(*silence), GFP_KERNEL);
	if (silence && !silence->users++) {
		silence->hca = priv->hca;
		silence->since = jiffies;
		silence->stopped = jiffies - REF_SILENT_STOPS - 1;
		list_add(&silence->node, &ref_silences);
	}
	mutex_unlock(&ref_silences_lock);
	priv->silence = silence;
	return silence ? 0 : -ENOMEM;
}

/**
 * ref_silence_put() - undo ref_silence_get()
 * @priv: the interface, which gives no command any more
 *
 * Context: process.
 */
void ref_silence_put(struct ref_priv *priv)
{
	mutex_lock(&ref_silences_lock);
	if (!--priv->silence->users) {
		list_del(&priv->silence->node);
		kfree(priv->silence);
	}
	mutex_unlock(&ref_silences_lock);
}

/* In a long while jiffies come round: none of these times is further away than a silence. */
static bool ref_is_before(unsigned long a, unsigned long b)
{
	return time_in_range(a, b - REF_SILENT_TIMES * REF_SILENT_MOST, b - 1);
}

/**
 * ref_hca_is_silent() - is it too soon to give the HCA a command?
 * @priv: the interface
 *
 * Context: any. Other interfaces find out too, and may say so a moment later.
 */
bool ref_hca_is_silent(const struct ref_priv *priv)
{
	return READ_ONCE(priv->silence->silent) &&
	       ref_is_before(jiffies, READ_ONCE(priv->silence->until));
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
	if (!ref_hca_is_silent(priv) || READ_ONCE(priv->silence->qps) > 1)
		return 0;
	return max_t(long, READ_ONCE(priv->silence->until) - jiffies, 1);
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
	/* 0 is none. */
	WRITE_ONCE(priv->asking, jiffies | 1);
}

/* An answer, however long others were in front of it; but drivers say -EINVAL of none, too. */
static bool ref_is_answer(int err, unsigned long took)
{
	if (!err || took < REF_SILENT_FROM)
		return true;
	return took < REF_SILENT_MOST / 2 &&
	       (err == -EINVAL || err == -ENOMEM || err == -EAGAIN || err == -EBUSY);
}

/**
 * ref_hca_ended() - the command has ended, and nobody knows whether the HCA has heard of it
 * @priv: the interface
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_ended(struct ref_priv *priv)
{
	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(priv->asking, 0);
}

/**
 * ref_hca_answered() - the command has ended, and the HCA has answered it, or ought to have
 * @priv: the interface
 * @qp: it was for a QP, without which nothing works
 * @err: its result: 0 or a negative errno
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_answered(struct ref_priv *priv, bool qp, int err)
{
	unsigned long asked = priv->asking;
	unsigned long took = clamp_t(long, jiffies - asked, 0, REF_SILENT_MOST);
	struct ref_silence *silence = priv->silence;
	bool before = ref_is_before(asked, READ_ONCE(silence->since));
	unsigned long length, until;

	ref_hca_ended(priv);
	if (ref_is_answer(err, took)) {
		ref_hca_ask_again(priv);
		return;
	}
	/* Another one was answered since. */
	if (before && !READ_ONCE(silence->silent))
		return;
	/*
	 * Two that wait for the same stall are not one after the other; and the later one is no
	 * beginning: it would put off whatever was asked meanwhile in its turn, and that the next.
	 */
	if (qp && !before) {
		WRITE_ONCE(silence->qps, silence->qps + 1);
		WRITE_ONCE(silence->since, jiffies);
	}
	if (qp && !before && silence->qps > 1)
		length = took * REF_SILENT_TIMES;
	else
		length = max_t(unsigned long, took / REF_SILENT_PART, REF_SILENT_LEAST);
	until = jiffies + length;
	if (!ref_hca_is_silent(priv) || ref_is_before(silence->until, until))
		WRITE_ONCE(silence->until, until);
	WRITE_ONCE(silence->silent, true);
	/* After REF_SILENT_FROM each. */
	if (ipoib_accel_may_log(priv->dev))
		netdev_err(priv->dev,
			   "the HCA has not answered for %u s: error %d; it is asked again in %u s\n",
			   jiffies_to_msecs(took) / 1000, err, jiffies_to_msecs(length) / 1000);
}

/**
 * ref_hca_told() - a command has ended to which the driver, or the RDMA core, may answer itself
 * @priv: the interface
 * @err: its result: 0 or a negative errno
 *
 * An answer at once tells nothing of the HCA then, nor does -EOPNOTSUPP.
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_told(struct ref_priv *priv, int err)
{
	if (err != -EOPNOTSUPP && time_after(jiffies, priv->asking + REF_SILENT_FROM))
		ref_hca_answered(priv, false, err);
	else
		ref_hca_ended(priv);
}

/**
 * ref_hca_error() - what to make of the error of a verb that makes something
 * @priv: the interface
 * @err: a negative errno
 * @asked: jiffies, when it was called
 *
 * Others get to know if the HCA has not answered, for which drivers have several errors.
 *
 * Context: process, without qp_mutex.
 * Return: @err; -ETIMEDOUT if the HCA has not answered: whatever else it is asked takes as long.
 */
int ref_hca_error(struct ref_priv *priv, int err, unsigned long asked)
{
	/* As ref_hca_answered() looks at it once more. */
	asked |= 1;
	if (ref_is_answer(err, clamp_t(long, jiffies - asked, 0, REF_SILENT_MOST)))
		return err;
	mutex_lock(&priv->qp_mutex);
	WRITE_ONCE(priv->asking, asked);
	ref_hca_answered(priv, true, err);
	mutex_unlock(&priv->qp_mutex);
	return -ETIMEDOUT;
}

/**
 * ref_hca_ask_again() - the next command is given, whatever came of the last one
 * @priv: the interface
 *
 * Nor does what comes of those that were given before.
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_ask_again(struct ref_priv *priv)
{
	struct ref_silence *silence = priv->silence;

	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(silence->silent, false);
	WRITE_ONCE(silence->qps, 0);
	WRITE_ONCE(silence->since, jiffies);
}

/**
 * ref_hca_ask_for_stop() - somebody sets the interface down, and wants all back
 * @priv: the interface; ref_hca_stopped() comes last
 *
 * So the HCA is asked, but not for each child that goes down with its parent.
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_ask_for_stop(struct ref_priv *priv)
{
	unsigned long stopped = READ_ONCE(priv->silence->stopped);

	if (!ref_hca_is_silent(priv) ||
	    !time_in_range(jiffies, stopped, stopped + REF_SILENT_STOPS))
		ref_hca_ask_again(priv);
}

/**
 * ref_hca_stopped() - an interface has been set down
 * @priv: the interface
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_stopped(struct ref_priv *priv)
{
	lockdep_assert_held(&priv->qp_mutex);
	if (ref_hca_is_silent(priv))
		WRITE_ONCE(priv->silence->stopped, jiffies);
}
