// SPDX-License-Identifier: GPL-2.0
/*
 * States of a machine with the HCA sib0, whose port has the interface ib0 and in some its child
 * ib0.8001: each is told by how it differs from one that works.
 */
#include "scenes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SCENES_FAMILY	0x1d
#define SCENES_IFINDEX	3

/**
 * struct scene - a state
 * @name: of it
 * @ifname: of the interface; NULL: there is none
 * @reason: why it has no carrier
 * @port_state: of the port
 * @sm_lid: of the subnet manager
 * @pkey_entry: in the port's table, 0: none
 * @group_state: of the broadcast group
 * @error: of its last join or of opening, or 0
 * @tries: that failed
 * @bind: why the port is served
 * @wanted: what accel= says
 * @refused: accel that failed, or NULL
 * @refused_error: how, 0: EOPNOTSUPP
 * @mtu: of the interface
 * @mtu_limit: what keeps it from being more
 * @mtu_wanted: what was asked for, 0: 4092 if there is such a limit
 * @port_mtu: of the port, 0: 4092
 * @denied: groups and paths are not for who asks
 * @trouble: tables are full, packets dropped, peers and groups missing
 * @quiet: nothing was sent for long: the path to the peer comes once something is, another one is
 *	not asked for, and this host fails
 * @child: the port has another interface, of that name
 * @of_parent: which has carrier, whatever the first one has, and is its child
 * @accel: that serves the port, NULL: ref
 * @broadcast: group of the broadcast address, if that was changed by hand
 * @away: the port is served, and its interface is elsewhere
 * @bare: there is no port
 * @outstanding: sends that the device keeps
 * @nowhere: the answer to a path query is a LID that no port can have
 * @again: groups and paths that failed are asked for again, some of which are in use
 * @deaf: its first RX queue receives nothing
 * @driver: the HCA's, or NULL: it has none of its own
 * @both: accel mlx is loaded, beside ref
 * @twins: another HCA, sib1, has the same node GUID; neither is a PCI function
 */
struct scene {
	const char *name;
	const char *ifname;
	uint32_t reason;
	uint32_t port_state;
	uint32_t sm_lid;
	uint16_t pkey_entry;
	uint32_t group_state;
	uint32_t error;
	uint32_t tries;
	uint32_t bind;
	const char *wanted;
	const char *refused;
	uint32_t refused_error;
	uint32_t mtu;
	uint32_t mtu_limit;
	uint32_t mtu_wanted;
	uint32_t port_mtu;
	bool denied;
	bool trouble;
	bool quiet;
	bool nowhere;
	const char *child;
	bool of_parent;
	const char *accel;
	const char *broadcast;
	bool away;
	bool bare;
	uint32_t outstanding;
	bool again;
	bool deaf;
	const char *driver;
	bool both;
	bool twins;
};

/* What those that are alike have alike. */
#define MTU_OF_PORT \
	.pkey_entry = 0xffff, .wanted = "auto", .mtu = 2044, .mtu_limit = IPOIB_MTU_LIMIT_PORT
#define ACTIVE \
	.port_state = IPOIB_PORT_STATE_ACTIVE, .sm_lid = 1
#define JOINED \
	.ifname = "ib0", ACTIVE, .mtu = 2044, .mtu_limit = IPOIB_MTU_LIMIT_GROUP, \
	.wanted = "auto", .group_state = IPOIB_GROUP_STATE_JOINED
#define NO_CARRIER(REASON, STATE) \
	.ifname = "ib0", ACTIVE, MTU_OF_PORT, .reason = IPOIB_CARRIER_REASON_ ## REASON, \
	.group_state = IPOIB_GROUP_STATE_ ## STATE
#define NO_LINK(REASON, STATE) \
	.ifname = "ib0", MTU_OF_PORT, .reason = IPOIB_CARRIER_REASON_ ## REASON, \
	.port_state = IPOIB_PORT_STATE_ ## STATE
#define NO_INTERFACE(BIND, WANTED) \
	ACTIVE, .bind = IPOIB_BIND_ ## BIND, .wanted = WANTED

