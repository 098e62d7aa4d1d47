// SPDX-License-Identifier: GPL-2.0
/*
 * accel= as a parameter of the module: given when that is loaded, and anew while it runs. Ports of
 * which the new list says something else are served as it says: their interfaces go and come back.
 *
 * The kernel has files of parameters before a module begins and after it has ended.
 */
#include "choose.h"

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "choice.h"
#include "hca.h"

/* As of other parameters that are text. */
#define IPOIB_CHOOSE_MAX	1024

/* Who sets the list and who begins and ends, one at a time. */
static DEFINE_MUTEX(ipoib_choose_lock);
/* Until the module begins accel= is text that is kept for it; once it runs ports follow. */
static bool ipoib_choose_loaded;
static bool ipoib_choose_runs;
/* NULL: not given. */
static char *ipoib_choose_text;

static int ipoib_choose_change(const char *text)
{
	int ret;

	if (!ipoib_choose_loaded)
		return 0;
	if (!ipoib_choose_runs)
		return -EAGAIN;
	ret = ipoib_choice_set(text);
	if (!ret)
		ipoib_hca_choose();
	return ret;
}

static int ipoib_choose_set(const char *value, const struct kernel_param *param)
{
	char *text, *old;
	int ret;

	if (strlen(value) > IPOIB_CHOOSE_MAX)
		return -ENOSPC;
	text = kstrdup(value, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	/* sysfs hands on the end of the line too. */
	strim(text);
	mutex_lock(&ipoib_choose_lock);
	ret = ipoib_choose_change(text);
	old = ret ? text : ipoib_choose_text;
	if (!ret)
		ipoib_choose_text = text;
	mutex_unlock(&ipoib_choose_lock);
	kfree(old);
	return ret;
}

static int ipoib_choose_get(char *buffer, const struct kernel_param *param)
{
	int len;

	mutex_lock(&ipoib_choose_lock);
	len = sysfs_emit(buffer, "%s\n", ipoib_choose_text ? : IPOIB_CHOICE_AUTO);
	mutex_unlock(&ipoib_choose_lock);
	return len;
}

/* The module is gone. */
static void ipoib_choose_free(void *arg)
{
	kfree(ipoib_choose_text);
}

static const struct kernel_param_ops ipoib_choose_ops = {
	.set = ipoib_choose_set,
	.get = ipoib_choose_get,
	.free = ipoib_choose_free,
};

module_param_cb(accel, &ipoib_choose_ops, NULL, 0644);
MODULE_PARM_DESC(accel,
		 "data path: auto (default), a name, none, or a list by port: mlx5_0/1:mlx,pci:0000:3b:00.0/1:none");

int ipoib_choose_init(void)
{
	int ret;

	mutex_lock(&ipoib_choose_lock);
	ipoib_choose_loaded = true;
	ret = ipoib_choice_set(ipoib_choose_text ? : IPOIB_CHOICE_AUTO);
	mutex_unlock(&ipoib_choose_lock);
	return ret;
}

void ipoib_choose_begin(void)
{
	mutex_lock(&ipoib_choose_lock);
	ipoib_choose_runs = true;
	mutex_unlock(&ipoib_choose_lock);
}

void ipoib_choose_end(void)
{
	mutex_lock(&ipoib_choose_lock);
	ipoib_choose_runs = false;
	mutex_unlock(&ipoib_choose_lock);
}
