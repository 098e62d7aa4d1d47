// SPDX-License-Identifier: GPL-2.0
/*
 * Flow steering of received IPoIB packets: tables of rules, grouped by what they look at. From the
 * root of the packet's underlay queue pair, rule by rule and table by table, to a TIR.
 */
#include <stdlib.h>
#include <string.h>

#include "enhanced.h"

#define MATCH		ifc_size(fte_match_param)
#define LOG_RULES	10
#define RULES		(1 << LOG_RULES)
#define GROUPS		64
#define HOPS		16
#define NIC_RECEIVE	0
#define MISS_FORWARD	1
#define ROOT_REMOVE	1

/**
 * struct group - which rules look at what
 * @used: there is one
 * @first: its lowest rule
 * @last: its highest rule
 * @mask: the bits that they look at
 */
struct group {
	bool used;
	u32 first;
	u32 last;
	u8 mask[MATCH];
};

/**
 * struct rule - one
 * @used: there is one
 * @group: whose mask it uses
 * @value: that the bits must have
 * @drop: it ends here
 * @to_table: @target is one
 * @target: number of the table, or TIR
 */
struct rule {
	bool used;
	u32 group;
	u8 value[MATCH];
	bool drop;
	bool to_table;
	u32 target;
};

/**
 * struct flow_table - one
 * @size: how many rules it can have
 * @forward: packets that no rule fits go to @miss
 * @miss: a table
 * @groups: of rules
 * @rules: in it
 */
struct flow_table {
	u32 size;
	bool forward;
	u32 miss;
	struct group groups[GROUPS];
	struct rule rules[RULES];
};

/* Whether a mask looks only at what describe() fills in. */
static bool mask_is_known(const u8 *mask)
{
	u8 left[MATCH];
	u8 *outer = ifc_at(fte_match_param, left, outer_headers);

	memcpy(left, mask, MATCH);
	ifc_set(fte_match_set_lyr_2_4, outer, ethertype, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, ip_version, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, ip_protocol, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, frag, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, tcp_sport, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, tcp_dport, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, udp_sport, 0);
	ifc_set(fte_match_set_lyr_2_4, outer, udp_dport, 0);
	memset(ifc_at(fte_match_set_lyr_2_4, outer, src_ipv4_src_ipv6), 0, 32);
	for (size_t i = 0; i < MATCH; i++)
		if (left[i])
			return false;
	return true;
}

static void describe(const struct headers *headers, u8 *match)
{
	u8 *outer = ifc_at(fte_match_param, match, outer_headers);
	size_t skip = 16 - headers->address_len;

	memset(match, 0, MATCH);
	ifc_set(fte_match_set_lyr_2_4, outer, ethertype, headers->type);
	if (!headers->version)
		return;
	ifc_set(fte_match_set_lyr_2_4, outer, ip_version, headers->version);
	ifc_set(fte_match_set_lyr_2_4, outer, ip_protocol, headers->protocol);
	ifc_set(fte_match_set_lyr_2_4, outer, frag, headers->fragment);
	/* An IPv4 address is in the last bytes of the place for either. */
	memcpy(ifc_at(fte_match_set_lyr_2_4, outer, src_ipv4_src_ipv6) + skip, headers->source,
	       headers->address_len);
	memcpy(ifc_at(fte_match_set_lyr_2_4, outer, dst_ipv4_dst_ipv6) + skip, headers->target,
	       headers->address_len);
	if (headers->has_ports && headers->protocol == 6) {
		ifc_set(fte_match_set_lyr_2_4, outer, tcp_sport, headers->source_port);
		ifc_set(fte_match_set_lyr_2_4, outer, tcp_dport, headers->target_port);
	} else if (headers->has_ports) {
		ifc_set(fte_match_set_lyr_2_4, outer, udp_sport, headers->source_port);
		ifc_set(fte_match_set_lyr_2_4, outer, udp_dport, headers->target_port);
	}
}

static bool fits(const struct flow_table *table, const struct rule *rule, const u8 *match)
{
	const u8 *mask = table->groups[rule->group].mask;

	for (size_t i = 0; i < MATCH; i++)
		if ((match[i] ^ rule->value[i]) & mask[i])
			return false;
	return true;
}

static const struct rule *find_rule(const struct flow_table *table, const u8 *match)
{
	for (u32 i = 0; i < table->size; i++)
		if (table->rules[i].used && fits(table, &table->rules[i], match))
			return &table->rules[i];
	return NULL;
}

/**
 * steering_find() - where a packet goes
 * @card: that received it
 * @root: number of the first table
 * @headers: of the packet
 *
 * Return: the number of a TIR, or 0: nowhere.
 */
