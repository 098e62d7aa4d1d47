// SPDX-License-Identifier: GPL-2.0
/*
 * Accels with something wrong, to see what ipoib_core says. mode= chooses what:
 *
 *   abi        built for another version of the interface refused, -EPROTO
 *   op         lacks one, by op=                      refused, -EINVAL
 *   match      has no match()                         refused, -EINVAL
 *   name       is called "Not An Accel!"              refused, -EINVAL
 *   duplicate  is called ref                          refused if accel_ref is loaded
 *   init       ib_dev_init() fails, or does so        auto: another accel is tried
 *              times= times                           by name: it is tried again
 *   mq         get_mq_param() fails                   auto: another accel is tried
 *   small      asks for less than a struct rdma_netdev auto: another accel is tried
 *   settings   update_netdev_settings() fails         auto: another accel is tried
 *   open       ib_dev_open() fails                    the interface cannot be set up
 *   hold       keeps a reference to its first        its removal waits, until something is
 *              interface                             written to the parameter release
 *   ask        wants a restart, and says so until     one restart
 *              it is stopped; at first there is no    the MTU is set after all
 *              memory for another MTU
 *
 *   none       works, as far as one does that sends nothing
 *
 * Those that are not refused match every InfiniBand port, or that of only=, with a high priority,
 * or priority=. What each does while it works is breaks.c's.
 */
#include <linux/delay.h>
#include <linux/ethtool.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "breaks.h"

static char *mode = "init";
module_param(mode, charp, 0444);
MODULE_PARM_DESC(mode, "abi, op, match, name, duplicate, init (default), mq, small, settings, open, hold, ask, none");

static char *op = "send";
module_param(op, charp, 0444);
MODULE_PARM_DESC(op, "mode=op: which one is not there");

static int priority = IPOIB_ACCEL_PRIO_NATIVE;
module_param(priority, int, 0444);
MODULE_PARM_DESC(priority, "what match() returns");

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "HCA, the one that match() takes; all (default)");

static int times;
module_param(times, int, 0444);
MODULE_PARM_DESC(times, "mode=init: how often it fails; 0: always (default)");

static unsigned int counters;
module_param(counters, uint, 0444);
MODULE_PARM_DESC(counters, "counters of ethtool -S; 0: no ethtool_ops (default)");

static int opens;
module_param(opens, int, 0444);
MODULE_PARM_DESC(opens, "how often ib_dev_open() was called, under RTNL");

static atomic_t bad_inits = ATOMIC_INIT(0);
static struct net_device *bad_held;

static int bad_release(const char *value, const struct kernel_param *param)
{
	struct net_device *dev = xchg(&bad_held, NULL);
	struct rtnl_link_stats64 stats;

	if (!dev)
		return 0;
	if (bad_breaks("late"))
		dev_get_stats(dev, &stats);
	dev_put(dev);
	return 0;
}

static const struct kernel_param_ops bad_release_ops = {
	.set = bad_release,
};
module_param_cb(release, &bad_release_ops, NULL, 0200);
MODULE_PARM_DESC(release, "write: give the reference of mode=hold back");

static bool bad_mode(const char *what)
{
	return !strcmp(mode, what);
}

static int bad_match(struct ib_device *hca, u32 port)
{
	if (*only && strcmp(only, dev_name(&hca->dev)))
		return IPOIB_ACCEL_PRIO_NONE;
	return rdma_protocol_ib(hca, port) ? priority : IPOIB_ACCEL_PRIO_NONE;
}

static int bad_get_mq_param(struct ib_device *hca, u32 port, size_t *priv_size,
			    unsigned int *rx_queues, unsigned int *tx_queues)
{
	if (bad_mode("mq"))
		return -EIO;
	*priv_size = bad_mode("small") ? 1 : sizeof(struct bad_priv);
	/* Of one alone nobody asks which. */
	*rx_queues = bad_breaks("queues") ? 0 : 2;
	*tx_queues = 2;
	return 0;
}

static int bad_get_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? (int)counters : -EOPNOTSUPP;
}

static void bad_get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	unsigned int i;

	for (i = 0; i < counters; i++)
		snprintf((char *)data + i * ETH_GSTRING_LEN, ETH_GSTRING_LEN, "counter_%u", i);
}

/* It fills what room there is said to be. */
static void bad_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	unsigned int i;

	for (i = 0; i < stats->n_stats; i++)
		data[i] = i;
}

static const struct ethtool_ops bad_ethtool_ops = {
	.get_sset_count = bad_get_sset_count,
	.get_strings = bad_get_strings,
	.get_ethtool_stats = bad_get_ethtool_stats,
};

static int bad_update_netdev_settings(struct net_device *dev)
{
	if (counters)
		dev->ethtool_ops = &bad_ethtool_ops;
	breaks_settings(dev);
	return bad_mode("settings") ? -EIO : 0;
}

/* The registry's lock is held. */
static bool bad_fails(void)
{
	static int failed;

	return bad_mode("init") && (!times || failed++ < times);
}

