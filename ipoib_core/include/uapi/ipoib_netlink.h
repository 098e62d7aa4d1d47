/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The generic netlink family of ipoib_core: what it knows of its ports, interfaces, multicast
 * groups and paths. netlink/ipoib.yaml is the same for generic clients, and says which attributes
 * each command takes, as filters, and answers with; tests/lint/check-netlink compares the two.
 *
 * Numbers are in host byte order, errors positive errno values, times milliseconds. Attributes and
 * values may be added at the end: clients ignore those that they do not know.
 */
#ifndef _UAPI_IPOIB_NETLINK_H
#define _UAPI_IPOIB_NETLINK_H

#define IPOIB_FAMILY_NAME	"ipoib"
#define IPOIB_FAMILY_VERSION	1
#define IPOIB_MCGRP_MONITOR	"monitor"

/**
 * enum ipoib_port_state - state of a port (IBA 14.2.5.6, PortState)
 * @IPOIB_PORT_STATE_NOP: not known yet
 * @IPOIB_PORT_STATE_DOWN: no physical link
 * @IPOIB_PORT_STATE_INIT: linked and no subnet manager has configured it
 * @IPOIB_PORT_STATE_ARMED: the subnet manager is configuring it
 * @IPOIB_PORT_STATE_ACTIVE: carries data
 * @IPOIB_PORT_STATE_ACTIVE_DEFER: was active and the link is being trained again
 */
enum ipoib_port_state {
	IPOIB_PORT_STATE_NOP = 0,
	IPOIB_PORT_STATE_DOWN,
	IPOIB_PORT_STATE_INIT,
	IPOIB_PORT_STATE_ARMED,
	IPOIB_PORT_STATE_ACTIVE,
	IPOIB_PORT_STATE_ACTIVE_DEFER,
};

/**
 * enum ipoib_bind - why a port is served by the accel that serves it, or by none
 * @IPOIB_BIND_SERVED: by the best accel that matches or by the one asked for
 * @IPOIB_BIND_FELL_BACK: served though a better accel failed to start
 * @IPOIB_BIND_LEFT_ALONE: accel= says none
 * @IPOIB_BIND_LOADING: modules of accels are being loaded or the one before goes
 * @IPOIB_BIND_SILENT: the port does not tell its state
 * @IPOIB_BIND_NO_ACCEL: accel= says auto and no accel that matches is registered
 * @IPOIB_BIND_NOT_LOADED: the accel asked for by name is not registered
 * @IPOIB_BIND_NOT_MATCHING: the accel asked for does not serve this device
 * @IPOIB_BIND_FAILED: the accel asked for by name failed to start
 * @IPOIB_BIND_ALL_FAILED: every accel that matches failed to start
 */
enum ipoib_bind {
	IPOIB_BIND_SERVED = 0,
	IPOIB_BIND_FELL_BACK,
	IPOIB_BIND_LEFT_ALONE,
	IPOIB_BIND_LOADING,
	IPOIB_BIND_SILENT,
	IPOIB_BIND_NO_ACCEL,
	IPOIB_BIND_NOT_LOADED,
	IPOIB_BIND_NOT_MATCHING,
	IPOIB_BIND_FAILED,
	IPOIB_BIND_ALL_FAILED,
};

