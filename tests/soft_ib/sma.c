// SPDX-License-Identifier: GPL-2.0
/*
 * The subnet management agent of an HCA, and the attributes it shares with the switch's
 * (IBA 14.2.5). Requests arrive by process_mad, on the CPU of the sender and perhaps in atomic
 * context; sm_lock serialises them with each other and with link changes.
 */
#include "fabric.h"

/* Node types of NodeInfo (IBA 14.2.5.3). */
#define SIB_NODE_CA		1
#define SIB_NODE_SWITCH		2
/* A name for the model: vendor 0 is nobody's OUI. */
#define SIB_DEVICE_ID		0x51b0

static_assert(sizeof(struct ib_node_info) <= IB_SMP_DATA_SIZE);

/**
 * sib_sma_node_desc() - NodeDescription (IBA 14.2.5.2)
 * @sma: the request
 * @desc: the description
 *
 * Return: MAD status.
 */
u16 sib_sma_node_desc(struct sib_sma *sma, const char *desc)
{
	if (sma->set)
		return SIB_MAD_BAD_ATTR;
	strscpy_pad(sma->smp->data, desc, IB_SMP_DATA_SIZE);
	return SIB_MAD_OK;
}

/**
 * sib_sma_node_info() - NodeInfo (IBA 14.2.5.3)
 * @sma: the request
 *
 * Return: MAD status.
 */
u16 sib_sma_node_info(struct sib_sma *sma)
{
	struct ib_node_info *info = (struct ib_node_info *)sma->smp->data;
	struct sib_switch *sw = &sma->fabric->sw;

	if (sma->set)
		return SIB_MAD_BAD_ATTR;
	memset(info, 0, IB_SMP_DATA_SIZE);
	info->base_version = IB_MGMT_BASE_VERSION;
	info->class_version = 1;
	info->node_type = sma->hca ? SIB_NODE_CA : SIB_NODE_SWITCH;
	info->num_ports = sma->hca ? 1 : sw->num_ports;
	info->sys_guid = sma->hca ? sma->hca->sys_image_guid : sw->node_guid;
	info->node_guid = sma->hca ? sma->hca->node_guid : sw->node_guid;
	info->port_guid = sma->hca ? sma->hca->port.guids[0] : sw->node_guid;
	info->partition_cap = cpu_to_be16(SIB_PKEY_TABLE_LEN);
	info->device_id = cpu_to_be16(SIB_DEVICE_ID);
	info->local_port_num = sma->in_port;
	return SIB_MAD_OK;
}

/**
 * sib_sma_guid_info() - GUIDInfo (IBA 14.2.5.5)
 * @sma: the request
 * @port: whose table
 *
 * Return: MAD status.
 */
u16 sib_sma_guid_info(struct sib_sma *sma, struct sib_port *port)
{
	__be64 *guids = (__be64 *)sma->smp->data;
	unsigned int i;

	static_assert(sizeof(port->guids) == IB_SMP_DATA_SIZE);
	if (sma->mod)
		return SIB_MAD_BAD_VALUE;
	/* Entry 0 is the port's own and read-only (IBA 14.2.5.5). */
	for (i = 1; sma->set && i < SIB_GUID_TABLE_LEN; i++) {
		if (port->guids[i] == guids[i])
			continue;
		WRITE_ONCE(port->guids[i], guids[i]);
		sma->events |= BIT(IB_EVENT_GID_CHANGE);
	}
	memcpy(guids, port->guids, sizeof(port->guids));
	return SIB_MAD_OK;
}

/**
 * sib_guid_force() - the guids knob: an alias GUID changes as if the SM had set it
 * @hca: the HCA
 * @index: which entry; 0 is the port's own
 * @guid: its new value, host order
 *
 * Return: 0 or -EINVAL.
 */
int sib_guid_force(struct sib_hca *hca, unsigned int index, u64 guid)
{
	if (!index || index >= SIB_GUID_TABLE_LEN)
		return -EINVAL;
	spin_lock_irq(&hca->fabric->sm_lock);
	WRITE_ONCE(hca->port.guids[index], cpu_to_be64(guid));
	spin_unlock_irq(&hca->fabric->sm_lock);
	sib_port_dispatch(hca->fabric, hca->index, BIT(IB_EVENT_GID_CHANGE));
	return 0;
}

/**
 * sib_sma_sl2vl() - SLtoVLMappingTable (IBA 14.2.5.8)
 * @sma: the request
 * @table: 8 bytes, wire image
 *
 * Return: MAD status.
 */
