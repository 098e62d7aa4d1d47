/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl top: what moves now. */
#ifndef IPOIBCTL_TOP_H
#define IPOIBCTL_TOP_H

#include "ctl.h"

/**
 * struct top_options - how it is shown
 * @batch: one after the other, not as pictures
 * @count: so often; 0: for ever
 * @ms: time between two of them
 */
struct top_options {
	bool batch;
	unsigned long count;
	unsigned int ms;
};

/**
 * top_run() - the command
 * @ctl: what is asked for
 * @options: how
 */
void top_run(struct ctl *ctl, const struct top_options *options);

#endif /* IPOIBCTL_TOP_H */
