// SPDX-License-Identifier: GPL-2.0
/*
 * The switch as its SMs see it: forwarding tables, SwitchInfo, and the SMA and PMA behind port 0.
 * Writers hold sm_lock; the packet path reads table entries as single words.
 */
#include "fabric.h"

#define SIB_SWITCH_GUID		0x0253494200010000ULL	/* locally administered: bit 57 */
#define LFT_BLOCK		64	/* LIDs of a LinearForwardingTable block */
#define MFT_BLOCK		32	/* LIDs of a MulticastForwardingTable block */
#define MFT_PORTS		16	/* ports of its positions */

/**
 * struct sib_switch_info - SwitchInfo, wire image (IBA 14.2.5.4)
 * @lft_cap: LIDs that the linear forwarding table holds
 * @random_cap: 0: no random forwarding table
 * @mft_cap: LIDs that the multicast forwarding table holds
 * @lft_top: the highest LID that the SM programmed
 * @default_port: stored; for random tables only
 * @default_mcast_primary: stored
 * @default_mcast_other: stored
 * @life_state: LifeTimeValue 7:3, PortStateChange 2, OptimizedSLtoVLMapping 1:0
 * @lids_per_port: for random tables only
 * @enforce_cap: P_Key table entries of an external port
 * @flags: InboundEnforcementCap 7, OutboundEnforcementCap 6, raw filters, EnhancedPort0 3
 * @reserved: 0
 * @mft_top: the highest multicast LID that the SM programmed; stored
 */
struct sib_switch_info {
	__be16 lft_cap;
	__be16 random_cap;
	__be16 mft_cap;
	__be16 lft_top;
	u8 default_port;
	u8 default_mcast_primary;
	u8 default_mcast_other;
	u8 life_state;
	__be16 lids_per_port;
	__be16 enforce_cap;
	u8 flags;
	u8 reserved;
	__be16 mft_top;
};

static_assert(sizeof(struct sib_switch_info) == 20);
static_assert(sizeof_field(struct sib_switch, info) == IB_SMP_DATA_SIZE);
static_assert(SIB_MAX_HCAS < SIB_LFT_NO_PORT);

#define PORT_STATE_CHANGE	BIT(2)

static struct sib_switch_info *switch_info(struct sib_switch *sw)
{
	return (struct sib_switch_info *)sw->info;
}

/**
 * sib_switch_init() - power-on state: no routes, all ports down
 * @fabric: the fabric; num_hcas is set
 */
void sib_switch_init(struct sib_fabric *fabric)
{
	struct sib_switch *sw = &fabric->sw;
	struct sib_switch_info *info = switch_info(sw);
	int i;

	sw->node_guid = cpu_to_be64(SIB_SWITCH_GUID);
	sw->num_ports = fabric->num_hcas;
	memset(sw->lft, SIB_LFT_NO_PORT, sizeof(sw->lft));
	info->lft_cap = cpu_to_be16(SIB_LFT_LEN);
	info->mft_cap = cpu_to_be16(SIB_MFT_LEN);
	info->enforce_cap = cpu_to_be16(SIB_PKEY_TABLE_LEN);
	info->flags = BIT(7) | BIT(6);
	for (i = 0; i <= sw->num_ports; i++)
		sib_port_init(&sw->ports[i], i ? SIB_PORT_SWITCH_EXT : SIB_PORT_SWITCH_0, i,
			      sw->node_guid);
}

/**
 * sib_switch_lft() - looks up the linear forwarding table
 * @fabric: the fabric
 * @lid: a unicast LID
 *
 * Return: the port it leaves by, or SIB_LFT_NO_PORT.
 */
u8 sib_switch_lft(const struct sib_fabric *fabric, u16 lid)
{
	const struct sib_switch_info *info = (const void *)fabric->sw.info;

	if (lid >= SIB_LFT_LEN || lid > be16_to_cpu(READ_ONCE(info->lft_top)))
		return SIB_LFT_NO_PORT;
	return READ_ONCE(fabric->sw.lft[lid]);
}

/**
 * sib_switch_mft() - looks up the multicast forwarding table
 * @fabric: the fabric
 * @mlid: a multicast LID
 *
 * Return: bit mask of ports; NULL when the table has no such entry.
 */
const unsigned long *sib_switch_mft(const struct sib_fabric *fabric, u16 mlid)
{
	unsigned int index = mlid - SIB_LID_MCAST;

	return index < SIB_MFT_LEN ? fabric->sw.mft[index] : NULL;
}

/**
 * sib_switch_link_changed() - a link changed state: PortStateChange and trap 128
 * @fabric: the fabric
 *
 * Context: under sm_lock.
 */
void sib_switch_link_changed(struct sib_fabric *fabric)
{
	switch_info(&fabric->sw)->life_state |= PORT_STATE_CHANGE;
	sib_trap_raise(fabric->sw.trap, 0);
}

/**
 * sib_switch_add_lid() - the lid knob: routes LIDs to an HCA, as an SM would
 * @fabric: the fabric
 * @lid: base LID
 * @lmc: LMC of the port
 * @port_num: the external port
 *
 * Routes of LIDs that the port had before stay: OpenSM writes only blocks that it thinks changed.
 *
 * Context: under sm_lock.
 * Return: 0, -EINVAL when @lid is no base LID, -EBUSY when it is routed elsewhere.
 */
