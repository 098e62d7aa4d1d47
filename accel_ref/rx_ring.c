// SPDX-License-Identifier: GPL-2.0
/*
 * The receive buffers that the HCA holds, and what keeps their number up.
 *
 * A buffer is cut from a block of pages: headroom, GRH and packet, then the place for an skb's
 * shared info, so that a packet becomes an skb without being copied and is charged for what it
 * occupies: at an MTU of 4096 that is 4.8 KiB, where the next kmalloc size would be 8 KiB.
 */
#include "rx.h"

#include <linux/mm.h>
#include <net/sock.h>

/* 32 KiB with pages of 4 KiB, as large as the stack's own are */
#define REF_POOL_SIZE		(PAGE_SIZE << REF_POOL_ORDER)
/* Blocks that were used up and are looked at, in search of one that may be used again. */
#define REF_POOL_LOOK		8
/* How long after a failure to fill the ring is tried again. */
#define REF_REFILL_DELAY	msecs_to_jiffies(20)

/*
 * Adds 1 to @field of the counters: in NAPI, or in its place in an open, where a softirq that reads
 * them may come between.
 */
#define ref_rx_count(rxq, field) do {			\
	local_bh_disable();				\
	ref_count(&(rxq)->stats, field);		\
	local_bh_enable();				\
} while (0)

/* The block that is looked at next is not the pool's any more. */
static void ref_block_forget(struct ref_frag_pool *pool)
{
	pool->first = (pool->first + 1) % REF_POOL_KEEP;
	/* The watch looks at it. */
	WRITE_ONCE(pool->nr_kept, pool->nr_kept - 1);
}

/* There is room for one more. */
static void ref_block_keep(struct ref_frag_pool *pool, struct page *page)
{
	pool->kept[(pool->first + pool->nr_kept) % REF_POOL_KEEP] = page;
	WRITE_ONCE(pool->nr_kept, pool->nr_kept + 1);
}

/*
 * Takes out a block that was used up and all of whose buffers have come back. The oldest mostly has
 * them; one that a socket nobody reads from keeps goes behind the others.
 */
static struct page *ref_block_again(struct ref_frag_pool *pool)
{
	unsigned int look = min_t(unsigned int, pool->nr_kept, REF_POOL_LOOK);

	while (look--) {
		struct page *page = pool->kept[pool->first];

		ref_block_forget(pool);
		/* Nobody but the pool has a reference, so nobody can take another one. */
		if (page_ref_count(page) == 1)
			return page;
		ref_block_keep(pool, page);
	}
	return NULL;
}

/*
 * The block at hand is used up. One whose buffers do not come back leaves in its turn. Memory that
 * was lent for an emergency is none to keep.
 */
static void ref_block_used(struct ref_rxq *rxq)
{
	struct ref_frag_pool *pool = &rxq->pool;
	struct page *page = pool->page;

	pool->page = NULL;
	if (unlikely(page_size(page) != REF_POOL_SIZE || page_is_pfmemalloc(page))) {
		put_page(page);
		return;
	}
	if (pool->nr_kept == REF_POOL_KEEP) {
		put_page(pool->kept[pool->first]);
		ref_block_forget(pool);
		ref_rx_count(rxq, blocks_freed);
	}
	ref_rx_count(rxq, blocks_kept);
	ref_block_keep(pool, page);
}

static struct page *ref_block_alloc(struct ref_rxq *rxq, unsigned int size, gfp_t gfp)
{
	int node = ibdev_to_node(rxq->priv->hca);
	struct page *page = ref_block_again(&rxq->pool);

	if (page) {
		ref_rx_count(rxq, blocks_reused);
		return page;
	}
	/*
	 * A large block is a convenience, the smallest that holds a buffer a necessity: where there
	 * are sockets by which memory is swapped out, what comes in may be what it is waited for.
	 * The stack drops the rest. Who may wait for memory, to open, takes none of that.
	 */
	if (sk_memalloc_socks() && !gfpflags_allow_blocking(gfp))
		gfp |= __GFP_MEMALLOC;
	page = alloc_pages_node(node, GFP_NOWAIT | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY |
				__GFP_NOMEMALLOC, REF_POOL_ORDER);
	if (!page)
		page = alloc_pages_node(node, gfp | __GFP_COMP | __GFP_NOWARN,
					get_order(size));
	return page;
}

