/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_DEBUGFS_H
#define IPOIB_DEBUGFS_H

/**
 * ipoib_debugfs_init() - from now on each interface has its files
 *
 * Context: module init. Return: 0 or a negative errno; debugfs that is missing is no error.
 */
int ipoib_debugfs_init(void);

/**
 * ipoib_debugfs_exit() - remove what there is
 *
 * Context: module exit, before or after the interfaces go.
 */
void ipoib_debugfs_exit(void);

#endif /* IPOIB_DEBUGFS_H */
