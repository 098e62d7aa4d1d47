/* SPDX-License-Identifier: GPL-2.0 */
/*
 * accel_ref: the reference data path, over plain kernel verbs, for any InfiniBand HCA.
 *
 *   main.c      module, the ops table, which ports it serves
 *   netdev.c    init, cleanup, Q_Key
 *   open.c      open and stop
 *   groups.c    multicast groups
 *   qp.c        QPs: making them, their states, their errors
 *   silence.c   an HCA that does not answer; silence.h
 *   tx.c        send(), stopping and waking of queues, completions
 *   cut.c       large packets that the HCA does not cut
 *   tx_ring.c   the sends that the HCA holds: DMA mappings, skbs
 *   rx.c        NAPI, from completion to the stack
 *   gather.c    TCP segments that become one packet on the way
 *   rx_ring.c   the buffers that the HCA holds, and what keeps the ring full
 *   moderate.c  how many packets share an interrupt; moderate.h
 *   repair.c    from a QP in error back to traffic; and stats.c, queues.c, ethtool.c
 *
 * The first QPs have a TX queue and the first ones an RX queue, each at least one of them; each
 * queue has its CQ and its NAPI. QP 0 is the primary: it has both, its number is in the interface's
 * address, and multicast is sent and received by it. What the others receive is from peers that the
 * core has told of them.
 *
 * Who may write what:
 *   RTNL                    init, open, stop, cleanup: the core calls them one at a time
 *   ref_priv.qp_mutex       every command for a QP or a group after init, up to a minute each;
 *                           inside RTNL, never around it. set_qkey(), the repair work, and attach
 *                           and detach when the core's work calls them, take it without RTNL.
 *   the core, which waits   ref_priv.groups: attach and detach, each at a time, and cleanup
 *   TX lock of the stack    ref_txq.head, .urgent, .chained, .untold, .held, .wr, .sge, .drops
 *                           and the slots from tail to head: send()
 *   NAPI of a TX queue      ref_txq.tail, .wc, .done and the slots before head: ref_tx_poll()
 *   NAPI of an RX queue     all of ref_rxq but its constants: ref_rx_poll()
 * ib_dev_open() before it enables NAPI, and ib_dev_stop() after it has disabled it, act in NAPI's
 * place. The TX lock and NAPI meet in head and tail alone, each with one writer, published with
 * smp_store_release() after the slots that it gives away; and, says tx.c, in urgent and armed.
 *
 * REF_UP is the gate: set by open before a QP receives, cleared first in stop. Without it NAPI
 * posts no buffer and wakes no queue, and no work is queued; work that was queued before finds it
 * cleared under qp_mutex and does nothing. No work takes RTNL, so that stop may wait for it.
 */
#ifndef ACCEL_REF_H
#define ACCEL_REF_H

#include <linux/cache.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "ipoib_accel.h"
#include "accel_compat.h"
#include "moderate.h"

/* SGEs of a send: the linear part and each fragment that an skb may have. */
#define REF_MAX_SGE		(MAX_SKB_FRAGS + 1)
/* So many every card takes in a send of every kind; where skbs have more, see verbs.md. */
#define REF_SAFE_SGE		18U
/* Rings that an HCA refuses are tried again with half of it, down to this. */
#define REF_LEAST_RING		8U
/* Completions taken from a CQ at once. */
#define REF_WC_BATCH		16
/* Sends posted with one call. */
#define REF_TX_CHAIN		16
/* Receives posted with one call. */
#define REF_POST_BATCH		32
/* The least number of receives worth a post when nothing else is to be done, see ref_rx_due(). */
#define REF_POST_LEAST		16
/*
 * Packets up to this long are copied when they are sent: that costs less than to map, to unmap and
 * to free them by an interrupt of their own. A TCP acknowledgment or a request, not data.
 */
#define REF_TX_COPY		256
/*
 * Blocks of pages of a queue that were used up and may be used again: 8 MiB, as much as a socket
 * that TCP has tuned holds back and a ring. The watch has them given back when nothing comes in.
 */
