// SPDX-License-Identifier: GPL-2.0
/*
 * The accel= parameter: which data path a port shall have.
 *
 *	accel=auto                   the best that matches each port (default)
 *	accel=NAME                   this one on every port
 *	accel=none                   no port
 *	accel=WHICH:CHOICE,...       these ports; others: auto
 *	accel=CHOICE,WHICH:CHOICE... these ports; others: the first
 *
 * WHICH is, and of those that fit a port the first kind counts:
 *
 *	pci:0000:3b:00.0/PORT        by the address of the PCI function
 *	guid:0x0002c90300a1b2c3/PORT by the node GUID
 *	DEVICE/PORT                  by the name in /sys/class/infiniband
 *	driver:mlx5_core             all ports of a driver
 *
 * The choice follows the last colon: no name of an accel has one. Names of devices change: udev
 * gives them others soon after they appear, and what appears again, after a reset, gets the first
 * that is free. So an item by name is for the device at the bus address where that name was first
 * seen, whatever it is called later, and for no other one.
 *
 * The list may be given anew (choose.c), and is then as if it had been so from the beginning; who
 * has a name that an item said keeps a name that stays.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "choice.h"

#include <linux/ctype.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

/* How long no device has come or changed its name when those that are missing are told of. */
#define IPOIB_CHOICE_SETTLED	(5 * HZ)

/* Most names of accels that lists may say, one after the other: they stay. */
#define IPOIB_CHOICE_NAMES	64

/* Bytes for a device's address on its bus, as "0000:3b:00.0" or "mlx5_core.sf.4". */
#define IPOIB_CHOICE_PLACE	40

/* How an item says which ports it is for; the later one counts. */
enum ipoib_choice_kind {
	IPOIB_CHOICE_ALL,
	IPOIB_CHOICE_DRIVER,
	IPOIB_CHOICE_NAME,
	IPOIB_CHOICE_GUID,
	IPOIB_CHOICE_PCI,
};

/**
 * struct ipoib_choice - one item of the list
 * @node: on ipoib_choices
 * @kind: what of the following is there
 * @which: what @kind calls it by: a driver, a name, an address
 * @guid: of the node
 * @domain: of the PCI function
 * @function: of the PCI function: bus, device and function
 * @port: number; 0: all
 * @name: choice, kept once the list is taken
 * @place: of a name: where the device that has, or had it, is; empty: none was seen
 * @used: it fits a port that was seen
 * @told: it was said that it fits none, or that another device has the name
 * @text: memory that @which points into
 * @item: as it was written
 */
struct ipoib_choice {
	struct list_head node;
	enum ipoib_choice_kind kind;
	const char *which;
	__be64 guid;
	unsigned int domain;
	unsigned int function;
	u32 port;
	const char *name;
	char place[IPOIB_CHOICE_PLACE];
	bool used;
	bool told;
	char *text;
	const char *item;
};

/**
 * struct ipoib_choice_name - a name that some list has said
 * @node: on ipoib_choice_names
 * @name: it
 */
struct ipoib_choice_name {
	struct list_head node;
	char name[IPOIB_ACCEL_NAME_MAX + 1];
};

/* The list, as text too, and what its items have seen: place, used, told. */
static LIST_HEAD(ipoib_choices);
static const char *ipoib_choice_text = IPOIB_CHOICE_AUTO;
static DEFINE_MUTEX(ipoib_choice_lock);
/* By one at a time who sets a list. */
static LIST_HEAD(ipoib_choice_names);

bool ipoib_accel_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len && len <= IPOIB_ACCEL_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* As the kernel writes it: domain, bus, device, function. */
static const char *ipoib_choice_parse_pci(struct ipoib_choice *choice)
{
	unsigned int bus, slot, function;
	int len = 0;

	if (sscanf(choice->which, "%x:%x:%x.%x%n", &choice->domain, &bus, &slot, &function,
		   &len) != 4 || choice->which[len] || bus > 0xff || slot > 0x1f || function > 7)
		return "not the address of a PCI function, such as 0000:3b:00.0";
	choice->function = PCI_DEVID(bus, PCI_DEVFN(slot, function));
	return NULL;
}

