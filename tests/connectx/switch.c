// SPDX-License-Identifier: GPL-2.0
/*
 * The switch that all cards are plugged into: card i at port i + 1. It forwards by the tables that
 * a subnet manager writes, and takes no time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectx.h"

#define MAX_PORTS	17
#define LFT		1024
#define MFT		256
#define NO_PORT		0xff

/* A subnet management packet. */
#define CLASS		1
#define STATUS		4
#define HOP_POINTER	6
#define HOP_COUNT	7
#define ATTRIBUTE	16
#define MODIFIER	20
#define DATA		64
#define INITIAL_PATH	128
#define RETURN_PATH	192
#define CLASS_DIRECTED	0x81
#define CLASS_PMA	0x04
#define RETURNS		0x80

#define SWITCH_INFO	0x12
#define LFT_BLOCK	0x19
#define MFT_BLOCK	0x1b
#define MAD_BAD_ATTR	0x0c
#define MAD_BAD_VALUE	0x1c

/* In SwitchInfo (IBA 14.2.5.4). */
#define INFO_LFT_CAP	0
#define INFO_MFT_CAP	4
#define INFO_LFT_TOP	6
#define INFO_LIFE	11
#define INFO_PKEYS	14
#define INFO_ENFORCES	16
#define PORT_CHANGED	BIT(2)
#define ENFORCES	0xc0	/* partitions, of what comes in and of what goes out */

#define SWITCH_GUID	0x0258434d00010000ull
#define CARD_GUID	0x0258434d00020000ull

static struct {
	struct node node;
	struct port ports[MAX_PORTS];
	u8 info[64];
	u8 lft[LFT];
	u32 mft[MFT];
	struct card *cards;
	int count;
} sw;

static u16 set_or_get_info(u8 *data, bool set)
{
	if (set) {
		if (get_be16(data + INFO_LFT_TOP) >= LFT)
			return MAD_BAD_VALUE;
		memcpy(sw.info + INFO_LFT_TOP, data + INFO_LFT_TOP, 5);
		/* A one clears the bit that says that a port changed. */
		sw.info[INFO_LIFE] = (data[INFO_LIFE] & 0xf8) |
				     (sw.info[INFO_LIFE] & ~data[INFO_LIFE] & PORT_CHANGED);
	}
	memcpy(data, sw.info, sizeof(sw.info));
	return 0;
}

static u16 set_or_get_mft(u32 modifier, u8 *data, bool set)
{
	u32 first = (modifier & 0x1ff) * 32;
	u32 shift = (modifier >> 28) * 16;

	if (first >= MFT || shift > 16)
		return MAD_BAD_VALUE;
	for (u32 i = 0; i < 32; i++) {
		u32 *entry = &sw.mft[first + i];

		if (set)
			*entry = (*entry & ~(0xffffu << shift)) |
				 (u32)get_be16(data + 2 * i) << shift;
		put_be16(data + 2 * i, *entry >> shift);
	}
	return 0;
}

static u16 extra(struct node *node, u8 *mad, bool set)
{
	u32 modifier = get_be32(mad + MODIFIER);
	u8 *data = mad + DATA;

	(void)node;
	switch (get_be16(mad + ATTRIBUTE)) {
	case SWITCH_INFO:
		return set_or_get_info(data, set);
	case LFT_BLOCK:
		if (modifier >= LFT / 64)
			return MAD_BAD_VALUE;
		if (set)
			memcpy(sw.lft + modifier * 64, data, 64);
		memcpy(data, sw.lft + modifier * 64, 64);
		return 0;
	case MFT_BLOCK:
		return set_or_get_mft(modifier, data, set);
	}
	return MAD_BAD_ATTR;
}

/**
 * switch_init() - the fabric after power-on
 * @cards: all
 * @count: of them
 */
void switch_init(struct card *cards, int count)
{
	sw.cards = cards;
	sw.count = count;
	sw.node = (struct node) {
		.is_switch = true,
		.guid = SWITCH_GUID,
		.description = "software ConnectX: switch",
		.ports = sw.ports,
		.last = count,
		.extra = extra,
	};
	memset(sw.lft, NO_PORT, sizeof(sw.lft));
	put_be16(sw.info + INFO_LFT_CAP, LFT);
	put_be16(sw.info + INFO_MFT_CAP, MFT);
	put_be16(sw.info + INFO_PKEYS, PKEYS);
	sw.info[INFO_ENFORCES] = ENFORCES;
	for (int i = 0; i <= count; i++)
		port_init(&sw.ports[i], i, SWITCH_GUID, NULL, i);
	for (int i = 0; i < count; i++) {
		struct card *card = &cards[i];

		card->node = (struct node) {
			.guid = CARD_GUID + i,
			.ports = &card->port,
			.first = 1,
			.last = 1,
		};
		snprintf(card->node.description, sizeof(card->node.description),
			 "software ConnectX: %s", card->name);
		card->port.peer = &sw.ports[i + 1];
		sw.ports[i + 1].peer = &card->port;
		port_init(&card->port, 1, card->node.guid, card, true);
	}
}

