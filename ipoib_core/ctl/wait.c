// SPDX-License-Identifier: GPL-2.0
/* Time passes. */
#include "wait.h"

#include <poll.h>
#include <time.h>

uint64_t wait_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wait_for(unsigned int ms, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, ms) != 0;
}
