// SPDX-License-Identifier: GPL-2.0
/* Interfaces, ports, accels, groups and paths, as lists of their attributes. */
#include "show.h"

#include "print.h"
#include "stats.h"

static const struct print_field dev_fields[] = {
	PRINT_JSON(IPOIB_A_IFINDEX),
	PRINT_JSON(IPOIB_A_IFNAME),
	PRINT_JSON(IPOIB_A_HCA),
	PRINT_JSON(IPOIB_A_PORT),
	PRINT_JSON(IPOIB_A_PARENT),
	PRINT_FIELD(IPOIB_A_ACCEL, "accel"),
	PRINT_FIELD(IPOIB_A_PKEY, "pkey"),
	PRINT_FIELD(IPOIB_A_MTU, "mtu"),
	PRINT_FIELD(IPOIB_A_CARRIER, "carrier"),
	PRINT_NONZERO(IPOIB_A_CARRIER_REASON, "reason"),
	PRINT_JSON(IPOIB_A_CARRIER_TEXT),
	PRINT_FIELD(IPOIB_A_CARRIER_SINCE, "for"),
	PRINT_LINE(IPOIB_A_QPN, "qpn"),
	PRINT_FIELD(IPOIB_A_RX_QPN, "told"),
	PRINT_FIELD(IPOIB_A_RX_QUEUES, "rx-queues"),
	PRINT_FIELD(IPOIB_A_RX_RING, "rx-ring"),
	PRINT_FIELD(IPOIB_A_TX_QUEUES, "tx-queues"),
	PRINT_FIELD(IPOIB_A_TX_RING, "tx-ring"),
	PRINT_NONZERO(IPOIB_A_TX_OUTSTANDING, "outstanding"),
	PRINT_LINE(IPOIB_A_RX_USECS, "rx-usecs"),
	PRINT_FIELD(IPOIB_A_RX_FRAMES, "rx-frames"),
	PRINT_FIELD(IPOIB_A_ADAPTIVE_RX, "adaptive-rx"),
	PRINT_FIELD(IPOIB_A_TX_USECS, "tx-usecs"),
	PRINT_FIELD(IPOIB_A_TX_FRAMES, "tx-frames"),
	PRINT_FIELD(IPOIB_A_ADAPTIVE_TX, "adaptive-tx"),
	PRINT_FIELD(IPOIB_A_MTU_LIMIT, "mtu-limit"),
	PRINT_FIELD(IPOIB_A_MTU_WANTED, "wanted"),
	PRINT_FIELD(IPOIB_A_MTU_GROUP, "group"),
	PRINT_FIELD(IPOIB_A_PORT_MTU, "port"),
	PRINT_LINE(IPOIB_A_GID, "broadcast"),
	PRINT_FIELD(IPOIB_A_BROADCAST, "changed-to"),
	PRINT_FIELD(IPOIB_A_GROUP_STATE, "state"),
	PRINT_FIELD(IPOIB_A_QKEY, "qkey"),
	PRINT_FIELD(IPOIB_A_PKEY_ENTRY, "pkey-entry"),
	PRINT_NONZERO(IPOIB_A_LAST_ERROR, "error"),
	PRINT_NONZERO(IPOIB_A_TRIES, "tries"),
	PRINT_FIELD(IPOIB_A_NEXT_TRY, "next-try"),
	PRINT_END
};

static const struct print_field port_fields[] = {
	PRINT_JSON(IPOIB_A_HCA),
	PRINT_JSON(IPOIB_A_PORT),
	PRINT_FIELD(IPOIB_A_PORT_STATE, "state"),
	PRINT_FIELD(IPOIB_A_PORT_LID, "lid"),
	PRINT_FIELD(IPOIB_A_SM_LID, "sm-lid"),
	PRINT_FIELD(IPOIB_A_PORT_MTU, "mtu"),
	PRINT_FIELD(IPOIB_A_WANTED, "wanted"),
	PRINT_FIELD(IPOIB_A_ACCEL, "accel"),
	PRINT_FIELD(IPOIB_A_PRIORITY, "priority"),
	PRINT_FIELD(IPOIB_A_BIND, "bind"),
	PRINT_JSON(IPOIB_A_BIND_TEXT),
	PRINT_FIELD(IPOIB_A_REFUSED, "refused"),
	PRINT_FIELD(IPOIB_A_REFUSED_ERROR, "error"),
	PRINT_LINE(IPOIB_A_ALIAS, "names"),
	PRINT_END
};

