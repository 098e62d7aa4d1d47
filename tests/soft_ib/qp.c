// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: queue pairs and their states.
 *
 * The packet path finds a QP in sib_verbs.qps under RCU, looks at its state, and is done with the
 * QP when its RCU read section ends. So a state is first published, under both queue locks;
 * whatever then still completes does so before synchronize_rcu() returns. That holds for the CPU
 * that executes the send queue, too: it does all of it inside of a read section.
 */
#include <linux/slab.h>

#include "verbs.h"

/* Attributes that IBA has: IB_QP_STATE to IB_QP_DEST_QPN. */
#define SIB_ATTR_MASK		GENMASK(20, 0)

static void sib_qp_event_work(struct work_struct *work)
{
	struct sib_qp *qp = container_of(work, struct sib_qp, event_work);
	struct ib_event event = {
		.device = qp->ibqp.device,
		.element.qp = &qp->ibqp,
	};
	unsigned int nr;

	for (nr = 0; nr < BITS_PER_LONG; nr++) {
		if (!test_and_clear_bit(nr, &qp->events) || !qp->ibqp.event_handler)
			continue;
		event.event = nr;
		qp->ibqp.event_handler(&event, qp->ibqp.qp_context);
	}
}

static void sib_qp_event(struct sib_qp *qp, enum ib_event_type type)
{
	set_bit(type, &qp->events);
	schedule_work(&qp->event_work);
}

/**
 * sib_qp_change_state() - publishes a new state
 * @qp: the QP
 * @from: state that it must be in, enum ib_qp_state
 * @to: the new one
 *
 * Context: any; takes both queue locks.
 * Return: false when the QP was in another state than @from and stays there.
 */
bool sib_qp_change_state(struct sib_qp *qp, u8 from, u8 to)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&qp->sq.lock, flags);
	spin_lock(&qp->rq.lock);
	ok = qp->state == from;
	if (ok)
		WRITE_ONCE(qp->state, to);
	spin_unlock(&qp->rq.lock);
	spin_unlock_irqrestore(&qp->sq.lock, flags);
	return ok;
}

static void sib_qp_flush(struct sib_qp *qp)
{
	sib_rq_flush(qp);
	sib_sq_resume(qp, true);
}

/**
 * sib_qp_break() - the QP goes to ERR by itself, for a receive that has failed
 * @qp: the QP
 *
 * The completion says so, and no event besides (IBA 11.6.3 has those for what no completion can
 * tell), unless it is asked for.
 *
 * Context: any; no lock of ours held; under rcu_read_lock().
 */
void sib_qp_break(struct sib_qp *qp)
{
	u8 state = READ_ONCE(qp->state);

	while (state != IB_QPS_ERR && state != IB_QPS_RESET) {
		if (sib_qp_change_state(qp, state, IB_QPS_ERR)) {
			sib_qp_flush(qp);
			if (sib_fault_qp_event(qp->hca, qp->qpn))
				sib_qp_event(qp, IB_EVENT_QP_FATAL);
			return;
		}
		state = READ_ONCE(qp->state);
	}
}

static void *sib_ring_alloc(u32 max, u32 stride, u32 *mask)
{
	u32 size = roundup_pow_of_two(max ? max : 1);

	*mask = size - 1;
	return kvmalloc_array(size, stride, GFP_KERNEL);
}

static int sib_qp_alloc_rings(struct sib_qp *qp)
{
	const struct ib_qp_cap *cap = &qp->cap;
	struct sib_sq *sq = &qp->sq;
	struct sib_rq *rq = &qp->rq;

	sq->max = cap->max_send_wr;
	sq->stride = struct_size((struct sib_swqe *)NULL, sge, max(cap->max_send_sge, 1u)) +
		     ALIGN(cap->max_inline_data, 8);
	sq->ring = sib_ring_alloc(sq->max, sq->stride, &sq->mask);
	rq->max = cap->max_recv_wr;
	rq->stride = struct_size((struct sib_rwqe *)NULL, sge, cap->max_recv_sge);
	rq->ring = sib_ring_alloc(rq->max, rq->stride, &rq->mask);
	if (sq->ring && rq->ring)
		return 0;

	kvfree(sq->ring);
	kvfree(rq->ring);
	return -ENOMEM;
}

