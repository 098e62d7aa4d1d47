// SPDX-License-Identifier: GPL-2.0
/* An interface's life: init, cleanup, what it can do; its Q_Key. */
#include "rx.h"
#include "silence.h"
#include "tx.h"

/* Sizes that the HCA can do: of a QP and of the CQ of one queue. */
static unsigned int ref_ring_size(const struct ib_device *hca, unsigned int wanted)
{
	int most = min(hca->attrs.max_qp_wr, hca->attrs.max_cqe);

	return min_t(unsigned int, wanted, max(most, 1));
}

/* How often the HCA has refused longer rings. */
struct ref_shift {
	unsigned int tx;
	unsigned int rx;
};

static void ref_size(struct ref_priv *priv, const struct ref_shift *shift)
{
	const struct ipoib_intf *intf = ipoib_intf(priv->dev);
	const struct ib_device *hca = priv->hca;
	unsigned int tx = intf->send_queue_size;
	unsigned int rx = intf->recv_queue_size;

	/* rtnetlink gives a child as many as there are CPUs, or as the user says. */
	priv->num_txqs = min(priv->dev->num_tx_queues, ref_tx_queues());
	priv->num_rxqs = min(priv->dev->num_rx_queues, ref_rx_queues(hca));
	priv->num_qps = max(priv->num_txqs, priv->num_rxqs);
	priv->tx_size = rounddown_pow_of_two(ref_ring_size(hca, tx >> shift->tx));
	priv->tx_limit = priv->tx_size;
	priv->rx_size = ref_ring_size(hca, max(rx >> shift->rx, min(rx, REF_LEAST_RING)));
	priv->max_ib_mtu = intf->max_ib_mtu;
	priv->max_sge = clamp_t(unsigned int, hca->attrs.max_send_sge, 1, REF_MAX_SGE);
	priv->csum = hca->attrs.device_cap_flags & IB_DEVICE_UD_IP_CSUM;
	priv->tso = priv->csum && accel_hca_has_tso(hca);
}

static void ref_arrays_free(struct ref_priv *priv)
{
	kvfree(priv->rxqs);
	kvfree(priv->txqs);
	kvfree(priv->qps);
}

static void ref_queues_destroy(struct ref_priv *priv)
{
	unsigned int i;

	for (i = 0; i < priv->num_txqs; i++)
		ref_txq_destroy(&priv->txqs[i]);
	for (i = 0; i < priv->num_rxqs; i++)
		ref_rxq_destroy(&priv->rxqs[i]);
	priv->num_rxqs = 0;
	priv->num_txqs = 0;
	priv->num_qps = 0;
	ref_arrays_free(priv);
}

/*
 * Of *@num queues @tried were tried, the last of them with @err. Returns that, unless it left some:
 * *@num of them then. Not if the HCA has not answered: whatever else it is asked takes as long.
 */
static int ref_queues_enough(unsigned int *num, unsigned int tried, int err)
{
	if (!err || tried <= 1 || err == -ETIMEDOUT)
		return err;
	*num = tried - 1;
	return 0;
}

/* A queue that cannot be had is done without, but for the first ones. */
static int ref_queues_create(struct ref_priv *priv)
{
	int node = ibdev_to_node(priv->hca);
	unsigned int i;
	int err;

	priv->qps = kvzalloc_node(array_size(priv->num_qps, sizeof(*priv->qps)), GFP_KERNEL, node);
	priv->txqs = kvzalloc_node(array_size(priv->num_txqs, sizeof(*priv->txqs)), GFP_KERNEL,
				   node);
	priv->rxqs = kvzalloc_node(array_size(priv->num_rxqs, sizeof(*priv->rxqs)), GFP_KERNEL,
				   node);
	if (!priv->qps || !priv->txqs || !priv->rxqs) {
		ref_arrays_free(priv);
		return -ENOMEM;
	}

	for (i = 0, err = 0; i < priv->num_txqs && !err; i++)
		err = ref_txq_create(priv, i);
	err = ref_queues_enough(&priv->num_txqs, i, err);
	for (i = 0; i < priv->num_rxqs && !err; i++)
		err = ref_rxq_create(priv, i);
	err = ref_queues_enough(&priv->num_rxqs, i, err);
	if (err) {
		ref_queues_destroy(priv);
		return err;
	}
	priv->num_qps = max(priv->num_txqs, priv->num_rxqs);
	for (i = 0; i < priv->num_qps; i++) {
		priv->qps[i].priv = priv;
		priv->qps[i].txq = i < priv->num_txqs ? &priv->txqs[i] : NULL;
		priv->qps[i].rxq = i < priv->num_rxqs ? &priv->rxqs[i] : NULL;
	}
	return 0;
}

