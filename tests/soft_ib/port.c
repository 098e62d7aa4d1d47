// SPDX-License-Identifier: GPL-2.0
/*
 * The ports at both ends of a link: their life, the link state machine, and the ib_events that
 * their changes raise.
 *
 *   DOWN --(both ends plugged in and enabled)--> INIT --SM--> ARMED --SM--> ACTIVE
 *     ^--------------(cable out, SM sets Down or Disabled, HCA goes)-----------'
 *
 * INIT, ARMED and ACTIVE are each end's own; DOWN is always both (IBA 7.2.7). All changes are made
 * under sm_lock; the packet path reads port->state alone.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "fabric.h"

static unsigned int sib_mtu = 4096;
module_param_named(mtu, sib_mtu, uint, 0444);
MODULE_PARM_DESC(mtu, "MTU that ports and switch support: 2048 or 4096 (default)");

#define SIB_NODE_GUID		0x0253494200000000ULL	/* locally administered: bit 57 */
#define WIDTH_1X_4X		(IB_WIDTH_1X | IB_WIDTH_4X)
#define SPEEDS_SDR_DDR_QDR	7
#define SPEED_QDR		4	/* LinkSpeedActive when an extended speed is in use */
#define EXT_SPEED_EDR		2	/* LinkSpeedExtActive (IBA 14.2.5.6) */
#define EXT_SPEEDS_FDR_EDR	3
#define DEFAULT_PREFIX		0xfe80000000000000ULL

static enum ib_mtu mtu_cap(void)
{
	return sib_mtu >= 4096 ? IB_MTU_4096 : IB_MTU_2048;
}

static void set_nibbles(struct sib_port *port, u8 state, u8 phys)
{
	struct sib_port_info *info = sib_port_info(port);

	info->speed_state = (info->speed_state & 0xf0) | state;
	info->phys_downdef = (phys << 4) | (info->phys_downdef & 0xf);
	WRITE_ONCE(port->phys_up, phys == SIB_PHYS_LINK_UP);
	WRITE_ONCE(port->state, state);
}

/**
 * sib_port_init() - power-on state of a port
 * @port: zeroed
 * @kind: which components it has
 * @num: its number
 * @guid: its GUID
 */
void sib_port_init(struct sib_port *port, enum sib_port_kind kind, unsigned int num, __be64 guid)
{
	struct sib_port_info *info = sib_port_info(port);
	u32 caps = IB_PORT_TRAP_SUP | IB_PORT_SL_MAP_SUP | IB_PORT_SYS_IMAGE_GUID_SUP |
		   IB_PORT_EXTENDED_SPEEDS_SUP | IB_PORT_CAP_MASK_NOTICE_SUP;

	if (kind == SIB_PORT_HCA)
		caps |= IB_PORT_CLIENT_REG_SUP | IB_PORT_OTHER_LOCAL_CHANGES_SUP;
	if (kind != SIB_PORT_SWITCH_EXT) {
		info->gid_prefix = cpu_to_be64(DEFAULT_PREFIX);
		info->cap_mask = cpu_to_be32(caps);
		info->guid_cap = SIB_GUID_TABLE_LEN;
		port->guids[0] = guid;
	}
	info->local_port = num;
	info->width_enabled = WIDTH_1X_4X;
	info->width_supported = WIDTH_1X_4X;
	info->width_active = IB_WIDTH_4X;
	info->speed_state = SPEEDS_SDR_DDR_QDR << 4;
	info->phys_downdef = SIB_PHYS_POLLING;
	info->speed_active_enabled = (SPEED_QDR << 4) | SPEEDS_SDR_DDR_QDR;
	/* As large as can be: OpenSM retrains links whose NeighborMTU or OperationalVLs change. */
	info->mtu_smsl = mtu_cap() << 4;
	info->vlcap_init = SIB_VL_CAP << 4;
	info->vl_arb_high_cap = SIB_VL_ARB_CAP;
	info->vl_arb_low_cap = SIB_VL_ARB_CAP;
	info->initreply_mtucap = mtu_cap();
	info->opvl_enforce = SIB_VL_CAP << 4;
	info->resp_time = 16;	/* 4.096 us << 16: a quarter of a second */
	info->ext_speed = (EXT_SPEED_EDR << 4) | EXT_SPEEDS_FDR_EDR;
	info->ext_speed_enabled = EXT_SPEEDS_FDR_EDR;
	port->mtu = mtu_cap();
	port->cable = true;
	sib_pkey_init(port);
	if (kind == SIB_PORT_SWITCH_0) {
		/* Nothing to train: management may always reach it. */
		set_nibbles(port, IB_PORT_ACTIVE, SIB_PHYS_LINK_UP);
	} else {
		set_nibbles(port, IB_PORT_DOWN, SIB_PHYS_POLLING);
	}
}