static int bad_ib_dev_init(struct net_device *dev, struct ib_device *hca, u32 port, u16 pkey,
			   u32 *qp_num)
{
	if (bad_fails())
		return -EIO;
	if (bad_mode("hold") && !bad_held) {
		dev_hold(dev);
		bad_held = dev;
	}
	atomic_inc(&bad_inits);
	breaks_init(dev, qp_num);
	return 0;
}

static void bad_ib_dev_cleanup(struct net_device *dev)
{
	breaks_cleanup(dev);
	atomic_dec(&bad_inits);
}

static int bad_ib_dev_open(struct net_device *dev)
{
	opens++;
	if (bad_mode("ask") && opens == 1)
		ipoib_accel_restart(dev);
	return bad_mode("open") ? -EIO : breaks_open(dev);
}

static void bad_ib_dev_stop(struct net_device *dev)
{
	WARN_ON(bad_mode("open"));	/* what was not opened is not stopped */
	if (bad_mode("ask"))
		ipoib_accel_restart(dev);
	breaks_stop(dev);
}

static int bad_set_qkey(struct net_device *dev, u32 qkey)
{
	return bad_breaks("qkey") ? -EOPNOTSUPP : 0;
}

static int bad_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	if (bad_breaks("refuse"))
		return -EINVAL;
	if (bad_breaks("tardy"))
		msleep(500);
	return bad_breaks("exists") ? -EEXIST : 0;
}

static int bad_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	return bad_breaks("exists") ? -EEXIST : 0;
}

static void bad_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	stats->tx_dropped++;
}

static int bad_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah, u32 qpn)
{
	breaks_send(dev);
	dev_kfree_skb_any(skb);
	return -EIO;
}

static int bad_change_mtu(struct net_device *dev, int new_mtu)
{
	static bool asked;	/* RTNL */

	if (!bad_mode("ask"))
		return breaks_change_mtu(dev, new_mtu);
	if (asked)
		return 0;
	asked = true;
	return -ENOMEM;
}

static struct ipoib_ops bad_ops = {
	.get_mq_param = bad_get_mq_param,
	.update_netdev_settings = bad_update_netdev_settings,
	.ib_dev_init = bad_ib_dev_init,
	.ib_dev_open = bad_ib_dev_open,
	.ib_dev_stop = bad_ib_dev_stop,
	.set_qkey = bad_set_qkey,
	.attach_mcast = bad_attach_mcast,
	.detach_mcast = bad_detach_mcast,
	.send = bad_send,
	.change_mtu = bad_change_mtu,
	.ib_dev_cleanup = bad_ib_dev_cleanup,
	.select_queue = breaks_select_queue,
	.get_stats64 = bad_get_stats64,
	.tx_posted = breaks_tx_posted,
	.tx_completed = breaks_tx_completed,
	.features_check = breaks_features_check,
	.rx_qpn = breaks_rx_qpn,
};

static struct ipoib_accel bad_accel = {
	.name = "bad",
	.owner = THIS_MODULE,
	.abi_version = IPOIB_ACCEL_ABI,
	.match = bad_match,
	.ops = &bad_ops,
};

/* Those that an accel must have, and one of the two that it has both of or none. */
static const struct {
	const char *name;
	size_t at;
} bad_needed[] = {
#define BAD_NEEDED(op)	{ #op, offsetof(struct ipoib_ops, op) }
	BAD_NEEDED(get_mq_param),
	BAD_NEEDED(update_netdev_settings),
	BAD_NEEDED(ib_dev_init),
	BAD_NEEDED(ib_dev_open),
	BAD_NEEDED(ib_dev_stop),
	BAD_NEEDED(set_qkey),
	BAD_NEEDED(attach_mcast),
	BAD_NEEDED(detach_mcast),
	BAD_NEEDED(send),
	BAD_NEEDED(ib_dev_cleanup),
	BAD_NEEDED(tx_posted),
	BAD_NEEDED(tx_completed),
};

static void bad_forget_op(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_needed); i++) {
		if (!strcmp(op, bad_needed[i].name))
			memset((char *)&bad_ops + bad_needed[i].at, 0, sizeof(void (*)(void)));
	}
}

static int __init bad_init(void)
{
	int err;

	if (bad_mode("abi"))
		bad_accel.abi_version = IPOIB_ACCEL_ABI + 1;
	else if (bad_mode("op"))
		bad_forget_op();
	else if (bad_mode("match"))
		bad_accel.match = NULL;
	else if (bad_mode("name"))
		bad_accel.name = "Not An Accel!";
	else if (bad_mode("duplicate"))
		bad_accel.name = "ref";

	err = ipoib_register_accel(&bad_accel);
	/* modprobe takes -EEXIST for "loaded already" and says nothing. */
	return err == -EEXIST ? -EBUSY : err;
}

static void __exit bad_exit(void)
{
	ipoib_unregister_accel(&bad_accel);
	WARN_ON(atomic_read(&bad_inits));	/* every init was followed by a cleanup */
}

module_init(bad_init);
module_exit(bad_exit);

MODULE_DESCRIPTION("IPoIB data paths that ipoib_core must refuse or survive");
MODULE_AUTHOR("ipoib-accel maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_IPOIB_ACCEL("bad");
