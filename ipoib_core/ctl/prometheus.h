/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl stats --prometheus: what is counted, for node_exporter. */
#ifndef IPOIBCTL_PROMETHEUS_H
#define IPOIBCTL_PROMETHEUS_H

#include "ctl.h"

/**
 * prometheus_show() - print all of it
 * @ctl: what is asked for; @client is NULL where there is no ipoib_core to ask
 *
 * Return: whether it is whole.
 */
bool prometheus_show(struct ctl *ctl);

/**
 * prometheus_write() - the same into a file, which is there whole or as it was before
 * @ctl: what is asked for
 * @name: of the file
 */
void prometheus_write(struct ctl *ctl, const char *name);

#endif /* IPOIBCTL_PROMETHEUS_H */
