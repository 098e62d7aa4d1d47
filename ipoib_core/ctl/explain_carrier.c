// SPDX-License-Identifier: GPL-2.0
/* Why an interface has no carrier, and what comes next. */
#include <errno.h>
#include <string.h>

#include "explain.h"
#include "group.h"
#include "print.h"

/* The partition in a P_Key; what is left of that is whether it is a full member's. */
#define EXPLAIN_PARTITION	0x7fff

/* How the last try ended, and when the next one is, for the end of a sentence. */
static const char *explain_tries(const struct record *dev, char *text, size_t size)
{
	unsigned long long tries = record_get(dev, IPOIB_A_TRIES), next;
	char when[PRINT_TIME];
	int len = 0;

	text[0] = '\0';
	if (tries)
		len = snprintf(text, size, " (failed %llu %s", tries,
			       tries == 1 ? "time" : "times in a row");
	if (tries && record_number(dev, IPOIB_A_NEXT_TRY, &next))
		len += snprintf(text + len, size - len, ", tried again in %s",
				print_time(when, next));
	if (tries)
		snprintf(text + len, size - len, ")");
	return text;
}

static void explain_pkey(const struct record *dev, struct finding *finding)
{
	unsigned long long pkey = record_get(dev, IPOIB_A_PKEY);
	char port[EXPLAIN_NAME];

	explain_port_name(port, dev);
	finding_set(finding, FINDING_BROKEN, "pkey-missing",
		    "no carrier: P_Key 0x%04llx is not in the table of port %s: the subnet manager has not given, or has taken, the partition",
		    pkey, port);
	finding_next(finding,
		     "make the port a member of partition 0x%04llx at the subnet manager "
		     GROUP_NEW
		     "; the carrier then comes by itself; /sys/class/infiniband/%s/ports/%llu/pkeys has what the port has",
		     pkey & EXPLAIN_PARTITION, print_word(record_string(dev, IPOIB_A_HCA)),
		     record_get(dev, IPOIB_A_PORT));
}

static void explain_gid(const struct record *dev, struct finding *finding)
{
	finding_set(finding, FINDING_BROKEN, "gid-missing",
		    "no carrier: the GID of the interface's address is not in the port's table");
	finding_next(finding,
		     "compare 'ip link show %s' with /sys/class/infiniband/%s/ports/%llu/gids: the address may have been set to a GUID that the port does not have",
		     print_word(record_string(dev, IPOIB_A_IFNAME)),
		     print_word(record_string(dev, IPOIB_A_HCA)), record_get(dev, IPOIB_A_PORT));
}

/*
 * What makes queues smaller: with accel ref ethtool has less of them used, and they stay. Children
 * of accel mlx have their parents' channels, and no rings to set.
 */
static const char *explain_smaller(const struct record *dev)
{
	static const char * const ways[][2] = {
		{
			"ref",
			"; fewer or smaller queues need less of memory and of the device: tx_queues=, rx_queues= of accel_ref(4), send_queue_size=, recv_queue_size= of ipoib_core(4), when these are loaded next",
		},
		{
			"mlx",
			"; smaller rings ('ethtool -G') or, while it has no P_Key children, fewer channels ('ethtool -L') need less of memory and of the device",
		},
	};
	const char *accel = record_string(dev, IPOIB_A_ACCEL);
	size_t i;

	if (!strcmp(accel, "mlx") && explain_is_child(dev))
		return "";
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i][0], accel))
			return ways[i][1];
	return "";
}

/* Whoever sets the interface up has the device asked, however long it was silent. */
static void explain_silent_next(const struct record *dev, struct finding *finding)
{
	const char *name = print_word(record_string(dev, IPOIB_A_IFNAME));

	finding_next(finding,
		     EXPLAIN_SILENT "; it is asked again by itself, and " EXPLAIN_BOUNCE
		     " asks it at once, which may take minutes", name, name);
}

static void explain_open(const struct record *dev, struct finding *finding)
{
	char port[EXPLAIN_NAME], tries[128];

	explain_port_name(port, dev);
	explain_tries(dev, tries, sizeof(tries));
	finding_set(finding, FINDING_BROKEN, "accel-failed",
		    "no carrier: accel %s cannot start its queues: %s%s",
		    record_string(dev, IPOIB_A_ACCEL),
		    explain_error(dev, IPOIB_A_LAST_ERROR),
		    *tries ? tries : "; it is tried again");
	if (explain_is_silent(dev, IPOIB_A_LAST_ERROR)) {
		explain_silent_next(dev, finding);
		return;
	}
	if (!strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx") && explain_is_away(dev)) {
		finding_next(finding,
			     "the kernel log may say more; its parent is in another network namespace, and from here the card driver does not get its queue pair ready again: move it there and set it up, or remove it and make it anew");
		return;
	}
	finding_next(finding,
		     "the kernel log may say more%s; 'ipoibctl set port %s accel NAME' has another accel serve the port",
		     explain_smaller(dev), print_word(port));
}