#define REF_POOL_ORDER		(PAGE_SHIFT < 15 ? 15 - PAGE_SHIFT : 0)
#define REF_POOL_KEEP		((8U << 20) >> PAGE_SHIFT >> REF_POOL_ORDER)
/* TX queues, and RX queues, that the module parameters allow. */
#define REF_MAX_QUEUES		64
/* What a received datagram begins with in its buffer (IBA 11.4.1.2). */
#define REF_GRH_LEN		((unsigned int)sizeof(struct ib_grh))

struct ref_flows;
struct ref_priv;
struct ref_qp;
struct ref_silence;

/**
 * struct ref_tx_done - what became of sends; written by NAPI
 * @syncp: for readers on 32 bits
 * @packets: on the wire, each segment of an LSO send is one
 * @bytes: of @packets, with encapsulation headers
 * @errors: completed with an error of their own
 * @flushed: thrown out after another one's error, or by a stop
 */
struct ref_tx_done {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t errors;
	u64_stats_t flushed;
};

/**
 * struct ref_tx_drops - what send() did, and could not do; written under the TX lock
 * @syncp: for readers on 32 bits
 * @too_long: longer than a packet of the port may be, or a large one that cannot be cut
 * @no_room: called while the ring was full
 * @no_memory: a copy or a DMA mapping failed
 * @post_failed: the HCA refused the send
 * @dead_queue: the queue sends no more, and others do, see ref_txq.mute
 * @post_retried: not dropped: the HCA refused a send that had to be tried again, see ref_tx_keep()
 * @linearized: not dropped, but copied: more fragments than a send has SGEs
 * @cut: not dropped: large packets that were cut here, each segment a send
 * @stops: the ring became full
 * @posts: calls of ib_post_send(), each with one send or several
 */
struct ref_tx_drops {
	struct u64_stats_sync syncp;
	u64_stats_t too_long;
	u64_stats_t no_room;
	u64_stats_t no_memory;
	u64_stats_t post_failed;
	u64_stats_t dead_queue;
	u64_stats_t post_retried;
	u64_stats_t linearized;
	u64_stats_t cut;
	u64_stats_t stops;
	u64_stats_t posts;
};

/**
 * struct ref_rx_stats - what became of receives; written by NAPI
 * @syncp: for readers on 32 bits
 * @packets: given to the stack
 * @bytes: of @packets, with encapsulation headers
 * @multicast: of @packets, to a group other than broadcast
 * @csum_ok: of @packets, with checksums that the HCA found good
 * @copied: of @packets, small enough to copy and leave the buffer where it is
 * @summed: of @packets, with TCP checksums that were verified here, good or not
 * @gathered: of @packets, segments that became parts of larger ones
 * @gathers: these larger ones
 * @errors: completed with an error of their own
 * @flushed: thrown out because the QP was in error or stopped
 * @short_frames: too short for a GRH and an encapsulation header, or longer than the buffer
 * @own: our own multicast, looped back
 * @no_memory: no skb for a packet, which is lost
 * @no_buffer: no buffer for the ring, tried again later
 * @post_failed: the HCA refused buffers
 * @waits: adaptive moderation let packets gather
 * @blocks_kept: blocks of pages that were used up and kept
 * @blocks_reused: of these, blocks from which buffers were cut again
 * @blocks_freed: of these, blocks that were given back because nothing came in, or for others
 */
struct ref_rx_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t multicast;
	u64_stats_t csum_ok;
	u64_stats_t copied;
	u64_stats_t summed;
	u64_stats_t gathered;
	u64_stats_t gathers;
	u64_stats_t errors;
	u64_stats_t flushed;
	u64_stats_t short_frames;
	u64_stats_t own;
	u64_stats_t no_memory;
	u64_stats_t no_buffer;
	u64_stats_t post_failed;
	u64_stats_t waits;
	u64_stats_t blocks_kept;
	u64_stats_t blocks_reused;
	u64_stats_t blocks_freed;
};