/**
 * enum ipoib_carrier_reason - why an interface has no carrier; the first that applies
 * @IPOIB_CARRIER_REASON_CARRIER: it has carrier
 * @IPOIB_CARRIER_REASON_ADMIN_DOWN: the interface was not set up
 * @IPOIB_CARRIER_REASON_PKEY_MISSING: its P_Key is not in the port's table
 * @IPOIB_CARRIER_REASON_GID_MISSING: the GID of its address is not in the port's table
 * @IPOIB_CARRIER_REASON_OPEN_FAILED: the accel cannot open and is tried again
 * @IPOIB_CARRIER_REASON_PORT_DOWN: the port has no physical link
 * @IPOIB_CARRIER_REASON_PORT_INIT: no subnet manager has made the port active
 * @IPOIB_CARRIER_REASON_JOINING: the broadcast group is being joined
 * @IPOIB_CARRIER_REASON_JOIN_NO_ANSWER: the SA does not answer the broadcast group's join
 * @IPOIB_CARRIER_REASON_JOIN_REFUSED: the SA refuses to let it join the broadcast group
 * @IPOIB_CARRIER_REASON_JOIN_FAILED: joining the broadcast group failed otherwise
 * @IPOIB_CARRIER_REASON_GROUP_MTU: the broadcast group's MTU is none that there is
 * @IPOIB_CARRIER_REASON_COMING: everything is there and the carrier is about to come
 * @IPOIB_CARRIER_REASON_PORT_SILENT: the port does not tell its state
 *
 * P_Key and GID count only while the port is active: a subnet manager gives them.
 */
enum ipoib_carrier_reason {
	IPOIB_CARRIER_REASON_CARRIER = 0,
	IPOIB_CARRIER_REASON_ADMIN_DOWN,
	IPOIB_CARRIER_REASON_PKEY_MISSING,
	IPOIB_CARRIER_REASON_GID_MISSING,
	IPOIB_CARRIER_REASON_OPEN_FAILED,
	IPOIB_CARRIER_REASON_PORT_DOWN,
	IPOIB_CARRIER_REASON_PORT_INIT,
	IPOIB_CARRIER_REASON_JOINING,
	IPOIB_CARRIER_REASON_JOIN_NO_ANSWER,
	IPOIB_CARRIER_REASON_JOIN_REFUSED,
	IPOIB_CARRIER_REASON_JOIN_FAILED,
	IPOIB_CARRIER_REASON_GROUP_MTU,
	IPOIB_CARRIER_REASON_COMING,
	IPOIB_CARRIER_REASON_PORT_SILENT,
};

/**
 * enum ipoib_mtu_limit - what keeps an interface's MTU from being larger
 * @IPOIB_MTU_LIMIT_USER: that is what was asked for
 * @IPOIB_MTU_LIMIT_GROUP: the broadcast group's MTU
 * @IPOIB_MTU_LIMIT_PORT: what the port can carry
 * @IPOIB_MTU_LIMIT_FAILED: following the broadcast group failed and is tried again
 */
enum ipoib_mtu_limit {
	IPOIB_MTU_LIMIT_USER = 0,
	IPOIB_MTU_LIMIT_GROUP,
	IPOIB_MTU_LIMIT_PORT,
	IPOIB_MTU_LIMIT_FAILED,
};

/**
 * enum ipoib_membership - membership of a multicast group
 * @IPOIB_MEMBERSHIP_SEND_ONLY: to send to it
 * @IPOIB_MEMBERSHIP_FULL: to receive too
 */
enum ipoib_membership {
	IPOIB_MEMBERSHIP_SEND_ONLY = 0,
	IPOIB_MEMBERSHIP_FULL,
};

/**
 * enum ipoib_group_state - state of a multicast group of an interface
 * @IPOIB_GROUP_STATE_IDLE: not asked for yet
 * @IPOIB_GROUP_STATE_WAITING: waits for its turn to be asked for
 * @IPOIB_GROUP_STATE_JOINING: the SA is asked
 * @IPOIB_GROUP_STATE_JOINED: a member
 * @IPOIB_GROUP_STATE_REJOINING: was a member and is used while it is joined again
 * @IPOIB_GROUP_STATE_FAILED: the join failed and is tried again at next-try
 * @IPOIB_GROUP_STATE_LEAVING: about to be left
 */
enum ipoib_group_state {
	IPOIB_GROUP_STATE_IDLE = 0,
	IPOIB_GROUP_STATE_WAITING,
	IPOIB_GROUP_STATE_JOINING,
	IPOIB_GROUP_STATE_JOINED,
	IPOIB_GROUP_STATE_REJOINING,
	IPOIB_GROUP_STATE_FAILED,
	IPOIB_GROUP_STATE_LEAVING,
};

