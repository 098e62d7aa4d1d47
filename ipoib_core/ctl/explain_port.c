// SPDX-License-Identifier: GPL-2.0
/* Why a port has no interface of ours, or is not served by what should. */
#include <errno.h>
#include <string.h>

#include "explain.h"
#include "machine.h"
#include "print.h"

void explain_port_name(char *name, const struct record *record)
{
	snprintf(name, EXPLAIN_NAME, "%s/%llu", record_string(record, IPOIB_A_HCA),
		 record_get(record, IPOIB_A_PORT));
}

bool explain_is_silent(const struct record *record, enum ipoib_attr attr)
{
	unsigned long long error = record_get(record, attr);

	return error == ETIMEDOUT || error == EHOSTDOWN;
}

const char *explain_error(const struct record *record, enum ipoib_attr attr)
{
	return print_strerror(explain_is_silent(record, attr) ? EHOSTDOWN :
							       record_get(record, attr));
}

/* What one of the device's queues is made by may be taken by somebody else. */
static bool explain_is_held(const struct record *port)
{
	return record_get(port, IPOIB_A_REFUSED_ERROR) == EBUSY;
}

/*
 * With none its interfaces are gone, and whose shell goes over one of these can say no more: so it
 * is one line, which asks nothing.
 */
void explain_anew(char *line, const struct record *port)
{
	char name[EXPLAIN_NAME];
	const char *word;

	explain_port_name(name, port);
	word = print_word(name);
	finding_write(line, EXPLAIN_LINE,
		      "'ipoibctl -f set port %s accel none; ipoibctl -f set port %s accel %s'%s",
		      word, word, print_word(record_string(port, IPOIB_A_WANTED)),
		      port->attrs[IPOIB_A_ACCEL] ? ", not over an interface of this port," : "");
}

/*
 * Who is served is left so, and who is not is tried again by itself, but seldom in the end: another
 * choice, and then this one again, has it tried now.
 */
static void explain_again(const struct record *port, struct finding *finding, const char *first)
{
	const char *how = " at once";
	char line[EXPLAIN_LINE];

	if (port->attrs[IPOIB_A_ACCEL])
		how = ": " EXPLAIN_ANEW_GOES;
	explain_anew(line, port);
	finding_next(finding, "%s%s has accel %s tried again%s", first, line,
		     record_string(port, IPOIB_A_REFUSED), how);
}

static void explain_held_next(const struct record *port, struct finding *finding)
{
	explain_again(port, finding,
		      "in-tree's ib_ipoib, or another driver, may have the card's queues for IPoIB, which cannot be had twice; the kernel log may name its interface: 'rmmod ib_ipoib' if it is not ours ('ipoibctl check' says which), which takes its interfaces away; once the queues are free ");
}

static void explain_fell_back(const struct record *port, struct finding *finding)
{
	char first[FINDING_NEXT / 4];

	if (explain_is_held(port)) {
		finding_set(finding, FINDING_LIMITED, "port-held",
			    "served by accel %s, for %s failed to start: %s; another driver may hold what it needs of the port",
			    record_string(port, IPOIB_A_ACCEL),
			    record_string(port, IPOIB_A_REFUSED), strerror(EBUSY));
		explain_held_next(port, finding);
		return;
	}
	finding_set(finding, FINDING_LIMITED, "fell-back",
		    "served by accel %s, for %s failed to start: %s",
		    record_string(port, IPOIB_A_ACCEL), record_string(port, IPOIB_A_REFUSED),
		    strerror((int)record_get(port, IPOIB_A_REFUSED_ERROR)));
	finding_write(first, sizeof(first),
		      "works, but perhaps not as fast: accel_%s(4) has what it needs of card, firmware and kernel, and the kernel log what it said; once that is mended ",
		      record_string(port, IPOIB_A_REFUSED));
	explain_again(port, finding, first);
}

static void explain_left_alone(const struct record *port, struct finding *finding)
{
	char name[EXPLAIN_NAME];

	explain_port_name(name, port);
	finding_set(finding, FINDING_NOTE, "left-alone",
		    "has no interface of ours: accel= says %s",
		    record_string(port, IPOIB_A_WANTED));
	finding_next(finding,
		     "as it was asked for; else 'ipoibctl set port %s accel auto', and accel= in /etc/modprobe.d, then "
		     MACHINE_RENEW,
		     print_word(name));
}