static const struct scene scenes[] = {
	{ .name = "working", JOINED, .pkey_entry = 0xffff },
	{ .name = "no-sm", NO_LINK(PORT_INIT, INIT) },
	{ .name = "port-down", NO_LINK(PORT_DOWN, DOWN) },
	{ .name = "pkey-missing", .ifname = "ib0", ACTIVE, .wanted = "auto", .mtu = 2044,
	  .mtu_limit = IPOIB_MTU_LIMIT_PORT, .reason = IPOIB_CARRIER_REASON_PKEY_MISSING },
	{ .name = "gid-missing", NO_CARRIER(GID_MISSING, IDLE) },
	{ .name = "open-failed", NO_CARRIER(OPEN_FAILED, IDLE), .error = ENOMEM, .tries = 3 },
	{ .name = "open-failed-mlx", NO_CARRIER(OPEN_FAILED, IDLE), .error = ENOMEM, .tries = 3,
	  .accel = "mlx", .child = "ib0.8001" },
	{ .name = "open-silent", NO_CARRIER(OPEN_FAILED, IDLE), .error = EHOSTDOWN, .tries = 3 },
	{ .name = "open-silent-mlx", NO_CARRIER(OPEN_FAILED, IDLE), .error = ETIMEDOUT, .tries = 1,
	  .accel = "mlx" },
	{ .name = "joining", NO_CARRIER(JOINING, JOINING) },
	{ .name = "sa-silent", NO_CARRIER(JOIN_NO_ANSWER, FAILED), .error = ETIMEDOUT,
	  .tries = 1 },
	{ .name = "join-refused", NO_CARRIER(JOIN_REFUSED, FAILED), .error = EINVAL, .tries = 4 },
	{ .name = "small-port", NO_CARRIER(JOIN_REFUSED, FAILED), .error = EINVAL, .tries = 4,
	  .port_mtu = 2044 },
	{ .name = "join-failed", NO_CARRIER(JOIN_FAILED, FAILED), .error = ENOMEM, .tries = 2 },
	{ .name = "join-silent", NO_CARRIER(JOIN_FAILED, FAILED), .error = EHOSTDOWN, .tries = 2 },
	{ .name = "no-sm-known", NO_CARRIER(JOIN_NO_ANSWER, FAILED), .error = EAGAIN, .tries = 1 },
	{ .name = "join-nonsense", NO_CARRIER(JOIN_FAILED, FAILED), .error = EBADMSG, .tries = 1 },
	{ .name = "group-mtu", NO_CARRIER(GROUP_MTU, JOINED) },
	{ .name = "coming", NO_CARRIER(COMING, JOINED) },
	{ .name = "admin-down", NO_CARRIER(ADMIN_DOWN, IDLE) },
	{ .name = "newer", .ifname = "ib0", MTU_OF_PORT, .reason = 99, .bind = 98,
	  .port_state = 97 },
	{ .name = "limited", .ifname = "ib0", ACTIVE, .pkey_entry = 0x7fff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 1500,
	  .mtu_limit = IPOIB_MTU_LIMIT_USER },
	{ .name = "accel-missing", NO_INTERFACE(NOT_LOADED, "nonsense") },
	{ .name = "no-accel", NO_INTERFACE(NO_ACCEL, "auto") },
	{ .name = "accel-refuses", NO_INTERFACE(NOT_MATCHING, "mlx") },
	{ .name = "accel-failed", NO_INTERFACE(FAILED, "mlx"), .refused = "mlx" },
	{ .name = "all-failed", NO_INTERFACE(ALL_FAILED, "auto"), .refused = "ref" },
	{ .name = "silent", NO_INTERFACE(ALL_FAILED, "auto"), .refused = "ref",
	  .refused_error = ETIMEDOUT },
	{ .name = "left-alone", NO_INTERFACE(LEFT_ALONE, "none") },
	{ .name = "port-held", NO_INTERFACE(FAILED, "mlx"), .refused = "mlx",
	  .refused_error = EBUSY },
	{ .name = "held-fell-back", JOINED, .pkey_entry = 0xffff, .bind = IPOIB_BIND_FELL_BACK,
	  .refused = "mlx", .refused_error = EBUSY },
	{ .name = "loading", NO_INTERFACE(LOADING, "auto") },
	{ .name = "port-silent", NO_INTERFACE(SILENT, "auto") },
	{ .name = "denied", JOINED, .pkey_entry = 0xffff, .denied = true },
	{ .name = "trouble", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_REJOINING, .error = EINVAL, .tries = 2, .mtu = 2044,
	  .mtu_limit = IPOIB_MTU_LIMIT_GROUP, .bind = IPOIB_BIND_FELL_BACK, .refused = "mlx",
	  .trouble = true },
	{ .name = "quiet", JOINED, .pkey_entry = 0xffff, .quiet = true },
	{ .name = "nowhere", JOINED, .pkey_entry = 0xffff, .nowhere = true },
	{ .name = "mlx", JOINED, .pkey_entry = 0xffff, .accel = "mlx" },
	{ .name = "card", JOINED, .pkey_entry = 0xffff, .driver = "driver:mlx5_core" },
	{ .name = "card-refused", JOINED, .pkey_entry = 0xffff, .driver = "driver:mlx5_core",
	  .both = true },
	{ .name = "guest-pkey", .ifname = "ib0", ACTIVE, MTU_OF_PORT,
	  .reason = IPOIB_CARRIER_REASON_PKEY_MISSING, .driver = "driver:mlx4_core" },
	{ .name = "guest-no-sm", NO_LINK(PORT_INIT, INIT), .driver = "driver:mlx4_core" },
	{ .name = "qkey-mlx", NO_CARRIER(JOIN_FAILED, FAILED), .error = EOPNOTSUPP, .tries = 2,
	  .accel = "mlx" },
	{ .name = "broadcast-changed", JOINED, .pkey_entry = 0xffff,
	  .broadcast = "ff15:401b:ffff::ffff:ffff" },
	{ .name = "child", JOINED, .pkey_entry = 0xffff, .child = "ib0.8001" },
	{ .name = "parent-down", NO_CARRIER(ADMIN_DOWN, IDLE), .child = "ib0.8001",
	  .of_parent = true, .accel = "mlx" },
	{ .name = "parent-no-gid", NO_CARRIER(GID_MISSING, IDLE), .child = "ib0.8001",
	  .of_parent = true, .accel = "mlx" },
	{ .name = "parent-other", NO_CARRIER(ADMIN_DOWN, IDLE), .child = "ib0.8001",
	  .of_parent = true },
	{ .name = "port-untold", NO_LINK(PORT_SILENT, DOWN) },
	{ .name = "rejoin-silent", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_REJOINING, .error = ETIMEDOUT, .tries = 2, .mtu = 2044,
	  .mtu_limit = IPOIB_MTU_LIMIT_FAILED },
	{ .name = "rejoin-mtu", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_REJOINING, .error = EPROTO, .tries = 2, .mtu = 2044 },
	{ .name = "mtu-failed", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 1500,
	  .mtu_limit = IPOIB_MTU_LIMIT_FAILED },
	{ .name = "mtu-failed-less", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff,
	  .wanted = "auto", .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 1500,
	  .mtu_wanted = 1800, .mtu_limit = IPOIB_MTU_LIMIT_FAILED },
	{ .name = "mtu-grows", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 1500,
	  .mtu_limit = IPOIB_MTU_LIMIT_GROUP },
	{ .name = "path-mtu", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 4092 },
	{ .name = "broadcast-changed-down", NO_LINK(PORT_DOWN, DOWN),
	  .broadcast = "ff15:401b:ffff::ffff:ffff" },
	{ .name = "child-mlx", JOINED, .pkey_entry = 0xffff, .child = "ib0.8001",
	  .of_parent = true, .accel = "mlx" },
	{ .name = "again", .ifname = "ib0", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_REJOINING, .error = ETIMEDOUT, .tries = 2, .mtu = 2044,
	  .again = true },
	{ .name = "deaf", JOINED, .pkey_entry = 0xffff, .deaf = true },
	{ .name = "sends-wait", JOINED, .pkey_entry = 0xffff, .outstanding = 7 },
	{ .name = "away", ACTIVE, .bind = IPOIB_BIND_FELL_BACK, .wanted = "auto", .refused = "mlx",
	  .away = true },
	{ .name = "no-port", .bare = true },
	{ .name = "twins", JOINED, .pkey_entry = 0xffff, .twins = true },
	{ .name = "hostile", .ifname = "i\x1b[2J\xff\xc3\xa9\"", ACTIVE, .pkey_entry = 0xffff,
	  .wanted = "a\"b\\c\tz", .refused = "\xed\xa0\x80\xf4\x90\x80\x80\xc2\x9b",
	  .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 2044 },
	/* Not UTF-8, one as the other. */
	{ .name = "alike", .ifname = "x\xff", ACTIVE, .pkey_entry = 0xffff, .wanted = "auto",
	  .group_state = IPOIB_GROUP_STATE_JOINED, .mtu = 2044, .child = "x\xfe" },
};

