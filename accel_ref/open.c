// SPDX-License-Identifier: GPL-2.0
/* Open and stop: the way of the QPs up, and what they hold back again. */
#include "rx.h"
#include "silence.h"
#include "tx.h"

#include <linux/delay.h>

/*
 * How long a stop waits for the HCA to give back what it holds: all other interfaces of the host
 * wait meanwhile, and the reset that follows takes it in any case.
 */
#define REF_DRAIN_TIME		HZ

/* Every QP in INIT: multicast groups can be attached there, and it receives nothing. */
static int ref_all_to_init(struct ref_priv *priv, u16 pkey_index)
{
	unsigned int i;
	int err = 0;

	/* Each one, whatever becomes of the others: who stops takes back what it holds. */
	for (i = 0; i < priv->num_qps; i++)
		err = ref_qp_to_init(&priv->qps[i], pkey_index) ?: err;
	return err;
}

/**
 * ref_take_back() - free what was left to an HCA that did not let go of it
 * @priv: the interface, whose QPs were reset, or destroyed; of those that are lost nothing is freed
 *
 * Context: process, under RTNL; NAPI is disabled and no send() runs.
 */
void ref_take_back(struct ref_priv *priv)
{
	unsigned int i;

	for (i = 0; i < priv->num_txqs; i++) {
		if (!priv->qps[i].lost)
			ref_tx_unpark(&priv->txqs[i]);
	}
	for (i = 0; i < priv->num_rxqs; i++) {
		if (!priv->qps[i].lost)
			ref_rx_abandon(&priv->rxqs[i]);
	}
}

static void ref_napi_enable(struct ref_priv *priv)
{
	unsigned int i;

	for (i = 0; i < priv->num_txqs; i++)
		napi_enable(&priv->txqs[i].napi);
	for (i = 0; i < priv->num_rxqs; i++)
		napi_enable(&priv->rxqs[i].napi);
}

/**
 * ref_napi_kick() - run every NAPI once
 * @priv: the interface, NAPI enabled
 *
 * It arms its CQ where an interrupt is wanted when it finds nothing more, so this starts
 * interrupts, and it makes progress where one was lost.
 *
 * Context: process.
 */
void ref_napi_kick(struct ref_priv *priv)
{
	unsigned int i;

	local_bh_disable();
	for (i = 0; i < priv->num_txqs; i++)
		ref_tx_kick(&priv->txqs[i]);
	for (i = 0; i < priv->num_rxqs; i++)
		napi_schedule(&priv->rxqs[i].napi);
	local_bh_enable();
}

static void ref_napi_disable(struct ref_priv *priv)
{
	unsigned int i;

	/* What GRO keeps for longer than a run (gro_flush_timeout) would come at the next open. */
	ref_napi_kick(priv);
	for (i = 0; i < priv->num_rxqs; i++)
		napi_disable(&priv->rxqs[i].napi);
	for (i = 0; i < priv->num_txqs; i++)
		napi_disable(&priv->txqs[i].napi);
}

/*
 * Fills the rings and brings the QPs up. NAPI is disabled: this acts in its place. REF_UP is set
 * before a QP receives: an event that tells of an error then asks for repair, which waits for
 * qp_mutex, and so for the end of open.
 */
static int ref_start_qps(struct ref_priv *priv)
{
	unsigned int i;
	int err;

	err = ref_all_to_init(priv, ipoib_intf(priv->dev)->pkey_index);
	if (err)
		return err;
	ref_take_back(priv);
	for (i = 0; i < priv->num_qps; i++) {
		priv->qps[i].idle = false;
		priv->qps[i].held = true;
	}
	for (i = 0; i < priv->num_rxqs; i++) {
		struct ref_rxq *rxq = &priv->rxqs[i];

		ref_rx_follow_mtu(rxq);
		/*
		 * NAPI will complete a ring that is not full, but not start from nothing. For less
		 * than the whole ring nobody is killed, nor waited for without end: who restarts
		 * the interface of a server that takes memory back would not let it.
		 */
		err = ref_rx_fill(rxq, GFP_KERNEL | __GFP_RETRY_MAYFAIL);
		if (err && rxq->nr_free == rxq->size)
			return err;
	}
	for (i = 0; i < priv->num_qps; i++) {
		clear_bit(REF_QP_BROKEN, &priv->qps[i].flags);
		clear_bit(REF_QP_FLUSHES, &priv->qps[i].flags);
		clear_bit(REF_QP_DOUBT, &priv->qps[i].flags);
		priv->qps[i].waits = 0;
	}
	set_bit(REF_UP, &priv->state);
	for (i = 0; i < priv->num_qps; i++) {
		err = ref_qp_to_rts(&priv->qps[i]);
		if (err)
			return err;
	}
	return 0;
}

static unsigned int ref_lost_qps(const struct ref_priv *priv)
{
	unsigned int lost = 0, i;

	for (i = 0; i < priv->num_qps; i++)
		lost += priv->qps[i].lost;
	return lost;
}

/*
 * Takes everything back from the HCA; the QPs end in INIT. NAPI is disabled. Of a QP that the HCA
 * does not reset everything stays as it is: it may still write to buffers.
 */
