// SPDX-License-Identifier: GPL-2.0
/* What a port has counted of its link's errors, and of keys that did not fit; and its lanes. */
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "explain.h"
#include "group.h"
#include "print.h"
#include "run.h"

/* What ibv_devinfo(1) says of a device is cut to this. */
#define LINK_SAID	16384

/**
 * struct link_counter - a counter of a port
 * @name: of it
 * @limit: what it counts up to, to stay so until it is reset (IBA 16.1.3.5)
 */
struct link_counter {
	const char *name;
	uint64_t limit;
};

/**
 * struct link_cause - counters that say the same
 * @cause: what
 * @text: in words, before the figures
 * @ask: what to do; one that asks the fabric ends where the program gets its options
 * @next: the rest of it, "" if there is none
 * @counters: they; ends with one that has no name
 */
struct link_cause {
	const char *cause;
	const char *text;
	const char *ask;
	const char *next;
	struct link_counter counters[8];
};

static const struct link_cause link_causes[] = {
	{ "link-errors", "errors on the link since the counters were reset",
	  "do they grow? 'ibqueryerrors ",
	  " -r' has both ends; clean or change the cable, or try another port of the switch",
	  { { "symbol_error", 0xffff }, { "link_error_recovery", 0xff }, { "link_downed", 0xff },
	    { "port_rcv_errors", 0xffff }, { "port_rcv_remote_physical_errors", 0xffff },
	    { "local_link_integrity_errors", 0xf },
	    { "excessive_buffer_overrun_errors", 0xf } } },
	{ "partition-errors",
	  "packets that the port or its switch kept out, for their P_Key or by filters of raw packets",
	  "mostly it is a host whose P_Key has changed, or that has another one than this: 'ipoibctl show' has this one's, 'smpquery ",
	  " pkeys LID' those of a host",
	  { { "port_rcv_constraint_errors", 0xff }, { "port_xmit_constraint_errors", 0xff } } },
	{ "mads-dropped", "packets of subnet management that were dropped",
	  "the subnet manager asks again; if they grow it may take the port for gone: is the port's firmware or this host overloaded? joins and path queries are not among them",
	  "",
	  { { "VL15_dropped", 0xffff } } },
	{ "congestion",
	  "packets that the port threw away: the fabric did not take them in time, the link was down, or they were too long for it",
	  "do they grow? 'ibqueryerrors ",
	  "' shows where packets are stuck: a slow or stopped host, or too many that send to one",
	  { { "port_xmit_discards", 0xffff } } },
};

/*
 * "NAME N, NAME N (its limit)" of those that are not 0. Returns whether there are any; @full is
 * whether one of them grows no more.
 */
static bool link_figures(const struct counters *counters, const struct link_cause *cause,
			 char *text, size_t size, bool *full)
{
	const struct link_counter *counter;
	size_t len = 0;
	uint64_t value;

	*full = false;
	text[0] = '\0';
	for (counter = cause->counters; counter->name && len < size; counter++) {
		value = counters_get(counters, counter->name);
		if (!value)
			continue;
		len += snprintf(text + len, size - len, "%s%s %llu%s", len ? ", " : "",
				counter->name, (unsigned long long)value,
				value == counter->limit ? " (its limit)" : "");
		*full |= value == counter->limit;
	}
	return len;
}

static void link_next(const struct record *port, const struct link_cause *cause, bool full,
		      struct finding *finding)
{
	const char *diag = print_diag(port);
	char reset[PRINT_NEXT] = "";

	if (full)
		finding_write(reset, sizeof(reset),
			      "; at its limit it does not grow: 'perfquery %s -R' resets the port's counters",
			      diag);
	finding_next(finding, "%s%s%s%s", cause->ask, *cause->next ? diag : "", cause->next,
		     reset);
}

/* "    NAME:    0x5": a number of ibv_devinfo's, or 0. */
static unsigned long link_devinfo(const char *said, const char *name)
{
	const char *at = strstr(said, name);

	if (!at || at[strlen(name)] != ':')
		return 0;
	at += strlen(name) + 1;
	return strtoul(at + strspn(at, " \t"), NULL, 0);
}

