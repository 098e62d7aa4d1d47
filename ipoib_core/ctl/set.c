// SPDX-License-Identifier: GPL-2.0
/*
 * A port's accel, by ipoib_core's parameter accel=, which may be written while it runs and stays
 * the one place that says which accel is wanted where: what is there of the port is replaced.
 */
#define _GNU_SOURCE
#include "set.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain.h"
#include "items.h"
#include "machine.h"
#include "run.h"
#include "wait.h"

/* Bytes of a list that ipoib_core takes. */
#define SET_LIST	1024
/* What is beyond is not looked at: few architectures have longer ones. */
#define SET_CMDLINE	8192
/* Characters of an accel's name. */
#define SET_NAME	15
/*
 * How long is waited until the port is served, between two looks, and until nothing changes: an
 * accel that fails is tried again after one second and after two more.
 */
#define SET_WAIT	30000
#define SET_LOOK	50
#define SET_STILL	4000

/**
 * struct set - what is to be done
 * @ctl: what is asked for
 * @accel: what the port shall have
 * @ports: all of them
 * @port: that one
 * @devs: its interfaces
 * @name: of the port
 * @file: the parameter's
 * @list: what is written there
 * @as_before: nothing was, as the port's choice was that one already
 */
struct set {
	struct ctl *ctl;
	const char *accel;
	struct records ports;
	const struct record *port;
	struct records devs;
	char name[EXPLAIN_NAME];
	char file[PATH_MAX];
	char list[SET_LIST + 1];
	bool as_before;
};

