// SPDX-License-Identifier: GPL-2.0
/*
 * An HCA that sends. Its addresses are those of copies, made when memory is mapped and when it is
 * synchronised: what is written later it does not see, and what is read after it was unmapped, or
 * behind what was mapped, a sanitizer sees.
 */
#include "hca.h"

#define BUCKETS		1024

struct hca hca;

struct mapping {
	struct mapping *next;
	const u8 *at;
	u8 *seen;
	size_t len;
};

static struct mapping *mappings[BUCKETS];
static unsigned int num_mappings;

struct held {
	struct ib_ud_wr wr;
	struct ib_sge sge[HCA_SGES];
	u8 header[256];
};

static struct held held[HCA_MOST];
static struct ib_wc done[2 * HCA_MOST];
/* Posted, sent, and those whose room is free again; and completions, made and polled. */
static u32 posted, sent, freed, made, polled;
static bool armed;

static struct mapping **find(u64 dma)
{
	struct mapping **at = &mappings[dma / 16 % BUCKETS];

	while (*at && (u64)(*at)->seen != dma)
		at = &(*at)->next;
	return at;
}

u64 ib_dma_map_single(struct ib_device *device, const void *at, size_t len, int direction)
{
	/* So that one finds a page from within it. */
	u8 *seen = len == PAGE_SIZE ? aligned_alloc(PAGE_SIZE, len) : malloc(len);
	struct mapping *mapping = malloc(sizeof(*mapping)), **first;

	(void)device;
	(void)direction;
	if (!seen || !mapping)
		abort();
	if (hca.unmapped && len != PAGE_SIZE && !below(hca.unmapped)) {
		free(seen);
		free(mapping);
		return 0;
	}
	memcpy(seen, at, len);
	first = &mappings[(u64)seen / 16 % BUCKETS];
	*mapping = (struct mapping) { .next = *first, .at = at, .seen = seen, .len = len };
	*first = mapping;
	num_mappings++;
	return (u64)seen;
}

void ib_dma_unmap_single(struct ib_device *device, u64 dma, size_t len, int direction)
{
	struct mapping **at = find(dma), *mapping = *at;

	(void)device;
	(void)direction;
	if (!mapping || mapping->len != len)
		fail("what is unmapped was not mapped so");
	*at = mapping->next;
	free(mapping->seen);
	free(mapping);
	num_mappings--;
}

void ib_dma_sync_single_for_device(struct ib_device *device, u64 dma, size_t len, int direction)
{
	size_t offset = dma % PAGE_SIZE;
	struct mapping *mapping = *find(dma - offset);

	(void)device;
	(void)direction;
	if (!mapping || offset + len > mapping->len)
		fail("what is synchronised is not mapped");
	memcpy(mapping->seen + offset, mapping->at + offset, len);
}

unsigned int hca_mappings(void)
{
	return num_mappings;
}

unsigned int hca_holds(void)
{
	return posted - sent;
}

static int post(const struct ib_ud_wr *wr)
{
	struct held *one = &held[posted % HCA_MOST];

	if (posted - (hca.keeps ? freed : sent) >= hca.room ||
	    (hca.busy && !below(hca.busy)))
		return -ENOMEM;
	if (wr->wr.num_sge > (int)hca.sges || wr->wr.num_sge < 1)
		fail("a send has more SGEs than there are");
	if (hca.refuses && !below(hca.refuses))
		return -EINVAL;
	one->wr = *wr;
	memcpy(one->sge, wr->wr.sg_list, wr->wr.num_sge * sizeof(*one->sge));
	if (wr->wr.opcode == IB_WR_LSO)
		memcpy(one->header, wr->header, wr->hlen);
	posted++;
	return 0;
}

int ib_post_send(struct ib_qp *qp, const struct ib_send_wr *wr, const struct ib_send_wr **bad)
{
	int err;

	(void)qp;
	for (; wr; wr = wr->next) {
		err = post(container_of(wr, struct ib_ud_wr, wr));
		if (err) {
			*bad = wr;
			return err;
		}
	}
	return 0;
}

static void complete(u64 wr_id, enum ib_wc_status status)
{
	if (made - polled == ARRAY_SIZE(done))
		fail("the CQ overflows");
	done[made++ % ARRAY_SIZE(done)] = (struct ib_wc) { .wr_id = wr_id, .status = status };
	if (armed)
		hca.interrupt = true;
	armed = false;
}

static bool finish_one(enum ib_wc_status status)
{
	static u8 bytes[1 << 17];
	struct held *one = &held[sent % HCA_MOST];
	unsigned int len = 0;
	int i;

	if (posted == sent)
		return false;
	if (one->wr.wr.opcode == IB_WR_LSO) {
		len = one->wr.hlen;
		memcpy(bytes, one->header, len);
	}
	for (i = 0; i < one->wr.wr.num_sge; i++) {
		memcpy(bytes + len, (u8 *)one->sge[i].addr, one->sge[i].length);
		len += one->sge[i].length;
	}
	sent++;
	if (status == IB_WC_SUCCESS)
		has_left(&one->wr, bytes, len);
	if (one->wr.wr.send_flags & IB_SEND_SIGNALED || status != IB_WC_SUCCESS)
		complete(one->wr.wr.wr_id, status);
	return true;
}

/* The next send fails, and the QP is in error. */
void hca_fail(enum ib_qp_state state)
{
	if (hca.state == IB_QPS_RTS && finish_one(IB_WC_GENERAL_ERR))
		hca.state = state;
}

/* Sends what it holds longest, or throws it out. Returns false when it holds nothing. */
bool hca_send_one(void)
{
	return finish_one(hca.state == IB_QPS_RTS ? IB_WC_SUCCESS : IB_WC_WR_FLUSH_ERR);
}

int ib_poll_cq(struct ib_cq *cq, int num, struct ib_wc *wc)
{
	int n;

	(void)cq;
	for (n = 0; n < num && polled != made; n++)
		wc[n] = done[polled++ % ARRAY_SIZE(done)];
	/* In order: all before the last one that was polled. */
	if (n) {
		while (freed != sent && held[freed % HCA_MOST].wr.wr.wr_id != wc[n - 1].wr_id)
			freed++;
		freed += freed != sent;
	}
	return n;
}

bool ref_cq_arm(struct ib_cq *cq)
{
	(void)cq;
	if (made == polled) {
		armed = true;
		return false;
	}
	if (hca.tells) {
		armed = true;
		return true;
	}
	hca.interrupt = true;
	return false;
}

int ref_qp_state(struct ref_qp *qp)
{
	(void)qp;
	return hca.state;
}

int ref_qp_leave_sqe(struct ref_qp *qp)
{
	(void)qp;
	if (hca.state != IB_QPS_SQE || hca_holds())
		fail("a QP leaves an error that it is not in, or too early");
	hca.state = IB_QPS_RTS;
	return 0;
}

int ref_qp_set_qkey(struct ref_qp *qp)
{
	(void)qp;
	return hca.state == IB_QPS_RTS ? 0 : -EINVAL;
}

/* Forgets all that was posted. Completions stay. */
void hca_reset(void)
{
	hca.state = IB_QPS_RTS;
	sent = posted;
	freed = posted;
}
