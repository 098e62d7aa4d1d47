/* SPDX-License-Identifier: GPL-2.0 */
/* soft_ib, verbs half: the objects behind ib_core's and what their files tell each other. */
#ifndef SIB_VERBS_H
#define SIB_VERBS_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "soft_ib.h"

#define SIB_PORT_NUM		1
#define SIB_MAX_SGE		32
#define SIB_MAX_QP_WR		32768
#define SIB_MAX_CQE		BIT(20)
/* The CQ of ib_mad's QPs. */
#define SIB_MIN_CQE		1280
#define SIB_MAX_INLINE		512
#define SIB_MAX_VECTORS		64
/* The first QPN of an ordinary QP; 0 and 1 are the SMI's and the GSI's. */
#define SIB_FIRST_QPN		64
#define SIB_MCAST_QPN		0xffffff
#define SIB_PERMISSIVE_LID	0xffff
#define SIB_MCAST_LID		0xc000
/* lkeys are an index shifted by this; index 1 is the local DMA lkey. */
#define SIB_LKEY_SHIFT		8
#define SIB_LOCAL_DMA_LKEY	((u32)BIT(SIB_LKEY_SHIFT))
/* The longest header that LSO or checksum filling rewrites: IPoIB, IPv6 or IPv4, TCP. */
#define SIB_MAX_HEADER		160
#define SIB_GRH_LEN		40
#define SIB_AH_BUCKETS		256
#define SIB_QP_BUCKETS		256

/**
 * struct sib_props - what HCAs have, by the module parameters of these names
 * @vectors: completion vectors
 * @max_send_sge: entries of a send's list
 * @max_recv_sge: entries of a receive's list
 * @max_qp_wr: requests of a queue
 * @max_cqe: completions of a CQ
 * @max_qp: UD QPs
 * @max_groups: groups that QPs are attached to
 * @max_cq_period: longest moderation, in microseconds; 0: there is none
 * @offload: false: neither @csum nor @tso
 * @csum: checksums are filled, and looked at
 * @tso: large TCP sends are segmented
 * @lkey: there is a local DMA lkey; else each PD gets an MR of all memory
 * @block_loopback: QPs can be spared their own multicasts
 * @missed_events: req_notify_cq tells of completions that are there
 * @wqe_blocks: max_qp_wr counts blocks of 64 bytes, of which a send takes several
 * @attach_ready: a QP in RESET cannot be attached to a group
 */
struct sib_props {
	unsigned int vectors;
	unsigned int max_send_sge;
	unsigned int max_recv_sge;
	unsigned int max_qp_wr;
	unsigned int max_cqe;
	unsigned int max_qp;
	unsigned int max_groups;
	unsigned int max_cq_period;
	bool offload;
	bool csum;
	bool tso;
	bool lkey;
	bool block_loopback;
	bool missed_events;
	bool wqe_blocks;
	bool attach_ready;
};

struct sib_pd {
	struct ib_pd ibpd;
};

/**
 * struct sib_mr - a memory region
 * @ibmr: ib_core's part
 */
struct sib_mr {
	struct ib_mr ibmr;
};

/**
 * struct sib_av - address vector: all that a send takes from its AH
 * @grh: as on the wire but for length and source GID
 * @dlid: destination LID
 * @sl: service level
 * @path_bits: low bits of the source LID
 * @sgid_index: which GID of the port is the source
 * @has_grh: @grh counts
 */
struct sib_av {
	struct ib_grh grh;
	u16 dlid;
	u8 sl;
	u8 path_bits;
	u8 sgid_index;
	bool has_grh;
};

/**
 * struct sib_ah_rec - what is known of a live AH, outside of the memory that ib_core frees
 * @node: in sib_verbs.ahs, hashed by @ah
 * @rcu: senders look it up under RCU
 * @ah: the AH; a key, never followed
 * @pd: its PD
 * @av: its address vector
 */
struct sib_ah_rec {
	struct hlist_node node;
	struct rcu_head rcu;
	const struct ib_ah *ah;
	const struct ib_pd *pd;
	struct sib_av av;
};

/**
 * struct sib_ah - an address handle
 * @ibah: ib_core's part
 * @rec: the part that may be looked at without knowing whether the AH lives
 * @attr: for query_ah
 */