static void explain_loading(const struct record *port, struct finding *finding)
{
	/* Its interface may have been told a moment before. */
	(void)port;
	finding_set(finding, FINDING_NOTE, "loading",
		    "is served by no accel yet: modules of accels are being loaded, or the accel before goes");
	finding_next(finding, "ask again in a few seconds");
}

static void explain_port_silent(const struct record *port, struct finding *finding)
{
	(void)port;
	finding_set(finding, FINDING_BROKEN, "port-silent",
		    "has no interface: the device's driver does not tell the port's state");
	finding_next(finding,
		     "the kernel log may say what is wrong with the device; it is asked on");
}

static void explain_no_accel(const struct record *port, struct finding *finding)
{
	(void)port;
	finding_set(finding, FINDING_BROKEN, "accel-missing",
		    "has no interface: no accel that serves this device is loaded");
	finding_next(finding,
		     "'modprobe accel_ref', which serves any InfiniBand device; if that is not found, 'ipoibctl check' looks at the package");
}

static void explain_not_loaded(const struct record *port, struct finding *finding)
{
	const char *wanted = record_string(port, IPOIB_A_WANTED);
	char name[EXPLAIN_NAME];

	explain_port_name(name, port);
	finding_set(finding, FINDING_BROKEN, "accel-missing",
		    "has no interface: accel=%s, but no accel of that name is there: module accel_%s is not loaded, or was refused",
		    wanted, wanted);
	finding_next(finding,
		     "if the name is right 'modprobe accel_%s' says whether there is such a module, and the kernel log why it is refused; else 'ipoibctl set port %s accel auto', which takes the best that there is",
		     print_word(wanted), print_word(name));
}

static void explain_not_matching(const struct record *port, struct finding *finding)
{
	char name[EXPLAIN_NAME];

	explain_port_name(name, port);
	finding_set(finding, FINDING_BROKEN, "accel-refuses",
		    "has no interface: accel=%s, which does not serve this device",
		    record_string(port, IPOIB_A_WANTED));
	finding_next(finding,
		     "'ipoibctl set port %s accel auto', and accel= in /etc/modprobe.d, then "
		     MACHINE_RENEW "; see ipoib_core(4)",
		     print_word(name));
}

/* @next: what to do if it does. */
static void explain_failed_next(const struct record *port, struct finding *finding,
				const char *next)
{
	if (explain_is_silent(port, IPOIB_A_REFUSED_ERROR))
		finding_next(finding, EXPLAIN_SILENT);
	else
		finding_next(finding, "%s", next);
}

static void explain_failed(const struct record *port, struct finding *finding)
{
	char name[EXPLAIN_NAME], next[FINDING_NEXT / 4];

	if (explain_is_held(port)) {
		finding_set(finding, FINDING_BROKEN, "port-held",
			    "has no interface: accel %s failed to start: %s; another driver may hold what it needs of the port; it is tried again",
			    record_string(port, IPOIB_A_REFUSED), strerror(EBUSY));
		explain_held_next(port, finding);
		return;
	}
	finding_set(finding, FINDING_BROKEN, "accel-failed",
		    "has no interface: accel %s failed to start: %s; it is tried again",
		    record_string(port, IPOIB_A_REFUSED),
		    explain_error(port, IPOIB_A_REFUSED_ERROR));
	explain_port_name(name, port);
	finding_write(next, sizeof(next),
		      "the kernel log says what it needs; 'ipoibctl set port %s accel auto' has others tried too; see ipoib_core(4)",
		      print_word(name));
	explain_failed_next(port, finding, next);
}

static void explain_all_failed(const struct record *port, struct finding *finding)
{
	finding_set(finding, FINDING_BROKEN, "accel-failed",
		    "has no interface: no accel that matches works; %s failed last: %s; they are tried again",
		    record_string(port, IPOIB_A_REFUSED),
		    explain_error(port, IPOIB_A_REFUSED_ERROR));
	explain_failed_next(port, finding,
			    "another driver of the port, as in-tree's ib_ipoib, may hold what they need; the kernel log has each of them");
}

