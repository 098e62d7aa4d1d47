// SPDX-License-Identifier: GPL-2.0
/* Options and commands, with iproute2's habits. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "ctl.h"
#include "explain.h"
#include "monitor.h"
#include "name.h"
#include "print.h"
#include "prometheus.h"
#include "run.h"
#include "set.h"
#include "show.h"
#include "stats.h"
#include "sys.h"
#include "test.h"
#include "top.h"

static const char usage_text[] =
"Usage: ipoibctl [ OPTIONS ] COMMAND\n"
"where  COMMAND := { show [ OBJECT ] [ dev IFNAME ] | stats [ SOPTS ] [ dev IFNAME ] |\n"
"                    explain [ dev IFNAME ] | monitor [ dev IFNAME ] |\n"
"                    top [ TOPTS ] [ dev IFNAME ] |\n"
"                    test [ -n TIMES ] [ dev ] IFNAME { ADDRESS | gid GID } |\n"
"                    set port PORT accel { NAME | auto | none } | check | help }\n"
"       OBJECT := { dev | port | accel | group | path }\n"
"       SOPTS := --prometheus [ -o FILE ]\n"
"       TOPTS := [ -b ] [ -n TIMES ] [ -d SECONDS ]\n"
"       OPTIONS := { -V[ersion] | -j[son] | -p[retty] | -s[tatistics] | -n[etns] NAME |\n"
"                    -c[olor][={always|auto|never}] | -f[orce] }\n";

/**
 * struct command - a word of the command line, and what it does
 * @name: it, or a beginning of it: of several the first
 * @run: takes the words that are left
 */
struct command {
	const char *name;
	int (*run)(struct ctl *ctl, char **words);
};

static int usage(void)
{
	fputs(usage_text, stderr);
	return CTL_USAGE;
}

static bool matches(const char *word, const char *name)
{
	return *word && !strncmp(word, name, strlen(word));
}

static const struct command *command_find(const struct command *commands, const char *word)
{
	for (; commands->name; commands++)
		if (matches(word, commands->name))
			return commands;
	return NULL;
}

/* Options of a command may stand behind its words; those of @valued have another word with them. */
static void options_first(char **words, const char *valued)
{
	char **to = words, **from, *option, *value;
	size_t count;

	for (from = words; *from; from += count) {
		option = *from;
		value = from[1];
		count = option[0] == '-' && option[1] && !option[2] && value &&
			strchr(valued, option[1]) ? 2 : 1;
		if (option[0] != '-')
			continue;
		memmove(to + count, to, (from - to) * sizeof(*to));
		*to++ = option;
		if (count == 2)
			*to++ = value;
	}
}

/* [ dev ] IFNAME, or nothing. One that comes @later may have a name of altname then. */
static bool take_name(struct ctl *ctl, char **words, bool later)
{
	if (*words && !strcmp(*words, "dev")) {
		words++;
		if (!*words) {
			ctl_complain(ctl, CTL_USAGE,
				     "the name of an interface is missing after \"dev\"");
			return false;
		}
	}
	if (!*words)
		return true;
	ctl->ifname = *words++;
	ctl->called = ctl->ifname;
	/* From here on by the one name that the kernel tells. */
	if (name_real(ctl->real, ctl->ifname)) {
		ctl->ifname = ctl->real;
	} else if (strlen(ctl->ifname) >= (later ? NAME_OTHER : IFNAMSIZ)) {
		ctl_complain(ctl, CTL_USAGE, "\"%s\" is no name of an interface", ctl->ifname);
		return false;
	}
	if (*words) {
		ctl_complain(ctl, CTL_USAGE,
			     "what is \"%s\"? 'ipoibctl help' has the words", *words);
		return false;
	}
	return true;
}

static bool take_ifname(struct ctl *ctl, char **words)
{
	return take_name(ctl, words, false);
}

static bool connect_kernel(struct ctl *ctl)
{
	int ret = client_open(&ctl->client);

	if (!ret)
		return true;
	if (ret == -ENOENT)
		ctl_complain(ctl, CTL_FAILED,
			     "there is no ipoib_core to ask: 'ipoibctl explain' says what is loaded");
	else
		ctl_complain(ctl, CTL_FAILED, "netlink: %s", strerror(-ret));
	return false;
}

