/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_EVENT_H
#define IPOIB_EVENT_H

#include "port.h"

/**
 * ipoib_event() - the RDMA core reports an event of a port
 * @port: port
 * @type: what happened
 *
 * Context: any.
 */
void ipoib_event(struct ipoib_port *port, enum ib_event_type type);

/**
 * ipoib_event_look() - look at the port's state
 * @port: port
 *
 * When that fails, a message says so, and the port's work tries again.
 * Context: process, may sleep; before the port is known to others, or its work.
 * Return: 0 or the error.
 */
int ipoib_event_look(struct ipoib_port *port);

/**
 * ipoib_event_init() - from now on hear what the stack does to interfaces
 *
 * Context: module init. Return: 0 or an error.
 */
int ipoib_event_init(void);

/**
 * ipoib_event_exit() - undo ipoib_event_init()
 */
void ipoib_event_exit(void);

/**
 * ipoib_port_work() - the work function of ipoib_port.work
 * @work: the work
 */
void ipoib_port_work(struct work_struct *work);

#endif /* IPOIB_EVENT_H */
