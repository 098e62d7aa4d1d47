// SPDX-License-Identifier: GPL-2.0
/* The family's attributes: names, types, lengths. */
#include "attrs.h"

static const char * const port_states[] = {
	[IPOIB_PORT_STATE_NOP] = "nop",
	[IPOIB_PORT_STATE_DOWN] = "down",
	[IPOIB_PORT_STATE_INIT] = "init",
	[IPOIB_PORT_STATE_ARMED] = "armed",
	[IPOIB_PORT_STATE_ACTIVE] = "active",
	[IPOIB_PORT_STATE_ACTIVE_DEFER] = "active-defer",
};

static const char * const binds[] = {
	[IPOIB_BIND_SERVED] = "served",
	[IPOIB_BIND_FELL_BACK] = "fell-back",
	[IPOIB_BIND_LEFT_ALONE] = "left-alone",
	[IPOIB_BIND_LOADING] = "loading",
	[IPOIB_BIND_SILENT] = "silent",
	[IPOIB_BIND_NO_ACCEL] = "no-accel",
	[IPOIB_BIND_NOT_LOADED] = "not-loaded",
	[IPOIB_BIND_NOT_MATCHING] = "not-matching",
	[IPOIB_BIND_FAILED] = "failed",
	[IPOIB_BIND_ALL_FAILED] = "all-failed",
};

static const char * const carrier_reasons[] = {
	[IPOIB_CARRIER_REASON_CARRIER] = "carrier",
	[IPOIB_CARRIER_REASON_ADMIN_DOWN] = "admin-down",
	[IPOIB_CARRIER_REASON_PKEY_MISSING] = "pkey-missing",
	[IPOIB_CARRIER_REASON_GID_MISSING] = "gid-missing",
	[IPOIB_CARRIER_REASON_OPEN_FAILED] = "open-failed",
	[IPOIB_CARRIER_REASON_PORT_DOWN] = "port-down",
	[IPOIB_CARRIER_REASON_PORT_INIT] = "port-init",
	[IPOIB_CARRIER_REASON_JOINING] = "joining",
	[IPOIB_CARRIER_REASON_JOIN_NO_ANSWER] = "join-no-answer",
	[IPOIB_CARRIER_REASON_JOIN_REFUSED] = "join-refused",
	[IPOIB_CARRIER_REASON_JOIN_FAILED] = "join-failed",
	[IPOIB_CARRIER_REASON_GROUP_MTU] = "group-mtu",
	[IPOIB_CARRIER_REASON_COMING] = "coming",
	[IPOIB_CARRIER_REASON_PORT_SILENT] = "port-silent",
};

static const char * const mtu_limits[] = {
	[IPOIB_MTU_LIMIT_USER] = "user",
	[IPOIB_MTU_LIMIT_GROUP] = "group",
	[IPOIB_MTU_LIMIT_PORT] = "port",
	[IPOIB_MTU_LIMIT_FAILED] = "failed",
};

static const char * const memberships[] = {
	[IPOIB_MEMBERSHIP_SEND_ONLY] = "send-only",
	[IPOIB_MEMBERSHIP_FULL] = "full",
};

static const char * const group_states[] = {
	[IPOIB_GROUP_STATE_IDLE] = "idle",
	[IPOIB_GROUP_STATE_WAITING] = "waiting",
	[IPOIB_GROUP_STATE_JOINING] = "joining",
	[IPOIB_GROUP_STATE_JOINED] = "joined",
	[IPOIB_GROUP_STATE_REJOINING] = "rejoining",
	[IPOIB_GROUP_STATE_FAILED] = "failed",
	[IPOIB_GROUP_STATE_LEAVING] = "leaving",
};

static const char * const path_states[] = {
	[IPOIB_PATH_STATE_IDLE] = "idle",
	[IPOIB_PATH_STATE_ASKING] = "asking",
	[IPOIB_PATH_STATE_READY] = "ready",
	[IPOIB_PATH_STATE_STALE] = "stale",
	[IPOIB_PATH_STATE_REFRESHING] = "refreshing",
	[IPOIB_PATH_STATE_FAILED] = "failed",
};

static const char * const notices[] = {
	[IPOIB_NOTICE_GROUP_FAILED] = "group-failed",
	[IPOIB_NOTICE_GROUP_MENDED] = "group-mended",
	[IPOIB_NOTICE_PATH_CHANGED] = "path-changed",
	[IPOIB_NOTICE_PATHS_FULL] = "paths-full",
	[IPOIB_NOTICE_GROUPS_FULL] = "groups-full",
	[IPOIB_NOTICE_RESTARTED] = "restarted",
};

