/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_PATH_H
#define IPOIB_PATH_H

#include "core.h"
#include "dest.h"

/* Packets waiting for all paths of an interface. */
#define IPOIB_PATH_QUEUE_ALL	2048

/**
 * struct ipoib_path - how to reach the port of one GID
 * @dest: GID, handle, waiting packets
 * @priv: interface
 * @query: query in flight, for ib_sa_cancel_query()
 * @query_id: likewise
 * @next_query: jiffies before which the SA is not asked again; read without lock by senders
 * @probed: jiffies of the last unicast probe
 * @backoff: seconds waited after the last failure
 * @refusals: how often the SA has said that there is none, since it said where, or an event
 * @alarm_lid: LID from which it was heard last, though the path leads elsewhere, host order
 * @refresh: seconds until it is asked for again at the earliest, though it is known; 0: it was not
 * @status: how the last query ended; 1: none has
 * @tries: queries that failed since one succeeded
 * @answered: jiffies when one last did
 * @mtu: payload of the path's packets as of then, enum ib_mtu
 * @told_at: jiffies when the peer was last told again which of our QPs is for it, see qpn.c
 * @told_wait: seconds that have to pass since; 0: it was not
 * @stale: the handle may be out of date; read without lock by senders
 * @events: ipoib_dev.path_events that it has followed; read without lock by senders
 * @rcu: for senders that still see it
 *
 * What is not marked is protected by paths.lock.
 */
struct ipoib_path {
	struct ipoib_dest dest;
	unsigned long next_query;
	bool stale;
	unsigned int events;
	struct ipoib_dev *priv;
	struct ib_sa_query *query;
	int query_id;
	unsigned long probed;
	unsigned int backoff;
	unsigned int refusals;
	u32 alarm_lid;
	unsigned int refresh;
	int status;
	unsigned int tries;
	unsigned long answered;
	u8 mtu;
	unsigned long told_at;
	unsigned int told_wait;
	struct rcu_head rcu;
};

/**
 * ipoib_path_of() - the path that a destination of ipoib_dev.paths is
 * @dest: destination
 */
static inline struct ipoib_path *ipoib_path_of(struct ipoib_dest *dest)
{
	return container_of(dest, struct ipoib_path, dest);
}

/**
 * ipoib_path_make_ah() - a handle for a port
 * @priv: interface
 * @rec: what the SA says of the path to it
 *
 * Context: may sleep.
 * Return: the handle, or NULL with a message: what the SA says is not to be had, or no LID.
 */
struct ipoib_ah *ipoib_path_make_ah(struct ipoib_dev *priv, struct sa_path_rec *rec);

/**
 * ipoib_path_set_ah() - from now on packets go out with another handle, or wait
 * @path: path, paths.lock held
 * @ah: the handle, or NULL; the old one is retired
 */
void ipoib_path_set_ah(struct ipoib_path *path, struct ipoib_ah *ah);

/**
 * ipoib_path_confirm() - the SA has said where a path leads; ipoib_path_set_ah() is to follow
 * @path: path, paths.lock held
 * @ah: the handle for that
 *
 * Anybody may make us ask, by a packet in a peer's name. So one who is where he was is asked for
 * again ever more seldom.
 */
void ipoib_path_confirm(struct ipoib_path *path, struct ipoib_ah *ah);

/**
 * ipoib_path_doubt() - there is a new reason to ask: the SA may be asked soon
 * @path: path, paths.lock held
 */
void ipoib_path_doubt(struct ipoib_path *path);

/**
 * ipoib_path_send() - send to one peer
 * @priv: interface
 * @skb: data at the encapsulation header, the pseudo header before it; consumed
 * @hwaddr: destination, IPOIB_HW_ADDR_LEN bytes; lives in @skb's headroom
 *
 * The path's address handle is used when there is one; else the packet waits for the SA's answer.
 *
 * Context: ndo_start_xmit.
 * Return: whether the accel was given @skb.
 */
bool ipoib_path_send(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr);

/**
 * ipoib_path_suspect() - a peer did not answer a unicast probe: its path may be wrong
 * @priv: interface
 * @hwaddr: the peer's address
 *
 * Two probes within a few seconds make the path be asked for again; it stays in use meanwhile.
 *
 * Context: BH off.
 */
void ipoib_path_suspect(struct ipoib_dev *priv, const u8 *hwaddr);

/**
 * ipoib_path_heard() - a packet says that a peer has sent it
 * @priv: interface
 * @gid: of the peer's address, which anybody may write there
 * @slid: source LID of the packet, host order
 *
 * The peer's path is suspected if it leads to another LID. If it has none yet, the question for it
 * waits together with those that packets from @slid made necessary.
 *
 * Context: BH off.
 */
void ipoib_path_heard(struct ipoib_dev *priv, const u8 *gid, u32 slid);

/**
 * ipoib_path_is_stale() - will the SA be asked about a path when it is used next?
 * @dest: the path
 *
 * Context: paths.lock held.
 */
bool ipoib_path_is_stale(struct ipoib_dest *dest);

/**
 * ipoib_path_invalidate() - the fabric changed: ask for every path again when it is used next
 * @priv: interface
 *
 * Paths stay in use until the answer comes, and are asked for within the next second, not all at
 * once. Waiting periods after failures end.
 *
 * Context: any but hard interrupt.
 */
void ipoib_path_invalidate(struct ipoib_dev *priv);

/**
 * ipoib_path_purge() - forget every path and drop what waits for one
 * @priv: interface
 *
 * Nothing may be sent meanwhile. Context: process. Does not wait for queries in flight, it cancels
 * them.
 */
void ipoib_path_purge(struct ipoib_dev *priv);

/**
 * ipoib_path_init() - prepare the path table
 * @priv: interface
 *
 * Return: 0 or -ENOMEM.
 */
int ipoib_path_init(struct ipoib_dev *priv);

/**
 * ipoib_path_exit() - free the path table
 * @priv: interface; nothing is sent any more
 *
 * Waits for callbacks of cancelled queries, which is not a wait for the SA.
 * Context: process, RTNL.
 */
void ipoib_path_exit(struct ipoib_dev *priv);

#endif /* IPOIB_PATH_H */