/**
 * enum ipoib_path_state - state of a path
 * @IPOIB_PATH_STATE_IDLE: not asked for yet
 * @IPOIB_PATH_STATE_ASKING: the SA is asked or it waits for its turn; packets wait
 * @IPOIB_PATH_STATE_READY: in use
 * @IPOIB_PATH_STATE_STALE: in use and asked for again with one of the next packets
 * @IPOIB_PATH_STATE_REFRESHING: in use while the SA is asked again
 * @IPOIB_PATH_STATE_FAILED: no path; packets are dropped until next-try
 */
enum ipoib_path_state {
	IPOIB_PATH_STATE_IDLE = 0,
	IPOIB_PATH_STATE_ASKING,
	IPOIB_PATH_STATE_READY,
	IPOIB_PATH_STATE_STALE,
	IPOIB_PATH_STATE_REFRESHING,
	IPOIB_PATH_STATE_FAILED,
};

/**
 * enum ipoib_notice - what happened to an interface, beside its carrier
 * @IPOIB_NOTICE_GROUP_FAILED: joining a group of the stack's list failed several times in a row
 * @IPOIB_NOTICE_GROUP_MENDED: such a group was joined after all
 * @IPOIB_NOTICE_PATH_CHANGED: packets to a peer go another way than before or none any more
 * @IPOIB_NOTICE_PATHS_FULL: the limit of paths was reached and one made room for another
 * @IPOIB_NOTICE_GROUPS_FULL: the limit of send-only groups was reached and one made room for
 *	another
 * @IPOIB_NOTICE_RESTARTED: the data path was restarted, as sends stood still, a queue broke or
 *	buffers had become too small
 */
enum ipoib_notice {
	IPOIB_NOTICE_GROUP_FAILED = 0,
	IPOIB_NOTICE_GROUP_MENDED,
	IPOIB_NOTICE_PATH_CHANGED,
	IPOIB_NOTICE_PATHS_FULL,
	IPOIB_NOTICE_GROUPS_FULL,
	IPOIB_NOTICE_RESTARTED,
};

