// SPDX-License-Identifier: GPL-2.0
/*
 * What an HCA asks of the subnet administrator, and an administrator that does not hear it:
 * requests are counted by kind as they leave, and the knob sa_mute has them get lost.
 */
#include <rdma/ib_sa.h>

#include "fabric.h"

static const char * const sa_names[SIB_SA_NUM] = {
	[SIB_SA_PATH] = "path",
	[SIB_SA_JOIN] = "join",
	[SIB_SA_LEAVE] = "leave",
	[SIB_SA_OTHER] = "other",
};

/**
 * sib_sa_name() - the name of a kind of request, as debugfs shows it
 * @kind: the kind
 *
 * Return: the name.
 */
const char *sib_sa_name(enum sib_sa_kind kind)
{
	return sa_names[kind];
}

/* Answers have the method's highest bit set: only an SM's port sends such. */
static enum sib_sa_kind sa_kind(const struct ib_mad_hdr *hdr)
{
	switch (be16_to_cpu(hdr->attr_id)) {
	case IB_SA_ATTR_PATH_REC:
		return SIB_SA_PATH;
	case IB_SA_ATTR_MC_MEMBER_REC:
		if (hdr->method == IB_MGMT_METHOD_SET)
			return SIB_SA_JOIN;
		return hdr->method == IB_SA_METHOD_DELETE ? SIB_SA_LEAVE : SIB_SA_OTHER;
	default:
		return SIB_SA_OTHER;
	}
}

/**
 * sib_sa_xmit() - count a packet if it is a request to the SA
 * @hca: the sender
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 * Return: true when it gets lost.
 */
bool sib_sa_xmit(struct sib_hca *hca, const struct sib_pkt *pkt)
{
	const struct ib_mad_hdr *hdr;

	if (pkt->dest_qpn != 1 || !pkt->nvec || pkt->vec->iov_len < sizeof(*hdr))
		return false;
	hdr = pkt->vec->iov_base;
	if (hdr->mgmt_class != IB_MGMT_CLASS_SUBN_ADM || hdr->method & IB_MGMT_METHOD_RESP)
		return false;
	atomic64_inc(&hca->sa_requests[sa_kind(hdr)]);
	return READ_ONCE(hca->faults.sa_mute);
}
