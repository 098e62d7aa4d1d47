/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_HCA_H
#define IPOIB_HCA_H

#include <rdma/ib_verbs.h>

/* Registered with the RDMA core by main.c. */
extern struct ib_client ipoib_client;

#endif /* IPOIB_HCA_H */