/**
 * enum ipoib_attr - attributes of all messages
 * @IPOIB_A_PAD: alignment
 * @IPOIB_A_IFINDEX: (u32) index of the interface
 * @IPOIB_A_IFNAME: (string) name of the interface
 * @IPOIB_A_HCA: (string) name of the RDMA device
 * @IPOIB_A_PORT: (u32) port number, from 1
 * @IPOIB_A_GID: (16 bytes) GID of a path, MGID of a group; of an interface that of its
 *	broadcast group, the one in use if there is one
 * @IPOIB_A_ACCEL: (string) name of the accel; of a port and an interface the one that serves
 *	it
 * @IPOIB_A_ACCEL_MODULE: (string) module of the accel
 * @IPOIB_A_ACCEL_VERSION: (string) version of that module, if it has one
 * @IPOIB_A_ACCEL_ABI: (u32) version of the interface between core and accel that it was
 *	built for
 * @IPOIB_A_PRIORITY: (u32) what the accel said that it is worth for the port when it was
 *	bound; the highest wins. An accel may be worth more for one port than for another, and
 *	has none of its own
 * @IPOIB_A_WANTED: (string) what accel= says for the port, auto, none or the name of an
 *	accel
 * @IPOIB_A_ALIAS: (string, may be there several times) a name that accel= accepts for the
 *	port
 * @IPOIB_A_PORT_STATE: (u32, enum ipoib_port_state) state of the port at its last event
 * @IPOIB_A_PORT_LID: (u32) LID of the port at its last event; 0 has none
 * @IPOIB_A_SM_LID: (u32) LID of the subnet manager at the port's last event; 0 is none known
 * @IPOIB_A_PORT_MTU: (u32) bytes of IP that the port's largest packet has room for
 * @IPOIB_A_BIND: (u32, enum ipoib_bind) why the port is served as it is
 * @IPOIB_A_BIND_TEXT: (string) the same in words
 * @IPOIB_A_REFUSED: (string) name of the accel that failed last when the port was bound
 * @IPOIB_A_REFUSED_ERROR: (u32) how that one failed, an errno
 * @IPOIB_A_PARENT: (u32) of a P_Key child, the index of the port's own interface
 * @IPOIB_A_QPN: (u32) QP number in the interface's address
 * @IPOIB_A_RX_QUEUES: (u32) queues in use to receive
 * @IPOIB_A_TX_QUEUES: (u32) queues in use to send
 * @IPOIB_A_RX_RING: (u32) receives that an RX queue has posted; missing if the accel does not tell
 * @IPOIB_A_TX_RING: (u32) sends that a TX queue holds; likewise
 * @IPOIB_A_MTU: (u32) MTU of the interface, bytes of IP
 * @IPOIB_A_MTU_WANTED: (u32) MTU that the user asked for
 * @IPOIB_A_MTU_GROUP: (u32) MTU of the broadcast group, bytes of IP; absent before it was
 *	joined
 * @IPOIB_A_MTU_LIMIT: (u32, enum ipoib_mtu_limit) what keeps the MTU from being larger
 * @IPOIB_A_PKEY: (u16) P_Key of the interface, with the full-member bit
 * @IPOIB_A_PKEY_ENTRY: (u16) that P_Key as it is in the port's table, without 0x8000 if the
 *	port is a limited member only; absent when it is not there
 * @IPOIB_A_QKEY: (u32) Q_Key of the broadcast group; absent before it was joined, and for who
 *	has not CAP_NET_ADMIN
 * @IPOIB_A_CARRIER: (u8) whether the interface has carrier, 0 or 1
 * @IPOIB_A_CARRIER_REASON: (u32, enum ipoib_carrier_reason) why it has none
 * @IPOIB_A_CARRIER_TEXT: (string) the same in words
 * @IPOIB_A_CARRIER_SINCE: (u64) for how long the carrier has been as it is, ms
 * @IPOIB_A_GROUP_STATE: (u32, enum ipoib_group_state) state of the group; of an interface
 *	that of its broadcast group, if there is one
 * @IPOIB_A_LAST_ERROR: (u32) how the last join, path query, or open of the interface ended,
 *	an errno; 0 is well, absent when there was none. EINVAL is an SA that refuses, ETIMEDOUT
 *	one that does not answer, EBADMSG and EPROTO one that gives a LID or an MTU that cannot
 *	be, EIO a device of this host that refuses what the SA has granted, or to ask
 * @IPOIB_A_TRIES: (u32) tries that failed in a row; of an interface those to join its broadcast
 *	group, or to open
 * @IPOIB_A_NEXT_TRY: (u32) time until it is tried again, ms; absent when none is due
 * @IPOIB_A_LID: (u32) destination LID of a path, MLID of a group; absent before the SA told
 *	it
 * @IPOIB_A_MEMBERSHIP: (u32, enum ipoib_membership) whether the interface receives for the
 *	group
 * @IPOIB_A_QUEUED: (u32) packets that wait
 * @IPOIB_A_SL: (u8) service level
 * @IPOIB_A_RATE: (u32) rate, Mbit/s
 * @IPOIB_A_PATH_MTU: (u32) largest payload of a packet on the path or of the group, bytes
 * @IPOIB_A_AGE: (u64) time since the SA last told the path; of a group since it was added,
 *	ms
 * @IPOIB_A_IDLE: (u64) time since a packet was last sent there, ms in steps of a second
 * @IPOIB_A_PATH_STATE: (u32, enum ipoib_path_state) state of the path
 * @IPOIB_A_CAUSE: (string) cause of drops, as ethtool -S has it
 * @IPOIB_A_PACKETS: (u64) packets that were dropped for it since the interface was made
 * @IPOIB_A_TABLE: (string) table of the interface, paths or groups
 * @IPOIB_A_USED: (u32) entries of a table that count against the limit; ports that an accel
 *	serves
 * @IPOIB_A_ENTRIES: (u32) all entries, those too that the limit is not about
 * @IPOIB_A_LIMIT: (u32) the most that may count
 * @IPOIB_A_QUEUED_LIMIT: (u32) the most packets that may wait for all entries of the table
 * @IPOIB_A_QUERIES: (u32) requests to the SA in flight
 * @IPOIB_A_QUERIES_LIMIT: (u32) the most of them
 * @IPOIB_A_NOTICE: (u32, enum ipoib_notice) what happened
 * @IPOIB_A_COUNT: (u32) how often, since it was told last
 * @IPOIB_A_TX_OUTSTANDING: (u32) sends of all TX queues that the device has not given back yet;
 *	absent where the accel does not tell
 * @IPOIB_A_RX_QPN: (u32, may be there several times) QP number that peers are told; one for each RX
 *	queue in use, the first 64 at most, of an interface whose peers are told different ones. In
 *	the place of a queue that receives no more stands another one's
 * @IPOIB_A_BROADCAST: (16 bytes) MGID in the interface's broadcast address, while that is another
 *	one than that of the broadcast group in use: it was changed since it was set up
 * @IPOIB_A_RX_USECS: (u32) moderation, as ethtool -c has it: microseconds that a received packet
 *	waits for an interrupt at most; this and the next five absent where the accel has none
 * @IPOIB_A_RX_FRAMES: (u32) packets received that an interrupt comes at the latest with
 * @IPOIB_A_ADAPTIVE_RX: (u8) whether the moderation of receives follows the traffic, 0 or 1
 * @IPOIB_A_TX_USECS: (u32) as IPOIB_A_RX_USECS, of sends that are completed
 * @IPOIB_A_TX_FRAMES: (u32) as IPOIB_A_RX_FRAMES, of sends that are completed
 * @IPOIB_A_ADAPTIVE_TX: (u8) as IPOIB_A_ADAPTIVE_RX, of sends that are completed
 * @__IPOIB_A_MAX: end
 * @IPOIB_A_MAX: the last one
 */
