// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib_selftest: what the verbs of soft_ib promise, asked of sib0 by a kernel client.
 *
 *     modprobe soft_ib; (an SM makes the ports ACTIVE); insmod soft_ib_selftest.ko
 *
 * Loading fails when a check does, and the kernel log names each one. All packets go from sib0 to
 * sib0. It looks at the strict counters by itself; the violations that it provokes stay counted.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <rdma/ib_cache.h>

#include "selftest.h"

static unsigned int speed;
module_param(speed, uint, 0444);
MODULE_PARM_DESC(speed, "also time so many packets of each kind (default 0)");

static unsigned int passed, failed;

bool sib_test_check(bool ok, const char *what, const char *where, int line)
{
	if (ok) {
		passed++;
	} else {
		failed++;
		pr_err("soft_ib_selftest: %s:%d: %s\n", where, line, what);
	}
	return ok;
}

unsigned int sib_test_passed(void)
{
	return passed;
}

s64 bed_strict(struct bed *bed, enum sib_violation kind)
{
	return atomic64_read(&to_sib_hca(bed->ibdev)->strict[kind]);
}

static void count_event(struct ib_cq *cq, void *context)
{
	struct bed *bed = context;

	atomic_inc(&bed->events);
}

int bed_to_state(struct bed *bed, enum ib_qp_state state)
{
	struct ib_qp_attr attr = { .qp_state = state, .port_num = 1, .qkey = QKEY };
	int mask = IB_QP_STATE;

	if (state == IB_QPS_INIT)
		mask |= IB_QP_PORT | IB_QP_QKEY | IB_QP_PKEY_INDEX;
	if (state == IB_QPS_RTS && to_sib_qp(bed->qp)->state == IB_QPS_RTR)
		mask |= IB_QP_SQ_PSN;
	return ib_modify_qp(bed->qp, &attr, mask);
}

int bed_to_rts(struct bed *bed)
{
	return bed_to_state(bed, IB_QPS_INIT) ?: bed_to_state(bed, IB_QPS_RTR) ?:
	       bed_to_state(bed, IB_QPS_RTS);
}

void bed_down(struct bed *bed)
{
	if (!IS_ERR_OR_NULL(bed->ah))
		rdma_destroy_ah(bed->ah, RDMA_DESTROY_AH_SLEEPABLE);
	if (!IS_ERR_OR_NULL(bed->qp))
		ib_destroy_qp(bed->qp);
	if (!IS_ERR_OR_NULL(bed->scq))
		ib_destroy_cq(bed->scq);
	if (!IS_ERR_OR_NULL(bed->rcq))
		ib_destroy_cq(bed->rcq);
	if (!IS_ERR_OR_NULL(bed->pd))
		ib_dealloc_pd(bed->pd);
	kvfree(bed->tx);
	kvfree(bed->rx);
}

int bed_up(struct bed *bed, struct ib_device *ibdev, u32 max_send, u32 cqe)
{
	struct ib_cq_init_attr cq_attr = { .cqe = cqe, .comp_vector = 1 };
	struct ib_qp_init_attr init = {
		.cap = { .max_send_wr = max_send, .max_recv_wr = RECVS, .max_send_sge = 4,
			 .max_recv_sge = 2, .max_inline_data = 64 },
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.qp_type = IB_QPT_UD,
		.create_flags = IB_QP_CREATE_IPOIB_UD_LSO |
				IB_QP_CREATE_BLOCK_MULTICAST_LOOPBACK,
	};
	struct ib_port_attr port;

	memset(bed, 0, sizeof(*bed));
	bed->ibdev = ibdev;
	bed->tx = kvzalloc(BUF_SIZE, GFP_KERNEL);
	bed->rx = kvzalloc(RECVS * BUF_SIZE, GFP_KERNEL);
	bed->pd = ib_alloc_pd(ibdev, 0);
	bed->scq = ib_create_cq(ibdev, NULL, NULL, bed, &cq_attr);
	cq_attr.cqe = 4 * RECVS;
	bed->rcq = ib_create_cq(ibdev, count_event, NULL, bed, &cq_attr);
	if (!bed->tx || !bed->rx || IS_ERR(bed->pd) || IS_ERR(bed->scq) || IS_ERR(bed->rcq))
		goto err;
	init.send_cq = bed->scq;
	init.recv_cq = bed->rcq;
	bed->qp = ib_create_qp(bed->pd, &init);
	if (IS_ERR(bed->qp) || ib_query_port(ibdev, 1, &port))
		goto err;

	bed->attr.type = RDMA_AH_ATTR_TYPE_IB;
	rdma_ah_set_port_num(&bed->attr, 1);
	rdma_ah_set_dlid(&bed->attr, port.lid);
	rdma_ah_set_grh(&bed->attr, NULL, 0, 0, 64, 0);
	if (rdma_query_gid(ibdev, 1, 0, &bed->attr.grh.dgid))
		goto err;
	bed->ah = rdma_create_ah(bed->pd, &bed->attr, RDMA_CREATE_AH_SLEEPABLE);
	if (!IS_ERR(bed->ah))
		return 0;
err:
	bed_down(bed);
	return -EIO;
}