#define ATTR(KEY, KIND)		{ .key = KEY, .kind = KIND }
#define ATTR_IN_HEX(KEY, DIGITS) { .key = KEY, .kind = ATTR_HEX, .digits = DIGITS }
#define ATTR_BY_NAME(KEY, NAMES) { .key = KEY, .kind = ATTR_ENUM, .names = NAMES, \
				   .num_names = sizeof(NAMES) / sizeof(*(NAMES)) }

const struct attr attrs_known[IPOIB_A_MAX + 1] = {
	[IPOIB_A_IFINDEX] = ATTR("ifindex", ATTR_NUMBER),
	[IPOIB_A_IFNAME] = ATTR("ifname", ATTR_STRING),
	[IPOIB_A_HCA] = ATTR("hca", ATTR_STRING),
	[IPOIB_A_PORT] = ATTR("port", ATTR_NUMBER),
	[IPOIB_A_GID] = ATTR("gid", ATTR_GID),
	[IPOIB_A_ACCEL] = ATTR("accel", ATTR_STRING),
	[IPOIB_A_ACCEL_MODULE] = ATTR("accel_module", ATTR_STRING),
	[IPOIB_A_ACCEL_VERSION] = ATTR("accel_version", ATTR_STRING),
	[IPOIB_A_ACCEL_ABI] = ATTR("accel_abi", ATTR_NUMBER),
	[IPOIB_A_PRIORITY] = ATTR("priority", ATTR_NUMBER),
	[IPOIB_A_WANTED] = ATTR("wanted", ATTR_STRING),
	[IPOIB_A_ALIAS] = ATTR("alias", ATTR_STRINGS),
	[IPOIB_A_PORT_STATE] = ATTR_BY_NAME("port_state", port_states),
	[IPOIB_A_PORT_LID] = ATTR_IN_HEX("port_lid", 4),
	[IPOIB_A_SM_LID] = ATTR_IN_HEX("sm_lid", 4),
	[IPOIB_A_PORT_MTU] = ATTR("port_mtu", ATTR_NUMBER),
	[IPOIB_A_BIND] = ATTR_BY_NAME("bind", binds),
	[IPOIB_A_BIND_TEXT] = ATTR("bind_text", ATTR_STRING),
	[IPOIB_A_REFUSED] = ATTR("refused", ATTR_STRING),
	[IPOIB_A_REFUSED_ERROR] = ATTR("refused_error", ATTR_ERROR),
	[IPOIB_A_PARENT] = ATTR("parent", ATTR_NUMBER),
	[IPOIB_A_QPN] = ATTR_IN_HEX("qpn", 6),
	[IPOIB_A_RX_QUEUES] = ATTR("rx_queues", ATTR_NUMBER),
	[IPOIB_A_TX_QUEUES] = ATTR("tx_queues", ATTR_NUMBER),
	[IPOIB_A_RX_RING] = ATTR("rx_ring", ATTR_NUMBER),
	[IPOIB_A_TX_RING] = ATTR("tx_ring", ATTR_NUMBER),
	[IPOIB_A_MTU] = ATTR("mtu", ATTR_NUMBER),
	[IPOIB_A_MTU_WANTED] = ATTR("mtu_wanted", ATTR_NUMBER),
	[IPOIB_A_MTU_GROUP] = ATTR("mtu_group", ATTR_NUMBER),
	[IPOIB_A_MTU_LIMIT] = ATTR_BY_NAME("mtu_limit", mtu_limits),
	[IPOIB_A_PKEY] = ATTR_IN_HEX("pkey", 4),
	[IPOIB_A_PKEY_ENTRY] = ATTR_IN_HEX("pkey_entry", 4),
	[IPOIB_A_QKEY] = ATTR_IN_HEX("qkey", 8),
	[IPOIB_A_CARRIER] = ATTR("carrier", ATTR_BOOL),
	[IPOIB_A_CARRIER_REASON] = ATTR_BY_NAME("carrier_reason", carrier_reasons),
	[IPOIB_A_CARRIER_TEXT] = ATTR("carrier_text", ATTR_STRING),
	[IPOIB_A_CARRIER_SINCE] = ATTR("carrier_since", ATTR_TIME),
	[IPOIB_A_GROUP_STATE] = ATTR_BY_NAME("group_state", group_states),
	[IPOIB_A_LAST_ERROR] = ATTR("last_error", ATTR_ERROR),
	[IPOIB_A_TRIES] = ATTR("tries", ATTR_NUMBER),
	[IPOIB_A_NEXT_TRY] = ATTR("next_try", ATTR_TIME),
	[IPOIB_A_LID] = ATTR_IN_HEX("lid", 4),
	[IPOIB_A_MEMBERSHIP] = ATTR_BY_NAME("membership", memberships),
	[IPOIB_A_QUEUED] = ATTR("queued", ATTR_NUMBER),
	[IPOIB_A_SL] = ATTR("sl", ATTR_NUMBER),
	[IPOIB_A_RATE] = ATTR("rate", ATTR_NUMBER),
	[IPOIB_A_PATH_MTU] = ATTR("path_mtu", ATTR_NUMBER),
	[IPOIB_A_AGE] = ATTR("age", ATTR_TIME),
	[IPOIB_A_IDLE] = ATTR("idle", ATTR_TIME),
	[IPOIB_A_PATH_STATE] = ATTR_BY_NAME("path_state", path_states),
	[IPOIB_A_CAUSE] = ATTR("cause", ATTR_STRING),
	[IPOIB_A_PACKETS] = ATTR("packets", ATTR_NUMBER),
	[IPOIB_A_TABLE] = ATTR("table", ATTR_STRING),
	[IPOIB_A_USED] = ATTR("used", ATTR_NUMBER),
	[IPOIB_A_ENTRIES] = ATTR("entries", ATTR_NUMBER),
	[IPOIB_A_LIMIT] = ATTR("limit", ATTR_NUMBER),
	[IPOIB_A_QUEUED_LIMIT] = ATTR("queued_limit", ATTR_NUMBER),
	[IPOIB_A_QUERIES] = ATTR("queries", ATTR_NUMBER),
	[IPOIB_A_QUERIES_LIMIT] = ATTR("queries_limit", ATTR_NUMBER),
	[IPOIB_A_NOTICE] = ATTR_BY_NAME("notice", notices),
	[IPOIB_A_COUNT] = ATTR("count", ATTR_NUMBER),
	[IPOIB_A_TX_OUTSTANDING] = ATTR("tx_outstanding", ATTR_NUMBER),
	[IPOIB_A_RX_QPN] = { .key = "rx_qpn", .kind = ATTR_HEXES, .digits = 6 },
	[IPOIB_A_BROADCAST] = ATTR("broadcast", ATTR_GID),
	[IPOIB_A_RX_USECS] = ATTR("rx_usecs", ATTR_NUMBER),
	[IPOIB_A_RX_FRAMES] = ATTR("rx_frames", ATTR_NUMBER),
	[IPOIB_A_ADAPTIVE_RX] = ATTR("adaptive_rx", ATTR_BOOL),
	[IPOIB_A_TX_USECS] = ATTR("tx_usecs", ATTR_NUMBER),
	[IPOIB_A_TX_FRAMES] = ATTR("tx_frames", ATTR_NUMBER),
	[IPOIB_A_ADAPTIVE_TX] = ATTR("adaptive_tx", ATTR_BOOL),
};

