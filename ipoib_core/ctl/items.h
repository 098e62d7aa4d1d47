/* SPDX-License-Identifier: GPL-2.0 */
/* Items of ipoib_core's list accel=, read as that reads them (ipoib_core/choice.c). */
#ifndef IPOIBCTL_ITEMS_H
#define IPOIBCTL_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a device's or a driver's name. */
#define ITEM_NAME_SIZE	96

/**
 * enum item_kind - how an item says which ports it is for; the later one counts
 * @ITEM_NONE: it does not, or not so that it can be read
 * @ITEM_DRIVER: all of a driver
 * @ITEM_NAME: by the name of the device
 * @ITEM_GUID: by that of the node
 * @ITEM_PCI: by the address of the PCI function
 */
enum item_kind {
	ITEM_NONE,
	ITEM_DRIVER,
	ITEM_NAME,
	ITEM_GUID,
	ITEM_PCI,
};

/**
 * struct item - which ports it is for; what @kind has not is 0
 * @kind: what of the following is there
 * @name: of the device or the driver
 * @guid: of the node
 * @domain: of the PCI function
 * @function: bus, device and function of it
 * @port: number
 */
struct item {
	enum item_kind kind;
	char name[ITEM_NAME_SIZE];
	uint64_t guid;
	unsigned int domain;
	unsigned int function;
	unsigned long port;
};

/**
 * item_read() - what is in front of the last colon of an item, or a name of a port
 * @item: filled in
 * @text: it
 * @len: characters of it
 */
void item_read(struct item *item, const char *text, size_t len);

/**
 * item_same() - whether two are for the same, said in the same kind
 * @one: one
 * @other: the other one
 *
 * Return: whether; never of what could not be read.
 */
bool item_same(const struct item *one, const struct item *other);

/**
 * item_next() - one item of a list after the other
 * @rest: what is left of the list, behind the item afterwards
 * @len: characters of the item, which may be none, without blanks around it
 *
 * Return: the item, or NULL at the end.
 */
const char *item_next(const char **rest, size_t *len);

/**
 * items_change() - a list in which ports are given an accel
 * @list: the new list, without blanks that modprobe.d(5) would split it at
 * @size: bytes of @list
 * @now: the list that there is
 * @which: name of the ports, NULL: nothing is to be changed
 * @accel: what these get
 *
 * Other kinds of names in @now stay, though they may be of the same port: they are outranked, or
 * of another port, for a device's name there is that of who had it first.
 *
 * Return: whether there was room.
 */
bool items_change(char *list, size_t size, const char *now, const char *which, const char *accel);

#endif /* IPOIBCTL_ITEMS_H */
