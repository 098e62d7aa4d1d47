// SPDX-License-Identifier: GPL-2.0
/* soft_ib_selftest: queues: states, flushing, overruns, events, order. */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "selftest.h"

#define ORDER_SENDS	4000

void test_states(struct bed *bed)
{
	s64 state = bed_strict(bed, SIB_STRICT_BAD_STATE);
	s64 modify = bed_strict(bed, SIB_STRICT_BAD_MODIFY);
	struct ib_wc wc;

	CHECK(bed_send(bed, 64, IB_SEND_SIGNALED) == -EINVAL);
	CHECK(bed_put_recv(bed, 0, 256) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_STATE) == state + 2);
	CHECK(bed_to_state(bed, IB_QPS_RTS) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_MODIFY) == modify + 1);
	CHECK(!bed_to_state(bed, IB_QPS_INIT));
	CHECK(!bed_put_recv(bed, 0, 256));
	CHECK(bed_send(bed, 64, IB_SEND_SIGNALED) == -EINVAL);
	CHECK(!bed_to_state(bed, IB_QPS_RTR));
	CHECK(!bed_to_state(bed, IB_QPS_RTS));
	CHECK(!bed_send(bed, 64, IB_SEND_SIGNALED));
	CHECK(bed_next_wc(bed->scq, &wc) && wc.status == IB_WC_SUCCESS && wc.wr_id == 64);
	CHECK(bed_next_wc(bed->rcq, &wc) && wc.status == IB_WC_SUCCESS && wc.byte_len == 64 + 40);

	/* SQD holds sends back. */
	CHECK(!bed_put_recv(bed, 0, 256));
	CHECK(!bed_to_state(bed, IB_QPS_SQD));
	CHECK(!bed_send(bed, 65, IB_SEND_SIGNALED));
	CHECK(!bed_next_wc(bed->scq, &wc));
	CHECK(!bed_to_state(bed, IB_QPS_RTS));
	CHECK(bed_next_wc(bed->scq, &wc) && wc.wr_id == 65);
	CHECK(bed_next_wc(bed->rcq, &wc));
}

void test_errors(struct bed *bed)
{
	struct ib_wc wc;
	int i;

	/* Too long for the MTU: error, SQE, the rest flushed; RTS again repairs it. */
	CHECK(!bed_send(bed, 8000, IB_SEND_SIGNALED));
	CHECK(to_sib_qp(bed->qp)->state == IB_QPS_SQE);
	CHECK(!bed_send(bed, 64, 0));
	CHECK(bed_next_wc(bed->scq, &wc) && wc.status == IB_WC_LOC_LEN_ERR && wc.wr_id == 8000);
	CHECK(bed_next_wc(bed->scq, &wc) && wc.status == IB_WC_WR_FLUSH_ERR && wc.wr_id == 64);
	CHECK(!bed_to_state(bed, IB_QPS_RTS));
	CHECK(!bed_put_recv(bed, 0, 256));
	CHECK(!bed_send(bed, 64, IB_SEND_SIGNALED));
	CHECK(bed_count_wcs(bed->scq, IB_WC_SUCCESS) == 1);
	CHECK(bed_count_wcs(bed->rcq, IB_WC_SUCCESS) == 1);

	/* Does not fit: dropped, and the request stays. */
	CHECK(!bed_put_recv(bed, 0, 100));
	CHECK(!bed_send(bed, 64, IB_SEND_SIGNALED));
	CHECK(!bed_next_wc(bed->rcq, &wc));
	CHECK(!bed_send(bed, 60, IB_SEND_SIGNALED));
	CHECK(bed_next_wc(bed->rcq, &wc) && wc.byte_len == 100);
	CHECK(bed_count_wcs(bed->scq, IB_WC_SUCCESS) == 2);

	/* ERR flushes what is there and what comes; draining works; RESET forgets completions. */
	for (i = 0; i < 10; i++)
		CHECK(!bed_put_recv(bed, i, 256));
	CHECK(!bed_to_state(bed, IB_QPS_ERR));
	for (i = 0; i < 10; i++)
		CHECK(bed_next_wc(bed->rcq, &wc) && wc.wr_id == i &&
		      wc.status == IB_WC_WR_FLUSH_ERR);
	CHECK(!bed_put_recv(bed, 3, 256));
	CHECK(!bed_send(bed, 64, 0));
	CHECK(bed_count_wcs(bed->rcq, IB_WC_WR_FLUSH_ERR) == 1);
	CHECK(bed_count_wcs(bed->scq, IB_WC_WR_FLUSH_ERR) == 1);
	CHECK(!bed_put_recv(bed, 3, 256));
	CHECK(!bed_to_state(bed, IB_QPS_RESET));
	CHECK(!bed_next_wc(bed->rcq, &wc));
	CHECK(!bed_to_rts(bed));
}

