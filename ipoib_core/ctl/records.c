// SPDX-License-Identifier: GPL-2.0
/* Answers of the kernel: what is taken, and what is read of it. */
#include "records.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_ROOM	16

static int records_grow(struct records *records)
{
	size_t room = records->room ? records->room * 2 : RECORDS_ROOM;
	struct record *list;

	if (records->count < records->room)
		return 0;
	list = reallocarray(records->list, room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	records->list = list;
	records->room = room;
	return 0;
}

int records_add(struct records *records, struct nlmsghdr *msg)
{
	struct record *record;

	if (!nlmsg_valid_hdr(msg, 0)) {
		records->refused++;
		return 0;
	}
	if (records_grow(records))
		return -ENOMEM;
	record = &records->list[records->count];
	record->msg = malloc(msg->nlmsg_len);
	if (!record->msg)
		return -ENOMEM;
	memcpy(record->msg, msg, msg->nlmsg_len);
	if (genlmsg_parse(record->msg, 0, record->attrs, IPOIB_A_MAX, attrs_policy)) {
		free(record->msg);
		records->refused++;
		return 0;
	}
	records->count++;
	return 0;
}

void records_free(struct records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		free(records->list[i].msg);
	free(records->list);
	memset(records, 0, sizeof(*records));
}

bool record_number(const struct record *record, enum ipoib_attr attr, unsigned long long *value)
{
	struct nlattr *at = record->attrs[attr];

	if (!at)
		return false;
	switch (attrs_policy[attr].type) {
	case NLA_U8:
		*value = nla_get_u8(at);
		return true;
	case NLA_U16:
		*value = nla_get_u16(at);
		return true;
	case NLA_U32:
		*value = nla_get_u32(at);
		return true;
	case NLA_U64:
		*value = nla_get_u64(at);
		return true;
	default:
		return false;
	}
}

unsigned long long record_get(const struct record *record, enum ipoib_attr attr)
{
	unsigned long long value = 0;

	record_number(record, attr, &value);
	return value;
}

const char *record_string(const struct record *record, enum ipoib_attr attr)
{
	return record->attrs[attr] ? nla_get_string(record->attrs[attr]) : "";
}

struct nlattr *record_next(const struct record *record, enum ipoib_attr attr, struct nlattr *last)
{
	struct genlmsghdr *header = nlmsg_data(record->msg);
	int left = genlmsg_attrlen(header, 0);
	struct nlattr *at = genlmsg_attrdata(header, 0);

	for (; nla_ok(at, left); at = nla_next(at, &left)) {
		if (last) {
			if (at == last)
				last = NULL;
			continue;
		}
		if (nla_type(at) == (int)attr)
			return at;
	}
	return NULL;
}

const char *record_complaint(struct nlmsghdr *msg)
{
	static struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
	};
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	size_t before = sizeof(struct nlmsgerr), len;
	struct nlmsgerr *error = nlmsg_data(msg);

	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS) || !nlmsg_valid_hdr(msg, sizeof(*error)))
		return NULL;
	len = nlmsg_datalen(msg);
	/* What was asked stands between, unless it is left out. */
	if (!(msg->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < NLMSG_HDRLEN ||
		    NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN) > len - before)
			return NULL;
		before += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
	}
	if (nla_parse(attrs, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)error + before),
		      len - before, policy) || !attrs[NLMSGERR_ATTR_MSG])
		return NULL;
	return nla_get_string(attrs[NLMSGERR_ATTR_MSG]);
}
