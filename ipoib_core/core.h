/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipoib_core: the state behind the interfaces, and who protects it.
 *
 * Layers, from the bottom up. A file includes, and so calls, those before it only; what has to go
 * up sets a bit of ipoib_dev.todo and kicks the port's work, and who makes interfaces is handed
 * down to the faces as struct ipoib_life. (tests/lint/check-layers reads this.)
 *	base: core params life port trace notice neigh contract_state contract
 *	mechanisms: ah dest path path_handle qpn heard mcast mcast_member mcast_join pmtu
 *	link state: pkey address announce link
 *	faces: xmit vf ethtool_ops ethtool netdev debugfs rtnl sysfs
 *	answers: netlink_dump netlink_dest netlink_dev
 *	life: intf child choice registry autoload match netlink event hca choose main
 *
 *   ib_client ----> hca.c ------ registry.c <---- accels
 *                     |   choice.c autoload.c
 *                   intf.c (the port's interface)  child.c (P_Key children, by rtnl.c, sysfs.c)
 *                     |
 *   netdev.c -- xmit.c --> path.c  --> dest.c, ah.c --> ops->send
 *                \--> qpn.c (which QP a peer is told of)
 *   accel receives --> heard.c --> path.c
 *                     \--> mcast.c --> dest.c, ah.c
 *   event.c --> link.c --> pkey.c address.c announce.c, mcast_join.c (SA)
 *
 * Locks, from the outside in:
 *   ipoib_registry_lock  mutex: accels, ports, which accel a port has (registry.c)
 *   RTNL                 lists of interfaces, open and stop, MTU
 *   net_device.lock      mutex: open and stop, MTU, of accels whose card driver wants it; where
 *                        several are held, RTNL is, and their order does not matter
 *   ipoib_dev.op_lock    mutex: one of open, stop, attach, detach, set_qkey of an accel at a time
 *   ipoib_dev.mcasts.lock spinlock, BH off: multicast groups (dest.c, mcast.c)
 *   ipoib_dev.paths.lock spinlock, BH off: paths (dest.c, path*.c)
 * Nothing waits for the SA with RTNL or op_lock held, and no work that takes RTNL is waited for
 * under RTNL: what needs RTNL is done by ipoib_port.work, which looks at bits and only visits
 * interfaces that are on the port's list.
 */
#ifndef IPOIB_CORE_H
#define IPOIB_CORE_H

#include <linux/ethtool.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/rhashtable-types.h>
#include <linux/workqueue.h>
#include <rdma/ib_sa.h>

#include "common.h"
#include "ipoib_accel.h"
#include "uapi/ipoib_netlink.h"

struct ipoib_port;
struct ipoib_mcast;

/* Full-member bit of a P_Key (IBA 10.9.1.1); the IPoIB link has it set (RFC 4391 section 4). */
#define IPOIB_PKEY_FULL		0x8000
/* Offset of the GID in an IPoIB address (RFC 4391 section 9.1.1). */
#define IPOIB_ADDR_GID		4
/* QP number that multicast packets carry (IBA 9.6.1). */
#define IPOIB_MCAST_QPN		0xffffff

/* Longest name of an accel, without the terminating zero. */
#define IPOIB_ACCEL_NAME_MAX	15

/* Bytes of IP that fit into an InfiniBand payload of @ib_mtu bytes. */
#define IPOIB_UD_MTU(ib_mtu)	((ib_mtu) - IPOIB_ENCAP_LEN)

/* ipoib_dev.flags */
enum {
	IPOIB_F_UP,		/* ndo_open was called; RTNL */
	IPOIB_F_FOLLOWS,	/* it is called because the parent comes up; RTNL */
	IPOIB_F_OPEN,		/* the accel is open: send() is allowed; written under RTNL */
	IPOIB_F_MCAST,		/* multicast work runs */
	IPOIB_F_NOTIFY,		/* tell the peers (gratuitous ARP) once packets can leave */
	IPOIB_F_MC_DIRTY,	/* the netdev's multicast list changed */
	IPOIB_F_LEGACY,		/* child made through sysfs create_child */
	IPOIB_F_UMCAST,		/* user space joins by itself: see /sys umcast */
	IPOIB_F_ADDR_SET,	/* the user chose the GUID in the address */
	IPOIB_F_CONNECTED_LOGGED, /* somebody asked for connected mode, and was told */
	/* A reason for no carrier was logged already: */
	IPOIB_F_PKEY_LOGGED,	/* no P_Key, when it was to open; RTNL */
	IPOIB_F_GID_LOGGED,	/* no GID then; RTNL */
	IPOIB_F_CARRIER_LOGGED,	/* joining the broadcast group fails */
	IPOIB_F_NOTICE,		/* some of @notices are to be told, see notice.h */
};

/* ipoib_dev.todo: what ipoib_port.work shall do under RTNL */
enum {
	IPOIB_TODO_MTU,		/* the broadcast group's MTU changed */
	IPOIB_TODO_CARRIER,	/* membership of the broadcast group, or the qdisc, changed */
	IPOIB_TODO_RESTART,	/* stop and open the accel */
	IPOIB_TODO_LOOK,	/* new on the port's list: read again what was read before */
};

/* How many enum ipoib_notice has. */
#define IPOIB_NOTICE_NUM	(IPOIB_NOTICE_RESTARTED + 1)

/* Packets that the core drops, by cause; `ethtool -S` shows them by these names. */
enum ipoib_drop {
	IPOIB_DROP_MALFORMED,	/* shorter than the header; no such type, or queue */
	IPOIB_DROP_TOO_LONG,	/* longer than a packet of the link may be */
	IPOIB_DROP_NOT_OPEN,	/* no P_Key, or between stop and open */
	IPOIB_DROP_PATH_QUEUE,	/* too many packets wait for a path record */
	IPOIB_DROP_PATH_LIMIT,	/* waited for a path that made room for another, or no memory */
	IPOIB_DROP_UNREACHABLE,	/* the SA knows no path, asked a moment ago */
	IPOIB_DROP_MCAST_QUEUE,	/* too many packets wait for a multicast join */
	IPOIB_DROP_MCAST_LIMIT,	/* the same as PATH_LIMIT for send-only groups */
	IPOIB_DROP_NUM
};

/* What was told to peers of our QPs, see qpn.c; `ethtool -S` shows them by these names. */
enum ipoib_told {
	IPOIB_TOLD,		/* messages with another number than the interface's address has */
	IPOIB_TOLD_AGAIN,	/* messages because a packet came by another QP than it should */
	IPOIB_TOLD_NOT,		/* messages that could not be changed, with the address's number */
	IPOIB_TOLD_NUM
};

/**
 * struct ipoib_ah - an address handle and the record that it was made from
 * @ah: the handle
 * @dlid: destination LID, host order
 * @sl: service level
 * @rate: static rate, enum ib_rate
 * @dead: on ipoib_dev.ah_dead once retired
 *
 * Readers hold rcu_read_lock_bh(); ah.c destroys it after a grace period and once the sends posted
 * with it have completed.
 */
struct ipoib_ah {
	struct ib_ah *ah;
	u32 dlid;
	u8 sl;
	u8 rate;
	struct llist_node dead;
};

/**
 * struct ipoib_dest_line - destinations that wait for their turn to be asked for, in order
 * @waiting: ipoib_dest.turn
 * @busy: requests in flight of this line
 * @slots: the most of them
 */
struct ipoib_dest_line {
	struct list_head waiting;
	unsigned int busy;
	unsigned int slots;
};

/* What a destination is worth when there is no room; evicted in this order, see dest.c. */
enum ipoib_dest_rank {
	IPOIB_DEST_FRESH,	/* nothing but a packet says that it is there */
	IPOIB_DEST_STRANGER,	/* the SA knows it */
	IPOIB_DEST_KNOWN,	/* it has answered, or hosts find each other by it */
	IPOIB_DEST_WANTED,	/* the stack's own list: not counted, never evicted */
	IPOIB_DEST_RANKS
};

/**
 * struct ipoib_dest_table - destinations of one kind of an interface
 * @hash: GID -> struct ipoib_dest, RCU
 * @lock: all else, and the destinations
 * @serial: ipoib_dest.serial of the last one that was added
 * @priv: interface
 * @all: ipoib_dest.node, in the order in which they came, and evicted ones until they are freed
 * @lru: ipoib_dest.lru by rank, the next to be evicted first
 * @ranked: lengths of @lru
 * @count: those that the limit is about: all but WANTED
 * @dying: evicted ones on @all
 * @holders: ipoib_dest.holder: those that packets wait for, longest waiting first
 * @queued: packets waiting
 * @busy: requests in flight
 * @slots: the most of them
 * @lines: of those waiting to be asked for
 * @num_lines: entries of @lines
 * @next_line: whose turn it is
 */
struct ipoib_dest_table {
	struct rhashtable hash;
	/* Senders read what is above with each packet. */
	spinlock_t lock ____cacheline_aligned_in_smp; /* all else, and the destinations */
	u64 serial;
	struct ipoib_dev *priv;
	struct list_head all;
	struct list_head lru[IPOIB_DEST_RANKS];
	unsigned int ranked[IPOIB_DEST_RANKS];
	unsigned int count;
	unsigned int dying;
	struct list_head holders;
	unsigned int queued;
	unsigned int busy;
	unsigned int slots;
	struct ipoib_dest_line *lines;
	unsigned int num_lines;
	unsigned int next_line;
};

/**
 * struct ipoib_dev - the core's state of an interface
 * @intf: what the accel sees of it; must be first, rdma_netdev.clnt_priv points here
 * @dev: = intf.dev
 * @port: the port; outlives the interface
 * @ops: = intf.accel->ops
 * @node: on ipoib_port.devs, parent first; RTNL
 * @flags: IPOIB_F_*
 * @todo: IPOIB_TODO_*
 * @path_events: how often all paths became doubtful; written under @paths.lock, read by senders
 * @gid_index: index of intf.local_gid in the port's GID table
 * @gid_missed: at so many looks in a row, while open, it was not there; RTNL
 * @gid_missed_at: jiffies since when, if @gid_missed; RTNL
 * @op_lock: see above
 * @tx_queues: how many TX queues the accel had when it was made, whatever the user then sets
 * @open_backoff: seconds between tries to open that failed, 0: none did; RTNL
 * @open_at: jiffies of the next try when @open_backoff is not 0; RTNL
 * @open_error: how the last try ended; RTNL
 * @open_tries: how many have failed in a row, if @open_backoff is not 0; RTNL
 * @carrier_at: jiffies, of 64 bits, of the last change of the carrier; RTNL
 * @notify_left: how often the peers are still to be told again; RTNL
 * @notify_at: jiffies of the next time when @notify_left is not 0; RTNL
 * @told: the reason for its carrier that who listens was told last; RTNL
 * @notice_at: jiffies before which none is told; RTNL
 * @mtu_failed: there was no memory for the broadcast group's MTU; RTNL
 * @mtu_at: jiffies of the next try if @mtu_failed; RTNL
 * @admin_mtu: MTU that the user asked for, bytes; RTNL
 * @ethtool: merged from the core's and the accel's, see ethtool.c
 * @accel_ethtool: the accel's own, or NULL
 * @paths: of struct ipoib_path
 * @path_queries: answers of the SA that may still come, also for paths that are removed already;
 *	@paths.lock
 * @path_idle: woken when @path_queries reaches 0
 * @path_gc: removes idle paths
 * @path_hints: which port named a GID last, see path.c
 * @path_seed: so that nobody outside can tell which GIDs meet in @path_hints
 * @path_event_at: jiffies of the last rise of @path_events; @paths.lock
 * @mcasts: of struct ipoib_mcast
 * @mcast_work: the only one who joins, leaves and frees groups (mcast_join.c)
 * @broadcast: the broadcast group, the first of @mcasts, or NULL
 * @bcast_rec: its record, valid after the first join; written by @mcast_work
 * @ah_dead: retired address handles
 * @ah_work: destroys them
 * @ah_waiting: those that wait for their sends; @ah_work only
 * @ah_marks: ops->tx_posted() of each queue when they were retired
 * @pmtu_queue: packets that were too long, whose senders are to be told, see pmtu.c
 * @pmtu_work: tells them
 * @mcg_dentry: debugfs file of the groups, see debugfs.c; RTNL
 * @path_dentry: that of the paths; RTNL
 * @drops: packets dropped by the core, away from what is read with each packet
 * @notices: how often each happened that was not told yet
 * @qpns_told: messages to peers about our QPs
 */
struct ipoib_dev {
	struct ipoib_intf intf;
	struct net_device *dev;
	struct ipoib_port *port;
	const struct ipoib_ops *ops;
	struct list_head node;
	unsigned long flags;
	unsigned long todo;
	unsigned int path_events;
	u16 gid_index;
	unsigned int gid_missed;
	unsigned long gid_missed_at;
	struct mutex op_lock; /* one op of the accel at a time */
	unsigned int tx_queues;
	unsigned int open_backoff;
	unsigned long open_at;
	int open_error;
	unsigned int open_tries;
	u64 carrier_at;
	unsigned int notify_left;
	unsigned long notify_at;
	u32 told;
	unsigned long notice_at;
	bool mtu_failed;
	unsigned long mtu_at;
	unsigned int admin_mtu;
	struct ethtool_ops ethtool;
	const struct ethtool_ops *accel_ethtool;

	struct ipoib_dest_table paths;
	unsigned int path_queries;
	wait_queue_head_t path_idle;
	struct delayed_work path_gc;
	u64 *path_hints;
	u32 path_seed;
	unsigned long path_event_at;

	struct ipoib_dest_table mcasts;
	struct delayed_work mcast_work;
	struct ipoib_mcast *broadcast;
	struct ib_sa_mcmember_rec bcast_rec;

	struct llist_head ah_dead;
	struct delayed_work ah_work;
	struct llist_node *ah_waiting;
	u32 *ah_marks;

	struct sk_buff_head pmtu_queue;
	struct work_struct pmtu_work;

	struct dentry *mcg_dentry;
	struct dentry *path_dentry;

	atomic_long_t drops[IPOIB_DROP_NUM] ____cacheline_aligned_in_smp;
	atomic_t notices[IPOIB_NOTICE_NUM];
	atomic_long_t qpns_told[IPOIB_TOLD_NUM];
};

static_assert(!IS_ENABLED(CONFIG_SMP) || offsetof(struct ipoib_dev, drops) % SMP_CACHE_BYTES == 0);

/**
 * ipoib_priv() - the core's state of one of its interfaces
 * @dev: the interface
 */
static inline struct ipoib_dev *ipoib_priv(const struct net_device *dev)
{
	return container_of(ipoib_intf(dev), struct ipoib_dev, intf);
}

/**
 * ipoib_max_mtu() - the largest MTU: the broadcast group's, or before it was joined the port's
 * @priv: interface
 *
 * Return: bytes of IP.
 */
static inline unsigned int ipoib_max_mtu(const struct ipoib_dev *priv)
{
	return READ_ONCE(priv->intf.link_mtu) ?: IPOIB_UD_MTU(priv->intf.max_ib_mtu);
}

/**
 * ipoib_addr_qpn() - QP number in an IPoIB address (RFC 4391 section 9.1.1)
 * @hwaddr: IPOIB_HW_ADDR_LEN bytes
 */
static inline u32 ipoib_addr_qpn(const u8 *hwaddr)
{
	return hwaddr[1] << 16 | hwaddr[2] << 8 | hwaddr[3];
}

/* The kernel's own reason, see COMPAT_DROP(). */
static inline unsigned int ipoib_drop_reason(enum ipoib_drop why)
{
	switch (why) {
	case IPOIB_DROP_MALFORMED:
		return COMPAT_DROP(DEV_HDR);
	case IPOIB_DROP_TOO_LONG:
		return COMPAT_DROP(PKT_TOO_BIG);
	case IPOIB_DROP_NOT_OPEN:
		return COMPAT_DROP(DEV_READY);
	case IPOIB_DROP_PATH_QUEUE:
	case IPOIB_DROP_MCAST_QUEUE:
		return COMPAT_DROP(NEIGH_QUEUEFULL);
	case IPOIB_DROP_PATH_LIMIT:
	case IPOIB_DROP_MCAST_LIMIT:
		return COMPAT_DROP(NEIGH_DEAD);
	case IPOIB_DROP_UNREACHABLE:
		return COMPAT_DROP(NEIGH_FAILED);
	default:
		return COMPAT_DROP(NOT_SPECIFIED);
	}
}

/**
 * ipoib_drop() - drop a packet to be sent and count why
 * @priv: interface
 * @skb: packet, consumed
 * @why: cause
 *
 * Context: any but hard interrupt.
 */
static inline void ipoib_drop(struct ipoib_dev *priv, struct sk_buff *skb, enum ipoib_drop why)
{
	atomic_long_inc(&priv->drops[why]);
	compat_kfree_skb(skb, ipoib_drop_reason(why));
}

/**
 * ipoib_seconds_since() - how long ago something was last used
 * @used: seconds of jiffies, which senders set meanwhile
 *
 * A sender on another CPU may be a second ahead of what this one has read. What is further ahead
 * was long ago: jiffies of 32 bits have come round, five minutes after boot for the first time.
 *
 * Return: seconds, at least 0.
 */
static inline unsigned long ipoib_seconds_since(const unsigned long *used)
{
	/* In this order: a sender may touch it in between. */
	unsigned long then = READ_ONCE(*used), now = jiffies / HZ;

	if (then > now)
		return then - now > 2 ? ULONG_MAX / HZ - then + now : 0;
	return now - then;
}

/* For the works of interfaces that do not need RTNL; main.c. */
extern struct workqueue_struct *ipoib_wq;
/*
 * For the works of ports, which do: one that takes long does not delay another. Not one for each
 * port: who is being killed, as a modprobe may be that a device comes in, cannot make any.
 */
extern struct workqueue_struct *ipoib_port_wq;
/* The SA client that all queries are made for; main.c. */
extern struct ib_sa_client ipoib_sa_client;

#endif /* IPOIB_CORE_H */
