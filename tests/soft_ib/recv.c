// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: a packet at its destination port, and the receive queue.
 *
 * The receive queue's lock is held while a packet is copied: completions have to come in the order
 * of the queue, and a real HCA's queue takes one packet at a time as well.
 */
#include "verbs.h"

static bool sib_state_receives(u8 state)
{
	return state == IB_QPS_RTR || state == IB_QPS_RTS || state == IB_QPS_SQD ||
	       state == IB_QPS_SQE;
}

/**
 * struct sib_scatter - where the next bytes of a packet go
 * @sge: entry of the receive request
 * @offset: byte in it
 */
struct sib_scatter {
	const struct ib_sge *sge;
	u32 offset;
};

/* Puts @len bytes, or skips so many when @from is NULL. The caller knows that they fit. */
static void sib_scatter_put(struct sib_scatter *to, const void *from, u32 len)
{
	while (len) {
		u32 part = min(len, to->sge->length - to->offset);

		if (from) {
			sib_move((u8 *)(uintptr_t)to->sge->addr + to->offset, from, part);
			from += part;
		}
		to->offset += part;
		len -= part;
		if (to->offset == to->sge->length) {
			to->sge++;
			to->offset = 0;
		}
	}
}

static void sib_rwqe_write(const struct sib_rwqe *wqe, const struct sib_pkt *pkt)
{
	struct sib_scatter to = { .sge = wqe->sge };
	unsigned int i;
	u8 *at;

	/* All into one piece of memory, as clients that have large enough ones do. */
	if (likely(wqe->sge->length >= SIB_GRH_LEN + pkt->len)) {
		at = (u8 *)(uintptr_t)wqe->sge->addr;
		if (pkt->has_grh)
			memcpy(at, &pkt->grh, SIB_GRH_LEN);
		at += SIB_GRH_LEN;
		for (i = 0; i < pkt->nvec; at += pkt->vec[i++].iov_len)
			sib_move(at, pkt->vec[i].iov_base, pkt->vec[i].iov_len);
		return;
	}
	sib_scatter_put(&to, pkt->has_grh ? &pkt->grh : NULL, SIB_GRH_LEN);
	for (i = 0; i < pkt->nvec; i++)
		sib_scatter_put(&to, pkt->vec[i].iov_base, pkt->vec[i].iov_len);
}

static void sib_recv_cqe(struct sib_qp *qp, const struct sib_rwqe *wqe, const struct sib_pkt *pkt,
			 u16 pkey_index, bool csum_ok, struct sib_cqe *cqe)
{
	*cqe = (struct sib_cqe) {
		.wr_id = wqe->wr_id,
		.qp = qp,
		.byte_len = pkt->len + SIB_GRH_LEN,
		.src_qp = pkt->src_qpn,
		.imm = pkt->imm_data,
		.slid = pkt->slid,
		.pkey_index = pkey_index,
		.status = IB_WC_SUCCESS,
		.flags = (pkt->has_grh ? IB_WC_GRH : 0) | (pkt->has_imm ? IB_WC_WITH_IMM : 0) |
			 (csum_ok ? IB_WC_IP_CSUM_OK : 0),
		.sl = pkt->sl,
		.path_bits = pkt->dlid < SIB_MCAST_LID ?
			     pkt->dlid & ((1u << qp->hca->port.lmc) - 1) : 0,
		.recv = true,
		.solicited = pkt->solicited,
	};
}

/* Consumes a receive of a QP that may have the packet. */
static void sib_deliver(struct sib_qp *qp, const struct sib_pkt *pkt, u16 pkey_index)
{
	struct sib_cq *cq = to_sib_cq(qp->ibqp.recv_cq);
	struct sib_rq *rq = &qp->rq;
	struct sib_rwqe *wqe;
	struct sib_cqe cqe;
	unsigned long flags;
	bool due, broken, fits;
	bool csum_ok = qp->qpn > 1 && sib_pkt_csum_ok(pkt);

	spin_lock_irqsave(&rq->lock, flags);
	if (unlikely(!sib_state_receives(qp->state))) {
		spin_unlock_irqrestore(&rq->lock, flags);
		sib_count_drop(&qp->hca->port, SIB_DROP_NO_QP);
		return;
	}
	if (unlikely(rq->proc == rq->head)) {
		spin_unlock_irqrestore(&rq->lock, flags);
		sib_count_drop(&qp->hca->port, SIB_DROP_NO_RECV_WR);
		return;
	}
	wqe = sib_rwqe(rq, rq->proc);
	/* UD: what does not fit is dropped and the request stays (IBA 9.8.3.2.2); or an error. */
	fits = pkt->len + SIB_GRH_LEN <= wqe->len;
	if (unlikely(!fits && !sib_fault_length(qp->hca, qp->qpn))) {
		spin_unlock_irqrestore(&rq->lock, flags);
		sib_count_drop(&qp->hca->port, SIB_DROP_LENGTH);
		return;
	}

	sib_recv_cqe(qp, wqe, pkt, pkey_index, csum_ok, &cqe);
	broken = !fits || sib_fault_recv(qp->hca, qp->qpn);
	if (unlikely(broken)) {
		cqe.status = fits ? IB_WC_LOC_PROT_ERR : IB_WC_LOC_LEN_ERR;
	} else {
		sib_rwqe_write(wqe, pkt);
		sib_garble(qp, wqe, &cqe);
		WRITE_ONCE(rq->got, rq->got + 1);
		WRITE_ONCE(rq->got_bytes, rq->got_bytes + cqe.byte_len - SIB_GRH_LEN);
	}
	rq->proc++;
	due = sib_cq_push(cq, &cqe);
	spin_unlock_irqrestore(&rq->lock, flags);

	if (due)
		sib_cq_notify(cq);
	if (unlikely(broken))
		sib_qp_break(qp);
}

