// SPDX-License-Identifier: GPL-2.0
/*
 * RDMA devices that have other names now than accel= says: udev gives them others soon after they
 * appear (mlx5_0 becomes ibp65s0), and a kernel with another order of probing gives others before.
 */
#define _GNU_SOURCE
#include "renamed.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "items.h"
#include "run.h"
#include "sys.h"

/* The parameter is at most a page of sysfs. */
#define RENAMED_LIST	4096

static bool renamed_gone(const char *item, size_t len, char *name, size_t size)
{
	const char *colon = memrchr(item, ':', len);
	struct item which;
	char path[PATH_MAX];

	if (!colon)
		return false;
	item_read(&which, item, colon - item);
	if (which.kind != ITEM_NAME || strchr(which.name, '/'))
		return false;
	snprintf(name, size, "%s", which.name);
	run_root(path, sizeof(path), "/sys/class/infiniband/%s", name);
	return access(path, F_OK);
}

void renamed_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		  void *arg)
{
	char path[PATH_MAX], list[RENAMED_LIST], name[ITEM_NAME_SIZE];
	struct finding finding;
	const char *rest = list, *item;
	size_t len;

	/* A device may be in another network namespace, under that name. */
	if (sys_is_exclusive())
		return;
	run_root(path, sizeof(path), "/sys/module/ipoib_core/parameters/accel");
	run_read_line(path, list, sizeof(list));
	while ((item = item_next(&rest, &len))) {
		if (!renamed_gone(item, len, name, sizeof(name)))
			continue;
		finding_set(&finding, FINDING_LIMITED, "renamed",
			    "'%.*s' of accel= names a device that there is not now: one that was called so when ipoib_core first saw it still counts, after the next boot perhaps none",
			    (int)len, item);
		finding_next(&finding,
			     "'ipoibctl show port' has the names that a port goes by: that with pci: or guid: stays when udev gives the device another name");
		tell(arg, "accel=", &finding);
	}
}