static void *ref_frag_alloc(struct ref_rxq *rxq, unsigned int size, gfp_t gfp)
{
	struct ref_frag_pool *pool = &rxq->pool;
	void *buf;

	if (unlikely(pool->page && pool->size != size)) {
		page_ref_sub(pool->page, pool->left);
		ref_block_used(rxq);
	}
	if (!pool->page) {
		pool->page = ref_block_alloc(rxq, size, gfp);
		if (unlikely(!pool->page))
			return NULL;
		pool->size = size;
		pool->next = 0;
		pool->left = page_size(pool->page) / size;
		page_ref_add(pool->page, pool->left);
	}

	buf = page_address(pool->page) + pool->next;
	pool->next += size;
	if (!--pool->left)
		ref_block_used(rxq);
	return buf;
}

/**
 * ref_rx_trim() - nothing comes in at the moment: give back blocks that wait to be used again
 * @rxq: the queue
 *
 * Those that are still in use stay, in their order, wherever they are.
 *
 * Context: NAPI of the queue.
 */
void ref_rx_trim(struct ref_rxq *rxq)
{
	struct ref_frag_pool *pool = &rxq->pool;
	unsigned int n;

	WRITE_ONCE(rxq->trim, false);
	for (n = pool->nr_kept; n; n--) {
		struct page *page = pool->kept[pool->first];

		ref_block_forget(pool);
		if (page_ref_count(page) != 1) {
			ref_block_keep(pool, page);
			continue;
		}
		put_page(page);
		ref_rx_count(rxq, blocks_freed);
	}
}

static void ref_frag_free(void *buf)
{
	put_page(virt_to_head_page(buf));
}

static void ref_frag_pool_drop(struct ref_frag_pool *pool)
{
	if (pool->page) {
		/* Those of the buffers that were not cut; the pool's is left. */
		page_ref_sub(pool->page, pool->left);
		put_page(pool->page);
		pool->page = NULL;
	}
	for (; pool->nr_kept; ref_block_forget(pool))
		put_page(pool->kept[pool->first]);
}

/**
 * ref_rx_unmap() - take a slot's buffer back from the HCA for good
 * @rxq: the queue
 * @slot: a slot that is not posted; has no buffer afterwards
 *
 * Context: NAPI of the queue.
 * Return: the buffer, the caller owns it.
 */
void *ref_rx_unmap(struct ref_rxq *rxq, struct ref_rx_slot *slot)
{
	void *buf = slot->buf;

	ib_dma_unmap_single(rxq->priv->hca, slot->dma, slot->len, DMA_FROM_DEVICE);
	slot->buf = NULL;
	return buf;
}

/**
 * ref_rx_map() - a slot gets a buffer
 * @rxq: the queue
 * @slot: a slot without one
 * @buf: the buffer, freed when that fails
 * @len: bytes that the HCA may write there
 *
 * Context: NAPI of the queue.
 * Return: 0 or -ENOMEM.
 */
int ref_rx_map(struct ref_rxq *rxq, struct ref_rx_slot *slot, void *buf, unsigned int len)
{
	struct ib_device *hca = rxq->priv->hca;
	u64 dma = ib_dma_map_single(hca, buf + REF_RX_HEADROOM, len, DMA_FROM_DEVICE);

	if (ib_dma_mapping_error(hca, dma)) {
		ref_frag_free(buf);
		return -ENOMEM;
	}
	slot->buf = buf;
	slot->dma = dma;
	slot->len = len;
	return 0;
}

static int ref_rx_give_buffer(struct ref_rxq *rxq, struct ref_rx_slot *slot, gfp_t gfp)
{
	unsigned int len = READ_ONCE(rxq->len);
	void *buf = ref_frag_alloc(rxq, ref_frag_size(len), gfp);

	return buf ? ref_rx_map(rxq, slot, buf, len) : -ENOMEM;
}

/* nr_free is NAPI's, and a stop that drains the queue looks at it. */
static void ref_rx_push(struct ref_rxq *rxq, u16 index)
{
	rxq->free[rxq->nr_free] = index;
	WRITE_ONCE(rxq->nr_free, rxq->nr_free + 1);
}

/* Fills in what does not change of the work requests that are posted at once. */
static void ref_rx_prepare_wrs(struct ref_rxq *rxq)
{
	unsigned int i;

	for (i = 0; i < REF_POST_BATCH; i++) {
		rxq->sge[i].lkey = rxq->priv->pd->local_dma_lkey;
		rxq->wr[i].sg_list = &rxq->sge[i];
		rxq->wr[i].num_sge = 1;
		rxq->wr[i].next = rxq->wr + i + 1;
	}
}

