/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_CHOICE_H
#define IPOIB_CHOICE_H

#include <linux/types.h>
#include <rdma/ib_verbs.h>

#define IPOIB_CHOICE_AUTO	"auto"
#define IPOIB_CHOICE_NONE	"none"
/* Longest name of an accel, without the terminating zero. */
#define IPOIB_ACCEL_NAME_MAX	15

/**
 * ipoib_choice_init() - read the accel= parameter
 *
 * Context: module init. Return: 0; -EINVAL with a message that names what is wrong; -ENOMEM.
 */
int ipoib_choice_init(void);

/**
 * ipoib_choice_exit() - free what ipoib_choice_init() made
 */
void ipoib_choice_exit(void);

/**
 * ipoib_choice() - what accel= says for a port
 * @hca: the device, whose name does not change meanwhile: in ib_client.add() and rename()
 * @port: port number, from 1, of an InfiniBand port
 *
 * Context: process. Return: "auto", "none" or the name of an accel; valid until
 * ipoib_choice_exit().
 */
const char *ipoib_choice(const struct ib_device *hca, u32 port);

/**
 * ipoib_choice_device() - a device has come, or has another name
 *
 * When that has not happened for a while, items of accel= that fit nothing are told of.
 *
 * Context: any.
 */
void ipoib_choice_device(void);

/**
 * ipoib_accel_name_ok() - may this be the name of an accel?
 * @name: [a-z0-9_]{1,15}
 */
bool ipoib_accel_name_ok(const char *name);

#endif /* IPOIB_CHOICE_H */
