// SPDX-License-Identifier: GPL-2.0
/*
 * ACCESS_REG: the card's registers.
 */
#include <string.h>

#include "connectx.h"

#define REG_HOST_ENDIANNESS	0x7004

/**
 * reg_access() - ACCESS_REG
 * @cmd: the command
 *
 * Return: its status.
 */
enum status reg_access(struct command *cmd)
{
	switch (ifc_get(access_register_in, cmd->in, register_id)) {
	case REG_HOST_ENDIANNESS:
		/* Whatever the host says it is, the model reads and writes big-endian. */
		return OK;
	}
	return FAIL(cmd, BAD_PARAM, "no such register");
}
