/* SPDX-License-Identifier: GPL-2.0 */
/* Which driver of IPoIB this machine has loaded, and what that means. */
#ifndef IPOIBCTL_MACHINE_H
#define IPOIBCTL_MACHINE_H

#include "finding.h"

#define MACHINE_VERSION		64
#define MACHINE_STATE		8
/* By whom what was set is not set again, when an interface comes back. */
#define MACHINE_NOT_AGAIN \
	"by hand, or by ifupdown for 'auto' ('ifdown --force IF; ifup IF' sets that again), or by network-scripts of RHEL 8 ('ifup IF' does)"
/* What loading a driver anew does; accel= that was set while it ran was set by hand too. */
#define MACHINE_GOES \
	"which takes all interfaces away, and back without what was made or set " \
	MACHINE_NOT_AGAIN ": not over one of these"
/* An initramfs that has ib_ipoib has its own copies of modules and modprobe.d: these count. */
#define MACHINE_RENEW \
	"'" IPOIBCTL_SCRIPTS \
	"/renew-initramfs' (of the sources: ipoib_core/boot/renew-initramfs) where an initramfs has ib_ipoib"
/* What to do about an ib_ipoib that is in the kernel itself. */
#define MACHINE_BUILT_IN_NEXT \
	"it is built into the kernel, where it stays: one with CONFIG_INFINIBAND_IPOIB=m, or without it, is needed"

/**
 * struct machine_driver - what is loaded
 * @core: ipoib_core
 * @shim: ib_ipoib of this package
 * @intree: the kernel's own ib_ipoib
 * @built_in: which is no module
 * @version: of ipoib_core, or ""
 * @state: of ipoib_core: live, or, while it does so, coming or going; "" if it is built in
 */
struct machine_driver {
	bool core;
	bool shim;
	bool intree;
	bool built_in;
	char version[MACHINE_VERSION];
	char state[MACHINE_STATE];
};

/**
 * machine_look() - see what is loaded
 * @driver: what was seen
 */
void machine_look(struct machine_driver *driver);

/**
 * machine_ours() - whether a file of a module is the package's
 * @file: as modinfo(8) names it
 *
 * Return: whether it is what takes the name ib_ipoib for ours.
 */
bool machine_ours(const char *file);

/**
 * machine_by_make() - whether a file of a module is there by 'make modules_install'
 * @file: as modinfo(8) names it
 *
 * Return: whether; the package keeps its hands off it.
 */
bool machine_by_make(const char *file);

/**
 * machine_file() - the file of a module that modprobe(8) would load
 * @kernel: release of the kernel, NULL: the one that runs
 * @module: name
 * @file: its path, "" if there is none
 * @size: of @file
 *
 * Return: whether modinfo(8) could be asked; if not it is not known.
 */
bool machine_file(const char *kernel, const char *module, char *file, size_t size);

/**
 * machine_is_old() - whether a module is loaded that is another one than what is installed
 * @module: name
 *
 * Return: whether; not if it is not loaded, or that is not known.
 */
bool machine_is_old(const char *module);

/**
 * machine_reload() - what has what is installed be what is loaded
 * @driver: what is loaded
 *
 * Return: the commands, and where they are not to be given.
 */
const char *machine_reload(const struct machine_driver *driver);

/**
 * machine_driver_finding() - who is in charge now, in words
 * @driver: what is loaded
 * @finding: filled in
 */
void machine_driver_finding(const struct machine_driver *driver, struct finding *finding);

#endif /* IPOIBCTL_MACHINE_H */
