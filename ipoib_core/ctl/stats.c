// SPDX-License-Identifier: GPL-2.0
/* Drops by cause, and use of tables. */
#include "stats.h"

#include "print.h"

static const struct print_field drop_fields[] = {
	PRINT_LINE(IPOIB_A_CAUSE, "drop"),
	PRINT_FIELD(IPOIB_A_PACKETS, "packets"),
	PRINT_END
};

static const struct print_field table_fields[] = {
	PRINT_LINE(IPOIB_A_TABLE, "table"),
	PRINT_FIELD(IPOIB_A_USED, "used"),
	PRINT_FIELD(IPOIB_A_LIMIT, "limit"),
	PRINT_FIELD(IPOIB_A_ENTRIES, "entries"),
	PRINT_FIELD(IPOIB_A_QUEUED, "queued"),
	PRINT_FIELD(IPOIB_A_QUEUED_LIMIT, "limit"),
	PRINT_FIELD(IPOIB_A_QUERIES, "queries"),
	PRINT_FIELD(IPOIB_A_QUERIES_LIMIT, "limit"),
	PRINT_END
};

bool stats_ask(struct ctl *ctl, struct stats *stats)
{
	const struct client_filter filter = { .ifname = ctl->ifname };

	return ctl_ask(ctl, IPOIB_CMD_DROP_GET, &filter, &stats->drops) &&
	       ctl_ask(ctl, IPOIB_CMD_TABLE_GET, &filter, &stats->tables);
}

void stats_free(struct stats *stats)
{
	records_free(&stats->drops);
	records_free(&stats->tables);
}

const struct record *stats_of(const struct records *records, const struct record *dev,
			      const struct record *last)
{
	size_t i = last ? last - records->list + 1 : 0;

	for (; i < records->count; i++)
		if (record_get(&records->list[i], IPOIB_A_IFINDEX) ==
		    record_get(dev, IPOIB_A_IFINDEX))
			return &records->list[i];
	return NULL;
}

static void stats_print_list(struct out *out, const char *key, const struct records *records,
			     const struct record *dev, const struct print_field *fields)
{
	const struct record *record = NULL;

	out_list(out, key);
	while ((record = stats_of(records, dev, record))) {
		out_object(out, NULL);
		print_fields(out, record, fields);
		out_object_end(out);
	}
	out_list_end(out);
}

void stats_print(struct out *out, const struct stats *stats, const struct record *dev)
{
	stats_print_list(out, "drops", &stats->drops, dev, drop_fields);
	stats_print_list(out, "tables", &stats->tables, dev, table_fields);
}

void stats_show(struct ctl *ctl)
{
	static const struct print_field names[] = {
		PRINT_JSON(IPOIB_A_IFINDEX),
		PRINT_JSON(IPOIB_A_IFNAME),
		PRINT_END
	};
	struct records devs = {};
	struct stats stats = {};
	size_t i;

	if (!ctl_devs(ctl, &devs) || !stats_ask(ctl, &stats))
		goto out_free;
	out_list(&ctl->out, NULL);
	for (i = 0; i < devs.count; i++) {
		out_line(&ctl->out, 0);
		out_object(&ctl->out, NULL);
		if (!ctl->out.json) {
			out_label(&ctl->out, "%llu:",
				  record_get(&devs.list[i], IPOIB_A_IFINDEX));
			out_paint(&ctl->out, OUT_NAME);
			out_string(&ctl->out, NULL, NULL,
				   record_string(&devs.list[i], IPOIB_A_IFNAME));
			out_text(&ctl->out, ":");
		}
		print_fields(&ctl->out, &devs.list[i], names);
		stats_print(&ctl->out, &stats, &devs.list[i]);
		out_object_end(&ctl->out);
	}
	out_list_end(&ctl->out);
out_free:
	stats_free(&stats);
	records_free(&devs);
}
