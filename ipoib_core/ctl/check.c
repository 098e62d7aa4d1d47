// SPDX-License-Identifier: GPL-2.0
/*
 * What this machine is set up for: which ib_ipoib each kernel loads and why, whether that one will
 * be taken, and what connected mode has left in configurations. The package's own scripts know;
 * here they are asked, and what they say is put together.
 */
#define _GNU_SOURCE
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fabric.h"
#include "machine.h"
#include "renamed.h"
#include "run.h"
#include "script.h"
#include "settings.h"
#include "subnets.h"
#include "sys.h"

/* What signature-refused says if the keys that the kernel trusts are not for this user to see. */
#define CHECK_UNSEEN	"as far as this user sees"
/* And if it cannot be seen whether they matter. */
#define CHECK_BLIND	"cannot be seen here"
/* What passed-over says, beside modules of ours, of others of ours. */
#define CHECK_OTHERS	"modules of ours are there"
/* What it begins with where only the headers stand against ours, and can be had anew. */
#define CHECK_HEADERS	"the headers of"
/* And where there is a card that only the kernel's own serves. */
#define CHECK_CARD	"an Omni-Path card"

/**
 * struct check - what is looked at, and what came of it
 * @out: where to
 * @scripts: the package's are there
 * @asked: dkms(8) could be asked, and said no more than fits
 * @dkms: what it says of the package
 * @running: release of the kernel that runs
 * @worst: of all findings
 */
struct check {
	struct out *out;
	bool scripts;
	bool asked;
	char dkms[SCRIPT_SAID];
	char running[sizeof(((struct utsname *)0)->release)];
	enum finding_level worst;
};

static void check_tell(struct check *check, const char *subject, const struct finding *finding)
{
	if (finding->level > check->worst)
		check->worst = finding->level;
	finding_tell(check->out, subject, finding);
}

/*
 * Has @core be the one of make modules_install, if it is there: depmod's lists have it only when
 * that has come to its end. Of @kernel "*" it says whether there is any.
 */