/* Adds 1 to @field of a statistics struct whose only writer is the caller, BH off. */
#define ref_count(stats, field) do {			\
	typeof(stats) _stats = (stats);			\
							\
	u64_stats_update_begin(&_stats->syncp);		\
	u64_stats_inc(&_stats->field);			\
	u64_stats_update_end(&_stats->syncp);		\
} while (0)

/**
 * struct ref_tx_slot - a send that the HCA holds
 * @skb: the packet, NULL when it was copied; of one that was cut the last segment has it
 * @copy: REF_TX_COPY bytes for a packet that is copied, or the headers of one that is cut, mapped
 *	as long as the queue lives
 * @copy_dma: of @copy
 * @len: bytes as BQL counts them, 0 when it was copied
 * @bytes: bytes on the wire, with the headers of every segment
 * @segs: packets on the wire
 * @hdr_len: bytes at the start of the linear part that are not mapped: headers of a large packet
 * @dead: the HCA refused it: no completion will come
 * @dma: the linear part after @hdr_len when there is any, then the fragments
 */
struct ref_tx_slot {
	struct sk_buff *skb;
	void *copy;
	u64 copy_dma;
	u32 len;
	u32 bytes;
	u16 segs;
	u16 hdr_len;
	bool dead;
	u64 dma[REF_MAX_SGE];
};

/**
 * struct ref_txq - a TX queue
 * @priv: the interface
 * @qp: sends
 * @cq: send completions
 * @slots: the ring; slot n is at n & @mask
 * @size: sends it holds, power of two
 * @mask: @size - 1
 * @index: of the stack's queue
 * @lazy_work: runs NAPI for sends that asked for no interrupt
 * @head: sends posted since init; wraps around
 * @urgent: @head right after the last send whose completion is wanted soon
 * @chained: sends in @wr that were counted in @head and not yet posted; the TX lock's
 * @chain_urgent: there is one among them whose completion is wanted soon
 * @untold: sends were taken that nothing tells of but a stop; the TX lock's, and the stop's
 * @held: @wr has one that the HCA has no room for and that is to tell of them; the TX lock's, read
 *	anywhere
 * @mute: the HCA has told of an error of @cq: nothing is sent by this queue that may leave by
 *	another one; never undone
 * @wr: work requests, chained
 * @sge: of each of @wr
 * @drops: counters of send()
 * @watch_tail: @tail when the watch last looked; the watch's
 * @watch_same: how often in a row it saw sends outstanding and none completed
 * @tail: sends whose skb and address handle are free again; wraps around
 * @armed: an interrupt was asked for and has not come yet; see tx.c
 * @napi: runs ref_tx_poll()
 * @wc: completions just polled
 * @done: counters of completions
 */
struct ref_txq {
	struct ref_priv *priv;
	struct ref_qp *qp;
	struct ib_cq *cq;
	struct ref_tx_slot *slots;
	unsigned int size;
	unsigned int mask;
	unsigned int index;
	struct delayed_work lazy_work;

	u32 head ____cacheline_aligned_in_smp;
	u32 urgent;
	unsigned int chained;
	bool chain_urgent;
	bool untold;
	bool held;
	bool mute;
	struct ib_ud_wr wr[REF_TX_CHAIN];
	struct ib_sge sge[REF_TX_CHAIN][REF_MAX_SGE];
	struct ref_tx_drops drops;
	u32 watch_tail;
	unsigned int watch_same;

	u32 tail ____cacheline_aligned_in_smp;
	bool armed;
	struct napi_struct napi;
	struct ib_wc wc[REF_WC_BATCH];
	struct ref_tx_done done;
};

/**
 * struct ref_rx_slot - a receive buffer
 * @buf: start of the fragment (headroom first), NULL when the slot has none
 * @dma: of the place where the GRH begins
 * @len: bytes that the HCA may write there
 * @posted: the HCA holds it
 */
struct ref_rx_slot {
	void *buf;
	u64 dma;
	u32 len;
	bool posted;
};

