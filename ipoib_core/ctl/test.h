/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl test: which step of the way to a peer fails. */
#ifndef IPOIBCTL_TEST_H
#define IPOIBCTL_TEST_H

#include "ctl.h"

/**
 * test_run() - the command
 * @ctl: what is asked for, of an interface
 * @peer: who is looked for: an address of IP
 * @gid: it is a GID
 * @count: so many packets for the loss
 */
void test_run(struct ctl *ctl, const char *peer, bool gid, unsigned int count);

#endif /* IPOIBCTL_TEST_H */
