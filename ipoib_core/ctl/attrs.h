/* SPDX-License-Identifier: GPL-2.0 */
/* What the attributes of the family are called, and how their values are written. */
#ifndef IPOIBCTL_ATTRS_H
#define IPOIBCTL_ATTRS_H

#include <netlink/attr.h>

#include "ipoib_netlink.h"

/**
 * enum attr_kind - how a value is written
 * @ATTR_NONE: no value of its own
 * @ATTR_NUMBER: decimal
 * @ATTR_HEX: hexadecimal
 * @ATTR_ENUM: by name
 * @ATTR_BOOL: yes or no
 * @ATTR_STRING: as it is
 * @ATTR_GID: as an IPv6 address
 * @ATTR_TIME: milliseconds
 * @ATTR_ERROR: an errno
 * @ATTR_STRINGS: all of several strings
 * @ATTR_HEXES: all of several numbers, hexadecimal
 */
enum attr_kind {
	ATTR_NONE,
	ATTR_NUMBER,
	ATTR_HEX,
	ATTR_ENUM,
	ATTR_BOOL,
	ATTR_STRING,
	ATTR_GID,
	ATTR_TIME,
	ATTR_ERROR,
	ATTR_STRINGS,
	ATTR_HEXES,
};

/**
 * struct attr - an attribute
 * @key: its name in JSON: that of ipoib.yaml, with _ for -
 * @kind: how it is written
 * @digits: ATTR_HEX, ATTR_HEXES: at least so many
 * @names: ATTR_ENUM: of its values
 * @num_names: how many these are
 */
struct attr {
	const char *key;
	enum attr_kind kind;
	unsigned int digits;
	const char * const *names;
	unsigned int num_names;
};

/* By enum ipoib_attr. */
extern const struct attr attrs_known[IPOIB_A_MAX + 1];
/* Types and lengths, for libnl. */
extern struct nla_policy attrs_policy[IPOIB_A_MAX + 1];

/**
 * attrs_name() - the name of a value
 * @attr: of kind ATTR_ENUM
 * @value: its value
 *
 * Return: the name, or NULL for one that is newer than this program.
 */
const char *attrs_name(enum ipoib_attr attr, unsigned long long value);

#endif /* IPOIBCTL_ATTRS_H */
