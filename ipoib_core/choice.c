// SPDX-License-Identifier: GPL-2.0
/*
 * The accel= parameter: which data path a port shall have.
 *
 *	accel=auto                        the best that matches each port (default)
 *	accel=NAME                        this one on every port
 *	accel=none                        no port
 *	accel=DEV/PORT:CHOICE,...         by port; others: auto
 *	accel=CHOICE,DEV/PORT:CHOICE,...  by port; others: the first
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "choice.h"

#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *accel = IPOIB_CHOICE_AUTO;
module_param(accel, charp, 0444);
MODULE_PARM_DESC(accel,
		 "data path: auto (default), a name, none, or a list by port: mlx5_0/1:mlx,mlx5_1/1:none");

/**
 * struct ipoib_choice - one item of the list
 * @node: on ipoib_choices
 * @device: name, or NULL: all ports that no other item names
 * @port: number
 * @name: choice
 * @text: memory that @device and @name point into
 */
struct ipoib_choice {
	struct list_head node;
	const char *device;
	u32 port;
	const char *name;
	char *text;
};

/* Written by module init only. */
static LIST_HEAD(ipoib_choices);

bool ipoib_accel_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len && len <= IPOIB_ACCEL_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static struct ipoib_choice *ipoib_choice_find(const char *device, u32 port)
{
	struct ipoib_choice *choice;

	list_for_each_entry(choice, &ipoib_choices, node) {
		if (!device != !choice->device)
			continue;
		if (!device || (choice->port == port && !strcmp(choice->device, device)))
			return choice;
	}
	return NULL;
}

/* Splits "DEV/PORT:CHOICE" or "CHOICE" in @choice->text; a message says what is wrong. */
static int ipoib_choice_split(struct ipoib_choice *choice)
{
	char *name = strchr(choice->text, ':');
	char *port;

	if (!name) {
		choice->name = choice->text;
		return 0;
	}
	*name++ = '\0';
	choice->name = name;
	choice->device = choice->text;
	port = strchr(choice->text, '/');
	if (!port || port == choice->text)
		return -EINVAL;
	*port++ = '\0';
	if (kstrtou32(port, 10, &choice->port) || !choice->port)
		return -EINVAL;
	return 0;
}

static int ipoib_choice_add(const char *item)
{
	struct ipoib_choice *choice;
	int ret;

	choice = kzalloc(sizeof(*choice), GFP_KERNEL);
	if (!choice)
		return -ENOMEM;
	choice->text = kstrdup(item, GFP_KERNEL);
	if (!choice->text) {
		kfree(choice);
		return -ENOMEM;
	}

	ret = ipoib_choice_split(choice);
	if (!ret && !ipoib_accel_name_ok(choice->name))
		ret = -EINVAL;
	if (ret) {
		pr_err("accel=%s: cannot read \"%s\"; write auto, none, a name, or DEVICE/PORT:NAME as in mlx5_0/1:mlx\n",
		       accel, item);
	} else if (ipoib_choice_find(choice->device, choice->port)) {
		ret = -EINVAL;
		pr_err("accel=%s: \"%s\" names a port for the second time\n", accel, item);
	}
	if (ret) {
		kfree(choice->text);
		kfree(choice);
		return ret;
	}
	list_add_tail(&choice->node, &ipoib_choices);
	return 0;
}

int ipoib_choice_init(void)
{
	char *list, *rest, *item;
	int ret = 0;

	list = kstrdup(accel, GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	rest = strim(list);
	while (!ret && (item = strsep(&rest, ",")))
		ret = ipoib_choice_add(strim(item));
	kfree(list);
	if (ret)
		ipoib_choice_exit();
	return ret;
}

void ipoib_choice_exit(void)
{
	struct ipoib_choice *choice, *next;

	list_for_each_entry_safe(choice, next, &ipoib_choices, node) {
		list_del(&choice->node);
		kfree(choice->text);
		kfree(choice);
	}
}

const char *ipoib_choice(const char *device, u32 port)
{
	struct ipoib_choice *choice = ipoib_choice_find(device, port);

	if (!choice)
		choice = ipoib_choice_find(NULL, 0);
	return choice ? choice->name : IPOIB_CHOICE_AUTO;
}
