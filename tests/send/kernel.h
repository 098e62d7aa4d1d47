/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a kernel as the sending half of accel_ref asks for, in a program: tx.c, tx_done.c,
 * tx_ring.c, cut.c and repair.c are compiled unchanged, with this file in front of them (-include
 * kernel.h) and accel_ref's own ref.h. What is not inline here, packet.c and hca.c have.
 *
 * Memory is the sanitizers' matter: an skb's head ends where its bytes do. What an HCA sees of it
 * is what was there when it was mapped, or synchronised last, see hca.c.
 */
#ifndef SEND_KERNEL_H
#define SEND_KERNEL_H

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef struct { u64 v; } u64_stats_t;
struct counter { long v; };

#define netdev_features_t	u64
#define atomic_long_t		struct counter
#define gfp_t			unsigned int
#define __wsum			u32
#define __force
#define ____cacheline_aligned_in_smp
#define likely(x)		(x)
#define unlikely(x)		(x)
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#define smp_mb()		((void)0) /* nothing runs at the same time */
#define smp_mb__after_atomic()	((void)0)
#define smp_load_acquire(p)	(*(p)) /* likewise */
#define smp_store_release(p, v)	(*(p) = (v)) /* likewise */
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof(*(a)))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define IS_ENABLED(...)		0
#define container_of(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))
#define WARN_ON(x)		((x) ? fail("WARN_ON(" #x ")") : (void)0)
#define IS_ERR(p)		(!(p))
#define PTR_ERR(p)		((void)(p), -ENOMEM)
#define array_size(n, size)	((n) * (size))

#define PAGE_SHIFT		12
#define PAGE_SIZE		4096UL
#define get_order(size)		((void)(size), 0)
#define GFP_KERNEL		0
#define MAX_SKB_FRAGS		17
#define IPOIB_ENCAP_LEN		4
#define NSEC_PER_USEC		1000U
#define DMA_TO_DEVICE		1
#define COMPAT_DROP(...)	0U
#define CSUM_MANGLED_0		((__sum16)0xffff)

#define NETIF_F_IP_CSUM		1U
#define NETIF_F_IPV6_CSUM	2U
#define NETIF_F_TSO		4U
#define NETIF_F_TSO6		8U
#define NETIF_F_GSO_UDP_L4	16U
#define NETIF_F_GSO_MASK	28U
enum { SKB_GSO_TCPV4 = 1, SKB_GSO_TCPV6 = 2, SKB_GSO_UDP_L4 = 4 };
enum { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_PARTIAL };

/* This machine does not go down. */
enum { SYSTEM_RUNNING, SYSTEM_HALT };
#define system_state	SYSTEM_RUNNING

void fail(const char *what) __attribute__((noreturn));

/* ---- as much as ref.h needs of what it has and nobody uses here */

struct mutex {
	int held;
};

struct hrtimer {
	int on;
};

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
	bool pending;
};

struct workqueue_struct;
struct rdma_netdev {
	int unused;
};

struct rtnl_link_stats64;
struct u64_stats_sync {
	int unused;
};

#define msecs_to_jiffies(ms)		(ms)
#define to_delayed_work(w)		container_of(w, struct delayed_work, work)
#define delayed_work_pending(w)		((w)->pending)
#define INIT_DELAYED_WORK(w, f)		((void)(f), (w)->pending = false)
#define queue_delayed_work(wq, w, d)	((void)(wq), (void)(d), (w)->pending = true)
#define u64_stats_init(s)		((void)(s))
#define u64_stats_update_begin(s)	((void)(s))
#define u64_stats_update_end(s)		((void)(s))
#define u64_stats_inc(s)		((s)->v++)
#define u64_stats_add(s, n)		((s)->v += (n))
#define u64_stats_read(s)		((s)->v)
#define atomic_long_inc(a)		((a)->v++)
#define atomic_long_add(n, a)		((a)->v += (n))
#define local_bh_disable()		((void)0)
#define local_bh_enable()		((void)0)
#define irqs_disabled()			false
#define current				0
#define is_idle_task(task)		((void)(task), false)
#define test_bit(nr, p)			(*(p) >> (nr) & 1)
#define clear_bit(nr, p)		(*(p) &= ~(1UL << (nr)))
#define set_bit(nr, p)			(*(p) |= 1UL << (nr))
#define mutex_lock(m)			((m)->held++)
#define mutex_unlock(m)			((m)->held--)
#define HZ				1000
#define time_in_range(a, b, c)		((long)((a) - (b)) >= 0 && (long)((c) - (a)) >= 0)
#define round_jiffies_relative(j)	(j)
#define memalloc_noio_save()		0
#define memalloc_noio_restore(flags)	((void)(flags))

extern unsigned long jiffies;

static inline bool test_and_set_bit(int nr, unsigned long *p)
{
	bool was = test_bit(nr, p);

	*p |= 1UL << nr;
	return was;
}

static inline bool test_and_clear_bit(int nr, unsigned long *p)
{
	bool was = test_bit(nr, p);

	clear_bit(nr, p);
	return was;
}

