/* SPDX-License-Identifier: GPL-2.0 */
/* soft_ib_selftest: a QP that talks to itself, and the checks. */
#ifndef SIB_SELFTEST_H
#define SIB_SELFTEST_H

#include "verbs.h"

#define QKEY		0x1234567
#define BUF_SIZE	16384
#define RECVS		32

/**
 * struct bed - a QP that talks to itself
 * @ibdev: sib0
 * @pd: PD
 * @scq: send CQ
 * @rcq: receive CQ
 * @qp: UD QP
 * @ah: to the own port, with GRH
 * @attr: of @ah
 * @tx: send buffer
 * @rx: RECVS receive buffers
 * @events: calls of the completion handler of @rcq
 */
struct bed {
	struct ib_device *ibdev;
	struct ib_pd *pd;
	struct ib_cq *scq;
	struct ib_cq *rcq;
	struct ib_qp *qp;
	struct ib_ah *ah;
	struct rdma_ah_attr attr;
	u8 *tx;
	u8 *rx;
	atomic_t events;
};

/* Counts a check and names a failed one in the log; returns @ok. */
bool sib_test_check(bool ok, const char *what, const char *where, int line);
unsigned int sib_test_passed(void);

#define CHECK(cond) sib_test_check(cond, #cond, __func__, __LINE__)

/* Makes the bed with a QP in RESET; -EIO when any part fails. */
int bed_up(struct bed *bed, struct ib_device *ibdev, u32 max_send, u32 cqe);
void bed_down(struct bed *bed);
int bed_to_state(struct bed *bed, enum ib_qp_state state);
int bed_to_rts(struct bed *bed);
/* Posts receive buffer @index with room for @len bytes; that is its wr_id, too. */
int bed_put_recv(struct bed *bed, int index, u32 len);
/* A signalled send of the first @len bytes of the send buffer to the QP itself. */
void bed_send_init(struct bed *bed, struct ib_ud_wr *wr, struct ib_sge *sge, u32 len);
int bed_send(struct bed *bed, u32 len, int flags);
bool bed_next_wc(struct ib_cq *cq, struct ib_wc *wc);
/* Empties @cq; returns how many completions had @status. */
int bed_count_wcs(struct ib_cq *cq, enum ib_wc_status status);
s64 bed_strict(struct bed *bed, enum sib_violation kind);

/* selftest_queues.c */
void test_states(struct bed *bed);
void test_errors(struct bed *bed);
void test_events(struct bed *bed);
void test_create(struct bed *bed);
void test_overrun(struct ib_device *ibdev);
void test_drain(struct ib_device *ibdev);
void test_order(struct ib_device *ibdev);

/* selftest_packets.c */
void test_payload(struct bed *bed);
void test_strict(struct bed *bed);
void test_offload(struct bed *bed);
void test_mcast(struct bed *bed);
/* Logs what a packet costs: post_recv, post_send, delivery and both polls. */
void test_speed(struct bed *bed, u32 packets);

#endif /* SIB_SELFTEST_H */
