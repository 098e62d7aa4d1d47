// SPDX-License-Identifier: GPL-2.0
/* Words that the commands share: asking, and complaining. */
#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CTL_COMPLAINT	4096

/* By enum ipoib_cmd. */
static const char * const ctl_asked[] = {
	[IPOIB_CMD_ACCEL_GET] = "accels",
	[IPOIB_CMD_PORT_GET] = "ports",
	[IPOIB_CMD_DEV_GET] = "interfaces",
	[IPOIB_CMD_GROUP_GET] = "groups",
	[IPOIB_CMD_PATH_GET] = "paths",
	[IPOIB_CMD_DROP_GET] = "drops",
	[IPOIB_CMD_TABLE_GET] = "tables",
};

void ctl_complain(struct ctl *ctl, enum ctl_status status, const char *format, ...)
{
	struct out out = { .file = stderr };
	char text[CTL_COMPLAINT];
	va_list args;

	if (status > ctl->status)
		ctl->status = status;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* It may hold names that the kernel told. */
	out_text(&out, "ipoibctl: ");
	out_text(&out, text);
	out_flush(&out);
}

bool ctl_judge(struct ctl *ctl, enum ipoib_cmd cmd, int ret, const struct records *records)
{
	if (ret == -EPERM) {
		ctl_complain(ctl, CTL_FAILED,
			     "%s: %s: CAP_NET_ADMIN in this network namespace is needed",
			     ctl_asked[cmd], client_why(ctl->client));
		return false;
	}
	if (ret) {
		ctl_complain(ctl, CTL_FAILED, "%s: %s", ctl_asked[cmd], client_why(ctl->client));
		return false;
	}
	if (records->refused)
		ctl_complain(ctl, CTL_FAILED, "%s: %zu answers make no sense and are left out",
			     ctl_asked[cmd], records->refused);
	if (records->torn)
		ctl_complain(ctl, CTL_OK,
			     "%s: interfaces or ports came or went while they were told: this may be of two moments",
			     ctl_asked[cmd]);
	return true;
}

bool ctl_ask(struct ctl *ctl, enum ipoib_cmd cmd, const struct client_filter *filter,
	     struct records *records)
{
	return ctl_judge(ctl, cmd, client_ask(ctl->client, cmd, filter, records), records);
}

void ctl_judge_counters(struct ctl *ctl, const struct record *dev, int ret)
{
	if (ret && ret != -ENODEV)
		ctl_complain(ctl, CTL_FAILED, "%s: its counters are not told: %s",
			     record_string(dev, IPOIB_A_IFNAME),
			     ret == -EHOSTDOWN ? "the device does not answer" : strerror(-ret));
}

bool ctl_devs(struct ctl *ctl, struct records *devs)
{
	const struct client_filter filter = { .ifname = ctl->ifname };

	if (!ctl_ask(ctl, IPOIB_CMD_DEV_GET, &filter, devs))
		return false;
	if (!ctl->ifname || devs->count)
		return true;
	ctl_complain(ctl, CTL_USAGE,
		     "%s: ipoib_core has no such interface in this network namespace",
		     ctl->ifname);
	return false;
}
