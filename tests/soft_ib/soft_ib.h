/* SPDX-License-Identifier: GPL-2.0 */
/*
 * soft_ib: a software InfiniBand fabric for tests: HCAs of one port each and one switch.
 *
 *   kernel clients (ib_mad, ipoib_core, ib_ipoib)
 *        | verbs
 *   device.c pd_mr.c ah.c cq.c qp.c mcast.c   the HCA as ib_core sees it; props.c what it has not
 *        | post_send                 ^ completions
 *   send.c xmit.c offload.c --> struct sib_pkt --> recv.c
 *                    |       ^
 *   fabric.c  the links and the switch's LFT/MFT: who gets the packet
 *   smi.c sma.c switch.c pkey.c pma.c   what OpenSM programs
 *   port.c    link state machine and ib_events       trap.c   notices to the SM
 *   fault.c sa.c census.c debugfs.c   knobs and counters   strict.c  what a client did wrong
 *
 * Locking, from the outside in:
 *   sib_qp.sq_lock         the send queue of one QP
 *   sib_qp.rq_lock         the receive queue of one QP
 *   sib_cq.lock            the ring of one CQ
 *   sib_fabric.sm_lock     link state changes and everything an SM programs; a leaf, because SMPs
 *                          are answered on the CPU that sent them, under ib_mad's own spinlocks
 * A packet is delivered on the sender's CPU. No queue lock is held across sib_fabric_xmit(), so
 * that two QPs may send to each other from two CPUs. The packet path reads QP tables, LFT, MFT and
 * port state under RCU or as single words with READ_ONCE(); it takes no fabric-wide lock.
 */
#ifndef SOFT_IB_H
#define SOFT_IB_H

#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/xarray.h>
#include <rdma/ib_mad.h>
#include <rdma/ib_pack.h>
#include <rdma/ib_verbs.h>

#include "../../ipoib_core/compat/sib_compat.h"

/* The largest fabric; the switch has one port more, its port 0 (IBA 18.2.4.1: up to 254). */
#define SIB_MAX_HCAS		64
#define SIB_SWITCH_PORTS	(SIB_MAX_HCAS + 1)
/* P_Key table entries of a port, in blocks of 32 (IBA 14.2.5.7). */
#define SIB_PKEY_TABLE_LEN	128
/* GUIDInfo entries of a port (IBA 14.2.5.5: blocks of 8). */
#define SIB_GUID_TABLE_LEN	8
/* Unicast LIDs the linear forwarding table holds (blocks of 64). */
#define SIB_LFT_LEN		1024
/* Multicast LIDs from 0xc000 on that the multicast forwarding table holds (blocks of 32). */
#define SIB_MFT_LEN		1024
#define SIB_LFT_NO_PORT		0xff
/* Bytes of payload of a MAD (IBA 13.4.2). */
#define SIB_MAD_SIZE		256
/* Bytes of its payload that a packet keeps at most under the cut_once knob, and with zeros. */
#define SIB_CUT_MAX		64
#define SIB_STRETCH_MAX		4096
#define SIB_DEVICE_NAME		"sib%d"

struct sib_hca;
struct sib_fabric;

/* Why the fabric or a receiving port did not deliver a packet. Names are in fault.c. */
enum sib_drop {
	SIB_DROP_LINK_DOWN,	/* a link on the way is not up, or the port is not ACTIVE */
	SIB_DROP_NO_ROUTE,	/* the SM programmed no entry in LFT or MFT */
	SIB_DROP_BAD_LID,	/* arrived at a port with another LID */
	SIB_DROP_PKEY,		/* P_Key mismatch, at the switch or the port (IBA 10.9.3) */
	SIB_DROP_QKEY,		/* Q_Key mismatch (IBA 10.2.5) */
	SIB_DROP_NO_QP,		/* no such QP, or not in a state that receives */
	SIB_DROP_NO_MCAST_QP,	/* nobody is attached to the group */
	SIB_DROP_NO_RECV_WR,	/* UD: the receive queue was empty */
	SIB_DROP_LENGTH,	/* larger than the path MTU or than the posted receive */
	SIB_DROP_GRH,		/* the GRH's destination GID is not this port's, or is missing */
	SIB_DROP_HOP_LIMIT,
	SIB_DROP_BAD_SMP,	/* malformed or misrouted directed-route SMP */
	SIB_DROP_FAULT,		/* the drop knob */
	SIB_DROP_HELD,		/* too many packets held by the delay and reorder knobs */
	SIB_DROP_NUM
};