/* A group that is only sent to. */
#define SCENES_SENT_TO	"ff12:601b:ffff::2"

#define SCENES_COUNT	(sizeof(scenes) / sizeof(*scenes))

const char *scenes_name(size_t number)
{
	return number < SCENES_COUNT ? scenes[number].name : NULL;
}

/**
 * struct answers - a stream that is being written
 * @cmd: what of
 * @stream: it
 * @len: how much of it
 */
struct answers {
	enum ipoib_cmd cmd;
	unsigned char *stream;
	size_t len;
};

static struct nl_msg *begin(const struct answers *answers)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 1, 1, SCENES_FAMILY, 0, NLM_F_MULTI, answers->cmd, IPOIB_FAMILY_VERSION);
	return msg;
}

static void end(struct answers *answers, struct nl_msg *msg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);

	memcpy(answers->stream + answers->len, header, header->nlmsg_len);
	answers->len += NLMSG_ALIGN(header->nlmsg_len);
	nlmsg_free(msg);
}

static void put_gid(struct nl_msg *msg, enum ipoib_attr attr, const char *text)
{
	unsigned char gid[16];

	inet_pton(AF_INET6, text, gid);
	nla_put(msg, attr, sizeof(gid), gid);
}

static void put_which(struct nl_msg *msg, const struct scene *scene)
{
	nla_put_u32(msg, IPOIB_A_IFINDEX, SCENES_IFINDEX);
	nla_put_string(msg, IPOIB_A_IFNAME, scene->ifname);
}

