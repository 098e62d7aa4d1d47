// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: what arrives is not what a well-behaved peer, card or administrator sends. The knobs
 * garble_ppm and sa_garble_ppm have so many of a million packets, or answers of the SA, changed on
 * receipt: bytes, length, what the completion says of them. A receiver must live with any of it.
 */
#include <linux/random.h>
#include <rdma/ib_sa.h>

#include "verbs.h"

/* Of the SA's answers the record comes after these headers (IBA 15.2.1.1). */
#define SA_RECORD_AT	IB_MGMT_SA_HDR
#define SA_RECORD_LEN	64	/* of path records and groups, all that somebody reads */

enum sib_garble_kind {
	GARBLE_BYTES,
	GARBLE_SHORT,
	GARBLE_NO_GRH,
	GARBLE_CSUM,
	GARBLE_SOURCE,
	GARBLE_GRH,
	GARBLE_NUM,
};

static u32 below(u32 end)
{
	return (u32)(((u64)get_random_u32() * end) >> 32);
}

static bool roll(u32 ppm)
{
	return unlikely(ppm) && below(1000000) < ppm;
}

/* Up to four bytes of @len from @at on, where the receive is in one piece of memory. */
static void garble_bytes(const struct sib_rwqe *wqe, u32 at, u32 len)
{
	u8 *data = (u8 *)(uintptr_t)wqe->sge->addr;
	u32 n = below(4) + 1;

	if (!len || wqe->sge->length < at + len)
		return;
	while (n--)
		data[at + below(len)] = get_random_u32();
}

static void garble_packet(const struct sib_rwqe *wqe, struct sib_cqe *cqe)
{
	u32 len = cqe->byte_len - SIB_GRH_LEN;

	switch (below(GARBLE_NUM)) {
	case GARBLE_BYTES:
		/* Headers are what somebody looks at. */
		garble_bytes(wqe, SIB_GRH_LEN, below(2) ? min(len, 96u) : len);
		break;
	case GARBLE_SHORT:
		cqe->byte_len = SIB_GRH_LEN + below(len + 1);
		break;
	case GARBLE_NO_GRH:
		cqe->flags &= ~IB_WC_GRH;
		garble_bytes(wqe, 0, SIB_GRH_LEN);
		break;
	case GARBLE_CSUM:
		cqe->flags ^= IB_WC_IP_CSUM_OK;
		garble_bytes(wqe, SIB_GRH_LEN, len);
		break;
	case GARBLE_SOURCE:
		cqe->src_qp = get_random_u32() & 0xffffff;
		cqe->slid = get_random_u32();
		cqe->sl = below(16);
		break;
	case GARBLE_GRH:
		garble_bytes(wqe, 0, SIB_GRH_LEN);
		break;
	}
}

static void garble_answer(const struct sib_rwqe *wqe)
{
	struct ib_mad_hdr *hdr;

	if (wqe->sge->length < SIB_GRH_LEN + IB_MGMT_MAD_SIZE)
		return;
	hdr = (struct ib_mad_hdr *)(uintptr_t)(wqe->sge->addr + SIB_GRH_LEN);
	if (hdr->mgmt_class != IB_MGMT_CLASS_SUBN_ADM || !(hdr->method & IB_MGMT_METHOD_RESP))
		return;
	if (below(4))
		garble_bytes(wqe, SIB_GRH_LEN + SA_RECORD_AT, SA_RECORD_LEN);
	else
		hdr->status = cpu_to_be16(get_random_u32());
}

/**
 * sib_garble() - what the knobs make of a packet that has arrived
 * @qp: the receiver
 * @wqe: the receive, with the packet in it
 * @cqe: its completion, which is changed as well
 *
 * Context: under the receive queue's lock.
 */
void sib_garble(struct sib_qp *qp, const struct sib_rwqe *wqe, struct sib_cqe *cqe)
{
	struct sib_faults *faults = &qp->hca->faults;

	if (qp->qpn > 1 && roll(READ_ONCE(faults->garble_ppm)))
		garble_packet(wqe, cqe);
	else if (qp->qpn == 1 && roll(READ_ONCE(faults->sa_garble_ppm)))
		garble_answer(wqe);
}