/*
 * The HCA has refused rings: which ones next? What they are too long for is mostly the sends, which
 * take more of it each; only when fewer of them alone do not help there are fewer receives, too.
 * Returns false after the shortest.
 */
static bool ref_shorten(const struct ref_priv *priv, struct ref_shift *shift)
{
	if (priv->tx_size > REF_LEAST_RING) {
		shift->tx++;
		if (shift->rx)
			shift->rx++;
		return true;
	}
	if (shift->rx)
		return false;
	shift->tx = 1;
	shift->rx = 1;
	return true;
}

/* There are only so many QPs: queues that have none go. */
static void ref_keep_qps(struct ref_priv *priv, unsigned int qps)
{
	while (priv->num_txqs > qps)
		ref_txq_destroy(&priv->txqs[--priv->num_txqs]);
	while (priv->num_rxqs > qps)
		ref_rxq_destroy(&priv->rxqs[--priv->num_rxqs]);
	priv->num_qps = qps;
}

/* What there is less of than was wanted. Whoever makes an interface anew has us say so again. */
static void ref_tell_less(const struct ref_priv *priv, unsigned int txqs, unsigned int rxqs,
			  bool shorter)
{
	if (priv->num_txqs < txqs && ipoib_accel_may_log(priv->dev))
		netdev_warn(priv->dev, "the HCA does not make more than %u of %u TX queues\n",
			    priv->num_txqs, txqs);
	if (priv->num_rxqs < rxqs && ipoib_accel_may_log(priv->dev))
		netdev_warn(priv->dev, "the HCA does not make more than %u of %u RX queues\n",
			    priv->num_rxqs, rxqs);
	if (shorter && ipoib_accel_may_log(priv->dev))
		netdev_warn(priv->dev, "the HCA makes no queues of more than %u sends, %u receives\n",
			    priv->tx_size, priv->rx_size);
}

/*
 * Makes queues and QPs: as many as the HCA has. What an HCA says that it can do is not all at once
 * true: the longest ring is one of short sends.
 */
static int ref_create(struct ref_priv *priv)
{
	struct ref_shift shift = {};
	unsigned int txqs, rxqs;
	int err;

	for (;;) {
		ref_size(priv, &shift);
		txqs = priv->num_txqs;
		rxqs = priv->num_rxqs;
		err = ref_queues_create(priv);
		if (!err) {
			err = ref_qps_create(priv);
			if (err > 0)
				break;
			ref_queues_destroy(priv);
		}
		if ((err != -ENOMEM && err != -EINVAL) || !ref_shorten(priv, &shift)) {
			if (ipoib_accel_may_log(priv->dev))
				netdev_err(priv->dev,
					   "the HCA does not make a queue pair: error %d\n", err);
			return err;
		}
	}
	ref_keep_qps(priv, err);
	priv->told_rxqs = priv->num_rxqs;
	ref_tell_less(priv, txqs, rxqs, shift.tx);
	return 0;
}