static bool set_is_accel(const char *name)
{
	size_t len = strlen(name);

	return len && len <= SET_NAME &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* Whether that is a name of this port alone. */
static bool set_is_of(const struct record *port, const char *name)
{
	struct nlattr *at = NULL;
	struct item one, other;
	const char *alias;

	item_read(&one, name, strlen(name));
	while ((at = record_next(port, IPOIB_A_ALIAS, at))) {
		alias = nla_get_string(at);
		item_read(&other, alias, strlen(alias));
		if (other.kind != ITEM_DRIVER && (!strcmp(name, alias) || item_same(&one, &other)))
			return true;
	}
	return false;
}

/* How many ports have that name: functions of a card may have the GUID of a node in common. */
static size_t set_count(const struct set *set, const char *name)
{
	size_t count = 0, i;

	for (i = 0; i < set->ports.count; i++)
		count += set_is_of(&set->ports.list[i], name);
	return count;
}

/* The first name of it, which lasts longest, that an item of a list can have. */
static const char *set_alias(const struct set *set)
{
	struct nlattr *at = NULL;
	struct item item;
	const char *alias;

	while ((at = record_next(set->port, IPOIB_A_ALIAS, at))) {
		alias = nla_get_string(at);
		item_read(&item, alias, strlen(alias));
		if (item.kind != ITEM_NONE && item.kind != ITEM_DRIVER && !strchr(alias, ',') &&
		    set_count(set, alias) == 1)
			return alias;
	}
	return NULL;
}

static bool set_find_port(struct set *set, const char *name)
{
	size_t count = set_count(set, name), i;

	if (count != 1) {
		ctl_complain(set->ctl, CTL_USAGE,
			     "there %s: 'ipoibctl show port' has the names of those that there are",
			     count ? "are several ports of that name" : "is no such port");
		return false;
	}
	for (i = 0; !set_is_of(&set->ports.list[i], name); i++)
		;
	set->port = &set->ports.list[i];
	explain_port_name(set->name, set->port);
	return true;
}

/* Who cannot be told while it runs is told when it is loaded. */
static void set_by_hand(const struct set *set, const char *why)
{
	struct machine_driver driver;

	machine_look(&driver);
	ctl_complain(set->ctl, CTL_FAILED,
		     "%s: %s; write 'options ipoib_core accel=%s' to a file in /etc/modprobe.d, and load it anew: %s",
		     set->file, why, set->list, machine_reload(&driver));
}

/* Whether what goes away stays away. */
static bool set_is_none(const struct set *set)
{
	return !strcmp(set->accel, "none");
}

/* Whether it may be one that is not there, or does not serve the device. */
static bool set_is_named(const struct set *set)
{
	return !set_is_none(set) && strcmp(set->accel, "auto");
}

static bool set_is_so(const struct set *set)
{
	return !strcmp(record_string(set->port, IPOIB_A_WANTED), set->accel);
}

/* Reads what is in force. Returns whether that is known. */
static bool set_read(const struct set *set, int fd, char *now, size_t size)
{
	ssize_t got = fd < 0 ? -1 : pread(fd, now, size - 1, 0);
	int error = errno;
	char core[PATH_MAX];

	/* One that has no such parameter serves what it can. */
	run_root(core, sizeof(core), "/sys/module/ipoib_core");
	if (got < 0 && error == ENOENT && !access(core, F_OK)) {
		snprintf(now, size, "auto");
		return true;
	}
	if (got <= 0 || got == (ssize_t)size - 1) {
		ctl_complain(set->ctl, CTL_FAILED, "%s: what is in force cannot be read: %s",
			     set->file, got < 0 ? strerror(error) : got ? "too long" : "empty");
		return false;
	}
	now[got] = '\0';
	now[strcspn(now, "\n")] = '\0';
	return true;
}

/* Has @list be what @fd has, with this port as it shall be. */
static bool set_make_list(struct set *set, int fd)
{
	/* An end of the line, and one more to see that there is more. */
	char now[SET_LIST + 3];
	const char *alias = NULL;

	if (!set_read(set, fd, now, sizeof(now)))
		return false;
	if (!set_is_so(set)) {
		alias = set_alias(set);
		if (!alias) {
			ctl_complain(set->ctl, CTL_FAILED,
				     "%s: has no name that accel= takes and no other port has",
				     set->name);
			return false;
		}
	}
	if (items_change(set->list, sizeof(set->list), now, alias, set->accel))
		return true;
	ctl_complain(set->ctl, CTL_FAILED,
		     "accel= of ipoib_core would be longer than %u characters", SET_LIST);
	return false;
}

/* What there is now. */
static bool set_look(struct set *set)
{
	bool made;
	int fd;

	run_root(set->file, sizeof(set->file), "/sys/module/ipoib_core/parameters/accel");
	fd = open(set->file, O_RDONLY | O_CLOEXEC);
	made = set_make_list(set, fd);
	if (fd >= 0)
		close(fd);
	return made;
}

/*
 * Whether no interface goes: there is none, or what is asked for serves the port already. Of auto
 * ipoib_core alone knows what that is.
 */
static bool set_is_harmless(const struct set *set)
{
	const char *accel = record_string(set->port, IPOIB_A_ACCEL);

	return !*accel || !strcmp(accel, set->accel);
}

/* What goes, wherever it is, and what comes back. */
static void set_ask_what(const struct set *set, struct out *out)
{
	const char *accel = record_string(set->port, IPOIB_A_ACCEL);
	size_t i;

	out_string(out, NULL, NULL, set->name);
	out_label(out, "gets accel %s: ", set->accel);
	if (set_is_none(set))
		out_text(out,
			 "all interfaces of the port go, its own comes back once another accel is set, "
			 EXPLAIN_BACK);
	else if (set_is_named(set))
		out_text(out,
			 "all interfaces of the port go; its own comes back if that accel is there and serves the device, "
			 EXPLAIN_BACK "; else there is none");
	else
		out_text(out, EXPLAIN_ANEW_GOES);
	out_text(out, "; in this network namespace it has ");
	for (i = 0; i < set->devs.count; i++) {
		out_text(out, i ? ", " : "");
		out_text(out, record_string(&set->devs.list[i], IPOIB_A_IFNAME));
	}
	out_text(out, i ? "; those in others go too" : "none: those in others go");
	/* Accel ref gives way in any case, as another one may be loaded. */
	if (!strcmp(set->accel, "auto") && strcmp(accel, "ref")) {
		out_text(out, "; none go if accel ");
		out_text(out, accel);
		out_text(out, " is the best that there is");
	}
}

/* Asks on a terminal; where there is none nothing is done without -force. */
static bool set_ask(const struct set *set)
{
	struct out out = { .file = stderr };
	char answer[16] = "";

	if (!isatty(STDIN_FILENO)) {
		ctl_complain(set->ctl, CTL_FAILED,
			     "%s: all interfaces of the port would go away%s%s, and there is no terminal to ask: -force does it all the same",
			     set->name, set_is_none(set) ? "" : ", and its own come back",
			     set_is_named(set) ?
			     " if that accel is there and serves the device" : "");
		return false;
	}
	set_ask_what(set, &out);
	out_text(&out, ". Go on? [y/N] ");
	fflush(stderr);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/*
 * One at a time reads the list and writes what it makes of it. The lock is a file that nobody but
 * root can open: the parameter's own anybody may, and keep. Where there is no place for one, or no
 * room, it goes without. Returns whether; @lock is a descriptor, or -1.
 */
static bool set_lock(const struct set *set, int *lock)
{
	uint64_t end = wait_now() + SET_WAIT;
	char path[PATH_MAX];
	int fd;

	run_root(path, sizeof(path), "/run/ipoibctl.lock");
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	*lock = fd;
	if (fd < 0 && (errno == ENOENT || errno == EROFS || errno == ENOSPC || errno == EDQUOT))
		return true;
	if (fd < 0) {
		ctl_complain(set->ctl, CTL_FAILED, "%s: %s", path, strerror(errno));
		return false;
	}
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK && wait_now() < end) {
			wait_for(SET_LOOK, -1);
			continue;
		}
		ctl_complain(set->ctl, CTL_FAILED, "%s: %s", path,
			     errno == EWOULDBLOCK ? "somebody else is at it" : strerror(errno));
		close(fd);
		return false;
	}
	return true;
}