/* Requests to the subnet administrator. Names are in sa.c. */
enum sib_sa_kind {
	SIB_SA_PATH,
	SIB_SA_JOIN,
	SIB_SA_LEAVE,
	SIB_SA_OTHER,
	SIB_SA_NUM
};

/* What a client of the verbs did wrong. Names are in strict.c. */
enum sib_violation {
	SIB_STRICT_AH_DEAD,	/* a send names an AH that was destroyed */
	SIB_STRICT_MR_DEAD,	/* an lkey whose MR was deregistered */
	SIB_STRICT_BAD_LKEY,	/* an lkey that never was valid on this PD */
	SIB_STRICT_BAD_SGE,	/* too many, too long, or not mapped for DMA by this device */
	SIB_STRICT_BAD_STATE,	/* post_send before RTS, post_recv in RESET */
	SIB_STRICT_SQ_OVERRUN,	/* more sends outstanding than the QP was made for */
	SIB_STRICT_RQ_OVERRUN,
	SIB_STRICT_CQ_OVERRUN,	/* completions lost: the CQ was made too small */
	SIB_STRICT_BAD_CREATE,	/* a QP with what no HCA has */
	SIB_STRICT_BAD_MODIFY,	/* a QP state change or attribute mask that IBA 10.3 forbids */
	SIB_STRICT_BAD_WR,	/* opcode, LSO header, Q_Key or P_Key index out of range */
	SIB_STRICT_PD_MISMATCH,	/* AH or MR of another PD than the QP's */
	SIB_STRICT_LEAK,	/* an object still there when its device goes */
	SIB_STRICT_BUSY,	/* destroyed while something still uses it */
	SIB_STRICT_NUM
};

enum sib_send_fault {
	SIB_SEND_OK,
	SIB_SEND_STUCK,		/* leave this and all later work requests on the send queue */
	SIB_SEND_ERROR,		/* complete it with an error; the QP goes to SQE */
};

/**
 * struct sib_pkt - a packet on its way, in the memory of its sender
 * @src: the HCA that sent it; NULL when the switch itself did
 * @slid: source LID, host order
 * @dlid: destination LID, host order; 0xffff (permissive) for directed-route SMPs
 * @sl: service level
 * @src_qpn: sending QP
 * @dest_qpn: receiving QP; 0xffffff for multicast
 * @qkey: Q_Key of the datagram header
 * @pkey: P_Key of the base transport header, with its membership bit
 * @pkey_index: index of @pkey in the sender's table; the receiver looks its own one up
 * @imm_data: immediate data when @has_imm
 * @has_imm: SEND with immediate
 * @has_grh: @grh is on the wire
 * @solicited: solicited event bit
 * @csummed: the sender's card filled the IP and TCP/UDP checksums of just these bytes
 * @loopback: leaves the HCA in no case: the destination is the sending port
 * @grh: wire image, valid when @has_grh
 * @len: payload bytes (without GRH)
 * @vec: the payload, kernel addresses, valid until sib_fabric_xmit() returns
 * @nvec: entries of @vec
 */
struct sib_pkt {
	struct sib_hca *src;
	u16 slid;
	u16 dlid;
	u8 sl;
	u32 src_qpn;
	u32 dest_qpn;
	u32 qkey;
	u16 pkey;
	u16 pkey_index;
	__be32 imm_data;
	bool has_imm;
	bool has_grh;
	bool solicited;
	bool csummed;
	bool loopback;
	struct ib_grh grh;
	u32 len;
	const struct kvec *vec;
	unsigned int nvec;
};

/**
 * struct sib_port - one end of a link: an HCA's port, or an external port of the switch
 * @info: PortInfo as the SM sees it, wire image (IBA 14.2.5.6); under sm_lock
 * @lid: hot copy of the base LID, host order; read with READ_ONCE()
 * @lmc: LID mask control
 * @state: hot copy, enum ib_port_state
 * @phys_up: the link is physically up: the same at both ends
 * @cable: the debugfs knob allows the link; under sm_lock
 * @disabled: the SM set the physical state Disabled; under sm_lock
 * @enforce: hot copy of PortInfo's P_Key enforcement bits (switch.c)
 * @mtu: hot copy of the neighbour MTU, enum ib_mtu
 * @pkeys: P_Key table, host order; entries are read with READ_ONCE()
 * @guids: GUIDInfo table, network order; entry 0 is the port GUID
 * @sl2vl: SLtoVLMappingTable of an HCA's port, wire image; under sm_lock
 * @vl_arb: VLArbitrationTable, its four blocks as wire images; under sm_lock
 * @counters: PMA counters (pma.c)
 * @drops: drop causes seen at this port, enum sib_drop
 */
