// SPDX-License-Identifier: GPL-2.0
/* The sends that the HCA holds: the ring, and the DMA mappings of an skb, or its copy. */
#include "tx.h"

#define REF_COPIES_PER_PAGE	(PAGE_SIZE / REF_TX_COPY)

static void ref_tx_copies_free(struct ref_txq *txq)
{
	unsigned int i;

	for (i = 0; i < txq->size && txq->slots[i].copy; i += REF_COPIES_PER_PAGE) {
		ib_dma_unmap_page(txq->priv->hca, txq->slots[i].copy_dma, PAGE_SIZE,
				  DMA_TO_DEVICE);
		free_page((unsigned long)txq->slots[i].copy);
	}
}

/* Gives each slot its place for a copy, page by page: a large ring asks for no large block. */
static int ref_tx_copies_alloc(struct ref_txq *txq)
{
	struct ib_device *hca = txq->priv->hca;
	struct page *page;
	u64 dma = 0;
	unsigned int i;

	for (i = 0; i < txq->size; i++) {
		struct ref_tx_slot *slot = &txq->slots[i];
		unsigned int offset = i % REF_COPIES_PER_PAGE * REF_TX_COPY;

		if (!offset) {
			page = alloc_pages_node(ibdev_to_node(hca), GFP_KERNEL, 0);
			if (!page)
				goto no_memory;
			dma = ib_dma_map_page(hca, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
			if (ib_dma_mapping_error(hca, dma)) {
				__free_page(page);
				goto no_memory;
			}
		}
		slot->copy = page_address(page) + offset;
		slot->copy_dma = dma + offset;
	}
	return 0;

no_memory:
	ref_tx_copies_free(txq);
	return -ENOMEM;
}

/* Fills in what does not change of the work requests that are posted at once. */
static void ref_tx_prepare_wrs(struct ref_txq *txq)
{
	unsigned int wr, i;

	for (wr = 0; wr < REF_TX_CHAIN; wr++) {
		txq->wr[wr].wr.sg_list = txq->sge[wr];
		/* Of the last one beyond the array: a chain ends there, nobody follows it. */
		txq->wr[wr].wr.next = &(txq->wr + wr + 1)->wr;
		for (i = 0; i < REF_MAX_SGE; i++)
			txq->sge[wr][i].lkey = txq->priv->pd->local_dma_lkey;
	}
}

/**
 * ref_txq_create() - make a TX queue: ring, CQ, NAPI
 * @priv: the interface
 * @index: of the queue
 *
 * Context: process, under RTNL.
 * Return: 0 or a negative errno, then nothing is left.
 */
int ref_txq_create(struct ref_priv *priv, unsigned int index)
{
	int node = ibdev_to_node(priv->hca);
	struct ref_txq *txq = &priv->txqs[index];
	struct ib_cq *cq;
	int err;

	txq->priv = priv;
	txq->qp = &priv->qps[index];
	txq->index = index;
	txq->size = priv->tx_size;
	txq->mask = txq->size - 1;
	txq->urgent = txq->head;
	INIT_DELAYED_WORK(&txq->lazy_work, ref_tx_lazy_work);
	ref_tx_prepare_wrs(txq);
	u64_stats_init(&txq->drops.syncp);
	u64_stats_init(&txq->done.syncp);

	txq->slots = kvzalloc_node(array_size(txq->size, sizeof(*txq->slots)), GFP_KERNEL, node);
	if (!txq->slots)
		return -ENOMEM;
	err = ref_tx_copies_alloc(txq);
	if (err)
		goto err_slots;

	/* Before the CQ and, in ref_txq_destroy(), after it: its handlers use it. */
	accel_napi_add_tx(priv->dev, &txq->napi, ref_tx_poll);
	cq = ref_cq_create(priv, txq->size, priv->num_rxqs + index, ref_tx_interrupt, &txq->napi);
	if (IS_ERR(cq)) {
		err = PTR_ERR(cq);
		goto err_napi;
	}
	txq->cq = cq;
	return 0;

err_napi:
	netif_napi_del(&txq->napi);
	ref_tx_copies_free(txq);
err_slots:
	kvfree(txq->slots);
	txq->slots = NULL;
	return err;
}

/**
 * ref_txq_destroy() - free a TX queue; does nothing when it was not made
 * @txq: the queue, empty; its QP is gone
 *
 * Context: process, under RTNL.
 */
void ref_txq_destroy(struct ref_txq *txq)
{
	if (!txq->cq)
		return;
	ib_destroy_cq(txq->cq);
	txq->cq = NULL;
	netif_napi_del(&txq->napi);
	WARN_ON(delayed_work_pending(&txq->lazy_work));
	/* An HCA that has kept the QP may still read them. */
	if (!txq->qp->lost)
		ref_tx_copies_free(txq);
	kvfree(txq->slots);
	txq->slots = NULL;
}

/* Undoes the first @mapped entries of slot->dma. */
static void ref_tx_unmap_some(struct ref_txq *txq, const struct ref_tx_slot *slot,
			      unsigned int mapped)
{
	struct ib_device *hca = txq->priv->hca;
	const struct sk_buff *skb = slot->skb;
	unsigned int linear = skb_headlen(skb) - slot->hdr_len;
	unsigned int n = 0, i;

	if (linear && n < mapped)
		ib_dma_unmap_single(hca, slot->dma[n++], linear, DMA_TO_DEVICE);
	for (i = 0; n < mapped; i++)
		ib_dma_unmap_page(hca, slot->dma[n++], skb_frag_size(&skb_shinfo(skb)->frags[i]),
				  DMA_TO_DEVICE);
}

/**
 * ref_tx_map() - map an skb for the HCA and describe it in the next work request
 * @txq: the queue
 * @slot: remembers the mappings and @skb
 * @skb: the packet; at most as many pieces as a send has SGEs
 * @hdr_len: bytes at its start that travel in the work request and are not mapped
 *
 * Context: TX lock held.
 * Return: 0, or -ENOMEM, then nothing is mapped.
 */
int ref_tx_map(struct ref_txq *txq, struct ref_tx_slot *slot, struct sk_buff *skb,
	       unsigned int hdr_len)
{
	struct ib_device *hca = txq->priv->hca;
	unsigned int linear = skb_headlen(skb) - hdr_len;
	struct ib_sge *sge = txq->sge[txq->chained];
	unsigned int n = 0, i;
	u64 dma;

	slot->skb = skb;
	slot->hdr_len = hdr_len;
	if (linear) {
		dma = ib_dma_map_single(hca, skb->data + hdr_len, linear, DMA_TO_DEVICE);
		if (unlikely(ib_dma_mapping_error(hca, dma)))
			goto no_memory;
		slot->dma[n] = dma;
		sge[n].addr = dma;
		sge[n++].length = linear;
	}
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		dma = ib_dma_map_page(hca, skb_frag_page(frag), skb_frag_off(frag),
				      skb_frag_size(frag), DMA_TO_DEVICE);
		if (unlikely(ib_dma_mapping_error(hca, dma)))
			goto no_memory;
		slot->dma[n] = dma;
		sge[n].addr = dma;
		sge[n++].length = skb_frag_size(frag);
	}
	txq->wr[txq->chained].wr.num_sge = n;
	return 0;

no_memory:
	ref_tx_unmap_some(txq, slot, n);
	slot->skb = NULL;
	return -ENOMEM;
}