struct sib_ah {
	struct ib_ah ibah;
	struct sib_ah_rec *rec;
	struct rdma_ah_attr attr;
};

/**
 * struct sib_verbs - the verbs half's own state of an HCA
 * @ahs: live AHs
 * @qps: live QPs by number, as sib_hca.qps, for the packet path; writers hold that one's lock
 * @ah_lock: protects @ahs against other writers
 * @num_uds: live UD QPs
 * @num_ahs: live AHs
 * @num_pds: live PDs
 * @cqs: live CQs
 * @cq_lock: protects @cqs
 * @wire_lock: protects @wire_free
 * @wire_free: rate_mbps: when the last of what was begun has left the port, nanoseconds
 * @next_qpn: where the search for a free QPN begins: numbers are not used again soon
 * @next_mr: the same for lkeys; all below were valid once
 */
struct sib_verbs {
	struct hlist_head ahs[SIB_AH_BUCKETS];
	struct hlist_head qps[SIB_QP_BUCKETS];
	spinlock_t ah_lock; /* writers of ahs */
	atomic_t num_uds;
	atomic_t num_ahs;
	atomic_t num_pds;
	struct list_head cqs;
	struct mutex cq_lock; /* cqs */
	spinlock_t wire_lock; /* wire_free */
	u64 wire_free;
	u32 next_qpn;
	u32 next_mr;
};

struct sib_qp;

/**
 * struct sib_cqe - a completion
 * @wr_id: the client's
 * @qp: whose; a QP's completions are taken out of the CQ before it goes
 * @byte_len: bytes received, with the 40 of the GRH
 * @src_qp: the sender
 * @imm: immediate data
 * @sq_next: sends: the queue index after this request
 * @slid: source LID
 * @pkey_index: GSI: where the packet's P_Key is in the table
 * @status: enum ib_wc_status
 * @opcode: enum ib_wc_opcode, without the receive bit
 * @flags: enum ib_wc_flags
 * @sl: service level
 * @path_bits: low bits of the destination LID
 * @recv: from the receive queue
 * @solicited: the packet had the solicited event bit
 */
struct sib_cqe {
	u64 wr_id;
	struct sib_qp *qp;
	u32 byte_len;
	u32 src_qp;
	__be32 imm;
	u32 sq_next;
	u16 slid;
	u16 pkey_index;
	u8 status;
	u8 opcode;
	u8 flags;
	u8 sl;
	u8 path_bits;
	bool recv;
	bool solicited;
};

/**
 * struct sib_cq - a completion queue
 * @ibcq: ib_core's part
 * @hca: whose
 * @node: in sib_verbs.cqs
 * @vector: its completion vector
 * @lock: protects all below
 * @ring: @mask + 1 entries
 * @mask: a power of two minus 1
 * @limit: completions that fit, exactly what the client asked for
 * @head: next to fill; runs freely
 * @tail: next to poll
 * @armed: enum ib_cq_notify_flags: which completion calls the handler; 0: none
 * @coalesced: completions that moderation holds an event back for
 * @mod_count: moderation: an event after this many
 * @mod_period: or after this many microseconds
 * @overrun: an entry was lost; reported once
 * @dead: in error by a knob: each entry is lost
 * @timer: ends a moderation period
 * @irq_work: calls the handler when the completing context may not
 * @csd: calls the handler on @cpu
 * @calls: uses of @csd that have not ended
 * @cpu: the completion vector's, with spread=1; else -1
 * @event_work: tells the client of @overrun
 */
struct sib_cq {
	struct ib_cq ibcq;
	struct sib_hca *hca;
	struct list_head node;
	u32 vector;
	spinlock_t lock; /* all below */
	struct sib_cqe *ring;
	u32 mask;
	u32 limit;
	u32 head;
	u32 tail;
	u8 armed;
	u16 coalesced;
	u16 mod_count;
	u16 mod_period;
	bool overrun;
	bool dead;
	struct hrtimer timer;
	struct irq_work irq_work;
	call_single_data_t csd;
	atomic_t calls;
	int cpu;
	struct work_struct event_work;
};