u32 steering_find(struct card *card, u32 root, const struct headers *headers)
{
	u8 match[MATCH];
	u32 number = root;

	describe(headers, match);
	for (int hop = 0; hop < HOPS; hop++) {
		struct flow_table *table = table_find(&card->tables.flow_tables, number);
		const struct rule *rule = table ? find_rule(table, match) : NULL;

		if (rule && !rule->to_table)
			return rule->drop ? 0 : rule->target;
		if (!rule && (!table || !table->forward))
			return 0;
		number = rule ? rule->target : table->miss;
	}
	card_wrong(card, "flow table %#x: tables without end", root);
	return 0;
}

static enum status set_miss(struct command *cmd, struct flow_table *table, const u8 *context)
{
	u32 action = ifc_get(flow_table_context, context, table_miss_action);

	if (action > MISS_FORWARD)
		return FAIL(cmd, BAD_PARAM, "unknown miss action");
	table->miss = ifc_get(flow_table_context, context, table_miss_id);
	table->forward = action == MISS_FORWARD;
	if (table->forward && !table_find(&cmd->card->tables.flow_tables, table->miss))
		return FAIL(cmd, BAD_RESOURCE, "no such table to go to");
	return OK;
}

/**
 * flow_table_create() - CREATE_FLOW_TABLE
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_table_create(struct command *cmd)
{
	const u8 *context = ifc_at(create_flow_table_in, cmd->in, flow_table_context);
	u32 log_size = ifc_get(flow_table_context, context, log_size);
	struct flow_table *table;
	enum status status;
	u32 number;

	if (ifc_get(create_flow_table_in, cmd->in, table_type) != NIC_RECEIVE)
		return FAIL(cmd, BAD_PARAM, "this type of table is not modelled");
	if (log_size > LOG_RULES)
		return FAIL(cmd, BAD_PARAM, "too large");
	table = alloc(sizeof(*table));
	table->size = 1u << log_size;
	status = set_miss(cmd, table, context);
	if (status) {
		free(table);
		return status;
	}
	number = table_add(&cmd->card->tables.flow_tables, table);
	if (!number) {
		free(table);
		return FAIL(cmd, NO_RESOURCES, "no flow table left");
	}
	ifc_set(create_flow_table_out, cmd->out, table_id, number);
	return OK;
}

/**
 * flow_table_modify() - MODIFY_FLOW_TABLE
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_table_modify(struct command *cmd)
{
	struct flow_table *table = table_find(&cmd->card->tables.flow_tables,
					      ifc_get(modify_flow_table_in, cmd->in, table_id));

	if (!table)
		return FAIL(cmd, BAD_RESOURCE, "no such table");
	return set_miss(cmd, table, ifc_at(modify_flow_table_in, cmd->in, flow_table_context));
}

/**
 * flow_table_destroy() - DESTROY_FLOW_TABLE
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_table_destroy(struct command *cmd)
{
	u32 number = ifc_get(destroy_flow_table_in, cmd->in, table_id);
	struct flow_table *table = table_take(&cmd->card->tables.flow_tables, number);

	if (!table)
		return FAIL(cmd, BAD_RESOURCE, "no such table");
	free(table);
	return OK;
}

/**
 * flow_table_set_root() - SET_FLOW_TABLE_ROOT
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_table_set_root(struct command *cmd)
{
	u32 qpn = ifc_get(set_flow_table_root_in, cmd->in, underlay_qpn);
	u32 number = ifc_get(set_flow_table_root_in, cmd->in, table_id);
	bool remove = cmd->modifier == ROOT_REMOVE;
	struct qp *qp = table_find(&cmd->card->tables.qps, qpn);

	if (!remove && !table_find(&cmd->card->tables.flow_tables, number))
		return FAIL(cmd, BAD_RESOURCE, "no such table");
	/* Without a number it is for Ethernet, which has nothing to receive here. */
	if (!qpn)
		return OK;
	if (!qp || !qp->underlay)
		return FAIL(cmd, BAD_RESOURCE, "no such underlay QP");
	qp->root = remove ? 0 : number;
	return OK;
}