/* By enum ipoib_bind; of the first there is nothing to say. */
static void (* const explain_binds[])(const struct record *port, struct finding *finding) = {
	[IPOIB_BIND_SERVED] = NULL,
	[IPOIB_BIND_FELL_BACK] = explain_fell_back,
	[IPOIB_BIND_LEFT_ALONE] = explain_left_alone,
	[IPOIB_BIND_LOADING] = explain_loading,
	[IPOIB_BIND_SILENT] = explain_port_silent,
	[IPOIB_BIND_NO_ACCEL] = explain_no_accel,
	[IPOIB_BIND_NOT_LOADED] = explain_not_loaded,
	[IPOIB_BIND_NOT_MATCHING] = explain_not_matching,
	[IPOIB_BIND_FAILED] = explain_failed,
	[IPOIB_BIND_ALL_FAILED] = explain_all_failed,
};

bool explain_port(const struct record *port, struct finding *finding)
{
	unsigned long long bind = record_get(port, IPOIB_A_BIND);

	if (bind >= sizeof(explain_binds) / sizeof(*explain_binds)) {
		/* In the words of an ipoib_core that is newer. */
		finding_set(finding, FINDING_NOTE, "other", "%s",
			    record_string(port, IPOIB_A_BIND_TEXT));
		return true;
	}
	if (!explain_binds[bind])
		return false;
	explain_binds[bind](port, finding);
	return true;
}

static bool explain_has_driver(const struct record *port, const char *alias)
{
	struct nlattr *at = NULL;

	while ((at = record_next(port, IPOIB_A_ALIAS, at)))
		if (!strcmp(nla_get_string(at), alias))
			return true;
	return false;
}

/* A guest does not know that it has a virtual function, whose port has a state of its own. */
void explain_guest(const struct record *port, const struct record *dev, struct finding *finding)
{
	bool mlx4 = port && explain_has_driver(port, "driver:mlx4_core");

	switch (record_get(dev, IPOIB_A_CARRIER_REASON)) {
	case IPOIB_CARRIER_REASON_PORT_DOWN:
	case IPOIB_CARRIER_REASON_PORT_INIT:
		if (!mlx4) {
			finding_also(finding,
				     "; of a virtual function (SR-IOV), in which ibportstate and others that send SMPs do not work: 'ip link show PF' on its physical function's host has its state and GUIDs, 'ip link set PF vf N state auto' sets that, and the subnet manager has to allow virtualization");
			return;
		}
		break;
	case IPOIB_CARRIER_REASON_PKEY_MISSING:
	case IPOIB_CARRIER_REASON_GID_MISSING:
		break;
	default:
		return;
	}
	if (mlx4)
		finding_also(finding,
			     "; a virtual function of ConnectX-3 has the P_Keys and GUIDs that its physical function's host maps: pkey_idx and admin_guids below /sys/class/infiniband/*/iov there");
}

/* Of cards whose driver has queues for IPoIB: not where accel ref was asked for by name. */
static bool explain_may_have_mlx(const struct record *port)
{
	if (record_get(port, IPOIB_A_BIND) != IPOIB_BIND_SERVED ||
	    strcmp(record_string(port, IPOIB_A_WANTED), "auto") ||
	    strcmp(record_string(port, IPOIB_A_ACCEL), "ref"))
		return false;
	return explain_has_driver(port, "driver:mlx5_core");
}

bool explain_without_mlx(const struct record *port, const struct records *accels,
			 struct finding *finding)
{
	char line[EXPLAIN_LINE], name[EXPLAIN_NAME];
	size_t i = 0;

	/* Who cannot be asked has not said that it is not there. */
	if (!explain_may_have_mlx(port) || !accels->count)
		return false;
	while (i < accels->count &&
	       strcmp(record_string(&accels->list[i], IPOIB_A_ACCEL), "mlx"))
		i++;
	explain_anew(line, port);
	if (i == accels->count) {
		finding_set(finding, FINDING_NOTE, "accel-missing",
			    "served by accel ref, as accel mlx, which may be faster, was not loaded");
		finding_next(finding,
			     "'modprobe accel_mlx' says whether there is such a module, and the kernel log why it is refused; then %s has it tried: "
			     EXPLAIN_ANEW_GOES, line);
		return true;
	}
	explain_port_name(name, port);
	finding_set(finding, FINDING_NOTE, "accel-refuses",
		    "served by accel ref, though accel mlx is loaded: the card has no queues for that, or it was loaded later");
	finding_next(finding,
		     "if the kernel log says that there are no IPoIB queues accel_mlx(4) has what it needs of card and firmware, and 'ipoibctl set port %s accel ref' ends this note; else %s has it tried: "
		     EXPLAIN_ANEW_GOES, print_word(name), line);
	return true;
}
