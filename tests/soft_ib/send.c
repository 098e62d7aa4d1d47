// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: the send queue.
 *
 * post_send puts requests on the ring under sib_sq.lock; the first CPU to find the queue idle makes
 * itself its owner (sib_sq.busy) and executes requests without the lock until the ring is empty.
 * Other CPUs only add to the ring meanwhile, so that packets leave in the order of the ring and no
 * lock is held while they travel. In SQE and ERR executing means to complete as flushed.
 */
#include <linux/slab.h>

#include "meter.h"
#include "verbs.h"

/* LRH, BTH, DETH, ICRC and VCRC of a UD packet (IBA 5.2). */
#define SIB_WIRE_HEADERS	34
/* So far behind a send is none that was posted, as long as few are. */
#define SIB_UNKNOWN_WR		20

static bool sib_flushes(u8 state)
{
	return state == IB_QPS_SQE || state == IB_QPS_ERR;
}

static u8 sib_send_opcode(u16 opcode)
{
	return opcode == IB_WR_LSO ? IB_WC_LSO : IB_WC_SEND;
}

/* Completes the request at sib_sq.proc. Nothing of it may be used afterwards. */
static void sib_sq_complete(struct sib_qp *qp, const struct sib_swqe *wqe, enum ib_wc_status status)
{
	struct sib_cq *cq = to_sib_cq(qp->ibqp.send_cq);
	struct sib_cqe cqe = {
		.wr_id = wqe->wr_id,
		.qp = qp,
		.byte_len = wqe->len,
		.sq_next = qp->sq.proc + 1,
		.status = status,
		.opcode = sib_send_opcode(wqe->opcode),
	};

	if (unlikely(sib_fault_send_unknown(qp->hca, qp->qpn)))
		cqe.wr_id += SIB_UNKNOWN_WR;
	/* Before it can be polled, or destroy_ah would find an AH busy that is not any more. */
	WRITE_ONCE(qp->sq.done, qp->sq.proc + 1);
	if (sib_cq_push(cq, &cqe))
		sib_cq_notify(cq);
}

/* Bytes that a request puts on the wire: each packet has its headers (IBA 5.2). */
static u32 sib_wire_bytes(const struct sib_swqe *wqe)
{
	u32 headers = SIB_WIRE_HEADERS + (wqe->av.has_grh ? SIB_GRH_LEN : 0);

	if (wqe->opcode == IB_WR_LSO)
		return wqe->len + DIV_ROUND_UP(wqe->len, wqe->mss) * (wqe->hlen + headers);
	return wqe->len + headers;
}

/*
 * Has the request at sib_sq.proc had its time on the wire? The QPs of a port take turns: who comes
 * first gets its place. When not, the queue stops and goes on when it has: the packets arrive, and
 * the send completes, as the last byte leaves.
 */
static bool sib_wire_passed(struct sib_qp *qp, const struct sib_swqe *wqe, u32 mbps)
{
	struct sib_verbs *verbs = qp->hca->verbs;
	u64 now = ktime_get_ns();
	unsigned long flags;

	if (!qp->sq.due) {
		spin_lock_irqsave(&verbs->wire_lock, flags);
		verbs->wire_free = max(verbs->wire_free, now) +
				   div_u64(sib_wire_bytes(wqe) * 8000ull, mbps);
		qp->sq.due = verbs->wire_free;
		spin_unlock_irqrestore(&verbs->wire_lock, flags);
	}
	if (now < qp->sq.due) {
		hrtimer_start(&qp->sq.timer, ns_to_ktime(qp->sq.due), HRTIMER_MODE_ABS_SOFT);
		return false;
	}
	qp->sq.due = 0;
	return true;
}