struct sib_port {
	u8 info[64] __aligned(8);
	u16 lid;
	u8 lmc;
	u8 state;
	bool phys_up;
	bool cable;
	bool disabled;
	u8 enforce;
	u8 mtu;
	u16 pkeys[SIB_PKEY_TABLE_LEN];
	__be64 guids[SIB_GUID_TABLE_LEN];
	u8 sl2vl[8];
	u8 vl_arb[4][64];
	struct {
		atomic64_t xmit_data, rcv_data;		/* units of 4 bytes, as PortXmitData */
		atomic64_t xmit_pkts, rcv_pkts;
		atomic64_t ucast_xmit, ucast_rcv, mcast_xmit, mcast_rcv;
		atomic64_t xmit_discards, rcv_errors, link_downed, vl15_dropped;
		atomic64_t rcv_constraint_errors, xmit_constraint_errors;
	} counters;
	atomic64_t drops[SIB_DROP_NUM];
};

/* struct sib_faults - the knobs in debugfs of one HCA (fault.c); parts in a million, 0 is off */
struct sib_faults {
	u32 drop_ppm;
	u32 dup_ppm;
	u32 reorder_ppm;	/* held back until the next packet or 10 ms have passed */
	u32 delay_us;		/* every data packet */
	u32 rate_mbps;		/* what the port sends takes its time on the wire; 0: none */
	u32 send_error_once;	/* that many sends complete with an error */
	u32 recv_error_once;	/* that many receives complete with an error */
	u32 qp_event_once;	/* that many QPs that go to ERR for it raise QP_FATAL */
	u32 recv_irq_lost_once;	/* that many interrupts for a receive get lost */
	u32 send_unknown_once;	/* that many sends complete as another one, never posted */
	u32 cq_event_once;	/* that many of sends come with CQ_ERR, and are well */
	u32 recv_cq_dead_once;	/* that many receives find their CQ in error, for good */
	u32 send_cq_dead_once;	/* that many sends do */
	u32 post_send_error_once;	/* that many sends are refused when they are posted */
	u32 post_send_error_ppm;	/* of a million of them so many */
	u32 post_send_longest;	/* longer sends are refused when they are posted; 0: none */
	u32 post_recv_error_once;	/* that many calls of post_recv are refused */
	u32 modify_error_once;	/* that many calls of modify_qp are refused */
	u32 query_qp_error_once; /* that many calls of query_qp are refused */
	u32 detach_error_once;	/* that many calls of detach_mcast are refused */
	u32 create_qp_error_at;	/* the so manieth UD QP from now is not made */
	u32 create_cq_error_at;	/* the so manieth CQ from now is not made */
	u32 cut_once;		/* that many data packets arrive cut to cut_len bytes */
	u32 cut_len;		/* above SIB_CUT_MAX, and up to SIB_STRETCH_MAX, with zeros */
	u32 slow_ms;		/* query_port and modify_qp take so long */
	bool query_port_error;	/* query_port fails */
	bool events_lost;	/* nobody hears of the port's events */
	bool query_pkey_error;	/* query_pkey fails */
	bool length_error;	/* a packet longer than the receive is an error of the QP */
	u32 garble_ppm;		/* packets that arrive as nobody should have sent them (garble.c) */
	u32 sa_garble_ppm;	/* answers of the SA, likewise */
	bool sa_mute;		/* requests to the SA get lost */
	bool stuck_sq;
	u32 match_qpn;		/* packets and work requests of this QP; 0: any but QP0/1 */
};

/* Virtual functions that vfs= allows. */
#define SIB_MAX_VFS		4

/**
 * struct sib_vf - what was set for a virtual function
 * @node_guid: host order, as the network stack hands it on
 * @port_guid: likewise
 * @link_state: IFLA_VF_LINK_STATE_*
 */
struct sib_vf {
	u64 node_guid;
	u64 port_guid;
	int link_state;
};

/**
 * struct sib_hca - one HCA
 * @ibdev: must be first (ib_alloc_device)
 * @fabric: the fabric
 * @parent: parent device: in-tree ib_ipoib's ethtool reads it unchecked
 * @index: 0..; the HCA is linked to port @index + 1 of the switch
 * @node_guid: network order
 * @sys_image_guid: network order
 * @port: the only port, number 1
 * @qps: QPN -> struct sib_qp (QPNs below 2 are special)
 * @mcast: MGID -> attached QPs (mcast.c)
 * @mrs: lkey -> struct sib_mr (pd_mr.c)
 * @verbs: the verbs half's own (verbs.h)
 * @faults: knobs
 * @fault_state: packets held by delay and reorder (fault.c)
 * @trap: notices to the SM that wait for a TrapRepress (trap.c)
 * @strict: violations by kind (strict.c)
 * @refused: what its properties refused (strict.c)
 * @sa_requests: by kind (sa.c)
 * @vfs: virtual functions (vf.c); RTNL
 * @dir: /sys/kernel/debug/soft_ib/sibN
 * @registered: ib_register_device() succeeded and ib_unregister_device() has not begun
 */
