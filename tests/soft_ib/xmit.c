// SPDX-License-Identifier: GPL-2.0
/* soft_ib: from a send request to packets: addresses, keys, GRH, checksum filling, LSO. */
#include "verbs.h"

/* Bytes between the GRH and the payload, and behind it: BTH, DETH, immediate, ICRC (IBA 9.2). */
#define SIB_BTH_DETH_LEN	20
#define SIB_IMM_LEN		4
#define SIB_ICRC_LEN		4

static void sib_pkt_grh(const struct sib_qp *qp, const struct sib_av *av, struct sib_pkt *pkt)
{
	pkt->grh = av->grh;
	sib_port_gid(&qp->hca->port, av->sgid_index, &pkt->grh.sgid);
}

static void sib_pkt_init(const struct sib_qp *qp, const struct sib_swqe *wqe, struct sib_pkt *pkt)
{
	const struct sib_port *port = &qp->hca->port;
	const struct sib_av *av = &wqe->av;
	u16 lid = READ_ONCE(port->lid);
	u16 lmc_mask = (1u << port->lmc) - 1;

	pkt->src = qp->hca;
	pkt->slid = lid | (av->path_bits & lmc_mask);
	pkt->dlid = av->dlid;
	pkt->sl = av->sl;
	pkt->src_qpn = qp->qpn;
	pkt->dest_qpn = wqe->dest_qpn;
	pkt->qkey = wqe->qkey;
	pkt->pkey_index = qp->ibqp.qp_type == IB_QPT_GSI ? wqe->pkey_index :
			  READ_ONCE(qp->pkey_index);
	pkt->pkey = READ_ONCE(port->pkeys[pkt->pkey_index]);
	pkt->has_imm = wqe->opcode == IB_WR_SEND_WITH_IMM;
	pkt->imm_data = pkt->has_imm ? wqe->imm : 0;
	pkt->solicited = wqe->flags & IB_SEND_SOLICITED;
	pkt->csummed = false;
	pkt->loopback = false;	/* fabric.c finds out */
	pkt->vec = qp->sq.vec;
	pkt->has_grh = av->has_grh;
	if (av->has_grh)
		sib_pkt_grh(qp, av, pkt);
}

static void sib_pkt_send(struct sib_qp *qp, struct sib_pkt *pkt, u32 len, unsigned int nvec)
{
	pkt->len = len;
	pkt->nvec = nvec;
	if (pkt->has_grh)
		pkt->grh.paylen = cpu_to_be16(SIB_BTH_DETH_LEN + SIB_ICRC_LEN +
					      (pkt->has_imm ? SIB_IMM_LEN : 0) + ALIGN(len, 4));
	WRITE_ONCE(qp->sq.sent, qp->sq.sent + 1);
	WRITE_ONCE(qp->sq.sent_bytes, qp->sq.sent_bytes + len);
	sib_fabric_xmit(pkt);
}

/**
 * struct sib_cursor - how far the payload of a request has been used
 * @sge: entry
 * @offset: byte in it
 */
struct sib_cursor {
	const struct ib_sge *sge;
	u32 offset;
};

/* Describes the next @len bytes, which must be there; returns the entries of @vec used. */
static unsigned int sib_cursor_take(struct sib_cursor *at, u32 len, struct kvec *vec)
{
	unsigned int n = 0;

	while (len) {
		u32 part = min(len, at->sge->length - at->offset);

		if (part) {
			vec[n].iov_base = (u8 *)(uintptr_t)at->sge->addr + at->offset;
			vec[n].iov_len = part;
			n++;
		}
		at->offset += part;
		len -= part;
		if (at->offset == at->sge->length) {
			at->sge++;
			at->offset = 0;
		}
	}
	return n;
}

static void sib_cursor_copy(struct sib_cursor *at, u8 *to, u32 len)
{
	struct kvec vec[8];
	unsigned int i, n;

	/* A few entries at a time: a client may cut its headers into single bytes. */
	while (len) {
		u32 part = min_t(u32, len, ARRAY_SIZE(vec));

		n = sib_cursor_take(at, part, vec);
		for (i = 0; i < n; i++) {
			memcpy(to, vec[i].iov_base, vec[i].iov_len);
			to += vec[i].iov_len;
		}
		len -= part;
	}
}

/* Copies the headers of a frame and leaves @at behind them; false: no IP, @at is at the start. */
static bool sib_xmit_headers(struct sib_qp *qp, const struct sib_swqe *wqe, struct sib_cursor *at,
			     struct sib_frame *frame)
{
	u32 peek = min_t(u32, wqe->len, SIB_MAX_HEADER);
	const u8 *first = (const u8 *)(uintptr_t)at->sge->addr;

