// SPDX-License-Identifier: GPL-2.0
/* Which driver of IPoIB is loaded: ours, another one, both, or none. */
#include "machine.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static bool machine_module(const char *name, char *version, size_t size)
{
	char path[PATH_MAX];

	run_root(path, sizeof(path), "/sys/module/%s/version", name);
	run_read_line(path, version, size);
	run_root(path, sizeof(path), "/sys/module/%s/initstate", name);
	/* What is built into the kernel has no state, and is there. */
	if (!access(path, F_OK))
		return true;
	run_root(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

static bool machine_is_there(const char *file)
{
	char path[PATH_MAX];

	run_root(path, sizeof(path), "%s", file);
	return !access(path, F_OK);
}

/*
 * Whether the ib_ipoib that is loaded is ours, be it of another version. The kernel's own and that
 * of OFED use ib_core, ours does not. If ib_core is built into the kernel nobody is told to use it;
 * then there is no OFED, which would replace it, and the kernel's own says no version.
 */
static bool machine_is_shim(const char *version)
{
	if (machine_is_there("/sys/module/ib_core/holders"))
		return !machine_is_there("/sys/module/ib_core/holders/ib_ipoib");
	return version[0];
}

void machine_look(struct machine_driver *driver)
{
	char version[MACHINE_VERSION];
	char path[PATH_MAX];
	bool named;

	run_root(path, sizeof(path), "/sys/module/ipoib_core/initstate");
	run_read_line(path, driver->state, sizeof(driver->state));
	driver->core = machine_module("ipoib_core", driver->version, sizeof(driver->version));
	named = machine_module("ib_ipoib", version, sizeof(version));
	driver->shim = named && machine_is_shim(version);
	driver->intree = named && !driver->shim;
	driver->built_in = driver->intree && !machine_is_there("/sys/module/ib_ipoib/initstate");
}

bool machine_ours(const char *file)
{
	const char *name = strrchr(file, '/');

	name = name ? name + 1 : file;
	/* By DKMS, and by make modules_install. */
	return !strncmp(name, "ib-ipoib.ko", strlen("ib-ipoib.ko")) ||
	       strstr(file, "/ipoib_core/shim/ib_ipoib.ko");
}

bool machine_by_make(const char *file)
{
	return strstr(file, "/updates/ipoib_core/");
}

bool machine_file(const char *kernel, const char *module, char *file, size_t size)
{
	const char * const of_this[] = { "modinfo", "-n", module, NULL };
	const char * const of_kernel[] = { "modinfo", "-k", kernel, "-n", module, NULL };
	int status;

	status = run_program(kernel ? of_kernel : of_this, file, size);
	if (status)
		file[0] = '\0';
	/* With another status it has not found the module. */
	return status != RUN_MISSING;
}

bool machine_is_old(const char *module)
{
	const char * const argv[] = { "modinfo", "-F", "srcversion", module, NULL };
	char path[PATH_MAX], loaded[64], installed[64];

	run_root(path, sizeof(path), "/sys/module/%s/srcversion", module);
	return run_read_line(path, loaded, sizeof(loaded)) &&
	       !run_program(argv, installed, sizeof(installed)) && installed[0] &&
	       strcmp(loaded, installed);
}

/*
 * One line, as who is connected by it can say no more. Where the core was loaded by its own name
 * ours may not be let in by that of in-tree's, as by a live patch.
 */
const char *machine_reload(const struct machine_driver *driver)
{
	return driver->core && !driver->shim ?
	       "'rmmod accel_mlx accel_ref ipoib_core; modprobe -a ipoib_core accel_mlx accel_ref', "
	       MACHINE_GOES :
	       "'rmmod ib_ipoib accel_mlx accel_ref ipoib_core; modprobe ib_ipoib', " MACHINE_GOES;
}

static void machine_intree_finding(const struct machine_driver *driver, struct finding *finding)
{
	char file[PATH_MAX];
	bool asked;

	finding_set(finding, FINDING_BROKEN, "in-tree",
		    "another ib_ipoib, the kernel's own or OFED's, is loaded, not ours: it serves all ports");
	asked = machine_file(NULL, "ib_ipoib", file, sizeof(file));
	if (driver->built_in)
		finding_next(finding, MACHINE_BUILT_IN_NEXT);
	else if (!asked)
		finding_next(finding,
			     "whether ours has the name for this kernel is not known, as there is no modinfo to ask: install kmod, then 'ipoibctl check'");
	else if (machine_ours(file))
		finding_next(finding,
			     "it was loaded before ours was installed, or by an old initramfs: 'ipoibctl check' first, which says whether ours can be loaded; then reboot, after "
			     MACHINE_RENEW ", or 'modprobe -r ib_ipoib && modprobe ib_ipoib', "
			     MACHINE_GOES);
	else
		finding_next(finding,
			     "ours does not have the name for this kernel: 'ipoibctl check' says why");
}

static void machine_none_finding(const struct machine_driver *driver, struct finding *finding)
{
	if (!machine_is_there("/sys/module")) {
		finding_unseen(finding, "which driver is loaded", "there is no /sys");
		return;
	}
	if (driver->shim) {
		finding_set(finding, FINDING_BROKEN, "core-missing",
			    "ib_ipoib is ours, but it has not loaded ipoib_core");
		finding_next(finding,
			     "'modprobe ipoib_core'; a line 'softdep ib_ipoib' or 'install' in /etc/modprobe.d may keep it away, or the kernel log says which of its options is wrong");
		return;
	}
	finding_set(finding, FINDING_BROKEN, "not-loaded", "no driver of IPoIB is loaded");
	finding_next(finding,
		     "'modprobe ib_ipoib'; if that fails, 'ipoibctl check' and the kernel log say why");
}

void machine_driver_finding(const struct machine_driver *driver, struct finding *finding)
{
	if (!driver->core && driver->intree) {
		machine_intree_finding(driver, finding);
		return;
	}
	if (!driver->core) {
		machine_none_finding(driver, finding);
		return;
	}
	if (driver->intree) {
		finding_set(finding, FINDING_LIMITED, "beside-in-tree",
			    "ours (ipoib_core %s) and another ib_ipoib, the kernel's own or OFED's, are loaded, each with interfaces on the same ports; 'ip link ... type ipoib' is the latter's",
			    driver->version);
		finding_next(finding, driver->built_in ? MACHINE_BUILT_IN_NEXT :
			     "if no port is meant to be its, 'rmmod ib_ipoib', which takes its interfaces away; children of ours are made by /sys/class/net/*/create_child until ipoib_core is loaded anew: 'ip link ... type ipoib' is ours only if it finds that free");
		return;
	}
	finding_set(finding, FINDING_OK, "ours", "ours is loaded: ipoib_core %s%s", driver->version,
		    driver->shim ? ", by the name ib_ipoib" : "");
}
