// SPDX-License-Identifier: GPL-2.0
/*
 * A port: PortInfo (IBA 14.2.5.6), its state and its tables. Its link comes up as soon as both ends
 * want it to.
 */
#include <string.h>

#include "connectx.h"

/* Where in PortInfo. */
#define PREFIX		8
#define LID		16
#define SM_LID		18
#define CAPABILITIES	20
#define LEASE		26
#define WIDTH_ENABLED	29
#define WIDTH_SUPPORTED	30
#define WIDTH_ACTIVE	31
#define SPEED_STATE	32
#define PHYSICAL	33
#define LMC		34
#define SPEED_ACTIVE	35
#define MTU_SL		36
#define VL_CAP		37
#define MTU_CAP		41
#define OPER_VL		43
#define PKEY_VIOLATIONS	46
#define QKEY_VIOLATIONS	48
#define GUID_CAP	50
#define REREGISTER	51
#define RESPONSE_TIME	52

#define STATE_DOWN	1
#define STATE_INIT	2
#define STATE_ARMED	3
#define STATE_ACTIVE	4
#define PHYS_POLLING	2
#define PHYS_DISABLED	3
#define PHYS_LINK_UP	5

/* Below the operational VLs, of a switch's port. */
#define ENFORCE_IN	BIT(3)
#define ENFORCE_OUT	BIT(2)

/* Traps, SL mapping, system image GUID, CM, client reregistration. */
#define CAP_MASK	0x02010848

#define MAD_BAD_VALUE	0x1c

static u8 state_of(const struct port *port)
{
	return port->info[SPEED_STATE] & 0xf;
}

static void set_state(struct port *port, u8 state)
{
	u8 before = state_of(port);

	port->info[SPEED_STATE] = (port->info[SPEED_STATE] & 0xf0) | state;
	if (before == state)
		return;
	if (state == STATE_DOWN)
		port_tell(port, PORT_DOWN);
	else if (state == STATE_INIT)
		port_tell(port, PORT_INITIALIZED);
	else if (state == STATE_ACTIVE)
		port_tell(port, PORT_ACTIVE);
}

static void set_physical(struct port *port, u8 physical)
{
	port->info[PHYSICAL] = physical << 4 | (port->info[PHYSICAL] & 0xf);
}

/**
 * port_init() - as after power-on: its link is down
 * @port: to prepare; its peer stays
 * @number: on its node
 * @guid: its own
 * @card: whose it is, or NULL
 * @has_link: it is not the switch's port 0
 */
void port_init(struct port *port, u8 number, u64 guid, struct card *card, bool has_link)
{
	struct port *peer = port->peer;
	u8 *info = port->info;

	*port = (struct port) { .number = number, .peer = peer, .card = card };
	port->pkeys[0] = 0xffff;
	port->guids[0] = guid;
	put_be64(info + PREFIX, 0xfe80ull << 48);
	if (card || !has_link)
		put_be32(info + CAPABILITIES, CAP_MASK);
	/* Four lanes of 10 Gbit/s, MTU up to 4096, VL 0 only. */
	info[WIDTH_ENABLED] = 3;
	info[WIDTH_SUPPORTED] = 3;
	info[WIDTH_ACTIVE] = 2;
	info[SPEED_STATE] = 7 << 4 | (has_link ? STATE_DOWN : STATE_ACTIVE);
	info[PHYSICAL] = (has_link ? PHYS_POLLING : PHYS_LINK_UP) << 4 | PHYS_POLLING;
	info[SPEED_ACTIVE] = 4 << 4 | 7;
	info[MTU_SL] = 5 << 4;
	info[VL_CAP] = 1 << 4;
	info[MTU_CAP] = 5;
	info[OPER_VL] = 1 << 4;
	info[GUID_CAP] = GUIDS;
	info[REREGISTER] = 18;
	info[RESPONSE_TIME] = 16;
}

/**
 * port_set_capabilities() - what software on the host adds, such as that there is a subnet manager
 * @port: a card's
 * @mask: CapabilityMask
 */
void port_set_capabilities(struct port *port, u32 mask)
{
	if (get_be32(port->info + CAPABILITIES) == mask)
		return;
	put_be32(port->info + CAPABILITIES, mask);
	trap_local(port->card);
}

