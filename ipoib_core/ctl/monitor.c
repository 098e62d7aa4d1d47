// SPDX-License-Identifier: GPL-2.0
/*
 * Carriers as they come and go, which accel serves a port, and what else happens, a line for each,
 * which is written at once. JSON is an object a line: there is no list of what has no end.
 */
#include "monitor.h"

#include <errno.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include "explain.h"
#include "show.h"

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

/* What is newer than this program has no words here, and is left out. */
static void monitor_notice(struct out *out, const struct record *notice)
{
	unsigned long long what = record_get(notice, IPOIB_A_NOTICE);
	struct finding finding;

	if (what >= sizeof(monitor_notices) / sizeof(*monitor_notices))
		return;
	finding_set(&finding, FINDING_NOTE, attrs_name(IPOIB_A_NOTICE, what), "%s (%llu times)",
		    monitor_notices[what], record_get(notice, IPOIB_A_COUNT));
	finding_tell(out, record_string(notice, IPOIB_A_IFNAME), &finding);
}

/* By its name, also if it went and came back, or by its number, also if it is called otherwise. */
static bool monitor_is_meant(const struct ctl *ctl, unsigned long long ifindex,
			     const struct record *record)
{
	return !ctl->ifname || !strcmp(ctl->ifname, record_string(record, IPOIB_A_IFNAME)) ||
	       (ifindex && record_get(record, IPOIB_A_IFINDEX) == ifindex);
}

static void monitor_record(struct ctl *ctl, unsigned long long ifindex,
			   const struct record *record)
{
	bool meant = monitor_is_meant(ctl, ifindex, record);

	switch (genlmsg_hdr(record->msg)->cmd) {
	case IPOIB_CMD_DEV_GET:
	case IPOIB_CMD_DEV_NTF:
		if (meant)
			monitor_dev(&ctl->out, record);
		break;
	case IPOIB_CMD_NOTICE_NTF:
		if (meant)
			monitor_notice(&ctl->out, record);
		break;
	case IPOIB_CMD_PORT_NTF:
		if (!ctl->ifname)
			monitor_port(&ctl->out, record);
		break;
	}
}

static void monitor_tell(struct ctl *ctl, unsigned long long ifindex,
			 const struct records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		monitor_record(ctl, ifindex, &records->list[i]);
	if (!out_flush(&ctl->out))
		ctl_complain(ctl, CTL_FAILED, "cannot write: %s", strerror(errno));
}

void monitor_run(struct ctl *ctl, struct client *listener)
{
	const struct client_filter filter = { .ifname = ctl->ifname };
	unsigned long long ifindex = 0;
	struct records devs = {};
	int ret = 0;

	if (ctl_ask(ctl, IPOIB_CMD_DEV_GET, &filter, &devs)) {
		if (ctl->ifname && devs.count)
			ifindex = record_get(&devs.list[0], IPOIB_A_IFINDEX);
		else if (ctl->ifname)
			ctl_complain(ctl, CTL_OK,
				     "%s: ipoib_core has no such interface here; if one comes it is told",
				     ctl->ifname);
		monitor_tell(ctl, ifindex, &devs);
	}
	records_free(&devs);
	while (ctl->status == CTL_OK && (!ret || ret == -ENOBUFS)) {
		ret = client_hear(listener, &devs);
		if (ret == -ENOBUFS)
			fputs("ipoibctl: more has changed than could be told\n", stderr);
		else if (ret)
			ctl_complain(ctl, CTL_FAILED, "%s", client_why(listener));
		else
			monitor_tell(ctl, ifindex, &devs);
		records_free(&devs);
	}
}