static const struct print_field accel_fields[] = {
	PRINT_JSON(IPOIB_A_ACCEL),
	PRINT_FIELD(IPOIB_A_ACCEL_MODULE, "module"),
	PRINT_FIELD(IPOIB_A_ACCEL_VERSION, "version"),
	PRINT_FIELD(IPOIB_A_ACCEL_ABI, "abi"),
	PRINT_FIELD(IPOIB_A_USED, "ports"),
	PRINT_END
};

static const struct print_field group_fields[] = {
	PRINT_JSON(IPOIB_A_IFINDEX),
	PRINT_JSON(IPOIB_A_IFNAME),
	PRINT_JSON(IPOIB_A_GID),
	PRINT_FIELD(IPOIB_A_GROUP_STATE, "state"),
	PRINT_FIELD(IPOIB_A_MEMBERSHIP, "member"),
	PRINT_FIELD(IPOIB_A_LID, "lid"),
	PRINT_FIELD(IPOIB_A_SL, "sl"),
	PRINT_FIELD(IPOIB_A_RATE, "rate"),
	PRINT_FIELD(IPOIB_A_PATH_MTU, "mtu"),
	PRINT_FIELD(IPOIB_A_AGE, "age"),
	PRINT_FIELD(IPOIB_A_IDLE, "idle"),
	PRINT_NONZERO(IPOIB_A_LAST_ERROR, "error"),
	PRINT_NONZERO(IPOIB_A_TRIES, "tries"),
	PRINT_FIELD(IPOIB_A_NEXT_TRY, "next-try"),
	PRINT_NONZERO(IPOIB_A_QUEUED, "queued"),
	PRINT_END
};

static const struct print_field path_fields[] = {
	PRINT_JSON(IPOIB_A_IFINDEX),
	PRINT_JSON(IPOIB_A_IFNAME),
	PRINT_JSON(IPOIB_A_GID),
	PRINT_FIELD(IPOIB_A_PATH_STATE, "state"),
	PRINT_FIELD(IPOIB_A_LID, "lid"),
	PRINT_FIELD(IPOIB_A_SL, "sl"),
	PRINT_FIELD(IPOIB_A_RATE, "rate"),
	PRINT_FIELD(IPOIB_A_PATH_MTU, "mtu"),
	PRINT_FIELD(IPOIB_A_AGE, "age"),
	PRINT_FIELD(IPOIB_A_IDLE, "idle"),
	PRINT_NONZERO(IPOIB_A_LAST_ERROR, "error"),
	PRINT_NONZERO(IPOIB_A_TRIES, "tries"),
	PRINT_FIELD(IPOIB_A_NEXT_TRY, "next-try"),
	PRINT_NONZERO(IPOIB_A_QUEUED, "queued"),
	PRINT_END
};

/* Text: the string is made harmless, and then the colon follows it. */
static void show_name(struct out *out, const char *name)
{
	out_paint(out, OUT_NAME);
	out_string(out, NULL, NULL, name);
	out_text(out, ":");
}

static void show_port_number(struct out *out, const struct record *record)
{
	char text[24];

	snprintf(text, sizeof(text), "/%llu", record_get(record, IPOIB_A_PORT));
	out_text(out, text);
}

static void show_dev_stats(struct out *out, const struct record *dev, const struct stats *stats)
{
	out_line(out, 0);
	out_object(out, NULL);
	if (!out->json) {
		out_label(out, "%llu:", record_get(dev, IPOIB_A_IFINDEX));
		show_name(out, record_string(dev, IPOIB_A_IFNAME));
		out_string(out, NULL, "port", record_string(dev, IPOIB_A_HCA));
		show_port_number(out, dev);
		if (dev->attrs[IPOIB_A_PARENT])
			out_count(out, NULL, "parent", record_get(dev, IPOIB_A_PARENT));
	}
	print_fields(out, dev, dev_fields);
	if (stats)
		stats_print(out, stats, dev);
	out_object_end(out);
}

