/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the fabric half share: wire images, the context of one SMP, links, traps.
 * Nothing here is for the verbs half; that is soft_ib.h.
 */
#ifndef SOFT_IB_FABRIC_H
#define SOFT_IB_FABRIC_H

#include <linux/build_bug.h>
#include <linux/lockdep.h>
#include <rdma/ib_pma.h>
#include <rdma/ib_smi.h>

#include "soft_ib.h"

#define SIB_LID_MCAST		0xc000	/* first multicast LID (IBA 4.1.1) */
#define SIB_LID_PERMISSIVE	0xffff
#define SIB_VL_CAP		1	/* PortInfo.VLCap: VL0 alone */
#define SIB_VL_ARB_CAP		8	/* entries of each arbitration table */

/* PortInfo.PortPhysicalState (IBA 14.2.5.6). */
enum sib_phys_state {
	SIB_PHYS_NOP = 0,
	SIB_PHYS_POLLING = 2,
	SIB_PHYS_DISABLED = 3,
	SIB_PHYS_LINK_UP = 5,
};

/**
 * struct sib_port_info - PortInfo, wire image (IBA 14.2.5.6)
 * @mkey: M_Key: stored, never demanded
 * @gid_prefix: subnet prefix
 * @lid: base LID
 * @sm_lid: MasterSMLID
 * @cap_mask: CapabilityMask
 * @diag_code: always 0
 * @mkey_lease: stored
 * @local_port: the port on which the SMP arrived
 * @width_enabled: stored
 * @width_supported: 1x and 4x
 * @width_active: 4x
 * @speed_state: LinkSpeedSupported 7:4, PortState 3:0
 * @phys_downdef: PortPhysicalState 7:4, LinkDownDefaultState 3:0
 * @mkeyprot_lmc: M_KeyProtectBits 7:6, LMC 2:0
 * @speed_active_enabled: LinkSpeedActive 7:4, LinkSpeedEnabled 3:0
 * @mtu_smsl: NeighborMTU 7:4, MasterSMSL 3:0
 * @vlcap_init: VLCap 7:4, InitType 3:0
 * @vl_high_limit: stored
 * @vl_arb_high_cap: SIB_VL_ARB_CAP
 * @vl_arb_low_cap: SIB_VL_ARB_CAP
 * @initreply_mtucap: InitTypeReply 7:4, MTUCap 3:0
 * @stall_hoq: stored
 * @opvl_enforce: OperationalVLs 7:4, P_Key enforcement in 3 and out 2, raw filters 1:0
 * @mkey_violations: counter
 * @pkey_violations: counter
 * @qkey_violations: counter
 * @guid_cap: entries of the GUIDInfo table
 * @rereg_subnet_timeout: ClientReregister 7, SubnetTimeOut 4:0
 * @resp_time: RespTimeValue 4:0
 * @error_thresholds: stored
 * @max_credit_hint: 0
 * @reserved: 0
 * @roundtrip_latency: 0
 * @cap_mask2: 0
 * @ext_speed: LinkSpeedExtActive 7:4, LinkSpeedExtSupported 3:0
 * @ext_speed_enabled: LinkSpeedExtEnabled 4:0
 */
struct sib_port_info {
	__be64 mkey;
	__be64 gid_prefix;
	__be16 lid;
	__be16 sm_lid;
	__be32 cap_mask;
	__be16 diag_code;
	__be16 mkey_lease;
	u8 local_port;
	u8 width_enabled;
	u8 width_supported;
	u8 width_active;
	u8 speed_state;
	u8 phys_downdef;
	u8 mkeyprot_lmc;
	u8 speed_active_enabled;
	u8 mtu_smsl;
	u8 vlcap_init;
	u8 vl_high_limit;
	u8 vl_arb_high_cap;
	u8 vl_arb_low_cap;
	u8 initreply_mtucap;
	u8 stall_hoq;
	u8 opvl_enforce;
	__be16 mkey_violations;
	__be16 pkey_violations;
	__be16 qkey_violations;
	u8 guid_cap;
	u8 rereg_subnet_timeout;
	u8 resp_time;
	u8 error_thresholds;
	__be16 max_credit_hint;
	u8 reserved;
	u8 roundtrip_latency[3];
	__be16 cap_mask2;
	u8 ext_speed;
	u8 ext_speed_enabled;
};