/* Executes the request at sib_sq.proc; false when the queue has to stop before it. */
static bool sib_sq_execute(struct sib_qp *qp)
{
	struct sib_swqe *wqe = sib_swqe(&qp->sq, qp->sq.proc);
	u8 state = READ_ONCE(qp->state);
	enum ib_wc_status status;
	u32 mbps;

	if (sib_flushes(state)) {
		qp->sq.due = 0;
		sib_sq_complete(qp, wqe, IB_WC_WR_FLUSH_ERR);
		return true;
	}
	if (state != IB_QPS_RTS)
		return false;
	mbps = sib_fault_rate(qp->hca, qp->qpn);
	if (unlikely(mbps) && !sib_wire_passed(qp, wqe, mbps))
		return false;

	switch (sib_fault_send(qp->hca, qp->qpn)) {
	case SIB_SEND_STUCK:
		return false;
	case SIB_SEND_ERROR:
		status = IB_WC_LOC_QP_OP_ERR;
		break;
	default:
		status = sib_xmit(qp, wqe);
	}

	if (unlikely(status != IB_WC_SUCCESS)) {
		/* IBA 10.3.1.6: the send queue of a UD QP stops, receiving goes on. */
		sib_qp_change_state(qp, IB_QPS_RTS, IB_QPS_SQE);
		sib_sq_complete(qp, wqe, status);
	} else if (wqe->flags & IB_SEND_SIGNALED) {
		sib_sq_complete(qp, wqe, IB_WC_SUCCESS);
	}
	return true;
}

/* Executes what is on the ring. The caller has made sib_sq.busy true. */
static void sib_sq_run(struct sib_qp *qp)
{
	struct sib_sq *sq = &qp->sq;
	unsigned long flags;
	bool stopped = false;
	bool leave;
	u32 end;

	for (;;) {
		spin_lock_irqsave(&sq->lock, flags);
		/* Stopped, but meanwhile the reason may have gone: the one who lifted it found the
		 * queue busy and left word. A flush lifts every reason.
		 */
		if (stopped && (sq->kick || sib_flushes(qp->state)))
			stopped = false;
		sq->kick = false;
		end = sq->head;
		leave = stopped || sq->proc == end || qp->state == IB_QPS_RESET;
		if (leave)
			sq->busy = false;
		spin_unlock_irqrestore(&sq->lock, flags);
		if (leave)
			return;

		for (; sq->proc != end; sq->proc++) {
			if (!sib_sq_execute(qp)) {
				stopped = true;
				break;
			}
		}
	}
}

/**
 * sib_sq_resume() - looks whether there is something to execute
 * @qp: the QP
 * @kick: something has changed that a stopped queue waits for
 *
 * Context: any; no lock of ours held.
 */
void sib_sq_resume(struct sib_qp *qp, bool kick)
{
	struct sib_sq *sq = &qp->sq;
	unsigned long flags;
	bool own;

	rcu_read_lock();
	spin_lock_irqsave(&sq->lock, flags);
	own = !sq->busy && sq->proc != sq->head;
	if (own)
		sq->busy = true;
	else if (sq->busy && kick)
		sq->kick = true;
	spin_unlock_irqrestore(&sq->lock, flags);
	if (own)
		sib_sq_run(qp);
	rcu_read_unlock();
}

/**
 * sib_sq_timer() - the request at the head of a send queue has had its time on the wire
 * @timer: sib_sq.timer
 *
 * Context: softirq.
 */
enum hrtimer_restart sib_sq_timer(struct hrtimer *timer)
{
	struct sib_qp *qp = container_of(timer, struct sib_qp, sq.timer);
	u8 before = sib_meter_enter(qp->hca);

	sib_sq_resume(qp, true);
	sib_meter_leave(before);
	return HRTIMER_NORESTART;
}

/**
 * sib_sq_uses_ah() - does a send that has not completed name this AH?
 * @qp: the QP
 * @ah: the AH; not followed
 *
 * An unsignalled send has completed when a later one of the same queue has.
 *
 * Return: true when there is one.
 */
bool sib_sq_uses_ah(struct sib_qp *qp, const struct ib_ah *ah)
{
	struct sib_sq *sq = &qp->sq;
	unsigned long flags;
	bool used = false;
	u32 i;

	spin_lock_irqsave(&sq->lock, flags);
	for (i = READ_ONCE(sq->done); i != sq->head && !used; i++)
		used = sib_swqe(sq, i)->ah == ah;
	spin_unlock_irqrestore(&sq->lock, flags);
	return used;
}