int bed_put_recv(struct bed *bed, int index, u32 len)
{
	struct ib_sge sge = {
		.addr = (uintptr_t)(bed->rx + index * BUF_SIZE),
		.length = len,
		.lkey = bed->pd->local_dma_lkey,
	};
	struct ib_recv_wr wr = { .wr_id = index, .sg_list = &sge, .num_sge = 1 };

	return ib_post_recv(bed->qp, &wr, NULL);
}

void bed_send_init(struct bed *bed, struct ib_ud_wr *wr, struct ib_sge *sge, u32 len)
{
	*sge = (struct ib_sge) {
		.addr = (uintptr_t)bed->tx,
		.length = len,
		.lkey = bed->pd->local_dma_lkey,
	};
	*wr = (struct ib_ud_wr) {
		.wr = { .sg_list = sge, .num_sge = 1, .opcode = IB_WR_SEND,
			.send_flags = IB_SEND_SIGNALED },
		.ah = bed->ah,
		.remote_qpn = bed->qp->qp_num,
		.remote_qkey = QKEY,
	};
}

int bed_send(struct bed *bed, u32 len, int flags)
{
	struct ib_ud_wr wr;
	struct ib_sge sge;

	bed_send_init(bed, &wr, &sge, len);
	wr.wr.wr_id = len;
	wr.wr.send_flags = flags;
	return ib_post_send(bed->qp, &wr.wr, NULL);
}

bool bed_next_wc(struct ib_cq *cq, struct ib_wc *wc)
{
	memset(wc, 0, sizeof(*wc));
	return ib_poll_cq(cq, 1, wc) == 1;
}

int bed_count_wcs(struct ib_cq *cq, enum ib_wc_status status)
{
	struct ib_wc wc;
	int n = 0;

	while (bed_next_wc(cq, &wc))
		n += wc.status == status;
	return n;
}

static void run(struct ib_device *ibdev)
{
	struct bed bed;

	if (!CHECK(!bed_up(&bed, ibdev, 64, 64)))
		return;
	test_states(&bed);
	test_payload(&bed);
	test_errors(&bed);
	test_strict(&bed);
	test_events(&bed);
	test_offload(&bed);
	test_mcast(&bed);
	if (speed)
		test_speed(&bed, speed);
	test_create(&bed);
	bed_down(&bed);
	test_drain(ibdev);
	test_overrun(ibdev);
	test_order(ibdev);
}

/* Called within ib_register_client() for those that are there. */
static int selftest_add(struct ib_device *ibdev)
{
	if (!strcmp(dev_name(&ibdev->dev), "sib0"))
		run(ibdev);
	return -EOPNOTSUPP;
}

static struct ib_client selftest_client = {
	.name = "soft_ib_selftest",
	.add = selftest_add,
};

static int __init selftest_init(void)
{
	int err = ib_register_client(&selftest_client);

	if (err)
		return err;
	ib_unregister_client(&selftest_client);
	if (!passed && !failed) {
		pr_err("soft_ib_selftest: no sib0: load soft_ib first\n");
		return -ENODEV;
	}
	pr_info("soft_ib_selftest: %u passed, %u failed\n", passed, failed);
	return failed ? -EIO : 0;
}
module_init(selftest_init);

static void __exit selftest_exit(void)
{
}
module_exit(selftest_exit);

MODULE_DESCRIPTION("Self-test of soft_ib's verbs");
MODULE_LICENSE("GPL");