static void put_port(struct nl_msg *msg, const char *hca)
{
	nla_put_string(msg, IPOIB_A_HCA, hca);
	nla_put_u32(msg, IPOIB_A_PORT, 1);
}

/* A try that failed, and when the next one is. */
static void put_tries(struct nl_msg *msg, uint32_t error, uint32_t tries)
{
	nla_put_u32(msg, IPOIB_A_LAST_ERROR, error);
	nla_put_u32(msg, IPOIB_A_TRIES, tries);
	if (error)
		nla_put_u32(msg, IPOIB_A_NEXT_TRY, 1 << tries << 10);
}

static const char *accel_of(const struct scene *scene)
{
	return scene->accel ? scene->accel : "ref";
}

static void answer_dev(struct answers *answers, const struct scene *scene, uint32_t ifindex,
		       const char *ifname)
{
	struct nl_msg *msg = begin(answers);
	/* As it is once ethtool has set it. */
	const char *set = getenv("RX_QUEUES");
	uint32_t queues = set ? strtoul(set, NULL, 10) : 2;

	nla_put_u32(msg, IPOIB_A_IFINDEX, ifindex);
	nla_put_string(msg, IPOIB_A_IFNAME, ifname);
	put_port(msg, "sib0");
	if (scene->of_parent && ifindex != SCENES_IFINDEX)
		nla_put_u32(msg, IPOIB_A_PARENT, SCENES_IFINDEX);
	nla_put_string(msg, IPOIB_A_ACCEL, accel_of(scene));
	nla_put_u32(msg, IPOIB_A_QPN, scene->deaf ? 0x44 : 0x48);
	/* Of one queue the number is the address's. */
	if (queues > 1) {
		nla_put_u32(msg, IPOIB_A_RX_QPN, 0x48);
		nla_put_u32(msg, IPOIB_A_RX_QPN, 0x4c);
	}
	nla_put_u32(msg, IPOIB_A_RX_QUEUES, queues);
	nla_put_u32(msg, IPOIB_A_TX_QUEUES, 4);
	nla_put_u32(msg, IPOIB_A_RX_RING, 256);
	nla_put_u32(msg, IPOIB_A_TX_RING, 128);
	nla_put_u32(msg, IPOIB_A_RX_USECS, 8);
	nla_put_u32(msg, IPOIB_A_RX_FRAMES, 32);
	nla_put_u8(msg, IPOIB_A_ADAPTIVE_RX, 1);
	nla_put_u32(msg, IPOIB_A_TX_USECS, 0);
	nla_put_u32(msg, IPOIB_A_TX_FRAMES, 0);
	if (scene->outstanding)
		nla_put_u32(msg, IPOIB_A_TX_OUTSTANDING, scene->outstanding);
	nla_put_u32(msg, IPOIB_A_MTU, scene->mtu);
	nla_put_u32(msg, IPOIB_A_MTU_WANTED, scene->mtu_wanted ? scene->mtu_wanted :
		    scene->mtu_limit ? 4092 : scene->mtu);
	if (scene->group_state == IPOIB_GROUP_STATE_JOINED) {
		nla_put_u32(msg, IPOIB_A_MTU_GROUP, 2044);
		nla_put_u32(msg, IPOIB_A_QKEY, 0xb1b);
	}
	nla_put_u32(msg, IPOIB_A_PORT_MTU, scene->port_mtu ? scene->port_mtu : 4092);
	nla_put_u32(msg, IPOIB_A_MTU_LIMIT, scene->mtu_limit);
	nla_put_u16(msg, IPOIB_A_PKEY, 0xffff);
	if (scene->pkey_entry)
		nla_put_u16(msg, IPOIB_A_PKEY_ENTRY, scene->pkey_entry);
	put_gid(msg, IPOIB_A_GID, "ff12:401b:ffff::ffff:ffff");
	if (scene->broadcast)
		put_gid(msg, IPOIB_A_BROADCAST, scene->broadcast);
	nla_put_u32(msg, IPOIB_A_GROUP_STATE, scene->group_state);
	put_tries(msg, scene->error, scene->tries);
	nla_put_u8(msg, IPOIB_A_CARRIER, !scene->reason);
	nla_put_u32(msg, IPOIB_A_CARRIER_REASON, scene->reason);
	nla_put_string(msg, IPOIB_A_CARRIER_TEXT, "in the kernel's words");
	nla_put_u64(msg, IPOIB_A_CARRIER_SINCE, 754321);
	end(answers, msg);
}

