// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters that in-tree ib_ipoib has too, with its names and ranges, and its defaults but
 * for the sends, so that existing configuration keeps its meaning; and the limits of what others
 * can make us keep. accel= is in choice.c.
 *
 * "options ib_ipoib ..." arrives by the shim (shim/ib_ipoib.c), when that is loaded first, and is
 * what counts where ipoib_core itself was given nothing.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "params.h"

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "shim/ib_ipoib.h"

#define IPOIB_QUEUE_MAX		8192
#define IPOIB_SEND_QUEUE_MIN	128
#define IPOIB_RECV_QUEUE_MIN	2
/* In-tree's is 128: it does not cut large packets, which takes 32 to 45 sends for each. */
#define IPOIB_SEND_QUEUE_DEF	512
/* In-tree's, for twice of which packets wait in the stack's queue when nothing was given. */
#define IPOIB_SEND_QUEUE_WAIT	128
#define IPOIB_RECV_QUEUE_DEF	256

/* 0 until ipoib_params_init(): not given. */
static unsigned int send_queue_size;
module_param(send_queue_size, uint, 0444);
MODULE_PARM_DESC(send_queue_size, "sends that a TX queue holds, 128..8192, rounded up (512)");

static unsigned int recv_queue_size;
module_param(recv_queue_size, uint, 0444);
MODULE_PARM_DESC(recv_queue_size, "receives posted to an RX queue, 2..8192, rounded up (256)");

static unsigned int ipoib_queue_len;

int ipoib_debug_level;
module_param_named(debug_level, ipoib_debug_level, int, 0644);
MODULE_PARM_DESC(debug_level, "1: log what interfaces do (0)");

int ipoib_mcast_debug_level;
module_param_named(mcast_debug_level, ipoib_mcast_debug_level, int, 0644);
MODULE_PARM_DESC(mcast_debug_level, "1: log what multicast groups do (0)");

static int ipoib_ignored_set(const char *value, const struct kernel_param *param)
{
	int ret = param_set_int(value, param);

	if (!ret)
		pr_info_once("parameter %s is for connected mode, which there is not: ignored\n",
			     param->name);
	return ret;
}

static const struct kernel_param_ops ipoib_ignored_ops = {
	.set = ipoib_ignored_set,
	.get = param_get_int,
};

static int max_nonsrq_conn_qp = 128;
module_param_cb(max_nonsrq_conn_qp, &ipoib_ignored_ops, &max_nonsrq_conn_qp, 0444);
MODULE_PARM_DESC(max_nonsrq_conn_qp, "ignored: there is no connected mode");

static int cm_data_debug_level;
module_param_cb(cm_data_debug_level, &ipoib_ignored_ops, &cm_data_debug_level, 0644);
MODULE_PARM_DESC(cm_data_debug_level, "ignored: there is no connected mode");

/**
 * struct ipoib_limit - a parameter that is a number in a range
 * @value: the number
 * @min: the least
 * @max: the most
 */
struct ipoib_limit {
	unsigned int value;
	unsigned int min;
	unsigned int max;
};

/* Characters of a wrong value that the log shows. */
#define IPOIB_LIMIT_SHOWN	40

static int ipoib_limit_set(const char *value, const struct kernel_param *param)
{
	struct ipoib_limit *limit = param->arg;
	unsigned int number;
	int ret = kstrtouint(value, 0, &number);

	if (!ret && (number < limit->min || number > limit->max))
		ret = -ERANGE;
	if (ret) {
		/* sysfs hands on the end of the line too, and up to a page before it. */
		pr_err("%s=%.*s: not a number from %u to %u\n", param->name,
		       min_t(int, strcspn(value, "\n"), IPOIB_LIMIT_SHOWN), value, limit->min,
		       limit->max);
		return -EINVAL;
	}
	WRITE_ONCE(limit->value, number);
	return 0;
}

static int ipoib_limit_get(char *buffer, const struct kernel_param *param)
{
	const struct ipoib_limit *limit = param->arg;

	return sysfs_emit(buffer, "%u\n", READ_ONCE(limit->value));
}

static const struct kernel_param_ops ipoib_limit_ops = {
	.set = ipoib_limit_set,
	.get = ipoib_limit_get,
};

/* Two rails of 10,000 nodes are 20,000 GIDs. */
static struct ipoib_limit max_paths = { 32768, 256, 1048576 };
module_param_cb(max_paths, &ipoib_limit_ops, &max_paths, 0644);
MODULE_PARM_DESC(max_paths, "paths that an interface knows, 256..1048576 (32768)");

static struct ipoib_limit max_path_queries = { 64, 8, 4096 };
module_param_cb(max_path_queries, &ipoib_limit_ops, &max_path_queries, 0644);
MODULE_PARM_DESC(max_path_queries,
		 "path record queries in flight of an interface made later, 8..4096 (64)");

static struct ipoib_limit max_sendonly_groups = { 512, 64, 16384 };
module_param_cb(max_sendonly_groups, &ipoib_limit_ops, &max_sendonly_groups, 0644);
MODULE_PARM_DESC(max_sendonly_groups,
		 "groups that an interface is a member of only to send to them, 64..16384 (512)");

/* The first of these that was given, else @def, brought into range. */
static unsigned int ipoib_queue_size(unsigned int own, unsigned int shims, unsigned int def,
				     unsigned int min)
{
	unsigned int asked = own ? : shims ? : def;

	return roundup_pow_of_two(clamp_t(unsigned int, asked, min, IPOIB_QUEUE_MAX));
}

void ipoib_params_init(void)
{
	struct ib_ipoib_options none = {};
	/* Not a dependency: NULL without the shim, and when ib_ipoib is the kernel's own. */
	struct ib_ipoib_options *found = symbol_get(ib_ipoib_options);
	struct ib_ipoib_options *shim = found && found->size == sizeof(*found) ? found : &none;

	ipoib_queue_len = 2 * ipoib_queue_size(send_queue_size, shim->send_queue_size,
					       IPOIB_SEND_QUEUE_WAIT, IPOIB_SEND_QUEUE_MIN);
	send_queue_size = ipoib_queue_size(send_queue_size, shim->send_queue_size,
					   IPOIB_SEND_QUEUE_DEF, IPOIB_SEND_QUEUE_MIN);
	recv_queue_size = ipoib_queue_size(recv_queue_size, shim->recv_queue_size,
					   IPOIB_RECV_QUEUE_DEF, IPOIB_RECV_QUEUE_MIN);
	ipoib_debug_level = ipoib_debug_level ? : shim->debug_level;
	ipoib_mcast_debug_level = ipoib_mcast_debug_level ? : shim->mcast_debug_level;
	shim->send_queue_size = send_queue_size;
	shim->recv_queue_size = recv_queue_size;
	if (found)
		symbol_put(ib_ipoib_options);
}

unsigned int ipoib_send_queue_size(void)
{
	return send_queue_size;
}

unsigned int ipoib_tx_queue_len(void)
{
	return ipoib_queue_len;
}

unsigned int ipoib_recv_queue_size(void)
{
	return recv_queue_size;
}

unsigned int ipoib_max_paths(void)
{
	return READ_ONCE(max_paths.value);
}

unsigned int ipoib_max_path_queries(void)
{
	return READ_ONCE(max_path_queries.value);
}

unsigned int ipoib_max_sendonly_groups(void)
{
	return READ_ONCE(max_sendonly_groups.value);
}