u16 sib_sma_sl2vl(struct sib_sma *sma, u8 *table)
{
	if (sma->set)
		memcpy(table, sma->smp->data, 8);
	memset(sma->smp->data, 0, IB_SMP_DATA_SIZE);
	memcpy(sma->smp->data, table, 8);
	return SIB_MAD_OK;
}

/* The high half of the modifier names the block: low priority 1 and 2, high priority 3 and 4. */
/**
 * sib_sma_vl_arb() - VLArbitrationTable (IBA 14.2.5.9)
 * @sma: the request
 * @port: whose table
 *
 * Return: MAD status.
 */
u16 sib_sma_vl_arb(struct sib_sma *sma, struct sib_port *port)
{
	unsigned int block = sma->mod >> 16;

	static_assert(sizeof(port->vl_arb[0]) == IB_SMP_DATA_SIZE);
	if (block < 1 || block > ARRAY_SIZE(port->vl_arb))
		return SIB_MAD_BAD_VALUE;
	if (sma->set)
		memcpy(port->vl_arb[block - 1], sma->smp->data, IB_SMP_DATA_SIZE);
	else
		memcpy(sma->smp->data, port->vl_arb[block - 1], IB_SMP_DATA_SIZE);
	return SIB_MAD_OK;
}

/* Commands for the link that its present state allows (IBA 7.2.7, 14.2.5.6). */
static bool state_change_ok(const struct sib_port *port, u8 state, u8 phys)
{
	switch (state) {
	case IB_PORT_NOP:
	case IB_PORT_DOWN:
		break;
	case IB_PORT_ARMED:
		if (port->state != IB_PORT_INIT && port->state != IB_PORT_ARMED)
			return false;
		break;
	case IB_PORT_ACTIVE:
		if (port->state != IB_PORT_ARMED && port->state != IB_PORT_ACTIVE)
			return false;
		break;
	default:
		return false;
	}
	return phys == SIB_PHYS_NOP || phys == SIB_PHYS_POLLING || phys == SIB_PHYS_DISABLED;
}

static bool lid_ok(__be16 lid)
{
	return lid && be16_to_cpu(lid) < SIB_LID_MCAST;
}

static bool port_info_ok(struct sib_port *port, const struct sib_port_info *new,
			 enum sib_port_kind kind)
{
	const struct sib_port_info *now = sib_port_info(port);
	u8 enable = new->width_enabled;

	if (kind != SIB_PORT_SWITCH_EXT) {
		/* An SM that has no LID yet for the port sends back what it read. */
		if (new->lid != now->lid && !lid_ok(new->lid))
			return false;
		if (new->sm_lid && !lid_ok(new->sm_lid))
			return false;
	}
	if (kind == SIB_PORT_SWITCH_0)
		return true;
	if (new->mtu_smsl >> 4 > (now->initreply_mtucap & 0xf) ||
	    new->opvl_enforce >> 4 > now->vlcap_init >> 4)
		return false;
	/* 0: no change; all ones: whatever is supported. */
	if (enable != 0xff && enable & ~now->width_supported)
		return false;
	enable = new->speed_active_enabled & 0xf;
	if (enable != 0xf && enable & ~(now->speed_state >> 4))
		return false;
	return state_change_ok(port, new->speed_state & 0xf, new->phys_downdef >> 4);
}

/* Components of the ports that have a LID: the HCA's, and the switch's port 0. */
static void set_port_identity(struct sib_sma *sma, struct sib_port *port,
			      const struct sib_port_info *new)
{
	struct sib_port_info *now = sib_port_info(port);

	if (new->lid != now->lid || (new->mkeyprot_lmc ^ now->mkeyprot_lmc) & 7)
		sma->events |= BIT(IB_EVENT_LID_CHANGE);
	if (new->sm_lid != now->sm_lid || (new->mtu_smsl ^ now->mtu_smsl) & 0xf)
		sma->events |= BIT(IB_EVENT_SM_CHANGE);
	if (new->gid_prefix != now->gid_prefix)
		sma->events |= BIT(IB_EVENT_GID_CHANGE);
	if (new->rereg_subnet_timeout & SIB_CLIENT_REREGISTER)
		sma->events |= BIT(IB_EVENT_CLIENT_REREGISTER);

	now->mkey = new->mkey;
	WRITE_ONCE(now->gid_prefix, new->gid_prefix);
	now->lid = new->lid;
	now->sm_lid = new->sm_lid;
	now->mkey_lease = new->mkey_lease;
	now->mkeyprot_lmc = new->mkeyprot_lmc & 0xc7;
	now->mtu_smsl = (now->mtu_smsl & 0xf0) | (new->mtu_smsl & 0xf);
	now->mkey_violations = new->mkey_violations;
	now->pkey_violations = new->pkey_violations;
	now->qkey_violations = new->qkey_violations;
	now->rereg_subnet_timeout = new->rereg_subnet_timeout & 0x1f;

	WRITE_ONCE(port->lid, be16_to_cpu(new->lid));
	WRITE_ONCE(port->lmc, new->mkeyprot_lmc & 7);
}

