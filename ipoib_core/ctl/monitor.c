// SPDX-License-Identifier: GPL-2.0
/*
 * Carriers as they come and go, which accel serves a port, and what else happens, a line for each,
 * which is written at once. JSON is an object a line: there is no list of what has no end.
 */
#include "monitor.h"

#include <errno.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "name.h"
#include "run.h"
#include "show.h"

/**
 * struct monitor - what is told
 * @ctl: what is asked for
 * @meant: numbers of interfaces that were seen by the name that is asked for
 * @count: how many: more than one if it went and came back
 */
struct monitor {
	struct ctl *ctl;
	unsigned long long *meant;
	size_t count;
};

static const char * const monitor_notices[] = {
	[IPOIB_NOTICE_GROUP_FAILED] = "joining a multicast group fails: see 'ipoibctl show group'",
	[IPOIB_NOTICE_GROUP_MENDED] = "a multicast group was joined after all",
	[IPOIB_NOTICE_PATH_CHANGED] = "packets to a peer go another way, or none any more",
	[IPOIB_NOTICE_PATHS_FULL] = "the limit of paths is reached, and one made room",
	[IPOIB_NOTICE_GROUPS_FULL] = "the limit of send-only groups is reached, and one made room",
	[IPOIB_NOTICE_RESTARTED] = "the data path was restarted, and goes on",
};

static void monitor_dev(struct out *out, const struct record *dev)
{
	struct finding finding;

	if (out->json) {
		show_dev(out, dev);
		return;
	}
	explain_carrier(dev, &finding);
	finding.next[0] = '\0';
	finding_tell(out, record_string(dev, IPOIB_A_IFNAME), &finding);
}

static void monitor_port(struct out *out, const struct record *port)
{
	char name[EXPLAIN_NAME];
	struct finding finding;

	if (!explain_port(port, &finding))
		finding_set(&finding, FINDING_OK, "served", "served by accel %s",
			    record_string(port, IPOIB_A_ACCEL));
	finding.next[0] = '\0';
	explain_port_name(name, port);
	finding_tell(out, name, &finding);
}

/* What is newer than this program has no words here. */
static void monitor_unknown(struct out *out, const struct record *record, const char *what,
			    unsigned long long number)
{
	const char *name = record_string(record, IPOIB_A_IFNAME);
	struct finding finding;

	finding_set(&finding, FINDING_NOTE, "other",
		    "%s %llu of ipoib_core, which is newer than this program", what, number);
	finding_tell(out, *name ? name : "ipoib_core", &finding);
}

static void monitor_notice(struct out *out, const struct record *notice)
{
	unsigned long long what = record_get(notice, IPOIB_A_NOTICE);
	struct finding finding;

	if (what >= sizeof(monitor_notices) / sizeof(*monitor_notices)) {
		monitor_unknown(out, notice, "notice", what);
		return;
	}
	finding_set(&finding, FINDING_NOTE, attrs_name(IPOIB_A_NOTICE, what), "%s (%llu times)",
		    monitor_notices[what], record_get(notice, IPOIB_A_COUNT));
	finding_tell(out, record_string(notice, IPOIB_A_IFNAME), &finding);
}

/*
 * Whether an interface of that name is what is asked for, by one of its names of now: the one that
 * had it before may be called otherwise, or another one may have the name that went with it.
 */
static bool monitor_is_called(const struct ctl *ctl, const char *name)
{
	char real[IFNAMSIZ];

	return !strcmp(name_real(real, ctl->called) ? real : ctl->called, name);
}

/*
 * By a name, also if it came later, or went and came back, or by the number that it had then, also
 * if it is called otherwise.
 */
static bool monitor_is_meant(struct monitor *monitor, const struct record *record)
{
	unsigned long long ifindex = record_get(record, IPOIB_A_IFINDEX);
	size_t i;

	if (!monitor->ctl->ifname)
		return true;
	for (i = 0; i < monitor->count; i++)
		if (monitor->meant[i] == ifindex)
			return true;
	if (!monitor_is_called(monitor->ctl, record_string(record, IPOIB_A_IFNAME)))
		return false;
	if (!ifindex)
		return true;
	monitor->meant = run_grow(monitor->meant, monitor->count + 1, sizeof(*monitor->meant));
	monitor->meant[monitor->count++] = ifindex;
	return true;
}

