// SPDX-License-Identifier: GPL-2.0
/*
 * Notices to the subnet manager (IBA 13.4.8, 14.2.5.1): trap 128 when a link of the switch has
 * changed, trap 144 when a card's port can do something new, as being a subnet manager. Each is
 * sent once, as no such packet gets lost here.
 */
#include <string.h>

#include "connectx.h"

/* A MAD, and what is in it. */
#define BASE_VERSION	0
#define CLASS		1
#define CLASS_VERSION	2
#define METHOD		3
#define TRANSACTION	8
#define ATTRIBUTE	16
#define M_KEY		24
#define DATA		64

#define CLASS_LID	0x01
#define METHOD_TRAP	0x05
#define NOTICE		0x02

/* In Notice. */
#define GENERIC_TYPE	0
#define PRODUCER	3
#define TRAP		4
#define ISSUER		6
#define DETAILS		10
/* In its details, of trap 128 and of trap 144. */
#define LINK_LID	(DETAILS + 0)
#define LOCAL_LID	(DETAILS + 2)
#define LOCAL_MASK	(DETAILS + 6)

#define GENERIC		0x80
#define URGENT		1
#define INFORMATIONAL	4
#define CA		1
#define SWITCH		2
#define TRAP_LINK	128
#define TRAP_LOCAL	144

/* In PortInfo. */
#define INFO_SM_LID	18
#define INFO_CAPABILITIES	20

/*
 * From @port, if it has a subnet manager, whose node is a @producer; returns where the notice is,
 * or NULL.
 */
static u8 *begin(const struct port *port, struct packet *packet, u8 type, u8 producer, u16 trap)
{
	static u64 transactions;
	u8 *mad = packet->data;

	memset(packet, 0, offsetof(struct packet, data) + MAD);
	packet->smp = true;
	packet->from = port_lid(port);
	packet->to = get_be16(port->info + INFO_SM_LID);
	packet->len = MAD;
	if (!packet->from || !packet->to)
		return NULL;
	mad[BASE_VERSION] = 1;
	mad[CLASS] = CLASS_LID;
	mad[CLASS_VERSION] = 1;
	mad[METHOD] = METHOD_TRAP;
	put_be64(mad + TRANSACTION, ++transactions);
	put_be16(mad + ATTRIBUTE, NOTICE);
	memcpy(mad + M_KEY, port->info, 8);
	mad[DATA + GENERIC_TYPE] = GENERIC | type;
	mad[DATA + PRODUCER] = producer;
	put_be16(mad + DATA + TRAP, trap);
	put_be16(mad + DATA + ISSUER, packet->from);
	return mad + DATA;
}

/**
 * trap_local() - what a card's port can do has changed
 * @card: whose
 */
void trap_local(struct card *card)
{
	const struct port *port = &card->port;
	struct packet packet;
	u8 *notice = begin(port, &packet, INFORMATIONAL, CA, TRAP_LOCAL);

	if (!notice)
		return;
	put_be16(notice + LOCAL_LID, packet.from);
	memcpy(notice + LOCAL_MASK, port->info + INFO_CAPABILITIES, 4);
	switch_send(card, &packet);
}

/**
 * trap_link() - a link of the switch has changed
 * @port: the switch's port 0
 */
void trap_link(const struct port *port)
{
	struct packet packet;
	u8 *notice = begin(port, &packet, URGENT, SWITCH, TRAP_LINK);

	if (!notice)
		return;
	put_be16(notice + LINK_LID, packet.from);
	switch_forward(&packet);
}