/**
 * struct sib_swqe - a send work request on its queue
 * @wr_id: the client's
 * @ah: the AH it was posted with, for destroy_ah to find; never followed
 * @header: LSO: the headers to repeat
 * @len: bytes in @sge
 * @hlen: LSO: bytes at @header
 * @mss: LSO: bytes of payload of a segment
 * @dest_qpn: destination
 * @qkey: Q_Key to send with
 * @imm: immediate data
 * @pkey_index: GSI: which P_Key
 * @opcode: enum ib_wr_opcode
 * @flags: enum ib_send_flags
 * @num_sge: entries of @sge
 * @av: copied from the AH when posted
 * @sge: the payload; inline data follows the last entry that the QP has room for
 */
struct sib_swqe {
	u64 wr_id;
	const struct ib_ah *ah;
	const void *header;
	u32 len;
	u16 hlen;
	u32 mss;
	u32 dest_qpn;
	u32 qkey;
	__be32 imm;
	u16 pkey_index;
	u16 opcode;
	u16 flags;
	u16 num_sge;
	struct sib_av av;
	struct ib_sge sge[];
};

/**
 * struct sib_rwqe - a receive work request on its queue
 * @wr_id: the client's
 * @len: bytes in @sge
 * @num_sge: entries of @sge
 * @sge: where to
 */
struct sib_rwqe {
	u64 wr_id;
	u32 len;
	u32 num_sge;
	struct ib_sge sge[];
};

/**
 * struct sib_sq - a send queue. All indices run freely
 * @lock: protects @head, @busy, @kick; state changes of the QP take it too
 * @ring: requests of @stride bytes each
 * @stride: bytes of a request
 * @mask: a power of two minus 1
 * @max: requests that fit, exactly what the client asked for
 * @head: next to post
 * @proc: next to execute; written by the CPU that made @busy true
 * @done: all before it have completed or are covered by a later completion; the same CPU's
 * @tail: all before it were polled; under the send CQ's lock
 * @busy: a CPU executes requests
 * @kick: look again at a stuck queue
 * @due: rate_mbps: when the request at @proc has left the port, 0: not known yet; that CPU's
 * @timer: rate_mbps: goes on at @due
 * @sent: packets given to the fabric, each segment of an LSO send is one; that CPU's, read anywhere
 * @sent_bytes: their payload
 * @vec: that CPU's: payload of the packet at hand
 * @hdr: that CPU's: rewritten headers of the packet at hand
 */
struct sib_sq {
	spinlock_t lock; /* see above */
	void *ring;
	u32 stride;
	u32 mask;
	u32 max;
	u32 head;
	u32 proc;
	u32 done;
	u32 tail;
	bool busy;
	bool kick;
	u64 due;
	struct hrtimer timer;
	u64 sent;
	u64 sent_bytes;
	struct kvec vec[SIB_MAX_SGE + 2];
	u8 hdr[SIB_MAX_HEADER] __aligned(8);
};

/**
 * struct sib_rq - a receive queue. All indices run freely
 * @lock: protects all but @tail; state changes of the QP take it too
 * @ring: requests of @stride bytes each
 * @stride: bytes of a request
 * @mask: a power of two minus 1
 * @max: requests that fit, exactly what the client asked for
 * @head: next to post
 * @proc: next to fill
 * @tail: all before it were polled; under the receive CQ's lock
 * @got: packets put into receives, read anywhere
 * @got_bytes: their payload, without GRH
 * @gone: of @got, those whose completion a reset took away before it was polled
 * @gone_bytes: their payload
 */
struct sib_rq {
	spinlock_t lock; /* see above */
	void *ring;
	u32 stride;
	u32 mask;
	u32 max;
	u32 head;
	u32 proc;
	u32 tail;
	u64 got;
	u64 got_bytes;
	u64 gone;
	u64 gone_bytes;
};

/**
 * struct sib_qp - a queue pair
 * @ibqp: ib_core's part
 * @hca: whose
 * @node: in sib_verbs.qps
 * @qpn: key in sib_hca.qps
 * @create_flags: enum ib_qp_create_flags
 * @sig_all: every send is signalled
 * @state: enum ib_qp_state; written under sq.lock and rq.lock, read with READ_ONCE()
 * @en_sqd_event: tell when SQD has drained
 * @qkey: Q_Key
 * @pkey_index: P_Key of what it sends and accepts
 * @cap: as returned to the client
 * @modify_lock: one modify_qp at a time
 * @events: bits of enum ib_event_type that @event_work is to report
 * @event_work: calls the client's event handler
 * @sq: send queue
 * @rq: receive queue
 */