/**
 * struct ref_frag_pool - blocks of pages from which buffers are cut
 * @page: the block at hand, NULL when there is none; each buffer, cut or not yet, owns one
 *	reference to its block, and the pool one more
 * @size: bytes of its buffers, with headroom and shared info
 * @next: offset of the next buffer
 * @left: buffers not cut yet
 * @kept: blocks that were used up, to be used again when their buffers have come back
 * @first: the one of @kept that is looked at next, mostly the oldest
 * @nr_kept: their number
 */
struct ref_frag_pool {
	struct page *page;
	unsigned int size;
	unsigned int next;
	unsigned int left;
	struct page *kept[REF_POOL_KEEP];
	unsigned int first;
	unsigned int nr_kept;
};

/**
 * struct ref_rxq - an RX queue
 * @priv: the interface
 * @qp: receives
 * @cq: receive completions
 * @slots: buffers, the work request's wr_id is the index
 * @free: stack of the slots that the HCA does not hold
 * @nr_free: its height; @size - @nr_free receives are posted
 * @size: receives the QP holds
 * @limit: receives that are posted at most, 1..@size: what the user set; RTNL, read anywhere
 * @len: bytes that the HCA may write to a buffer that is made now; RTNL, read anywhere
 * @least: the same of the smallest one that it may hold; RTNL
 * @index: of the stack's queue
 * @pool: where buffers come from
 * @flows: TCP connections whose segments are gathered; empty between runs of NAPI
 * @looked: jiffies when the core was last shown whose packets come by it
 * @deaf: the HCA has told of an error of @cq: no receive is posted, and no peer is told of this
 *	queue; never undone
 * @trim: the watch asks to give back what @pool keeps for nothing
 * @napi: runs ref_rx_poll()
 * @refill_work: runs NAPI again some time after the ring could not be filled
 * @waits: adaptive moderation
 * @wait_timer: runs NAPI after a wait
 * @wc: completions just polled
 * @wr: work requests under construction
 * @sge: of @wr
 * @stats: counters
 */
struct ref_rxq {
	struct ref_priv *priv;
	struct ref_qp *qp;
	struct ib_cq *cq;
	struct ref_rx_slot *slots;
	u16 *free;
	unsigned int nr_free;
	unsigned int size;
	unsigned int limit;
	unsigned int len;
	unsigned int least;
	unsigned int index;
	struct ref_frag_pool pool;
	struct ref_flows *flows;
	unsigned long looked;
	bool deaf;
	bool trim;
	struct napi_struct napi;
	struct delayed_work refill_work;
	struct ref_waits waits;
	struct hrtimer wait_timer;
	struct ib_wc wc[REF_WC_BATCH];
	struct ib_recv_wr wr[REF_POST_BATCH];
	struct ib_sge sge[REF_POST_BATCH];
	struct ref_rx_stats stats;
};

/* Bits of ref_qp.flags. */
enum {
	REF_QP_BROKEN,		/* an error was seen, repair is on its way */
	REF_QP_FLUSHES,		/* so was one of a receive: it takes no more of them */
	REF_QP_DOUBT,		/* it refused something: repair looks whether it is in error */
};

/**
 * struct ref_qp - a QP and its queues
 * @priv: the interface
 * @qp: the verbs object
 * @txq: its TX queue, NULL when it only receives
 * @rxq: its RX queue, NULL when it only sends
 * @flags: REF_QP_*, atomic
 * @waits: how often repair waited for the sends of a QP in SQE
 * @idle: in INIT and nothing was posted since; under qp_mutex
 * @held: it may have been given sends or receives since its last reset; under qp_mutex
 * @lost: the HCA did not reset it: what it held then is left alone until it does; under qp_mutex
 */
struct ref_qp {
	struct ref_priv *priv;
	struct ib_qp *qp;
	struct ref_txq *txq;
	struct ref_rxq *rxq;
	unsigned long flags;
	unsigned int waits;
	bool idle;
	bool held;
	bool lost;
};

