// SPDX-License-Identifier: GPL-2.0
/*
 * Management datagrams of a card: those that its driver hands it by a command, and those that come
 * over the wire and are for the card itself. A card answers these also when no driver listens.
 */
#include <string.h>

#include "connectx.h"

#define CLASS		1
#define METHOD		3
#define STATUS		4
#define HOP_POINTER	6
#define ATTRIBUTE	16
#define RETURN_PATH	192

/* In PortInfo. */
#define SM_LID		18
#define CAPABILITIES	20
#define SPEED_STATE	32
#define PHYSICAL	33

#define CLASS_LID	0x01
#define CLASS_DIRECTED	0x81
#define CLASS_SA	0x03
#define CLASS_PMA	0x04
#define METHOD_SET	0x02
#define METHOD_ANSWER	0x81
#define MAD_BAD_CLASS	0x0c

/* Of the subnet administrator (IBA 15.2.5). */
#define PATH_RECORD	0x35
#define MEMBER_RECORD	0x38

/**
 * mad_ifc() - MAD_IFC
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mad_ifc(struct command *cmd)
{
	u8 *mad = ifc_at(mad_ifc_out, cmd->out, response_mad_packet);

	if (ifc_get(mad_ifc_in, cmd->in, port) > 1)
		return FAIL(cmd, BAD_PARAM, "there is only port 1");
	memcpy(mad, ifc_at(mad_ifc_in, cmd->in, mad), MAD);
	switch (mad[CLASS]) {
	case CLASS_LID:
	case CLASS_DIRECTED:
		sma_answer(&cmd->card->node, 1, mad);
		/* The driver says which way it goes. */
		mad[STATUS] &= 0x7f;
		return OK;
	case CLASS_PMA:
		pma_answer(&cmd->card->node, mad);
		return OK;
	}
	mad[METHOD] = METHOD_ANSWER;
	put_be16(mad + STATUS, MAD_BAD_CLASS);
	return OK;
}

/**
 * mad_query_vport() - QUERY_HCA_VPORT_CONTEXT: some of what MADs tell too
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mad_query_vport(struct command *cmd)
{
	u8 *context = ifc_at(query_hca_vport_context_out, cmd->out, hca_vport_context);
	const struct card *card = cmd->card;
	const u8 *info = card->port.info;

	ifc_set(hca_vport_context, context, has_smi, 1);
	ifc_set(hca_vport_context, context, port_physical_state, info[PHYSICAL] >> 4);
	ifc_set(hca_vport_context, context, port_state, info[SPEED_STATE] & 0xf);
	ifc_set(hca_vport_context, context, vport_state, info[SPEED_STATE] & 0xf);
	ifc_set(hca_vport_context, context, system_image_guid, card->node.guid);
	ifc_set(hca_vport_context, context, node_guid, card->node.guid);
	ifc_set(hca_vport_context, context, port_guid, card->port.guids[0]);
	ifc_set(hca_vport_context, context, cap_mask1, get_be32(info + CAPABILITIES));
	ifc_set(hca_vport_context, context, lid, port_lid(&card->port));
	ifc_set(hca_vport_context, context, lmc, port_lmc(&card->port));
	ifc_set(hca_vport_context, context, sm_lid, get_be16(info + SM_LID));
	return OK;
}

/**
 * mad_query_counters() - QUERY_VPORT_COUNTER: some of what MADs tell too
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mad_query_counters(struct command *cmd)
{
	const struct port *port = &cmd->card->port;
	u8 *in = ifc_at(query_vport_counter_out, cmd->out, received_ib_unicast);
	u8 *out = ifc_at(query_vport_counter_out, cmd->out, transmitted_ib_unicast);

	ifc_set(traffic_counter, in, packets, port->packets[1]);
	ifc_set(traffic_counter, in, octets, port->bytes[1]);
	ifc_set(traffic_counter, out, packets, port->packets[0]);
	ifc_set(traffic_counter, out, octets, port->bytes[0]);
	return OK;
}

/**
 * mad_answer_smp() - a request of a subnet manager has come for the card
 * @card: which
 * @packet: the request; becomes the answer
 */
void mad_answer_smp(struct card *card, struct packet *packet)
{
	u8 *mad = packet->data;
	u16 to = packet->to;

	if (mad[CLASS] == CLASS_DIRECTED)
		mad[RETURN_PATH + (mad[HOP_POINTER] & 63)] = 1;
	sma_answer(&card->node, 1, mad);
	packet->to = packet->from;
	packet->from = to;
	packet->sender = NULL;
	switch_send(card, packet);
}

/**
 * mad_is_muted() - count a request to the subnet administrator, which may have to get lost
 * @card: who sends
 * @packet: what, of any kind
 *
 * Return: whether it is such a request and the knob sa_mute wants that.
 */
bool mad_is_muted(struct card *card, const struct packet *packet)
{
	const u8 *mad = packet->data;

	if (packet->smp || packet->to_qp != 1 || packet->len < MAD || mad[CLASS] != CLASS_SA ||
	    mad[METHOD] & 0x80)
		return false;
	if (get_be16(mad + ATTRIBUTE) == PATH_RECORD)
		card->knobs.sa_paths++;
	if (get_be16(mad + ATTRIBUTE) == MEMBER_RECORD && mad[METHOD] == METHOD_SET)
		card->knobs.sa_joins++;
	return card->knobs.sa_mute;
}