static int sib_qp_check_ud(struct sib_hca *hca, const struct ib_qp_init_attr *init)
{
	int err;

	/* Of all drivers mlx5_ib alone takes it, for what is no UD QP then. */
	if (init->create_flags & IB_QP_CREATE_SOURCE_QPN) {
		sib_violation(hca, SIB_STRICT_BAD_CREATE, "a UD QP with SOURCE_QPN");
		return -EOPNOTSUPP;
	}
	err = sib_props_ud_qp(init);
	if (err)
		return sib_refuse(hca, err, "a QP with flags or sizes that the HCA has not");
	if (sib_fault_create_qp(hca))
		return sib_refuse(hca, -ENOMEM, "a QP, by create_qp_error_at");
	return 0;
}

static int sib_qp_check_init(struct sib_hca *hca, const struct ib_qp_init_attr *init)
{
	const struct ib_qp_cap *cap = &init->cap;

	if (init->qp_type != IB_QPT_UD && init->qp_type != IB_QPT_SMI &&
	    init->qp_type != IB_QPT_GSI)
		return -EOPNOTSUPP;
	if (init->srq)
		return -EOPNOTSUPP;
	if (init->qp_type != IB_QPT_UD && (init->create_flags || init->port_num != SIB_PORT_NUM))
		return -EINVAL;
	if (!init->send_cq || !init->recv_cq || cap->max_send_wr > SIB_MAX_QP_WR ||
	    cap->max_recv_wr > SIB_MAX_QP_WR || cap->max_send_sge > SIB_MAX_SGE ||
	    cap->max_recv_sge > SIB_MAX_SGE || cap->max_inline_data > SIB_MAX_INLINE)
		return -EINVAL;
	return init->qp_type == IB_QPT_UD ? sib_qp_check_ud(hca, init) : 0;
}

static int sib_qp_insert(struct sib_qp *qp, enum ib_qp_type type)
{
	struct sib_hca *hca = qp->hca;
	int err;

	if (type != IB_QPT_UD) {
		qp->qpn = type == IB_QPT_GSI;
		return xa_insert(&hca->qps, qp->qpn, qp, GFP_KERNEL);
	}
	if (atomic_inc_return(&hca->verbs->num_uds) > sib_props.max_qp) {
		atomic_dec(&hca->verbs->num_uds);
		return sib_refuse(hca, -ENOMEM, "more than max_qp QPs");
	}
	/* Cyclic: a stale number reaches nobody for a long time. */
	err = xa_alloc_cyclic(&hca->qps, &qp->qpn, qp, XA_LIMIT(SIB_FIRST_QPN, SIB_MCAST_QPN - 1),
			      &hca->verbs->next_qpn, GFP_KERNEL);
	if (err < 0)
		atomic_dec(&hca->verbs->num_uds);
	return err < 0 ? err : 0;
}

/**
 * sib_create_qp() - ib_device_ops.create_qp
 * @ibqp: allocated and zeroed by ib_core
 * @init: attributes; the queues get exactly the sizes asked for
 * @udata: user context or NULL; there are no user QPs
 *
 * Return: 0 or a negative error.
 */