/* IBA 10.9.3: same partition, and one of the two is a full member. */
static bool sib_pkeys_match(u16 a, u16 b)
{
	return !((a ^ b) & 0x7fff) && (a & 0x7fff) && ((a | b) & 0x8000);
}

/* A UD QP sees the packets of its partition that have its Q_Key. */
static void sib_recv_ud(struct sib_qp *qp, const struct sib_pkt *pkt)
{
	struct sib_port *port = &qp->hca->port;
	u16 index = READ_ONCE(qp->pkey_index);

	if (unlikely(!sib_pkeys_match(pkt->pkey, READ_ONCE(port->pkeys[index]))))
		sib_count_drop(port, SIB_DROP_PKEY);
	else if (unlikely(pkt->qkey != READ_ONCE(qp->qkey)))
		sib_count_drop(port, SIB_DROP_QKEY);
	else
		sib_deliver(qp, pkt, index);
}

static void sib_recv_mcast(struct sib_qp *qp, const struct sib_pkt *pkt)
{
	if (pkt->loopback && pkt->src_qpn == qp->qpn &&
	    qp->create_flags & IB_QP_CREATE_BLOCK_MULTICAST_LOOPBACK)
		return;
	sib_recv_ud(qp, pkt);
}

static void sib_recv_gsi(struct sib_qp *qp, const struct sib_pkt *pkt)
{
	struct sib_port *port = &qp->hca->port;
	int index = sib_pkey_match(port, pkt->pkey);

	if (index < 0)
		sib_count_drop(port, SIB_DROP_PKEY);
	else if (pkt->qkey != READ_ONCE(qp->qkey))
		sib_count_drop(port, SIB_DROP_QKEY);
	else
		sib_deliver(qp, pkt, index);
}

static bool sib_gid_is_ours(const struct sib_port *port, const union ib_gid *gid)
{
	int i;

	if (gid->global.subnet_prefix != sib_gid_prefix(port) &&
	    gid->global.subnet_prefix != cpu_to_be64(0xfe80000000000000ull))
		return false;
	for (i = 0; i < SIB_GUID_TABLE_LEN; i++)
		if (gid->global.interface_id && gid->global.interface_id == port->guids[i])
			return true;
	return false;
}

/* Is the packet for this port at all? Returns SIB_DROP_NUM when it is. */
static enum sib_drop sib_recv_check(const struct sib_port *port, const struct sib_pkt *pkt)
{
	bool smp = pkt->dest_qpn == 0;
	u8 state = READ_ONCE(port->state);

	/* VL15 from INIT on, data from ARMED on (IBA 7.2.7); a node talks to itself always. */
	if (state < (smp ? IB_PORT_INIT : IB_PORT_ARMED) && !(smp && pkt->loopback))
		return SIB_DROP_LINK_DOWN;
	if (pkt->dest_qpn == SIB_MCAST_QPN)
		return pkt->has_grh ? SIB_DROP_NUM : SIB_DROP_GRH;
	if (pkt->dlid == SIB_PERMISSIVE_LID)
		return smp ? SIB_DROP_NUM : SIB_DROP_BAD_LID;
	if ((pkt->dlid & ~((1u << port->lmc) - 1)) != READ_ONCE(port->lid))
		return SIB_DROP_BAD_LID;
	if (pkt->has_grh && !sib_gid_is_ours(port, &pkt->grh.dgid))
		return SIB_DROP_GRH;
	return SIB_DROP_NUM;
}

static struct sib_qp *sib_recv_find(struct sib_hca *hca, u32 qpn)
{
	struct sib_qp *qp;

	hlist_for_each_entry_rcu(qp, sib_qp_bucket(hca, qpn), node) {
		if (likely(qp->qpn == qpn))
			return qp;
	}
	return NULL;
}

/**
 * sib_recv() - a packet arrives at an HCA's port
 * @hca: the receiver
 * @pkt: the packet; its payload is copied
 *
 * Context: any but hard interrupt; under rcu_read_lock(), no queue lock held.
 */
