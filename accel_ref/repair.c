// SPDX-License-Identifier: GPL-2.0
/*
 * From a QP in error back to traffic.
 *
 * Whoever sees an error (a completion, an event of the HCA) marks the QP, stops its TX queue and
 * queues the work, which asks the HCA for the state of the QP. It does so too after a send was
 * refused, and meanwhile traffic goes on:
 *
 *   RTS   nothing is wrong with it: it goes on
 *   SQE   its sends were flushed, its receives are untouched: back to RTS
 *   else  only reset helps: the core stops and opens the interface
 *
 * An HCA may also say nothing at all. The stack's watchdog notices when a queue is full, which a
 * slow sender's never is; so a watch of our own looks whether sends complete, because address
 * handles and sockets wait for that. What was received it looks for as well: an interrupt that got
 * lost would be the last one of its queue.
 */
#include "silence.h"

#include <linux/kernel.h>
#include <linux/sched/mm.h>

#include "tx.h"

/* The least time between two runs: errors that come back at once must not cost a CPU. */
#define REF_REPAIR_INTERVAL	msecs_to_jiffies(100)
/*
 * Stops are this part of the time at most, up to a least time of REF_RESTART_WAIT between them:
 * less than the stack's watchdog waits for a queue that is stopped until the restart, 10 s.
 */
#define REF_RESTART_SHARE	16
#define REF_RESTART_WAIT	(8 * HZ)
/* How often, a jiffy apart, repair waits for the sends of a QP in SQE to be flushed. */
#define REF_REPAIR_WAITS	50
/* The watch looks this often; a TX queue without progress at two looks in a row is stuck. */
#define REF_WATCH_INTERVAL	(5 * HZ)

/* How long until @next, which is @most away at most: in a long while jiffies come round. */
static unsigned long ref_until(unsigned long next, unsigned long most)
{
	unsigned long now = jiffies;

	return time_in_range(now, next - most, next) ? next - now : 0;
}

/**
 * ref_restart() - ask the core to stop and open the interface
 * @priv: the interface
 *
 * At once, unless the last stop took long, as it does of an HCA that does not answer, and is not
 * long ago: the whole host waits for RTNL meanwhile. Nor while such an HCA is given some time.
 *
 * Context: any.
 */
void ref_restart(struct ref_priv *priv)
{
	unsigned long wait = ref_until(READ_ONCE(priv->restart_next), REF_RESTART_WAIT);

	if (!ref_is_up(priv))
		return;
	/* Meanwhile it could only fail to open. */
	wait = max(wait, ref_silence_left(priv));
	if (wait) {
		queue_delayed_work(ref_wq, &priv->restart, wait);
		return;
	}
	atomic_long_inc(&priv->events.restarts);
	ipoib_accel_restart(priv->dev);
}

/**
 * ref_restart_work() - a restart that had to wait
 * @work: restart of struct ref_priv
 *
 * Context: workqueue, may run late: after a stop it finds REF_UP cleared.
 */
void ref_restart_work(struct work_struct *work)
{
	ref_restart(container_of(to_delayed_work(work), struct ref_priv, restart));
}

/**
 * ref_restart_after() - a stop has ended: when may the next one be that nobody but us asks for?
 * @priv: the interface
 * @took: jiffies that it took
 *
 * Context: process, under RTNL.
 */
void ref_restart_after(struct ref_priv *priv, unsigned long took)
{
	unsigned long wait = min_t(unsigned long, took * REF_RESTART_SHARE, REF_RESTART_WAIT);

	WRITE_ONCE(priv->restart_next, jiffies + wait);
}

static void ref_repair_queue(struct ref_priv *priv)
{
	unsigned long next = READ_ONCE(priv->last_repair) + REF_REPAIR_INTERVAL;

	queue_delayed_work(ref_wq, &priv->repair, ref_until(next, REF_REPAIR_INTERVAL));
}

/**
 * ref_repair_ask() - a QP met an error
 * @qp: the QP
 * @receives: it does not receive any more; after an error of a send alone it may (SQE), and has to
 *	be given receives, since repair may have to wait for an HCA that takes its time
 *
 * Context: any.
 */
void ref_repair_ask(struct ref_qp *qp, bool receives)
{
	struct ref_priv *priv = qp->priv;

	/* While the interface stops, everything is flushed, and nothing is to be repaired. */
	if (!ref_is_up(priv))
		return;
	/* First: who clears both clears this one last, and so never without a repair to come. */
	if (receives)
		set_bit(REF_QP_FLUSHES, &qp->flags);
	if (test_and_set_bit(REF_QP_BROKEN, &qp->flags))
		return;
	/*
	 * Sends would only be flushed. A send() that looked at the mark before may start the queue
	 * again; it costs packets, not progress: repair wakes the queue in any case. But one that
	 * ran already, or an open, may have done so, and cleared the mark, before this stop.
	 */
	if (qp->txq) {
		struct netdev_queue *queue = ref_tx_stack_queue(qp->txq);

		/* From now on the stack's watchdog counts, not from the last packet. */
		WRITE_ONCE(queue->trans_start, jiffies);
		netif_tx_stop_queue(queue);
		ref_tx_wake(qp->txq);
	}
	ref_repair_queue(priv);
}

/**
 * ref_repair_look() - a QP has refused something: is it in error?
 * @qp: the QP, which goes on meanwhile
 *
 * Context: any.
 */
void ref_repair_look(struct ref_qp *qp)
{
	if (ref_is_up(qp->priv) && !test_and_set_bit(REF_QP_DOUBT, &qp->flags))
		ref_repair_queue(qp->priv);
}

