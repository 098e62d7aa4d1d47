/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_HCA_H
#define IPOIB_HCA_H

#include <rdma/ib_verbs.h>

/* Registered with the RDMA core by main.c. */
extern struct ib_client ipoib_client;

/**
 * ipoib_hca_choose() - accel= has changed: ports are served as it says now, in a moment
 *
 * Context: process, while the client is registered; takes ipoib_registry_lock.
 */
void ipoib_hca_choose(void);

#endif /* IPOIB_HCA_H */