static int sib_bad_wr(struct sib_qp *qp, const struct ib_ud_wr *ud, const char *what)
{
	sib_violation(qp->hca, SIB_STRICT_BAD_WR, "QP %#x: %s (opcode %u, to QP %#x)", qp->qpn,
		      what, ud->wr.opcode, ud->remote_qpn);
	return -EINVAL;
}

static int sib_swqe_opcode(struct sib_qp *qp, struct sib_swqe *wqe, const struct ib_ud_wr *ud)
{
	switch (ud->wr.opcode) {
	case IB_WR_SEND_WITH_IMM:
		wqe->imm = ud->wr.ex.imm_data;
		return 0;
	case IB_WR_SEND:
		return 0;
	case IB_WR_LSO:
		if (!(qp->create_flags & IB_QP_CREATE_IPOIB_UD_LSO))
			return sib_bad_wr(qp, ud, "LSO on a QP without it");
		if (!ud->header || ud->hlen <= 0 || ud->hlen > SIB_MAX_HEADER || ud->mss <= 0)
			return sib_bad_wr(qp, ud, "LSO header or segment size");
		wqe->header = ud->header;
		wqe->hlen = ud->hlen;
		wqe->mss = ud->mss;
		return 0;
	default:
		return sib_bad_wr(qp, ud, "opcode");
	}
}

/* The permissive LID is for SMPs, a multicast LID for the multicast QPN and the other way round. */
static bool sib_dlid_ok(const struct sib_qp *qp, u16 dlid, u32 dest_qpn)
{
	bool mcast = dest_qpn == SIB_MCAST_QPN;

	if (dlid == SIB_PERMISSIVE_LID)
		return qp->ibqp.qp_type == IB_QPT_SMI;
	return dlid >= SIB_MCAST_LID ? mcast : !mcast;
}

static int sib_swqe_address(struct sib_qp *qp, struct sib_swqe *wqe, const struct ib_ud_wr *ud)
{
	const struct sib_ah_rec *rec = sib_ah_get(qp->hca, ud->ah);

	if (unlikely(!rec)) {
		sib_violation(qp->hca, SIB_STRICT_AH_DEAD, "QP %#x sends to QP %#x", qp->qpn,
			      ud->remote_qpn);
		return -EINVAL;
	}
	if (unlikely(rec->pd != qp->ibqp.pd)) {
		sib_violation(qp->hca, SIB_STRICT_PD_MISMATCH, "QP %#x and its AH", qp->qpn);
		return -EINVAL;
	}
	wqe->ah = ud->ah;
	wqe->av = rec->av;

	if (ud->remote_qpn > SIB_MCAST_QPN)
		return sib_bad_wr(qp, ud, "QPN");
	if (!sib_dlid_ok(qp, wqe->av.dlid, ud->remote_qpn))
		return sib_bad_wr(qp, ud, "destination LID");
	if (qp->ibqp.qp_type == IB_QPT_GSI && ud->pkey_index >= SIB_PKEY_TABLE_LEN)
		return sib_bad_wr(qp, ud, "P_Key index");

	wqe->dest_qpn = ud->remote_qpn;
	wqe->pkey_index = ud->pkey_index;
	/* IBA 10.2.5: the high bit asks for the QP's own. */
	wqe->qkey = ud->remote_qkey & BIT(31) ? READ_ONCE(qp->qkey) : ud->remote_qkey;
	return 0;
}

static int sib_swqe_inline(struct sib_qp *qp, struct sib_swqe *wqe, const struct ib_ud_wr *ud)
{
	u8 *data = (u8 *)&wqe->sge[max(qp->cap.max_send_sge, 1u)];
	const struct ib_send_wr *wr = &ud->wr;
	u32 len = 0;
	int i;

	for (i = 0; i < wr->num_sge; i++) {
		if (wr->sg_list[i].length > qp->cap.max_inline_data - len)
			return sib_bad_wr(qp, ud, "more inline data than the QP has room for");
		memcpy(data + len, (void *)(uintptr_t)wr->sg_list[i].addr, wr->sg_list[i].length);
		len += wr->sg_list[i].length;
	}
	wqe->sge[0].addr = (uintptr_t)data;
	wqe->sge[0].length = len;
	wqe->num_sge = 1;
	wqe->len = len;
	return 0;
}