/* Of libnl's types the lengths are the least; here they are the only ones. */
#define POLICY_U8	{ .type = NLA_U8, .maxlen = 1 }
#define POLICY_U16	{ .type = NLA_U16, .maxlen = 2 }
#define POLICY_U32	{ .type = NLA_U32, .maxlen = 4 }
#define POLICY_U64	{ .type = NLA_U64, .maxlen = 8 }
#define POLICY_STRING	{ .type = NLA_STRING }
#define POLICY_GID	{ .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 }

struct nla_policy attrs_policy[IPOIB_A_MAX + 1] = {
	[IPOIB_A_IFINDEX] = POLICY_U32,
	[IPOIB_A_IFNAME] = POLICY_STRING,
	[IPOIB_A_HCA] = POLICY_STRING,
	[IPOIB_A_PORT] = POLICY_U32,
	[IPOIB_A_GID] = POLICY_GID,
	[IPOIB_A_ACCEL] = POLICY_STRING,
	[IPOIB_A_ACCEL_MODULE] = POLICY_STRING,
	[IPOIB_A_ACCEL_VERSION] = POLICY_STRING,
	[IPOIB_A_ACCEL_ABI] = POLICY_U32,
	[IPOIB_A_PRIORITY] = POLICY_U32,
	[IPOIB_A_WANTED] = POLICY_STRING,
	[IPOIB_A_ALIAS] = POLICY_STRING,
	[IPOIB_A_PORT_STATE] = POLICY_U32,
	[IPOIB_A_PORT_LID] = POLICY_U32,
	[IPOIB_A_SM_LID] = POLICY_U32,
	[IPOIB_A_PORT_MTU] = POLICY_U32,
	[IPOIB_A_BIND] = POLICY_U32,
	[IPOIB_A_BIND_TEXT] = POLICY_STRING,
	[IPOIB_A_REFUSED] = POLICY_STRING,
	[IPOIB_A_REFUSED_ERROR] = POLICY_U32,
	[IPOIB_A_PARENT] = POLICY_U32,
	[IPOIB_A_QPN] = POLICY_U32,
	[IPOIB_A_RX_QUEUES] = POLICY_U32,
	[IPOIB_A_TX_QUEUES] = POLICY_U32,
	[IPOIB_A_RX_RING] = POLICY_U32,
	[IPOIB_A_TX_RING] = POLICY_U32,
	[IPOIB_A_MTU] = POLICY_U32,
	[IPOIB_A_MTU_WANTED] = POLICY_U32,
	[IPOIB_A_MTU_GROUP] = POLICY_U32,
	[IPOIB_A_MTU_LIMIT] = POLICY_U32,
	[IPOIB_A_PKEY] = POLICY_U16,
	[IPOIB_A_PKEY_ENTRY] = POLICY_U16,
	[IPOIB_A_QKEY] = POLICY_U32,
	[IPOIB_A_CARRIER] = POLICY_U8,
	[IPOIB_A_CARRIER_REASON] = POLICY_U32,
	[IPOIB_A_CARRIER_TEXT] = POLICY_STRING,
	[IPOIB_A_CARRIER_SINCE] = POLICY_U64,
	[IPOIB_A_GROUP_STATE] = POLICY_U32,
	[IPOIB_A_LAST_ERROR] = POLICY_U32,
	[IPOIB_A_TRIES] = POLICY_U32,
	[IPOIB_A_NEXT_TRY] = POLICY_U32,
	[IPOIB_A_LID] = POLICY_U32,
	[IPOIB_A_MEMBERSHIP] = POLICY_U32,
	[IPOIB_A_QUEUED] = POLICY_U32,
	[IPOIB_A_SL] = POLICY_U8,
	[IPOIB_A_RATE] = POLICY_U32,
	[IPOIB_A_PATH_MTU] = POLICY_U32,
	[IPOIB_A_AGE] = POLICY_U64,
	[IPOIB_A_IDLE] = POLICY_U64,
	[IPOIB_A_PATH_STATE] = POLICY_U32,
	[IPOIB_A_CAUSE] = POLICY_STRING,
	[IPOIB_A_PACKETS] = POLICY_U64,
	[IPOIB_A_TABLE] = POLICY_STRING,
	[IPOIB_A_USED] = POLICY_U32,
	[IPOIB_A_ENTRIES] = POLICY_U32,
	[IPOIB_A_LIMIT] = POLICY_U32,
	[IPOIB_A_QUEUED_LIMIT] = POLICY_U32,
	[IPOIB_A_QUERIES] = POLICY_U32,
	[IPOIB_A_QUERIES_LIMIT] = POLICY_U32,
	[IPOIB_A_NOTICE] = POLICY_U32,
	[IPOIB_A_COUNT] = POLICY_U32,
	[IPOIB_A_TX_OUTSTANDING] = POLICY_U32,
	[IPOIB_A_RX_QPN] = POLICY_U32,
	[IPOIB_A_BROADCAST] = POLICY_GID,
	[IPOIB_A_RX_USECS] = POLICY_U32,
	[IPOIB_A_RX_FRAMES] = POLICY_U32,
	[IPOIB_A_ADAPTIVE_RX] = POLICY_U8,
	[IPOIB_A_TX_USECS] = POLICY_U32,
	[IPOIB_A_TX_FRAMES] = POLICY_U32,
	[IPOIB_A_ADAPTIVE_TX] = POLICY_U8,
};

const char *attrs_name(enum ipoib_attr attr, unsigned long long value)
{
	const struct attr *known = &attrs_known[attr];

	return value < known->num_names ? known->names[value] : NULL;
}
