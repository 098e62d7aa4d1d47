// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: completion queues.
 *
 * Who completes a request puts an entry into the ring under sib_cq.lock and afterwards, without any
 * lock of ours, calls the client's handler when the CQ was armed. As a client expects a handler to
 * be called from an interrupt, it is called at once only where softirqs cannot run underneath it:
 * anywhere else a hard interrupt is raised (irq_work), whose end runs what the handler scheduled.
 * With spread=1 the handler is called by an interrupt of the CPU that the completion vector belongs
 * to, as a real HCA does it; without, all work stays on the sender's CPU, which costs least.
 *
 * A CQ is destroyed after its QPs. A QP's destruction waits for a grace period, and whoever
 * completes requests does so inside of an RCU read section, handler included. So only the timer,
 * the irq_work and the call on another CPU are left to stop.
 */
#include <linux/slab.h>

#include "meter.h"
#include "verbs.h"

static void sib_cq_call_handler(struct sib_cq *cq)
{
	u8 before = sib_meter_client(cq->hca);

	if (cq->ibcq.comp_handler)
		cq->ibcq.comp_handler(&cq->ibcq, cq->ibcq.cq_context);
	sib_meter_leave(before);
}

static void sib_cq_irq_work(struct irq_work *work)
{
	sib_cq_call_handler(container_of(work, struct sib_cq, irq_work));
}

static void sib_cq_remote(void *data)
{
	struct sib_cq *cq = data;

	sib_cq_call_handler(cq);
	/* The last touch: sib_destroy_cq() waits for it. */
	atomic_dec_return_release(&cq->calls);
}

/* Interrupts the vector's CPU; false when that cannot be done. */
static bool sib_cq_call_remote(struct sib_cq *cq)
{
	int err;

	atomic_inc(&cq->calls);
	/* The completion is in the ring before we look whether a call is pending. */
	smp_mb__after_atomic();
	err = smp_call_function_single_async(cq->cpu, &cq->csd);
	if (err)
		atomic_dec(&cq->calls);
	/* Busy: a call is under way that has not begun, and will do for us. */
	return !err || err == -EBUSY;
}

/**
 * sib_cq_notify() - calls the completion handler
 * @cq: sib_cq_push() returned true for it
 *
 * Context: any; no lock of ours held.
 */
void sib_cq_notify(struct sib_cq *cq)
{
	if (cq->cpu >= 0 && cq->cpu != raw_smp_processor_id() && sib_cq_call_remote(cq))
		return;
	if (in_interrupt())
		sib_cq_call_handler(cq);
	else
		irq_work_queue(&cq->irq_work);
}

/* The same where the client may hold locks that its handler takes: only by an interrupt. */
static void sib_cq_interrupt(struct sib_cq *cq)
{
	if (cq->cpu < 0 || cq->cpu == raw_smp_processor_id() || !sib_cq_call_remote(cq))
		irq_work_queue(&cq->irq_work);
}

static enum hrtimer_restart sib_cq_timer(struct hrtimer *timer)
{
	struct sib_cq *cq = container_of(timer, struct sib_cq, timer);
	unsigned long flags;
	bool fire;

	spin_lock_irqsave(&cq->lock, flags);
	fire = cq->coalesced && cq->armed;
	cq->coalesced = 0;
	if (fire)
		cq->armed = 0;
	spin_unlock_irqrestore(&cq->lock, flags);
	if (fire)
		sib_cq_notify(cq);
	return HRTIMER_NORESTART;
}

static void sib_cq_event_work(struct work_struct *work)
{
	struct sib_cq *cq = container_of(work, struct sib_cq, event_work);
	struct ib_event event = {
		.device = cq->ibcq.device,
		.element.cq = &cq->ibcq,
		.event = IB_EVENT_CQ_ERR,
	};

	if (cq->ibcq.event_handler)
		cq->ibcq.event_handler(&event, cq->ibcq.cq_context);
}

/* Was the CQ armed for completions of this kind? */
static bool sib_cq_wanted(const struct sib_cq *cq, const struct sib_cqe *cqe)
{
	if (cq->armed == IB_CQ_SOLICITED)
		return cqe->status != IB_WC_SUCCESS || (cqe->recv && cqe->solicited);
	return cq->armed;
}

/* Does this completion call the handler now? */
static bool sib_cq_due(struct sib_cq *cq, const struct sib_cqe *cqe)
{
	lockdep_assert_held(&cq->lock);
	if (!sib_cq_wanted(cq, cqe))
		return false;
	if (cq->mod_count > 1 && cq->mod_period && ++cq->coalesced < cq->mod_count) {
		if (cq->coalesced == 1)
			hrtimer_start(&cq->timer, ns_to_ktime(cq->mod_period * 1000ull),
				      HRTIMER_MODE_REL_SOFT);
		return false;
	}
	cq->coalesced = 0;
	cq->armed = 0;
	return !cqe->recv || likely(!sib_fault_recv_irq(cq->hca, cqe->qp->qpn));
}