	if (likely(wqe->num_sge && sib_frame_parse(first, min(at->sge->length, peek), frame))) {
		memcpy(qp->sq.hdr, first, frame->end);
		at->offset = frame->end;
		return true;
	}

	/* The headers do not lie in one piece. */
	sib_cursor_copy(at, qp->sq.hdr, peek);
	*at = (struct sib_cursor){ .sge = wqe->sge };
	if (!sib_frame_parse(qp->sq.hdr, peek, frame))
		return false;
	sib_cursor_copy(at, qp->sq.hdr, frame->end);
	return true;
}

/*
 * Fills the checksums in a copy of the headers: the client's buffer may be shared with others. What
 * is no IPv4 or IPv6 frame goes out as it is, as from real HCAs.
 */
static unsigned int sib_xmit_csum(struct sib_qp *qp, const struct sib_swqe *wqe,
				  struct sib_pkt *pkt)
{
	struct sib_cursor at = { .sge = wqe->sge };
	struct kvec *vec = qp->sq.vec;
	struct sib_frame frame;
	unsigned int n;

	if (!sib_xmit_headers(qp, wqe, &at, &frame))
		return sib_cursor_take(&at, wqe->len, vec);
	vec[0].iov_base = qp->sq.hdr;
	vec[0].iov_len = frame.end;
	n = sib_cursor_take(&at, wqe->len - frame.end, vec + 1);
	sib_frame_csum(qp->sq.hdr, frame.end, &frame, vec + 1, n);
	pkt->csummed = frame.csum;
	return n + 1;
}

static enum ib_wc_status sib_xmit_lso(struct sib_qp *qp, const struct sib_swqe *wqe, u32 mtu)
{
	struct sib_cursor at = { .sge = wqe->sge };
	struct kvec *vec = qp->sq.vec;
	struct sib_frame frame;
	struct sib_pkt pkt;
	u32 offset = 0, index = 0;

	if (wqe->hlen + min(wqe->mss, wqe->len) > mtu)
		return IB_WC_LOC_LEN_ERR;
	if (!sib_frame_parse(wqe->header, wqe->hlen, &frame) || frame.proto != IPPROTO_TCP ||
	    !wqe->len) {
		sib_violation(qp->hca, SIB_STRICT_BAD_WR, "QP %#x: LSO of what is no TCP segment",
			      qp->qpn);
		return IB_WC_LOC_QP_OP_ERR;
	}

	sib_pkt_init(qp, wqe, &pkt);
	pkt.csummed = true;
	vec[0].iov_base = qp->sq.hdr;
	vec[0].iov_len = wqe->hlen;
	while (offset < wqe->len) {
		u32 len = min(wqe->mss, wqe->len - offset);
		unsigned int n;

		memcpy(qp->sq.hdr, wqe->header, wqe->hlen);
		sib_frame_segment(qp->sq.hdr, wqe->hlen, &frame, index++, offset, len,
				  offset + len == wqe->len);
		n = sib_cursor_take(&at, len, vec + 1);
		sib_frame_csum(qp->sq.hdr, wqe->hlen, &frame, vec + 1, n);
		sib_pkt_send(qp, &pkt, wqe->hlen + len, n + 1);
		offset += len;
	}
	return IB_WC_SUCCESS;
}

/**
 * sib_xmit() - executes a send request
 * @qp: a QP in RTS
 * @wqe: the request
 *
 * Context: by the CPU that owns the send queue; under rcu_read_lock(), no lock of ours held.
 * Return: the status to complete it with.
 */
enum ib_wc_status sib_xmit(struct sib_qp *qp, const struct sib_swqe *wqe)
{
	u32 mtu = ib_mtu_enum_to_int(READ_ONCE(qp->hca->port.mtu));
	struct sib_cursor at = { .sge = wqe->sge };
	struct sib_pkt pkt;
	unsigned int n;

	if (wqe->opcode == IB_WR_LSO)
		return sib_xmit_lso(qp, wqe, mtu);
	/* IBA 9.8.3.1: a UD message is one packet. */
	if (unlikely(wqe->len > mtu))
		return IB_WC_LOC_LEN_ERR;

	sib_pkt_init(qp, wqe, &pkt);
	if (wqe->flags & IB_SEND_IP_CSUM)
		n = sib_xmit_csum(qp, wqe, &pkt);
	else
		n = sib_cursor_take(&at, wqe->len, qp->sq.vec);
	sib_pkt_send(qp, &pkt, wqe->len, n);
	return IB_WC_SUCCESS;
}
