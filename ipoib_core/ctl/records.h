/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers of the kernel, kept: a record for each message. A message is taken only if each attribute
 * that is known has the type and the length that it must have, so who reads a record need not look.
 */
#ifndef IPOIBCTL_RECORDS_H
#define IPOIBCTL_RECORDS_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "attrs.h"

/**
 * struct record - a message
 * @msg: a copy of it
 * @attrs: its attributes by type, of several of one type the last; NULL where there is none
 */
struct record {
	struct nlmsghdr *msg;
	struct nlattr *attrs[IPOIB_A_MAX + 1];
};

/**
 * struct records - the answers to a request; all 0 to begin with
 * @list: of them
 * @count: how many
 * @room: entries of @list
 * @refused: messages that made no sense, and are not among them
 * @torn: something came or went meanwhile, however often it was asked: they may be of two moments
 */
struct records {
	struct record *list;
	size_t count;
	size_t room;
	size_t refused;
	bool torn;
};

/**
 * records_add() - keep a message, or refuse it
 * @records: to be kept in
 * @msg: a whole message of the family, nlmsg_len and all
 *
 * Return: 0, or a negative errno: no memory.
 */
int records_add(struct records *records, struct nlmsghdr *msg);

/**
 * records_free() - forget them
 * @records: all 0 afterwards
 */
void records_free(struct records *records);

/**
 * record_number() - a value that is a number, of whatever width
 * @record: it
 * @attr: attribute
 * @value: filled in, or left as it is
 *
 * Return: whether there is one.
 */
bool record_number(const struct record *record, enum ipoib_attr attr, unsigned long long *value);

/**
 * record_get() - the same for who needs no difference between 0 and none
 * @record: it
 * @attr: attribute
 *
 * Return: the value, or 0.
 */
unsigned long long record_get(const struct record *record, enum ipoib_attr attr);

/**
 * record_string() - a value that is a string
 * @record: it
 * @attr: attribute
 *
 * Return: the string, or "".
 */
const char *record_string(const struct record *record, enum ipoib_attr attr);

/**
 * record_next() - one attribute after the other of those that a message has several of
 * @record: it
 * @attr: which
 * @last: the one before, NULL to begin with
 *
 * Return: the next one, or NULL.
 */
struct nlattr *record_next(const struct record *record, enum ipoib_attr attr, struct nlattr *last);

/**
 * record_complaint() - what the kernel says in words with an error
 * @msg: a whole message of type NLMSG_ERROR
 *
 * Return: its words, within @msg, or NULL.
 */
const char *record_complaint(struct nlmsghdr *msg);

#endif /* IPOIBCTL_RECORDS_H */
