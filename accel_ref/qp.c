// SPDX-License-Identifier: GPL-2.0
/* QPs and CQs: making them, and the states of a QP. */
#include "silence.h"

/*
 * A CQ in error stays so, and is made anew with the interface alone, whose address has the number
 * of a QP that it is of. No further peer is told of a queue that may never hear of a packet again,
 * and those that were are told of the address, if that is of a queue that receives. Nor does it
 * have receives: a packet that took one would only have the HCA tell of the CQ again, and the
 * interface be restarted. What would be sent leaves by another queue.
 */
static void ref_cq_give_up(struct ref_priv *priv, const struct ib_cq *cq)
{
	bool lost = false;
	unsigned int i;

	for (i = 0; i < priv->num_rxqs; i++) {
		struct ref_rxq *rxq = &priv->rxqs[i];

		if (rxq->cq != cq || READ_ONCE(rxq->deaf))
			continue;
		WRITE_ONCE(rxq->deaf, true);
		lost = true;
		netdev_err(priv->dev, "RX queue %u receives no more until the interface is made anew%s\n",
			   i, i ? "" : ": no broadcast is heard");
	}
	if (lost && !READ_ONCE(priv->rxqs[0].deaf))
		ipoib_accel_tell_peers(priv->dev);
	for (i = 0; i < priv->num_txqs; i++) {
		struct ref_txq *txq = &priv->txqs[i];

		if (txq->cq != cq || READ_ONCE(txq->mute))
			continue;
		WRITE_ONCE(txq->mute, true);
		netdev_err(priv->dev, "TX queue %u sends no more until the interface is made anew\n",
			   i);
	}
}

static void ref_cq_event(struct ib_event *event, void *context)
{
	struct napi_struct *napi = context;
	struct ref_priv *priv = ref_priv(napi->dev);

	ref_cq_give_up(priv, event->element.cq);
	atomic_long_inc(&priv->events.async_errors);
	net_err_ratelimited("%s: completion queue: %s\n", napi->dev->name,
			    ib_event_msg(event->event));
	ref_restart(priv);
}

/**
 * ref_cq_create() - make a CQ
 * @priv: the interface
 * @entries: completions it must hold
 * @vector: any number, the device's completion vectors are used in turn, and each interface begins
 *	with another one: its port's, and for P_Key children (0x7fff is the port's own) the next
 * @handler: called by a completion once the CQ is armed, with @napi; to schedule that
 * @napi: polls the CQ
 *
 * Context: process, under RTNL.
 * Return: the CQ, or an ERR_PTR: as ref_hca_error() has it.
 */
struct ib_cq *ref_cq_create(struct ref_priv *priv, unsigned int entries, unsigned int vector,
			    ib_comp_handler handler, struct napi_struct *napi)
{
	struct ib_cq_init_attr attr = {
		.cqe = entries,
		.comp_vector = (priv->vector + vector) % max(priv->hca->num_comp_vectors, 1),
	};
	unsigned long asked = jiffies;
	struct ib_cq *cq;

	cq = ib_create_cq(priv->hca, handler, ref_cq_event, napi, &attr);
	return IS_ERR(cq) ? ERR_PTR(ref_hca_error(priv, PTR_ERR(cq), asked)) : cq;
}

/**
 * ref_cq_arm() - ask for an interrupt at the next completion
 * @cq: the CQ
 *
 * Context: any.
 * Return: true when completions are there already, which will raise none: poll again.
 */
bool ref_cq_arm(struct ib_cq *cq)
{
	return ib_req_notify_cq(cq, IB_CQ_NEXT_COMP | IB_CQ_REPORT_MISSED_EVENTS) > 0;
}

/* Context: any, maybe hard interrupt. */
static void ref_qp_event(struct ib_event *event, void *context)
{
	struct ref_qp *qp = context;

	switch (event->event) {
	case IB_EVENT_QP_FATAL:
	case IB_EVENT_QP_REQ_ERR:
	case IB_EVENT_QP_ACCESS_ERR:
		atomic_long_inc(&qp->priv->events.async_errors);
		net_err_ratelimited("%s: QP: %s\n", qp->priv->dev->name,
				    ib_event_msg(event->event));
		ref_repair_ask(qp, true);
		break;
	default:
		break;
	}
}

