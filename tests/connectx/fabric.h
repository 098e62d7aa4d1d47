/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The InfiniBand side of the cards: packets, ports, the nodes that a subnet manager sees, the
 * switch.
 */
#ifndef CONNECTX_FABRIC_H
#define CONNECTX_FABRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "ifc.h"

#define PKEYS		128
#define GUIDS		8
#define MAD		256
#define LID_MULTICAST	0xc000
#define LID_PERMISSIVE	0xffff

struct card;
struct qp;

/* What happens to a port, as the driver is told. */
enum port_event {
	PORT_DOWN = 1,
	PORT_ACTIVE = 4,
	PORT_INITIALIZED = 5,
	PORT_LID = 6,
	PORT_PKEY = 7,
	PORT_GUID = 8,
	PORT_REREGISTER = 9,
};

/**
 * struct packet - on its way
 * @sender: the queue pair that sent it
 * @smp: for QP 0, on virtual lane 15
 * @to: LID
 * @from: LID
 * @sl: service level
 * @pkey: P_Key
 * @qkey: Q_Key
 * @to_qp: number
 * @from_qp: number
 * @has_grh: it has one
 * @grh: global route header
 * @solicited: the receiver shall be interrupted
 * @has_immediate: it has immediate data
 * @immediate: data
 * @len: of the payload
 * @data: payload
 */
struct packet {
	const struct qp *sender;
	bool smp;
	u16 to;
	u16 from;
	u8 sl;
	u16 pkey;
	u32 qkey;
	u32 to_qp;
	u32 from_qp;
	bool has_grh;
	u8 grh[40];
	bool solicited;
	bool has_immediate;
	u8 immediate[4];
	size_t len;
	u8 data[8192];
};

/**
 * struct port - of a card, or of the switch
 * @number: its, on its node
 * @info: PortInfo, as on the wire
 * @pkeys: its table
 * @guids: its table; the first is its own
 * @sl_to_vl: its table, as on the wire
 * @arbitration: its tables, as on the wire
 * @peer: the other end of the link
 * @card: whose it is; NULL: the switch's
 * @packets: that came in (1) and went out (0)
 * @bytes: the same
 * @constraint_errors: packets that it stopped, of partitions that it does not know
 */
struct port {
	u8 number;
	u8 info[64];
	u16 pkeys[PKEYS];
	u64 guids[GUIDS];
	u8 sl_to_vl[8];
	u8 arbitration[4][64];
	struct port *peer;
	struct card *card;
	u64 packets[2];
	u64 bytes[2];
	u8 constraint_errors[2];
};

/**
 * struct node - a card or the switch, as a subnet manager sees it
 * @is_switch: which of the two
 * @guid: of node, system and card's port
 * @description: NodeDescription
 * @ports: of it
 * @first: number of the first
 * @last: number of the last
 * @extra: answers what only this kind of node knows; returns a status of MADs
 */
struct node {
	bool is_switch;
	u64 guid;
	char description[64];
	struct port *ports;
	u8 first;
	u8 last;
	u16 (*extra)(struct node *node, u8 *mad, bool set);
};

/* port.c */
void port_init(struct port *port, u8 number, u64 guid, struct card *card, bool has_link);
void port_set_capabilities(struct port *port, u32 mask);
void port_train(struct port *port, bool up);
u16 port_set_info(struct port *port, u8 *new);
void port_tell(struct port *port, enum port_event event);
bool port_is_up(const struct port *port);
bool port_passes(const struct port *port);
u16 port_lid(const struct port *port);
void port_move(struct port *port, u16 lid);
u8 port_lmc(const struct port *port);
u32 port_mtu(const struct port *port);
u16 port_pkey(const struct port *port, u32 index);
bool port_pkey_fits(const struct port *port, int index, u16 pkey);
void port_violation(struct port *port, bool pkey);
bool port_enforces(struct port *port, u16 pkey, bool in);
void port_gid(const struct port *port, u32 index, u8 *gid);
void port_count(struct port *port, size_t bytes, bool in);

/* sma.c */
bool sma_is_request(const u8 *mad);
void sma_answer(struct node *node, u8 in_port, u8 *mad);
void pma_answer(struct node *node, u8 *mad);

/* mad.c */
void mad_answer_smp(struct card *card, struct packet *packet);
bool mad_is_muted(struct card *card, const struct packet *packet);

/* trap.c */
void trap_local(struct card *card);
void trap_link(const struct port *port);

/* switch.c */
void switch_init(struct card *cards, int count);
void switch_send(struct card *card, struct packet *packet);
void switch_forward(struct packet *packet);
void switch_link_changed(void);

#endif