enum ipoib_attr {
	IPOIB_A_PAD = 1,
	IPOIB_A_IFINDEX,
	IPOIB_A_IFNAME,
	IPOIB_A_HCA,
	IPOIB_A_PORT,
	IPOIB_A_GID,
	IPOIB_A_ACCEL,
	IPOIB_A_ACCEL_MODULE,
	IPOIB_A_ACCEL_VERSION,
	IPOIB_A_ACCEL_ABI,
	IPOIB_A_PRIORITY,
	IPOIB_A_WANTED,
	IPOIB_A_ALIAS,
	IPOIB_A_PORT_STATE,
	IPOIB_A_PORT_LID,
	IPOIB_A_SM_LID,
	IPOIB_A_PORT_MTU,
	IPOIB_A_BIND,
	IPOIB_A_BIND_TEXT,
	IPOIB_A_REFUSED,
	IPOIB_A_REFUSED_ERROR,
	IPOIB_A_PARENT,
	IPOIB_A_QPN,
	IPOIB_A_RX_QUEUES,
	IPOIB_A_TX_QUEUES,
	IPOIB_A_RX_RING,
	IPOIB_A_TX_RING,
	IPOIB_A_MTU,
	IPOIB_A_MTU_WANTED,
	IPOIB_A_MTU_GROUP,
	IPOIB_A_MTU_LIMIT,
	IPOIB_A_PKEY,
	IPOIB_A_PKEY_ENTRY,
	IPOIB_A_QKEY,
	IPOIB_A_CARRIER,
	IPOIB_A_CARRIER_REASON,
	IPOIB_A_CARRIER_TEXT,
	IPOIB_A_CARRIER_SINCE,
	IPOIB_A_GROUP_STATE,
	IPOIB_A_LAST_ERROR,
	IPOIB_A_TRIES,
	IPOIB_A_NEXT_TRY,
	IPOIB_A_LID,
	IPOIB_A_MEMBERSHIP,
	IPOIB_A_QUEUED,
	IPOIB_A_SL,
	IPOIB_A_RATE,
	IPOIB_A_PATH_MTU,
	IPOIB_A_AGE,
	IPOIB_A_IDLE,
	IPOIB_A_PATH_STATE,
	IPOIB_A_CAUSE,
	IPOIB_A_PACKETS,
	IPOIB_A_TABLE,
	IPOIB_A_USED,
	IPOIB_A_ENTRIES,
	IPOIB_A_LIMIT,
	IPOIB_A_QUEUED_LIMIT,
	IPOIB_A_QUERIES,
	IPOIB_A_QUERIES_LIMIT,
	IPOIB_A_NOTICE,
	IPOIB_A_COUNT,
	IPOIB_A_TX_OUTSTANDING,
	IPOIB_A_RX_QPN,
	IPOIB_A_BROADCAST,
	IPOIB_A_RX_USECS,
	IPOIB_A_RX_FRAMES,
	IPOIB_A_ADAPTIVE_RX,
	IPOIB_A_TX_USECS,
	IPOIB_A_TX_FRAMES,
	IPOIB_A_ADAPTIVE_TX,