static_assert(sizeof(struct sib_port_info) == IB_SMP_DATA_SIZE);
static_assert(sizeof(struct ib_smp) == SIB_MAD_SIZE);
static_assert(sizeof_field(struct sib_port, info) == sizeof(struct sib_port_info));

/* PortInfo.opvl_enforce, and sib_port.enforce */
#define SIB_ENFORCE_IN		BIT(3)
#define SIB_ENFORCE_OUT		BIT(2)
#define SIB_CLIENT_REREGISTER	BIT(7)	/* PortInfo.rereg_subnet_timeout */

/* Which of PortInfo's components a port has. */
enum sib_port_kind {
	SIB_PORT_HCA,
	SIB_PORT_SWITCH_0,	/* base switch port 0: management only, no link */
	SIB_PORT_SWITCH_EXT,	/* external: a link, but no LID */
};

/**
 * struct sib_sma - a Get or Set on its way through an SMA
 * @fabric: the fabric
 * @hca: whose SMA; NULL: the switch's
 * @smp: the request, turned into the response in place
 * @mod: attribute modifier
 * @set: Set, not Get
 * @in_port: the port on which it arrived
 * @event_hca: index of the HCA that sees @events
 * @events: bits 1 << enum ib_event_type, to be raised after sm_lock is dropped
 *
 * Handlers return a MAD status (IBA 13.4.7) and run under sm_lock.
 */
struct sib_sma {
	struct sib_fabric *fabric;
	struct sib_hca *hca;
	struct ib_smp *smp;
	u32 mod;
	bool set;
	u8 in_port;
	int event_hca;
	u32 events;
};

#define SIB_MAD_OK		IB_MGMT_MAD_STATUS_SUCCESS
#define SIB_MAD_BAD_VERSION	IB_MGMT_MAD_STATUS_BAD_VERSION
#define SIB_MAD_BAD_METHOD	IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD
#define SIB_MAD_BAD_ATTR	IB_MGMT_MAD_STATUS_UNSUPPORTED_METHOD_ATTRIB
#define SIB_MAD_BAD_VALUE	IB_MGMT_MAD_STATUS_INVALID_ATTRIB_VALUE

static inline struct sib_port_info *sib_port_info(struct sib_port *port)
{
	return (struct sib_port_info *)port->info;
}

/* The HCA at the other end of external switch port @index + 1; NULL while it is not attached. */
static inline struct sib_hca *sib_hca_rcu(struct sib_fabric *fabric, int index)
{
	return rcu_dereference(fabric->hcas[index]);
}

static inline struct sib_hca *sib_hca_locked(struct sib_fabric *fabric, int index)
{
	return rcu_dereference_protected(fabric->hcas[index],
					 lockdep_is_held(&fabric->sm_lock));
}

static inline bool sib_lid_is_mcast(u16 lid)
{
	return lid >= SIB_LID_MCAST && lid != SIB_LID_PERMISSIVE;
}

/* True when @lid is one of the 2^LMC LIDs of @port. */
static inline bool sib_port_has_lid(const struct sib_port *port, u16 lid)
{
	u16 base = READ_ONCE(port->lid);

	return base && lid >> READ_ONCE(port->lmc) == base >> READ_ONCE(port->lmc);
}

/* ---- fabric.c ---- */

void sib_fabric_forward(struct sib_hca *src, const struct sib_pkt *pkt);
void sib_switch_output(struct sib_fabric *fabric, unsigned int port_num,
		       const struct sib_pkt *pkt);
void sib_switch_route(struct sib_fabric *fabric, unsigned int in_port,
		      const struct sib_pkt *pkt);
void sib_drop(struct sib_fabric *fabric, const struct sib_pkt *pkt, enum sib_drop why);
bool sib_pkt_mad(const struct sib_pkt *pkt, void *mad);

/* ---- smi.c ---- */

void sib_smi_recv(struct sib_fabric *fabric, unsigned int in_port, const struct sib_pkt *pkt);

/* ---- sma.c ---- */

u16 sib_sma_node_desc(struct sib_sma *sma, const char *desc);
u16 sib_sma_node_info(struct sib_sma *sma);
u16 sib_sma_guid_info(struct sib_sma *sma, struct sib_port *port);
u16 sib_sma_port_info(struct sib_sma *sma, struct sib_port *port, enum sib_port_kind kind);
u16 sib_sma_sl2vl(struct sib_sma *sma, u8 *table);
u16 sib_sma_vl_arb(struct sib_sma *sma, struct sib_port *port);
void sib_sma_answer(struct sib_sma *sma, u16 (*handler)(struct sib_sma *sma));
int sib_guid_force(struct sib_hca *hca, unsigned int index, u64 guid);

