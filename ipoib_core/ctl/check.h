/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl check: this machine. */
#ifndef IPOIBCTL_CHECK_H
#define IPOIBCTL_CHECK_H

#include "out.h"

/**
 * check_machine() - look at drivers, kernels, signatures and configurations, and say what was found
 * @out: where to
 *
 * Return: whether all is good.
 */
bool check_machine(struct out *out);

#endif /* IPOIBCTL_CHECK_H */
