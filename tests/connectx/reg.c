// SPDX-License-Identifier: GPL-2.0
/*
 * ACCESS_REG: the card's registers.
 */
#include "connectx.h"

#define REG_PORT_CAPABILITIES	0x5001
#define REG_PORT_MTU		0x5003
#define REG_PORT_COUNTERS	0x5008
#define REG_HOST_ENDIANNESS	0x7004

#define WRITE			0

/* Of the first: which port, and the CapabilityMask of its PortInfo. */
#define CAPABILITIES_PORT	1
#define CAPABILITIES_MASK	4
#define CAPABILITIES_LEN	20

#define MAX_FRAME		(4096 + 40)

static enum status port_capabilities(struct command *cmd, const u8 *data, size_t len)
{
	if (cmd->modifier != WRITE || len < CAPABILITIES_LEN || data[CAPABILITIES_PORT] != 1)
		return FAIL(cmd, BAD_PARAM, "port capabilities: a read, short, or not of port 1");
	port_set_capabilities(&cmd->card->port, get_be32(data + CAPABILITIES_MASK));
	return OK;
}

/* Of frames with their GRH of 40 bytes: IP packets of 4092 bytes fit. */
static enum status port_mtu_register(struct command *cmd, const u8 *data, size_t len)
{
	u8 *out = ifc_at(access_register_out, cmd->out, register_data);

	if (len < ifc_size(pmtu_reg) ||
	    cmd->out_len < ifc_byte(access_register_out, register_data) + ifc_size(pmtu_reg) ||
	    ifc_get(pmtu_reg, data, local_port) != 1)
		return FAIL(cmd, BAD_PARAM, "port MTU: short, or not of port 1");
	if (cmd->modifier == WRITE)
		return OK;
	ifc_set(pmtu_reg, out, local_port, 1);
	ifc_set(pmtu_reg, out, max_mtu, MAX_FRAME);
	ifc_set(pmtu_reg, out, admin_mtu, MAX_FRAME);
	ifc_set(pmtu_reg, out, oper_mtu, MAX_FRAME);
	return OK;
}

/**
 * reg_access() - ACCESS_REG
 * @cmd: the command
 *
 * Return: its status.
 */
enum status reg_access(struct command *cmd)
{
	const u8 *data = ifc_at(access_register_in, cmd->in, register_data);
	size_t len = cmd->in_len - ifc_byte(access_register_in, register_data);

	switch (ifc_get(access_register_in, cmd->in, register_id)) {
	case REG_HOST_ENDIANNESS:
		/* Whatever the host says it is, the model reads and writes big-endian. */
		return OK;
	case REG_PORT_CAPABILITIES:
		return port_capabilities(cmd, data, len);
	case REG_PORT_MTU:
		return port_mtu_register(cmd, data, len);
	case REG_PORT_COUNTERS:
		/* Of the wire and its errors: there are none. */
		return OK;
	}
	return FAIL(cmd, BAD_PARAM, "no such register");
}