/* These count on what was over long ago. */
#define LINK_GROWS \
	"they count since the card was started, up to 65535: below that, if they do not grow, it is over; else "

/* The port itself counts packets with keys that no queue of this host has (IBA 14.2.5.6). */
static void link_keys(struct out *out, const struct record *port, const char *name)
{
	char number[16], said[LINK_SAID];
	const char * const argv[] = { "ibv_devinfo", "-v", "-d", record_string(port, IPOIB_A_HCA),
				      "-i", number, NULL };
	unsigned long pkeys, qkeys;
	struct finding finding;
	int status;

	snprintf(number, sizeof(number), "%llu", record_get(port, IPOIB_A_PORT));
	if (device_is_silent(port))
		return;
	/* It looks at more than the device, and may be late for that. */
	status = run_program_for(DEVICE_WAIT, argv, said, sizeof(said));
	if (status == RUN_LATE) {
		finding_unseen(&finding, "whether packets come with wrong keys",
			       "ibv_devinfo takes more than three seconds");
		finding_tell(out, name, &finding);
	}
	if (status)
		return;
	qkeys = link_devinfo(said, "qkey_viol_cntr");
	pkeys = link_devinfo(said, "bad_pkey_cntr");
	if (qkeys) {
		finding_set(&finding, FINDING_NOTE, "qkey-mismatch",
			    "packets that came with another Q_Key than the queue pair had that they were for, of this interface or of another program: %lu (qkey_viol_cntr)",
			    qkeys);
		finding_next(&finding,
			     LINK_GROWS
			     "they may be another program's (MPI); or a host is not heard that was set to another Q_Key than the broadcast group has ('ipoibctl show' as root), or has not noticed that the group was made anew: there "
			     EXPLAIN_BOUNCE " has it join anew", "IF", "IF");
		finding_tell(out, name, &finding);
	}
	if (pkeys) {
		finding_set(&finding, FINDING_NOTE, "pkey-mismatch",
			    "packets that came with a P_Key that this port does not have: %lu (bad_pkey_cntr)",
			    pkeys);
		finding_next(&finding,
			     LINK_GROWS
			     "a host, or a program of one (MPI), uses a partition that this port is not in, or both are limited members: partitions at the subnet manager");
		finding_tell(out, name, &finding);
	}
}

/* Four lanes are what cards, cables and switches have but for a few. */
static void link_width(struct out *out, const struct record *port, const char *name)
{
	struct finding finding;
	char line[GROUP_LINK];

	if (record_get(port, IPOIB_A_PORT_STATE) != IPOIB_PORT_STATE_ACTIVE ||
	    !group_port_link(port, line) || !strstr(line, "(1X"))
		return;
	finding_set(&finding, FINDING_NOTE, "link-narrow", "the link has one lane alone: %s", line);
	finding_next(&finding,
		     "if more is meant: 'iblinkinfo %s' has what both ends could do; seat or change the cable, or try another port of the switch",
		     print_diag(port));
	finding_tell(out, name, &finding);
}

void explain_link(struct out *out, const struct record *port)
{
	struct counters counters = {};
	char name[EXPLAIN_NAME], figures[FINDING_TEXT];
	struct finding finding;
	bool full;
	size_t i;

	explain_port_name(name, port);
	device_counters(&counters, port, "counters/*");
	for (i = 0; i < sizeof(link_causes) / sizeof(*link_causes); i++) {
		const struct link_cause *cause = &link_causes[i];

		if (!link_figures(&counters, cause, figures, sizeof(figures), &full))
			continue;
		finding_set(&finding, FINDING_NOTE, cause->cause, "%s: %s", cause->text, figures);
		link_next(port, cause, full, &finding);
		finding_tell(out, name, &finding);
	}
	link_width(out, port, name);
	link_keys(out, port, name);
	/* A device that does not answer is no reason not to say the rest. */
	if (device_is_silent(port)) {
		finding_set(&finding, FINDING_LIMITED, "device-silent",
			    "the device does not answer: what goes on goes on, and an interface that opens, or a group that is joined, waits for it in vain");
		finding_next(&finding,
			     EXPLAIN_SUSPECTS "it has to be reset, or the host");
		finding_tell(out, name, &finding);
	}
	counters_free(&counters);
}