static void answer_port(struct answers *answers, const struct scene *scene, const char *hca)
{
	/* As it is once something was set. */
	const char *wanted = getenv("WANTED");
	struct nl_msg *msg = begin(answers);
	char name[16];

	put_port(msg, hca);
	nla_put_string(msg, IPOIB_A_ALIAS, scene->twins ? "" : "pci:0000:3b:00.0/1");
	nla_put_string(msg, IPOIB_A_ALIAS, "guid:0x0002c90300a1b2c3/1");
	snprintf(name, sizeof(name), "%s/1", hca);
	nla_put_string(msg, IPOIB_A_ALIAS, name);
	if (scene->driver)
		nla_put_string(msg, IPOIB_A_ALIAS, scene->driver);
	nla_put_u32(msg, IPOIB_A_PORT_STATE, scene->port_state);
	nla_put_u32(msg, IPOIB_A_PORT_LID, scene->sm_lid ? 2 : 0);
	nla_put_u32(msg, IPOIB_A_SM_LID, scene->sm_lid);
	nla_put_u32(msg, IPOIB_A_PORT_MTU, scene->port_mtu ? scene->port_mtu : 4092);
	nla_put_string(msg, IPOIB_A_WANTED, wanted ? wanted : scene->wanted);
	if (scene->ifname || scene->away) {
		nla_put_string(msg, IPOIB_A_ACCEL, accel_of(scene));
		nla_put_u32(msg, IPOIB_A_PRIORITY, 1);
	}
	nla_put_u32(msg, IPOIB_A_BIND, scene->bind);
	nla_put_string(msg, IPOIB_A_BIND_TEXT, "in the kernel's words");
	if (scene->refused) {
		nla_put_string(msg, IPOIB_A_REFUSED, scene->refused);
		nla_put_u32(msg, IPOIB_A_REFUSED_ERROR,
			    scene->refused_error ? scene->refused_error : EOPNOTSUPP);
	}
	end(answers, msg);
}

static void answer_accel(struct answers *answers, const char *name, uint32_t used)
{
	struct nl_msg *msg = begin(answers);
	char module[16];

	snprintf(module, sizeof(module), "accel_%s", name);
	nla_put_string(msg, IPOIB_A_ACCEL, name);
	nla_put_string(msg, IPOIB_A_ACCEL_MODULE, module);
	nla_put_string(msg, IPOIB_A_ACCEL_VERSION, "0.1.0");
	nla_put_u32(msg, IPOIB_A_ACCEL_ABI, 3);
	nla_put_u32(msg, IPOIB_A_USED, used);
	end(answers, msg);
}

