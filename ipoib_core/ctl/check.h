/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl check: this machine. */
#ifndef IPOIBCTL_CHECK_H
#define IPOIBCTL_CHECK_H

#include "out.h"

/**
 * check_machine() - look at drivers, kernels, signatures and configurations, and say what was found
 * @out: where to
 * @netns: another network namespace was entered, whose interfaces it is about
 *
 * Return: whether all is good.
 */
bool check_machine(struct out *out, bool netns);

#endif /* IPOIBCTL_CHECK_H */
