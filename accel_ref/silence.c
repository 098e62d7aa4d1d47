// SPDX-License-Identifier: GPL-2.0
/*
 * An HCA that does not answer.
 *
 * A command that fails after a time has waited for the card: up to a minute, with RTNL held by who
 * opens or stops, and the next one would, too. So no interface of the HCA gives one for a while.
 * After the first such failure that is short, since the card may only have been busy, and what
 * works is left alone. When a QP's is the next one to fail, it is many times what was waited, and
 * an interface that is in need of one goes down. Groups do without for as long as it takes, and
 * one that an HCA chokes on says nothing about QPs.
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

/**
 * struct ref_silence - what the interfaces of an HCA know of it
 * @node: in ref_silences
 * @hca: the HCA
 * @users: its interfaces, under ref_silences_lock
 * @times: commands in a row that have failed after a time; more than 1: of QPs
 * @until: jiffies until when it is asked for nothing, when @times is not 0
 *
 * @times and @until are written by whoever has had an answer, under the qp_mutex of his interface:
 * of two at the same time either may be the last, and both are as good.
 */
struct ref_silence {
	struct list_head node;
	const struct ib_device *hca;
	unsigned int users;
	unsigned int times;
	unsigned long until;
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

/**
 * ref_hca_is_silent() - is it too soon to give the HCA a command?
 * @priv: the interface
 *
 * Context: any; what is given under qp_mutex is decided under it.
 */
bool ref_hca_is_silent(const struct ref_priv *priv)
{
	const struct ref_silence *silence = priv->silence;
	unsigned long until = READ_ONCE(silence->until);

	/* In a long while jiffies come round. */
	return READ_ONCE(silence->times) &&
	       time_in_range(jiffies, until - REF_SILENT_TIMES * REF_SILENT_MOST, until);
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
	if (!ref_hca_is_silent(priv) || READ_ONCE(priv->silence->times) > 1)
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

/**
 * ref_hca_answered() - the command has ended
 * @priv: the interface
 * @qp: it was for a QP, without which nothing works
 * @err: its result: 0 or a negative errno
 *
 * Context: process, qp_mutex held.
 */
void ref_hca_answered(struct ref_priv *priv, bool qp, int err)
{
	long took = clamp_t(long, jiffies - priv->asking, 0, REF_SILENT_MOST);
	struct ref_silence *silence = priv->silence;
	unsigned int times = READ_ONCE(silence->times);
	unsigned long silent;

	lockdep_assert_held(&priv->qp_mutex);
	WRITE_ONCE(priv->asking, 0);
	/* These are answers, however long others were in front of it. */
	if (took < REF_SILENT_FROM || !err || err == -EINVAL || err == -ENOMEM) {
		ref_hca_ask_again(priv);
		return;
	}
	if (qp && times) {
		silent = took * REF_SILENT_TIMES;
		WRITE_ONCE(silence->times, times + 1);
	} else {
		silent = max_t(unsigned long, took / REF_SILENT_PART, REF_SILENT_LEAST);
		WRITE_ONCE(silence->times, max(times, 1U));
	}
	WRITE_ONCE(silence->until, jiffies + silent);
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
	if (READ_ONCE(priv->silence->times))
		WRITE_ONCE(priv->silence->times, 0);
}
