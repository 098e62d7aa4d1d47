// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/ipoib/X_mcg and X_path: the multicast groups and the paths of interface X, with
 * the words and in the layout of in-tree ib_ipoib's, which scripts read.
 *
 * A netdevice notifier makes the files follow their interface: registered, renamed, moved, gone.
 * Names are per network namespace and the folder is not: a name that is taken gets the inode
 * number of the namespace appended (lsns shows it), as in ib0@4026532281_mcg. When in-tree's module
 * has the folder "ipoib" already, ours is "ipoib_core": theirs goes with all that is in it.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include "debugfs.h"

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "mcast.h"
#include "netdev.h"
#include "path.h"

static struct dentry *ipoib_debugfs_dir;

/* In-tree does not shorten a GID, so that "::" is never in it. */
static void ipoib_debugfs_gid(struct seq_file *file, const union ib_gid *gid)
{
	unsigned int i;

	seq_puts(file, "GID: ");
	for (i = 0; i < sizeof(gid->raw); i += 2)
		seq_printf(file, "%s%x", i ? ":" : "", gid->raw[i] << 8 | gid->raw[i + 1]);
	seq_putc(file, '\n');
}

/**
 * struct ipoib_debugfs_walk - where somebody is who reads the destinations of a table
 * @table: table
 * @pos: how many came before the next one
 * @gid: that one
 *
 * A read of a page goes on where the last one ended. Counting from the beginning again, with BH
 * off, would take the longer the more there are.
 */
struct ipoib_debugfs_walk {
	struct ipoib_dest_table *table;
	loff_t pos;
	union ib_gid gid;
};

static void *ipoib_debugfs_seq_start(struct seq_file *file, loff_t *pos)
	__acquires(&((struct ipoib_debugfs_walk *)file->private)->table->lock)
{
	struct ipoib_debugfs_walk *walk = file->private;
	struct ipoib_dest *dest = NULL;

	spin_lock_bh(&walk->table->lock);
	if (*pos && *pos == walk->pos)
		dest = ipoib_dest_find(walk->table, walk->gid.raw);
	return dest ? &dest->node : seq_list_start(&walk->table->all, *pos);
}

static void *ipoib_debugfs_seq_next(struct seq_file *file, void *item, loff_t *pos)
{
	struct ipoib_debugfs_walk *walk = file->private;

	return seq_list_next(item, &walk->table->all, pos);
}

static void ipoib_debugfs_seq_stop(struct seq_file *file, void *item)
	__releases(&((struct ipoib_debugfs_walk *)file->private)->table->lock)
{
	struct ipoib_debugfs_walk *walk = file->private;

	if (item) {
		walk->pos = file->index;
		walk->gid = list_entry(item, struct ipoib_dest, node)->gid;
	}
	spin_unlock_bh(&walk->table->lock);
}

static int ipoib_debugfs_open(struct file *file, const struct seq_operations *ops,
			      struct ipoib_dest_table *table)
{
	struct ipoib_debugfs_walk *walk = __seq_open_private(file, ops, sizeof(*walk));

	if (!walk)
		return -ENOMEM;
	walk->table = table;
	return 0;
}

static int ipoib_mcg_seq_show(struct seq_file *file, void *item)
{
	struct ipoib_dest *dest = list_entry(item, struct ipoib_dest, node);
	const struct ipoib_mcast *mcast = ipoib_mcast_of(dest);

	/* Evicted, and about to be left. */
	if (dest->dead)
		return 0;
	ipoib_debugfs_gid(file, &dest->gid);
	seq_printf(file, "  created: %10lu\n", mcast->created);
	seq_printf(file, "  queuelen: %9u\n", skb_queue_len(&dest->queue));
	seq_printf(file, "  complete: %9s\n", rcu_access_pointer(dest->ah) ? "yes" : "no");
	seq_printf(file, "  send_only: %8s\n\n",
		   test_bit(IPOIB_MC_FULL, &mcast->flags) ? "no" : "yes");
	return 0;
}

static const struct seq_operations ipoib_mcg_sops = {
	.start = ipoib_debugfs_seq_start,
	.next = ipoib_debugfs_seq_next,
	.stop = ipoib_debugfs_seq_stop,
	.show = ipoib_mcg_seq_show,
};

static int ipoib_mcg_open(struct inode *inode, struct file *file)
{
	struct ipoib_dev *priv = inode->i_private;

	return ipoib_debugfs_open(file, &ipoib_mcg_sops, &priv->mcasts);
}

