// SPDX-License-Identifier: GPL-2.0
/*
 * Which queue pairs are attached to which multicast groups.
 */
#include <string.h>

#include "connectx.h"

static struct mcg_member *find(struct card *card, u32 qpn, const u8 *gid)
{
	for (u32 i = 0; i < MCG_MEMBERS; i++) {
		struct mcg_member *member = &card->mcg[i];

		if (member->qpn == qpn && (!qpn || !memcmp(member->gid, gid, sizeof(member->gid))))
			return member;
	}
	return NULL;
}

/**
 * mcg_attach() - ATTACH_TO_MCG
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mcg_attach(struct command *cmd)
{
	const u8 *gid = ifc_at(attach_to_mcg_in, cmd->in, multicast_gid);
	u32 qpn = ifc_get(attach_to_mcg_in, cmd->in, qpn);
	struct mcg_member *member;

	if (!table_find(&cmd->card->tables.qps, qpn))
		return FAIL(cmd, BAD_RESOURCE, "no such QP");
	if (find(cmd->card, qpn, gid))
		return OK;
	member = find(cmd->card, 0, NULL);
	if (!member)
		return FAIL(cmd, LIMIT, "no room");
	member->qpn = qpn;
	memcpy(member->gid, gid, sizeof(member->gid));
	return OK;
}

/**
 * mcg_detach() - DETACH_FROM_MCG
 * @cmd: the command
 *
 * Return: its status.
 */
enum status mcg_detach(struct command *cmd)
{
	u32 qpn = ifc_get(detach_from_mcg_in, cmd->in, qpn);
	struct mcg_member *member = NULL;

	if (qpn)
		member = find(cmd->card, qpn, ifc_at(detach_from_mcg_in, cmd->in, multicast_gid));
	if (!member)
		return FAIL(cmd, BAD_RESOURCE, "not attached");
	member->qpn = 0;
	return OK;
}

/**
 * mcg_forget() - a QP is destroyed
 * @card: whose
 * @qpn: its number
 */
void mcg_forget(struct card *card, u32 qpn)
{
	for (u32 i = 0; i < MCG_MEMBERS; i++) {
		if (card->mcg[i].qpn != qpn)
			continue;
		card_wrong(card, "QP %#x is destroyed while attached to a group", qpn);
		card->mcg[i].qpn = 0;
	}
}

/**
 * mcg_reset() - no queue pair is attached
 * @card: that is reset
 */
void mcg_reset(struct card *card)
{
	memset(card->mcg, 0, sizeof(card->mcg));
}
