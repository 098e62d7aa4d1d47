/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_REGISTRY_H
#define IPOIB_REGISTRY_H

#include "port.h"
#include "uapi/ipoib_netlink.h"

/* Outermost lock: the list of accels, the list of ports, ipoib_port.accel and .loading. */
extern struct mutex ipoib_registry_lock;

/* Ports that exist, and accels; ipoib_registry_lock. */
extern struct list_head ipoib_ports;
extern struct list_head ipoib_accels;

/* Rises when one of these comes or goes; ipoib_registry_lock. */
extern unsigned int ipoib_registry_changes;

/**
 * ipoib_registry_add_port() - a port appeared: bind it now, or once modules were loaded for it
 * @port: port
 *
 * Context: process; takes RTNL.
 */
void ipoib_registry_add_port(struct ipoib_port *port);

/**
 * ipoib_registry_choose() - a port shall be served otherwise
 * @port: port
 * @choice: what accel= says for it now; nothing happens when that is what it said before
 *
 * A work binds it. This returns when nobody refers to the interfaces that it had.
 *
 * Context: process; takes RTNL.
 */
void ipoib_registry_choose(struct ipoib_port *port, const char *choice);

/**
 * ipoib_registry_remove_port() - a port goes: remove its interfaces
 * @port: port
 *
 * Context: process; takes RTNL.
 */
void ipoib_registry_remove_port(struct ipoib_port *port);

/**
 * ipoib_registry_bind_port() - bind a port whose state is known only now
 * @port: port, that it is registered still or already is not known
 *
 * The registry's work does it, as for those that failed to start.
 *
 * Context: the port's work.
 */
void ipoib_registry_bind_port(struct ipoib_port *port);

/**
 * ipoib_registry_find() - an accel by name
 * @name: name
 *
 * Context: ipoib_registry_lock held. Return: the accel or NULL.
 */
struct ipoib_accel *ipoib_registry_find(const char *name);

/**
 * ipoib_registry_bind() - give a port an accel and an interface, if there is one for it
 * @port: port; nothing happens when it has one, has not told its state yet, or modules are being
 *	loaded that it waits for (ipoib_port.ready)
 *
 * Context: ipoib_registry_lock held, process; takes RTNL.
 */
void ipoib_registry_bind(struct ipoib_port *port);

/**
 * ipoib_registry_exit() - wait for the end of the registry's work
 *
 * Context: process, no port left.
 */
void ipoib_registry_exit(void);

/**
 * ipoib_registry_why() - why a port is served as it is
 * @port: port
 *
 * Context: ipoib_registry_lock held.
 */
enum ipoib_bind ipoib_registry_why(const struct ipoib_port *port);

/**
 * ipoib_registry_listen() - have somebody told when a port is served otherwise
 * @listener: called under ipoib_registry_lock, in process context; NULL: nobody any more
 *
 * Context: ipoib_registry_lock held.
 */
void ipoib_registry_listen(void (*listener)(const struct ipoib_port *port));

/* ---- autoload.c ---- */

/**
 * ipoib_autoload() - load accel modules for the ports whose loading is set, then bind those
 *
 * Returns at once: a work does it, because the modules need symbols of this one, which are there
 * only when its init has returned. Context: process, ipoib_registry_lock held.
 */
void ipoib_autoload(void);

/**
 * ipoib_autoload_has_asked() - were accels made for a device's driver looked for already?
 * @hca: device
 *
 * What was installed since is loaded, but not waited for, unless an accel was taken away.
 *
 * Context: ipoib_registry_lock held.
 */
bool ipoib_autoload_has_asked(struct ib_device *hca);

/**
 * ipoib_autoload_forget() - an accel was taken away: look for those of each driver again
 *
 * Context: ipoib_registry_lock held.
 */
void ipoib_autoload_forget(void);

/**
 * ipoib_autoload_begin() - let that work run, for ports that have come already too
 *
 * Context: process; module init, which cannot fail any more.
 */
void ipoib_autoload_begin(void);

/**
 * ipoib_autoload_settle() - wait until no accel made for a card is being loaded
 *
 * In bounded time. Context: process, ipoib_registry_lock not held.
 */
void ipoib_autoload_settle(void);

/**
 * ipoib_autoload_exit() - wait for the end of that work
 *
 * Context: process, no port left.
 */
void ipoib_autoload_exit(void);

#endif /* IPOIB_REGISTRY_H */