/* ---- packets */

struct page;

struct skb_frag {
	struct page *page;
	unsigned int off;
	unsigned int size;
};

#define skb_frag_t	struct skb_frag

struct skb_shared_info {
	unsigned int nr_frags;
	unsigned int gso_type;
	unsigned int gso_size;
	bool shared;
	void *destructor_arg;
	skb_frag_t frags[MAX_SKB_FRAGS];
};

/* @network, @transport: from @head on. */
struct sk_buff {
	u8 *head;
	u8 *data;
	unsigned int len;
	unsigned int data_len;
	unsigned int ip_summed;
	int csum_start;
	unsigned int csum_offset;
	int network;
	int transport;
	__be16 protocol;
	bool frag_list;
	struct skb_shared_info info;
};

#define skb_shinfo(skb)			(&((struct sk_buff *)(skb))->info)
#define skb_headlen(skb)		((skb)->len - (skb)->data_len)
#define skb_is_gso(skb)			(skb_shinfo(skb)->gso_size != 0)
#define skb_has_frag_list(skb)		((skb)->frag_list)
#define skb_has_shared_frag(skb)	(skb_shinfo(skb)->shared)
#define skb_transport_header_was_set(skb) ((skb)->transport >= 0)
#define skb_frag_size(frag)		((frag)->size)
#define skb_frag_off(frag)		((frag)->off)
#define skb_frag_page(frag)		((frag)->page)
#define skb_frag_address(frag)		((u8 *)(frag)->page + (frag)->off)
#define PageHighMem(page)		((void)(page), false)
#define skb_get_queue_mapping(skb)	((void)(skb), 0)
#define skb_zcopy(skb)			(skb_has_shared_frag(skb))
#define skb_orphan(skb)			((void)(skb))
#define skb_scrub_packet(skb, xnet)	((void)(skb), (void)(xnet))

void skb_tx_timestamp(struct sk_buff *skb);

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return skb->network - (skb->data - skb->head);
}

static inline int skb_transport_offset(const struct sk_buff *skb)
{
	return skb->transport - (skb->data - skb->head);
}

static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
	return skb->csum_start - (skb->data - skb->head);
}

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)(skb->head + skb->network);
}

static inline struct tcphdr *tcp_hdr(const struct sk_buff *skb)
{
	return (struct tcphdr *)(skb->head + skb->transport);
}

static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)(skb->head + skb->transport);
}

static inline unsigned int tcp_hdrlen(const struct sk_buff *skb)
{
	return tcp_hdr(skb)->doff * 4;
}

void free_skb(struct sk_buff *skb);
int skb_checksum_help(struct sk_buff *skb);
int skb_linearize(struct sk_buff *skb);
int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len);
#define napi_consume_skb(skb, budget)		((void)(budget), free_skb(skb))
#define compat_kfree_skb(skb, reason)		((void)(reason), free_skb(skb))

/* ---- checksums as RFC 1071 has them */

static inline __wsum csum_add(__wsum a, __wsum b)
{
	u64 sum = (u64)a + b;

	return (u32)sum + (u32)(sum >> 32);
}

static inline __wsum csum_sub(__wsum a, __wsum b)
{
	return csum_add(a, ~b);
}

static inline __wsum csum_block_add(__wsum a, __wsum b, int offset)
{
	return csum_add(a, offset & 1 ? b >> 8 | b << 24 : b);
}

static inline __wsum csum_unfold(__sum16 sum)
{
	return sum;
}

#include "../gather/csum.h"

/* ---- queues of the stack, NAPI */

struct napi_struct;

struct netdev_queue {
	bool driver_off;
	bool stack_off;
	unsigned int inflight;
	unsigned int inflight_packets;
	unsigned int limit;
	unsigned long trans_start;
};

struct net_device {
	void *priv;
	const char *name;
	struct netdev_queue queue;
	unsigned int max_segs;
	bool absent;
	int more;
};

struct napi_struct {
	struct net_device *dev;
	unsigned long state;
	int (*poll)(struct napi_struct *napi, int budget);
};

enum { NAPI_STATE_SCHED };

struct ipoib_pseudo_header {
	u8 hwaddr[20];
};

extern struct net_device dev0;

#define netdev_priv(dev)		((dev)->priv)
#define netdev_get_tx_queue(dev, n)	((void)(n), &(dev)->queue)
#define netif_tx_stop_queue(q)		((q)->driver_off = true)
#define netif_tx_start_queue(q)		((q)->driver_off = false)
#define netif_tx_wake_queue(q)		((q)->driver_off = false)
#define netif_tx_queue_stopped(q)	((q)->driver_off)
#define netif_xmit_stopped(q)		((q)->driver_off || (q)->stack_off)
#define netif_carrier_ok(dev)		((void)(dev), true)
#define netif_device_present(dev)	(!(dev)->absent)
#define netdev_xmit_more()		(dev0.more)
#define __netif_tx_lock_bh(q)		((void)(q))
#define __netif_tx_unlock_bh(q)		((void)(q))
#define netdev_pick_tx(dev, skb, sb)	((void)(dev), (void)(skb), (void)(sb), 0)
#define netdev_warn(...)		((void)0)
#define net_ratelimit()			true
#define ipoib_accel_may_log(dev)	((void)(dev), true)
#define net_warn_ratelimited(...)	((void)0)
#define net_err_ratelimited(...)	fail("net_err_ratelimited")
#define accel_set_tso_max_segs(dev, n)	((dev)->max_segs = (n))