int sib_create_qp(struct ib_qp *ibqp, struct ib_qp_init_attr *init, struct ib_udata *udata)
{
	struct sib_qp *qp = to_sib_qp(ibqp);
	int err;

	if (udata)
		return -EOPNOTSUPP;
	qp->hca = to_sib_hca(ibqp->device);
	err = sib_qp_check_init(qp->hca, init);
	if (err)
		return err;

	qp->create_flags = init->create_flags;
	qp->sig_all = init->sq_sig_type == IB_SIGNAL_ALL_WR;
	qp->cap = init->cap;
	qp->state = IB_QPS_RESET;
	mutex_init(&qp->modify_lock);
	INIT_WORK(&qp->event_work, sib_qp_event_work);
	spin_lock_init(&qp->sq.lock);
	spin_lock_init(&qp->rq.lock);
	hrtimer_setup(&qp->sq.timer, sib_sq_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	err = sib_qp_alloc_rings(qp);
	if (err)
		return err;

	err = sib_qp_insert(qp, init->qp_type);
	if (err) {
		kvfree(qp->sq.ring);
		kvfree(qp->rq.ring);
		return err;
	}
	ibqp->qp_num = qp->qpn;
	xa_lock(&qp->hca->qps);
	hlist_add_head_rcu(&qp->node, sib_qp_bucket(qp->hca, qp->qpn));
	xa_unlock(&qp->hca->qps);
	return 0;
}

static int sib_qp_check_attr(struct sib_qp *qp, const struct ib_qp_attr *attr, int mask)
{
	if (mask & IB_QP_PORT && attr->port_num != SIB_PORT_NUM)
		return -EINVAL;
	if (mask & IB_QP_PKEY_INDEX && attr->pkey_index >= SIB_PKEY_TABLE_LEN)
		return -EINVAL;
	return 0;
}

/* Back to the start: nobody executes or fills requests of the QP any more. */
static void sib_qp_clear(struct sib_qp *qp)
{
	sib_cq_forget(to_sib_cq(qp->ibqp.send_cq), qp);
	sib_cq_forget(to_sib_cq(qp->ibqp.recv_cq), qp);

	spin_lock_irq(&qp->sq.lock);
	qp->sq.head = 0;
	qp->sq.proc = 0;
	qp->sq.done = 0;
	qp->sq.tail = 0;
	qp->sq.kick = false;
	qp->sq.due = 0;
	spin_unlock_irq(&qp->sq.lock);
	spin_lock_irq(&qp->rq.lock);
	qp->rq.head = 0;
	qp->rq.proc = 0;
	qp->rq.tail = 0;
	spin_unlock_irq(&qp->rq.lock);
}

static void sib_qp_entered(struct sib_qp *qp, u8 from, u8 to)
{
	switch (to) {
	case IB_QPS_RESET:
		synchronize_rcu();
		sib_qp_clear(qp);
		break;
	case IB_QPS_ERR:
		sib_qp_flush(qp);
		synchronize_rcu();
		break;
	case IB_QPS_SQD:
		synchronize_rcu();	/* the request being executed */
		if (qp->en_sqd_event && from != IB_QPS_SQD)
			sib_qp_event(qp, IB_EVENT_SQ_DRAINED);
		break;
	case IB_QPS_RTS:
		if (from != IB_QPS_RTS)
			sib_sq_resume(qp, true);
		break;
	}
}

/*
 * Would it be right for a QP in RTS, which this one has just left by itself? A client cannot know
 * yet; that it is refused tells it.
 */
static bool sib_qp_too_late(const struct sib_qp *qp, u8 cur, const struct ib_qp_attr *attr,
			    int mask)
{
	u8 next = mask & IB_QP_STATE ? attr->qp_state : IB_QPS_RTS;

	return (cur == IB_QPS_SQE || cur == IB_QPS_ERR) && !(mask & IB_QP_CUR_STATE) &&
	       ib_modify_qp_is_ok(IB_QPS_RTS, next, qp->ibqp.qp_type, mask);
}

static int __sib_modify_qp(struct sib_qp *qp, const struct ib_qp_attr *attr, int mask)
{
	u8 cur = READ_ONCE(qp->state);
	u8 next = mask & IB_QP_STATE ? attr->qp_state : cur;

	if ((mask & IB_QP_CUR_STATE && attr->cur_qp_state != cur) ||
	    !ib_modify_qp_is_ok(cur, next, qp->ibqp.qp_type, mask)) {
		if (sib_qp_too_late(qp, cur, attr, mask))
			return -EINVAL;
		sib_violation(qp->hca, SIB_STRICT_BAD_MODIFY, "QP %#x: state %u to %u, mask %#x",
			      qp->qpn, cur, next, mask);
		return -EINVAL;
	}
	if (sib_qp_check_attr(qp, attr, mask)) {
		sib_violation(qp->hca, SIB_STRICT_BAD_MODIFY, "QP %#x: P_Key index %u, port %u",
			      qp->qpn, attr->pkey_index, attr->port_num);
		return -EINVAL;
	}

	/* The packet path reads these without a lock: each is one word, and a client that changes
	 * one under traffic gets either.
	 */
	if (mask & IB_QP_QKEY)
		WRITE_ONCE(qp->qkey, attr->qkey);
	if (mask & IB_QP_PKEY_INDEX)
		WRITE_ONCE(qp->pkey_index, attr->pkey_index);
	if (mask & IB_QP_EN_SQD_ASYNC_NOTIFY)
		qp->en_sqd_event = attr->en_sqd_async_notify;

	while (!sib_qp_change_state(qp, cur, next)) {
		/* It broke down meanwhile; from SQE and ERR one may still go to ERR and RESET. */
		cur = READ_ONCE(qp->state);
		if (next != IB_QPS_ERR && next != IB_QPS_RESET)
			return -EINVAL;
	}
	sib_qp_entered(qp, cur, next);
	return 0;
}

/**
 * sib_modify_qp() - ib_device_ops.modify_qp
 * @ibqp: the QP
 * @attr: new attributes
 * @mask: which of them, enum ib_qp_attr_mask
 * @udata: user context or NULL
 *
 * After it went to ERR every request has been flushed and nothing but later posts completes; after
 * it went to RESET nothing of it is in a CQ.
 *
 * Return: 0 or a negative error.
 */
int sib_modify_qp(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask, struct ib_udata *udata)
{
	struct sib_qp *qp = to_sib_qp(ibqp);
	int err;

	if (mask & ~SIB_ATTR_MASK)
		return -EOPNOTSUPP;

	sib_fault_slow(qp->hca);
	if (unlikely(sib_fault_modify(qp->hca, qp->qpn)))
		return sib_fault_refusal(qp->hca);
	mutex_lock(&qp->modify_lock);
	err = __sib_modify_qp(qp, attr, mask);
	mutex_unlock(&qp->modify_lock);
	return err;
}

/**
 * sib_query_qp() - ib_device_ops.query_qp
 * @ibqp: the QP
 * @attr: gets the attributes that a UD QP has
 * @mask: which are wanted; more does not hurt
 * @init: gets what it was made with
 *
 * Return: 0 or a negative error.
 */
int sib_query_qp(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask,
		 struct ib_qp_init_attr *init)
{
	struct sib_qp *qp = to_sib_qp(ibqp);

	if (unlikely(sib_fault_query_qp(qp->hca, qp->qpn))) {
		sib_fault_slow(qp->hca);
		return sib_fault_refusal(qp->hca);
	}
	memset(attr, 0, sizeof(*attr));
	attr->qp_state = READ_ONCE(qp->state);
	attr->cur_qp_state = attr->qp_state;
	attr->path_mtu = qp->hca->port.mtu;
	attr->qkey = qp->qkey;
	attr->pkey_index = qp->pkey_index;
	attr->port_num = SIB_PORT_NUM;
	attr->cap = qp->cap;
	attr->en_sqd_async_notify = qp->en_sqd_event;

	memset(init, 0, sizeof(*init));
	init->qp_context = ibqp->qp_context;
	init->send_cq = ibqp->send_cq;
	init->recv_cq = ibqp->recv_cq;
	init->cap = qp->cap;
	init->sq_sig_type = qp->sig_all ? IB_SIGNAL_ALL_WR : IB_SIGNAL_REQ_WR;
	init->qp_type = ibqp->qp_type;
	init->create_flags = qp->create_flags;
	init->port_num = SIB_PORT_NUM;
	return 0;
}

/**
 * sib_destroy_qp() - ib_device_ops.destroy_qp
 * @ibqp: the QP; ib_core frees it afterwards
 * @udata: user context or NULL
 *
 * Return: 0.
 */
int sib_destroy_qp(struct ib_qp *ibqp, struct ib_udata *udata)
{
	struct sib_qp *qp = to_sib_qp(ibqp);
	u8 state;

	xa_lock(&qp->hca->qps);
	hlist_del_rcu(&qp->node);
	__xa_erase(&qp->hca->qps, qp->qpn);
	xa_unlock(&qp->hca->qps);
	do {
		state = READ_ONCE(qp->state);
	} while (!sib_qp_change_state(qp, state, IB_QPS_RESET));
	sib_mcast_forget(qp);
	synchronize_rcu();
	hrtimer_cancel(&qp->sq.timer);
	sib_qp_clear(qp);
	cancel_work_sync(&qp->event_work);
	if (ibqp->qp_type == IB_QPT_UD)
		atomic_dec(&qp->hca->verbs->num_uds);
	kvfree(qp->sq.ring);
	kvfree(qp->rq.ring);
	return 0;
}

/**
 * sib_kick_send_queues() - takes up sends that SIB_SEND_STUCK left behind
 * @hca: on every QP of this HCA
 *
 * Context: process.
 */
void sib_kick_send_queues(struct sib_hca *hca)
{
	struct sib_qp *qp;
	unsigned long qpn;

	/* Softirqs off as in a client's transmit path: completion handlers are called in place. */
	local_bh_disable();
	rcu_read_lock();
	xa_for_each(&hca->qps, qpn, qp)
		sib_sq_resume(qp, true);
	rcu_read_unlock();
	local_bh_enable();
}