/* ---- switch.c ---- */

void sib_switch_init(struct sib_fabric *fabric);
void sib_switch_recv(struct sib_fabric *fabric, unsigned int in_port, const struct sib_pkt *pkt);
bool sib_switch_sma(struct sib_fabric *fabric, unsigned int in_port, struct ib_smp *smp);
u8 sib_switch_lft(const struct sib_fabric *fabric, u16 lid);
const unsigned long *sib_switch_mft(const struct sib_fabric *fabric, u16 mlid);
void sib_switch_link_changed(struct sib_fabric *fabric);
int sib_switch_add_lid(struct sib_fabric *fabric, u16 lid, u8 lmc, u8 port_num);

/* ---- pkey.c ---- */

void sib_pkey_init(struct sib_port *port);
bool sib_pkey_member(const struct sib_port *port, u16 pkey);
u16 sib_sma_pkeys(struct sib_sma *sma, struct sib_port *port, unsigned int block, bool hca);
int sib_pkey_force(struct sib_hca *hca, unsigned int index, u16 pkey);

/* ---- pma.c ---- */

bool sib_pma_answer(struct sib_port *ports, unsigned int first, unsigned int last,
		    struct ib_pma_mad *mad);
void sib_pma_xmit(struct sib_port *port, const struct sib_pkt *pkt);
void sib_pma_rcv(struct sib_port *port, const struct sib_pkt *pkt);

/* ---- port.c ---- */

void sib_port_init(struct sib_port *port, enum sib_port_kind kind, unsigned int num,
		   __be64 guid);
void sib_port_set_state(struct sib_sma *sma, struct sib_port *port, int link, u8 state, u8 phys);
u32 sib_link_update(struct sib_fabric *fabric, int link);
void sib_port_dispatch(struct sib_fabric *fabric, int index, u32 events);
void sib_port_cable(struct sib_hca *hca, bool in);
int sib_port_force_lid(struct sib_hca *hca, u16 lid);

/* ---- trap.c ---- */

struct sib_trap *sib_trap_create(struct sib_fabric *fabric, struct sib_hca *hca);
void sib_trap_stop(struct sib_trap *trap);
void sib_trap_free(struct sib_trap *trap);
void sib_trap_raise(struct sib_trap *trap, u8 local_changes);
bool sib_trap_repress(struct sib_trap *trap, __be64 tid);

/* ---- sa.c ---- */

const char *sib_sa_name(enum sib_sa_kind kind);
bool sib_sa_xmit(struct sib_hca *hca, const struct sib_pkt *pkt);

/* ---- fault.c ---- */

int sib_fault_init(struct sib_hca *hca);
void sib_fault_free(struct sib_hca *hca);
void sib_fault_stop(struct sib_hca *hca);
bool __sib_fault_xmit(struct sib_hca *hca, const struct sib_pkt *pkt);
void sib_fault_sent(struct sib_hca *hca);
unsigned int sib_fault_held(const struct sib_hca *hca);
const char *sib_drop_name(enum sib_drop why);

/* The knobs have a look at a packet; true when they took it. Under rcu_read_lock(). */
static inline bool sib_fault_xmit(struct sib_hca *hca, const struct sib_pkt *pkt)
{
	const struct sib_faults *faults = &hca->faults;

	if (likely(!(READ_ONCE(faults->delay_us) | READ_ONCE(faults->cut_once) |
		     READ_ONCE(faults->drop_ppm) | READ_ONCE(faults->dup_ppm) |
		     READ_ONCE(faults->reorder_ppm))))
		return false;
	return __sib_fault_xmit(hca, pkt);
}

/* ---- census.c ---- */

void sib_census_add(struct sib_hca *hca);

/* ---- debugfs.c ---- */

void sib_debugfs_init(struct sib_fabric *fabric);
void sib_debugfs_exit(struct sib_fabric *fabric);
void sib_debugfs_add(struct sib_hca *hca);
void sib_debugfs_del(struct sib_hca *hca);

#endif /* SOFT_IB_FABRIC_H */