/**
 * port_tell() - let the driver know
 * @port: where; of the switch's nobody is told
 * @event: what
 */
void port_tell(struct port *port, enum port_event event)
{
	u8 data[28] = {};

	if (!port->card)
		return;
	data[8] = port->number << 4;
	eq_event(port->card, EVENT_PORT, event, data);
}

static bool has_cable(const struct port *port)
{
	const struct card *card = port->card ? port->card : port->peer->card;

	return card->knobs.link;
}

/**
 * port_train() - bring a link up or down, both ends of it
 * @port: one end
 * @up: or down
 */
void port_train(struct port *port, bool up)
{
	struct port *ends[] = { port, port->peer };

	if (up && (!has_cable(port) || port->info[PHYSICAL] >> 4 == PHYS_DISABLED ||
		   port->peer->info[PHYSICAL] >> 4 == PHYS_DISABLED))
		return;
	for (int i = 0; i < 2; i++) {
		if (ends[i]->info[PHYSICAL] >> 4 != PHYS_DISABLED)
			set_physical(ends[i], up ? PHYS_LINK_UP : PHYS_POLLING);
		set_state(ends[i], up ? STATE_INIT : STATE_DOWN);
	}
	switch_link_changed();
}

static void command_link(struct port *port, u8 state, u8 physical)
{
	if (!port->peer)
		return;
	if (state == STATE_ARMED || state == STATE_ACTIVE)
		set_state(port, state);
	if (state != STATE_DOWN && !physical)
		return;
	port_train(port, false);
	set_physical(port, physical == PHYS_DISABLED ? PHYS_DISABLED : PHYS_POLLING);
	/* Whether the other end is there: a card that nobody started is not. */
	if ((!port->card || port->card->started) &&
	    (!port->peer->card || port->peer->card->started))
		port_train(port, true);
}

static bool state_fits(const struct port *port, u8 state)
{
	u8 now = state_of(port);

	switch (state) {
	case 0:
	case STATE_DOWN:
		return true;
	case STATE_ARMED:
		return now == STATE_INIT || now == STATE_ARMED;
	case STATE_ACTIVE:
		return now == STATE_ARMED || now == STATE_ACTIVE;
	}
	return false;
}

/**
 * port_set_info() - Set of PortInfo
 * @port: whose
 * @new: what was sent; becomes the answer
 *
 * A Set with a wrong component changes nothing.
 *
 * Return: a MAD's status.
 */
u16 port_set_info(struct port *port, u8 *new)
{
	u8 state = new[SPEED_STATE] & 0xf;
	u8 physical = new[PHYSICAL] >> 4;
	u8 *now = port->info;
	bool lid_changes, reregister;

	if (!state_fits(port, state) || physical > PHYS_DISABLED || physical == 1 ||
	    new[MTU_SL] >> 4 > (now[MTU_CAP] & 0xf) || get_be16(new + LID) >= LID_MULTICAST)
		return MAD_BAD_VALUE;
	lid_changes = memcmp(new + LID, now + LID, 4) || (new[LMC] ^ now[LMC]) & 7 ||
		      (new[MTU_SL] ^ now[MTU_SL]) & 0xf;
	reregister = new[REREGISTER] & 0x80;
	/* M_Key, prefix, LID, the SM's LID; later the lease period. */
	memcpy(now, new, CAPABILITIES);
	memcpy(now + LEASE, new + LEASE, 2);
	now[LMC] = new[LMC] & 0xc7;
	now[MTU_SL] = (new[MTU_SL] & 0xf0 ? new[MTU_SL] & 0xf0 : now[MTU_SL] & 0xf0) |
		      (new[MTU_SL] & 0xf);
	now[REREGISTER] = new[REREGISTER] & 0x1f;
	now[OPER_VL] = (new[OPER_VL] & 0xf0 ? new[OPER_VL] & 0xf0 : now[OPER_VL] & 0xf0) |
		       (port->card ? 0 : new[OPER_VL] & (ENFORCE_IN | ENFORCE_OUT));
	if (lid_changes)
		port_tell(port, PORT_LID);
	command_link(port, state, physical);
	if (reregister)
		port_tell(port, PORT_REREGISTER);
	memcpy(new, now, sizeof(port->info));
	new[REREGISTER] |= reregister << 7;
	return 0;
}