/**
 * flow_group_create() - CREATE_FLOW_GROUP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_group_create(struct command *cmd)
{
	const u8 *mask = ifc_at(create_flow_group_in, cmd->in, match_criteria);
	u32 first = ifc_get(create_flow_group_in, cmd->in, start_flow_index);
	u32 last = ifc_get(create_flow_group_in, cmd->in, end_flow_index);
	struct flow_table *table = table_find(&cmd->card->tables.flow_tables,
					      ifc_get(create_flow_group_in, cmd->in, table_id));

	if (!table)
		return FAIL(cmd, BAD_RESOURCE, "no such table");
	if (first > last || last >= table->size)
		return FAIL(cmd, BAD_PARAM, "beyond the table's end");
	if (!mask_is_known(mask))
		return FAIL(cmd, BAD_PARAM, "looks at what is not modelled");
	for (u32 i = 0; i < GROUPS; i++) {
		struct group *group = &table->groups[i];

		if (group->used && first <= group->last && last >= group->first)
			return FAIL(cmd, BAD_PARAM, "overlaps with another");
	}
	for (u32 i = 0; i < GROUPS; i++) {
		struct group *group = &table->groups[i];

		if (group->used)
			continue;
		*group = (struct group) { .used = true, .first = first, .last = last };
		memcpy(group->mask, mask, MATCH);
		ifc_set(create_flow_group_out, cmd->out, group_id, i);
		return OK;
	}
	return FAIL(cmd, LIMIT, "too many groups");
}

/**
 * flow_group_destroy() - DESTROY_FLOW_GROUP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_group_destroy(struct command *cmd)
{
	u32 number = ifc_get(destroy_flow_group_in, cmd->in, group_id);
	struct flow_table *table = table_find(&cmd->card->tables.flow_tables,
					      ifc_get(destroy_flow_group_in, cmd->in, table_id));

	if (!table || number >= GROUPS || !table->groups[number].used)
		return FAIL(cmd, BAD_RESOURCE, "no such group");
	for (u32 i = table->groups[number].first; i <= table->groups[number].last; i++)
		if (table->rules[i].used)
			return FAIL(cmd, BUSY, "has rules");
	table->groups[number].used = false;
	return OK;
}

static enum status set_target(struct command *cmd, struct rule *rule, const u8 *context)
{
	const u8 *target = ifc_at(flow_context, context, destination);
	u32 action = ifc_get(flow_context, context, action);
	u32 type = ifc_get(dest_format_struct, target, destination_type);

	rule->drop = action == MLX5_FLOW_CONTEXT_ACTION_DROP;
	if (rule->drop)
		return OK;
	if (action != MLX5_FLOW_CONTEXT_ACTION_FWD_DEST ||
	    ifc_get(flow_context, context, destination_list_size) != 1 ||
	    cmd->in_len < ifc_size(set_fte_in) + ifc_size(dest_format_struct))
		return FAIL(cmd, BAD_PARAM, "not modelled: anything but one target or none");
	rule->to_table = type == MLX5_IFC_FLOW_DESTINATION_TYPE_FLOW_TABLE;
	rule->target = ifc_get(dest_format_struct, target, destination_id);
	if (!rule->to_table && type != MLX5_IFC_FLOW_DESTINATION_TYPE_TIR)
		return FAIL(cmd, BAD_PARAM, "this type of target is not modelled");
	if (!table_find(rule->to_table ? &cmd->card->tables.flow_tables :
			&cmd->card->tables.tirs, rule->target))
		return FAIL(cmd, BAD_RESOURCE, "no such target");
	return OK;
}

/**
 * flow_rule_set() - SET_FLOW_TABLE_ENTRY
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_rule_set(struct command *cmd)
{
	const u8 *context = ifc_at(set_fte_in, cmd->in, flow_context);
	u32 index = ifc_get(set_fte_in, cmd->in, flow_index);
	u32 group = ifc_get(flow_context, context, group_id);
	struct flow_table *table = table_find(&cmd->card->tables.flow_tables,
					      ifc_get(set_fte_in, cmd->in, table_id));
	struct rule rule = { .used = true, .group = group };
	enum status status;

	if (!table || group >= GROUPS || !table->groups[group].used)
		return FAIL(cmd, BAD_RESOURCE, "no such table or group");
	if (index < table->groups[group].first || index > table->groups[group].last)
		return FAIL(cmd, BAD_INDEX, "not of that group");
	memcpy(rule.value, ifc_at(flow_context, context, match_value), MATCH);
	status = set_target(cmd, &rule, context);
	if (!status)
		table->rules[index] = rule;
	return status;
}

/**
 * flow_rule_delete() - DELETE_FLOW_TABLE_ENTRY
 * @cmd: the command
 *
 * Return: its status.
 */
enum status flow_rule_delete(struct command *cmd)
{
	u32 index = ifc_get(delete_fte_in, cmd->in, flow_index);
	struct flow_table *table = table_find(&cmd->card->tables.flow_tables,
					      ifc_get(delete_fte_in, cmd->in, table_id));

	if (!table || index >= table->size || !table->rules[index].used)
		return FAIL(cmd, BAD_RESOURCE, "no such rule");
	table->rules[index].used = false;
	return OK;
}

static void drop(struct card *card, void *object)
{
	(void)card;
	free(object);
}

/**
 * steering_reset() - no tables
 * @card: that is reset
 */
void steering_reset(struct card *card)
{
	if (!card->tables.flow_tables.at)
		table_init(&card->tables.flow_tables, 1, 64, "flow table");
	table_clear(&card->tables.flow_tables, drop, card);
}
