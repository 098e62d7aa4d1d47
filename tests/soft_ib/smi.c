// SPDX-License-Identifier: GPL-2.0
/*
 * Directed-route SMPs at the switch (IBA 14.2.2): each hop of the path is read from the SMP, so
 * they pass before any LID or table exists. The HCAs' ends of the path are ib_mad's business.
 *
 *   out:   hop_ptr counts up;   return_path[hop_ptr] notes the port of arrival
 *   back:  hop_ptr counts down; return_path[hop_ptr] is the port of departure
 */
#include "fabric.h"

/* Sends @smp as the payload of a packet that otherwise looks like @pkt. */
static void smp_output(struct sib_fabric *fabric, u8 port_num, struct ib_smp *smp,
		       const struct sib_pkt *pkt)
{
	struct kvec vec = { .iov_base = smp, .iov_len = sizeof(*smp) };
	struct sib_pkt out = *pkt;

	if (!port_num || port_num > fabric->sw.num_ports) {
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
		return;
	}
	out.slid = SIB_LID_PERMISSIVE;
	out.dlid = SIB_LID_PERMISSIVE;
	out.vec = &vec;
	out.nvec = 1;
	sib_switch_output(fabric, port_num, &out);
}

/* The directed part of the path ends here, a LID-routed part follows. */
static void smp_route(struct sib_fabric *fabric, u16 slid, u16 dlid, struct ib_smp *smp,
		      const struct sib_pkt *pkt)
{
	struct kvec vec = { .iov_base = smp, .iov_len = sizeof(*smp) };
	struct sib_pkt out = *pkt;

	/* Back to this very switch would be a loop: nobody builds such a path on purpose. */
	if (dlid == READ_ONCE(fabric->sw.ports[0].lid) || sib_lid_is_mcast(dlid)) {
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
		return;
	}
	out.slid = slid;
	out.dlid = dlid;
	out.vec = &vec;
	out.nvec = 1;
	sib_switch_route(fabric, 0, &out);
}

/* IBA 14.2.2.4: a response finds its way back. */
static void smp_return(struct sib_fabric *fabric, struct ib_smp *smp, const struct sib_pkt *pkt)
{
	if (smp->hop_ptr >= 2 && smp->hop_ptr <= smp->hop_cnt + 1) {
		smp->hop_ptr--;
		smp_output(fabric, smp->return_path[smp->hop_ptr], smp, pkt);
	} else if (smp->hop_ptr == 1 && smp->dr_slid != IB_LID_PERMISSIVE) {
		smp->hop_ptr = 0;
		smp_route(fabric, READ_ONCE(fabric->sw.ports[0].lid), be16_to_cpu(smp->dr_slid),
			  smp, pkt);
	} else {
		/* It would be for an SM on the switch. */
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
	}
}

/* The switch's own SMA is the end of the path. */
static void smp_local(struct sib_fabric *fabric, unsigned int in_port, struct ib_smp *smp,
		      const struct sib_pkt *pkt)
{
	struct sib_pkt answer = *pkt;

	if (!sib_switch_sma(fabric, in_port, smp))
		return;
	answer.src = NULL;
	answer.src_qpn = pkt->dest_qpn;
	answer.dest_qpn = pkt->src_qpn;
	answer.has_grh = false;
	/* The path ended in a LID-routed part: that one comes first on the way back. */
	if (smp->dr_dlid != IB_LID_PERMISSIVE)
		smp_route(fabric, READ_ONCE(fabric->sw.ports[0].lid), pkt->slid, smp, &answer);
	else
		smp_return(fabric, smp, &answer);
}

/* IBA 14.2.2.2: a request follows its path. */
static void smp_advance(struct sib_fabric *fabric, unsigned int in_port, struct ib_smp *smp,
			const struct sib_pkt *pkt)
{
	if (smp->hop_ptr < smp->hop_cnt) {
		if (smp->hop_ptr)
			smp->return_path[smp->hop_ptr] = in_port;
		smp->hop_ptr++;
		smp_output(fabric, smp->initial_path[smp->hop_ptr], smp, pkt);
	} else if (smp->hop_ptr == smp->hop_cnt) {
		if (smp->hop_ptr)
			smp->return_path[smp->hop_ptr] = in_port;
		smp->hop_ptr++;
		if (smp->dr_dlid == IB_LID_PERMISSIVE)
			smp_local(fabric, in_port, smp, pkt);
		else
			smp_route(fabric, READ_ONCE(fabric->sw.ports[0].lid),
				  be16_to_cpu(smp->dr_dlid), smp, pkt);
	} else if (smp->hop_ptr == smp->hop_cnt + 1) {
		smp_local(fabric, in_port, smp, pkt);
	} else {
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
	}
}

/**
 * sib_smi_recv() - a directed-route SMP arrives at the switch
 * @fabric: the fabric
 * @in_port: where; 0: it was addressed to the LID of port 0
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 */
void sib_smi_recv(struct sib_fabric *fabric, unsigned int in_port, const struct sib_pkt *pkt)
{
	struct ib_smp smp;

	if (!sib_pkt_mad(pkt, &smp) || smp.mgmt_class != IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE ||
	    smp.hop_cnt >= IB_SMP_MAX_PATH_HOPS)
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
	else if (ib_get_smp_direction(&smp))
		smp_return(fabric, &smp, pkt);
	else
		smp_advance(fabric, in_port, &smp, pkt);
}