/**
 * ref_tx_unmap() - undo ref_tx_map()
 * @txq: the queue
 * @slot: a send that the HCA no longer holds
 *
 * Context: BH off, or the queue is stopped.
 */
void ref_tx_unmap(struct ref_txq *txq, const struct ref_tx_slot *slot)
{
	const struct sk_buff *skb = slot->skb;

	ref_tx_unmap_some(txq, slot, skb_shinfo(skb)->nr_frags +
			  (skb_headlen(skb) > slot->hdr_len));
}

/**
 * ref_tx_copy() - copy a small packet for the HCA and describe it in the next work request
 * @txq: the queue
 * @slot: has the copy
 * @skb: the packet, which the send does not need any more; at most REF_TX_COPY bytes, no LSO
 *
 * Context: TX lock held.
 * Return: false when its bytes cannot be had; it may be mapped then.
 */
bool ref_tx_copy(struct ref_txq *txq, struct ref_tx_slot *slot, const struct sk_buff *skb)
{
	struct ib_sge *sge = txq->sge[txq->chained];

	if (unlikely(skb_copy_bits(skb, 0, slot->copy, skb->len)))
		return false;
	ib_dma_sync_single_for_device(txq->priv->hca, slot->copy_dma, skb->len, DMA_TO_DEVICE);
	slot->skb = NULL;
	slot->hdr_len = 0;
	sge->addr = slot->copy_dma;
	sge->length = skb->len;
	txq->wr[txq->chained].wr.num_sge = 1;
	return true;
}