/**
 * switch_link_changed() - let the subnet manager know, and remember it for its next look
 */
void switch_link_changed(void)
{
	sw.info[INFO_LIFE] |= PORT_CHANGED;
	trap_link(&sw.ports[0]);
}

static void leave_by(u8 number, struct packet *packet)
{
	struct port *port;

	if (!number || number > sw.count)
		return;
	port = &sw.ports[number];
	if (!port_is_up(port->peer))
		return;
	if (!packet->smp && (!port_passes(port) || !port_passes(port->peer) ||
			     port_enforces(port, packet->pkey, false)))
		return;
	port_count(port, packet->len, false);
	recv_packet(port->peer->card, packet);
}

static u8 way_to(u16 lid)
{
	return lid < LFT && lid <= get_be16(sw.info + INFO_LFT_TOP) ? sw.lft[lid] : NO_PORT;
}

/**
 * switch_forward() - the switch itself sends
 * @packet: what, to a card
 */
void switch_forward(struct packet *packet)
{
	leave_by(way_to(packet->to), packet);
}

/* A packet for the switch itself, which becomes the answer to it. */
static void answer(u8 in_port, struct packet *packet)
{
	u16 to = packet->to;

	if (packet->smp) {
		if (!sma_is_request(packet->data))
			return;
		sma_answer(&sw.node, in_port, packet->data);
	} else if (packet->to_qp == 1 && packet->data[CLASS] == CLASS_PMA) {
		pma_answer(&sw.node, packet->data);
	} else {
		return;
	}
	packet->to = packet->from;
	packet->from = to == LID_PERMISSIVE ? to : port_lid(&sw.ports[0]);
	packet->to_qp = packet->from_qp;
	packet->from_qp = packet->smp ? 0 : 1;
	leave_by(in_port, packet);
}

/* By the path that is in the packet (IBA 14.2.2). */
static void direct(u8 in_port, struct packet *packet)
{
	u8 *mad = packet->data;
	u8 pointer = mad[HOP_POINTER];
	u8 count = mad[HOP_COUNT];

	if (count > 63 || !pointer || pointer > count)
		return;
	if (mad[STATUS] & RETURNS) {
		if (pointer < 2)
			return;
		mad[HOP_POINTER] = --pointer;
		leave_by(mad[RETURN_PATH + pointer], packet);
		return;
	}
	mad[RETURN_PATH + pointer] = in_port;
	if (pointer == count) {
		answer(in_port, packet);
		return;
	}
	mad[HOP_POINTER] = ++pointer;
	leave_by(mad[INITIAL_PATH + pointer], packet);
}

static void multicast(struct card *card, u8 in_port, struct packet *packet)
{
	u32 index = packet->to - LID_MULTICAST;

	/* A card loops back to itself what it sends to a group. */
	recv_packet(card, packet);
	for (int i = 1; index < MFT && i <= sw.count; i++)
		if (i != in_port && sw.mft[index] >> i & 1)
			leave_by(i, packet);
}

/* What tests want lost: requests to the subnet administrator, and data. */
static bool is_lost(struct card *card, const struct packet *packet)
{
	if (mad_is_muted(card, packet))
		return true;
	return !packet->smp && packet->to_qp != 1 && card->knobs.drop_ppm &&
	       (u32)random() % MILLION < card->knobs.drop_ppm;
}

/**
 * switch_send() - a card sends
 * @card: which
 * @packet: what; changed on its way
 */
void switch_send(struct card *card, struct packet *packet)
{
	u8 in_port = card - sw.cards + 1;
	struct port *port = &sw.ports[in_port];
	u16 lids = 1 << port_lmc(&card->port);
	u8 out;

	if (!port_is_up(&card->port))
		return;
	if (!packet->smp && !port_passes(&card->port))
		return;
	if (is_lost(card, packet))
		return;
	port_count(&card->port, packet->len, false);
	port_count(port, packet->len, true);
	if (packet->smp && packet->to == LID_PERMISSIVE) {
		if (packet->data[CLASS] == CLASS_DIRECTED)
			direct(in_port, packet);
		return;
	}
	if (packet->to >= port_lid(&card->port) && packet->to < port_lid(&card->port) + lids) {
		recv_packet(card, packet);
		return;
	}
	if (!packet->smp && (!port_passes(port) || port_enforces(port, packet->pkey, true)))
		return;
	if (packet->to >= LID_MULTICAST) {
		multicast(card, in_port, packet);
		return;
	}
	out = way_to(packet->to);
	if (!out)
		answer(in_port, packet);
	else
		leave_by(out, packet);
}
