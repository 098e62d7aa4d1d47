/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a kernel, and of ref.h, as accel_ref/gather.c asks for, in a program: skbs that have
 * no more than they need to be cut again, buffers as memory, checksums as RFC 1071 has them. It is
 * compiled unchanged, with this file in front of it (-DACCEL_REF_H -include kernel.h -I include).
 */
#ifndef GATHER_KERNEL_H
#define GATHER_KERNEL_H

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define netdev_features_t	u64
#define u64_stats_t		u64
#define __wsum			u32
#define gfp_t			unsigned int

#define likely(x)	(x)
#define unlikely(x)	(x)
#define READ_ONCE(x)	(x)
#define clamp(x, low, high)	((x) < (low) ? (low) : (x) > (high) ? (high) : (x))
#define cpu_to_be32(x)	((__be32)htonl(x))
#define SKB_DATA_ALIGN(x)	(((x) + 63) & ~63U)
#define NET_SKB_PAD	64
#define IP_DF		0x4000
#define IP_MF		0x2000
#define IPOIB_ENCAP_LEN	4
#define MAX_SKB_FRAGS	17
#define REF_GRH_LEN	40U
#define REF_POST_LEAST	16

#define NETIF_F_GRO	1
#define NETIF_F_GRO_HW	2
enum { SKB_GSO_TCPV4 = 1, SKB_GSO_TCPV6 = 2, SKB_GSO_TCP_FIXEDID = 4 };
enum { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_PARTIAL };

struct ipoib_header {
	__be16 proto;
	__be16 reserved;
};

struct net_device {
	unsigned int gro_max_size;
};

struct skb_shared_info {
	unsigned int nr_frags;
	struct {
		const u8 *at;
		unsigned int len;
		u8 *buf;
	} frags[MAX_SKB_FRAGS];
	struct sk_buff *frag_list;
	unsigned int gso_type;
	unsigned int gso_size;
	unsigned int gso_segs;
};

struct sk_buff {
	struct sk_buff *next;
	struct net_device *dev;
	u8 *head;
	u8 *data;
	unsigned int len;
	unsigned int data_len;
	unsigned int truesize;
	unsigned int ip_summed;
	unsigned int csum_start;
	unsigned int csum_offset;
	int network;
	int transport;
	struct skb_shared_info info;
};

#define skb_shinfo(skb)	(&(skb)->info)

struct page;

/* A buffer is a page of its own. */
static inline struct page *virt_to_head_page(const void *buf)
{
	return (struct page *)buf;
}

static inline void *page_address(struct page *page)
{
	return page;
}

static inline bool page_is_pfmemalloc(struct page *page)
{
	(void)page;
	return false;
}

static inline bool skb_pfmemalloc(const struct sk_buff *skb)
{
	(void)skb;
	return false;
}

static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network = skb->data - skb->head;
}

static inline void skb_set_transport_header(struct sk_buff *skb, int offset)
{
	skb->transport = skb->data - skb->head + offset;
}

static inline u8 *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport;
}

static inline void skb_reserve(struct sk_buff *skb, unsigned int len)
{
	skb->data += len;
}

static inline void __skb_put(struct sk_buff *skb, unsigned int len)
{
	skb->len += len;
}

static inline void __skb_header_release(struct sk_buff *skb)
{
	(void)skb;
}

static inline void skb_add_rx_frag(struct sk_buff *skb, unsigned int i, struct page *page,
				   int offset, unsigned int len, unsigned int truesize)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	if (i != info->nr_frags || i >= MAX_SKB_FRAGS)
		abort();
	info->frags[i].at = (u8 *)page + offset;
	info->frags[i].len = len;
	info->frags[i].buf = (u8 *)page;
	info->nr_frags++;
	skb->len += len;
	skb->data_len += len;
	skb->truesize += truesize;
}

static inline struct sk_buff *accel_build_skb(void *buf, unsigned int size)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));

	if (!skb)
		abort();
	skb->head = buf;
	skb->data = buf;
	skb->truesize = size + 256;
	return skb;
}

static inline unsigned int accel_gro_max_size(const struct net_device *dev, bool v6)
{
	(void)v6;
	return dev->gro_max_size;
}

#include "csum.h"

static inline __sum16 csum_tcpudp_magic(__be32 from, __be32 to, u32 len, u8 proto, __wsum sum)
{
	__be32 words[] = { from, to, htonl(len), htonl(proto) };

	return csum_fold(csum_partial(words, sizeof(words), sum));
}

static inline __sum16 csum_ipv6_magic(const struct in6_addr *from, const struct in6_addr *to,
				      u32 len, u8 proto, __wsum sum)
{
	__be32 words[] = { htonl(len), htonl(proto) };

	sum = csum_partial(to, sizeof(*to), csum_partial(from, sizeof(*from), sum));
	return csum_fold(csum_partial(words, sizeof(words), sum));
}

static inline bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

#define IP6_OFFSET		0xfff8
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_AUTH		51
#define NEXTHDR_NONE		59
#define ipv6_optlen(opt)	(((opt)->hdrlen + 1) << 3)
#define ipv6_authlen(opt)	(((opt)->hdrlen + 2) << 2)

struct frag_hdr {
	u8 nexthdr;
	u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

static inline bool ipv6_ext_hdr(u8 next)
{
	return next == 0 || next == 43 || next == 44 || next == 51 || next == 59 || next == 60;
}

/* ---- accel_ref/ref.h */

struct ib_cq;
struct napi_struct;
struct ref_priv;
struct ref_rx_slot;
struct ref_flows;

struct ref_rx_stats {
	int syncp;
	u64_stats_t summed;
	u64_stats_t gathered;
	u64_stats_t gathers;
};

struct ref_rxq {
	unsigned int size;
	unsigned int nr_free;
	unsigned int limit;
	struct ref_flows *flows;
	struct ref_rx_stats stats;
};

#define ref_count(stats, field)		((stats)->field++)
#define u64_stats_update_begin(syncp)	((void)(syncp))
#define u64_stats_update_end(syncp)	((void)(syncp))
#define u64_stats_inc(to)		(++*(to))
#define u64_stats_add(to, what)		(*(to) += (what))

#endif /* GATHER_KERNEL_H */