/**
 * ref_ib_dev_init() - ipoib_ops.ib_dev_init: queues and QPs, in RESET
 * @dev: the interface
 * @hca: the device
 * @port: port number, from 1
 * @pkey: P_Key; its index is told at open
 * @qp_num: out, number of the primary QP
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then nothing is left.
 */
int ref_ib_dev_init(struct net_device *dev, struct ib_device *hca, u32 port, u16 pkey,
		    u32 *qp_num)
{
	struct ref_priv *priv = ref_priv(dev);
	int err;

	priv->dev = dev;
	priv->hca = hca;
	priv->port = port;
	priv->pd = ipoib_intf(dev)->pd;
	priv->last_repair = jiffies - HZ;
	priv->adaptive_rx = REF_ADAPTIVE_RX;
	mutex_init(&priv->qp_mutex);
	INIT_LIST_HEAD(&priv->groups);
	priv->leave_next = jiffies;
	INIT_DELAYED_WORK(&priv->repair, ref_repair_work);
	INIT_DELAYED_WORK(&priv->restart, ref_restart_work);
	priv->restart_next = jiffies;
	/* Not deferrable: on an idle machine, where it is wanted most, that may mean never. */
	INIT_DELAYED_WORK(&priv->watch, ref_watch_work);
	priv->vector = port - 1 + ((pkey + 1) & 0x7fff);

	err = ref_silence_get(priv);
	if (err)
		goto destroy_mutex;
	/* By what others know of it: each queue would be waited for as long as it is. */
	err = ref_hca_is_silent(priv) ? REF_NOT_ASKED : ref_create(priv);
	if (err)
		goto put_silence;
	/* They stay in RESET until open, which the core tries again where this could only fail. */
	*qp_num = priv->qps[0].qp->qp_num;
	return 0;

put_silence:
	ref_silence_put(priv);
destroy_mutex:
	mutex_destroy(&priv->qp_mutex);
	return err;
}

/**
 * ref_ib_dev_cleanup() - ipoib_ops.ib_dev_cleanup: undo ref_ib_dev_init()
 * @dev: the interface, stopped
 *
 * Context: process, under RTNL.
 */
void ref_ib_dev_cleanup(struct net_device *dev)
{
	struct ref_priv *priv = ref_priv(dev);

	ref_groups_leave(priv);
	/* Once the QPs are gone no event can ask for repair any more. */
	ref_qps_destroy(priv);
	cancel_delayed_work_sync(&priv->repair);
	ref_take_back(priv);
	ref_queues_destroy(priv);
	/* Once the CQs are gone no event can ask for a restart any more. */
	cancel_delayed_work_sync(&priv->restart);
	ref_silence_put(priv);
	mutex_destroy(&priv->qp_mutex);
	/* The stack frees it: whatever would still run on it uses memory that is gone. */
	WARN_ON(delayed_work_pending(&priv->repair) || delayed_work_pending(&priv->watch) ||
		delayed_work_pending(&priv->restart));
}

/**
 * ref_set_tx_queues() - have the stack use so many TX queues, each from CPUs of its own
 * @dev: the interface, registered
 * @queues: 1..ref_priv.num_txqs
 *
 * CPUs that send do not meet in a queue's lock, and what a CPU sends stays in order. Without XPS
 * flows are spread by a hash, as are those of CPUs that are not online yet: the stack does not note
 * these.
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno.
 */
int ref_set_tx_queues(struct net_device *dev, unsigned int queues)
{
	int err = netif_set_real_num_tx_queues(dev, queues);
	unsigned int queue, cpu, nth;
	cpumask_var_t cpus;

	if (err || dev->num_tx_queues == 1 || !alloc_cpumask_var(&cpus, GFP_KERNEL))
		return err;
	for (queue = 0; queue < queues; queue++) {
		/* By turns: the numbers of CPUs have holes where threads are switched off. */
		cpumask_clear(cpus);
		nth = 0;
		for_each_online_cpu(cpu) {
			if (nth++ % queues == queue)
				cpumask_set_cpu(cpu, cpus);
		}
		if (netif_set_xps_queue(dev, cpus, queue))
			break;
	}
	free_cpumask_var(cpus);
	return 0;
}