static const struct file_operations ipoib_mcg_fops = {
	.owner = THIS_MODULE,
	.open = ipoib_mcg_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

static int ipoib_path_seq_show(struct seq_file *file, void *item)
{
	struct ipoib_dest *dest = list_entry(item, struct ipoib_dest, node);
	struct ipoib_debugfs_walk *walk = file->private;
	const struct ipoib_ah *ah;
	int mbps;

	ah = ipoib_dest_ah(walk->table, dest);
	ipoib_debugfs_gid(file, &dest->gid);
	seq_printf(file, "  complete: %6s\n", ah ? "yes" : "no");
	if (ah) {
		/* A rate that this kernel does not know is -1. */
		mbps = max(ib_rate_to_mbps(ah->rate), 0);
		seq_printf(file, "  DLID:     0x%04x\n", ah->dlid);
		seq_printf(file, "  SL: %12u\n", ah->sl);
		seq_printf(file, "  rate: %8d.%03d Gb/sec\n", mbps / 1000, mbps % 1000);
		/* In-tree has no word for it. */
		if (ipoib_path_is_stale(dest))
			seq_printf(file, "  stale: %9s\n", "yes");
	}
	seq_putc(file, '\n');
	return 0;
}

static const struct seq_operations ipoib_path_sops = {
	.start = ipoib_debugfs_seq_start,
	.next = ipoib_debugfs_seq_next,
	.stop = ipoib_debugfs_seq_stop,
	.show = ipoib_path_seq_show,
};

static int ipoib_path_open(struct inode *inode, struct file *file)
{
	struct ipoib_dev *priv = inode->i_private;

	return ipoib_debugfs_open(file, &ipoib_path_sops, &priv->paths);
}

static const struct file_operations ipoib_path_fops = {
	.owner = THIS_MODULE,
	.open = ipoib_path_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

static bool ipoib_debugfs_taken(const char *name)
{
	struct dentry *dentry = debugfs_lookup(name, ipoib_debugfs_dir);

	if (IS_ERR_OR_NULL(dentry))
		return false;
	dput(dentry);
	return true;
}

static struct dentry *ipoib_debugfs_add(struct ipoib_dev *priv, const char *what,
					const struct file_operations *fops)
{
	struct net_device *dev = priv->dev;
	char name[IFNAMSIZ + 24];

	snprintf(name, sizeof(name), "%s_%s", dev->name, what);
	if (ipoib_debugfs_taken(name))
		snprintf(name, sizeof(name), "%s@%u_%s", dev->name, dev_net(dev)->ns.inum, what);
	return debugfs_create_file(name, 0444, ipoib_debugfs_dir, priv, fops);
}

static void ipoib_debugfs_remove(struct ipoib_dev *priv)
{
	/* Waits for readers: root's, who wait for spinlocks, memory, and their own pages. */
	debugfs_remove(priv->mcg_dentry);
	debugfs_remove(priv->path_dentry);
	priv->mcg_dentry = NULL;
	priv->path_dentry = NULL;
}

static void ipoib_debugfs_create(struct ipoib_dev *priv)
{
	ipoib_debugfs_remove(priv);
	priv->mcg_dentry = ipoib_debugfs_add(priv, "mcg", &ipoib_mcg_fops);
	priv->path_dentry = ipoib_debugfs_add(priv, "path", &ipoib_path_fops);
}

static int ipoib_debugfs_event(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (!ipoib_netdev_is_ours(dev))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		ipoib_debugfs_create(ipoib_priv(dev));
		break;
	case NETDEV_UNREGISTER:
		ipoib_debugfs_remove(ipoib_priv(dev));
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block ipoib_debugfs_notifier = {
	.notifier_call = ipoib_debugfs_event,
};

int ipoib_debugfs_init(void)
{
	const char *name = "ipoib";
	int ret;

	if (ipoib_debugfs_taken(name)) {
		name = "ipoib_core";
		pr_info("in-tree ib_ipoib's debugfs folder is \"ipoib\": ours is \"%s\"\n", name);
	}
	ipoib_debugfs_dir = debugfs_create_dir(name, NULL);
	ret = register_netdevice_notifier(&ipoib_debugfs_notifier);
	if (ret)
		debugfs_remove(ipoib_debugfs_dir);
	return ret;
}

void ipoib_debugfs_exit(void)
{
	unregister_netdevice_notifier(&ipoib_debugfs_notifier);
	debugfs_remove(ipoib_debugfs_dir);
}