/* Components of the ports at the end of a link. */
static void set_port_link(struct sib_port *port, const struct sib_port_info *new,
			  enum sib_port_kind kind)
{
	struct sib_port_info *now = sib_port_info(port);
	u8 enable = new->speed_active_enabled & 0xf;

	if (new->width_enabled)
		now->width_enabled = new->width_enabled == 0xff ? now->width_supported :
				     new->width_enabled;
	if (enable)
		now->speed_active_enabled = (now->speed_active_enabled & 0xf0) |
					    (enable == 0xf ? now->speed_state >> 4 : enable);
	if (new->phys_downdef & 0xf)
		now->phys_downdef = (now->phys_downdef & 0xf0) | (new->phys_downdef & 0xf);
	if (new->mtu_smsl >> 4)
		now->mtu_smsl = (new->mtu_smsl & 0xf0) | (now->mtu_smsl & 0xf);
	if (new->opvl_enforce >> 4)
		now->opvl_enforce = (new->opvl_enforce & 0xf0) | (now->opvl_enforce & 0xf);
	now->vl_high_limit = new->vl_high_limit;
	now->error_thresholds = new->error_thresholds;
	WRITE_ONCE(port->mtu, now->mtu_smsl >> 4);
	if (kind != SIB_PORT_SWITCH_EXT)
		return;
	now->stall_hoq = new->stall_hoq;
	now->opvl_enforce = (now->opvl_enforce & 0xf0) | (new->opvl_enforce & 0xf);
	WRITE_ONCE(port->enforce, now->opvl_enforce & (SIB_ENFORCE_IN | SIB_ENFORCE_OUT));
}

/**
 * sib_sma_port_info() - PortInfo (IBA 14.2.5.6)
 * @sma: the request; @event_hca is the link
 * @port: whose
 * @kind: which components it has
 *
 * A Set with an invalid component changes nothing.
 *
 * Return: MAD status.
 */
u16 sib_sma_port_info(struct sib_sma *sma, struct sib_port *port, enum sib_port_kind kind)
{
	struct sib_port_info *data = (struct sib_port_info *)sma->smp->data;
	u16 status = SIB_MAD_OK;
	u8 rereg = 0;

	if (sma->set) {
		struct sib_port_info new = *data;

		if (port_info_ok(port, &new, kind)) {
			if (kind != SIB_PORT_SWITCH_EXT)
				set_port_identity(sma, port, &new);
			if (kind != SIB_PORT_SWITCH_0) {
				set_port_link(port, &new, kind);
				sib_port_set_state(sma, port, sma->event_hca,
						   new.speed_state & 0xf, new.phys_downdef >> 4);
			}
			rereg = new.rereg_subnet_timeout & SIB_CLIENT_REREGISTER;
		} else {
			status = SIB_MAD_BAD_VALUE;
		}
	}
	*data = *sib_port_info(port);
	data->local_port = sma->in_port;
	/* The bit reads as 0, but the response to a Set repeats it. */
	data->rereg_subnet_timeout |= rereg;
	return status;
}

static u16 hca_sma(struct sib_sma *sma)
{
	struct sib_port *port = &sma->hca->port;
	/* 0 stands for the port that the SMP came in by; bit 31 says that the SM knows speeds. */
	bool port_ok = (sma->mod & 0xff) <= 1;

	switch (sma->smp->attr_id) {
	case IB_SMP_ATTR_NODE_DESC:
		return sib_sma_node_desc(sma, sma->hca->ibdev.node_desc);
	case IB_SMP_ATTR_NODE_INFO:
		return sib_sma_node_info(sma);
	case IB_SMP_ATTR_GUID_INFO:
		return sib_sma_guid_info(sma, port);
	case IB_SMP_ATTR_PORT_INFO:
		return port_ok ? sib_sma_port_info(sma, port, SIB_PORT_HCA) : SIB_MAD_BAD_VALUE;
	case IB_SMP_ATTR_PKEY_TABLE:
		return sib_sma_pkeys(sma, port, sma->mod & 0xffff, true);
	case IB_SMP_ATTR_SL_TO_VL_TABLE:
		return sib_sma_sl2vl(sma, port->sl2vl);
	case IB_SMP_ATTR_VL_ARB_TABLE:
		return sib_sma_vl_arb(sma, port);
	default:
		return SIB_MAD_BAD_ATTR;
	}
}