struct sib_qp {
	struct ib_qp ibqp;
	struct sib_hca *hca;
	struct hlist_node node;
	u32 qpn;
	u32 create_flags;
	bool sig_all;
	u8 state;
	bool en_sqd_event;
	u32 qkey;
	u16 pkey_index;
	struct ib_qp_cap cap;
	struct mutex modify_lock; /* one modify_qp at a time */
	unsigned long events;
	struct work_struct event_work;
	struct sib_sq sq ____cacheline_aligned_in_smp;
	struct sib_rq rq ____cacheline_aligned_in_smp;
};

static inline struct sib_qp *to_sib_qp(struct ib_qp *ibqp)
{
	return container_of(ibqp, struct sib_qp, ibqp);
}

static inline struct sib_cq *to_sib_cq(struct ib_cq *ibcq)
{
	return container_of(ibcq, struct sib_cq, ibcq);
}

static inline struct sib_ah *to_sib_ah(struct ib_ah *ibah)
{
	return container_of(ibah, struct sib_ah, ibah);
}

static inline struct sib_swqe *sib_swqe(const struct sib_sq *sq, u32 index)
{
	return sq->ring + (size_t)(index & sq->mask) * sq->stride;
}

static inline struct sib_rwqe *sib_rwqe(const struct sib_rq *rq, u32 index)
{
	return rq->ring + (size_t)(index & rq->mask) * rq->stride;
}

static inline struct hlist_head *sib_qp_bucket(struct sib_hca *hca, u32 qpn)
{
	return &hca->verbs->qps[qpn % SIB_QP_BUCKETS];
}

/*
 * Moves the bytes of a packet, which a real HCA does without the CPU. By the string instruction,
 * because memcpy() is a loop of loads and stores where the CPU's flags say that it is slow, as they
 * do in the benchmark's guest for other reasons. KASAN has to see what is written to: freed buffers
 * are what it looks for.
 */
static inline void sib_move(void *to, const void *from, size_t len)
{
#if defined(CONFIG_X86_64) && !defined(CONFIG_KASAN)
	size_t words = len / 8;

	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (words) : : "memory");
	len %= 8;
	asm volatile("rep movsb" : "+D" (to), "+S" (from), "+c" (len) : : "memory");
#else
	memcpy(to, from, len);
#endif
}

/* The subnet prefix that the SM set: bytes 8..15 of PortInfo, one aligned word. */
static inline __be64 sib_gid_prefix(const struct sib_port *port)
{
	return READ_ONCE(*(const __be64 *)&port->info[8]);
}

/* props.c */
extern struct sib_props sib_props;
int sib_props_check(void);
int sib_props_ud_qp(const struct ib_qp_init_attr *init);

/* pd_mr.c */
int sib_alloc_pd(struct ib_pd *ibpd, struct ib_udata *udata);
int sib_dealloc_pd(struct ib_pd *ibpd, struct ib_udata *udata);
struct ib_mr *sib_get_dma_mr(struct ib_pd *ibpd, int access);
int sib_dereg_mr(struct ib_mr *ibmr, struct ib_udata *udata);
int sib_take_sges(struct sib_hca *hca, const struct ib_pd *pd, const struct ib_sge *from, int num,
		  int max, struct ib_sge *to, u32 *len);

/* ah.c */
int sib_create_ah(struct ib_ah *ibah, struct rdma_ah_init_attr *init, struct ib_udata *udata);
int sib_query_ah(struct ib_ah *ibah, struct rdma_ah_attr *attr);
int sib_destroy_ah(struct ib_ah *ibah, u32 flags);
const struct sib_ah_rec *sib_ah_get(struct sib_hca *hca, struct ib_ah *ibah);

/* cq.c */
int sib_alloc_cq(struct ib_cq *ibcq, const struct ib_cq_init_attr *attr);
int sib_destroy_cq(struct ib_cq *ibcq, struct ib_udata *udata);
int sib_modify_cq(struct ib_cq *ibcq, u16 count, u16 period);
int sib_poll_cq(struct ib_cq *ibcq, int num, struct ib_wc *wc);
int sib_req_notify_cq(struct ib_cq *ibcq, enum ib_cq_notify_flags flags);
bool sib_cq_push(struct sib_cq *cq, const struct sib_cqe *cqe);
void sib_cq_notify(struct sib_cq *cq);
void sib_cq_forget(struct sib_cq *cq, struct sib_qp *qp);