static bool set_write_list(const struct set *set)
{
	size_t len = strlen(set->list);
	ssize_t wrote;
	int fd, error;

	fd = open(set->file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0) {
		ctl_complain(set->ctl, CTL_FAILED, "%s: %s", set->file, strerror(errno));
		return false;
	}
	wrote = write(fd, set->list, len);
	error = wrote < 0 ? errno : EIO;
	close(fd);
	if (wrote == (ssize_t)len)
		return true;
	ctl_complain(set->ctl, CTL_FAILED,
		     "accel=%s: %s: the kernel log says what is wrong with it", set->list,
		     strerror(error));
	return false;
}

static bool set_write(struct set *set)
{
	struct stat stat;
	bool written;
	int lock;

	if (lstat(set->file, &stat) || !(stat.st_mode & 0222)) {
		set_by_hand(set, "this ipoib_core cannot be told while it runs");
		return false;
	}
	if (access(set->file, W_OK)) {
		ctl_complain(set->ctl, CTL_FAILED, "%s: %s", set->file, strerror(errno));
		return false;
	}
	if (!set_lock(set, &lock))
		return false;
	/* The question may have waited for long: other ports may have been given others. */
	written = set_look(set) && set_write_list(set);
	if (lock >= 0)
		close(lock);
	return written;
}

/* Whether it is over: it is well, or it is not and nothing will be tried again by itself. */
static bool set_is_done(const struct record *port, const char *accel)
{
	if (strcmp(record_string(port, IPOIB_A_WANTED), accel))
		return false;
	switch (record_get(port, IPOIB_A_BIND)) {
	case IPOIB_BIND_SERVED:
	case IPOIB_BIND_FELL_BACK:
	case IPOIB_BIND_LEFT_ALONE:
	case IPOIB_BIND_NO_ACCEL:
	case IPOIB_BIND_NOT_LOADED:
	case IPOIB_BIND_NOT_MATCHING:
		return true;
	default:
		return false;
	}
}

