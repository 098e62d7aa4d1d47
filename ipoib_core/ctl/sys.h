/* SPDX-License-Identifier: GPL-2.0 */
/* /sys of another network namespace: it has the devices of the one that it was mounted in. */
#ifndef IPOIBCTL_SYS_H
#define IPOIBCTL_SYS_H

#include <stdbool.h>

/**
 * sys_is_exclusive() - whether each InfiniBand device is in one network namespace only
 *
 * Return: whether, as 'rdma system' says; then /sys may not have all that there are.
 */
bool sys_is_exclusive(void);

/**
 * sys_enter() - have a /sys of the network namespace that was entered, where it takes one
 *
 * It hides what others have mounted below /sys, as securityfs and efivarfs are.
 */
void sys_enter(void);

#endif /* IPOIBCTL_SYS_H */
