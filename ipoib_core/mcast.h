/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_MCAST_H
#define IPOIB_MCAST_H

#include "core.h"
#include "dest.h"
#include "uapi/ipoib_netlink.h"

/* Packets waiting for all groups of an interface. */
#define IPOIB_MCAST_QUEUE_ALL	2048

/* ipoib_mcast.flags; a join is in flight while ipoib_dest.state is BUSY */
enum {
	IPOIB_MC_FULL,		/* full member: the broadcast group or on the netdev's list */
	IPOIB_MC_DONE,		/* its answer came: status and rec are valid */
	IPOIB_MC_LOST,		/* the membership is gone, says the SA client, or may be */
	IPOIB_MC_JOINED,	/* a member */
	IPOIB_MC_REJOIN,	/* was a member, is being joined again, and is used meanwhile */
	IPOIB_MC_TOLD,		/* that joining fails was logged */
	IPOIB_MC_FAILING,	/* who listens was told so */
	IPOIB_MC_ATTACHED,	/* the accel receives for it, at attached_mlid */
	IPOIB_MC_LEAVE,		/* to be left and freed */
};

/* Lines of groups that wait to be joined, each with slots of its own: none waits for another. */
enum {
	IPOIB_MC_LINE_WANTED,	/* full members */
	IPOIB_MC_LINE_AGAIN,	/* those that failed to be: any user may have very many */
	IPOIB_MC_LINE_KNOWN,	/* by which hosts and routers find each other */
	IPOIB_MC_LINE_OTHERS,	/* whatever a user sends to */
	IPOIB_MC_LINES
};

/**
 * struct ipoib_mcast - a multicast group of an interface
 * @dest: MGID, handle, waiting packets; mcasts.lock
 * @created: jiffies
 * @priv: interface
 * @flags: IPOIB_MC_*
 * @multicast: membership at the SA client, from join to ib_sa_free_multicast(); mcast_work only
 * @rec: what the SA said at the last join
 * @status: how the last join ended
 * @tries: joins that failed since one succeeded; mcast_work only, others may read it
 * @attached_mlid: host order; mcast_work only
 * @asked_at: jiffies when it was joined last, whatever came of it
 * @left_by: jiffies before which the SA client has time to leave it, to be joined again
 * @retry_at: jiffies before which no join is tried
 * @backoff: seconds waited after the last failure
 * @refusals: how often the SA has refused it since it was joined, or a change of the fabric
 * @seen: generation of the netdev's list in which the group was; mcast_work only
 * @rcu: for senders that still see it
 *
 * Groups are added by mcast_work and, send-only, by senders, who may also evict one: it is dead
 * from then on and nobody finds it, but only mcast_work leaves and frees groups.
 */
struct ipoib_mcast {
	struct ipoib_dest dest;
	unsigned long created;
	struct ipoib_dev *priv;
	unsigned long flags;
	struct ib_sa_multicast *multicast;
	struct ib_sa_mcmember_rec rec;
	int status;
	unsigned int tries;
	u16 attached_mlid;
	unsigned long asked_at;
	unsigned long left_by;
	unsigned long retry_at;
	unsigned int backoff;
	unsigned int refusals;
	unsigned int seen;
	struct rcu_head rcu;
};

/**
 * ipoib_mcast_of() - the group that a destination of ipoib_dev.mcasts is
 * @dest: destination
 */
static inline struct ipoib_mcast *ipoib_mcast_of(struct ipoib_dest *dest)
{
	return container_of(dest, struct ipoib_mcast, dest);
}

/**
 * ipoib_mcast_send() - send to a group
 * @priv: interface
 * @skb: data at the encapsulation header, the pseudo header before it; consumed
 * @hwaddr: group's address, its P_Key set
 *
 * A group that is not known is joined for sending only; the packet waits for that.
 *
 * Context: ndo_start_xmit.
 * Return: whether the accel was given @skb.
 */
bool ipoib_mcast_send(struct ipoib_dev *priv, struct sk_buff *skb, const u8 *hwaddr);

/**
 * ipoib_mcast_sync() - make the groups of full membership those of the netdev's list
 * @priv: interface
 *
 * Context: mcast_work.
 */
void ipoib_mcast_sync(struct ipoib_dev *priv);

/**
 * ipoib_mcast_is_other() - is the broadcast address another one than that of the group in use?
 * @priv: interface
 *
 * Context: RTNL.
 */
bool ipoib_mcast_is_other(struct ipoib_dev *priv);

/**
 * ipoib_mcast_relist() - the netdev's list may have changed: let mcast_work read it
 * @priv: interface
 *
 * Context: any.
 */
void ipoib_mcast_relist(struct ipoib_dev *priv);

/**
 * ipoib_mcast_doubt() - another SM: whether it knows our memberships, nobody says
 * @priv: interface
 * @since: jiffies of the event; what was asked for until then is left and joined again
 *
 * Context: any but hard interrupt.
 */
void ipoib_mcast_doubt(struct ipoib_dev *priv, unsigned long since);

/**
 * ipoib_mcast_set_umcast() - leave groups that user space has joined to it, or not any more
 * @priv: interface
 * @on: groups that are added from now on and that another client of the port has joined already
 *	are not joined; when switched off, all groups are looked at again
 *
 * Context: process, under RTNL.
 */
void ipoib_mcast_set_umcast(struct ipoib_dev *priv, bool on);

/**
 * ipoib_mcast_create() - add a group
 * @priv: interface, its mcasts.lock held
 * @mgid: not in the table
 * @rank: what it is worth; WANTED: full member, else send-only
 *
 * Above the limit of send-only groups another one is evicted, which mcast_work then leaves.
 *
 * Return: the group, or NULL without memory, or while mcast_work has not come to what was evicted.
 */
