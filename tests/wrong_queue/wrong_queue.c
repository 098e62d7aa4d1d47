// SPDX-License-Identifier: GPL-2.0
/*
 * wrong_queue: hands an interface of the loader's network namespace a list of packets that name
 * TX queues, with the lock of another one. So does the stack where tc has set queues (skbedit,
 * kernels from 5.19 until 2026). It does so while it is loaded, and does not stay.
 *
 *   dev=ib0		the interface
 *   locked=0		whose lock is held
 *   names=0,1,0	the queue that each packet names
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>

#define WRONG_MAX 8

static char *dev = "";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "the interface");

static unsigned int locked;
module_param(locked, uint, 0444);
MODULE_PARM_DESC(locked, "the queue whose lock is held");

static unsigned int names[WRONG_MAX];
static unsigned int num_names;
module_param_array(names, uint, &num_names, 0444);
MODULE_PARM_DESC(names, "the queue that each packet names");

/* Something that everybody in the broadcast group throws away: an ARP packet of zeros. */
static struct sk_buff *wrong_packet(struct net_device *to, unsigned int queue)
{
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + 64, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_put_zero(skb, 60);
	skb->dev = to;
	skb->protocol = htons(ETH_P_ARP);
	skb_reset_network_header(skb);
	if (dev_hard_header(skb, to, ETH_P_ARP, to->broadcast, NULL, skb->len) < 0) {
		kfree_skb(skb);
		return NULL;
	}
	skb_reset_mac_header(skb);
	skb_set_queue_mapping(skb, queue);
	return skb;
}

static int wrong_send(struct net_device *to)
{
	struct sk_buff *skbs[WRONG_MAX] = {};
	struct netdev_queue *queue;
	unsigned int i;

	if (locked >= to->num_tx_queues)
		return -EINVAL;
	for (i = 0; i < num_names; i++) {
		if (names[i] < to->num_tx_queues)
			skbs[i] = wrong_packet(to, names[i]);
		if (!skbs[i]) {
			while (i--)
				kfree_skb(skbs[i]);
			return -EINVAL;
		}
	}
	queue = netdev_get_tx_queue(to, locked);
	local_bh_disable();
	HARD_TX_LOCK(to, queue, smp_processor_id());
	for (i = 0; i < num_names; i++)
		if (netdev_start_xmit(skbs[i], to, queue, i + 1 < num_names) != NETDEV_TX_OK)
			kfree_skb(skbs[i]);
	HARD_TX_UNLOCK(to, queue);
	local_bh_enable();
	return 0;
}

static int __init wrong_init(void)
{
	struct net_device *to = dev_get_by_name(current->nsproxy->net_ns, dev);
	int err;

	if (!to)
		return -ENODEV;
	err = to->type == ARPHRD_INFINIBAND && netif_running(to) ? wrong_send(to) : -EINVAL;
	dev_put(to);
	return err ?: -ECANCELED;
}

module_init(wrong_init);
MODULE_DESCRIPTION("Packets that name another queue than the one that is locked");
MODULE_LICENSE("GPL");