int sib_switch_add_lid(struct sib_fabric *fabric, u16 lid, u8 lmc, u8 port_num)
{
	struct sib_switch *sw = &fabric->sw;
	struct sib_switch_info *info = switch_info(sw);
	unsigned int n = 1 << lmc;
	unsigned int i;

	lockdep_assert_held(&fabric->sm_lock);
	if (!lid || lid & (n - 1) || lid + n > SIB_LFT_LEN)
		return -EINVAL;
	for (i = 0; i < n; i++)
		if (sw->lft[lid + i] != SIB_LFT_NO_PORT && sw->lft[lid + i] != port_num)
			return -EBUSY;
	for (i = 0; i < n; i++)
		WRITE_ONCE(sw->lft[lid + i], port_num);
	if (be16_to_cpu(info->lft_top) < lid + n - 1)
		WRITE_ONCE(info->lft_top, cpu_to_be16(lid + n - 1));
	return 0;
}

static u16 sma_switch_info(struct sib_sma *sma)
{
	struct sib_switch_info *now = switch_info(&sma->fabric->sw);
	struct sib_switch_info *new = (struct sib_switch_info *)sma->smp->data;

	if (sma->set) {
		if (be16_to_cpu(new->lft_top) >= SIB_LFT_LEN)
			return SIB_MAD_BAD_VALUE;
		WRITE_ONCE(now->lft_top, new->lft_top);
		now->default_port = new->default_port;
		now->default_mcast_primary = new->default_mcast_primary;
		now->default_mcast_other = new->default_mcast_other;
		now->mft_top = new->mft_top;
		/* Writing a one to PortStateChange clears it. */
		now->life_state = (new->life_state & 0xf8) |
				  (now->life_state & ~new->life_state & PORT_STATE_CHANGE);
	}
	memcpy(sma->smp->data, sma->fabric->sw.info, IB_SMP_DATA_SIZE);
	return SIB_MAD_OK;
}

static u16 sma_lft(struct sib_sma *sma)
{
	u8 *data = sma->smp->data;
	unsigned int i;
	u8 *entry;

	if (sma->mod >= SIB_LFT_LEN / LFT_BLOCK)
		return SIB_MAD_BAD_VALUE;
	entry = &sma->fabric->sw.lft[sma->mod * LFT_BLOCK];
	for (i = 0; i < LFT_BLOCK; i++) {
		if (sma->set)
			WRITE_ONCE(entry[i], data[i]);
		data[i] = entry[i];
	}
	return SIB_MAD_OK;
}

/* Modifier: position (which 16 ports) in 31:28, block (which 32 LIDs) in 8:0 (IBA 14.2.5.12). */
static u16 sma_mft(struct sib_sma *sma)
{
	unsigned int first = (sma->mod & 0x1ff) * MFT_BLOCK;
	unsigned int port = (sma->mod >> 28) * MFT_PORTS;
	__be16 *data = (__be16 *)sma->smp->data;
	unsigned int i, bit;

	if (first >= SIB_MFT_LEN || port > SIB_MAX_HCAS)
		return SIB_MAD_BAD_VALUE;
	for (i = 0; i < MFT_BLOCK; i++) {
		unsigned long *ports = sma->fabric->sw.mft[first + i];
		u16 mask = 0;

		for (bit = 0; bit < MFT_PORTS && port + bit <= SIB_MAX_HCAS; bit++) {
			if (sma->set)
				assign_bit(port + bit, ports, be16_to_cpu(data[i]) & BIT(bit));
			if (test_bit(port + bit, ports))
				mask |= BIT(bit);
		}
		data[i] = cpu_to_be16(mask);
	}
	return SIB_MAD_OK;
}

/* Modifier: input port in 15:8, output port in 7:0 (IBA 14.2.5.8). */
static u16 sma_switch_sl2vl(struct sib_sma *sma)
{
	struct sib_switch *sw = &sma->fabric->sw;
	unsigned int in = (sma->mod >> 8) & 0xff;
	unsigned int out = sma->mod & 0xff;

	if (in > sw->num_ports || out > sw->num_ports)
		return SIB_MAD_BAD_VALUE;
	return sib_sma_sl2vl(sma, sw->sl2vl[in][out]);
}

/* Attributes whose modifier names a port. */
static u16 switch_port_sma(struct sib_sma *sma, unsigned int num)
{
	struct sib_switch *sw = &sma->fabric->sw;
	struct sib_port *port;

	if (num > sw->num_ports)
		return SIB_MAD_BAD_VALUE;
	port = &sw->ports[num];
	/* What the SM does to an external port shows at the HCA it faces. */
	sma->event_hca = num ? num - 1 : -1;
	switch (sma->smp->attr_id) {
	case IB_SMP_ATTR_PORT_INFO:
		return sib_sma_port_info(sma, port,
					 num ? SIB_PORT_SWITCH_EXT : SIB_PORT_SWITCH_0);
	case IB_SMP_ATTR_PKEY_TABLE:
		return sib_sma_pkeys(sma, port, sma->mod & 0xffff, false);
	default:
		return sib_sma_vl_arb(sma, port);
	}
}