/**
 * port_is_up() - whether its link is
 * @port: either end of a link
 *
 * Return: whether it is: at least subnet management packets go through.
 */
bool port_is_up(const struct port *port)
{
	return port->info[PHYSICAL] >> 4 == PHYS_LINK_UP;
}

/**
 * port_passes() - whether data may go through
 * @port: either end of a link
 *
 * Return: whether it may.
 */
bool port_passes(const struct port *port)
{
	return state_of(port) == STATE_ARMED || state_of(port) == STATE_ACTIVE;
}

/**
 * port_lid() - what its SM gave it
 * @port: the port
 *
 * Return: the lowest of its LIDs, or 0.
 */
u16 port_lid(const struct port *port)
{
	return get_be16(port->info + LID);
}

/**
 * port_move() - give it another
 * @port: the port
 * @lid: the lowest of its LIDs from now on
 */
void port_move(struct port *port, u16 lid)
{
	put_be16(port->info + LID, lid);
	port_tell(port, PORT_LID);
}

/**
 * port_lmc() - how many LIDs it has
 * @port: the port
 *
 * Return: the logarithm of that.
 */
u8 port_lmc(const struct port *port)
{
	return port->info[LMC] & 7;
}

/**
 * port_mtu() - the longest payload
 * @port: the port
 *
 * Return: in bytes.
 */
u32 port_mtu(const struct port *port)
{
	return 128u << (port->info[MTU_SL] >> 4);
}

/**
 * port_pkey() - an entry of the table
 * @port: the port
 * @index: of the entry
 *
 * Return: the P_Key; 0 is no valid one.
 */
u16 port_pkey(const struct port *port, u32 index)
{
	return index < PKEYS ? port->pkeys[index] : 0;
}

/**
 * port_pkey_fits() - whether a packet is of a partition that a receiver is in (IBA 10.9.3)
 * @port: where it came in
 * @index: of the receiver's P_Key, or -1: any of the table
 * @pkey: the packet's
 *
 * Return: whether it is.
 */
bool port_pkey_fits(const struct port *port, int index, u16 pkey)
{
	for (int i = 0; i < PKEYS; i++) {
		u16 own = port->pkeys[i];

		if ((index >= 0 && i != index) || !(own & 0x7fff))
			continue;
		if (((own ^ pkey) & 0x7fff) == 0 && (own | pkey) & 0x8000)
			return true;
	}
	return false;
}

/**
 * port_violation() - count a packet that came with a wrong key; a Set does not change the counters
 * @port: where
 * @pkey: it was the P_Key, or else the Q_Key
 */
void port_violation(struct port *port, bool pkey)
{
	u8 *count = port->info + (pkey ? PKEY_VIOLATIONS : QKEY_VIOLATIONS);

	if (get_be16(count) < UINT16_MAX)
		put_be16(count, get_be16(count) + 1);
}

/**
 * port_enforces() - whether a switch's port stops a packet of a foreign partition
 * @port: where it comes in or goes out
 * @pkey: the packet's
 * @in: or out
 *
 * Whether limited members may talk with each other is for the receiver to say.
 *
 * Return: whether it does, which is counted.
 */
bool port_enforces(struct port *port, u16 pkey, bool in)
{
	if (!(port->info[OPER_VL] & (in ? ENFORCE_IN : ENFORCE_OUT)))
		return false;
	for (int i = 0; i < PKEYS; i++)
		if (pkey & 0x7fff && ((port->pkeys[i] ^ pkey) & 0x7fff) == 0)
			return false;
	if (port->constraint_errors[in] < UINT8_MAX)
		port->constraint_errors[in]++;
	return true;
}

/**
 * port_gid() - an entry of the table
 * @port: the port
 * @index: of the entry
 * @gid: for its 16 bytes
 */
void port_gid(const struct port *port, u32 index, u8 *gid)
{
	memcpy(gid, port->info + PREFIX, 8);
	put_be64(gid + 8, index < GUIDS ? port->guids[index] : 0);
}

/**
 * port_count() - a packet goes through
 * @port: where
 * @bytes: of payload
 * @in: or out
 */
void port_count(struct port *port, size_t bytes, bool in)
{
	port->packets[in]++;
	port->bytes[in] += bytes;
}