static inline void netdev_tx_sent_queue(struct netdev_queue *queue, unsigned int bytes)
{
	queue->inflight += bytes;
	queue->inflight_packets++;
	queue->stack_off = queue->inflight >= queue->limit;
}

static inline void netdev_tx_completed_queue(struct netdev_queue *queue, unsigned int packets,
					     unsigned int bytes)
{
	if (queue->inflight < bytes || queue->inflight_packets < packets)
		fail("BQL: more completed than sent");
	queue->inflight -= bytes;
	queue->inflight_packets -= packets;
	queue->stack_off = queue->inflight >= queue->limit;
}

static inline void netdev_tx_reset_queue(struct netdev_queue *queue)
{
	queue->inflight = 0;
	queue->inflight_packets = 0;
	queue->stack_off = false;
}

static inline void napi_schedule(struct napi_struct *napi)
{
	napi->state |= 1 << NAPI_STATE_SCHED;
}

static inline bool napi_complete_done(struct napi_struct *napi, int done)
{
	(void)done;
	napi->state &= ~(1UL << NAPI_STATE_SCHED);
	return true;
}

static inline void accel_napi_add_tx(struct net_device *dev, struct napi_struct *napi,
				     int (*poll)(struct napi_struct *, int))
{
	*napi = (struct napi_struct) { .dev = dev, .poll = poll };
}

#define netif_napi_del(napi)		((void)(napi))

/* ---- memory */

#define kvzalloc_node(size, gfp, node)	((void)(gfp), (void)(node), calloc(1, size))
#define kvfree(p)			free((void *)(p))
#define alloc_pages_node(node, gfp, order) \
	((void)(node), (void)(gfp), (struct page *)aligned_alloc(PAGE_SIZE, PAGE_SIZE << (order)))
#define __free_page(page)		free(page)
#define free_page(address)		free((void *)(address))
#define page_address(page)		((void *)(page))

/* ---- verbs */

enum ib_wc_status { IB_WC_SUCCESS, IB_WC_WR_FLUSH_ERR, IB_WC_GENERAL_ERR };
enum { IB_WR_SEND, IB_WR_LSO };
enum ib_qp_state { IB_QPS_RTS, IB_QPS_SQE, IB_QPS_ERR };
enum { IB_SEND_SIGNALED = 1, IB_SEND_IP_CSUM = 2 };

struct ib_device {
	int unused;
};

struct ib_pd {
	u32 local_dma_lkey;
};

struct ib_ah {
	int unused;
};

struct ib_cq {
	int unused;
};

struct ib_qp {
	u32 qp_num;
	int usecnt;
};

struct ib_recv_wr {
	int unused;
};

union ib_gid {
	u8 raw[16];
};

struct ib_grh {
	u8 bytes[40];
};

struct ib_sge {
	u64 addr;
	u32 length;
	u32 lkey;
};

struct ib_send_wr {
	struct ib_send_wr *next;
	u64 wr_id;
	struct ib_sge *sg_list;
	int num_sge;
	int opcode;
	int send_flags;
};

struct ib_ud_wr {
	struct ib_send_wr wr;
	struct ib_ah *ah;
	void *header;
	int hlen;
	int mss;
	u32 remote_qpn;
	u32 remote_qkey;
};

struct ib_wc {
	u64 wr_id;
	enum ib_wc_status status;
	u32 vendor_err;
};

typedef void (*ib_comp_handler)(struct ib_cq *cq, void *context);

void ipoib_accel_restart(struct net_device *dev);
int ib_post_send(struct ib_qp *qp, const struct ib_send_wr *wr, const struct ib_send_wr **bad);
int ib_poll_cq(struct ib_cq *cq, int num, struct ib_wc *wc);
u64 ib_dma_map_single(struct ib_device *hca, const void *at, size_t len, int direction);
void ib_dma_unmap_single(struct ib_device *hca, u64 dma, size_t len, int direction);
void ib_dma_sync_single_for_device(struct ib_device *hca, u64 dma, size_t len, int direction);
#define ib_dma_map_page(hca, page, off, len, direction) \
	ib_dma_map_single(hca, (u8 *)(page) + (off), len, direction)
#define ib_dma_unmap_page	ib_dma_unmap_single
#define ib_dma_mapping_error(hca, dma)	((void)(hca), !(dma))
#define ib_destroy_cq(cq)		((void)(cq))
#define ib_wc_status_msg(status)	((void)(status), "")
#define ibdev_to_node(hca)		((void)(hca), 0)

#endif /* SEND_KERNEL_H */