/*
 * Optional properties, in the order in which they are given up when the HCA refuses them: what an
 * HCA announces and what its QPs take at once are not always the same. Sending as another QP's
 * number (IB_QP_CREATE_SOURCE_QPN) is not among them: see verbs.md.
 */
static const u32 ref_optional_flags[] = {
	IB_QP_CREATE_NETIF_QP,
	IB_QP_CREATE_BLOCK_MULTICAST_LOOPBACK,
	IB_QP_CREATE_IPOIB_UD_LSO,
};

static u32 ref_qp_flags(const struct ref_priv *priv, bool primary, bool sends)
{
	u32 flags = 0;

	if (priv->tso)
		flags |= IB_QP_CREATE_IPOIB_UD_LSO;
	/* Groups are sent by those with a TX queue, and attached to the primary. */
	if (sends && accel_hca_blocks_loopback(priv->hca))
		flags |= IB_QP_CREATE_BLOCK_MULTICAST_LOOPBACK;
	if (primary && priv->hca->attrs.device_cap_flags & IB_DEVICE_MANAGED_FLOW_STEERING)
		flags |= IB_QP_CREATE_NETIF_QP;
	return flags;
}

/* The HCA has refused a QP: gives something up. Returns false when there is nothing left. */
static bool ref_qp_want_less(struct ref_priv *priv, unsigned int index, int err, u32 *flags)
{
	unsigned int i;

	/* Not even few of these sends: shorter ones. No further QP is worth that. */
	if (err == -ENOMEM && !index && priv->tx_size <= REF_LEAST_RING && priv->max_sge > 1) {
		priv->max_sge /= 2;
		return true;
	}
	if (err != -EINVAL && err != -EOPNOTSUPP)
		return false;
	/* What a send of so many takes may be more than a card's longest one. */
	if (priv->max_sge > REF_SAFE_SGE) {
		priv->max_sge = REF_SAFE_SGE;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(ref_optional_flags); i++) {
		if (!(*flags & ref_optional_flags[i]))
			continue;
		*flags &= ~ref_optional_flags[i];
		return true;
	}
	return false;
}

static int ref_qp_create(struct ref_priv *priv, unsigned int index)
{
	struct ref_qp *qp = &priv->qps[index];
	struct ib_qp_init_attr attr = {};
	u32 flags = ref_qp_flags(priv, !index, qp->txq);
	unsigned long asked;
	struct ib_qp *ibqp;
	int err;

	for (;;) {
		/* The HCA writes what it granted: start from what we want each time. */
		attr = (struct ib_qp_init_attr) {
			.event_handler = ref_qp_event,
			.qp_context = qp,
			.send_cq = qp->txq ? qp->txq->cq : priv->txqs[0].cq,
			.recv_cq = qp->rxq ? qp->rxq->cq : priv->rxqs[0].cq,
			.cap = {
				.max_send_wr = qp->txq ? priv->tx_size : 1,
				.max_recv_wr = qp->rxq ? priv->rx_size : 1,
				.max_send_sge = qp->txq ? priv->max_sge : 1,
				.max_recv_sge = 1,
			},
			.sq_sig_type = IB_SIGNAL_REQ_WR,
			.qp_type = IB_QPT_UD,
			.create_flags = flags,
		};
		asked = jiffies;
		ibqp = ib_create_qp(priv->pd, &attr);
		if (!IS_ERR(ibqp))
			break;
		err = ref_hca_error(priv, PTR_ERR(ibqp), asked);
		/* What sends could do without is not given up for one that only receives. */
		if (!qp->txq || !ref_qp_want_less(priv, index, err, &flags))
			return err;
	}

	qp->qp = ibqp;
	if (!qp->txq)
		return 0;
	priv->max_sge = min_t(unsigned int, priv->max_sge, max(attr.cap.max_send_sge, 1U));
	if (!(flags & IB_QP_CREATE_IPOIB_UD_LSO)) {
		priv->tso = false;
		/*
		 * mlx5_ib announces checksums also when only the card's own IPoIB queues have them:
		 * those of its QPs come with this flag.
		 */
		if (priv->hca->ops.driver_id == RDMA_DRIVER_MLX5)
			priv->csum = false;
	}
	return 0;
}