/* Bits of ref_priv.state. */
enum {
	REF_UP,			/* between open and stop, see above */
};

/**
 * struct ref_events - rare events
 * @sqe_repairs: QPs brought from SQE back to RTS
 * @restarts: how often the core was asked for one; it may have been at one already
 * @tx_timeouts: a queue was stopped, or its sends were outstanding, for too long
 * @async_errors: errors of a QP or a CQ that the HCA reported by an event
 * @abandoned: sends and receives that the HCA had not given back when a stop lost patience
 */
struct ref_events {
	atomic_long_t sqe_repairs;
	atomic_long_t restarts;
	atomic_long_t tx_timeouts;
	atomic_long_t async_errors;
	atomic_long_t abandoned;
};

/**
 * struct ref_priv - an interface; netdev_priv() of it
 * @rn: must be first, its clnt_priv is the core's
 * @dev: the interface
 * @hca: the device
 * @port: port number, from 1
 * @pd: the core's protection domain
 * @qps: @num_qps
 * @txqs: @num_txqs
 * @rxqs: @num_rxqs
 * @num_qps: QPs: the larger one of the next two
 * @num_txqs: TX queues, of the first QPs
 * @num_rxqs: RX queues, of the first QPs
 * @told_rxqs: those of them that peers are told of from now on, the first ones; RTNL, read anywhere
 * @tx_size: sends that a TX queue holds, power of two
 * @tx_limit: sends it may hold, 1..@tx_size: what the user set; RTNL, read anywhere
 * @rx_size: receives that an RX queue holds
 * @max_sge: SGEs that a send may have
 * @max_ib_mtu: largest packet of the port, bytes with the encapsulation header
 * @overlong: one that is longer than the link's was an error of a receive: buffers fit such ones
 *	since; NAPI's, read anywhere
 * @vector: its first completion vector
 * @csum: the HCA makes and checks checksums
 * @tso: the HCA cuts large packets of TCP over IPv4
 * @cut: others, or all, are cut by cut.c
 * @tell_all: the HCA has refused a send for good: each asks for its completion since; any TX
 *	lock's, read anywhere
 * @spread: CPUs were given their TX queues, or the user's were kept; RTNL
 * @state: REF_UP, atomic
 * @qp_mutex: see the top of this file
 * @asking: jiffies at the command that it is to answer; 0: none; @qp_mutex, read anywhere
 * @silence: whether the HCA answers
 * @qkey: Q_Key of the link; written under @qp_mutex, read anywhere
 * @groups: struct ref_group: what the primary is attached to; the core calls one at a time
 * @leave_next: jiffies from which on what is left over of them is tried again; likewise
 * @repair: brings broken QPs back
 * @watch: looks whether sends complete
 * @last_repair: jiffies of its last run
 * @adaptive_rx: moderation of receive queues is adaptive; RTNL, read anywhere
 * @coal: CQ moderation as the user set it, of all queues, microseconds and completions; RTNL
 * @restart: asks for a restart when it may be
 * @restart_next: jiffies from which on there may be one, see ref_restart()
 * @events: rare events
 */
struct ref_priv {
	struct rdma_netdev rn;
	struct net_device *dev;
	struct ib_device *hca;
	u32 port;
	struct ib_pd *pd;
	struct ref_qp *qps;
	struct ref_txq *txqs;
	struct ref_rxq *rxqs;
	unsigned int num_qps;
	unsigned int num_txqs;
	unsigned int num_rxqs;
	unsigned int told_rxqs;
	unsigned int tx_size;
	unsigned int tx_limit;
	unsigned int rx_size;
	unsigned int max_sge;
	unsigned int max_ib_mtu;
	bool overlong;
	unsigned int vector;
	bool csum;
	bool tso;
	bool cut;
	bool tell_all;
	bool spread;
	unsigned long state;
	struct mutex qp_mutex;	/* changes of QP states */
	unsigned long asking;
	struct ref_silence *silence;
	u32 qkey;
	struct list_head groups;
	unsigned long leave_next;
	struct delayed_work repair;
	struct delayed_work watch;
	unsigned long last_repair;
	bool adaptive_rx;
	struct {
		u16 rx_usecs, rx_frames, tx_usecs, tx_frames;
	} coal;
	struct delayed_work restart;
	unsigned long restart_next;
	struct ref_events events;
};

