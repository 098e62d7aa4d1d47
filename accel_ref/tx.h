/* SPDX-License-Identifier: GPL-2.0 */
/* Sending: see struct ref_txq. */
#ifndef ACCEL_REF_TX_H
#define ACCEL_REF_TX_H

#include "ref.h"

/* Segments of a packet that is cut here: 64 KiB on a link of 1500 bytes are 45. */
#define REF_MOST_SEGS		64U
/* They are no larger a share of the ring; where that is fewer segments the stack does better. */
#define REF_MOST_SHARE		4
#define REF_MOST_LEAST		8U

/* How long sends that asked for no interrupt wait on an idle queue; a statistic is as old. */
#define REF_LAZY_DELAY		msecs_to_jiffies(10)

/* tx.c */
int ref_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn);
void ref_flush_sends(struct net_device *dev, unsigned int txqueue);
void ref_tx_post_rest(struct ref_txq *txq);
void ref_tx_post_held(struct ref_txq *txq);
void ref_tx_drop_rest(struct ref_txq *txq);
void ref_tx_wake(struct ref_txq *txq);
void ref_tx_stuck(struct ref_txq *txq);
void ref_tx_timeout(struct net_device *dev, unsigned int txqueue);
u32 ref_tx_posted(struct net_device *dev, unsigned int txqueue);
u32 ref_tx_completed(struct net_device *dev, unsigned int txqueue);
void ref_tx_request(struct ref_txq *txq, struct ib_ah *ah, u32 qpn, bool sum);
void ref_tx_post(struct ref_txq *txq);

/* cut.c */
netdev_features_t ref_cut_init(struct ref_priv *priv);
netdev_features_t ref_features_check(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features);
int ref_cut(struct ref_txq *txq, struct sk_buff *skb, struct ib_ah *ah, u32 qpn);

/* tx_done.c */
void ref_tx_arm(struct ref_txq *txq);
int ref_tx_poll(struct napi_struct *napi, int budget);
void ref_tx_kick(struct ref_txq *txq);
void ref_tx_interrupt(struct ib_cq *cq, void *context);
void ref_tx_lazy_work(struct work_struct *work);
void ref_tx_flush(struct ref_txq *txq);
void ref_tx_unpark(struct ref_txq *txq);

/* tx_ring.c */
int ref_txq_create(struct ref_priv *priv, unsigned int index);
void ref_txq_destroy(struct ref_txq *txq);
int ref_tx_map(struct ref_txq *txq, struct ref_tx_slot *slot, struct sk_buff *skb,
	       unsigned int hdr_len);
void ref_tx_unmap(struct ref_txq *txq, const struct ref_tx_slot *slot);
bool ref_tx_copy(struct ref_txq *txq, struct ref_tx_slot *slot, const struct sk_buff *skb);

/* Sends that the HCA holds; exact for the caller that owns head or tail. */
static inline u32 ref_tx_used(const struct ref_txq *txq)
{
	return READ_ONCE(txq->head) - READ_ONCE(txq->tail);
}

/* Sends that may still be posted; none while there are more than a limit that was just lowered. */
static inline u32 ref_tx_room(const struct ref_txq *txq, u32 limit)
{
	u32 used = ref_tx_used(txq);

	return used < limit ? limit - used : 0;
}

/* Sends that a packet may take, so that a queue runs only while it has room for them. */
static inline u32 ref_tx_most(const struct ref_priv *priv, u32 limit)
{
	u32 most = min(limit / REF_MOST_SHARE, REF_MOST_SEGS);

	return priv->cut && most >= REF_MOST_LEAST ? most : 1;
}

/* Room from which on a stopped queue is woken: more, or the stack would dequeue one by one. */
static inline u32 ref_tx_wake_room(const struct ref_priv *priv, u32 limit)
{
	return ref_tx_most(priv, limit) + limit / 4;
}

/* Does the HCA cut this large packet? If not, cut.c does, or the stack. */
static inline bool ref_tx_is_lso(const struct ref_priv *priv, const struct sk_buff *skb)
{
	return priv->tso && skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4;
}

static inline struct netdev_queue *ref_tx_stack_queue(const struct ref_txq *txq)
{
	return netdev_get_tx_queue(txq->priv->dev, txq->index);
}

#endif /* ACCEL_REF_TX_H */