static void ref_reset_qps(struct ref_priv *priv)
{
	unsigned int lost = ref_lost_qps(priv), i;

	ref_all_to_init(priv, 0);
	/* Once a stop, and behind a line for each command: what others log does not hide it. */
	if (ref_lost_qps(priv) > lost && ipoib_accel_may_log(priv->dev))
		netdev_err(priv->dev, "the HCA does not reset a QP: it keeps its buffers\n");
	for (i = 0; i < priv->num_txqs; i++)
		ref_tx_flush(&priv->txqs[i]);
	for (i = 0; i < priv->num_rxqs; i++) {
		if (!priv->qps[i].lost)
			ref_rx_abandon(&priv->rxqs[i]);
	}
}

/**
 * ref_ib_dev_open() - ipoib_ops.ib_dev_open
 * @dev: the interface
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then it is as stopped as before.
 */
int ref_ib_dev_open(struct net_device *dev)
{
	struct ref_priv *priv = ref_priv(dev);
	int err;

	mutex_lock(&priv->qp_mutex);
	/* Who sets the interface up wants it tried: IFF_UP comes last. */
	if (!(dev->flags & IFF_UP))
		ref_hca_ask_again(priv);
	err = ref_start_qps(priv);
	if (err) {
		clear_bit(REF_UP, &priv->state);
		ref_reset_qps(priv);
		mutex_unlock(&priv->qp_mutex);
		return err;
	}
	ref_napi_enable(priv);
	ref_queues_tell(priv, true);
	mutex_unlock(&priv->qp_mutex);

	ref_napi_kick(priv);
	ref_watch_start(priv);
	/* Once, unless the user was first, whose it is to change; not before it is registered. */
	if (!priv->spread && !accel_has_xps(dev))
		ref_set_tx_queues(dev, dev->real_num_tx_queues);
	priv->spread = true;
	return 0;
}

static bool ref_drained(const struct ref_priv *priv)
{
	unsigned int i;

	for (i = 0; i < priv->num_txqs; i++) {
		/*
		 * Sends that nothing tells of are done long since, or the reset takes them; so
		 * it does what a queue has whose CQ tells of nothing any more.
		 */
		if (ref_tx_used(&priv->txqs[i]) && !priv->txqs[i].untold &&
		    !READ_ONCE(priv->txqs[i].mute))
			return false;
	}
	for (i = 0; i < priv->num_rxqs; i++) {
		if (READ_ONCE(priv->rxqs[i].nr_free) != priv->rxqs[i].size &&
		    !READ_ONCE(priv->rxqs[i].deaf))
			return false;
	}
	return true;
}

/* Has the HCA flush everything, NAPI free it, and waits for that, though not for ever. */
static void ref_drain(struct ref_priv *priv)
{
	unsigned long deadline = jiffies + REF_DRAIN_TIME;
	unsigned int i;
	int err = 0;

	for (i = 0; i < priv->num_qps; i++) {
		err = ref_qp_to_error(&priv->qps[i]) ?: err;
		if (!priv->qps[i].txq)
			continue;
		/* An HCA takes sends in error too, to flush them: what was held tells of others. */
		ref_tx_post_rest(&priv->txqs[i]);
		ref_tx_drop_rest(&priv->txqs[i]);
	}
	while (!err && !ref_drained(priv)) {
		if (time_after(jiffies, deadline)) {
			/* After a second each. */
			if (ipoib_accel_may_log(priv->dev))
				netdev_warn(priv->dev,
					    "the HCA does not flush its queues, resetting\n");
			break;
		}
		ref_napi_kick(priv);
		usleep_range(500, 2000);
	}
}

/**
 * ref_ib_dev_stop() - ipoib_ops.ib_dev_stop
 * @dev: the interface; no send() runs or starts
 *
 * Context: process, under RTNL. Takes up to REF_DRAIN_TIME when the HCA does not flush, a command's
 * time-out (a minute) when it does not answer, and that of those which are under way already.
 */
void ref_ib_dev_stop(struct net_device *dev)
{
	struct ref_priv *priv = ref_priv(dev);
	unsigned long began = jiffies;
	unsigned int i;

	/* Under the mutex: repair that is running ends first, one that comes later does nothing. */
	mutex_lock(&priv->qp_mutex);
	clear_bit(REF_UP, &priv->state);
	/* A restart finds it running. */
	if (!netif_running(dev))
		ref_hca_ask_for_stop(priv);
	ref_drain(priv);
	ref_queues_tell(priv, false);
	ref_napi_disable(priv);
	ref_reset_qps(priv);
	if (!netif_running(dev))
		ref_hca_stopped(priv);
	mutex_unlock(&priv->qp_mutex);

	/* NAPI, which queues it, is disabled; and it would only schedule NAPI. */
	for (i = 0; i < priv->num_rxqs; i++)
		cancel_delayed_work_sync(&priv->rxqs[i].refill_work);
	/* No send() queues it, and it queues itself only while REF_UP is set. */
	for (i = 0; i < priv->num_txqs; i++)
		cancel_delayed_work_sync(&priv->txqs[i].lazy_work);
	cancel_delayed_work_sync(&priv->repair);
	cancel_delayed_work_sync(&priv->watch);
	cancel_delayed_work_sync(&priv->restart);
	ref_restart_after(priv, jiffies - began);
}
