/* SPDX-License-Identifier: GPL-2.0 */
/* Records as text and JSON, by lists of what is in them. */
#ifndef IPOIBCTL_PRINT_H
#define IPOIBCTL_PRINT_H

#include "out.h"
#include "records.h"

#define PRINT_TIME	32
#define PRINT_GID	48
#define PRINT_WHY	128
/* A backslash before each byte of the longest, which is the name of a file: a network namespace. */
#define PRINT_WORD	512
/* Options of print_diag() are there twice. */
#define PRINT_NEXT	(2 * PRINT_WORD + 128)
/* So many words may stand in one text. */
#define PRINT_WORDS	4

/**
 * struct print_field - an attribute of a record
 * @attr: which
 * @label: what stands before it in text; NULL: it is in JSON only
 * @line: text: it begins another line
 * @nonzero: text: 0 is not worth saying
 */
struct print_field {
	enum ipoib_attr attr;
	const char *label;
	bool line;
	bool nonzero;
};

#define PRINT_JSON(ATTR)	{ .attr = ATTR }
#define PRINT_FIELD(ATTR, LABEL) { .attr = ATTR, .label = LABEL }
#define PRINT_LINE(ATTR, LABEL)	{ .attr = ATTR, .label = LABEL, .line = true }
#define PRINT_NONZERO(ATTR, LABEL) { .attr = ATTR, .label = LABEL, .nonzero = true }
#define PRINT_END		{ .attr = 0 }

/**
 * print_fields() - those attributes that a record has
 * @out: where to
 * @record: it
 * @fields: what is wanted, in this order; ends with one whose @attr is 0
 */
void print_fields(struct out *out, const struct record *record, const struct print_field *fields);

/**
 * print_strerror() - an errno of an accel, or of the core, in words
 * @error: it; accel ref has EHOSTDOWN for a device that has not answered other commands
 */
const char *print_strerror(unsigned long long error);

/**
 * print_time() - a time for people
 * @text: PRINT_TIME bytes, filled in
 * @ms: milliseconds
 *
 * Return: @text.
 */
const char *print_time(char *text, unsigned long long ms);

/**
 * print_gid() - a GID as people write it
 * @text: PRINT_GID bytes, filled in; "" if there is none
 * @record: whose IPOIB_A_GID it is
 *
 * Return: @text.
 */
const char *print_gid(char *text, const struct record *record);

/**
 * print_gid_of() - the same of another attribute
 * @text: as above
 * @record: whose it is
 * @attr: which
 *
 * Return: @text.
 */
const char *print_gid_of(char *text, const struct record *record, enum ipoib_attr attr);

/**
 * print_is_own() - whether it is this host that failed, and nobody who was asked
 * @path: that failed
 *
 * Return: whether.
 */
bool print_is_own(const struct record *path);

/**
 * print_no_join() - why the last join of a group failed, in words
 * @text: PRINT_WHY bytes
 * @group: record of a group, or of an interface for its broadcast group
 *
 * Return: @text.
 */
const char *print_no_join(char *text, const struct record *group);

/**
 * print_diag() - options that have a program of infiniband-diags ask by the port
 * @record: that has IPOIB_A_HCA and IPOIB_A_PORT; without these options it may ask another fabric,
 *	by the first device that has an active port
 *
 * Return: them, as words of a shell; until it is called again.
 */
const char *print_diag(const struct record *record);

/**
 * print_next() - where to look when the subnet administrator has not refused
 * @text: PRINT_NEXT bytes, filled in
 * @record: of a path, a group or an interface, whose last query or join failed otherwise
 * @dev: interface that it is of
 *
 * Return: @text.
 */
const char *print_next(char *text, const struct record *record, const struct record *dev);

/**
 * print_word() - a name as a shell takes it for one word, to be copied out of what is told
 * @name: of an interface or a device, whose owner may have called it anything
 *
 * Return: it, with a backslash before each character that means something to a shell, and "..." at
 * the end if it is longer than any name; until PRINT_WORDS calls later.
 */
const char *print_word(const char *name);

/**
 * print_no_path() - why there is no path
 * @text: PRINT_WHY bytes, filled in
 * @path: that failed
 *
 * Return: @text.
 */
const char *print_no_path(char *text, const struct record *path);

#endif /* IPOIBCTL_PRINT_H */
