// SPDX-License-Identifier: GPL-2.0
/* Items of ipoib_core's list accel=: who changes one must know what is the same to the kernel. */
#define _GNU_SOURCE
#include "items.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool item_read_pci(struct item *item)
{
	unsigned int bus, slot, function;
	int len = 0;

	if (sscanf(item->name, "%x:%x:%x.%x%n", &item->domain, &bus, &slot, &function, &len) != 4 ||
	    item->name[len] || bus > 0xff || slot > 0x1f || function > 7)
		return false;
	item->function = bus << 8 | slot << 3 | function;
	return true;
}

/* 16 digits, by 0x or in groups of four. */
static bool item_read_guid(struct item *item)
{
	const char *from = item->name;
	char digits[17] = "";
	size_t count = 0;

	if (from[0] == '0' && tolower((unsigned char)from[1]) == 'x')
		from += 2;
	for (; *from; from++) {
		if (*from == ':' && count && count % 4 == 0 && isxdigit((unsigned char)from[1]))
			continue;
		if (!isxdigit((unsigned char)*from) || count == sizeof(digits) - 1)
			return false;
		digits[count++] = *from;
	}
	item->guid = strtoull(digits, NULL, 16);
	return count == sizeof(digits) - 1;
}

/* Cuts the port off the name. */
static bool item_read_port(struct item *item)
{
	char *port = strrchr(item->name, '/'), *end;

	if (!port || port == item->name || !isdigit((unsigned char)port[1]))
		return false;
	*port++ = '\0';
	item->port = strtoul(port, &end, 10);
	return !*end && item->port;
}

static bool item_read_name(struct item *item)
{
	switch (item->kind) {
	case ITEM_DRIVER:
		return *item->name && !strchr(item->name, '/');
	case ITEM_NAME:
		return item_read_port(item);
	case ITEM_GUID:
		return item_read_port(item) && item_read_guid(item);
	case ITEM_PCI:
		return item_read_port(item) && item_read_pci(item);
	default:
		return false;
	}
}

void item_read(struct item *item, const char *text, size_t len)
{
	static const struct {
		const char *word;
		enum item_kind kind;
	} words[] = {
		{ "driver:", ITEM_DRIVER }, { "guid:", ITEM_GUID }, { "pci:", ITEM_PCI },
	};
	size_t i, before = 0;

	memset(item, 0, sizeof(*item));
	item->kind = memchr(text, ':', len) ? ITEM_NONE : ITEM_NAME;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (len < strlen(words[i].word) ||
		    memcmp(text, words[i].word, strlen(words[i].word)))
			continue;
		item->kind = words[i].kind;
		before = strlen(words[i].word);
	}
	if (len - before >= sizeof(item->name))
		item->kind = ITEM_NONE;
	else
		memcpy(item->name, text + before, len - before);
	if (!item_read_name(item))
		item->kind = ITEM_NONE;
	/* What can be written in several ways is told by its number. */
	if (item->kind == ITEM_GUID || item->kind == ITEM_PCI)
		item->name[0] = '\0';
}

bool item_same(const struct item *one, const struct item *other)
{
	return one->kind != ITEM_NONE && one->kind == other->kind && one->port == other->port &&
	       one->guid == other->guid && one->domain == other->domain &&
	       one->function == other->function && !strcmp(one->name, other->name);
}

/* An item, comma in front of it, at the end of a list. Returns whether there was room. */
static bool items_add(char *list, size_t size, const char *item, size_t len)
{
	size_t at = strlen(list);
	int more = snprintf(list + at, size - at, "%s%.*s", at ? "," : "", (int)len, item);

	return at + more < size;
}

const char *item_next(const char **rest, size_t *len)
{
	const char *item = *rest + strspn(*rest, " \t\n\v\f\r");

	*len = strcspn(item, ",");
	*rest = item + *len + (item[*len] == ',');
	if (item == *rest)
		return NULL;
	while (*len && isspace((unsigned char)item[*len - 1]))
		(*len)--;
	return item;
}

bool items_change(char *list, size_t size, const char *now, const char *which, const char *accel)
{
	struct item wanted = {}, has;
	const char *item, *colon;
	char last[2 * ITEM_NAME_SIZE];
	size_t len;

	if (which)
		item_read(&wanted, which, strlen(which));
	list[0] = '\0';
	while ((item = item_next(&now, &len))) {
		colon = memrchr(item, ':', len);
		if (colon) {
			item_read(&has, item, colon - item);
			if (item_same(&wanted, &has))
				continue;
		}
		if (len && !items_add(list, size, item, len))
			return false;
	}
	if (!which)
		return true;
	len = snprintf(last, sizeof(last), "%s:%s", which, accel);
	return len < sizeof(last) && items_add(list, size, last, len);
}