/**
 * ref_update_netdev_settings() - ipoib_ops.update_netdev_settings
 * @dev: the interface
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno.
 */
int ref_update_netdev_settings(struct net_device *dev)
{
	struct ref_priv *priv = ref_priv(dev);
	/* With any HCA: see ref_fix_features(). */
	netdev_features_t features = NETIF_F_RXCSUM | NETIF_F_GRO_HW;
	int err;

	if (priv->csum)
		features |= NETIF_F_IP_CSUM;
	/* Without scatter-gather there is no segmentation either, nor anything to limit. */
	if (priv->max_sge > 1)
		features |= priv->tso ? NETIF_F_SG | NETIF_F_TSO : NETIF_F_SG;
	features |= ref_cut_init(priv);
	dev->hw_features |= features;
	dev->features |= features | NETIF_F_HIGHDMA;

	/* A packet that has more pieces than a send would be copied: rather have it smaller. */
	if (priv->max_sge > 1 && priv->max_sge < REF_MAX_SGE && (priv->tso || !priv->cut))
		accel_set_tso_max_size(dev, min_t(size_t, (priv->max_sge - 1) * PAGE_SIZE +
						  IPOIB_ENCAP_LEN, 65536));

	dev->ethtool_ops = &ref_ethtool_ops;
	ref_queues_init(dev);
	err = netif_set_real_num_tx_queues(dev, priv->num_txqs);
	return err ?: netif_set_real_num_rx_queues(dev, priv->num_rxqs);
}

/**
 * ref_set_qkey() - ipoib_ops.set_qkey
 * @dev: the interface
 * @qkey: for what we send and what we accept, from now on and after each open
 *
 * Context: process.
 * Return: 0.
 */
int ref_set_qkey(struct net_device *dev, u32 qkey)
{
	struct ref_priv *priv = ref_priv(dev);
	unsigned int i;

	/* As when a group is joined again: they have it, or repair is about to give it to them. */
	if (qkey == priv->qkey)
		return 0;
	mutex_lock(&priv->qp_mutex);
	WRITE_ONCE(priv->qkey, qkey);
	for (i = 0; i < priv->num_qps && ref_is_up(priv); i++) {
		/* A QP in error cannot take it now; when it is mended, it gets the key too. */
		if (ref_qp_set_qkey(&priv->qps[i]))
			ref_repair_ask(&priv->qps[i], false);
	}
	mutex_unlock(&priv->qp_mutex);
	return 0;
}

/**
 * ref_change_mtu() - ipoib_ops.change_mtu
 * @dev: the interface
 * @new_mtu: of packets that are sent; those that are received go by the link's
 *
 * Context: process, under RTNL.
 * Return: 0.
 */
int ref_change_mtu(struct net_device *dev, int new_mtu)
{
	struct ref_priv *priv = ref_priv(dev);
	bool small = false;
	unsigned int i;

	for (i = 0; i < priv->num_rxqs; i++)
		small |= ref_rx_follow_mtu(&priv->rxqs[i]);
	/* Only a reset takes back what an HCA holds. */
	if (small)
		ref_restart(priv);
	return 0;
}

/**
 * ref_rx_qpn() - ipoib_ops.rx_qpn
 * @dev: the interface
 * @nth: of the peer
 *
 * Context: any.
 * Return: the number of a QP that receives.
 */
u32 ref_rx_qpn(struct net_device *dev, unsigned int nth)
{
	const struct ref_priv *priv = ref_priv(dev);
	unsigned int told = READ_ONCE(priv->told_rxqs), i;

	for (i = 0; i < told; i++, nth++) {
		if (!READ_ONCE(priv->rxqs[nth % told].deaf))
			break;
	}
	return priv->qps[nth % told].qp->qp_num;
}
