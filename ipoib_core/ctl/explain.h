/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl explain: why there is no carrier or no interface, and what is limited, in words. */
#ifndef IPOIBCTL_EXPLAIN_H
#define IPOIBCTL_EXPLAIN_H

#include "ctl.h"
#include "finding.h"
#include "machine.h"
#include "neigh.h"
#include "sample.h"

#define EXPLAIN_NAME	96
#define EXPLAIN_LINE	768
/* Bytes of IPoIB's header in the payload of InfiniBand (RFC 4391). */
#define EXPLAIN_ENCAP	4
/* How a port's own interface comes back, and that children do not. */
#define EXPLAIN_BACK \
	"in the device's network namespace, without what was set of it " \
	MACHINE_NOT_AGAIN ", and P_Key children have to be made again"
/* What the commands of explain_anew() do to a port that has interfaces. */
#define EXPLAIN_ANEW_GOES	"all interfaces of the port go, its own comes back " EXPLAIN_BACK

/* Down and up in one line saves the shell alone. Takes the interface's name, as a word, twice. */
#define EXPLAIN_BOUNCE \
	"'ip link set %s down; ip link set %s up', not over this interface (its IPv6 addresses and routes by gateways go with it; its P_Key children go down too, and all come up),"

/* What to look at where a device does not answer; how that ends is to follow. */
#define EXPLAIN_SUSPECTS \
	"the kernel log may say why, and firmware and PCIe are suspects ('lspci -vv'); if it stays so "
/* Where explain_is_silent(). */
#define EXPLAIN_SILENT \
	EXPLAIN_SUSPECTS "no accel serves the device's ports until it is reset, or the host is"

/*
 * What else an answer with an error may be: nobody serves queries on the port that they go to.
 * Takes print_diag().
 */
#define EXPLAIN_SM_ENDED \
	"does the subnet manager run ('saquery %s -c')? where it has ended, the kernel of its host answers so"

/**
 * explain_show() - the command
 * @ctl: what is asked for; @client is NULL where there is no ipoib_core to ask
 */
void explain_show(struct ctl *ctl);

/**
 * explain_port_name() - what a port is called
 * @name: EXPLAIN_NAME bytes, filled in
 * @record: that has IPOIB_A_HCA and IPOIB_A_PORT
 */
void explain_port_name(char *name, const struct record *record);

/**
 * explain_is_silent() - did the device not answer, or was not asked as it did not answer before?
 * @record: of what failed
 * @attr: how: an errno of an accel
 *
 * Another accel does not help then, and to bind one waits for the device, with RTNL, for minutes.
 */
bool explain_is_silent(const struct record *record, enum ipoib_attr attr);

/**
 * explain_error() - how an accel failed, in words
 * @record: of what failed
 * @attr: how: an errno
 */
const char *explain_error(const struct record *record, enum ipoib_attr attr);

/**
 * explain_carrier() - whether an interface has carrier, and if not, why
 * @dev: interface
 * @finding: filled in
 */
void explain_carrier(const struct record *dev, struct finding *finding);

/**
 * explain_parent() - whether an interface receives nothing, as its parent is closed
 * @client: to be asked for the parent
 * @devs: interfaces among which it may be already
 * @dev: interface
 * @finding: set anew if it is so
 *
 * Return: whether it is so.
 */
bool explain_parent(struct client *client, const struct records *devs, const struct record *dev,
		    struct finding *finding);

/**
 * explain_is_away() - is it a P_Key child whose parent is in another network namespace?
 * @dev: interface
 */
bool explain_is_away(const struct record *dev);

/**
 * explain_is_child() - is it a P_Key child?
 * @dev: interface
 */
bool explain_is_child(const struct record *dev);

/**
 * explain_parent_away() - what of an interface cannot be seen here, as its parent is elsewhere
 * @dev: interface
 *
 * Return: the end of a sentence about why nothing arrives, or "": it is no such interface.
 */
const char *explain_parent_away(const struct record *dev);

/**
 * explain_port() - why a port is served as it is
 * @port: port
 * @finding: filled in
 *
 * Return: whether there is something to say: not of one that is served as it is meant to.
 */
bool explain_port(const struct record *port, struct finding *finding);

/**
 * explain_guest() - what else there is to look at, if the machine may have a virtual function
 * @port: port; NULL: not known
 * @dev: interface
 * @finding: of explain_carrier(); more is added
 */
void explain_guest(const struct record *port, const struct record *dev, struct finding *finding);

/**
 * explain_without_mlx() - why a card that may have queues of IPoIB is served by accel ref
 * @port: port
 * @accels: that are loaded; none if that is not known
 * @finding: filled in
 *
 * Return: whether it is so.
 */
bool explain_without_mlx(const struct record *port, const struct records *accels,
			 struct finding *finding);

/**
 * explain_anew() - the commands that have a port served anew by what it is to be served by
 * @line: EXPLAIN_LINE bytes, filled in: one line of them, and from where it is not to be given
 * @port: port
 */
void explain_anew(char *line, const struct record *port);

/**
 * explain_refusal() - why the subnet administrator may have refused, by what saquery(8) says
 * @dev: interface that is not let into its broadcast group
 * @finding: what is known so far; set anew if more is known
 */
void explain_refusal(const struct record *dev, struct finding *finding);

/**
 * explain_groups() - multicast groups that cannot be joined, and tell them
 * @out: where to
 * @dev: interface
 * @groups: of all interfaces; none for who may not see them
 */
void explain_groups(struct out *out, const struct record *dev, const struct records *groups);

/**
 * explain_path_carries() - does a path carry fewer bytes than its interface sends?
 * @dev: interface
 * @path: one of its
 *
 * What is longer than a link on the way can carry gets lost, and nobody is told.
 *
 * Return: how many bytes of IP it carries; 0: enough, or that is not known.
 */
unsigned int explain_path_carries(const struct record *dev, const struct record *path);

/**
 * explain_mtu_next() - what to do about an MTU
 * @dev: interface
 * @before: begins the sentence
 * @mtu: that it should have; of a port of a bond it is the bond's
 * @after: ends it
 * @finding: filled in
 */
void explain_mtu_next(const struct record *dev, const char *before, unsigned long long mtu,
		      const char *after, struct finding *finding);

/**
 * explain_paths() - peers to which there is no path, or none for long packets, and tell them
 * @out: where to
 * @dev: interface
 * @paths: of all interfaces; none for who may not see them
 */
void explain_paths(struct out *out, const struct record *dev, const struct records *paths);

/**
 * explain_traffic() - what limits an interface that works, and tell it
 * @out: where to
 * @dev: interface
 * @port: its port, or NULL if that was not told
 * @before: what was counted
 * @after: the same some time later
 */
void explain_traffic(struct out *out, const struct record *dev, const struct record *port,
		     const struct sample *before, const struct sample *after);

/**
 * explain_link() - errors of a port and its link, and tell them
 * @out: where to
 * @port: port
 */
void explain_link(struct out *out, const struct record *port);

/**
 * explain_peers() - neighbours that do not answer, and tell them
 * @out: where to
 * @dev: interface, with carrier
 * @paths: of all interfaces; none for who may not see them
 * @before: its neighbours a moment ago
 */
void explain_peers(struct out *out, const struct record *dev, const struct records *paths,
		   const struct neighs *before);

#endif /* IPOIBCTL_EXPLAIN_H */