/* Nobody will hear of this completion. */
static void sib_cq_lost(const struct sib_cqe *cqe)
{
	if (!cqe->recv || cqe->status != IB_WC_SUCCESS)
		return;
	cqe->qp->rq.gone++;
	cqe->qp->rq.gone_bytes += cqe->byte_len - SIB_GRH_LEN;
}

/**
 * sib_cq_push() - a request has completed
 * @cq: where to put it
 * @cqe: the completion
 *
 * Context: any; takes sib_cq.lock.
 * Return: true when the caller has to call sib_cq_notify() as soon as it holds no lock.
 */
bool sib_cq_push(struct sib_cq *cq, const struct sib_cqe *cqe)
{
	unsigned long flags;
	bool due = false;

	spin_lock_irqsave(&cq->lock, flags);
	if (unlikely(cq->dead || sib_fault_cq_dead(cq->hca, cqe->qp->qpn, cqe->recv))) {
		/* As with rdmavt: each one that is lost is told of. */
		cq->dead = true;
		sib_cq_lost(cqe);
		schedule_work(&cq->event_work);
	} else if (likely(cq->head - cq->tail < cq->limit)) {
		cq->ring[cq->head++ & cq->mask] = *cqe;
		due = sib_cq_due(cq, cqe);
		if (unlikely(sib_fault_cq_event(cq->hca, cqe->qp->qpn, cqe->recv)))
			schedule_work(&cq->event_work);
	} else {
		sib_violation(cq->hca, SIB_STRICT_CQ_OVERRUN, "a CQ of %u entries", cq->limit);
		if (!cq->overrun)
			schedule_work(&cq->event_work);
		cq->overrun = true;
	}
	spin_unlock_irqrestore(&cq->lock, flags);
	return due;
}

/**
 * sib_cq_forget() - takes a QP's completions out
 * @cq: the CQ
 * @qp: a QP that is being reset or destroyed; nothing of it completes any more
 */
void sib_cq_forget(struct sib_cq *cq, struct sib_qp *qp)
{
	unsigned long flags;
	u32 from, to;

	spin_lock_irqsave(&cq->lock, flags);
	for (from = to = cq->tail; from != cq->head; from++) {
		struct sib_cqe *cqe = &cq->ring[from & cq->mask];

		if (cqe->qp != qp)
			cq->ring[to++ & cq->mask] = *cqe;
		else
			sib_cq_lost(cqe);
	}
	cq->head = to;
	spin_unlock_irqrestore(&cq->lock, flags);
}

static enum ib_wc_opcode sib_wc_opcode(const struct sib_cqe *cqe)
{
	return cqe->recv ? IB_WC_RECV : cqe->opcode;
}

static void sib_wc_fill(struct ib_wc *wc, const struct sib_cqe *cqe)
{
	wc->wr_id = cqe->wr_id;
	wc->status = cqe->status;
	wc->opcode = sib_wc_opcode(cqe);
	wc->vendor_err = 0;
	wc->byte_len = cqe->byte_len;
	wc->qp = &cqe->qp->ibqp;
	wc->ex.imm_data = cqe->imm;
	wc->src_qp = cqe->src_qp;
	wc->slid = cqe->slid;
	wc->wc_flags = cqe->flags;
	wc->pkey_index = cqe->pkey_index;
	wc->sl = cqe->sl;
	wc->dlid_path_bits = cqe->path_bits;
	wc->port_num = SIB_PORT_NUM;
}

/**
 * sib_poll_cq() - ib_device_ops.poll_cq
 * @ibcq: the CQ
 * @num: room in @wc
 * @wc: gets the completions
 *
 * A request's room in its queue is free again once its completion, or a later one of the same
 * queue, has been polled. The tails are this CQ's to write: a queue completes to one CQ.
 *
 * Return: completions polled.
 */
int sib_poll_cq(struct ib_cq *ibcq, int num, struct ib_wc *wc)
{
	struct sib_cq *cq = to_sib_cq(ibcq);
	unsigned long flags;
	int n;

	if (READ_ONCE(cq->head) == READ_ONCE(cq->tail))
		return 0;

	spin_lock_irqsave(&cq->lock, flags);
	for (n = 0; n < num && cq->tail != cq->head; n++, cq->tail++) {
		const struct sib_cqe *cqe = &cq->ring[cq->tail & cq->mask];

		sib_wc_fill(&wc[n], cqe);
		if (cqe->recv)
			WRITE_ONCE(cqe->qp->rq.tail, cqe->qp->rq.tail + 1);
		else
			WRITE_ONCE(cqe->qp->sq.tail, cqe->sq_next);
	}
	spin_unlock_irqrestore(&cq->lock, flags);
	return n;
}

/* Is there a completion that the handler would have been called for? */
static bool sib_cq_missed(const struct sib_cq *cq)
{
	u32 i;

	lockdep_assert_held(&cq->lock);
	for (i = cq->tail; i != cq->head; i++)
		if (sib_cq_wanted(cq, &cq->ring[i & cq->mask]))
			return true;
	return false;
}

