// SPDX-License-Identifier: GPL-2.0
/*
 * witness: what the network stack knows of the InfiniBand interfaces of all network namespaces, in
 * one file, for tests/lib/invariants.sh: a test would need a few programs for each interface, and
 * some of it no program can tell.
 *
 * /sys/kernel/debug/witness has for each interface these lines, in hexadecimal what is an address:
 *
 *   dev NETNS/NAME FLAGS CARRIER PARENT_DEVICE ADDRESS BROADCAST VERSION
 *                                    VERSION as ethtool -i has it, of some words
 *   stack COUNTER VALUE...           what ip -s shows
 *   driver COUNTER VALUE...          the driver's part of that
 *   ethtool COUNTER VALUE...         ethtool -S, of interfaces of ipoib_core
 *   queue INDEX STOPPED BYTES        a TX queue that is stopped, or that has bytes on it
 *   mc ADDRESS                       the stack's multicast list
 *   ip ADDRESS                       IPv4 or IPv6
 *
 * and at the end
 *
 *   neigh NETNS/NAME IP ADDRESS      neighbours whose address is known
 */
#include <linux/debugfs.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include <net/net_namespace.h>

#include "common.h"

/* What is shown is mostly not longer; when it is, it is begun again with twice as much. */
#define WITNESS_ROOM		SZ_32K
#define WITNESS_OURS		"ipoib-accel "

static struct dentry *witness_file;

static void witness_name(struct seq_file *seq, const char *what, const struct net_device *dev)
{
	seq_printf(seq, "%s %u/%s", what, dev_net(dev)->ns.inum, dev->name);
}

static void witness_stats(struct seq_file *seq, const char *who,
			  const struct rtnl_link_stats64 *stats)
{
	seq_printf(seq, "%s rx_packets %llu tx_packets %llu rx_bytes %llu tx_bytes %llu", who,
		   stats->rx_packets, stats->tx_packets, stats->rx_bytes, stats->tx_bytes);
	seq_printf(seq, " rx_errors %llu tx_errors %llu rx_dropped %llu tx_dropped %llu",
		   stats->rx_errors, stats->tx_errors, stats->rx_dropped, stats->tx_dropped);
	seq_printf(seq, " multicast %llu rx_length_errors %llu\n", stats->multicast,
		   stats->rx_length_errors);
}

static void witness_ethtool(struct seq_file *seq, struct net_device *dev)
{
	const struct ethtool_ops *ops = dev->ethtool_ops;
	int num = ops->get_sset_count(dev, ETH_SS_STATS), i;
	struct ethtool_stats head = { .n_stats = max(num, 0) };
	char (*names)[ETH_GSTRING_LEN];
	u64 *values;

	if (num <= 0)
		return;
	names = kvcalloc(num, sizeof(*names), GFP_KERNEL);
	values = kvcalloc(num, sizeof(*values), GFP_KERNEL);
	if (names && values) {
		ops->get_strings(dev, ETH_SS_STATS, (u8 *)names);
		ops->get_ethtool_stats(dev, &head, values);
		seq_puts(seq, "ethtool");
		for (i = 0; i < num; i++)
			seq_printf(seq, " %.*s %llu", ETH_GSTRING_LEN, names[i], values[i]);
		seq_putc(seq, '\n');
	}
	kvfree(values);
	kvfree(names);
}

static void witness_counters(struct seq_file *seq, struct net_device *dev)
{
	struct rtnl_link_stats64 stats = {};

	if (dev->netdev_ops->ndo_get_stats64)
		dev->netdev_ops->ndo_get_stats64(dev, &stats);
	witness_stats(seq, "driver", &stats);
	memset(&stats, 0, sizeof(stats));
	dev_get_stats(dev, &stats);
	witness_stats(seq, "stack", &stats);
}

static void witness_queues(struct seq_file *seq, struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->real_num_tx_queues; i++) {
		struct netdev_queue *queue = netdev_get_tx_queue(dev, i);
		bool stopped = netif_tx_queue_stopped(queue);
		unsigned int bytes = 0;

#ifdef CONFIG_BQL
		bytes = READ_ONCE(queue->dql.num_queued) - READ_ONCE(queue->dql.num_completed);
#endif
		if (bytes || stopped)
			seq_printf(seq, "queue %u %u %u\n", i, stopped, bytes);
	}
}