static void ref_repair_done(struct ref_qp *qp)
{
	qp->waits = 0;
	clear_bit(REF_QP_BROKEN, &qp->flags);
	smp_mb__after_atomic(); /* see ref_repair_ask() */
	clear_bit(REF_QP_FLUSHES, &qp->flags);
	if (qp->txq)
		ref_tx_wake(qp->txq);

	/* NAPI left the ring alone meanwhile. */
	local_bh_disable();
	if (qp->txq)
		napi_schedule(&qp->txq->napi);
	if (qp->rxq)
		napi_schedule(&qp->rxq->napi);
	local_bh_enable();
}

/* Returns true when the QP has to be looked at again a little later. */
static bool ref_repair_qp(struct ref_qp *qp)
{
	struct ref_priv *priv = qp->priv;
	int state;

	/* What stopped the queue may have cut a list of packets off. */
	if (qp->txq)
		ref_tx_post_rest(qp->txq);
	state = ref_qp_state(qp);
	if (state == IB_QPS_SQE && qp->txq) {
		/* Sends that are still to be flushed must not be sent after all. */
		if (ref_tx_used(qp->txq) && qp->waits++ < REF_REPAIR_WAITS)
			return true;
		if (!ref_tx_used(qp->txq) && !ref_qp_leave_sqe(qp)) {
			atomic_long_inc(&priv->events.sqe_repairs);
			state = IB_QPS_RTS;
		}
	}
	/* A Q_Key that came meanwhile found the QP in no state to take it. */
	if (state == IB_QPS_RTS && !ref_qp_set_qkey(qp)) {
		ref_repair_done(qp);
		return false;
	}
	/* What is not known is no state that needs a restart. */
	if (ref_silence_left(priv))
		return true;
	/* mlx5_core ends all queues when the machine goes down. */
	if (system_state > SYSTEM_RUNNING)
		return false;
	net_warn_ratelimited("%s: QP 0x%06x is in state %d, asking for a restart\n",
			     priv->dev->name, qp->qp->qp_num, state);
	ref_restart(priv);
	return false;
}

/* It has refused something. As long as the HCA does not say why, it goes on. */
static void ref_repair_doubt(struct ref_qp *qp)
{
	int state;

	/* Before the look: what it refuses later is worth another one, known or not. */
	clear_bit(REF_QP_DOUBT, &qp->flags);
	state = ref_qp_state(qp);
	if (state < 0 && (state == REF_NOT_ASKED || ref_hca_is_silent(qp->priv)))
		return;
	if (state != IB_QPS_RTS)
		ref_repair_ask(qp, state != IB_QPS_SQE);
}

/**
 * ref_repair_work() - mend every QP that is marked
 * @work: repair of struct ref_priv
 *
 * Context: workqueue, may run late: after a stop it finds REF_UP cleared.
 */
void ref_repair_work(struct work_struct *work)
{
	struct ref_priv *priv = container_of(to_delayed_work(work), struct ref_priv, repair);
	/* Who gives memory may wait for what goes through this interface: a swap file, a server. */
	unsigned int noio = memalloc_noio_save();
	bool again = false;
	unsigned int i;

	mutex_lock(&priv->qp_mutex);
	WRITE_ONCE(priv->last_repair, jiffies);
	for (i = 0; i < priv->num_qps && ref_is_up(priv); i++) {
		struct ref_qp *qp = &priv->qps[i];

		if (ref_silence_left(priv)) {
			again = true;
			break;
		}
		if (test_bit(REF_QP_DOUBT, &qp->flags))
			ref_repair_doubt(qp);
		if (ref_qp_is_broken(qp))
			again |= ref_repair_qp(qp);
	}
	if (again)
		queue_delayed_work(ref_wq, &priv->repair, max(ref_silence_left(priv), 1UL));
	mutex_unlock(&priv->qp_mutex);
	memalloc_noio_restore(noio);
}

/* Returns true when the queue is stuck. Without a link an HCA may well keep what it was given. */
static bool ref_watch_txq(struct ref_txq *txq)
{
	u32 tail = READ_ONCE(txq->tail);

	if (!ref_tx_used(txq) || tail != txq->watch_tail || !netif_carrier_ok(txq->priv->dev)) {
		txq->watch_tail = tail;
		txq->watch_same = 0;
		return false;
	}
	return ++txq->watch_same >= 2;
}

/**
 * ref_watch_work() - look whether sends complete, and whether memory is kept for nothing
 * @work: watch of struct ref_priv
 *
 * Context: workqueue.
 */
void ref_watch_work(struct work_struct *work)
{
	struct ref_priv *priv = container_of(to_delayed_work(work), struct ref_priv, watch);
	unsigned int i;

	for (i = 0; i < priv->num_txqs && ref_is_up(priv); i++) {
		struct ref_txq *txq = &priv->txqs[i];

		if (ref_watch_txq(txq)) {
			ref_tx_stuck(txq);
			txq->watch_same = 0;
		} else if (txq->watch_same) {
			/* An interrupt that was lost costs no restart. */
			local_bh_disable();
			ref_tx_kick(txq);
			local_bh_enable();
		}
	}
	for (i = 0; i < priv->num_rxqs && ref_is_up(priv); i++) {
		/* A run that finds no packet does it; one that finds some had lost an interrupt. */
		WRITE_ONCE(priv->rxqs[i].trim, true);
		local_bh_disable();
		napi_schedule(&priv->rxqs[i].napi);
		local_bh_enable();
	}
	ref_watch_start(priv);
}

/**
 * ref_watch_start() - look at the queues in a while
 * @priv: the interface
 *
 * Context: any.
 */
void ref_watch_start(struct ref_priv *priv)
{
	if (ref_is_up(priv))
		queue_delayed_work(ref_wq, &priv->watch,
				   round_jiffies_relative(REF_WATCH_INTERVAL));
}