/* Takes both ends down or, trained anew, to INIT; returns the events that the HCA sees. */
static u32 link_set(struct sib_fabric *fabric, int link, bool up)
{
	struct sib_port *far = &fabric->sw.ports[link + 1];
	struct sib_hca *hca = sib_hca_locked(fabric, link);
	u32 events = 0;

	if (up) {
		set_nibbles(far, IB_PORT_INIT, SIB_PHYS_LINK_UP);
		set_nibbles(&hca->port, IB_PORT_INIT, SIB_PHYS_LINK_UP);
	} else {
		if (far->state != IB_PORT_DOWN)
			atomic64_inc(&far->counters.link_downed);
		set_nibbles(far, IB_PORT_DOWN,
			    far->disabled ? SIB_PHYS_DISABLED : SIB_PHYS_POLLING);
		if (hca) {
			if (hca->port.state == IB_PORT_ACTIVE)
				events = BIT(IB_EVENT_PORT_ERR);
			if (hca->port.state != IB_PORT_DOWN)
				atomic64_inc(&hca->port.counters.link_downed);
			set_nibbles(&hca->port, IB_PORT_DOWN,
				    hca->port.disabled ? SIB_PHYS_DISABLED : SIB_PHYS_POLLING);
		}
	}
	sib_switch_link_changed(fabric);
	return events;
}

/**
 * sib_link_update() - makes both ends agree with cable, disabled and attachment
 * @fabric: the fabric
 * @link: index of the HCA
 *
 * Context: under sm_lock.
 * Return: events that the HCA sees.
 */
u32 sib_link_update(struct sib_fabric *fabric, int link)
{
	struct sib_port *far = &fabric->sw.ports[link + 1];
	struct sib_hca *hca = sib_hca_locked(fabric, link);
	bool want = hca && hca->port.cable && !hca->port.disabled && !far->disabled;
	bool is_up = far->state != IB_PORT_DOWN;

	lockdep_assert_held(&fabric->sm_lock);
	if (want == is_up)
		return 0;
	return link_set(fabric, link, want);
}

/**
 * sib_port_set_state() - the SM sets PortState or PortPhysicalState
 * @sma: the request; collects the events
 * @port: which end of the link
 * @link: index of the HCA
 * @state: a valid PortState
 * @phys: a valid PortPhysicalState
 *
 * Context: under sm_lock.
 */
void sib_port_set_state(struct sib_sma *sma, struct sib_port *port, int link, u8 state, u8 phys)
{
	struct sib_fabric *fabric = sma->fabric;
	bool was_active = port->state == IB_PORT_ACTIVE;

	lockdep_assert_held(&fabric->sm_lock);
	if (phys != SIB_PHYS_NOP)
		port->disabled = phys == SIB_PHYS_DISABLED;
	if (state == IB_PORT_DOWN || phys != SIB_PHYS_NOP) {
		/* Down, and up again unless an end is disabled: the link trains anew. */
		sma->events |= link_set(fabric, link, false);
		sma->events |= sib_link_update(fabric, link);
		return;
	}
	if (state == IB_PORT_NOP || state == port->state)
		return;
	set_nibbles(port, state, SIB_PHYS_LINK_UP);
	if (sma->hca && state == IB_PORT_ACTIVE && !was_active)
		sma->events |= BIT(IB_EVENT_PORT_ACTIVE);
}

/**
 * sib_port_dispatch() - raises events on an HCA, if it is attached
 * @fabric: the fabric
 * @index: which HCA; negative: nobody
 * @events: bits 1 << enum ib_event_type
 *
 * Context: any; no lock of ours held.
 */
void sib_port_dispatch(struct sib_fabric *fabric, int index, u32 events)
{
	/* The order in which a client can use them: identity first, then the link. */
	static const enum ib_event_type order[] = {
		IB_EVENT_PORT_ERR, IB_EVENT_LID_CHANGE, IB_EVENT_GID_CHANGE,
		IB_EVENT_PKEY_CHANGE, IB_EVENT_SM_CHANGE, IB_EVENT_PORT_ACTIVE,
		IB_EVENT_CLIENT_REREGISTER, IB_EVENT_DEVICE_FATAL,
	};
	struct ib_event event = { .element.port_num = 1 };
	struct sib_hca *hca;
	unsigned int i;

	if (!events || index < 0)
		return;
	rcu_read_lock();
	hca = sib_hca_rcu(fabric, index);
	if (hca && READ_ONCE(hca->faults.events_lost))
		hca = NULL;
	for (i = 0; hca && i < ARRAY_SIZE(order); i++) {
		if (!(events & BIT(order[i])))
			continue;
		event.device = &hca->ibdev;
		event.event = order[i];
		ib_dispatch_event(&event);
	}
	rcu_read_unlock();
}