struct sib_hca {
	struct ib_device ibdev;
	struct sib_fabric *fabric;
	struct device *parent;
	int index;
	__be64 node_guid;
	__be64 sys_image_guid;
	struct sib_port port;
	struct xarray qps;
	struct sib_mcast_table *mcast;
	struct xarray mrs;
	struct sib_verbs *verbs;
	struct sib_faults faults;
	struct sib_fault_state *fault_state;
	struct sib_trap *trap;
	atomic64_t strict[SIB_STRICT_NUM];
	atomic64_t refused;
	atomic64_t sa_requests[SIB_SA_NUM];
	struct sib_vf vfs[SIB_MAX_VFS];
	struct dentry *dir;
	bool registered;
};

/**
 * struct sib_switch - the only switch; its port 0 is the enhanced-less base port 0
 * @node_guid: network order
 * @ports: 0 is the management port, i + 1 faces HCA i
 * @num_ports: external ports
 * @lft: LID -> port number or SIB_LFT_NO_PORT
 * @mft: MLID - 0xc000 -> bit mask of ports
 * @sl2vl: SLtoVLMappingTable by input and output port, wire images; under sm_lock
 * @info: SwitchInfo, wire image (IBA 14.2.5.4); under sm_lock
 * @trap: notices to the SM that wait for a TrapRepress (trap.c)
 */
struct sib_switch {
	__be64 node_guid;
	struct sib_port ports[SIB_SWITCH_PORTS];
	int num_ports;
	u8 lft[SIB_LFT_LEN];
	DECLARE_BITMAP(mft[SIB_MFT_LEN], SIB_SWITCH_PORTS);
	u8 sl2vl[SIB_SWITCH_PORTS][SIB_SWITCH_PORTS][8];
	u8 info[64];
	struct sib_trap *trap;
};

/**
 * struct sib_fabric - everything
 * @sm_lock: serialises what an SM programs and link changes; taken with interrupts off
 * @sw: the switch
 * @hcas: by index; entries are RCU protected: cleared before an HCA goes
 * @devs: by index, attached or not; for main.c and device.c alone
 * @num_hcas: parameter hcas=
 * @dir: /sys/kernel/debug/soft_ib
 */
struct sib_fabric {
	spinlock_t sm_lock; /* what an SM programs, link changes */
	struct sib_switch sw;
	struct sib_hca __rcu *hcas[SIB_MAX_HCAS];
	struct sib_hca *devs[SIB_MAX_HCAS];
	int num_hcas;
	struct dentry *dir;
};

static inline struct sib_hca *to_sib_hca(struct ib_device *ibdev)
{
	return container_of(ibdev, struct sib_hca, ibdev);
}

extern struct sib_fabric *sib_fabric;	/* main.c */
extern bool sib_strict;			/* main.c: parameter strict=, default on */
extern int sib_vfs;			/* main.c: parameter vfs= */
extern bool sib_virtual;		/* main.c: parameter virtual=, HCAs are VFs */
extern bool sib_opa;		/* main.c: parameter opa=, ports say that they are Omni-Path's */
extern bool sib_spread;			/* main.c: parameter spread=, vectors have CPUs */

/* ---- verbs half: main props device pd_mr ah cq qp mcast send xmit offload recv strict ---- */

/**
 * sib_recv() - a packet arrives at an HCA's port
 * @hca: the receiver
 * @pkt: the packet; its payload is copied
 *
 * Checks port state, LID, GRH, P_Key and Q_Key, finds the QP (or for 0xffffff every QP attached to
 * the GRH's destination GID), consumes a receive and completes it. What is not delivered is counted
 * in the port's drops.
 *
 * Context: any but hard interrupt; under rcu_read_lock(); takes the receiving queues' locks itself.
 */
void sib_recv(struct sib_hca *hca, const struct sib_pkt *pkt);

/* Takes up sends that SIB_SEND_STUCK left behind, on every QP of @hca. Process context. */
void sib_kick_send_queues(struct sib_hca *hca);