/**
 * ref_qps_create() - make the QPs of all queues, in RESET
 * @priv: the interface, with its queues
 *
 * Lowers what the HCA does not grant: tso, csum, max_sge of @priv.
 *
 * Context: process, under RTNL.
 * Return: how many there are now, less than num_qps of @priv when the HCA does not have so many;
 * or why there is none: there is not one, or it has not answered (-ETIMEDOUT).
 */
int ref_qps_create(struct ref_priv *priv)
{
	unsigned int i;
	int err;

	for (i = 0; i < priv->num_qps; i++) {
		err = ref_qp_create(priv, i);
		if (!err)
			continue;
		/* Nothing else that it is asked now would be answered sooner. */
		if (err == -ETIMEDOUT)
			ref_qps_destroy(priv);
		return i && err != -ETIMEDOUT ? i : err;
	}
	return i;
}

static int ref_qp_ask(struct ref_qp *qp, struct ib_qp_attr *attr, int mask)
{
	int err;

	lockdep_assert_held(&qp->priv->qp_mutex);
	if (ref_hca_is_silent(qp->priv))
		return REF_NOT_ASKED;
	ref_hca_ask(qp->priv);
	err = ib_modify_qp(qp->qp, attr, mask);
	/* It may have been in RESET: mlx4, mlx5 and mthca then have nothing to ask the HCA for. */
	if (!err && attr->qp_state == IB_QPS_RESET && !qp->held)
		ref_hca_ended(qp->priv);
	else
		ref_hca_answered(qp->priv, true, err);
	return err;
}

static int ref_qp_modify(struct ref_qp *qp, struct ib_qp_attr *attr, int mask)
{
	int err = ref_qp_ask(qp, attr, mask);

	if (err && err != REF_NOT_ASKED && !ref_hca_is_silent(qp->priv) && ref_may_log(qp->priv))
		netdev_err(qp->priv->dev, "QP 0x%06x to state %d: error %d\n", qp->qp->qp_num,
			   attr->qp_state, err);
	return err;
}

/**
 * ref_qps_destroy() - destroy the QPs
 * @priv: the interface, stopped
 *
 * Afterwards the HCA holds nothing of a QP that is not marked as lost.
 *
 * Context: process, under RTNL.
 */
void ref_qps_destroy(struct ref_priv *priv)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_RESET };
	unsigned int i = priv->num_qps;
	bool again = false;

	mutex_lock(&priv->qp_mutex);
	while (i--) {
		struct ref_qp *qp = &priv->qps[i];
		u32 qp_num;

		if (!qp->qp)
			continue;
		if (qp->lost) {
			/* It is asked once more, for the last time. */
			if (!again)
				ref_hca_ask_again(priv);
			again = true;
			/* mlx4, mlx5, mthca say that it is gone, always; a reset tells. */
			qp->lost = ref_qp_modify(qp, &attr, IB_QP_STATE);
		}
		qp_num = qp->qp->qp_num;
		if (ib_destroy_qp(qp->qp))
			qp->lost = true;
		if (qp->lost)
			netdev_err(priv->dev, "the HCA does not let go of QP 0x%06x: it is lost\n",
				   qp_num);
		qp->qp = NULL;
		qp->idle = false;
	}
	mutex_unlock(&priv->qp_mutex);
}

/**
 * ref_qp_is_own() - is this number one that we send from?
 * @priv: the interface
 * @qp_num: QP number
 *
 * Context: any.
 */
bool ref_qp_is_own(const struct ref_priv *priv, u32 qp_num)
{
	unsigned int i;

	for (i = 0; i < priv->num_txqs; i++) {
		if (priv->qps[i].qp->qp_num == qp_num)
			return true;
	}
	return false;
}

static void ref_qp_init_attr(const struct ref_qp *qp, u16 pkey_index, struct ib_qp_attr *attr)
{
	*attr = (struct ib_qp_attr) {
		.qp_state = IB_QPS_INIT,
		.pkey_index = pkey_index,
		.port_num = qp->priv->port,
		.qkey = qp->priv->qkey,
	};
}

/**
 * ref_qp_to_init() - bring a QP to INIT, from any state, through RESET
 * @qp: the QP
 * @pkey_index: place of the P_Key in the port's table
 *
 * Afterwards the HCA holds no send or receive of it, and receives may be posted. Of a QP that is
 * there already only the P_Key changes: a reset has an HCA wait for all that it has under way.
 *
 * Context: process, qp_mutex held.
 * Return: 0 or a negative errno.
 */
