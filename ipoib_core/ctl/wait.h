/* SPDX-License-Identifier: GPL-2.0 */
/* Time. */
#ifndef IPOIBCTL_WAIT_H
#define IPOIBCTL_WAIT_H

#include <stdint.h>

/**
 * wait_now() - the time
 *
 * Return: milliseconds since some moment.
 */
uint64_t wait_now(void);

/**
 * wait_for() - let time pass
 * @ms: milliseconds
 * @fd: file descriptor to read from, -1: none
 *
 * Return: whether @fd can be read, or a signal came, before the time was over.
 */
int wait_for(unsigned int ms, int fd);

#endif /* IPOIBCTL_WAIT_H */