static int sib_swqe_fill(struct sib_qp *qp, struct sib_swqe *wqe, const struct ib_ud_wr *ud)
{
	const struct ib_send_wr *wr = &ud->wr;
	int err;

	/* Of HCAs with segmentation mlx5 fills checksums for QPs with it alone. */
	if (wr->send_flags & IB_SEND_IP_CSUM &&
	    (!sib_props.csum ||
	     (sib_props.tso && !(qp->create_flags & IB_QP_CREATE_IPOIB_UD_LSO))))
		return sib_bad_wr(qp, ud, "checksums where there are none");
	err = sib_swqe_opcode(qp, wqe, ud);
	if (!err)
		err = sib_swqe_address(qp, wqe, ud);
	if (err)
		return err;
	if (wr->send_flags & IB_SEND_INLINE)
		return sib_swqe_inline(qp, wqe, ud);

	wqe->num_sge = wr->num_sge;
	return sib_take_sges(qp->hca, qp->ibqp.pd, wr->sg_list, wr->num_sge,
			     qp->cap.max_send_sge, wqe->sge, &wqe->len);
}

static int sib_sq_enqueue(struct sib_qp *qp, const struct ib_send_wr *wr)
{
	struct sib_sq *sq = &qp->sq;
	struct sib_swqe *wqe;
	int err;

	lockdep_assert_held(&sq->lock);
	if (unlikely(sq->head - READ_ONCE(sq->tail) >= sq->max)) {
		sib_violation(qp->hca, SIB_STRICT_SQ_OVERRUN, "QP %#x has room for %u", qp->qpn,
			      sq->max);
		return -ENOMEM;
	}

	wqe = sib_swqe(sq, sq->head);
	wqe->wr_id = wr->wr_id;
	wqe->ah = NULL;
	wqe->len = 0;
	wqe->opcode = wr->opcode;
	wqe->flags = wr->send_flags;
	if (qp->sig_all)
		wqe->flags |= IB_SEND_SIGNALED;
	/* To be flushed: ib_drain_sq() posts what is no UD request, so look no further. */
	if (likely(!sib_flushes(qp->state))) {
		err = sib_swqe_fill(qp, wqe, ud_wr(wr));
		if (unlikely(err))
			return err;
		if (wqe->opcode != IB_WR_LSO && sib_fault_post_long(qp->hca, qp->qpn, wqe->len))
			return -EINVAL;
	}
	sq->head++;
	return 0;
}

/**
 * sib_post_send() - ib_device_ops.post_send
 * @ibqp: the QP
 * @wr: list of requests
 * @bad: set to the first one that was not taken
 *
 * Return: 0 or a negative error; requests before @bad are executed all the same.
 */
int sib_post_send(struct ib_qp *ibqp, const struct ib_send_wr *wr, const struct ib_send_wr **bad)
{
	struct sib_qp *qp = to_sib_qp(ibqp);
	struct sib_sq *sq = &qp->sq;
	unsigned long flags;
	int err = 0;
	bool own;

	rcu_read_lock();
	spin_lock_irqsave(&sq->lock, flags);
	if (unlikely(qp->state < IB_QPS_RTS)) {
		sib_violation(qp->hca, SIB_STRICT_BAD_STATE, "post_send to QP %#x in state %u",
			      qp->qpn, qp->state);
		err = -EINVAL;
	}
	for (; wr && !err; wr = err ? wr : wr->next) {
		if (unlikely(sib_fault_post_send(qp->hca, qp->qpn)))
			err = -ENOMEM;
		else
			err = sib_sq_enqueue(qp, wr);
	}
	own = !sq->busy && sq->head != sq->proc;
	if (own)
		sq->busy = true;
	spin_unlock_irqrestore(&sq->lock, flags);

	if (own)
		sib_sq_run(qp);
	rcu_read_unlock();
	if (unlikely(err))
		*bad = wr;
	return err;
}