struct ipoib_mcast *ipoib_mcast_create(struct ipoib_dev *priv, const u8 *mgid,
				       enum ipoib_dest_rank rank);

/**
 * ipoib_mcast_line() - the line in which a group waits to be joined
 * @mcast: group
 *
 * Context: any. Return: IPOIB_MC_LINE_*.
 */
unsigned int ipoib_mcast_line(const struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_remove() - take a group out of the table and free it
 * @mcast: not a member any more, no callback will come
 *
 * Context: process, mcast_work or when that is cancelled.
 */
void ipoib_mcast_remove(struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_set_ah() - from now on packets to a group go out with another handle
 * @mcast: group
 * @ah: new handle, or NULL: packets wait again
 *
 * Sends what has waited and retires the old handle. Context: process, mcast_work.
 */
void ipoib_mcast_set_ah(struct ipoib_mcast *mcast, struct ipoib_ah *ah);

/**
 * ipoib_mcast_make_ah() - make the handle that the SA's answer says
 * @mcast: group, its record valid
 *
 * Context: process, mcast_work. Return: the handle or an ERR_PTR().
 */
struct ipoib_ah *ipoib_mcast_make_ah(struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_is_client() - is the SA client a member of a group, for us or for others?
 * @mcast: group
 *
 * Context: any. Return: false too when it leaves, or has asked and has no answer yet.
 */
bool ipoib_mcast_is_client(struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_hint() - what a failed join may come from, for who reads of it
 * @status: how it failed
 *
 * Return: text to follow on a message, which may be empty.
 */
const char *ipoib_mcast_hint(int status);

/**
 * ipoib_mcast_reason() - what the broadcast group says to why there is no carrier
 * @priv: interface, open
 *
 * Context: process.
 */
enum ipoib_carrier_reason ipoib_mcast_reason(struct ipoib_dev *priv);

/**
 * ipoib_mcast_drop_queue() - drop what waits for a group
 * @mcast: group
 *
 * Context: process.
 */
void ipoib_mcast_drop_queue(struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_init() - prepare the group table
 * @priv: interface
 *
 * Return: 0 or -ENOMEM.
 */
int ipoib_mcast_init(struct ipoib_dev *priv);

/**
 * ipoib_mcast_exit() - free the group table
 * @priv: interface, after ipoib_mcast_stop()
 */
void ipoib_mcast_exit(struct ipoib_dev *priv);

/* ---- mcast_member.c ---- */

/**
 * ipoib_mcast_busy() - is a join in flight?
 * @mcast: group
 *
 * Context: mcast_work, which alone changes that.
 */
static inline bool ipoib_mcast_busy(const struct ipoib_mcast *mcast)
{
	return READ_ONCE(mcast->dest.state) == IPOIB_DEST_BUSY;
}

/**
 * ipoib_mcast_free_membership() - end a membership at the SA client, and the join in flight
 * @mcast: group
 *
 * No callback comes afterwards. Its handle and its attachment stay.
 *
 * Context: process, mcast_work.
 */
void ipoib_mcast_free_membership(struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_detach() - the accel receives for a group no more
 * @mcast: group; that was not attached is fine
 *
 * Context: process, mcast_work.
 */
void ipoib_mcast_detach(struct ipoib_mcast *mcast);

/**
 * ipoib_mcast_failed() - a join ended without making a member
 * @mcast: group, its membership freed
 * @status: why
 *
 * Has it tried again later, and says so where somebody should know.
 *
 * Context: process, mcast_work.
 */
void ipoib_mcast_failed(struct ipoib_mcast *mcast, int status);

/**
 * ipoib_mcast_finish() - do what the answer to a join says
 * @mcast: group, BUSY and DONE
 *
 * Context: process, mcast_work.
 */
void ipoib_mcast_finish(struct ipoib_mcast *mcast);

/* ---- mcast_join.c ---- */

/**
 * ipoib_mcast_start() - join the broadcast group, then the others
 * @priv: interface, its accel open
 *
 * Returns at once; IPOIB_TODO_CARRIER tells when ipoib_mcast_joined() changes. Context: RTNL.
 * Return: 0 or -ENOMEM.
 */
int ipoib_mcast_start(struct ipoib_dev *priv);

/**
 * ipoib_mcast_stop() - leave and forget every group
 * @priv: interface
 *
 * Does not wait for the SA. Context: RTNL.
 */
void ipoib_mcast_stop(struct ipoib_dev *priv);

/**
 * ipoib_mcast_joined() - is the interface a member of its link's broadcast group?
 * @priv: interface
 *
 * It still is while it joins again, until the SA has refused that for good. Context: process.
 */
bool ipoib_mcast_joined(struct ipoib_dev *priv);

/**
 * ipoib_mcast_port_down() - the port is not active: what the SA had granted is void
 * @priv: interface
 *
 * Context: process.
 */
void ipoib_mcast_port_down(struct ipoib_dev *priv);

/**
 * ipoib_mcast_kick() - something changed: let mcast_work look at once
 * @priv: interface
 *
 * Context: any.
 */
void ipoib_mcast_kick(struct ipoib_dev *priv);

/**
 * ipoib_mcast_retry() - the fabric changed: end all waiting periods after failed joins
 * @priv: interface
 *
 * They end within a moment of random length: all hosts have the same event.
 *
 * Context: any but hard interrupt.
 */
void ipoib_mcast_retry(struct ipoib_dev *priv);

/**
 * ipoib_mcast_work() - the work function of ipoib_dev.mcast_work
 * @work: the work
 */
void ipoib_mcast_work(struct work_struct *work);

#endif /* IPOIB_MCAST_H */