void test_overrun(struct ib_device *ibdev)
{
	struct bed bed;
	s64 sq, rq, cq;
	int i;

	if (!CHECK(!bed_up(&bed, ibdev, 4, 2)))
		return;
	sq = bed_strict(&bed, SIB_STRICT_SQ_OVERRUN);
	rq = bed_strict(&bed, SIB_STRICT_RQ_OVERRUN);
	cq = bed_strict(&bed, SIB_STRICT_CQ_OVERRUN);
	CHECK(!bed_to_rts(&bed));
	for (i = 0; i < 4; i++)
		CHECK(!bed_send(&bed, 64, i == 1 ? IB_SEND_SIGNALED : 0));
	CHECK(bed_send(&bed, 64, 0) == -ENOMEM);
	CHECK(bed_strict(&bed, SIB_STRICT_SQ_OVERRUN) == sq + 1);
	CHECK(bed_count_wcs(bed.scq, IB_WC_SUCCESS) == 1);
	CHECK(!bed_send(&bed, 64, IB_SEND_SIGNALED) && !bed_send(&bed, 64, IB_SEND_SIGNALED));
	CHECK(bed_count_wcs(bed.scq, IB_WC_SUCCESS) == 2);
	for (i = 0; i < RECVS; i++)
		CHECK(!bed_put_recv(&bed, i, 256));
	CHECK(bed_put_recv(&bed, 0, 256) == -ENOMEM);
	CHECK(bed_strict(&bed, SIB_STRICT_RQ_OVERRUN) == rq + 1);
	CHECK(bed_strict(&bed, SIB_STRICT_CQ_OVERRUN) == cq);
	for (i = 0; i < 3; i++)
		CHECK(!bed_send(&bed, 64, IB_SEND_SIGNALED));
	CHECK(bed_strict(&bed, SIB_STRICT_CQ_OVERRUN) == cq + 1);
	CHECK(bed_count_wcs(bed.scq, IB_WC_SUCCESS) == 2);
	bed_down(&bed);
}

static int events_after(struct bed *bed, int sends, int flags)
{
	int before = atomic_read(&bed->events);
	struct ib_wc wc;
	int i;

	for (i = 0; i < sends; i++) {
		CHECK(!bed_put_recv(bed, i, 256));
		CHECK(!bed_send(bed, 64, IB_SEND_SIGNALED | flags));
	}
	usleep_range(2000, 3000);
	while (bed_next_wc(bed->scq, &wc) || bed_next_wc(bed->rcq, &wc))
		;
	return atomic_read(&bed->events) - before;
}

void test_events(struct bed *bed)
{
	struct ib_wc wc;

	CHECK(events_after(bed, 2, 0) == 0);
	ib_req_notify_cq(bed->rcq, IB_CQ_NEXT_COMP);
	CHECK(events_after(bed, 3, 0) == 1);
	ib_req_notify_cq(bed->rcq, IB_CQ_SOLICITED);
	CHECK(events_after(bed, 2, 0) == 0);
	CHECK(events_after(bed, 2, IB_SEND_SOLICITED) == 1);
	CHECK(!bed_put_recv(bed, 0, 256) && !bed_send(bed, 64, IB_SEND_SIGNALED));
	CHECK(ib_req_notify_cq(bed->rcq, IB_CQ_NEXT_COMP | IB_CQ_REPORT_MISSED_EVENTS) == 1);
	CHECK(bed_next_wc(bed->rcq, &wc) && bed_next_wc(bed->scq, &wc));
	CHECK(!ib_req_notify_cq(bed->rcq, IB_CQ_NEXT_COMP | IB_CQ_REPORT_MISSED_EVENTS));
	CHECK(events_after(bed, 1, 0) == 1);

	/* Moderation: by count, by time. */
	CHECK(!bed->ibdev->ops.modify_cq(bed->rcq, 4, 60000));
	ib_req_notify_cq(bed->rcq, IB_CQ_NEXT_COMP);
	CHECK(events_after(bed, 3, 0) == 0);
	CHECK(events_after(bed, 1, 0) == 1);
	CHECK(!bed->ibdev->ops.modify_cq(bed->rcq, 100, 500));
	ib_req_notify_cq(bed->rcq, IB_CQ_NEXT_COMP);
	CHECK(events_after(bed, 3, 0) == 1);
	CHECK(!bed->ibdev->ops.modify_cq(bed->rcq, 0, 0));
}

/* What no HCA has, or this one has not, is refused at once. */
void test_create(struct bed *bed)
{
	struct sib_faults *faults = &to_sib_hca(bed->ibdev)->faults;
	s64 create = bed_strict(bed, SIB_STRICT_BAD_CREATE);
	struct ib_qp_init_attr init = {
		.send_cq = bed->scq,
		.recv_cq = bed->rcq,
		.cap = { .max_send_wr = 8, .max_recv_wr = 8, .max_send_sge = 1, .max_recv_sge = 1 },
		.qp_type = IB_QPT_UD,
		.create_flags = IB_QP_CREATE_SOURCE_QPN,
		.source_qpn = bed->qp->qp_num,
	};
	struct ib_qp *qp;
	int i;

	CHECK(PTR_ERR(ib_create_qp(bed->pd, &init)) == -EOPNOTSUPP);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_CREATE) == create + 1);
	init.create_flags = 0;
	init.cap.max_send_sge = SIB_MAX_SGE + 1;
	CHECK(PTR_ERR(ib_create_qp(bed->pd, &init)) == -EINVAL);
	init.cap.max_send_sge = 1;
	WRITE_ONCE(faults->create_qp_error_at, 2);
	for (i = 0; i < 3; i++) {
		qp = ib_create_qp(bed->pd, &init);
		CHECK(PTR_ERR_OR_ZERO(qp) == (i == 1 ? -ENOMEM : 0));
		if (!IS_ERR(qp))
			ib_destroy_qp(qp);
	}
}