static int show_devs_of(struct ctl *ctl, char **words)
{
	if (take_ifname(ctl, words) && connect_kernel(ctl))
		show_devs(ctl);
	return ctl->status;
}

static int show_ports_of(struct ctl *ctl, char **words)
{
	if (take_ifname(ctl, words) && connect_kernel(ctl))
		show_ports(ctl);
	return ctl->status;
}

static int show_accels_of(struct ctl *ctl, char **words)
{
	if (take_ifname(ctl, words) && connect_kernel(ctl))
		show_accels(ctl);
	return ctl->status;
}

static int show_groups_of(struct ctl *ctl, char **words)
{
	if (take_ifname(ctl, words) && connect_kernel(ctl))
		show_groups(ctl);
	return ctl->status;
}

static int show_paths_of(struct ctl *ctl, char **words)
{
	if (take_ifname(ctl, words) && connect_kernel(ctl))
		show_paths(ctl);
	return ctl->status;
}

static const struct command objects[] = {
	{ "dev", show_devs_of },
	{ "port", show_ports_of },
	{ "accel", show_accels_of },
	{ "group", show_groups_of },
	{ "path", show_paths_of },
	{ NULL, NULL }
};

static int run_show(struct ctl *ctl, char **words)
{
	const struct command *object = *words ? command_find(objects, *words) : NULL;

	/* What is no object is an interface. */
	return object ? object->run(ctl, words + 1) : show_devs_of(ctl, words);
}

/**
 * struct stats_words - what stats is told
 * @prometheus: how it shall be written
 * @file: where to, NULL: to the standard output
 */
struct stats_words {
	bool prometheus;
	const char *file;
};

/* Options of stats. Returns the words behind them, or NULL after complaining. */
static char **take_stats_options(struct ctl *ctl, char **words, struct stats_words *wanted)
{
	const char *option;

	for (; *words && **words == '-'; words++) {
		option = *words + 1;
		if (*option == '-')
			option++;
		/* A shorter beginning may be of -pretty, which stands before the command. */
		if (matches(option, "prometheus") && strlen(option) >= strlen("pro")) {
			wanted->prometheus = true;
		} else if (!strcmp(*words, "-o")) {
			wanted->file = *++words;
			if (!wanted->file || !*wanted->file) {
				ctl_complain(ctl, CTL_USAGE,
					     "the name of a file is missing after -o");
				return NULL;
			}
		} else {
			ctl_complain(ctl, CTL_USAGE,
				     "option \"%s\" of stats is unknown, try 'ipoibctl help'",
				     *words);
			return NULL;
		}
	}
	if (wanted->file && !wanted->prometheus) {
		ctl_complain(ctl, CTL_USAGE, "-o is for --prometheus");
		return NULL;
	}
	if (wanted->prometheus && ctl->out.json) {
		ctl_complain(ctl, CTL_USAGE, "--prometheus is no JSON");
		return NULL;
	}
	return words;
}

/* That there is nothing to ask is a value too. */
static int run_prometheus(struct ctl *ctl, const char *file)
{
	int ret = client_open(&ctl->client);

	if (ret && ret != -ENOENT)
		ctl_complain(ctl, CTL_FAILED, "netlink: %s", strerror(-ret));
	else if (file)
		prometheus_write(ctl, file);
	else
		prometheus_show(ctl);
	return ctl->status;
}

static int run_stats(struct ctl *ctl, char **words)
{
	struct stats_words wanted = {};

	options_first(words, "o");
	words = take_stats_options(ctl, words, &wanted);
	if (!words || !take_ifname(ctl, words))
		return ctl->status;
	if (wanted.prometheus)
		return run_prometheus(ctl, wanted.file);
	if (connect_kernel(ctl))
		stats_show(ctl);
	return ctl->status;
}

static int run_explain(struct ctl *ctl, char **words)
{
	int ret;

	if (!take_ifname(ctl, words))
		return ctl->status;
	/* That there is none to ask is to be explained too. */
	ret = client_open(&ctl->client);
	if (ret && ret != -ENOENT)
		ctl_complain(ctl, CTL_FAILED, "netlink: %s", strerror(-ret));
	explain_show(ctl);
	return ctl->status;
}

