// SPDX-License-Identifier: GPL-2.0
/*
 * What a subnet manager asks of any node (IBA 14.2.5), and the counters of its ports (IBA 16.1.3).
 */
#include <string.h>

#include "connectx.h"

/* A MAD, and what is in it. */
#define CLASS		1
#define METHOD		3
#define STATUS		4
#define ATTRIBUTE	16
#define MODIFIER	20
#define SMP_DATA	64
#define PMA_DATA	64

#define METHOD_GET	0x01
#define METHOD_SET	0x02
#define METHOD_ANSWER	0x81
#define CLASS_LID	0x01
#define CLASS_DIRECTED	0x81

#define NODE_DESC	0x10
#define NODE_INFO	0x11
#define GUID_INFO	0x14
#define PORT_INFO	0x15
#define PKEY_TABLE	0x16
#define SL_TO_VL	0x17
#define VL_ARBITRATION	0x18
#define SM_INFO		0x20

#define PMA_CLASS_INFO	0x01
#define PMA_COUNTERS	0x12
#define PMA_EXTENDED	0x1d
/* In PortCounters. */
#define PMA_CONSTRAINT_ERRORS	16

#define MAD_OK		0x00
#define MAD_BAD_METHOD	0x08
#define MAD_BAD_ATTR	0x0c
#define MAD_BAD_VALUE	0x1c

#define PKEYS_A_BLOCK	32
#define CARD_ID		0x1013
#define SWITCH_ID	0x5358

/**
 * sma_is_request() - whether the node itself, and no manager on its host, has to answer
 * @mad: a subnet management packet
 *
 * Return: whether it is such a one.
 */
bool sma_is_request(const u8 *mad)
{
	return (mad[METHOD] == METHOD_GET || mad[METHOD] == METHOD_SET) &&
	       get_be16(mad + ATTRIBUTE) != SM_INFO;
}

static struct port *port_of(struct node *node, u32 number)
{
	return number >= node->first && number <= node->last ?
	       &node->ports[number - node->first] : NULL;
}

static void node_info(struct node *node, u8 in_port, u8 *data)
{
	memset(data, 0, 64);
	data[0] = 1;
	data[1] = 1;
	data[2] = node->is_switch ? 2 : 1;
	data[3] = node->last;
	put_be64(data + 4, node->guid);
	put_be64(data + 12, node->guid);
	put_be64(data + 20, node->ports[0].guids[0]);
	put_be16(data + 28, PKEYS);
	put_be16(data + 30, node->is_switch ? SWITCH_ID : CARD_ID);
	data[36] = in_port;
	/* The vendor: locally administered. */
	data[37] = 0x02;
}

static u16 guid_info(struct port *port, u32 block, u8 *data, bool set)
{
	if (block)
		return MAD_BAD_VALUE;
	for (int i = 0; i < GUIDS; i++) {
		/* The first is the port's own, and stays. */
		if (set && i)
			port->guids[i] = get_be64(data + 8 * i);
		put_be64(data + 8 * i, port->guids[i]);
	}
	if (set)
		port_tell(port, PORT_GUID);
	return MAD_OK;
}

static u16 pkey_table(struct port *port, u32 block, u8 *data, bool set)
{
	u16 *pkeys = port->pkeys + block * PKEYS_A_BLOCK;
	bool changed = false;

	if (block >= PKEYS / PKEYS_A_BLOCK)
		return MAD_BAD_VALUE;
	for (int i = 0; i < PKEYS_A_BLOCK; i++) {
		if (set && pkeys[i] != get_be16(data + 2 * i)) {
			pkeys[i] = get_be16(data + 2 * i);
			changed = true;
		}
		put_be16(data + 2 * i, pkeys[i]);
	}
	if (changed)
		port_tell(port, PORT_PKEY);
	return MAD_OK;
}

/* A table that is only kept. */
static u16 table(u8 *kept, size_t len, u8 *data, bool set)
{
	if (set)
		memcpy(kept, data, len);
	memset(data, 0, 64);
	memcpy(data, kept, len);
	return MAD_OK;
}

static u16 port_info(struct port *port, u8 in_port, u8 *data, bool set)
{
	u16 status = set ? port_set_info(port, data) : MAD_OK;

	if (!set)
		memcpy(data, port->info, sizeof(port->info));
	data[28] = in_port;
	return status;
}

