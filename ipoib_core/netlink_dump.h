/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_NETLINK_DUMP_H
#define IPOIB_NETLINK_DUMP_H

#include <net/genetlink.h>

#include "core.h"
#include "dest.h"
#include "uapi/ipoib_netlink.h"

/* The last attribute that may be in a request; their policy has one entry more. */
#define IPOIB_NL_FILTER_MAX	IPOIB_A_ACCEL

/**
 * struct ipoib_nl_dump - one request: what it asks for, and how far the answer is
 * @family: the family
 * @cmd: enum ipoib_cmd
 * @admin: who asks may administrate the namespace
 * @only: index of the interface asked for, 0: all
 * @hca: device asked for, empty: all
 * @port: port number asked for, 0: all
 * @accel: accel asked for, empty: all
 * @gid: GID asked for if @has_gid
 * @has_gid: see @gid
 * @ifindex: the interface that is being told of, those before it are done
 * @index: which of the interface's, or of the list's, objects is next
 * @at: which of its destinations
 */
struct ipoib_nl_dump {
	const struct genl_family *family;
	u8 cmd;
	bool admin;
	int only;
	char hca[IB_DEVICE_NAME_MAX];
	u32 port;
	char accel[IPOIB_ACCEL_NAME_MAX + 1];
	union ib_gid gid;
	bool has_gid;
	unsigned int ifindex;
	unsigned int index;
	struct ipoib_dest_cursor at;
};

extern const struct nla_policy ipoib_nl_policy[IPOIB_NL_FILTER_MAX + 1];

/**
 * ipoib_nl_dump() - the request that an answer is for
 * @cb: callback
 */
static inline struct ipoib_nl_dump *ipoib_nl_dump(const struct netlink_callback *cb)
{
	return (struct ipoib_nl_dump *)cb->args[0];
}

/**
 * ipoib_nl_start() - read a request
 * @cb: callback
 * @family: the family
 * @filters: BIT()s of the attributes that its command knows
 *
 * Context: process; takes RTNL. Return: 0, or an error that an extended ack explains.
 */
int ipoib_nl_start(struct netlink_callback *cb, const struct genl_family *family, u32 filters);

/**
 * ipoib_nl_done() - forget a request
 * @cb: callback
 *
 * Return: 0.
 */
int ipoib_nl_done(struct netlink_callback *cb);

/**
 * ipoib_nl_begin() - begin a message
 * @skb: it is added to this
 * @cb: callback, its seq set
 *
 * Return: for ipoib_nl_end(), or NULL: there is no room.
 */
void *ipoib_nl_begin(struct sk_buff *skb, struct netlink_callback *cb);

/**
 * ipoib_nl_end() - end a message
 * @skb: as for ipoib_nl_begin()
 * @message: from that
 * @failed: there was no room for all of it: none is left
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipoib_nl_end(struct sk_buff *skb, void *message, bool failed);

/**
 * ipoib_nl_result() - what a dump function is to return
 * @skb: what it has filled
 * @ret: 0: it is through; -EMSGSIZE: there is no room for the next message; or another error
 */
static inline int ipoib_nl_result(const struct sk_buff *skb, int ret)
{
	/* Not one message has room in an empty buffer: better an error than the same for ever. */
	return ret == -EMSGSIZE && skb->len ? skb->len : ret;
}

/**
 * ipoib_nl_port_fits() - is a port one that was asked for?
 * @dump: the request
 * @hca: device
 * @port: port number
 */
bool ipoib_nl_port_fits(const struct ipoib_nl_dump *dump, const struct ib_device *hca, u32 port);

/**
 * ipoib_nl_dump_devs() - call a function for each interface that was asked for
 * @skb: to be filled
 * @cb: callback
 * @fill: adds messages of one interface; 0: all of them; -EMSGSIZE: ipoib_nl_dump.index and .at say
 *	how far it came; or another error
 *
 * Context: process; takes RTNL, under which @fill is called. Return: for the dump function.
 */