/**
 * sib_port_cable() - the link knob
 * @hca: the HCA
 * @in: plugged in
 */
void sib_port_cable(struct sib_hca *hca, bool in)
{
	struct sib_fabric *fabric = hca->fabric;
	u32 events;

	spin_lock_irq(&fabric->sm_lock);
	hca->port.cable = in;
	events = sib_link_update(fabric, hca->index);
	spin_unlock_irq(&fabric->sm_lock);
	sib_port_dispatch(fabric, hca->index, events);
}

/**
 * sib_port_force_lid() - the lid knob
 * @hca: the HCA
 * @lid: its new base LID
 *
 * Return: 0 or the error of sib_switch_add_lid().
 */
int sib_port_force_lid(struct sib_hca *hca, u16 lid)
{
	struct sib_fabric *fabric = hca->fabric;
	struct sib_port *port = &hca->port;
	int ret;

	spin_lock_irq(&fabric->sm_lock);
	ret = sib_switch_add_lid(fabric, lid, port->lmc, hca->index + 1);
	if (!ret) {
		sib_port_info(port)->lid = cpu_to_be16(lid);
		WRITE_ONCE(port->lid, lid);
	}
	spin_unlock_irq(&fabric->sm_lock);
	if (!ret)
		sib_port_dispatch(fabric, hca->index, BIT(IB_EVENT_LID_CHANGE));
	return ret;
}

/**
 * sib_port_gid() - a GID of a port
 * @port: the port
 * @index: entry of the GUIDInfo table
 * @gid: set to the SM's prefix and that entry
 *
 * Context: any.
 */
void sib_port_gid(const struct sib_port *port, unsigned int index, union ib_gid *gid)
{
	const struct sib_port_info *info = (const void *)port->info;

	gid->global.subnet_prefix = READ_ONCE(info->gid_prefix);
	gid->global.interface_id = index < SIB_GUID_TABLE_LEN ? READ_ONCE(port->guids[index]) : 0;
}

/**
 * sib_port_query() - all of a port that PortInfo knows
 * @hca: the HCA
 * @attr: filled
 *
 * Context: any.
 */
void sib_port_query(struct sib_hca *hca, struct ib_port_attr *attr)
{
	const struct sib_port_info *info = sib_port_info(&hca->port);
	unsigned long flags;

	spin_lock_irqsave(&hca->fabric->sm_lock, flags);
	attr->state = info->speed_state & 0xf;
	attr->phys_state = info->phys_downdef >> 4;
	attr->max_mtu = info->initreply_mtucap & 0xf;
	attr->active_mtu = info->mtu_smsl >> 4;
	attr->phys_mtu = ib_mtu_enum_to_int(attr->active_mtu);
	attr->gid_tbl_len = SIB_GUID_TABLE_LEN;
	attr->pkey_tbl_len = SIB_PKEY_TABLE_LEN;
	attr->port_cap_flags = be32_to_cpu(info->cap_mask);
	attr->max_msg_sz = ib_mtu_enum_to_int(attr->max_mtu);
	attr->bad_pkey_cntr = be16_to_cpu(info->pkey_violations);
	attr->qkey_viol_cntr = be16_to_cpu(info->qkey_violations);
	attr->lid = be16_to_cpu(info->lid);
	attr->lmc = info->mkeyprot_lmc & 7;
	attr->sm_lid = be16_to_cpu(info->sm_lid);
	attr->sm_sl = info->mtu_smsl & 0xf;
	attr->max_vl_num = info->vlcap_init >> 4;
	attr->subnet_timeout = info->rereg_subnet_timeout & 0x1f;
	attr->init_type_reply = info->initreply_mtucap >> 4;
	attr->active_width = IB_WIDTH_4X;
	attr->active_speed = IB_SPEED_EDR;
	spin_unlock_irqrestore(&hca->fabric->sm_lock, flags);
}

/**
 * sib_modify_port() - ib_device_ops.modify_port: capability bits such as IsSM
 * @ibdev: the HCA
 * @port_num: 1
 * @mask: what to do besides
 * @props: bits to set and to clear
 *
 * Return: 0.
 */