/* Counts a violation and logs the first one of each kind of each HCA with the caller's words. */
__printf(3, 4)
void sib_violation(struct sib_hca *hca, enum sib_violation kind, const char *fmt, ...);
/* Counts what a property of the HCA refused, and tells of it. Returns @err. */
int sib_refuse(struct sib_hca *hca, int err, const char *what);
const char *sib_violation_name(enum sib_violation kind);

int sib_hca_create(struct sib_fabric *fabric, int index);
void sib_hca_destroy(struct sib_fabric *fabric, int index);

/* ---- fabric half: fabric smi sma switch pkey pma port trap fault census debugfs ---- */

/**
 * sib_fabric_xmit() - an HCA's port sends a packet
 * @pkt: the packet; may live on the caller's stack: it is copied when it must be kept
 *
 * Applies the faults of @pkt->src, routes by what the SM programmed and calls sib_recv() for each
 * destination before it returns, except for delayed packets. Directed-route SMPs and SMPs to the
 * switch's LID are handled here too.
 *
 * Context: any but hard interrupt; under rcu_read_lock(), no queue lock held.
 */
void sib_fabric_xmit(const struct sib_pkt *pkt);

/* ib_device_ops.process_mad: SMA and PMA of an HCA. */
int sib_process_mad(struct ib_device *ibdev, int flags, compat_port_t port_num,
		    const struct ib_wc *wc, const struct ib_grh *grh, const struct ib_mad *in,
		    struct ib_mad *out, size_t *out_size, u16 *out_pkey_index);
/* ib_device_ops.modify_port: IsSM and other capability bits; sends trap 144. */
int sib_modify_port(struct ib_device *ibdev, compat_port_t port_num, int mask,
		    struct ib_port_modify *props);
/* ib_device_ops.modify_device: the node description; sends trap 144. */
int sib_modify_device(struct ib_device *ibdev, int mask, struct ib_device_modify *props);

/* Fills every field of @attr from PortInfo and the knobs. Any context. */
void sib_port_query(struct sib_hca *hca, struct ib_port_attr *attr);
/* GID @index of the port: the SM's prefix and entry @index of the GUIDInfo table. Any context. */
void sib_port_gid(const struct sib_port *port, unsigned int index, union ib_gid *gid);

enum sib_send_fault sib_fault_send(struct sib_hca *hca, u32 qpn);
u32 sib_fault_rate(struct sib_hca *hca, u32 qpn);
bool sib_fault_recv(struct sib_hca *hca, u32 qpn);
bool sib_fault_qp_event(struct sib_hca *hca, u32 qpn);
bool sib_fault_recv_irq(struct sib_hca *hca, u32 qpn);
bool sib_fault_send_unknown(struct sib_hca *hca, u32 qpn);
bool sib_fault_cq_event(struct sib_hca *hca, u32 qpn, bool recv);
bool sib_fault_cq_dead(struct sib_hca *hca, u32 qpn, bool recv);
bool sib_fault_post_send(struct sib_hca *hca, u32 qpn);
bool sib_fault_post_long(struct sib_hca *hca, u32 qpn, u32 len);
bool sib_fault_length(struct sib_hca *hca, u32 qpn);
bool sib_fault_post_recv(struct sib_hca *hca, u32 qpn);
bool sib_fault_modify(struct sib_hca *hca, u32 qpn);
bool sib_fault_query_qp(struct sib_hca *hca, u32 qpn);
int sib_fault_refusal(struct sib_hca *hca);
bool sib_fault_detach(struct sib_hca *hca, u32 qpn);
bool sib_fault_create_qp(struct sib_hca *hca);
bool sib_fault_create_cq(struct sib_hca *hca);
/* Takes as long as the knob says. Context: process. */
void sib_fault_slow(struct sib_hca *hca);
void sib_count_drop(struct sib_port *port, enum sib_drop why);

/* P_Key table look-up by value, membership per IBA 10.9.3; returns the index or -ENOENT. */
int sib_pkey_match(const struct sib_port *port, u16 pkey);

/* Called by main.c and device.c, in this order; the _exit() ones in reverse. */
int sib_fabric_init(struct sib_fabric *fabric);		/* switch, tables, debugfs root */
void sib_fabric_exit(struct sib_fabric *fabric);
/* Before ib_register_device(): GUIDs of the node, PortInfo, tables. */
int sib_port_setup(struct sib_hca *hca);
void compat_port_teardown(struct sib_hca *hca);		/* after ib_unregister_device() */
void sib_port_attach(struct sib_hca *hca);		/* registered: plug the cable in */
void sib_port_detach(struct sib_hca *hca);	/* about to go: pull the cable, drop held packets */

#endif /* SOFT_IB_H */