int ipoib_nl_dump_devs(struct sk_buff *skb, struct netlink_callback *cb,
		       int (*fill)(struct sk_buff *skb, struct netlink_callback *cb,
				   struct ipoib_dev *priv));

/**
 * ipoib_nl_put_dev() - say which interface a message is about
 * @skb: message
 * @priv: interface
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipoib_nl_put_dev(struct sk_buff *skb, const struct ipoib_dev *priv);

/* ---- netlink_dest.c ---- */

/**
 * struct ipoib_nl_dest - what is told of a group or a path
 * @gid: GID
 * @state: enum ipoib_group_state or ipoib_path_state
 * @full: full member
 * @known: the SA has told @lid, @sl, @mbps and @mtu
 * @lid: LID
 * @sl: service level
 * @mbps: rate
 * @mtu: payload of packets, bytes, 0: not known
 * @has_age: there is an @age
 * @age: milliseconds
 * @idle: milliseconds
 * @ended: a request has ended: there is an @error
 * @error: errno, not negative
 * @tries: tries that failed
 * @due: there is a @next_try
 * @next_try: in how many milliseconds
 * @queued: packets that wait
 */
struct ipoib_nl_dest {
	union ib_gid gid;
	unsigned int state;
	bool full;
	bool known;
	u32 lid;
	u8 sl;
	int mbps;
	int mtu;
	bool has_age;
	u64 age;
	u64 idle;
	bool ended;
	unsigned int error;
	unsigned int tries;
	bool due;
	unsigned int next_try;
	unsigned int queued;
};

/**
 * ipoib_nl_broadcast() - look at the broadcast group of an interface
 * @priv: interface
 * @info: out
 *
 * Context: process. Return: whether there is one.
 */
bool ipoib_nl_broadcast(struct ipoib_dev *priv, struct ipoib_nl_dest *info);

/**
 * ipoib_nl_look_due() - how long until it is tried again?
 * @info: out: due, next_try
 * @at: jiffies of that
 */
void ipoib_nl_look_due(struct ipoib_nl_dest *info, unsigned long at);

/**
 * ipoib_nl_put_tries() - how requests to the SA ended, and when the next one is due
 * @skb: message
 * @info: of what
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipoib_nl_put_tries(struct sk_buff *skb, const struct ipoib_nl_dest *info);

/**
 * ipoib_nl_dump_groups() - dumpit of IPOIB_CMD_GROUP_GET
 * @skb: to be filled
 * @cb: callback
 */
int ipoib_nl_dump_groups(struct sk_buff *skb, struct netlink_callback *cb);

/**
 * ipoib_nl_dump_paths() - dumpit of IPOIB_CMD_PATH_GET
 * @skb: to be filled
 * @cb: callback
 */
int ipoib_nl_dump_paths(struct sk_buff *skb, struct netlink_callback *cb);

/**
 * ipoib_nl_dump_tables() - dumpit of IPOIB_CMD_TABLE_GET
 * @skb: to be filled
 * @cb: callback
 */
int ipoib_nl_dump_tables(struct sk_buff *skb, struct netlink_callback *cb);

/* ---- netlink_dev.c ---- */

/**
 * ipoib_nl_put_intf() - what there is to tell of an interface and its link
 * @skb: message
 * @priv: interface
 * @admin: for administrators
 *
 * Context: RTNL, without the netdev's own lock. Return: 0 or -EMSGSIZE.
 */
int ipoib_nl_put_intf(struct sk_buff *skb, struct ipoib_dev *priv, bool admin);

/**
 * ipoib_nl_dump_links() - dumpit of IPOIB_CMD_DEV_GET
 * @skb: to be filled
 * @cb: callback
 */
int ipoib_nl_dump_links(struct sk_buff *skb, struct netlink_callback *cb);

/**
 * ipoib_nl_dump_drops() - dumpit of IPOIB_CMD_DROP_GET
 * @skb: to be filled
 * @cb: callback
 */
int ipoib_nl_dump_drops(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* IPOIB_NETLINK_DUMP_H */
