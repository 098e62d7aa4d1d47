// SPDX-License-Identifier: GPL-2.0
/* /sys of another network namespace. */
#define _GNU_SOURCE
#include "sys.h"

#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

#include "run.h"

bool sys_is_exclusive(void)
{
	char path[PATH_MAX], shared[4];

	run_root(path, sizeof(path), "/sys/module/ib_core/parameters/netns_mode");
	return run_read_line(path, shared, sizeof(shared)) && shared[0] == 'N';
}

/*
 * Where devices are shared the /sys of the first one has all of them, and more of each; else this
 * process gets one of its own. If that is not allowed counters of ports are missing.
 */
void sys_enter(void)
{
	if (!sys_is_exclusive() || unshare(CLONE_NEWNS) ||
	    mount("none", "/", "none", MS_REC | MS_SLAVE, NULL))
		return;
	/* Over the other one, which others have below it mounted still. */
	mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}