/* Seconds, with a fraction. Returns whether it is a number in a range that makes sense. */
static bool take_seconds(struct ctl *ctl, const char *word, unsigned int *ms)
{
	char *end;
	double seconds = word ? strtod(word, &end) : 0;

	if (!word || *end || !(seconds >= 0.1 && seconds <= 3600)) {
		ctl_complain(ctl, CTL_USAGE, "seconds are a number from 0.1 to 3600");
		return false;
	}
	*ms = seconds * 1000;
	return true;
}

static bool take_count(struct ctl *ctl, const char *word, unsigned long *count)
{
	char *end;

	*count = word ? strtoul(word, &end, 10) : 0;
	/* strtoul() takes what is negative for large. */
	if (word && !*end && *count && *count <= INT_MAX)
		return true;
	ctl_complain(ctl, CTL_USAGE, "how often is a number from 1");
	return false;
}

static int run_top(struct ctl *ctl, char **words)
{
	struct top_options options = { .ms = 2000 };

	options_first(words, "nd");
	for (; *words && **words == '-'; words++) {
		if (!strcmp(*words, "-b")) {
			options.batch = true;
		} else if (!strcmp(*words, "-n")) {
			if (!take_count(ctl, *++words, &options.count))
				return ctl->status;
		} else if (!strcmp(*words, "-d")) {
			if (!take_seconds(ctl, *++words, &options.ms))
				return ctl->status;
		} else {
			ctl_complain(ctl, CTL_USAGE,
				     "option \"%s\" of top is unknown, try 'ipoibctl help'",
				     *words);
			return ctl->status;
		}
	}
	if (take_ifname(ctl, words) && connect_kernel(ctl))
		top_run(ctl, &options);
	return ctl->status;
}

/* [ -n TIMES ] [ dev ] IFNAME [ gid ] PEER */
static int run_test(struct ctl *ctl, char **words)
{
	char *ifname[2] = {};
	unsigned long count = 10;
	bool gid;

	if (*words && !strcmp(*words, "-n")) {
		if (!take_count(ctl, *++words, &count))
			return ctl->status;
		words++;
	}
	if (*words && !strcmp(*words, "dev"))
		words++;
	ifname[0] = *words ? *words++ : NULL;
	gid = *words && !strcmp(*words, "gid");
	if (gid)
		words++;
	if (!*words || words[1]) {
		ctl_complain(ctl, CTL_USAGE,
			     "test wants an interface and an address, see 'ipoibctl help'");
		return ctl->status;
	}
	if (take_ifname(ctl, ifname) && connect_kernel(ctl))
		test_run(ctl, *words, gid, count);
	return ctl->status;
}

/* port PORT accel NAME */
static int run_set(struct ctl *ctl, char **words)
{
	if (!*words || !matches(*words, "port") || !words[1] || !words[2] ||
	    strcmp(words[2], "accel") || !words[3] || words[4]) {
		ctl_complain(ctl, CTL_USAGE,
			     "set wants \"port PORT accel NAME\", and options before it");
		return ctl->status;
	}
	if (connect_kernel(ctl))
		set_port_accel(ctl, words[1], words[3], ctl->force);
	return ctl->status;
}

static int run_monitor(struct ctl *ctl, char **words)
{
	struct client *listener;
	int ret;

	if (!take_name(ctl, words, true) || !connect_kernel(ctl))
		return ctl->status;
	ret = client_listen(&listener);
	if (ret) {
		ctl_complain(ctl, CTL_FAILED, "cannot listen to ipoib_core: %s", strerror(-ret));
		return ctl->status;
	}
	monitor_run(ctl, listener);
	client_close(listener);
	return ctl->status;
}

static int run_check(struct ctl *ctl, char **words)
{
	if (*words)
		return usage();
	return check_machine(&ctl->out, !!ctl->netns) ? CTL_OK : CTL_FAILED;
}

static int run_help(struct ctl *ctl, char **words)
{
	(void)ctl;
	(void)words;
	fputs(usage_text, stdout);
	return CTL_OK;
}

static const struct command commands[] = {
	{ "show", run_show },
	{ "list", run_show },
	{ "stats", run_stats },
	{ "explain", run_explain },
	{ "monitor", run_monitor },
	{ "check", run_check },
	{ "top", run_top },
	{ "test", run_test },
	{ "set", run_set },
	{ "help", run_help },
	{ NULL, NULL }
};