static u16 switch_sma(struct sib_sma *sma)
{
	struct sib_switch *sw = &sma->fabric->sw;

	switch (sma->smp->attr_id) {
	case IB_SMP_ATTR_NODE_DESC:
		return sib_sma_node_desc(sma, "soft_ib switch");
	case IB_SMP_ATTR_NODE_INFO:
		return sib_sma_node_info(sma);
	case IB_SMP_ATTR_SWITCH_INFO:
		return sma_switch_info(sma);
	case IB_SMP_ATTR_GUID_INFO:
		return sib_sma_guid_info(sma, &sw->ports[0]);
	case IB_SMP_ATTR_PORT_INFO:
	case IB_SMP_ATTR_VL_ARB_TABLE:
		return switch_port_sma(sma, sma->mod & 0xff);
	case IB_SMP_ATTR_PKEY_TABLE:
		return switch_port_sma(sma, sma->mod >> 16);
	case IB_SMP_ATTR_SL_TO_VL_TABLE:
		return sma_switch_sl2vl(sma);
	case IB_SMP_ATTR_LINEAR_FORWARD_TABLE:
		return sma_lft(sma);
	case IB_SMP_ATTR_MCAST_FORWARD_TABLE:
		return sma_mft(sma);
	default:
		return SIB_MAD_BAD_ATTR;
	}
}

/**
 * sib_switch_sma() - an SMP reached the SMA of the switch
 * @fabric: the fabric
 * @in_port: where it came in
 * @smp: request, turned into the response
 *
 * Return: true when there is a response to send.
 */
bool sib_switch_sma(struct sib_fabric *fabric, unsigned int in_port, struct ib_smp *smp)
{
	struct sib_sma sma = {
		.fabric = fabric, .smp = smp, .in_port = in_port, .event_hca = -1,
	};

	if (smp->method == IB_MGMT_METHOD_GET || smp->method == IB_MGMT_METHOD_SET) {
		sib_sma_answer(&sma, switch_sma);
		return true;
	}
	if (smp->method == IB_MGMT_METHOD_TRAP_REPRESS)
		sib_trap_repress(fabric->sw.trap, smp->tid);
	return false;
}

/* The answer goes back the way its request came, by LID. */
static void switch_reply(struct sib_fabric *fabric, const struct sib_pkt *request, void *mad)
{
	struct kvec vec = { .iov_base = mad, .iov_len = SIB_MAD_SIZE };
	struct sib_pkt reply = *request;

	reply.src = NULL;
	reply.slid = READ_ONCE(fabric->sw.ports[0].lid);
	reply.dlid = request->slid;
	reply.src_qpn = request->dest_qpn;
	reply.dest_qpn = request->src_qpn;
	reply.vec = &vec;
	reply.nvec = 1;
	if (request->has_grh) {
		reply.grh.sgid = request->grh.dgid;
		reply.grh.dgid = request->grh.sgid;
	}
	sib_switch_route(fabric, 0, &reply);
}

static void switch_recv_gmp(struct sib_fabric *fabric, const struct sib_pkt *pkt)
{
	struct sib_switch *sw = &fabric->sw;
	struct ib_pma_mad mad;

	static_assert(sizeof(mad) == SIB_MAD_SIZE);
	if (pkt->qkey != IB_QP1_QKEY)
		sib_drop(fabric, pkt, SIB_DROP_QKEY);
	else if (sib_pkey_match(&sw->ports[0], pkt->pkey) < 0)
		sib_drop(fabric, pkt, SIB_DROP_PKEY);
	else if (!sib_pkt_mad(pkt, &mad))
		sib_drop(fabric, pkt, SIB_DROP_LENGTH);
	else if (sib_pma_answer(sw->ports, 0, sw->num_ports, &mad))
		switch_reply(fabric, pkt, &mad);
	else
		/* No other manager lives here: nobody takes the MAD. */
		sib_drop(fabric, pkt, SIB_DROP_NO_QP);
}

/**
 * sib_switch_recv() - a packet for the LID of port 0
 * @fabric: the fabric
 * @in_port: where it came in
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 */
void sib_switch_recv(struct sib_fabric *fabric, unsigned int in_port, const struct sib_pkt *pkt)
{
	struct ib_smp smp;

	if (pkt->dest_qpn == 1)
		switch_recv_gmp(fabric, pkt);
	else if (pkt->dest_qpn)
		sib_drop(fabric, pkt, SIB_DROP_NO_QP);
	else if (!sib_pkt_mad(pkt, &smp))
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
	else if (smp.mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE)
		sib_smi_recv(fabric, 0, pkt);
	else if (smp.mgmt_class != IB_MGMT_CLASS_SUBN_LID_ROUTED)
		sib_drop(fabric, pkt, SIB_DROP_BAD_SMP);
	else if (sib_switch_sma(fabric, in_port, &smp))
		switch_reply(fabric, pkt, &smp);
}