/* Posts the first @n work requests. Returns 0 when the HCA took them all. */
static int ref_rx_post(struct ref_rxq *rxq, unsigned int n)
{
	const struct ib_recv_wr *bad = NULL;
	unsigned int posted = n, i;
	int err;

	rxq->wr[n - 1].next = NULL;
	err = ib_post_recv(rxq->qp->qp, rxq->wr, &bad);
	rxq->wr[n - 1].next = rxq->wr + n;
	if (likely(!err))
		return 0;

	/* Those from the bad one on were not taken: back on the stack with their buffers. */
	if (bad >= rxq->wr && bad < rxq->wr + n)
		posted = bad - rxq->wr;
	else
		posted = 0;
	for (i = posted; i < n; i++) {
		rxq->slots[rxq->wr[i].wr_id].posted = false;
		ref_rx_push(rxq, rxq->wr[i].wr_id);
	}
	ref_rx_count(rxq, post_failed);
	net_warn_ratelimited("%s: RX queue %u: posting buffers failed: %d\n",
			     rxq->priv->dev->name, rxq->index, err);
	return err;
}

/**
 * ref_rx_fill() - post buffers until the HCA holds as many as it may
 * @rxq: the queue; a deaf one gets none
 * @gfp: how to allocate
 *
 * Context: NAPI of the queue, or process context before NAPI is enabled.
 * Return: 0; -ENOMEM or what the HCA said when the ring is not full.
 */
int ref_rx_fill(struct ref_rxq *rxq, gfp_t gfp)
{
	unsigned int room;
	int err = 0;

	if (unlikely(READ_ONCE(rxq->deaf)))
		return 0;
	while (!err && (room = ref_rx_room(rxq))) {
		unsigned int most = min_t(unsigned int, room, REF_POST_BATCH), n;

		for (n = 0; n < most; n++) {
			unsigned int index = rxq->free[rxq->nr_free - 1 - n];
			struct ref_rx_slot *slot = &rxq->slots[index];

			if (!slot->buf) {
				err = ref_rx_give_buffer(rxq, slot, gfp);
				if (unlikely(err))
					break;
			}
			/* Before the post: it may complete before that returns. */
			slot->posted = true;
			rxq->sge[n].addr = slot->dma;
			rxq->sge[n].length = slot->len;
			rxq->wr[n].wr_id = index;
		}
		WRITE_ONCE(rxq->nr_free, rxq->nr_free - n);
		if (err)
			ref_rx_count(rxq, no_buffer);
		if (n)
			err = ref_rx_post(rxq, n) ?: err;
	}
	return err;
}

/**
 * ref_rx_refill() - fill the ring, and try again later if that fails
 * @rxq: the queue
 *
 * Without a completion NAPI would not run again, so a ring that could not be filled now asks for a
 * run by time. A QP that does not receive any more is left alone: whatever is posted to it comes
 * straight back.
 *
 * Context: NAPI of the queue.
 */
void ref_rx_refill(struct ref_rxq *rxq)
{
	if (unlikely(!ref_is_up(rxq->priv) || test_bit(REF_QP_FLUSHES, &rxq->qp->flags)))
		return;
	if (unlikely(ref_rx_fill(rxq, GFP_ATOMIC)))
		queue_delayed_work(ref_wq, &rxq->refill_work, REF_REFILL_DELAY);
}

static void ref_refill_work(struct work_struct *work)
{
	struct ref_rxq *rxq = container_of(to_delayed_work(work), struct ref_rxq, refill_work);

	local_bh_disable();
	napi_schedule(&rxq->napi);
	local_bh_enable();
}

/**
 * ref_rx_take() - a receive has completed: its slot is no longer the HCA's
 * @rxq: the queue
 * @wr_id: of the completion
 *
 * The slot goes on the stack with its buffer; a caller that keeps the buffer unmaps it.
 *
 * Context: NAPI of the queue.
 * Return: the slot, NULL when the HCA did not hold it.
 */
struct ref_rx_slot *ref_rx_take(struct ref_rxq *rxq, u64 wr_id)
{
	struct ref_rx_slot *slot;

	if (unlikely(wr_id >= rxq->size || !rxq->slots[wr_id].posted)) {
		net_err_ratelimited("%s: RX queue %u: completion of receive %llu, not posted\n",
				    rxq->priv->dev->name, rxq->index, wr_id);
		return NULL;
	}
	slot = &rxq->slots[wr_id];
	slot->posted = false;
	ref_rx_push(rxq, wr_id);
	return slot;
}

/**
 * ref_rx_abandon() - free every buffer, when the HCA holds none any more
 * @rxq: the queue; its QP was reset
 *
 * Context: process, under RTNL; NAPI is disabled.
 */