/* Has @port, of @ports, be what it has become. Returns whether there still is one. */
static bool set_wait(struct set *set, struct records *ports)
{
	const struct client_filter filter = {
		.hca = record_string(set->port, IPOIB_A_HCA),
		.port = record_get(set->port, IPOIB_A_PORT),
	};
	uint64_t end = wait_now() + SET_WAIT, still = wait_now() + SET_STILL;
	unsigned long long last = IPOIB_BIND_LOADING;

	for (;;) {
		if (!ctl_ask(set->ctl, IPOIB_CMD_PORT_GET, &filter, ports))
			return false;
		if (!ports->count) {
			ctl_complain(set->ctl, CTL_FAILED, "%s: the port is gone", set->name);
			return false;
		}
		if (record_get(ports->list, IPOIB_A_BIND) != last ||
		    last == IPOIB_BIND_LOADING)
			still = wait_now() + SET_STILL;
		last = record_get(ports->list, IPOIB_A_BIND);
		if (set_is_done(ports->list, set->accel) || wait_now() >= end ||
		    wait_now() >= still)
			return true;
		records_free(ports);
		wait_for(SET_LOOK, -1);
	}
}

/* Whether the kernel was started with an accel=. */
static bool set_on_cmdline(void)
{
	char path[PATH_MAX], line[SET_CMDLINE];

	run_root(path, sizeof(path), "/proc/cmdline");
	return run_read_line(path, line, sizeof(line)) &&
	       (strstr(line, "ipoib_core.accel=") || strstr(line, "ipoib-core.accel="));
}

static void set_tell(struct set *set)
{
	struct records ports = {};
	struct finding finding;
	const char *accel;

	if (!set_wait(set, &ports))
		goto out_free;
	accel = record_string(ports.list, IPOIB_A_ACCEL);
	if (strcmp(record_string(ports.list, IPOIB_A_WANTED), set->accel)) {
		ctl_complain(set->ctl, CTL_FAILED,
			     "%s: ipoib_core was told, and has not done so yet; the kernel log may say why",
			     set->name);
		goto out_free;
	}
	out_list(&set->ctl->out, NULL);
	if (record_get(ports.list, IPOIB_A_BIND) != IPOIB_BIND_LEFT_ALONE &&
	    explain_port(ports.list, &finding))
		finding_tell(&set->ctl->out, set->name, &finding);
	if (*accel || set_is_none(set)) {
		finding_set(&finding, FINDING_OK, "chosen", "accel=%s, %s%s%s", set->accel,
			    *accel ? "served by accel " : "has no interface of ours", accel,
			    set->as_before ? "; it was so before, and nothing was changed" : "");
		if (set_on_cmdline())
			finding_next(&finding,
				     "to have it so after the next boot: 'ipoib_core.accel=%s' on the kernel's command line, in the place of the one that is there, which counts before /etc/modprobe.d",
				     set->list);
		else
			finding_next(&finding,
				     "to have it so after the next boot: 'options ipoib_core accel=%s' in a file in /etc/modprobe.d, in the place of other lines with accel=; then "
				     MACHINE_RENEW, set->list);
		finding_tell(&set->ctl->out, set->name, &finding);
	} else {
		set->ctl->status = CTL_FAILED;
	}
	out_list_end(&set->ctl->out);
out_free:
	records_free(&ports);
}

void set_port_accel(struct ctl *ctl, const char *name, const char *accel, bool force)
{
	const struct client_filter none = {};
	struct client_filter filter = {};
	struct set set = { .ctl = ctl, .accel = accel };

	if (!set_is_accel(accel)) {
		ctl_complain(ctl, CTL_USAGE,
			     "an accel has a name of up to %u of a-z, 0-9 and _; auto and none are words too",
			     SET_NAME);
		return;
	}
	if (!ctl_ask(ctl, IPOIB_CMD_PORT_GET, &none, &set.ports) || !set_find_port(&set, name))
		goto out_free;
	filter.hca = record_string(set.port, IPOIB_A_HCA);
	filter.port = record_get(set.port, IPOIB_A_PORT);
	if (!ctl_ask(ctl, IPOIB_CMD_DEV_GET, &filter, &set.devs) || !set_look(&set))
		goto out_free;
	set.as_before = set_is_so(&set);
	if (!set.as_before &&
	    ((!force && !set_is_harmless(&set) && !set_ask(&set)) || !set_write(&set))) {
		if (ctl->status == CTL_OK)
			ctl_complain(ctl, CTL_FAILED, "nothing was changed");
		goto out_free;
	}
	set_tell(&set);
out_free:
	records_free(&set.devs);
	records_free(&set.ports);
}