void sib_recv(struct sib_hca *hca, const struct sib_pkt *pkt)
{
	enum sib_drop drop = sib_recv_check(&hca->port, pkt);
	struct sib_qp *qp;

	if (unlikely(drop != SIB_DROP_NUM)) {
		sib_count_drop(&hca->port, drop);
		return;
	}

	if (pkt->dest_qpn == SIB_MCAST_QPN) {
		/* The fabric shows every multicast to its sender's own HCA, too. */
		if (!sib_mcast_for_each(hca, &pkt->grh.dgid, sib_recv_mcast, pkt) &&
		    !pkt->loopback)
			sib_count_drop(&hca->port, SIB_DROP_NO_MCAST_QP);
		return;
	}

	qp = sib_recv_find(hca, pkt->dest_qpn);
	if (unlikely(!qp))
		sib_count_drop(&hca->port, SIB_DROP_NO_QP);
	else if (qp->qpn == 0)
		sib_deliver(qp, pkt, 0);
	else if (qp->qpn == 1)
		sib_recv_gsi(qp, pkt);
	else
		sib_recv_ud(qp, pkt);
}

static bool sib_rwqe_flush(struct sib_qp *qp, u64 wr_id)
{
	struct sib_cqe cqe = {
		.wr_id = wr_id,
		.qp = qp,
		.status = IB_WC_WR_FLUSH_ERR,
		.recv = true,
	};

	return sib_cq_push(to_sib_cq(qp->ibqp.recv_cq), &cqe);
}

/* Completes all that is on the queue of a QP in ERR; true when the handler is due. */
static bool __sib_rq_flush(struct sib_qp *qp)
{
	struct sib_rq *rq = &qp->rq;
	bool due = false;

	lockdep_assert_held(&rq->lock);
	for (; rq->proc != rq->head; rq->proc++)
		due |= sib_rwqe_flush(qp, sib_rwqe(rq, rq->proc)->wr_id);
	return due;
}

/**
 * sib_rq_flush() - the QP has gone to ERR
 * @qp: the QP
 */
void sib_rq_flush(struct sib_qp *qp)
{
	unsigned long flags;
	bool due = false;

	rcu_read_lock();
	spin_lock_irqsave(&qp->rq.lock, flags);
	if (qp->state == IB_QPS_ERR)
		due = __sib_rq_flush(qp);
	spin_unlock_irqrestore(&qp->rq.lock, flags);
	if (due)
		sib_cq_notify(to_sib_cq(qp->ibqp.recv_cq));
	rcu_read_unlock();
}

static int sib_rq_enqueue(struct sib_qp *qp, const struct ib_recv_wr *wr)
{
	struct sib_rq *rq = &qp->rq;
	struct sib_rwqe *wqe;
	int err;

	lockdep_assert_held(&rq->lock);
	if (unlikely(rq->head - READ_ONCE(rq->tail) >= rq->max)) {
		sib_violation(qp->hca, SIB_STRICT_RQ_OVERRUN, "QP %#x has room for %u", qp->qpn,
			      rq->max);
		return -ENOMEM;
	}
	wqe = sib_rwqe(rq, rq->head);
	err = sib_take_sges(qp->hca, qp->ibqp.pd, wr->sg_list, wr->num_sge,
			    qp->cap.max_recv_sge, wqe->sge, &wqe->len);
	if (unlikely(err))
		return err;
	wqe->wr_id = wr->wr_id;
	wqe->num_sge = wr->num_sge;
	rq->head++;
	return 0;
}

/**
 * sib_post_recv() - ib_device_ops.post_recv
 * @ibqp: the QP
 * @wr: list of requests
 * @bad: set to the first one that was not taken
 *
 * Return: 0 or a negative error; requests before @bad are on the queue all the same.
 */
int sib_post_recv(struct ib_qp *ibqp, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad)
{
	struct sib_qp *qp = to_sib_qp(ibqp);
	bool due = false;
	unsigned long flags;
	int err = 0;

	rcu_read_lock();
	spin_lock_irqsave(&qp->rq.lock, flags);
	if (unlikely(qp->state == IB_QPS_RESET)) {
		sib_violation(qp->hca, SIB_STRICT_BAD_STATE, "post_recv to QP %#x in RESET",
			      qp->qpn);
		err = -EINVAL;
	}
	if (unlikely(sib_fault_post_recv(qp->hca, qp->qpn)))
		err = -ENOMEM;
	for (; wr && !err; wr = err ? wr : wr->next)
		err = sib_rq_enqueue(qp, wr);
	if (unlikely(qp->state == IB_QPS_ERR))
		due = __sib_rq_flush(qp);
	spin_unlock_irqrestore(&qp->rq.lock, flags);
	if (unlikely(due))
		sib_cq_notify(to_sib_cq(qp->ibqp.recv_cq));
	rcu_read_unlock();
	if (unlikely(err))
		*bad = wr;
	return err;
}