/**
 * sib_req_notify_cq() - ib_device_ops.req_notify_cq
 * @ibcq: the CQ
 * @flags: which completion to tell of, and whether to report those that are there already
 *
 * With missed_events=0 nothing is ever reported; those that are there raise the interrupt at once.
 *
 * Return: 1 when asked about missed events and the CQ is not empty, else 0.
 */
int sib_req_notify_cq(struct ib_cq *ibcq, enum ib_cq_notify_flags flags)
{
	struct sib_cq *cq = to_sib_cq(ibcq);
	unsigned long irq_flags;
	bool fire = false;
	int ret = 0;

	spin_lock_irqsave(&cq->lock, irq_flags);
	/* NEXT_COMP includes SOLICITED; asking for less does not take the former back. */
	if (cq->armed != IB_CQ_NEXT_COMP)
		cq->armed = flags & IB_CQ_SOLICITED_MASK;
	if (sib_props.missed_events) {
		ret = flags & IB_CQ_REPORT_MISSED_EVENTS && cq->head != cq->tail;
	} else if (sib_cq_missed(cq)) {
		cq->armed = 0;
		cq->coalesced = 0;
		fire = true;
	}
	spin_unlock_irqrestore(&cq->lock, irq_flags);
	if (fire)
		sib_cq_interrupt(cq);
	return ret;
}

static struct sib_cqe *sib_cq_alloc_ring(u32 cqe)
{
	return kvmalloc_array(roundup_pow_of_two(cqe), sizeof(struct sib_cqe), GFP_KERNEL);
}

/**
 * sib_alloc_cq() - ib_device_ops.create_cq without the user's part
 * @ibcq: allocated and zeroed by ib_core
 * @attr: size and completion vector
 *
 * Return: 0 or a negative error.
 */
int sib_alloc_cq(struct ib_cq *ibcq, const struct ib_cq_init_attr *attr)
{
	struct sib_hca *hca = to_sib_hca(ibcq->device);
	struct sib_cq *cq = to_sib_cq(ibcq);

	if (!attr->cqe || attr->flags || attr->comp_vector >= ibcq->device->num_comp_vectors)
		return -EINVAL;
	if (attr->cqe > sib_props.max_cqe)
		return sib_refuse(hca, -EINVAL, "a CQ of more than max_cqe");
	if (sib_fault_create_cq(hca))
		return sib_refuse(hca, -ENOMEM, "a CQ, by create_cq_error_at");

	cq->ring = sib_cq_alloc_ring(attr->cqe);
	if (!cq->ring)
		return -ENOMEM;

	cq->hca = hca;
	cq->limit = attr->cqe;
	cq->mask = roundup_pow_of_two(attr->cqe) - 1;
	spin_lock_init(&cq->lock);
	hrtimer_setup(&cq->timer, sib_cq_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	init_irq_work(&cq->irq_work, sib_cq_irq_work);
	sib_csd_init(&cq->csd, sib_cq_remote, cq);
	cq->cpu = sib_spread ? attr->comp_vector % num_online_cpus() : -1;
	INIT_WORK(&cq->event_work, sib_cq_event_work);
	ibcq->cqe = attr->cqe;
	cq->vector = attr->comp_vector;
	mutex_lock(&hca->verbs->cq_lock);
	list_add_tail(&cq->node, &hca->verbs->cqs);
	mutex_unlock(&hca->verbs->cq_lock);
	return 0;
}

/**
 * sib_destroy_cq() - ib_device_ops.destroy_cq
 * @ibcq: the CQ; its QPs are gone
 * @udata: user context or NULL
 *
 * The handler does not run any more when this returns.
 *
 * Return: 0.
 */
int sib_destroy_cq(struct ib_cq *ibcq, struct ib_udata *udata)
{
	struct sib_cq *cq = to_sib_cq(ibcq);

	mutex_lock(&cq->hca->verbs->cq_lock);
	list_del(&cq->node);
	mutex_unlock(&cq->hca->verbs->cq_lock);
	hrtimer_cancel(&cq->timer);
	irq_work_sync(&cq->irq_work);
	while (atomic_read_acquire(&cq->calls))
		cpu_relax();
	cancel_work_sync(&cq->event_work);
	kvfree(cq->ring);
	return 0;
}

/**
 * sib_modify_cq() - ib_device_ops.modify_cq: interrupt moderation
 * @ibcq: the CQ
 * @count: an event after so many completions
 * @period: or after so many microseconds; either 0: an event for each
 *
 * Return: 0, or -EINVAL when the HCA has not so long a period.
 */
int sib_modify_cq(struct ib_cq *ibcq, u16 count, u16 period)
{
	struct sib_cq *cq = to_sib_cq(ibcq);
	unsigned long flags;

	if (period > sib_props.max_cq_period)
		return sib_refuse(cq->hca, -EINVAL, "moderation for longer than max_cq_period");
	spin_lock_irqsave(&cq->lock, flags);
	cq->mod_count = count;
	cq->mod_period = period;
	spin_unlock_irqrestore(&cq->lock, flags);
	return 0;
}
