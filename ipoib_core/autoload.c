// SPDX-License-Identifier: GPL-2.0
/*
 * Loading accel modules. A work of ours calls request_module() and waits; module init only queues
 * it, because the modules need our symbols, which are there only once our init has returned.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include <linux/device.h>
#include <linux/kmod.h>

#include "choice.h"
#include "registry.h"

/*
 * Takes a port that waits off the list of work to do: its device's driver and its choice go to
 * @driver and @choice. The port itself may go as soon as the lock is dropped.
 */
static struct ipoib_port *ipoib_autoload_next(char *driver, size_t size, const char **choice)
{
	struct ipoib_port *port;

	lockdep_assert_held(&ipoib_registry_lock);
	list_for_each_entry(port, &ipoib_ports, node) {
		struct device *parent = port->hca->dev.parent;

		if (!port->loading)
			continue;
		*choice = port->choice;
		strscpy(driver, parent ? dev_driver_string(parent) : "", size);
		return port;
	}
	return NULL;
}

/* Is @port still there and waiting? Only the pointer's value is looked at until it is found. */
static bool ipoib_autoload_still(const struct ipoib_port *port)
{
	struct ipoib_port *other;

	list_for_each_entry(other, &ipoib_ports, node) {
		if (other == port)
			return other->loading;
	}
	return false;
}

static void ipoib_autoload_work(struct work_struct *work)
{
	char driver[32];
	const char *choice;
	struct ipoib_port *port;

	mutex_lock(&ipoib_registry_lock);
	while ((port = ipoib_autoload_next(driver, sizeof(driver), &choice))) {
		mutex_unlock(&ipoib_registry_lock);
		if (strcmp(choice, IPOIB_CHOICE_AUTO)) {
			request_module("ipoib-accel-%s", choice);
		} else {
			/* Those made for the card first: the first one that is bound stays. */
			request_module("ipoib-accel-for-%s", driver);
			request_module("ipoib-accel-ref");
		}
		mutex_lock(&ipoib_registry_lock);
		/* Gone, or its device has been renamed and it wants another one. */
		if (!ipoib_autoload_still(port) || port->choice != choice)
			continue;
		port->loading = false;
		ipoib_registry_bind(port);
	}
	mutex_unlock(&ipoib_registry_lock);
}

static DECLARE_WORK(ipoib_autoload_wk, ipoib_autoload_work);

void ipoib_autoload(void)
{
	queue_work(system_long_wq, &ipoib_autoload_wk);
}

void ipoib_autoload_exit(void)
{
	cancel_work_sync(&ipoib_autoload_wk);
}