/* Where PATH_MTU is in the environment that is the MTU of paths. */
static void answer_destination(struct answers *answers, const struct scene *scene, const char *gid,
			       uint32_t state, uint32_t error)
{
	struct nl_msg *msg = begin(answers);
	const char *mtu = getenv("PATH_MTU");
	bool group = answers->cmd == IPOIB_CMD_GROUP_GET;

	put_which(msg, scene);
	put_gid(msg, IPOIB_A_GID, gid);
	nla_put_u32(msg, group ? IPOIB_A_GROUP_STATE : IPOIB_A_PATH_STATE, state);
	if (group)
		nla_put_u32(msg, IPOIB_A_MEMBERSHIP, !strcmp(gid, SCENES_SENT_TO) ?
			    IPOIB_MEMBERSHIP_SEND_ONLY : IPOIB_MEMBERSHIP_FULL);
	if (!error) {
		nla_put_u32(msg, IPOIB_A_LID, group ? 0xc000 : 3);
		nla_put_u8(msg, IPOIB_A_SL, 0);
		nla_put_u32(msg, IPOIB_A_RATE, 10000);
		nla_put_u32(msg, IPOIB_A_PATH_MTU, mtu ? strtoul(mtu, NULL, 10) : 2048);
		nla_put_u64(msg, IPOIB_A_AGE, 90061001);
	}
	nla_put_u64(msg, IPOIB_A_IDLE, 4000);
	put_tries(msg, error, !!error);
	nla_put_u32(msg, IPOIB_A_QUEUED, error ? 2 : 0);
	end(answers, msg);
}

static void answer_groups(struct answers *answers, const struct scene *scene)
{
	answer_destination(answers, scene, "ff12:401b:ffff::ffff:ffff", scene->group_state,
			   scene->error);
	if (scene->trouble)
		answer_destination(answers, scene, "ff12:401b:ffff::102:304",
				   IPOIB_GROUP_STATE_FAILED, EINVAL);
	if (scene->again) {
		answer_destination(answers, scene, "ff12:401b:ffff::102:304",
				   IPOIB_GROUP_STATE_JOINING, ETIMEDOUT);
		answer_destination(answers, scene, "ff12:401b:ffff::102:305",
				   IPOIB_GROUP_STATE_WAITING, ETIMEDOUT);
		answer_destination(answers, scene, "ff12:401b:ffff::102:306",
				   IPOIB_GROUP_STATE_LEAVING, ETIMEDOUT);
	}
	if (scene->trouble || scene->quiet)
		answer_destination(answers, scene, SCENES_SENT_TO, IPOIB_GROUP_STATE_FAILED,
				   scene->trouble ? EINVAL : ETIMEDOUT);
}

static void answer_paths(struct answers *answers, const struct scene *scene)
{
	if (scene->quiet) {
		answer_destination(answers, scene, "fe80::1d1e", IPOIB_PATH_STATE_IDLE, 0);
		answer_destination(answers, scene, "fe80::dead:3", IPOIB_PATH_STATE_FAILED, EIO);
	}
	if (scene->nowhere)
		answer_destination(answers, scene, "fe80::dead:4", IPOIB_PATH_STATE_FAILED,
				   EBADMSG);
	if (scene->again) {
		answer_destination(answers, scene, "fe80::dead", IPOIB_PATH_STATE_ASKING,
				   ETIMEDOUT);
		answer_destination(answers, scene, "fe80::dead:2", IPOIB_PATH_STATE_REFRESHING,
				   ETIMEDOUT);
		answer_destination(answers, scene, "fe80::dead:3", IPOIB_PATH_STATE_IDLE,
				   ETIMEDOUT);
	}
	if (!scene->quiet || getenv("PROVOKED"))
		answer_destination(answers, scene, "fe80::2:c903:a1:b2c3", IPOIB_PATH_STATE_READY,
				   0);
	if (!scene->trouble)
		return;
	answer_destination(answers, scene, "fe80::dead", IPOIB_PATH_STATE_FAILED, EINVAL);
	answer_destination(answers, scene, "fe80::dead:2", IPOIB_PATH_STATE_FAILED, ETIMEDOUT);
}

static void answer_drop(struct answers *answers, const struct scene *scene, const char *cause,
			uint64_t packets)
{
	struct nl_msg *msg = begin(answers);

	put_which(msg, scene);
	nla_put_string(msg, IPOIB_A_CAUSE, cause);
	nla_put_u64(msg, IPOIB_A_PACKETS, packets);
	end(answers, msg);
}