	__IPOIB_A_MAX,
	IPOIB_A_MAX = __IPOIB_A_MAX - 1
};

/**
 * enum ipoib_cmd - requests, all of them with NLM_F_DUMP, and what listeners are told
 * @IPOIB_CMD_ACCEL_GET: accels that are registered; IPOIB_A_USED is the number of ports that each
 *	serves
 * @IPOIB_CMD_PORT_GET: InfiniBand ports and what was decided about them
 * @IPOIB_CMD_DEV_GET: interfaces, their link and why there is no carrier
 * @IPOIB_CMD_GROUP_GET: multicast groups. Needs CAP_NET_ADMIN in the user namespace that
 *	owns the network namespace
 * @IPOIB_CMD_PATH_GET: paths to peers. Needs CAP_NET_ADMIN in the user namespace that owns
 *	the network namespace
 * @IPOIB_CMD_DROP_GET: packets that the core dropped, by cause; one message for each cause
 *	of each interface
 * @IPOIB_CMD_TABLE_GET: limits, and how far they are used; one message for each table of
 *	each interface
 * @IPOIB_CMD_DEV_NTF: not a request: an interface has got carrier, or lost it, or has none for
 *	another reason than before; as the answer to IPOIB_CMD_DEV_GET, without the Q_Key
 * @IPOIB_CMD_PORT_NTF: not a request: another accel serves a port, or none for another reason than
 *	before; as the answer to IPOIB_CMD_PORT_GET
 * @IPOIB_CMD_NOTICE_NTF: not a request: something happened to an interface, once or often; of each
 *	kind at most one a second is told
 * @__IPOIB_CMD_MAX: end
 * @IPOIB_CMD_MAX: the last one
 */
enum ipoib_cmd {
	IPOIB_CMD_ACCEL_GET = 1,
	IPOIB_CMD_PORT_GET,
	IPOIB_CMD_DEV_GET,
	IPOIB_CMD_GROUP_GET,
	IPOIB_CMD_PATH_GET,
	IPOIB_CMD_DROP_GET,
	IPOIB_CMD_TABLE_GET,
	IPOIB_CMD_DEV_NTF,
	IPOIB_CMD_PORT_NTF,
	IPOIB_CMD_NOTICE_NTF,

	__IPOIB_CMD_MAX,
	IPOIB_CMD_MAX = __IPOIB_CMD_MAX - 1
};

#endif /* _UAPI_IPOIB_NETLINK_H */