static_assert(offsetof(struct ref_priv, rn) == 0);

static inline struct ref_priv *ref_priv(const struct net_device *dev)
{
	return netdev_priv(dev);
}

static inline bool ref_is_up(const struct ref_priv *priv)
{
	return test_bit(REF_UP, &priv->state);
}

static inline bool ref_qp_is_broken(const struct ref_qp *qp)
{
	return test_bit(REF_QP_BROKEN, &qp->flags);
}

/* main.c: for work that must make progress when memory is short. */
extern struct workqueue_struct *ref_wq;
unsigned int ref_tx_queues(void);
unsigned int ref_rx_queues(const struct ib_device *hca);

/* netdev.c */
int ref_ib_dev_init(struct net_device *dev, struct ib_device *hca, u32 port, u16 pkey,
		    u32 *qp_num);
void ref_ib_dev_cleanup(struct net_device *dev);
int ref_update_netdev_settings(struct net_device *dev);
int ref_set_qkey(struct net_device *dev, u32 qkey);
int ref_change_mtu(struct net_device *dev, int new_mtu);
u32 ref_rx_qpn(struct net_device *dev, unsigned int nth);
int ref_set_tx_queues(struct net_device *dev, unsigned int queues);

/* open.c */
int ref_ib_dev_open(struct net_device *dev);
void ref_ib_dev_stop(struct net_device *dev);
void ref_napi_kick(struct ref_priv *priv);
void ref_take_back(struct ref_priv *priv);

/* groups.c */
int ref_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid);
int ref_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid);
void ref_groups_leave(struct ref_priv *priv);

/* qp.c */
int ref_qps_create(struct ref_priv *priv);
void ref_qps_destroy(struct ref_priv *priv);
int ref_qp_to_init(struct ref_qp *qp, u16 pkey_index);
int ref_qp_to_rts(struct ref_qp *qp);
int ref_qp_to_error(struct ref_qp *qp);
int ref_qp_leave_sqe(struct ref_qp *qp);
int ref_qp_set_qkey(struct ref_qp *qp);
int ref_qp_state(struct ref_qp *qp);
bool ref_qp_is_own(const struct ref_priv *priv, u32 qp_num);
struct ib_cq *ref_cq_create(struct ref_priv *priv, unsigned int entries, unsigned int vector,
			    ib_comp_handler handler, struct napi_struct *napi);
bool ref_cq_arm(struct ib_cq *cq);

/* moderate.c */
u32 ref_wait(struct ref_rxq *rxq, unsigned int packets);
void ref_wait_init(struct ref_rxq *rxq);
int ref_moderate(struct ref_priv *priv);

/* repair.c */
void ref_repair_work(struct work_struct *work);
void ref_watch_work(struct work_struct *work);
void ref_watch_start(struct ref_priv *priv);
void ref_repair_ask(struct ref_qp *qp, bool receives);
void ref_repair_look(struct ref_qp *qp);
void ref_restart(struct ref_priv *priv);
void ref_restart_work(struct work_struct *work);
void ref_restart_after(struct ref_priv *priv, unsigned long took);

/* stats.c */
void ref_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);
int ref_stats_count(const struct ref_priv *priv);
void ref_stats_names(const struct ref_priv *priv, u8 *names);
void ref_stats_values(const struct ref_priv *priv, u64 *values);

/* queues.c */
u16 ref_other_queue(const struct net_device *dev, u16 mute);
u16 ref_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev);
void ref_queues_init(struct net_device *dev);
void ref_queues_tell(struct ref_priv *priv, bool up);

/* ethtool.c */
extern const struct ethtool_ops ref_ethtool_ops;

#endif /* ACCEL_REF_H */
