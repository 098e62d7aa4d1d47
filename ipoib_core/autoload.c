// SPDX-License-Identifier: GPL-2.0
/*
 * Loading accel modules. A work of ours calls request_module() and waits. It runs once nothing of
 * module init can fail any more: a modprobe of an accel waits for the end of our init, and so init
 * must not wait for the work.
 *
 * With accel=auto those made for the card come first, for all ports, then the one that serves any:
 * that one, when it registers, may wait for the former (ipoib_autoload_settle()), and never for
 * itself.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include <linux/device.h>
#include <linux/kmod.h>
#include <linux/wait.h>

#include "choice.h"
#include "registry.h"

/*
 * The longest time that an accel's init waits: a module made for a card could want accel_ref to be
 * loaded before it.
 */
#define IPOIB_AUTOLOAD_SETTLE	(10 * HZ)

/* Drivers of InfiniBand devices that one host has; bytes of their names, as far as is looked at. */
#define IPOIB_AUTOLOAD_ASKED	8
#define IPOIB_AUTOLOAD_NAME	32

/* The work may run; ipoib_registry_lock. */
static bool ipoib_autoload_runs;
/* What the work loads, or will first when it comes to run; written under ipoib_registry_lock. */
static enum ipoib_loading ipoib_autoload_at;
static DECLARE_WAIT_QUEUE_HEAD(ipoib_autoload_wait);

/*
 * Names of drivers whose accels were asked for since one was taken away, the last few;
 * ipoib_registry_lock.
 */
static char ipoib_autoload_asked[IPOIB_AUTOLOAD_ASKED][IPOIB_AUTOLOAD_NAME];
static unsigned int ipoib_autoload_asked_next;

static const char *ipoib_autoload_driver(struct ib_device *hca)
{
	return hca->dev.parent ? dev_driver_string(hca->dev.parent) : "";
}

static bool ipoib_autoload_was_asked(const char *driver)
{
	size_t i;

	for (i = 0; *driver && i < ARRAY_SIZE(ipoib_autoload_asked); i++) {
		if (!strncmp(ipoib_autoload_asked[i], driver, IPOIB_AUTOLOAD_NAME - 1))
			return true;
	}
	return false;
}

bool ipoib_autoload_has_asked(struct ib_device *hca)
{
	lockdep_assert_held(&ipoib_registry_lock);
	return ipoib_autoload_was_asked(ipoib_autoload_driver(hca));
}

void ipoib_autoload_forget(void)
{
	lockdep_assert_held(&ipoib_registry_lock);
	memset(ipoib_autoload_asked, 0, sizeof(ipoib_autoload_asked));
}

static void ipoib_autoload_remember(const char *driver)
{
	if (ipoib_autoload_was_asked(driver))
		return;
	strscpy(ipoib_autoload_asked[ipoib_autoload_asked_next], driver, IPOIB_AUTOLOAD_NAME);
	ipoib_autoload_asked_next = (ipoib_autoload_asked_next + 1) % IPOIB_AUTOLOAD_ASKED;
}

static void ipoib_autoload_is_at(enum ipoib_loading what)
{
	WRITE_ONCE(ipoib_autoload_at, what);
	wake_up_all(&ipoib_autoload_wait);
}

static struct ipoib_port *ipoib_autoload_find(enum ipoib_loading what)
{
	struct ipoib_port *port;

	lockdep_assert_held(&ipoib_registry_lock);
	list_for_each_entry(port, &ipoib_ports, node) {
		if (port->loading == what)
			return port;
	}
	return NULL;
}

/*
 * A port that waits: its device's driver and its choice go to @driver and @choice, what is to be
 * loaded to @what. The port itself may go as soon as the lock is dropped.
 */
static struct ipoib_port *ipoib_autoload_next(char *driver, size_t size, const char **choice,
					      enum ipoib_loading *what)
{
	struct ipoib_port *port;

	*what = IPOIB_LOADING_NATIVE;
	port = ipoib_autoload_find(*what);
	if (!port) {
		*what = IPOIB_LOADING_LAST;
		port = ipoib_autoload_find(*what);
	}
	if (!port)
		return NULL;
	*choice = port->choice;
	strscpy(driver, ipoib_autoload_driver(port->hca), size);
	return port;
}

/* Is @port still there and waiting? Only the pointer's value is looked at until it is found. */
static bool ipoib_autoload_still(const struct ipoib_port *port, const char *choice,
				 enum ipoib_loading what)
{
	struct ipoib_port *other;

	list_for_each_entry(other, &ipoib_ports, node) {
		/* Its device may have been renamed, and it want another one. */
		if (other == port)
			return other->loading == what && other->choice == choice;
	}
	return false;
}

/* Negative: modprobe could not be asked. */
static int ipoib_autoload_request(const char *driver, const char *choice, enum ipoib_loading what)
{
	if (what == IPOIB_LOADING_NATIVE)
		return request_module("ipoib-accel-for-%s", driver);
	if (strcmp(choice, IPOIB_CHOICE_AUTO))
		return request_module("ipoib-accel-%s", choice);
	return request_module("ipoib-accel-" IPOIB_CHOICE_ANY);
}

static void ipoib_autoload_work(struct work_struct *work)
{
	enum ipoib_loading what;
	struct ipoib_port *port;
	const char *choice;
	char driver[IPOIB_AUTOLOAD_NAME];
	int err;

	mutex_lock(&ipoib_registry_lock);
	while ((port = ipoib_autoload_next(driver, sizeof(driver), &choice, &what))) {
		ipoib_autoload_is_at(what);
		mutex_unlock(&ipoib_registry_lock);
		err = ipoib_autoload_request(driver, choice, what);
		mutex_lock(&ipoib_registry_lock);
		if (err >= 0 && what == IPOIB_LOADING_NATIVE)
			ipoib_autoload_remember(driver);
		if (!ipoib_autoload_still(port, choice, what))
			continue;
		if (what == IPOIB_LOADING_NATIVE) {
			port->loading = IPOIB_LOADING_LAST;
			continue;
		}
		port->loading = IPOIB_LOADING_NOTHING;
		ipoib_registry_bind(port);
	}
	ipoib_autoload_is_at(IPOIB_LOADING_NOTHING);
	mutex_unlock(&ipoib_registry_lock);
}

static DECLARE_WORK(ipoib_autoload_wk, ipoib_autoload_work);

void ipoib_autoload(void)
{
	lockdep_assert_held(&ipoib_registry_lock);
	/* Who is loaded last just now would wait in vain for what comes after it. */
	if (ipoib_autoload_at != IPOIB_LOADING_LAST)
		ipoib_autoload_is_at(IPOIB_LOADING_NATIVE);
	if (ipoib_autoload_runs)
		queue_work(system_long_wq, &ipoib_autoload_wk);
}

void ipoib_autoload_begin(void)
{
	mutex_lock(&ipoib_registry_lock);
	ipoib_autoload_runs = true;
	/* For the ports that have come already. */
	queue_work(system_long_wq, &ipoib_autoload_wk);
	mutex_unlock(&ipoib_registry_lock);
}

void ipoib_autoload_settle(void)
{
	wait_event_timeout(ipoib_autoload_wait,
			   READ_ONCE(ipoib_autoload_at) != IPOIB_LOADING_NATIVE,
			   IPOIB_AUTOLOAD_SETTLE);
}

void ipoib_autoload_exit(void)
{
	cancel_work_sync(&ipoib_autoload_wk);
}