/**
 * sib_sma_answer() - turns a request into its response and raises the events
 * @sma: the request
 * @handler: the attributes of this node; called under sm_lock
 *
 * Context: any but hard interrupt, sm_lock not held.
 */
void sib_sma_answer(struct sib_sma *sma, u16 (*handler)(struct sib_sma *sma))
{
	struct ib_smp *smp = sma->smp;
	unsigned long flags;
	u16 status;

	if (smp->base_version != IB_MGMT_BASE_VERSION || smp->class_version != 1) {
		status = SIB_MAD_BAD_VERSION;
	} else if (smp->method != IB_MGMT_METHOD_GET && smp->method != IB_MGMT_METHOD_SET) {
		status = SIB_MAD_BAD_METHOD;
	} else {
		sma->set = smp->method == IB_MGMT_METHOD_SET;
		sma->mod = be32_to_cpu(smp->attr_mod);
		spin_lock_irqsave(&sma->fabric->sm_lock, flags);
		status = handler(sma);
		spin_unlock_irqrestore(&sma->fabric->sm_lock, flags);
	}
	smp->method = IB_MGMT_METHOD_GET_RESP;
	smp->status = cpu_to_be16(status);
	if (smp->mgmt_class == IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE)
		smp->status |= IB_SMP_DIRECTION;
	sib_port_dispatch(sma->fabric, sma->event_hca, sma->events);
}

static int process_smp(struct sib_hca *hca, struct ib_smp *smp)
{
	struct sib_sma sma = {
		.fabric = hca->fabric, .hca = hca, .smp = smp, .in_port = 1,
		.event_hca = hca->index,
	};
	u32 caps = be32_to_cpu(READ_ONCE(sib_port_info(&hca->port)->cap_mask));

	switch (smp->method) {
	case IB_MGMT_METHOD_GET:
	case IB_MGMT_METHOD_SET:
		/* An SM in user space answers for itself. */
		if (smp->attr_id == IB_SMP_ATTR_SM_INFO && caps & IB_PORT_SM)
			return IB_MAD_RESULT_SUCCESS;
		sib_sma_answer(&sma, hca_sma);
		return IB_MAD_RESULT_SUCCESS | IB_MAD_RESULT_REPLY;
	case IB_MGMT_METHOD_TRAP_REPRESS:
		if (sib_trap_repress(hca->trap, smp->tid))
			return IB_MAD_RESULT_SUCCESS | IB_MAD_RESULT_CONSUMED;
		return IB_MAD_RESULT_SUCCESS;
	default:
		/* Traps, reports and responses are for agents in user space. */
		return IB_MAD_RESULT_SUCCESS;
	}
}

/**
 * sib_process_mad() - ib_device_ops.process_mad: SMA and PMA of an HCA
 * @ibdev: the HCA
 * @flags: unused: M_Keys are never demanded
 * @port_num: 1
 * @wc: unused
 * @grh: unused
 * @in: the MAD
 * @out: the response
 * @out_size: unused
 * @out_pkey_index: unused
 *
 * Context: perhaps atomic.
 * Return: IB_MAD_RESULT_ flags; plain SUCCESS leaves the MAD to agents.
 */
int sib_process_mad(struct ib_device *ibdev, int flags, compat_port_t port_num,
		    const struct ib_wc *wc, const struct ib_grh *grh, const struct ib_mad *in,
		    struct ib_mad *out, size_t *out_size, u16 *out_pkey_index)
{
	struct sib_hca *hca = to_sib_hca(ibdev);

	memcpy(out, in, sizeof(*out));
	switch (in->mad_hdr.mgmt_class) {
	case IB_MGMT_CLASS_SUBN_LID_ROUTED:
	case IB_MGMT_CLASS_SUBN_DIRECTED_ROUTE:
		return process_smp(hca, (struct ib_smp *)out);
	case IB_MGMT_CLASS_PERF_MGMT:
		if (sib_pma_answer(&hca->port, 1, 1, (struct ib_pma_mad *)out))
			return IB_MAD_RESULT_SUCCESS | IB_MAD_RESULT_REPLY;
		return IB_MAD_RESULT_SUCCESS;
	default:
		return IB_MAD_RESULT_SUCCESS;
	}
}