static void explain_port_down(const struct record *dev, struct finding *finding)
{
	char port[EXPLAIN_NAME];

	explain_port_name(port, dev);
	finding_set(finding, FINDING_BROKEN, "port-down",
		    "no carrier: port %s is down", port);
	finding_next(finding,
		     "is there a cable, and a switch that is on? 'ibstat %s %llu' shows the port: Polling finds nobody at the other end, Disabled was set by somebody ('ibportstate %s -D 0 %llu enable' ends that)",
		     print_word(record_string(dev, IPOIB_A_HCA)), record_get(dev, IPOIB_A_PORT),
		     print_diag(dev), record_get(dev, IPOIB_A_PORT));
}

static void explain_port_untold(const struct record *dev, struct finding *finding)
{
	char port[EXPLAIN_NAME];

	explain_port_name(port, dev);
	finding_set(finding, FINDING_BROKEN, "port-silent",
		    "no carrier: the device's driver does not tell the state of port %s",
		    port);
	finding_next(finding,
		     "the kernel log may say what is wrong with the device; it is asked on, and the carrier comes by itself once the device answers");
}

static void explain_port_init(const struct record *dev, struct finding *finding)
{
	char port[EXPLAIN_NAME];

	explain_port_name(port, dev);
	finding_set(finding, FINDING_BROKEN, "no-sm",
		    "no carrier: port %s has a link, but no subnet manager has made it active",
		    port);
	finding_next(finding,
		     "does a subnet manager run on this fabric? who runs the fabric knows, and 'sminfo' on a host whose port is active (not here); the carrier comes by itself once it does; only if there is none start one: that of a switch, or 'opensm -g GUID' with the Port GUID of 'ibstat %s %llu', on one host: a second one may take the fabric from the first, with other partitions",
		     print_word(record_string(dev, IPOIB_A_HCA)), record_get(dev, IPOIB_A_PORT));
}

static void explain_sa_silent(const struct record *dev, struct finding *finding)
{
	bool asked = record_get(dev, IPOIB_A_LAST_ERROR) != EAGAIN;
	const char *diag = print_diag(dev);
	char tries[128], why[PRINT_WHY];

	explain_tries(dev, tries, sizeof(tries));
	if (asked)
		finding_set(finding, FINDING_BROKEN, "sa-silent",
			    "no carrier: the subnet administrator does not answer the join of the broadcast group%s",
			    tries);
	else
		finding_set(finding, FINDING_BROKEN, "sa-silent",
			    "no carrier: the broadcast group cannot be joined: %s%s",
			    print_no_join(why, dev), tries);
	finding_next(finding,
		     "is the subnet manager still there? 'saquery %s -c' asks its administrator; it may be overloaded, or packets to it lost ('perfquery %s')",
		     diag, diag);
}

static void explain_refused(const struct record *dev, struct finding *finding)
{
	const char *diag = print_diag(dev);
	char gid[PRINT_GID], tries[128];

	finding_set(finding, FINDING_BROKEN, "join-refused",
		    "no carrier: the subnet administrator refuses to let it join the broadcast group %s%s",
		    print_gid(gid, dev), explain_tries(dev, tries, sizeof(tries)));
	finding_next(finding,
		     EXPLAIN_SM_ENDED
		     "; 'saquery %s -g' shows the groups: if it is not there, the partition 0x%04llx needs 'ipoib' at the subnet manager "
		     GROUP_NEW
		     "; if it is, its MTU or rate may be more than this port can do (which has room for %llu bytes of IP); else the log of the subnet manager says why",
		     diag, diag, record_get(dev, IPOIB_A_PKEY) & EXPLAIN_PARTITION,
		     record_get(dev, IPOIB_A_PORT_MTU));
}

