/* SPDX-License-Identifier: GPL-2.0 */
/* Receiving: see struct ref_rxq. */
#ifndef ACCEL_REF_RX_H
#define ACCEL_REF_RX_H

#include "ref.h"

/* TCP connections whose segments are gathered at once. */
#define REF_FLOWS		8

/**
 * struct ref_segment - headers of a received packet that is TCP, or may be
 * @ip: struct iphdr or ipv6hdr
 * @tcp: NULL when it is not known where it is, or whether it is there at all
 * @hdr_len: bytes of both headers
 * @len: of payload
 * @v6: IPv6
 * @fits: nothing in the headers keeps it from being gathered
 * @summed: its checksum was looked at, by the HCA or here
 * @good: and was right
 */
struct ref_segment {
	void *ip;
	struct tcphdr *tcp;
	u16 hdr_len;
	u16 len;
	bool v6;
	bool fits;
	bool summed;
	bool good;
};

/**
 * struct ref_flow - segments of a TCP connection that have come one after another
 * @skb: the first one, prepared for the stack, with all others
 * @last: @skb, or the last one in its list: has the last segment
 * @first: its headers, which are in @skb
 * @next_seq: sequence number of the segment that may follow
 * @most: bytes that all may have as one IP packet
 * @segs: their number
 * @fixed_id: all have the same IPv4 id, which else counts up
 */
struct ref_flow {
	struct sk_buff *skb;
	struct sk_buff *last;
	struct ref_segment first;
	u32 next_seq;
	unsigned int most;
	u16 segs;
	bool fixed_id;
};

/**
 * struct ref_flows - what is gathered by an RX queue; NAPI's
 * @num: of connections
 * @flow: the first @num are in use
 */
struct ref_flows {
	unsigned int num;
	struct ref_flow flow[REF_FLOWS];
};

/* gather.c */
bool ref_gather_look(void *data, unsigned int len, struct ref_segment *seg);
bool ref_gather_add(struct ref_rxq *rxq, struct ref_segment *seg, void *buf,
		    unsigned int truesize);
bool ref_gather_begin(struct ref_rxq *rxq, struct ref_segment *seg, struct sk_buff *skb);
void ref_gather_end(struct ref_rxq *rxq);
netdev_features_t ref_fix_features(struct net_device *dev, netdev_features_t features);

/* rx.c */
void ref_rx_hand_on(struct ref_rxq *rxq, struct sk_buff *skb);
void ref_rx_interrupt(struct ib_cq *cq, void *context);
int ref_rx_poll(struct napi_struct *napi, int budget);

/* rx_ring.c */
int ref_rxq_create(struct ref_priv *priv, unsigned int index);
void ref_rxq_destroy(struct ref_rxq *rxq);
int ref_rx_fill(struct ref_rxq *rxq, gfp_t gfp);
void ref_rx_refill(struct ref_rxq *rxq);
struct ref_rx_slot *ref_rx_take(struct ref_rxq *rxq, u64 wr_id);
void *ref_rx_unmap(struct ref_rxq *rxq, struct ref_rx_slot *slot);
int ref_rx_map(struct ref_rxq *rxq, struct ref_rx_slot *slot, void *buf, unsigned int len);
void ref_rx_abandon(struct ref_rxq *rxq);
void ref_rx_trim(struct ref_rxq *rxq);
bool ref_rx_follow_mtu(struct ref_rxq *rxq);

/* Receives to be posted; none while there are more than a limit that was just lowered. */
static inline unsigned int ref_rx_room(const struct ref_rxq *rxq)
{
	unsigned int posted = rxq->size - rxq->nr_free;
	unsigned int limit = READ_ONCE(rxq->limit);

	return posted < limit ? limit - posted : 0;
}

/*
 * Are enough receives missing to post some? A post costs about as much for one as for several, and
 * an eighth of the ring, or less, takes nothing from what a burst finds. The rest of the ring stays
 * posted, so receives go on to complete and NAPI comes back.
 */
static inline bool ref_rx_due(const struct ref_rxq *rxq)
{
	unsigned int least = clamp(READ_ONCE(rxq->limit) / 8, 1U, (unsigned int)REF_POST_LEAST);

	return ref_rx_room(rxq) >= least;
}

/* Bytes before the GRH in a buffer: what an skb's headroom should be. */
#define REF_RX_HEADROOM		NET_SKB_PAD

/* Bytes of a buffer, with headroom and shared info, to @len of which the HCA may write. */
static inline unsigned int ref_frag_size(unsigned int len)
{
	return SKB_DATA_ALIGN(REF_RX_HEADROOM + len) +
	       SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
}

#endif /* ACCEL_REF_RX_H */