void ref_rx_abandon(struct ref_rxq *rxq)
{
	unsigned int i;
	int n;

	/* Completions of receives before the reset; nothing else looks at this CQ now. */
	do {
		n = ib_poll_cq(rxq->cq, REF_WC_BATCH, rxq->wc);
		for (i = 0; n > 0 && i < n; i++)
			ref_rx_take(rxq, rxq->wc[i].wr_id);
	} while (n > 0);

	atomic_long_add(rxq->size - rxq->nr_free, &rxq->priv->events.abandoned);
	for (i = 0; i < rxq->size; i++) {
		struct ref_rx_slot *slot = &rxq->slots[i];
		void *buf = slot->buf;

		slot->posted = false;
		rxq->free[i] = i;
		if (!buf)
			continue;
		ref_rx_unmap(rxq, slot);
		ref_frag_free(buf);
	}
	WRITE_ONCE(rxq->nr_free, rxq->size);
	ref_frag_pool_drop(&rxq->pool);
}

/**
 * ref_rx_follow_mtu() - size buffers by the largest packet that a peer may send
 * @rxq: the queue
 *
 * That is the link's MTU, of the broadcast group, whatever the interface's is; the port's before
 * the group is known, and see ref_rx_overlong(). Buffers that are too large go as they are used;
 * too small ones must be taken back from the HCA.
 *
 * Context: process, under RTNL.
 * Return: true when the HCA may hold buffers that are too small now.
 */
bool ref_rx_follow_mtu(struct ref_rxq *rxq)
{
	const struct ref_priv *priv = rxq->priv;
	unsigned int mtu = READ_ONCE(ipoib_intf(priv->dev)->link_mtu);
	unsigned int len = priv->max_ib_mtu;

	if (mtu && !READ_ONCE(priv->overlong))
		len = min(len, mtu + IPOIB_ENCAP_LEN);
	len += REF_GRH_LEN;
	WRITE_ONCE(rxq->len, len);
	if (!ref_is_up(priv))
		rxq->least = len;
	if (len > rxq->least)
		return true;
	rxq->least = len;
	return false;
}

static void ref_rxq_free(struct ref_rxq *rxq)
{
	kvfree(rxq->flows);
	kvfree(rxq->free);
	kvfree(rxq->slots);
	rxq->flows = NULL;
	rxq->free = NULL;
	rxq->slots = NULL;
}

/**
 * ref_rxq_create() - make an RX queue: ring without buffers, CQ, NAPI
 * @priv: the interface
 * @index: of the queue
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then nothing is left.
 */
int ref_rxq_create(struct ref_priv *priv, unsigned int index)
{
	int node = ibdev_to_node(priv->hca);
	struct ref_rxq *rxq = &priv->rxqs[index];
	struct ib_cq *cq;
	unsigned int i;

	rxq->priv = priv;
	rxq->qp = &priv->qps[index];
	rxq->index = index;
	rxq->size = priv->rx_size;
	rxq->limit = rxq->size;
	ref_rx_prepare_wrs(rxq);
	u64_stats_init(&rxq->stats.syncp);
	INIT_DELAYED_WORK(&rxq->refill_work, ref_refill_work);
	ref_wait_init(rxq);

	rxq->slots = kvzalloc_node(array_size(rxq->size, sizeof(*rxq->slots)), GFP_KERNEL, node);
	rxq->free = kvzalloc_node(array_size(rxq->size, sizeof(*rxq->free)), GFP_KERNEL, node);
	rxq->flows = kvzalloc_node(sizeof(*rxq->flows), GFP_KERNEL, node);
	if (!rxq->slots || !rxq->free || !rxq->flows) {
		cq = ERR_PTR(-ENOMEM);
		goto err_rings;
	}
	for (i = 0; i < rxq->size; i++)
		rxq->free[i] = i;
	rxq->nr_free = rxq->size;

	/* Before the CQ and, in ref_rxq_destroy(), after it: its handlers use it. */
	accel_napi_add(priv->dev, &rxq->napi, ref_rx_poll);
	cq = ref_cq_create(priv, rxq->size, index, ref_rx_interrupt, &rxq->napi);
	if (IS_ERR(cq))
		goto err_napi;
	rxq->cq = cq;
	return 0;

err_napi:
	netif_napi_del(&rxq->napi);
err_rings:
	ref_rxq_free(rxq);
	return PTR_ERR(cq);
}

/**
 * ref_rxq_destroy() - free an RX queue; does nothing when it was not made
 * @rxq: the queue, without buffers; its QP is gone
 *
 * Context: process, under RTNL.
 */
void ref_rxq_destroy(struct ref_rxq *rxq)
{
	if (!rxq->cq)
		return;
	ib_destroy_cq(rxq->cq);
	rxq->cq = NULL;
	netif_napi_del(&rxq->napi);
	/*
	 * A run of NAPI starts it after it has let go of NAPI, which a stop does not wait for; the
	 * grace period just now did. Until then it schedules a NAPI that is disabled: nothing.
	 */
	hrtimer_cancel(&rxq->wait_timer);
	WARN_ON(delayed_work_pending(&rxq->refill_work));
	ref_rxq_free(rxq);
}