static void flushed(struct ib_cq *cq, struct ib_wc *wc)
{
	CHECK(wc->status == IB_WC_WR_FLUSH_ERR);
}

/* ib_drain_qp() posts to a QP in ERR what is no UD request. */
void test_drain(struct ib_device *ibdev)
{
	struct ib_cq *cq = ib_alloc_cq(ibdev, NULL, 64, 0, IB_POLL_SOFTIRQ);
	struct ib_pd *pd = ib_alloc_pd(ibdev, 0);
	struct ib_cqe cqe = { .done = flushed };
	struct ib_qp_init_attr init = {
		.send_cq = cq,
		.recv_cq = cq,
		.cap = { .max_send_wr = 8, .max_recv_wr = 8, .max_send_sge = 1, .max_recv_sge = 1 },
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.qp_type = IB_QPT_UD,
	};
	struct ib_recv_wr wr = { .wr_cqe = &cqe };
	struct bed bed = { .ibdev = ibdev };
	unsigned int before = sib_test_passed();

	if (!CHECK(!IS_ERR(cq)) || !CHECK(!IS_ERR(pd)))
		return;
	bed.qp = ib_create_qp(pd, &init);
	if (CHECK(!IS_ERR(bed.qp))) {
		CHECK(!bed_to_rts(&bed));
		CHECK(!ib_post_recv(bed.qp, &wr, NULL) && !ib_post_recv(bed.qp, &wr, NULL));
		ib_drain_qp(bed.qp);
		CHECK(sib_test_passed() == before + 7);
		ib_destroy_qp(bed.qp);
	}
	ib_dealloc_pd(pd);
	ib_free_cq(cq);
}

/**
 * struct order - one of several threads that post to one QP
 * @bed: the QP
 * @id: which thread
 * @task: it
 * @refused: posts that failed
 */
struct order {
	struct bed *bed;
	u32 id;
	struct task_struct *task;
	int refused;
};

static int order_thread(void *arg)
{
	struct order *order = arg;
	struct bed *bed = order->bed;
	struct ib_ud_wr wr;
	struct ib_sge sge;
	u32 i;

	bed_send_init(bed, &wr, &sge, 0);
	wr.wr.num_sge = 0;
	wr.wr.opcode = IB_WR_SEND_WITH_IMM;
	for (i = 0; i < ORDER_SENDS; i++) {
		wr.wr.ex.imm_data = cpu_to_be32(order->id << 24 | i);
		wr.wr.send_flags = i % 16 == 15 ? IB_SEND_SIGNALED : 0;
		if (ib_post_send(bed->qp, &wr.wr, NULL))
			order->refused++;
		if (i % 64 == 63)
			cond_resched();
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

/* Two CPUs post to one QP: each one's packets come in its order, and none is lost on the queue. */
void test_order(struct ib_device *ibdev)
{
	struct order orders[2];
	u32 next[2] = {}, jumps = 0;
	unsigned long end = jiffies + 20 * HZ;
	struct ib_wc wc;
	struct bed bed;
	u32 i, sent = 0;

	if (!CHECK(!bed_up(&bed, ibdev, 2 * ORDER_SENDS, 2 * ORDER_SENDS)))
		return;
	CHECK(!bed_to_rts(&bed));
	for (i = 0; i < RECVS; i++)
		CHECK(!bed_put_recv(&bed, i, 64));
	for (i = 0; i < 2; i++) {
		orders[i] = (struct order) { .bed = &bed, .id = i };
		orders[i].task = kthread_run(order_thread, &orders[i], "sib_order%u", i);
	}
	while (sent < 2 * ORDER_SENDS / 16 && time_before(jiffies, end)) {
		while (bed_next_wc(bed.rcq, &wc)) {
			u32 imm = be32_to_cpu(wc.ex.imm_data), id = imm >> 24;

			/* Packets without a receive are dropped: it only goes up. */
			if (id > 1 || (imm & 0xffffff) < next[id])
				jumps++;
			else
				next[id] = (imm & 0xffffff) + 1;
			bed_put_recv(&bed, wc.wr_id, 64);
		}
		while (bed_next_wc(bed.scq, &wc))
			sent += wc.status == IB_WC_SUCCESS;
		cond_resched();
	}
	for (i = 0; i < 2; i++) {
		if (CHECK(!IS_ERR(orders[i].task)))
			kthread_stop(orders[i].task);
		CHECK(!orders[i].refused);
	}
	CHECK(sent == 2 * ORDER_SENDS / 16);
	CHECK(!jumps);
	bed_down(&bed);
}
