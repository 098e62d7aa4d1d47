/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl monitor: what changes. */
#ifndef IPOIBCTL_MONITOR_H
#define IPOIBCTL_MONITOR_H

#include "ctl.h"

/**
 * monitor_run() - tell what is so, and then each change, until ipoib_core or the reader is gone
 * @ctl: what is asked for; its client is another one than that which listens
 * @listener: who listens, since before what is so is asked
 */
void monitor_run(struct ctl *ctl, struct client *listener);

#endif /* IPOIBCTL_MONITOR_H */
