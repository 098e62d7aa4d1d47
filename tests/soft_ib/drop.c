// SPDX-License-Identifier: GPL-2.0
/* Packets that are lost: why, and how many. */
#include "fabric.h"

static const char * const drop_names[SIB_DROP_NUM] = {
	[SIB_DROP_LINK_DOWN] = "link_down",
	[SIB_DROP_NO_ROUTE] = "no_route",
	[SIB_DROP_BAD_LID] = "bad_lid",
	[SIB_DROP_PKEY] = "pkey",
	[SIB_DROP_QKEY] = "qkey",
	[SIB_DROP_NO_QP] = "no_qp",
	[SIB_DROP_NO_MCAST_QP] = "no_mcast_qp",
	[SIB_DROP_NO_RECV_WR] = "no_recv_wr",
	[SIB_DROP_LENGTH] = "length",
	[SIB_DROP_GRH] = "grh",
	[SIB_DROP_HOP_LIMIT] = "hop_limit",
	[SIB_DROP_BAD_SMP] = "bad_smp",
	[SIB_DROP_FAULT] = "fault",
	[SIB_DROP_HELD] = "held",
};

/**
 * sib_drop_name() - the name of a cause, as debugfs shows it
 * @why: the cause
 *
 * Return: the name.
 */
const char *sib_drop_name(enum sib_drop why)
{
	return drop_names[why];
}

/**
 * sib_count_drop() - counts a lost packet
 * @port: where
 * @why: the cause
 *
 * Context: any.
 */
void sib_count_drop(struct sib_port *port, enum sib_drop why)
{
	atomic64_inc(&port->drops[why]);
}