/* 16 digits, by 0x or in groups of four, as tools and sysfs write it. */
static const char *ipoib_choice_parse_guid(struct ipoib_choice *choice)
{
	const char *from = choice->which;
	unsigned int digits = 0;
	u64 guid = 0;

	if (from[0] == '0' && tolower(from[1]) == 'x')
		from += 2;
	for (; *from; from++) {
		if (*from == ':' && digits && digits % 4 == 0 && isxdigit(from[1]))
			continue;
		if (!isxdigit(*from) || ++digits > 16)
			break;
		guid = guid << 4 | (isdigit(*from) ? *from - '0' : tolower(*from) - 'a' + 10);
	}
	if (*from || digits != 16)
		return "not a node GUID of 16 hexadecimal digits";
	choice->guid = cpu_to_be64(guid);
	return NULL;
}

/* Splits "WHICH/PORT" in @which. Returns what is wrong, or NULL. */
static const char *ipoib_choice_parse_which(struct ipoib_choice *choice, char *which)
{
	char *rest = strchr(which, ':');
	char *port;

	choice->kind = IPOIB_CHOICE_NAME;
	if (rest) {
		*rest++ = '\0';
		if (!strcmp(which, "pci"))
			choice->kind = IPOIB_CHOICE_PCI;
		else if (!strcmp(which, "guid"))
			choice->kind = IPOIB_CHOICE_GUID;
		else if (!strcmp(which, "driver"))
			choice->kind = IPOIB_CHOICE_DRIVER;
		else
			return "the first colon can follow pci, guid or driver, or a port";
		which = rest;
	}
	choice->which = which;
	port = strrchr(which, '/');
	if (choice->kind == IPOIB_CHOICE_DRIVER)
		return port || !*which ? "what follows driver: is the name of one" : NULL;
	if (!port)
		return "no port; write DEVICE/PORT:NAME";
	*port++ = '\0';
	if (!*which)
		return "no device in front of the port";
	if (kstrtou32(port, 10, &choice->port) || !choice->port)
		return "ports are numbers from 1";
	if (choice->kind == IPOIB_CHOICE_PCI)
		return ipoib_choice_parse_pci(choice);
	return choice->kind == IPOIB_CHOICE_GUID ? ipoib_choice_parse_guid(choice) : NULL;
}

/* Splits "WHICH:CHOICE" or "CHOICE" in @choice->text. Returns what is wrong, or NULL. */
static const char *ipoib_choice_parse(struct ipoib_choice *choice)
{
	char *name = strrchr(choice->text, ':');
	const char *wrong = NULL;

	choice->name = choice->text;
	if (name) {
		*name++ = '\0';
		choice->name = name;
		wrong = ipoib_choice_parse_which(choice, choice->text);
	}
	if (!wrong && !ipoib_accel_name_ok(choice->name))
		wrong = "what it shall be is auto, none, or the name of an accel";
	return wrong;
}

/* The choice's name is one that stays. @all is the whole list, for the message. */
static int ipoib_choice_keep(struct ipoib_choice *choice, const char *all)
{
	struct ipoib_choice_name *kept;
	unsigned int count = 0;

	list_for_each_entry(kept, &ipoib_choice_names, node) {
		if (!strcmp(kept->name, choice->name))
			goto found;
		count++;
	}
	if (count == IPOIB_CHOICE_NAMES) {
		pr_err("accel=%s: \"%s\" is one name more than can be kept until ipoib_core is loaded anew\n",
		       all, choice->name);
		return -ENOSPC;
	}
	kept = kzalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return -ENOMEM;
	strscpy(kept->name, choice->name, sizeof(kept->name));
	list_add_tail(&kept->node, &ipoib_choice_names);
found:
	choice->name = kept->name;
	return 0;
}

static bool ipoib_choice_is_twice(const struct list_head *list, const struct ipoib_choice *new)
{
	struct ipoib_choice *choice;

	list_for_each_entry(choice, list, node) {
		if (choice->kind != new->kind || choice->port != new->port ||
		    choice->guid != new->guid || choice->domain != new->domain ||
		    choice->function != new->function)
			continue;
		/* Addresses can be written in several ways, names cannot. */
		if ((new->kind != IPOIB_CHOICE_NAME && new->kind != IPOIB_CHOICE_DRIVER) ||
		    !strcmp(choice->which, new->which))
			return true;
	}
	return false;
}