/* qp.c */
int sib_create_qp(struct ib_qp *ibqp, struct ib_qp_init_attr *init, struct ib_udata *udata);
int sib_modify_qp(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask, struct ib_udata *udata);
int sib_query_qp(struct ib_qp *ibqp, struct ib_qp_attr *attr, int mask,
		 struct ib_qp_init_attr *init);
int sib_destroy_qp(struct ib_qp *ibqp, struct ib_udata *udata);
bool sib_qp_change_state(struct sib_qp *qp, u8 from, u8 to);
void sib_qp_break(struct sib_qp *qp);

/* garble.c */
void sib_garble(struct sib_qp *qp, const struct sib_rwqe *wqe, struct sib_cqe *cqe);

/* mcast.c */
int sib_mcast_init(struct sib_hca *hca);
void sib_mcast_exit(struct sib_hca *hca);
void sib_mcast_forget(struct sib_qp *qp);
int sib_attach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid);
int sib_detach_mcast(struct ib_qp *ibqp, union ib_gid *gid, u16 lid);
unsigned int sib_mcast_for_each(struct sib_hca *hca, const union ib_gid *gid,
				void (*fn)(struct sib_qp *qp, const struct sib_pkt *pkt),
				const struct sib_pkt *pkt);
void sib_mcast_show(struct sib_hca *hca, struct seq_file *seq);

/* send.c */
int sib_post_send(struct ib_qp *ibqp, const struct ib_send_wr *wr, const struct ib_send_wr **bad);
void sib_sq_resume(struct sib_qp *qp, bool kick);
bool sib_sq_uses_ah(struct sib_qp *qp, const struct ib_ah *ah);
enum hrtimer_restart sib_sq_timer(struct hrtimer *timer);

/* xmit.c */
enum ib_wc_status sib_xmit(struct sib_qp *qp, const struct sib_swqe *wqe);

/**
 * struct sib_frame - where the headers of an IPoIB frame are
 * @l4: offset of the TCP or UDP header
 * @csum: offset of its checksum; 0: only the IPv4 header's checksum can be filled
 * @proto: IPPROTO_TCP or IPPROTO_UDP when @csum
 * @end: bytes of headers
 * @v6: IPv6
 */
struct sib_frame {
	u16 l4;
	u16 csum;
	u8 proto;
	u16 end;
	bool v6;
};

/* offload.c */
bool sib_frame_parse(const u8 *hdr, u32 len, struct sib_frame *frame);
void sib_frame_csum(u8 *hdr, u32 hlen, const struct sib_frame *frame, const struct kvec *vec,
		    unsigned int nvec);
bool sib_pkt_csum_ok(const struct sib_pkt *pkt);
void sib_frame_segment(u8 *hdr, u32 hlen, const struct sib_frame *frame, u32 index, u32 offset,
		       u32 len, bool last);

/* recv.c */
int sib_post_recv(struct ib_qp *ibqp, const struct ib_recv_wr *wr, const struct ib_recv_wr **bad);
void sib_rq_flush(struct sib_qp *qp);

/* vf.c */
int sib_bus_init(void);
void sib_bus_exit(void);
struct device *sib_parent_create(int index);
void sib_parent_destroy(struct device *dev);
int sib_set_vf_link_state(struct ib_device *ibdev, int index, compat_port_t port, int state);
int sib_get_vf_config(struct ib_device *ibdev, int index, compat_port_t port,
		      struct ifla_vf_info *info);
int sib_get_vf_stats(struct ib_device *ibdev, int index, compat_port_t port,
		     struct ifla_vf_stats *stats);
int sib_get_vf_guid(struct ib_device *ibdev, int index, compat_port_t port,
		    struct ifla_vf_guid *node_guid, struct ifla_vf_guid *port_guid);
int sib_set_vf_guid(struct ib_device *ibdev, int index, compat_port_t port, u64 guid, int type);

/* device.c */
int sib_verbs_init(struct sib_hca *hca);
void sib_verbs_exit(struct sib_hca *hca);

#endif /* SIB_VERBS_H */