static bool enter_netns(struct ctl *ctl, const char *name)
{
	char path[PATH_MAX];
	bool none;
	int fd;

	if (strchr(name, '/')) {
		ctl_complain(ctl, CTL_USAGE, "\"%s\" is no name of a network namespace", name);
		return false;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		/* There is none of that name, or a file that is none. */
		none = errno == ENOENT || errno == EINVAL;
		ctl_complain(ctl, none ? CTL_USAGE : CTL_FAILED, "network namespace \"%s\": %s",
			     name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	ctl->netns = name;
	return true;
}

/* -c[olor][=WHEN], as with iproute2. Returns whether that is it. */
static bool take_color(struct ctl *ctl, const char *option)
{
	const char *when = strchr(option, '='), *no = getenv("NO_COLOR");
	size_t len = when ? (size_t)(when - option) : strlen(option);

	if (!len || strncmp(option, "color", len) || len > strlen("color"))
		return false;
	when = when ? when + 1 : "always";
	if (matches(when, "always"))
		ctl->out.color = true;
	else if (matches(when, "auto"))
		ctl->out.color = isatty(STDOUT_FILENO) && !(no && *no);
	else if (matches(when, "never"))
		ctl->out.color = false;
	else
		return false;
	return true;
}

/* Returns @status, unless what was said is nowhere. */
static int written(struct ctl *ctl, int status)
{
	if (out_flush(&ctl->out))
		return status;
	fprintf(stderr, "ipoibctl: cannot write: %s\n", strerror(errno));
	return CTL_FAILED;
}

/* Returns the first word that is no option, or NULL after complaining. */
static char **take_options(struct ctl *ctl, char **words)
{
	const char *option;

	for (; *words && **words == '-'; words++) {
		option = *words + 1;
		if (*option == '-')
			option++;
		if (!*option)
			return words + 1;
		if (matches(option, "json")) {
			ctl->out.json = true;
		} else if (matches(option, "pretty")) {
			ctl->out.pretty = true;
		} else if (matches(option, "statistics") || !strcmp(option, "stats")) {
			ctl->stats = true;
		} else if (matches(option, "force")) {
			ctl->force = true;
		} else if (take_color(ctl, option)) {
			continue;
		} else if (matches(option, "netns")) {
			if (!*++words) {
				ctl_complain(ctl, CTL_USAGE, "the name is missing after -netns");
				return NULL;
			}
			if (!enter_netns(ctl, *words))
				return NULL;
		} else if (matches(option, "Version")) {
			puts("ipoibctl, ipoib-accel " IPOIBCTL_VERSION);
			exit(written(ctl, CTL_OK));
		} else if (matches(option, "help")) {
			fputs(usage_text, stdout);
			exit(written(ctl, CTL_OK));
		} else {
			ctl_complain(ctl, CTL_USAGE,
				     "option \"%s\" is unknown, try 'ipoibctl help'",
				     *words);
			return NULL;
		}
	}
	return words;
}

/* Who follows what was told in the namespace where ipoibctl was called is led astray. */
static void tell_netns(struct ctl *ctl)
{
	if (!ctl->netns || !ctl->out.advised)
		return;
	out_line(&ctl->out, 0);
	out_text(&ctl->out,
		 "commands about interfaces, ports and peers are meant in network namespace ");
	out_text(&ctl->out, ctl->netns);
	out_text(&ctl->out, ": 'ip netns exec ");
	out_text(&ctl->out, print_word(ctl->netns));
	out_text(&ctl->out, " ...'");
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .out.file = stdout };
	const struct command *command;
	char **words;
	int status;

	run_look_into_sbin();
	/* Without even a name of its own there are no words either. */
	words = take_options(&ctl, argv + (argc > 0));
	if (!words)
		return ctl.status;
	if (!*words)
		return usage();
	command = command_find(commands, *words);
	if (!command) {
		ctl_complain(&ctl, CTL_USAGE, "command \"%s\" is unknown, try 'ipoibctl help'",
			     *words);
		return ctl.status;
	}
	/* One that is called help is "dev help". */
	if (words[1] && !strcmp(words[1], "help"))
		command = command_find(commands, "help");
	/* check looks at the machine first, by what is mounted below /sys. */
	if (ctl.netns && command->run != run_check)
		sys_enter();
	status = command->run(&ctl, words + 1);
	/* What set tells is of the module's parameter. */
	if (command->run != run_set)
		tell_netns(&ctl);
	client_close(ctl.client);
	return written(&ctl, status);
}