static void witness_addresses(struct seq_file *seq, struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);
	struct inet6_dev *in6_dev = __in6_dev_get(dev);
	struct netdev_hw_addr *ha;
	struct inet6_ifaddr *ifa6;
	struct in_ifaddr *ifa;

	netif_addr_lock_bh(dev);
	netdev_for_each_mc_addr(ha, dev)
		seq_printf(seq, "mc %20phN\n", ha->addr);
	netif_addr_unlock_bh(dev);
	if (in_dev) {
		in_dev_for_each_ifa_rtnl(ifa, in_dev)
			seq_printf(seq, "ip %4phN\n", &ifa->ifa_local);
	}
	if (in6_dev) {
		read_lock_bh(&in6_dev->lock);
		list_for_each_entry(ifa6, &in6_dev->addr_list, if_list)
			seq_printf(seq, "ip %16phN\n", ifa6->addr.s6_addr);
		read_unlock_bh(&in6_dev->lock);
	}
}

static void witness_dev(struct seq_file *seq, struct net_device *dev)
{
	const struct ethtool_ops *ops = dev->ethtool_ops;
	struct ethtool_drvinfo info = {};

	compat_ops_lock(dev);
	if (ops && ops->get_drvinfo)
		ops->get_drvinfo(dev, &info);
	witness_name(seq, "dev", dev);
	seq_printf(seq, " %x %u %s %20phN %20phN %s\n", dev->flags, netif_carrier_ok(dev),
		   dev->dev.parent ? dev_name(dev->dev.parent) : "-", dev->dev_addr,
		   dev->broadcast, info.version);
	if (!strncmp(info.version, WITNESS_OURS, strlen(WITNESS_OURS))) {
		/* First: what it counts meanwhile the stack has counted too. */
		witness_ethtool(seq, dev);
		witness_counters(seq, dev);
		witness_queues(seq, dev);
		witness_addresses(seq, dev);
	}
	compat_ops_unlock(dev);
}

static void witness_neighbour(struct neighbour *neigh, void *arg)
{
	struct seq_file *seq = arg;
	char address[ALIGN(MAX_ADDR_LEN, sizeof(unsigned long))];

	if (neigh->dev->type != ARPHRD_INFINIBAND || neigh->nud_state & NUD_NOARP ||
	    !(neigh->nud_state & NUD_VALID))
		return;
	neigh_ha_snapshot(address, neigh, neigh->dev);
	witness_name(seq, "neigh", neigh->dev);
	seq_printf(seq, neigh->tbl->family == AF_INET ? " %4phN" : " %16phN", neigh->primary_key);
	seq_printf(seq, " %20phN\n", address);
}

static int witness_show(struct seq_file *seq, void *unused)
{
	struct net_device *dev;
	struct net *net;

	rtnl_lock();
	down_read(&net_rwsem);
	for_each_net(net) {
		for_each_netdev(net, dev) {
			if (dev->type == ARPHRD_INFINIBAND)
				witness_dev(seq, dev);
		}
	}
	up_read(&net_rwsem);
	neigh_for_each(&arp_tbl, witness_neighbour, seq);
#if IS_ENABLED(CONFIG_IPV6)
	/* With ipv6.disable=1 it is no table. */
	if (ipv6_mod_enabled())
		neigh_for_each(&nd_tbl, witness_neighbour, seq);
#endif
	rtnl_unlock();
	return 0;
}

static int witness_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, witness_show, NULL, WITNESS_ROOM);
}

static const struct file_operations witness_fops = {
	.owner = THIS_MODULE,
	.open = witness_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init witness_init(void)
{
	witness_file = debugfs_create_file("witness", 0400, NULL, NULL, &witness_fops);
	return PTR_ERR_OR_ZERO(witness_file);
}
module_init(witness_init);

static void __exit witness_exit(void)
{
	debugfs_remove(witness_file);
}
module_exit(witness_exit);

MODULE_DESCRIPTION("What the network stack knows of InfiniBand interfaces, for tests");
MODULE_LICENSE("GPL");
