// SPDX-License-Identifier: GPL-2.0
/* What connected mode and other drivers have left in configurations: check-config finds it. */
#include "settings.h"

#include <string.h>

#include "script.h"

/**
 * struct settings_kind - a kind of settings that do not fit
 * @word: what check-config is told to look for it
 * @heading: how the line begins below which it has those that it has found
 * @level: how bad each is
 * @cause: for programs
 * @wrong: what is wrong with each
 * @next: what to do about it
 */
struct settings_kind {
	const char *word;
	const char *heading;
	enum finding_level level;
	const char *cause;
	const char *wrong;
	const char *next;
};

/*
 * check-config indents the lines that it has found: FILE:LINE:TEXT. One of an older package does
 * not know the word, and tells what else it knows: by the heading each is of its kind only. Returns
 * its exit status, not 0 if that is not all, or -1: it failed, and has not said why.
 */
static int settings_of_kind(const struct settings_kind *kind,
			    void (*tell)(void *arg, const char *name,
					 const struct finding *finding), void *arg)
{
	char said[SCRIPT_SAID], *line, *next, *tab;
	struct finding finding;
	bool below = false;
	int status;

	status = script_run("check-config", kind->word, NULL, said, sizeof(said));
	if (status && !said[0])
		return -1;
	if (!script_whole(said, &finding)) {
		tell(arg, "check-config", &finding);
		status |= 1;
	}
	for (line = said; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(line, "    ", 4)) {
			below = !strncmp(line, kind->heading, strlen(kind->heading));
			continue;
		}
		if (!below)
			continue;
		for (tab = line; (tab = strchr(tab, '\t')); tab++)
			*tab = ' ';
		finding_set(&finding, kind->level, kind->cause, "%s: %s", kind->wrong, line + 4);
		finding_next(&finding, "%s", kind->next);
		tell(arg, "settings", &finding);
	}
	return status;
}

static const struct settings_kind settings_kinds[] = { {
	.word = "connected",
	.heading = "ipoib-accel: there is no connected mode",
	.level = FINDING_LIMITED,
	.cause = "connected-mode",
	.wrong = "asks for connected mode, which there is not",
	.next = "Coming from connected mode of ipoib-accel(7) says what to write instead",
}, {
	.word = "address",
	.heading = "ipoib-accel: an address begins with a QP number",
	.level = FINDING_LIMITED,
	.cause = "whole-address",
	.wrong = "knows an interface by a QP number, which is another one with another driver",
	.next = "with udev write ?* for all but the last eight bytes, elsewhere its name or path",
}, {
	.word = "driver",
	.heading = "ipoib-accel: the driver is ib_ipoib on all cards",
	.level = FINDING_LIMITED,
	.cause = "driver-name",
	.wrong = "knows an interface by the driver mlx5_core[ib_ipoib], which ours is not",
	.next = "name both there: Installing of ipoib-accel(7) says how",
}, {
	.word = "softdep",
	.heading = "ipoib-accel: modprobe loads ib_ipoib without ipoib_core",
	.level = FINDING_LIMITED,
	.cause = "modprobe",
	.wrong = "has modprobe load ib_ipoib without ipoib_core, which comes later then",
	.next = "write it for ipoib_core, or 'post: ipoib_core accel_mlx accel_ref' at its end",
}, {
	.word = "install",
	.heading = "ipoib-accel: modprobe does not heed these lines",
	.level = FINDING_LIMITED,
	.cause = "modprobe",
	.wrong = "is not heeded by modprobe, as ours has a softdep",
	.next = "keep it for the kernel's own, and add 'install ipoib_core /bin/false' or the like",
}, {
	.word = "unread",
	.heading = "ipoib-accel: not for this user to read",
	.level = FINDING_NOTE,
	.cause = "not-allowed",
	.wrong = "was not looked at, as this user may not read it",
	.next = "'ipoibctl check' as root",
} };

void settings_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		   void *arg)
{
	struct finding finding;
	bool any = false;
	int status;
	size_t i;

	for (i = 0; i < sizeof(settings_kinds) / sizeof(*settings_kinds); i++) {
		status = settings_of_kind(&settings_kinds[i], tell, arg);
		if (status < 0) {
			finding_unseen(&finding, "settings", "check-config failed");
			tell(arg, "settings", &finding);
			return;
		}
		any |= status;
	}
	if (any)
		return;
	finding_set(&finding, FINDING_OK, "settings",
		    "no configuration asks for connected mode, or what else is in-tree's alone");
	tell(arg, "settings", &finding);
}