int sib_modify_port(struct ib_device *ibdev, compat_port_t port_num, int mask,
		    struct ib_port_modify *props)
{
	struct sib_hca *hca = to_sib_hca(ibdev);
	struct sib_port_info *info = sib_port_info(&hca->port);
	u32 caps;

	spin_lock_irq(&hca->fabric->sm_lock);
	if (mask & IB_PORT_RESET_QKEY_CNTR)
		info->qkey_violations = 0;
	caps = be32_to_cpu(info->cap_mask);
	caps = (caps | props->set_port_cap_mask) & ~props->clr_port_cap_mask;
	if (caps != be32_to_cpu(info->cap_mask)) {
		WRITE_ONCE(info->cap_mask, cpu_to_be32(caps));
		sib_trap_raise(hca->trap, 0);
	}
	spin_unlock_irq(&hca->fabric->sm_lock);
	return 0;
}

/**
 * sib_modify_device() - ib_device_ops.modify_device: the node description
 * @ibdev: the HCA
 * @mask: what to change
 * @props: the new values
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int sib_modify_device(struct ib_device *ibdev, int mask, struct ib_device_modify *props)
{
	struct sib_hca *hca = to_sib_hca(ibdev);

	if (mask & ~IB_DEVICE_MODIFY_NODE_DESC)
		return -EOPNOTSUPP;
	if (!(mask & IB_DEVICE_MODIFY_NODE_DESC))
		return 0;
	spin_lock_irq(&hca->fabric->sm_lock);
	memcpy(ibdev->node_desc, props->node_desc, IB_DEVICE_NODE_DESC_MAX);
	sib_trap_raise(hca->trap, IB_NOTICE_TRAP_NODE_DESC_CHG);
	spin_unlock_irq(&hca->fabric->sm_lock);
	return 0;
}

/**
 * sib_port_setup() - GUIDs, PortInfo, tables, knobs; before ib_register_device()
 * @hca: the HCA
 *
 * Return: 0 or -ENOMEM.
 */
int sib_port_setup(struct sib_hca *hca)
{
	u64 guid = SIB_NODE_GUID + ((hca->index + 1) << 8);
	int ret;

	hca->node_guid = cpu_to_be64(guid);
	hca->sys_image_guid = cpu_to_be64(guid);
	sib_port_init(&hca->port, SIB_PORT_HCA, 1, cpu_to_be64(guid + 1));
	ret = sib_fault_init(hca);
	if (ret)
		return ret;
	hca->trap = sib_trap_create(hca->fabric, hca);
	if (hca->trap)
		return 0;
	sib_fault_free(hca);
	return -ENOMEM;
}

/**
 * compat_port_teardown() - the opposite of sib_port_setup(); after ib_unregister_device()
 * @hca: the HCA
 */
void compat_port_teardown(struct sib_hca *hca)
{
	sib_trap_free(hca->trap);
	hca->trap = NULL;
	sib_fault_free(hca);
}

/**
 * sib_port_attach() - plugs the cable in
 * @hca: the HCA, registered
 */
void sib_port_attach(struct sib_hca *hca)
{
	struct sib_fabric *fabric = hca->fabric;

	spin_lock_irq(&fabric->sm_lock);
	rcu_assign_pointer(fabric->hcas[hca->index], hca);
	sib_link_update(fabric, hca->index);
	spin_unlock_irq(&fabric->sm_lock);
	sib_debugfs_add(hca);
}

/**
 * sib_port_detach() - pulls the cable; nothing is delivered from or to the HCA after this
 * @hca: the HCA, about to be unregistered
 *
 * Context: process.
 */
void sib_port_detach(struct sib_hca *hca)
{
	struct sib_fabric *fabric = hca->fabric;
	u32 events = 0;

	/* No knob is in use from here on. */
	sib_debugfs_del(hca);
	spin_lock_irq(&fabric->sm_lock);
	if (sib_hca_locked(fabric, hca->index) == hca) {
		hca->port.cable = false;
		events = sib_link_update(fabric, hca->index);
	}
	spin_unlock_irq(&fabric->sm_lock);
	sib_port_dispatch(fabric, hca->index, events);

	spin_lock_irq(&fabric->sm_lock);
	RCU_INIT_POINTER(fabric->hcas[hca->index], NULL);
	spin_unlock_irq(&fabric->sm_lock);
	synchronize_rcu();
	/* Whoever still held the pointer is done: nothing new is held or raised. */
	sib_fault_stop(hca);
	sib_trap_stop(hca->trap);
}
