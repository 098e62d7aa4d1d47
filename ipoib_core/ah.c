// SPDX-License-Identifier: GPL-2.0
/*
 * Address handles, and when they may die: after a grace period, because senders find them under
 * RCU, and after the sends that were posted with them have completed, which the accel's counters
 * tell. Handles are retired in batches; one batch waits for its sends at a time, the next one
 * gathers meanwhile. A stuck queue delays a batch until the TX time-out drains it.
 */
#include "ah.h"

#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "trace.h"

/* How long to wait before looking at the completions again. */
#define IPOIB_AH_POLL	msecs_to_jiffies(20)

struct ipoib_ah *ipoib_ah_create(struct ipoib_dev *priv, struct rdma_ah_attr *attr)
{
	struct ipoib_ah *ah;
	struct ib_ah *ib_ah;
	unsigned int noio;

	ah = kzalloc(sizeof(*ah), GFP_NOIO);
	if (!ah)
		return ERR_PTR(-ENOMEM);

	/* Who gives memory may wait for the server that this leads to. */
	noio = memalloc_noio_save();
	ib_ah = rdma_create_ah(priv->intf.pd, attr, RDMA_CREATE_AH_SLEEPABLE);
	memalloc_noio_restore(noio);
	if (IS_ERR(ib_ah)) {
		kfree(ah);
		return ERR_CAST(ib_ah);
	}

	ah->ah = ib_ah;
	ah->dlid = rdma_ah_get_dlid(attr);
	ah->sl = rdma_ah_get_sl(attr);
	ah->rate = rdma_ah_get_static_rate(attr);
	trace_ipoib_ah_made(priv, ah);
	return ah;
}

void ipoib_ah_retire(struct ipoib_dev *priv, struct ipoib_ah *ah)
{
	if (!ah)
		return;
	trace_ipoib_ah_retired(priv, ah);
	if (llist_add(&ah->dead, &priv->ah_dead))
		queue_delayed_work(ipoib_wq, &priv->ah_work, 0);
}

static void ipoib_ah_destroy_list(const struct ipoib_dev *priv, struct llist_node *list)
{
	struct ipoib_ah *ah, *next;

	llist_for_each_entry_safe(ah, next, list, dead) {
		trace_ipoib_ah_destroyed(priv, ah);
		rdma_destroy_ah(ah->ah, RDMA_DESTROY_AH_SLEEPABLE);
		kfree(ah);
	}
}

bool ipoib_ah_is_of(const struct ipoib_ah *ah, const struct ipoib_dev *priv, u32 lid)
{
	return !((ah->dlid ^ lid) >> READ_ONCE(priv->port->lmc));
}

static void ipoib_ah_mark(struct ipoib_dev *priv)
{
	unsigned int txq;

	if (!priv->ops->tx_posted)
		return;
	for (txq = 0; txq < priv->dev->num_tx_queues; txq++)
		priv->ah_marks[txq] = priv->ops->tx_posted(priv->dev, txq);
}

static bool ipoib_ah_sends_done(struct ipoib_dev *priv)
{
	unsigned int txq;

	if (!priv->ops->tx_completed)
		return true;
	for (txq = 0; txq < priv->dev->num_tx_queues; txq++) {
		u32 completed = priv->ops->tx_completed(priv->dev, txq);

		if ((s32)(completed - priv->ah_marks[txq]) < 0)
			return false;
	}
	return true;
}

static void ipoib_ah_work(struct work_struct *work)
{
	struct ipoib_dev *priv = container_of(to_delayed_work(work), struct ipoib_dev, ah_work);

	if (!priv->ah_waiting) {
		priv->ah_waiting = llist_del_all(&priv->ah_dead);
		if (!priv->ah_waiting)
			return;
		/* Senders that still see a handle have posted before the marks are taken. */
		synchronize_rcu();
		ipoib_ah_mark(priv);
	}
	if (!ipoib_ah_sends_done(priv)) {
		queue_delayed_work(ipoib_wq, &priv->ah_work, IPOIB_AH_POLL);
		return;
	}
	ipoib_ah_destroy_list(priv, priv->ah_waiting);
	priv->ah_waiting = NULL;
	/* ipoib_ah_retire() queues only for the first of a batch, which may have been meanwhile. */
	if (!llist_empty(&priv->ah_dead))
		queue_delayed_work(ipoib_wq, &priv->ah_work, 0);
}

int ipoib_ah_init(struct ipoib_dev *priv)
{
	init_llist_head(&priv->ah_dead);
	INIT_DELAYED_WORK(&priv->ah_work, ipoib_ah_work);
	priv->ah_marks = kcalloc(priv->dev->num_tx_queues, sizeof(*priv->ah_marks), GFP_KERNEL);
	return priv->ah_marks ? 0 : -ENOMEM;
}

void ipoib_ah_exit(struct ipoib_dev *priv)
{
	cancel_delayed_work_sync(&priv->ah_work);
	synchronize_net();
	ipoib_ah_destroy_list(priv, priv->ah_waiting);
	priv->ah_waiting = NULL;
	ipoib_ah_destroy_list(priv, llist_del_all(&priv->ah_dead));
	kfree(priv->ah_marks);
}
