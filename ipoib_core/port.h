/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_PORT_H
#define IPOIB_PORT_H

#include <linux/rwsem.h>

#include "core.h"

/* ipoib_port.events: how much an ib_event makes us look at again (event.c) */
enum {
	IPOIB_EVENT_LIGHT,	/* paths and groups may have changed */
	IPOIB_EVENT_NORMAL,	/* the link or our LID changed */
	IPOIB_EVENT_HEAVY,	/* the P_Key table changed */
};

/**
 * struct ipoib_port - an InfiniBand port that we were given
 * @hca: its device
 * @num: port number, from 1
 * @node: on the registry's list of ports; ipoib_registry_lock
 * @choice: what accel= says for it: "auto", "none" or a name; ipoib_registry_lock
 * @wanted: what that shall become, as the device has another name (hca.c)
 * @accel: who serves it, or NULL; ipoib_registry_lock
 * @orphan: its accel went, another one is to be found; ipoib_registry_lock
 * @loading: modules are being loaded for it: do not bind yet; ipoib_registry_lock
 * @pd: protection domain of address handles and QPs
 * @state: enum ib_port_state as of the last look; this and the next three are written by @work, and
 *	before that runs
 * @active_speed: enum ib_port_speed, likewise
 * @active_width: enum ib_port_width, likewise
 * @max_ib_mtu: bytes of payload that the port can carry; 0: it was not asked with success yet, and
 *	is not bound
 * @look_backoff: seconds between looks that failed, 0: the last one did not; @work only
 * @look_at: jiffies of the next look if the last one failed or found it not active; @work only
 * @devs: interfaces, the port's own first; written under RTNL and @devs_sem, read under either
 * @devs_sem: for readers that cannot take RTNL (match.c)
 * @events: IPOIB_EVENT_*
 * @work: handles @events and the interfaces' todo under RTNL
 * @wq: runs @work: a port that takes long does not delay another one's work
 */
struct ipoib_port {
	struct ib_device *hca;
	u32 num;
	struct list_head node;
	const char *choice;
	const char *wanted;
	struct ipoib_accel *accel;
	bool orphan;
	bool loading;
	struct ib_pd *pd;
	enum ib_port_state state;
	u32 active_speed;
	u8 active_width;
	unsigned int max_ib_mtu;
	unsigned int look_backoff;
	unsigned long look_at;
	struct list_head devs;
	struct rw_semaphore devs_sem;
	unsigned long events;
	struct delayed_work work;
	struct workqueue_struct *wq;
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
	mod_delayed_work(port->wq, &port->work, 0);
}

#endif /* IPOIB_PORT_H */