static void explain_join_failed(const struct record *dev, struct finding *finding)
{
	char port[EXPLAIN_NAME], tries[128], why[PRINT_WHY], next[PRINT_NEXT];

	explain_tries(dev, tries, sizeof(tries));
	if (!print_is_own(dev)) {
		finding_set(finding, FINDING_BROKEN, "join-failed",
			    "no carrier: the broadcast group cannot be joined: %s%s",
			    print_no_join(why, dev), tries);
		finding_next(finding, "%s", print_next(next, dev, dev));
		return;
	}
	finding_set(finding, FINDING_BROKEN, "join-failed",
		    "no carrier: joining the broadcast group failed on this host: %s%s",
		    explain_error(dev, IPOIB_A_LAST_ERROR), tries);
	if (explain_is_silent(dev, IPOIB_A_LAST_ERROR)) {
		explain_silent_next(dev, finding);
		return;
	}
	if (!strcmp(record_string(dev, IPOIB_A_ACCEL), "mlx") &&
	    record_get(dev, IPOIB_A_LAST_ERROR) == EOPNOTSUPP) {
		explain_port_name(port, dev);
		finding_next(finding,
			     "the partition has a Q_Key other than 0x0b1b, the only one that mlx5_core receives with: change it at the subnet manager "
			     GROUP_ANEW
			     ", or 'ipoibctl set port %s accel ref'",
			     print_word(port));
		return;
	}
	finding_next(finding,
		     "the kernel log says what refused: no memory, or the device has no more multicast attachments, does not take the Q_Key or does not answer");
}

static void explain_group_mtu(const struct record *dev, struct finding *finding)
{
	(void)dev;
	finding_set(finding, FINDING_BROKEN, "group-mtu",
		    "no carrier: the subnet administrator says an MTU of the broadcast group that there is not");
	finding_next(finding,
		     "correct " GROUP_MTU " of the partition at the subnet manager "
		     GROUP_ANEW);
}

static void explain_joining(const struct record *dev, struct finding *finding)
{
	char tries[128];

	finding_set(finding, FINDING_BROKEN, "joining",
		    "no carrier yet: the broadcast group is being joined%s",
		    explain_tries(dev, tries, sizeof(tries)));
	finding_next(finding, "ask again in a few seconds");
}

static void explain_coming(const struct record *dev, struct finding *finding)
{
	(void)dev;
	finding_set(finding, FINDING_NOTE, "coming",
		    "no carrier yet: all that it needs is there, and it is about to come");
}

static void explain_admin_down(const struct record *dev, struct finding *finding)
{
	finding_set(finding, FINDING_NOTE, "admin-down", "the interface is not set up");
	/* Where the accel cannot open that fails, and it stays so. */
	finding_next(finding, "'ip link set %s up'; if that fails the kernel log says why%s",
		     print_word(record_string(dev, IPOIB_A_IFNAME)), explain_smaller(dev));
}

static void explain_good(const struct record *dev, struct finding *finding)
{
	char time[PRINT_TIME];

	finding_set(finding, FINDING_OK, "carrier", "has carrier, for %s, served by accel %s",
		    print_time(time, record_get(dev, IPOIB_A_CARRIER_SINCE)),
		    record_string(dev, IPOIB_A_ACCEL));
}

/* By enum ipoib_carrier_reason. */
static void (* const explain_reasons[])(const struct record *dev, struct finding *finding) = {
	[IPOIB_CARRIER_REASON_CARRIER] = explain_good,
	[IPOIB_CARRIER_REASON_ADMIN_DOWN] = explain_admin_down,
	[IPOIB_CARRIER_REASON_PKEY_MISSING] = explain_pkey,
	[IPOIB_CARRIER_REASON_GID_MISSING] = explain_gid,
	[IPOIB_CARRIER_REASON_OPEN_FAILED] = explain_open,
	[IPOIB_CARRIER_REASON_PORT_DOWN] = explain_port_down,
	[IPOIB_CARRIER_REASON_PORT_INIT] = explain_port_init,
	[IPOIB_CARRIER_REASON_JOINING] = explain_joining,
	[IPOIB_CARRIER_REASON_JOIN_NO_ANSWER] = explain_sa_silent,
	[IPOIB_CARRIER_REASON_JOIN_REFUSED] = explain_refused,
	[IPOIB_CARRIER_REASON_JOIN_FAILED] = explain_join_failed,
	[IPOIB_CARRIER_REASON_GROUP_MTU] = explain_group_mtu,
	[IPOIB_CARRIER_REASON_COMING] = explain_coming,
	[IPOIB_CARRIER_REASON_PORT_SILENT] = explain_port_untold,
};

void explain_carrier(const struct record *dev, struct finding *finding)
{
	unsigned long long reason;

	if (record_number(dev, IPOIB_A_CARRIER_REASON, &reason) &&
	    reason < sizeof(explain_reasons) / sizeof(*explain_reasons)) {
		explain_reasons[reason](dev, finding);
		return;
	}
	/* An ipoib_core that is newer than this program knows more: in its own words. */
	finding_set(finding, record_get(dev, IPOIB_A_CARRIER) ? FINDING_OK : FINDING_BROKEN,
		    "other",
		    "%s: %s", record_get(dev, IPOIB_A_CARRIER) ? "has carrier" : "no carrier",
		    record_string(dev, IPOIB_A_CARRIER_TEXT));
}