static void answer_table(struct answers *answers, const struct scene *scene, const char *table,
			 uint32_t limit)
{
	struct nl_msg *msg = begin(answers);

	put_which(msg, scene);
	nla_put_string(msg, IPOIB_A_TABLE, table);
	nla_put_u32(msg, IPOIB_A_USED, scene->trouble ? limit : 1);
	nla_put_u32(msg, IPOIB_A_ENTRIES, 3);
	nla_put_u32(msg, IPOIB_A_LIMIT, limit);
	nla_put_u32(msg, IPOIB_A_QUEUED, 0);
	nla_put_u32(msg, IPOIB_A_QUEUED_LIMIT, 2048);
	nla_put_u32(msg, IPOIB_A_QUERIES, 0);
	nla_put_u32(msg, IPOIB_A_QUERIES_LIMIT, 64);
	end(answers, msg);
}

/* Of which number is in the environment. */
static void answer_notice(struct answers *answers, const struct scene *scene)
{
	const char *number = getenv("NOTICE");
	struct nl_msg *msg = begin(answers);

	put_which(msg, scene);
	nla_put_u32(msg, IPOIB_A_NOTICE, number ? strtoul(number, NULL, 10) : 0);
	nla_put_u32(msg, IPOIB_A_COUNT, 2);
	end(answers, msg);
}

static bool fits(const struct client_filter *filter, const char *ifname)
{
	return ifname && (!filter->ifname || !strcmp(filter->ifname, ifname));
}

static void answer_devs(struct answers *answers, const struct scene *scene,
			const struct client_filter *filter)
{
	struct scene child = *scene;

	if (child.of_parent)
		child.reason = IPOIB_CARRIER_REASON_CARRIER;
	/* It may come later. */
	if (fits(filter, scene->ifname) && (!getenv("IB0_LATER") || getenv("PASSED")))
		answer_dev(answers, scene, SCENES_IFINDEX, scene->ifname);
	if (fits(filter, scene->child))
		answer_dev(answers, &child, SCENES_IFINDEX + 1, scene->child);
}

static void answer(struct answers *answers, const struct scene *scene,
		   const struct client_filter *filter)
{
	switch (answers->cmd) {
	case IPOIB_CMD_ACCEL_GET:
		answer_accel(answers, "ref", !!scene->ifname);
		if (scene->both)
			answer_accel(answers, "mlx", 0);
		break;
	case IPOIB_CMD_PORT_GET:
		if (!scene->bare)
			answer_port(answers, scene, "sib0");
		if (scene->twins)
			answer_port(answers, scene, "sib1");
		break;
	case IPOIB_CMD_DEV_GET:
		answer_devs(answers, scene, filter);
		break;
	case IPOIB_CMD_GROUP_GET:
		answer_groups(answers, scene);
		break;
	case IPOIB_CMD_PATH_GET:
		answer_paths(answers, scene);
		break;
	case IPOIB_CMD_DROP_GET:
		answer_drop(answers, scene, "tx_drop_malformed", 0);
		answer_drop(answers, scene, "tx_drop_unreachable", scene->trouble ? UINT64_MAX : 0);
		break;
	case IPOIB_CMD_TABLE_GET:
		answer_table(answers, scene, "paths", getenv("TABLES_MOST") ? 1048576 : 32768);
		answer_table(answers, scene, "groups", getenv("TABLES_MOST") ? 16384 : 512);
		break;
	case IPOIB_CMD_NOTICE_NTF:
		answer_notice(answers, scene);
		break;
	default:
		/* One that is not known. */
		if (answers->cmd > IPOIB_CMD_MAX)
			answer_notice(answers, scene);
	}
}

int scenes_answer(const char *name, enum ipoib_cmd cmd, const struct client_filter *filter,
		  unsigned char *stream, size_t *len)
{
	struct answers answers = { .cmd = cmd, .stream = stream };
	const struct scene *scene = scenes;
	bool port = cmd == IPOIB_CMD_PORT_GET || cmd == IPOIB_CMD_ACCEL_GET;

	*len = 0;
	for (; strcmp(scene->name, name); scene++)
		if (scene == &scenes[SCENES_COUNT - 1])
			return -EOPNOTSUPP;
	if (scene->denied && (cmd == IPOIB_CMD_GROUP_GET || cmd == IPOIB_CMD_PATH_GET))
		return -EPERM;
	if (port || cmd == IPOIB_CMD_DEV_GET || fits(filter, scene->ifname))
		answer(&answers, scene, filter);
	*len = answers.len;
	return 0;
}
