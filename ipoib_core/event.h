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
 * ipoib_port_work() - the work function of ipoib_port.work
 * @work: the work
 */
void ipoib_port_work(struct work_struct *work);

#endif /* IPOIB_EVENT_H */
