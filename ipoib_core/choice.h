/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_CHOICE_H
#define IPOIB_CHOICE_H

#include <linux/types.h>
#include <rdma/ib_verbs.h>

#include "core.h"

#define IPOIB_CHOICE_AUTO	"auto"
#define IPOIB_CHOICE_NONE	"none"
/* The accel that serves any card, which accel=auto has tried last. */
#define IPOIB_CHOICE_ANY	"ref"
/* Bytes of a name of a port. */
#define IPOIB_CHOICE_NAME_MAX	96

/**
 * ipoib_choice_set() - the list is this one from now on
 * @text: it, as accel= has it; stays as it is until another one is set
 *
 * Context: process; by one at a time. Return: 0; -EINVAL or -ENOSPC with a message that names what
 * is wrong; -ENOMEM. The list is the old one then.
 */
int ipoib_choice_set(const char *text);

/**
 * ipoib_choice_exit() - free what ipoib_choice_set() made
 *
 * Context: module exit; nobody sets or asks any more.
 */
void ipoib_choice_exit(void);

/**
 * ipoib_choice() - what accel= says for a port
 * @hca: the device; who may meet a change of its name asks again in ib_client.rename()
 * @port: port number, from 1, of an InfiniBand port
 *
 * Context: process. Return: "auto", "none" or the name of an accel; valid until
 * ipoib_choice_exit().
 */
const char *ipoib_choice(const struct ib_device *hca, u32 port);

/**
 * ipoib_choice_name() - what a port can be called in accel=
 * @hca: the device
 * @port: port number, from 1
 * @nth: from 0
 * @name: out, of IPOIB_CHOICE_NAME_MAX bytes; empty if there is no name of this kind
 *
 * Those that last come first: by the PCI function, by the GUID, by the name, by the driver.
 *
 * Context: process. Return: false: there is no @nth kind.
 */
bool ipoib_choice_name(const struct ib_device *hca, u32 port, unsigned int nth, char *name);

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
