/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_PORT_H
#define IPOIB_PORT_H

#include <linux/ratelimit.h>
#include <linux/rwsem.h>

#include "core.h"

/* ipoib_port.events: how much an ib_event makes us look at again (event.c) */
enum {
	IPOIB_EVENT_LIGHT,	/* paths and groups may have changed */
	IPOIB_EVENT_NORMAL,	/* the link or our LID changed */
	IPOIB_EVENT_HEAVY,	/* the P_Key table changed */
	IPOIB_EVENT_SM,		/* the SM is another one, since ipoib_port.sm_changed_at */
	IPOIB_EVENT_FATAL,	/* the device has failed */
};

/* ipoib_port.log: lines in so many jiffies. All children of a port may have one of their own. */
#define IPOIB_PORT_LOG_LINES	128
#define IPOIB_PORT_LOG_INTERVAL	(300 * HZ)

/* ipoib_port.loading: what is asked for on its behalf, which waits unless @ready (autoload.c) */
enum ipoib_loading {
	IPOIB_LOADING_NOTHING,
	IPOIB_LOADING_NATIVE,	/* accels made for its card, for accel=auto */
	IPOIB_LOADING_LAST,	/* the accel that it is to have, or the one that serves any card */
};

/**
 * struct ipoib_port - an InfiniBand port that we were given
 * @hca: its device
 * @num: port number, from 1
 * @node: on the registry's list of ports; ipoib_registry_lock
 * @choice: what accel= says for it: "auto", "none" or a name; ipoib_registry_lock
 * @wanted: what that shall become: the device has another name, or accel= was given anew (hca.c)
 * @choose: has it served as @wanted says
 * @accel: who serves it, or NULL; ipoib_registry_lock
 * @priority: what @accel said that it is worth here; ipoib_registry_lock
 * @refused: name of the accel that failed last when the port was bound, or empty;
 *	ipoib_registry_lock
 * @refused_error: how it failed; ipoib_registry_lock
 * @told_bind: why it was served so that the registry's listener was told last, enum ipoib_bind;
 *	ipoib_registry_lock
 * @bind: the registry's work is to give it an accel, at @bind_at; ipoib_registry_lock
 * @bind_at: jiffies; ipoib_registry_lock
 * @bind_backoff: seconds between tries that failed, 0: the last one did not; ipoib_registry_lock
 * @loading: modules that are being loaded for it, and are waited for unless @ready;
 *	ipoib_registry_lock
 * @ready: all that could be loaded for it was there before it; ipoib_registry_lock
 * @ready_at: jiffies, when it is bound then, after those before it; ipoib_registry_lock
 * @pd: protection domain of address handles and QPs
 * @state: enum ib_port_state as of the last look; this and the next six are written by @work, and
 *	before that runs
 * @active_speed: enum ib_port_speed, likewise
 * @active_width: enum ib_port_width, likewise
 * @lid: its LID, 0: none, likewise
 * @lmc: it has 2^lmc LIDs, from @lid on, likewise
 * @sm_lid: the subnet manager's, 0: none is known, likewise
 * @max_ib_mtu: bytes of payload that the port can carry; 0: it was not asked with success yet, and
 *	is not bound
 * @look_backoff: seconds between looks that failed, 0: the last one did not; written by @work
 * @look_at: jiffies of the next look that no event asks for; @work only
 * @missed: IPOIB_EVENT_* that a look has found, and that may still be told of: until the next;
 *	@work only
 * @polls: looks that no event asked for, since it is there or @pkey_awaited is set; @work only
 * @pkey_awaited: an interface is closed for want of its P_Key; @work only
 * @told: the state that was logged, for it gives no interface carrier; IB_PORT_NOP: none was; @work
 *	only
 * @devs: interfaces, the port's own first; written under RTNL and @devs_sem, read under either
 * @devs_sem: for readers that cannot take RTNL (match.c)
 * @log: how many lines the root of a container that has an interface may cause
 * @events: IPOIB_EVENT_*
 * @sm_changed_at: jiffies of the last IPOIB_EVENT_SM, written before its bit is set
 * @work: handles @events and the interfaces' todo under RTNL
 */
struct ipoib_port {
	struct ib_device *hca;
	u32 num;
	struct list_head node;
	const char *choice;
	const char *wanted;
	struct work_struct choose;
	struct ipoib_accel *accel;
	int priority;
	char refused[IPOIB_ACCEL_NAME_MAX + 1];
	int refused_error;
	u32 told_bind;
	bool bind;
	unsigned long bind_at;
	unsigned int bind_backoff;
	enum ipoib_loading loading;
	bool ready;
	unsigned long ready_at;
	struct ib_pd *pd;
	enum ib_port_state state;
	u32 active_speed;
	u8 active_width;
	u32 lid;
	u8 lmc;
	u32 sm_lid;
	unsigned int max_ib_mtu;
	unsigned int look_backoff;
	unsigned long look_at;
	unsigned long missed;
	unsigned int polls;
	bool pkey_awaited;
	enum ib_port_state told;
	struct list_head devs;
	struct rw_semaphore devs_sem;
	struct ratelimit_state log;
	unsigned long events;
	unsigned long sm_changed_at;
	struct delayed_work work;
};

static inline bool ipoib_port_active(const struct ipoib_port *port)
{
	return READ_ONCE(port->state) == IB_PORT_ACTIVE;
}

/**
 * ipoib_port_kick() - let the port's work look at events and todos
 * @port: port
 *
 * Context: any.
 */
static inline void ipoib_port_kick(struct ipoib_port *port)
{
	mod_delayed_work(ipoib_port_wq, &port->work, 0);
}

/**
 * ipoib_port_may_log() - is there room in the log for what an interface's administrator can repeat?
 * @priv: interface
 *
 * The host's own one may fill it, and is told whatever others have done.
 *
 * Context: any.
 */
static inline bool ipoib_port_may_log(struct ipoib_dev *priv)
{
	return net_eq(dev_net(priv->dev), &init_net) || __ratelimit(&priv->port->log);
}

/**
 * ipoib_port_log_once() - is it time to log what is logged once?
 * @priv: interface of which it would be
 * @flag: IPOIB_F_*_LOGGED, set if so
 *
 * Who sets an interface down and up, or makes one anew, makes it once more each time.
 *
 * Context: any.
 */
static inline bool ipoib_port_log_once(struct ipoib_dev *priv, unsigned int flag)
{
	return !test_bit(flag, &priv->flags) && ipoib_port_may_log(priv) &&
	       !test_and_set_bit(flag, &priv->flags);
}

#endif /* IPOIB_PORT_H */