int ref_qp_to_init(struct ref_qp *qp, u16 pkey_index)
{
	const int mask = IB_QP_STATE | IB_QP_PKEY_INDEX | IB_QP_PORT | IB_QP_QKEY;
	struct ib_qp_attr attr;
	int err;

	if (ref_hca_is_silent(qp->priv)) {
		qp->lost = qp->held;
		return REF_NOT_ASKED;
	}
	ref_qp_init_attr(qp, pkey_index, &attr);
	/* Refused, it is not where we left it. */
	if (qp->idle && !ref_qp_ask(qp, &attr, mask))
		return 0;

	qp->idle = false;
	attr = (struct ib_qp_attr) { .qp_state = IB_QPS_RESET };
	err = ref_qp_modify(qp, &attr, IB_QP_STATE);
	qp->held &= !!err;
	qp->lost = qp->held;
	if (err)
		return err;

	ref_qp_init_attr(qp, pkey_index, &attr);
	err = ref_qp_modify(qp, &attr, mask);
	qp->idle = !err;
	return err;
}

/**
 * ref_qp_to_rts() - bring a QP from INIT to where it receives and sends
 * @qp: the QP
 *
 * Context: process, qp_mutex held.
 * Return: 0 or a negative errno.
 */
int ref_qp_to_rts(struct ref_qp *qp)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_RTR };
	int err;

	err = ref_qp_modify(qp, &attr, IB_QP_STATE);
	if (err)
		return err;

	attr.qp_state = IB_QPS_RTS;
	attr.sq_psn = 0;
	return ref_qp_modify(qp, &attr, IB_QP_STATE | IB_QP_SQ_PSN);
}

/**
 * ref_qp_to_error() - bring a QP to ERR: everything it holds completes as flushed
 * @qp: the QP
 *
 * Context: process, qp_mutex held.
 * Return: 0 or a negative errno.
 */
int ref_qp_to_error(struct ref_qp *qp)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_ERR };

	return ref_qp_modify(qp, &attr, IB_QP_STATE);
}

/**
 * ref_qp_leave_sqe() - bring a QP whose send queue met an error back to RTS
 * @qp: the QP, in SQE
 *
 * Context: process, qp_mutex held.
 * Return: 0 or a negative errno.
 */
int ref_qp_leave_sqe(struct ref_qp *qp)
{
	struct ib_qp_attr attr = {
		.qp_state = IB_QPS_RTS,
		.cur_qp_state = IB_QPS_SQE,
		.qkey = qp->priv->qkey,
	};

	return ref_qp_modify(qp, &attr, IB_QP_STATE | IB_QP_CUR_STATE | IB_QP_QKEY);
}

/**
 * ref_qp_set_qkey() - give a QP the link's Q_Key
 * @qp: the QP, in RTS
 *
 * Context: process, qp_mutex held.
 * Return: 0 or a negative errno.
 */
int ref_qp_set_qkey(struct ref_qp *qp)
{
	struct ib_qp_attr attr = { .qp_state = IB_QPS_RTS, .qkey = qp->priv->qkey };

	return ref_qp_modify(qp, &attr, IB_QP_QKEY);
}

/**
 * ref_qp_state() - what state the HCA says a QP is in
 * @qp: the QP
 *
 * Context: process, qp_mutex held.
 * Return: enum ib_qp_state; or a negative errno, REF_NOT_ASKED among them.
 */
int ref_qp_state(struct ref_qp *qp)
{
	struct ib_qp_init_attr init_attr;
	struct ib_qp_attr attr;
	int err;

	lockdep_assert_held(&qp->priv->qp_mutex);
	if (ref_hca_is_silent(qp->priv))
		return REF_NOT_ASKED;
	ref_hca_ask(qp->priv);
	err = ib_query_qp(qp->qp, &attr, IB_QP_STATE, &init_attr);
	/* Nor do mlx4 and mthca ask for what was reset. */
	if (!err && attr.qp_state == IB_QPS_RESET)
		ref_hca_ended(qp->priv);
	else
		ref_hca_answered(qp->priv, true, err);
	return err ? err : (int)attr.qp_state;
}