static void ipoib_choice_free(struct ipoib_choice *choice)
{
	kfree(choice->item);
	kfree(choice->text);
	kfree(choice);
}

static void ipoib_choice_free_list(struct list_head *list)
{
	struct ipoib_choice *choice, *next;

	list_for_each_entry_safe(choice, next, list, node) {
		list_del(&choice->node);
		ipoib_choice_free(choice);
	}
}

/* @all is the whole list, for messages. */
static int ipoib_choice_add(struct list_head *list, const char *item, const char *all)
{
	struct ipoib_choice *choice;
	const char *wrong;
	int ret = 0;

	choice = kzalloc(sizeof(*choice), GFP_KERNEL);
	if (!choice)
		return -ENOMEM;
	choice->text = kstrdup(item, GFP_KERNEL);
	choice->item = kstrdup(item, GFP_KERNEL);
	if (!choice->text || !choice->item) {
		ipoib_choice_free(choice);
		return -ENOMEM;
	}

	wrong = ipoib_choice_parse(choice);
	if (wrong) {
		ret = -EINVAL;
		pr_err("accel=%s: cannot read \"%s\": %s; write auto, none, a name, or a list as in mlx5_0/1:mlx,pci:0000:3b:00.0/1:none\n",
		       all, item, wrong);
	} else if (ipoib_choice_is_twice(list, choice)) {
		ret = -EINVAL;
		pr_err("accel=%s: \"%s\" names a port for the second time\n", all, item);
	}
	if (ret)
		ipoib_choice_free(choice);
	else
		list_add_tail(&choice->node, list);
	return ret;
}

/*
 * Items of @list by names that the old list has too are for the devices that had these then: who
 * changes one item does not mean those of devices that were renamed since.
 */
static void ipoib_choice_inherit(struct list_head *list)
{
	struct ipoib_choice *choice, *old;

	lockdep_assert_held(&ipoib_choice_lock);
	list_for_each_entry(choice, list, node) {
		list_for_each_entry(old, &ipoib_choices, node) {
			if (choice->kind == IPOIB_CHOICE_NAME && old->kind == IPOIB_CHOICE_NAME &&
			    old->place[0] && !strcmp(choice->which, old->which))
				strscpy(choice->place, old->place, sizeof(choice->place));
		}
	}
}

int ipoib_choice_set(const char *text)
{
	struct ipoib_choice *choice;
	char *copy, *rest, *item;
	LIST_HEAD(list);
	LIST_HEAD(old);
	int ret = 0;

	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = strim(copy);
	while (!ret && (item = strsep(&rest, ",")))
		ret = ipoib_choice_add(&list, strim(item), text);
	kfree(copy);
	/* Of a list that is refused no name is kept. */
	list_for_each_entry(choice, &list, node) {
		if (!ret)
			ret = ipoib_choice_keep(choice, text);
	}
	if (ret) {
		ipoib_choice_free_list(&list);
		return ret;
	}
	mutex_lock(&ipoib_choice_lock);
	ipoib_choice_inherit(&list);
	list_splice_init(&ipoib_choices, &old);
	list_splice(&list, &ipoib_choices);
	ipoib_choice_text = text;
	mutex_unlock(&ipoib_choice_lock);
	ipoib_choice_free_list(&old);
	return 0;
}

/* Nobody would notice that a port has been misspelt, or bears another name by now. */
static void ipoib_choice_tell(struct work_struct *work)
{
	struct ipoib_choice *choice;

	mutex_lock(&ipoib_choice_lock);
	list_for_each_entry(choice, &ipoib_choices, node) {
		if (choice->kind == IPOIB_CHOICE_ALL || choice->used || choice->told)
			continue;
		choice->told = true;
		pr_warn("accel=%s: \"%s\" fits no InfiniBand port that there is so far; names in /sys/class/infiniband change, pci: and guid: do not\n",
			ipoib_choice_text, choice->item);
	}
	mutex_unlock(&ipoib_choice_lock);
}

static DECLARE_DELAYED_WORK(ipoib_choice_work, ipoib_choice_tell);