static void monitor_record(struct monitor *monitor, const struct record *record)
{
	struct ctl *ctl = monitor->ctl;

	switch (genlmsg_hdr(record->msg)->cmd) {
	case IPOIB_CMD_DEV_GET:
	case IPOIB_CMD_DEV_NTF:
		if (monitor_is_meant(monitor, record))
			monitor_dev(&ctl->out, record);
		break;
	case IPOIB_CMD_NOTICE_NTF:
		if (monitor_is_meant(monitor, record))
			monitor_notice(&ctl->out, record);
		break;
	case IPOIB_CMD_PORT_GET:
	case IPOIB_CMD_PORT_NTF:
		if (!ctl->ifname)
			monitor_port(&ctl->out, record);
		break;
	default:
		if (monitor_is_meant(monitor, record))
			monitor_unknown(&ctl->out, record, "message",
					genlmsg_hdr(record->msg)->cmd);
	}
}

static void monitor_tell(struct monitor *monitor, const struct records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		monitor_record(monitor, &records->list[i]);
	if (!out_flush(&monitor->ctl->out))
		ctl_complain(monitor->ctl, CTL_FAILED, "cannot write: %s", strerror(errno));
}

/* What is so of it now. Returns whether the kernel has told. */
static bool monitor_ask(struct ctl *ctl, struct records *devs)
{
	const struct client_filter filter = { .ifname = ctl->ifname };

	/* ipoib_core takes none for what is longer than its names. */
	if ((!ctl->ifname || strlen(ctl->ifname) < IFNAMSIZ) &&
	    !ctl_ask(ctl, IPOIB_CMD_DEV_GET, &filter, devs))
		return false;
	if (ctl->ifname && !devs->count)
		ctl_complain(ctl, CTL_OK,
			     "%s: ipoib_core has no such interface here; if one comes it is told",
			     ctl->called);
	return true;
}

/*
 * What is so now, once what was kept is told, which is older. Of all: one that is meant may be
 * called otherwise by now.
 */
static void monitor_again(struct monitor *monitor)
{
	static const struct client_filter none;
	struct records devs = {}, ports = {};
	struct ctl *ctl = monitor->ctl;
	struct finding finding;

	finding_set(&finding, FINDING_NOTE, "lost",
		    "more has changed than could be told: what follows is so now");
	finding_tell(&ctl->out, "ipoibctl", &finding);
	if (ctl_ask(ctl, IPOIB_CMD_DEV_GET, &none, &devs))
		monitor_tell(monitor, &devs);
	if (!ctl->ifname && ctl_ask(ctl, IPOIB_CMD_PORT_GET, &none, &ports))
		monitor_tell(monitor, &ports);
	records_free(&ports);
	records_free(&devs);
}

void monitor_run(struct ctl *ctl, struct client *listener)
{
	struct monitor monitor = { .ctl = ctl };
	struct records devs = {};
	bool lost = false;
	int ret = 0;

	if (monitor_ask(ctl, &devs))
		monitor_tell(&monitor, &devs);
	records_free(&devs);
	while (ctl->status == CTL_OK && (!ret || ret == -ENOBUFS)) {
		if (lost && !client_is_told(listener)) {
			lost = false;
			monitor_again(&monitor);
			continue;
		}
		ret = client_hear(listener, &devs);
		if (devs.refused)
			ctl_complain(ctl, CTL_OK,
				     "ipoib_core: %zu notifications make no sense and are left out",
				     devs.refused);
		lost = lost || ret == -ENOBUFS || devs.refused;
		if (ret && ret != -ENOBUFS)
			ctl_complain(ctl, CTL_FAILED, "%s", client_why(listener));
		else if (!ret)
			monitor_tell(&monitor, &devs);
		records_free(&devs);
	}
	free(monitor.meant);
}