void show_dev(struct out *out, const struct record *dev)
{
	show_dev_stats(out, dev, NULL);
}

void show_devs(struct ctl *ctl)
{
	struct records devs = {};
	struct stats stats = {};
	size_t i;

	if (!ctl_devs(ctl, &devs) || (ctl->stats && !stats_ask(ctl, &stats)))
		goto out_free;
	out_list(&ctl->out, NULL);
	for (i = 0; i < devs.count; i++)
		show_dev_stats(&ctl->out, &devs.list[i], ctl->stats ? &stats : NULL);
	out_list_end(&ctl->out);
out_free:
	stats_free(&stats);
	records_free(&devs);
}

/* Text begins with a name; JSON has its parts among the attributes. */
static void show_list(struct out *out, const struct records *records,
		      void (*name)(struct out *out, const struct record *record),
		      const struct print_field *fields)
{
	size_t i;

	out_list(out, NULL);
	for (i = 0; i < records->count; i++) {
		out_line(out, 0);
		out_object(out, NULL);
		if (!out->json)
			name(out, &records->list[i]);
		print_fields(out, &records->list[i], fields);
		out_object_end(out);
	}
	out_list_end(out);
}

static void show_port_name(struct out *out, const struct record *port)
{
	out_paint(out, OUT_NAME);
	out_string(out, NULL, NULL, record_string(port, IPOIB_A_HCA));
	show_port_number(out, port);
	out_text(out, ":");
}

void show_ports(struct ctl *ctl)
{
	struct records devs = {}, ports = {};
	struct client_filter filter = {};

	if (ctl->ifname) {
		if (!ctl_devs(ctl, &devs))
			goto out_free;
		filter.hca = record_string(&devs.list[0], IPOIB_A_HCA);
		filter.port = record_get(&devs.list[0], IPOIB_A_PORT);
	}
	if (ctl_ask(ctl, IPOIB_CMD_PORT_GET, &filter, &ports))
		show_list(&ctl->out, &ports, show_port_name, port_fields);
out_free:
	records_free(&ports);
	records_free(&devs);
}

static void show_accel_name(struct out *out, const struct record *accel)
{
	show_name(out, record_string(accel, IPOIB_A_ACCEL));
}

void show_accels(struct ctl *ctl)
{
	struct records devs = {}, accels = {};
	struct client_filter filter = {};

	if (ctl->ifname) {
		if (!ctl_devs(ctl, &devs))
			goto out_free;
		filter.accel = record_string(&devs.list[0], IPOIB_A_ACCEL);
	}
	if (ctl_ask(ctl, IPOIB_CMD_ACCEL_GET, &filter, &accels))
		show_list(&ctl->out, &accels, show_accel_name, accel_fields);
out_free:
	records_free(&accels);
	records_free(&devs);
}

static void show_destination_name(struct out *out, const struct record *record)
{
	char gid[PRINT_GID];

	show_name(out, record_string(record, IPOIB_A_IFNAME));
	out_paint(out, OUT_ADDRESS);
	out_string(out, NULL, NULL, print_gid(gid, record));
}

static void show_destinations(struct ctl *ctl, enum ipoib_cmd cmd,
			      const struct print_field *fields)
{
	const struct client_filter filter = { .ifname = ctl->ifname };
	struct records devs = {}, records = {};

	/* First whether there is that interface. */
	if ((!ctl->ifname || ctl_devs(ctl, &devs)) && ctl_ask(ctl, cmd, &filter, &records))
		show_list(&ctl->out, &records, show_destination_name, fields);
	records_free(&records);
	records_free(&devs);
}

void show_groups(struct ctl *ctl)
{
	show_destinations(ctl, IPOIB_CMD_GROUP_GET, group_fields);
}

void show_paths(struct ctl *ctl)
{
	show_destinations(ctl, IPOIB_CMD_PATH_GET, path_fields);
}