static u16 attribute(struct node *node, u8 in_port, u8 *mad, bool set)
{
	u32 modifier = get_be32(mad + MODIFIER);
	u8 *data = mad + SMP_DATA;
	struct port *port;

	/* Tables of a switch say in the upper half, or the lowest byte, whose they are. */
	switch (get_be16(mad + ATTRIBUTE)) {
	case NODE_DESC:
		memcpy(data, node->description, 64);
		return set ? MAD_BAD_ATTR : MAD_OK;
	case NODE_INFO:
		node_info(node, in_port, data);
		return set ? MAD_BAD_ATTR : MAD_OK;
	case GUID_INFO:
		return guid_info(&node->ports[0], modifier, data, set);
	case PORT_INFO:
		port = port_of(node, node->is_switch ? modifier & 0xff : 1);
		return port ? port_info(port, in_port, data, set) : MAD_BAD_VALUE;
	case PKEY_TABLE:
		port = port_of(node, node->is_switch ? modifier >> 16 : 1);
		return port ? pkey_table(port, modifier & 0xffff, data, set) : MAD_BAD_VALUE;
	case SL_TO_VL:
		port = port_of(node, node->is_switch ? modifier & 0xff : 1);
		return port ? table(port->sl_to_vl, 8, data, set) : MAD_BAD_VALUE;
	case VL_ARBITRATION:
		port = port_of(node, node->is_switch ? modifier & 0xff : 1);
		modifier >>= 16;
		if (!port || modifier < 1 || modifier > 4)
			return MAD_BAD_VALUE;
		return table(port->arbitration[modifier - 1], 64, data, set);
	}
	return node->extra ? node->extra(node, mad, set) : MAD_BAD_ATTR;
}

/**
 * sma_answer() - turn a request into its answer; M_Keys are not checked
 * @node: who is asked
 * @in_port: where the request came in
 * @mad: the request
 */
void sma_answer(struct node *node, u8 in_port, u8 *mad)
{
	u16 status = MAD_BAD_METHOD;
	u16 direction = mad[CLASS] == CLASS_DIRECTED ? 0x8000 : 0;

	if (mad[METHOD] == METHOD_GET || mad[METHOD] == METHOD_SET)
		status = attribute(node, in_port, mad, mad[METHOD] == METHOD_SET);
	mad[METHOD] = METHOD_ANSWER;
	put_be16(mad + STATUS, status | direction);
}

static void counters(const struct port *port, u8 *data, bool extended)
{
	u64 values[] = {
		port->bytes[0] / 4, port->bytes[1] / 4, port->packets[0], port->packets[1],
	};

	data[1] = port->number;
	if (!extended) {
		data[PMA_CONSTRAINT_ERRORS] = port->constraint_errors[0];
		data[PMA_CONSTRAINT_ERRORS + 1] = port->constraint_errors[1];
	}
	for (int i = 0; i < 4; i++) {
		if (extended)
			put_be64(data + 8 + 8 * i, values[i]);
		else
			put_be32(data + 24 + 4 * i,
				 values[i] > UINT32_MAX ? UINT32_MAX : values[i]);
	}
}

/**
 * pma_answer() - turn a request for counters into its answer
 * @node: who is asked
 * @mad: the request
 */
void pma_answer(struct node *node, u8 *mad)
{
	u16 what = get_be16(mad + ATTRIBUTE);
	u8 *data = mad + PMA_DATA;
	const struct port *port = port_of(node, data[1]);
	u16 status = MAD_OK;

	if (what == PMA_CLASS_INFO) {
		memset(data, 0, 64);
		data[0] = 1;
		data[1] = 1;
		/* Extended counters. */
		put_be16(data + 2, 0x200);
	} else if (what != PMA_COUNTERS && what != PMA_EXTENDED) {
		status = MAD_BAD_ATTR;
	} else if (!port) {
		status = MAD_BAD_VALUE;
	} else if (mad[METHOD] == METHOD_GET) {
		memset(data + 2, 0, 126);
		counters(port, data, what == PMA_EXTENDED);
	} else {
		status = MAD_BAD_METHOD;
	}
	mad[METHOD] = METHOD_ANSWER;
	put_be16(mad + STATUS, status);
}