void ipoib_choice_device(void)
{
	mod_delayed_work(system_long_wq, &ipoib_choice_work, IPOIB_CHOICE_SETTLED);
}

void ipoib_choice_exit(void)
{
	struct ipoib_choice_name *kept, *next;

	cancel_delayed_work_sync(&ipoib_choice_work);
	ipoib_choice_free_list(&ipoib_choices);
	list_for_each_entry_safe(kept, next, &ipoib_choice_names, node) {
		list_del(&kept->node);
		kfree(kept);
	}
}

/* Is @hca the device that @choice means by a name? */
static bool ipoib_choice_is_name(struct ipoib_choice *choice, const struct ib_device *hca)
{
	const struct device *at = hca->dev.parent ?: &hca->dev;
	/* Not dev_name(): a device that is renamed meanwhile frees that. */
	bool is_called = !strncmp(choice->which, hca->name, IB_DEVICE_NAME_MAX);

	if (!choice->place[0] && is_called)
		strscpy(choice->place, dev_name(at), sizeof(choice->place));
	if (!strncmp(choice->place, dev_name(at), sizeof(choice->place) - 1))
		return true;
	if (is_called && !choice->told) {
		choice->told = true;
		dev_warn(&hca->dev,
			 "ipoib_core: \"%s\" of accel= does not count for this device, but for the one at %s, which had that name first; name ports by pci: or guid:\n",
			 choice->item, choice->place);
	}
	return false;
}

static bool ipoib_choice_is_pci(const struct ipoib_choice *choice, const struct ib_device *hca)
{
	struct pci_dev *pdev;

	if (!hca->dev.parent || !dev_is_pci(hca->dev.parent))
		return false;
	pdev = to_pci_dev(hca->dev.parent);
	return choice->domain == pci_domain_nr(pdev->bus) &&
	       choice->function == PCI_DEVID(pdev->bus->number, pdev->devfn);
}

static bool ipoib_choice_fits(struct ipoib_choice *choice, const struct ib_device *hca, u32 port)
{
	if (choice->port && choice->port != port)
		return false;
	switch (choice->kind) {
	case IPOIB_CHOICE_ALL:
		return true;
	case IPOIB_CHOICE_DRIVER:
		return hca->dev.parent &&
		       !strcmp(choice->which, dev_driver_string(hca->dev.parent));
	case IPOIB_CHOICE_NAME:
		return ipoib_choice_is_name(choice, hca);
	case IPOIB_CHOICE_GUID:
		return choice->guid == hca->node_guid;
	case IPOIB_CHOICE_PCI:
		return ipoib_choice_is_pci(choice, hca);
	}
	return false;
}

const char *ipoib_choice(const struct ib_device *hca, u32 port)
{
	struct ipoib_choice *choice, *best = NULL;

	mutex_lock(&ipoib_choice_lock);
	list_for_each_entry(choice, &ipoib_choices, node) {
		if (!ipoib_choice_fits(choice, hca, port))
			continue;
		choice->used = true;
		if (!best || choice->kind > best->kind)
			best = choice;
	}
	mutex_unlock(&ipoib_choice_lock);
	return best ? best->name : IPOIB_CHOICE_AUTO;
}

bool ipoib_choice_name(const struct ib_device *hca, u32 port, unsigned int nth, char *name)
{
	const struct device *parent = hca->dev.parent;

	name[0] = '\0';
	switch (nth) {
	case 0:
		if (parent && dev_is_pci(parent))
			snprintf(name, IPOIB_CHOICE_NAME_MAX, "pci:%s/%u", dev_name(parent), port);
		return true;
	case 1:
		snprintf(name, IPOIB_CHOICE_NAME_MAX, "guid:0x%016llx/%u",
			 be64_to_cpu(hca->node_guid), port);
		return true;
	case 2:
		/* Not dev_name(): a device that is renamed meanwhile frees that. */
		snprintf(name, IPOIB_CHOICE_NAME_MAX, "%.*s/%u", IB_DEVICE_NAME_MAX - 1, hca->name,
			 port);
		return true;
	case 3:
		if (parent)
			snprintf(name, IPOIB_CHOICE_NAME_MAX, "driver:%s",
				 dev_driver_string(parent));
		return true;
	default:
		return false;
	}
}