static void check_made(const char *kernel, char *core, size_t size)
{
	char pattern[PATH_MAX];
	glob_t found;

	run_root(pattern, sizeof(pattern), "/lib/modules/%s/updates/ipoib_core/ipoib_core.ko*",
		 kernel);
	if (glob(pattern, 0, NULL, &found))
		return;
	snprintf(core, size, "/lib/modules/%s/updates/ipoib_core/%s", kernel,
		 strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
}

/* The package and modules of make keep away from each other: their sources have the scripts too. */
static void check_package_next(struct finding *finding)
{
	char made[PATH_MAX] = "";

	check_made("*", made, sizeof(made));
	if (made[0])
		finding_next(finding,
			     "'IPOIBCTL_LIB=SOURCES/ipoib_core/boot ipoibctl check', with the sources of 'make modules_install'");
	else
		finding_next(finding, "install ipoib-accel-dkms");
}

/* Without them it is not known what ours is for, and nobody builds it. */
static void check_package(struct check *check)
{
	struct finding finding;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/check-config", script_folder());
	check->scripts = !access(path, F_OK);
	if (check->scripts)
		return;
	finding_set(&finding, FINDING_LIMITED, "package",
		    "%s has none of the package's scripts: settings and signatures were not looked at, nor which kernels ours is not for",
		    script_folder());
	check_package_next(&finding);
	check_tell(check, "package", &finding);
}

/* For modules of make the package passes a kernel over: what else there is, is asked then. */
static bool check_passed_over(const char *kernel, const char *file, char *reason, size_t size)
{
	if (machine_by_make(file))
		return !script_run("passed-over", "--make", kernel, reason, size);
	return !script_run("passed-over", kernel, NULL, reason, size);
}

static bool check_is_of_headers(const char *reason)
{
	return !strncmp(reason, CHECK_HEADERS, strlen(CHECK_HEADERS));
}

/*
 * Ours has the name of a kernel that it is not for, as when OFED has come after it: on the ib_core
 * of OFED ours cannot be loaded; or as Omni-Path's card has. Others of ours are no such reason.
 */
static bool check_misplaced(const char *kernel, const char *file, struct finding *finding)
{
	char reason[FINDING_TEXT], core[PATH_MAX];
	bool headers;

	if (!check_passed_over(kernel, file, reason, sizeof(reason)) ||
	    !strncmp(reason, CHECK_OTHERS, strlen(CHECK_OTHERS)))
		return false;
	headers = check_is_of_headers(reason);
	if (headers ||
	    (strncmp(reason, CHECK_CARD, strlen(CHECK_CARD)) &&
	     machine_file(kernel, "ib_core", core, sizeof(core)) && strstr(core, "/kernel/"))) {
		finding_set(finding, FINDING_NOTE, "passed-over",
			    "ib_ipoib is ours, on the kernel's own ib_core, but would be passed over if it were built anew: %s",
			    reason);
		if (headers)
			finding_next(finding,
				     "install the headers of %s, or build them, before the next update",
				     kernel);
		else
			finding_next(finding,
				     "if that is left over remove it, before the next update");
		return true;
	}
	finding_set(finding, FINDING_BROKEN, "passed-over",
		    "ib_ipoib is ours, and must not be: %s", reason);
	if (machine_by_make(file))
		finding_next(finding,
			     "'make modules_uninstall KVER=%s' in the sources gives the name back",
			     kernel);
	else
		finding_next(finding, "'%s/take-over %s' gives the name back", IPOIBCTL_SCRIPTS,
			     kernel);
	return true;
}

/* After an upgrade the old ones are loaded until somebody loads the new ones, all at once. */
static void check_loaded(struct check *check, const struct machine_driver *driver)
{
	static const char * const modules[] = { "ipoib_core", "accel_ref", "accel_mlx" };
	const size_t count = sizeof(modules) / sizeof(*modules);
	struct finding finding;
	size_t i;

	for (i = 0; i < count && !machine_is_old(modules[i]); i++)
		;
	if (i == count)
		return;
	finding_set(&finding, FINDING_NOTE, "loaded-before",
		    "the %s that is loaded is not the one that is installed", modules[i]);
	finding_next(&finding, "reboot, after " MACHINE_RENEW ", or %s", machine_reload(driver));
	check_tell(check, "driver", &finding);
}

/*
 * A live patch of the kernel's own ib_ipoib has each module of that name refused in which it does
 * not find what it is to replace. Ours without that name is none of its business.
 */
static void check_live_patch(struct check *check, const struct machine_driver *driver)
{
	char pattern[PATH_MAX], *patch;
	struct finding finding;
	glob_t found;

	run_root(pattern, sizeof(pattern), "/sys/kernel/livepatch/*/ib_ipoib");
	if (driver->shim || glob(pattern, 0, NULL, &found))
		return;
	patch = found.gl_pathv[0];
	*strrchr(patch, '/') = '\0';
	finding_set(&finding, driver->core ? FINDING_NOTE : FINDING_BROKEN, "live-patch",
		    "the live patch %s is for the kernel's own ib_ipoib, and has ours of that name refused",
		    strrchr(patch, '/') + 1);
	finding_next(&finding,
		     "ipoib_core, accel_mlx and accel_ref work without it: Live patches of ipoib-accel(7) has how they are loaded");
	check_tell(check, "driver", &finding);
	globfree(&found);
}

static void check_driver(struct check *check)
{
	struct machine_driver driver;
	struct finding finding;

	machine_look(&driver);
	machine_driver_finding(&driver, &finding);
	check_tell(check, "driver", &finding);
	check_loaded(check, &driver);
	check_live_patch(check, &driver);
}

/* "ipoib-accel/0.1.0, 6.1.0-56-amd64, x86_64: installed"; older ones "ipoib-accel, 0.1.0, ...". */
static void check_dkms_state(const struct check *check, const char *kernel, char *state,
			     size_t size)
{
	char wanted[NAME_MAX + 8];
	const char *at, *colon, *end;

	snprintf(wanted, sizeof(wanted), ", %s, ", kernel);
	snprintf(state, size, "dkms %s", check->asked ? "has not built it" : "could not be asked");
	/* Of two versions the one that is installed is what the kernel has. */
	for (at = check->dkms; (at = strstr(at, wanted)); at = end) {
		end = at + strcspn(at, "\n");
		colon = memchr(at, ':', end - at);
		if (!colon)
			continue;
		snprintf(state, size, "dkms says:%.*s", (int)(end - colon - 1), colon + 1);
		if (!strncmp(colon + 1, " installed", strlen(" installed")))
			break;
	}
}

static bool check_headers(const char *kernel)
{
	char path[PATH_MAX];

	run_root(path, sizeof(path), "/lib/modules/%s/build/Makefile", kernel);
	return !access(path, F_OK);
}

static void check_blind_next(const char *kernel, const char *file, struct finding *finding)
{
	if (machine_by_make(file))
		finding_next(finding,
			     "'make modules_install KVER=%s' in the sources, on the machine itself",
			     kernel);
	else
		finding_next(finding, "'%s/take-over %s' on the machine itself", IPOIBCTL_SCRIPTS,
			     kernel);
}

/* ib_ipoib of @kernel, @file, is not ours, and the kernel is none that ours is not for. */
static void check_not_ours(const struct check *check, const char *kernel, const char *file,
			   const char *core, struct finding *finding)
{
	const char *who = !file[0] ? "there is no ib_ipoib for this kernel" :
			  strstr(file, "/kernel/") ? "the kernel's own ib_ipoib is in charge" :
			  "another ib_ipoib than ours and the kernel's own is in charge";
	char reason[FINDING_TEXT], state[128];

	if (core[0] && !script_run("signature-refused", core, NULL, reason, sizeof(reason))) {
		if (strstr(reason, CHECK_UNSEEN)) {
			finding_set(finding, FINDING_BROKEN, "not-built", "%s, perhaps as %s", who,
				    reason);
			finding_next(finding,
				     "'ipoibctl check' as root says whether it is for its signature");
			return;
		}
		if (strstr(reason, CHECK_BLIND)) {
			finding_set(finding, FINDING_BROKEN, "not-seen", "%s: %s", who, reason);
			check_blind_next(kernel, core, finding);
			return;
		}
		finding_set(finding, FINDING_BROKEN, "signature", "%s: %s", who, reason);
		if (machine_by_make(core))
			finding_next(finding,
				     "do what Secure Boot of ipoib-accel(7) says, as to sign the modules, then 'make modules_install KVER=%s' in the sources",
				     kernel);
		else
			finding_next(finding,
				     "do what Secure Boot of ipoib-accel(7) says, as to enrol the key, then '%s/take-over'",
				     IPOIBCTL_SCRIPTS);
		return;
	}
	/* The package keeps its hands off these. */
	if (machine_by_make(core)) {
		finding_set(finding, FINDING_BROKEN, "not-built",
			    "%s: modules of 'make modules_install' are there, but the name does not lead to them",
			    who);
		finding_next(finding,
			     "in the sources 'make modules modules_install KVER=%s', or 'make modules_uninstall KVER=%s'",
			     kernel, kernel);
		return;
	}
	if (!check->scripts) {
		finding_set(finding, FINDING_LIMITED, "package", "%s", who);
		check_package_next(finding);
		return;
	}
	check_dkms_state(check, kernel, state, sizeof(state));
	finding_set(finding, FINDING_BROKEN, "not-built", "%s: %s", who, state);
	if (!check_headers(kernel)) {
		finding->cause = "headers";
		finding_next(finding,
			     "install the headers of %s (linux-headers-%s of Debian and Ubuntu, kernel-devel-%s of RHEL, kernel-default-devel of SLES), then '%s/take-over %s'",
			     kernel, kernel, kernel, IPOIBCTL_SCRIPTS, kernel);
		return;
	}
	finding_next(finding, "'%s/take-over %s' builds and installs it, or says why not",
		     IPOIBCTL_SCRIPTS, kernel);
}

/*
 * Whether the file of a module is there: depmod's lists may be older, as when something was
 * interrupted. It is empty when there was no room, or the power was lost before it was on the disk.
 */
static bool check_is_whole(const char *module, const char *file, const char *then,
			   struct finding *finding)
{
	const char *what = "is not there";
	char path[PATH_MAX];
	struct stat status;

	run_root(path, sizeof(path), "%s", file);
	if (file[0] && !stat(path, &status)) {
		if (status.st_size)
			return true;
		what = "is empty";
	}
	if (file[0])
		finding_set(finding, FINDING_BROKEN, "gone", "%s leads to %s, which %s: %s", module,
			    file, what, then);
	else
		finding_set(finding, FINDING_BROKEN, "gone",
			    "ib_ipoib is ours, but there is no %s for it: %s", module, then);
	return false;
}

/* Whether @file, which ib_ipoib leads to, is there with all that it loads. */
static bool check_is_all_there(const char *kernel, const char *file, struct finding *finding)
{
	static const char * const loads[][2] = {
		{ "ipoib_core", "none can be loaded" },
		{ "accel_ref", "ports that accel_mlx does not serve have no interface" },
		{ "accel_mlx", "ports of ConnectX cards have none of its queues" },
	};
	char other[PATH_MAX];
	bool there;
	size_t i;

	if (machine_file(kernel, "ib_core", other, sizeof(other)) && !other[0]) {
		finding_set(finding, FINDING_BROKEN, "gone",
			    "ib_ipoib is ours, but the kernel's own ib_core, which it needs, is not there: none can be loaded");
		finding_next(finding,
			     "install the package with the kernel's InfiniBand modules (linux-modules-extra-%s of Ubuntu, kernel-modules of RHEL, kernel-default in the place of kernel-default-base of SLES)",
			     kernel);
		return false;
	}
	there = check_is_whole("ib_ipoib", file, "none can be loaded", finding);
	for (i = 0; there && i < sizeof(loads) / sizeof(*loads); i++) {
		machine_file(kernel, loads[i][0], other, sizeof(other));
		there = check_is_whole(loads[i][0], other, loads[i][1], finding);
	}
	if (there)
		return true;
	if (machine_by_make(file))
		finding_next(finding,
			     "in the sources 'make modules_uninstall KVER=%s' for the kernel's own, or 'make modules modules_install KVER=%s'",
			     kernel, kernel);
	else
		finding_next(finding,
			     "'rm -f %s && depmod %s' for the kernel's own, or '%s/take-over %s'",
			     file, kernel, IPOIBCTL_SCRIPTS, kernel);
	return false;
}

/* What ib_ipoib leads to is ours, and signature-refused says so. */
static void check_refused(const char *kernel, const char *file, const char *reason,
			  struct finding *finding)
{
	if (strstr(reason, CHECK_UNSEEN)) {
		finding_set(finding, FINDING_NOTE, "not-allowed",
			    "ib_ipoib is ours, but whether it will be loaded is for root to see: %s",
			    reason);
		finding_next(finding, "'ipoibctl check' as root");
		return;
	}
	if (strstr(reason, CHECK_BLIND)) {
		finding_set(finding, FINDING_NOTE, "not-seen", "ib_ipoib is ours, but %s", reason);
		check_blind_next(kernel, file, finding);
		return;
	}
	finding_set(finding, FINDING_BROKEN, "signature",
		    "ib_ipoib is ours, but will not be loaded: %s", reason);
	if (machine_by_make(file))
		finding_next(finding,
			     "'make modules_install KVER=%s' in the sources gives the name back to the kernel's own; Secure Boot of ipoib-accel(7) says how to sign the modules before",
			     kernel);
	else
		finding_next(finding,
			     "'%s/take-over' gives the name back to the kernel's own; Secure Boot of ipoib-accel(7) says what to do",
			     IPOIBCTL_SCRIPTS);
}

static void check_ours(const struct check *check, const char *kernel, const char *file,
		       struct finding *finding)
{
	char reason[FINDING_TEXT], state[128];

	if (!check_is_all_there(kernel, file, finding))
		return;
	if (!script_run("signature-refused", file, NULL, reason, sizeof(reason))) {
		check_refused(kernel, file, reason, finding);
		return;
	}
	/* It knows nothing of these. */
	if (machine_by_make(file)) {
		finding_set(finding, FINDING_OK, "ours", "ib_ipoib is ours: %s", file);
		return;
	}
	check_dkms_state(check, kernel, state, sizeof(state));
	finding_set(finding, FINDING_OK, "ours", "ib_ipoib is ours: %s (%s)", file, state);
}

/* It is there before any module is, whatever modprobe would take for the name. */
static bool check_built_in(const char *kernel, struct finding *finding)
{
	char path[PATH_MAX], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *list;

	run_root(path, sizeof(path), "/lib/modules/%s/modules.builtin", kernel);
	list = fopen(path, "r");
	while (list && !found && getline(&line, &size, list) > 0)
		found = strstr(line, "/ib_ipoib.ko");
	free(line);
	if (list)
		fclose(list);
	if (!found)
		return false;
	finding_set(finding, FINDING_BROKEN, "in-tree",
		    "this kernel's own ib_ipoib is built in, and serves all ports");
	finding_next(finding, MACHINE_BUILT_IN_NEXT);
	return true;
}

/* Whose ib_ipoib @kernel has, and why. */
static void check_name(const struct check *check, const char *kernel, struct finding *finding)
{
	char file[PATH_MAX], core[PATH_MAX], reason[FINDING_TEXT];
	struct finding misplaced;

	if (check_built_in(kernel, finding))
		return;
	if (!machine_file(kernel, "ib_ipoib", file, sizeof(file))) {
		finding_unseen(finding, "whose ib_ipoib it loads", "there is no modinfo to ask");
		finding_next(finding, "install kmod");
		return;
	}
	machine_file(kernel, "ipoib_core", core, sizeof(core));
	check_made(kernel, core, sizeof(core));
	if (machine_ours(file)) {
		check_ours(check, kernel, file, finding);
		/* Of two that are broken that one says what mends both; a note is for later. */
		if (check_misplaced(kernel, file, &misplaced) &&
		    (misplaced.level > finding->level || misplaced.level == FINDING_BROKEN))
			*finding = misplaced;
		return;
	}
	if (!check_passed_over(kernel, core, reason, sizeof(reason))) {
		check_not_ours(check, kernel, file, core, finding);
	} else if (check_is_of_headers(reason)) {
		finding_set(finding, FINDING_BROKEN, "headers", "ib_ipoib is not ours: %s", reason);
		finding_next(finding,
			     "install the headers of %s, or build them, then '%s/take-over %s'",
			     kernel, IPOIBCTL_SCRIPTS, kernel);
	} else {
		finding_set(finding, FINDING_NOTE, "passed-over", "not for ours: %s", reason);
	}
}

static void check_kernel(struct check *check, const char *kernel)
{
	char subject[NAME_MAX + 32];
	struct finding finding;

	check_name(check, kernel, &finding);
	snprintf(subject, sizeof(subject), "kernel %s%s", kernel,
		 strcmp(kernel, check->running) ? "" : " (runs)");
	check_tell(check, subject, &finding);
}

/* Kernels whose modules are here: what is left of others that are gone has none of its own. */
static int check_is_kernel(const struct dirent *entry)
{
	char path[PATH_MAX];

	if (entry->d_name[0] == '.')
		return 0;
	run_root(path, sizeof(path), "/lib/modules/%s/kernel", entry->d_name);
	return !access(path, F_OK);
}

static void check_kernels(struct check *check)
{
	const char * const dkms[] = { "dkms", "status", "-m", "ipoib-accel", NULL };
	struct dirent **entries;
	struct finding finding;
	char path[PATH_MAX];
	int count, i;

	check->asked = !run_program(dkms, check->dkms, sizeof(check->dkms));
	if (!script_whole(check->dkms, &finding)) {
		check_tell(check, "dkms", &finding);
		check->asked = false;
	}
	run_root(path, sizeof(path), "/lib/modules");
	count = scandir(path, &entries, check_is_kernel, versionsort);
	if (count < 0) {
		finding_unseen(&finding, "/lib/modules", strerror(errno));
		check_tell(check, "kernels", &finding);
		return;
	}
	for (i = 0; i < count; i++) {
		check_kernel(check, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void check_heard(void *arg, const char *name, const struct finding *finding)
{
	check_tell(arg, name, finding);
}

bool check_machine(struct out *out, bool netns)
{
	struct check check = { .out = out };
	struct utsname name;

	if (!uname(&name))
		memcpy(check.running, name.release, sizeof(check.running));
	out_list(out, NULL);
	check_driver(&check);
	check_package(&check);
	check_kernels(&check);
	if (check.scripts)
		settings_look(check_heard, &check);
	renamed_look(check_heard, &check);
	subnets_look(check_heard, &check);
	/* Ports have their rates there. */
	if (netns)
		sys_enter();
	fabric_look(check_heard, &check);
	out_list_end(out);
	return check.worst < FINDING_LIMITED;
}
