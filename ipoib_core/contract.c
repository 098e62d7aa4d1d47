// SPDX-License-Identifier: GPL-2.0
/*
 * The contract of ipoib_accel.h, looked at (make IPOIB_DEBUG=1). ipoib_dev.ops is then a table of
 * the functions here, which stand between the core and the accel's own, so that a vendor's accel is
 * looked at as it is. Each says with a WARN_ONCE() of its own which rule was broken and by whom,
 * and goes on: nothing is mended but what would end the host at once.
 *
 * What the core promises: ops in order, none after ib_dev_cleanup(), their context and locks, one
 * at a time, attach and detach in pairs. What an accel promises: the rest.
 *
 * The state is written by the ops that are called one at a time (ipoib_dev.op_lock and RTNL); send
 * and others read it as the core's own order has it: no send() runs while it changes.
 */
#include "contract.h"

#include <linux/preempt.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "compat.h"
#include "contract_state.h"

/* A QP's number is one of 24 bits; 0 and 1 are the SM's and the CM's, the last is multicast's. */
#define IPOIB_CONTRACT_QPN_MIN	2
/* What get_mq_param() may say. */
#define IPOIB_CONTRACT_QUEUES	4096
/* For how long after a stop the stack may come to packets that it was given before. */
#define IPOIB_CONTRACT_BACKLOG	HZ

static const char *const ipoib_contract_states[] = {
	[IPOIB_CONTRACT_NEW] = "not initialised",
	[IPOIB_CONTRACT_STOPPED] = "stopped",
	[IPOIB_CONTRACT_OPENING] = "being opened",
	[IPOIB_CONTRACT_OPEN] = "open",
	[IPOIB_CONTRACT_STOPPING] = "being stopped",
	[IPOIB_CONTRACT_GONE] = "cleaned up",
};

static struct ipoib_contract *ipoib_contract_of(const struct ipoib_dev *priv)
{
	return container_of(priv->ops, struct ipoib_contract, ops);
}

static struct ipoib_contract *ipoib_contract_dev(const struct net_device *dev)
{
	return ipoib_contract_of(ipoib_priv(dev));
}

static enum ipoib_contract_state ipoib_contract_state(const struct ipoib_contract *contract)
{
	/* Pairs with ipoib_contract_set(): @stopped_at is that of the state. */
	return smp_load_acquire(&contract->state);
}

static void ipoib_contract_set(struct ipoib_contract *contract, enum ipoib_contract_state state)
{
	/* Pairs with ipoib_contract_state(). */
	smp_store_release(&contract->state, state);
}

/* The core's: is @op called in its turn? Returns whether there is an accel left to call. */
static bool ipoib_contract_turn(const struct ipoib_contract *contract, const char *op,
				unsigned long states)
{
	enum ipoib_contract_state state = ipoib_contract_state(contract);

	WARN_ONCE(!(BIT(state) & states), "ipoib_core: accel %s: %s() while %s\n", contract->name,
		  op, ipoib_contract_states[state]);
	return state != IPOIB_CONTRACT_GONE;
}

/* The core's: the same, and may @op sleep, under RTNL? */
static bool ipoib_contract_enter(const struct ipoib_contract *contract, const char *op,
				 unsigned long states)
{
	might_sleep();
	ASSERT_RTNL();
	return ipoib_contract_turn(contract, op, states);
}

static void ipoib_contract_see_carrier(const struct ipoib_contract *contract)
{
	bool carrier = netif_carrier_ok(contract->priv->dev);

	WARN_ONCE(contract->carrier >= 0 && contract->carrier != carrier,
		  "ipoib_core: accel %s: changed the carrier, which is the core's\n",
		  contract->name);
}

/* The accel's: the context is as when preempt_count() was @count, and @ret is one that there is. */
static void ipoib_contract_back(const struct ipoib_contract *contract, const char *op, int count,
				int ret)
{
	if (WARN_ONCE(preempt_count() != count,
		      "ipoib_core: accel %s: %s() returned with preempt count 0x%x, was 0x%x\n",
		      contract->name, op, preempt_count(), count))
		preempt_count_set(count);
	WARN_ONCE(ret > 0 || ret < -MAX_ERRNO,
		  "ipoib_core: accel %s: %s() returned %d, neither 0 nor a negative errno\n",
		  contract->name, op, ret);
}

/* The same of an op under RTNL, and the carrier is as it was. */
static void ipoib_contract_leave(const struct ipoib_contract *contract, const char *op, int count,
				 int ret)
{
	ipoib_contract_back(contract, op, count, ret);
	ipoib_contract_see_carrier(contract);
}

/* ---- received packets ---- */

/*
 * The accel's: it receives only while open. @backlog: for how long it does not matter after a stop,
 * jiffies.
 */
static void ipoib_contract_receives(const struct ipoib_contract *contract, unsigned long backlog)
{
	if ((BIT(ipoib_contract_state(contract)) & IPOIB_CONTRACT_RUNS) ||
	    (contract->was_open && time_before(jiffies, contract->stopped_at + backlog)))
		return;
	WARN_ONCE(true, "ipoib_core: accel %s: received a packet while not open\n",
		  contract->name);
}

/* All that the stack is given of the interface, by whatever function. Context: BH off, RCU. */
static int ipoib_contract_tap(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
			      struct net_device *orig_dev)
{
	const struct ipoib_contract *contract = container_of(pt, struct ipoib_contract, tap);

	/* Of our own multicast the stack makes itself a copy. */
	if (skb->pkt_type != PACKET_LOOPBACK) {
		ipoib_contract_receives(contract, IPOIB_CONTRACT_BACKLOG);
		WARN_ONCE(skb->mac_len != IPOIB_HARD_LEN,
			  "ipoib_core: accel %s: handed up a packet with a link layer header of %u bytes, not %u: see ipoib_accel_rx_prepare()\n",
			  contract->name, skb->mac_len, IPOIB_HARD_LEN);
	}
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

void ipoib_contract_rx(struct ipoib_dev *priv, const char *what)
{
	const struct ipoib_contract *contract = ipoib_contract_of(priv);

	WARN_ONCE(!in_softirq(), "ipoib_core: accel %s: %s() with BH on\n", contract->name, what);
	ipoib_contract_receives(contract, 0);
}

/* ---- what an accel counts and leaves behind ---- */

/* The accel's: no send completes that was not posted. Returns how many have not completed. */
static s32 ipoib_contract_outstanding(const struct ipoib_contract *contract, unsigned int txqueue,
				      u32 completed)
{
	/* In this order: meanwhile sends may be posted and complete. */
	s32 left = contract->accel->tx_posted(contract->priv->dev, txqueue) - completed;

	WARN_ONCE(left < 0,
		  "ipoib_core: accel %s: tx_completed() of TX queue %u is %d ahead of tx_posted()\n",
		  contract->name, txqueue, -left);
	return left;
}

/* The accel's, after @op: nothing of it runs, and every send has completed. */
static void ipoib_contract_see_stopped(struct ipoib_contract *contract, const char *op)
{
	struct net_device *dev = contract->priv->dev;
	struct napi_struct *napi;
	unsigned int i;

	list_for_each_entry(napi, &dev->napi_list, dev_list)
		WARN_ONCE(!test_bit(NAPI_STATE_SCHED, &napi->state),
			  "ipoib_core: accel %s: %s() left NAPI enabled\n", contract->name, op);
	for (i = 0; i < dev->num_tx_queues && contract->accel->tx_posted; i++) {
		u32 completed = contract->accel->tx_completed(dev, i);
		s32 left = ipoib_contract_outstanding(contract, i, completed);

		WARN_ONCE(left > 0,
			  "ipoib_core: accel %s: %s() left %d sends of TX queue %u uncompleted\n",
			  contract->name, op, left, i);
		contract->posted[i] = completed + left;
	}
}

/* The accel's: tx_posted() counts since ib_dev_init(), not since the last open. */
static void ipoib_contract_see_counters(const struct ipoib_contract *contract)
{
	struct net_device *dev = contract->priv->dev;
	unsigned int i;

	for (i = 0; i < dev->num_tx_queues && contract->accel->tx_posted; i++) {
		u32 posted = contract->accel->tx_posted(dev, i);

		WARN_ONCE((s32)(posted - contract->posted[i]) < 0,
			  "ipoib_core: accel %s: tx_posted() of TX queue %u went back from %u to %u\n",
			  contract->name, i, contract->posted[i], posted);
	}
}

static u32 ipoib_contract_tx_completed(struct net_device *dev, unsigned int txqueue)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	u32 completed;

	if (!ipoib_contract_turn(contract, "tx_completed", IPOIB_CONTRACT_LIVES))
		return 0;
	completed = contract->accel->tx_completed(dev, txqueue);
	ipoib_contract_outstanding(contract, txqueue, completed);
	return completed;
}

static void ipoib_contract_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);

	if (ipoib_contract_turn(contract, "get_stats64", IPOIB_CONTRACT_LIVES))
		contract->accel->get_stats64(dev, stats);
}

/* ---- the life of an interface ---- */

static int ipoib_contract_ib_dev_init(struct net_device *dev, struct ib_device *hca, u32 port,
				      u16 pkey, u32 *qp_num)
{
	struct ipoib_contract *contract = ipoib_contract_dev(dev);
	struct rdma_netdev *rn = netdev_priv(dev);
	int count = preempt_count();
	int ret;

	ipoib_contract_enter(contract, "ib_dev_init", BIT(IPOIB_CONTRACT_NEW));
	ret = contract->accel->ib_dev_init(dev, hca, port, pkey, qp_num);
	if (WARN_ONCE(rn->clnt_priv != &contract->priv->intf,
		      "ipoib_core: accel %s: ib_dev_init() overwrote rdma_netdev.clnt_priv, which is the core's\n",
		      contract->name))
		rn->clnt_priv = &contract->priv->intf;
	ipoib_contract_leave(contract, "ib_dev_init", count, ret);
	if (ret)
		return ret;
	WARN_ONCE(*qp_num < IPOIB_CONTRACT_QPN_MIN || *qp_num >= IPOIB_MCAST_QPN,
		  "ipoib_core: accel %s: ib_dev_init() told QP number 0x%x, which no such QP has\n",
		  contract->name, *qp_num);
	ipoib_contract_set(contract, IPOIB_CONTRACT_STOPPED);
	dev_add_pack(&contract->tap);
	return 0;
}

static int ipoib_contract_update_netdev_settings(struct net_device *dev)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	const struct net_device_ops *netdev_ops = dev->netdev_ops;
	int count = preempt_count();
	int ret;

	ipoib_contract_enter(contract, "update_netdev_settings", BIT(IPOIB_CONTRACT_STOPPED));
	ret = contract->accel->update_netdev_settings(dev);
	ipoib_contract_leave(contract, "update_netdev_settings", count, ret);
	WARN_ONCE(dev->netdev_ops != netdev_ops,
		  "ipoib_core: accel %s: update_netdev_settings() changed dev->netdev_ops, which are the core's\n",
		  contract->name);
	return ret;
}

static int ipoib_contract_set_pkey_index(struct net_device *dev, u16 index)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();
	int ret;

	lockdep_assert_held(&contract->priv->op_lock);
	ipoib_contract_enter(contract, "set_pkey_index", BIT(IPOIB_CONTRACT_STOPPED));
	ret = contract->accel->set_pkey_index(dev, index);
	ipoib_contract_leave(contract, "set_pkey_index", count, ret);
	return ret;
}

static int ipoib_contract_ib_dev_open(struct net_device *dev)
{
	struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();
	int ret;

	lockdep_assert_held(&contract->priv->op_lock);
	ipoib_contract_enter(contract, "ib_dev_open", BIT(IPOIB_CONTRACT_STOPPED));
	ipoib_contract_set(contract, IPOIB_CONTRACT_OPENING);
	ret = contract->accel->ib_dev_open(dev);
	ipoib_contract_set(contract, ret ? IPOIB_CONTRACT_STOPPED : IPOIB_CONTRACT_OPEN);
	ipoib_contract_leave(contract, "ib_dev_open", count, ret);
	ipoib_contract_see_counters(contract);
	if (ret)
		ipoib_contract_see_stopped(contract, "a failed ib_dev_open");
	return ret;
}

static void ipoib_contract_ib_dev_stop(struct net_device *dev)
{
	struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();

	lockdep_assert_held(&contract->priv->op_lock);
	ipoib_contract_enter(contract, "ib_dev_stop", BIT(IPOIB_CONTRACT_OPEN));
	ipoib_contract_set(contract, IPOIB_CONTRACT_STOPPING);
	contract->accel->ib_dev_stop(dev);
	contract->was_open = true;
	contract->stopped_at = jiffies;
	ipoib_contract_set(contract, IPOIB_CONTRACT_STOPPED);
	ipoib_contract_leave(contract, "ib_dev_stop", count, 0);
	ipoib_contract_see_stopped(contract, "ib_dev_stop");
}

static void ipoib_contract_ib_dev_cleanup(struct net_device *dev)
{
	struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();

	ipoib_contract_enter(contract, "ib_dev_cleanup", BIT(IPOIB_CONTRACT_STOPPED));
	WARN_ONCE(contract->attached,
		  "ipoib_core: accel %s: ib_dev_cleanup() with %d groups attached\n",
		  contract->name, contract->attached);
	dev_remove_pack(&contract->tap);
	ipoib_contract_set(contract, IPOIB_CONTRACT_GONE);
	contract->accel->ib_dev_cleanup(dev);
	ipoib_contract_leave(contract, "ib_dev_cleanup", count, 0);
}

static int ipoib_contract_change_mtu(struct net_device *dev, int new_mtu)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();
	int ret;

	ipoib_contract_enter(contract, "change_mtu", IPOIB_CONTRACT_SETTLED);
	ret = contract->accel->change_mtu(dev, new_mtu);
	ipoib_contract_leave(contract, "change_mtu", count, ret);
	return ret;
}

void ipoib_contract_carrier(struct ipoib_dev *priv, bool on)
{
	struct ipoib_contract *contract = ipoib_contract_of(priv);

	ASSERT_RTNL();
	ipoib_contract_see_carrier(contract);
	contract->carrier = on;
}

void ipoib_contract_restart(struct ipoib_dev *priv)
{
	const struct ipoib_contract *contract = ipoib_contract_of(priv);
	enum ipoib_contract_state state = ipoib_contract_state(contract);

	WARN_ONCE(!(BIT(state) & IPOIB_CONTRACT_RUNS),
		  "ipoib_core: accel %s: ipoib_accel_restart() while %s\n", contract->name,
		  ipoib_contract_states[state]);
}

void ipoib_contract_mq(const struct ipoib_accel *accel, unsigned int rx_queues,
		       unsigned int tx_queues)
{
	WARN_ONCE(!rx_queues || rx_queues > IPOIB_CONTRACT_QUEUES || !tx_queues ||
		  tx_queues > IPOIB_CONTRACT_QUEUES,
		  "ipoib_core: accel %s: get_mq_param() told %u RX and %u TX queues, not 1 to %u each\n",
		  accel->name, rx_queues, tx_queues, IPOIB_CONTRACT_QUEUES);
}

static int ipoib_contract_set_qkey(struct net_device *dev, u32 qkey)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();
	int ret;

	might_sleep();
	lockdep_assert_held(&contract->priv->op_lock);
	ipoib_contract_turn(contract, "set_qkey", IPOIB_CONTRACT_SETTLED);
	ret = contract->accel->set_qkey(dev, qkey);
	ipoib_contract_back(contract, "set_qkey", count, ret);
	return ret;
}

static int ipoib_contract_mcast(const struct ipoib_contract *contract, const char *op,
				int (*mcast)(struct net_device *, const union ib_gid *, u16),
				const union ib_gid *gid, u16 mlid)
{
	int count = preempt_count();
	int ret;

	might_sleep();
	lockdep_assert_held(&contract->priv->op_lock);
	ipoib_contract_turn(contract, op, IPOIB_CONTRACT_SETTLED);
	ret = mcast(contract->priv->dev, gid, mlid);
	ipoib_contract_back(contract, op, count, ret);
	return ret;
}

static int ipoib_contract_attach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int ret = ipoib_contract_mcast(contract, "attach_mcast", contract->accel->attach_mcast,
				       gid, mlid);

	if (!ret || ret == -EEXIST)
		contract->attached++;
	return ret;
}

static int ipoib_contract_detach_mcast(struct net_device *dev, const union ib_gid *gid, u16 mlid)
{
	struct ipoib_contract *contract = ipoib_contract_dev(dev);

	WARN_ONCE(!contract->attached--,
		  "ipoib_core: accel %s: detach_mcast() of a group that is not attached\n",
		  contract->name);
	return ipoib_contract_mcast(contract, "detach_mcast", contract->accel->detach_mcast, gid,
				    mlid);
}

/* ---- sending ---- */

/* The core's: BH is off, the queue's lock held, the interface open. */
static void ipoib_contract_sends(const struct ipoib_contract *contract, const char *op,
				 unsigned int txqueue)
{
	WARN_ONCE(!in_softirq() ||
		  !compat_tx_owned(netdev_get_tx_queue(contract->priv->dev, txqueue)),
		  "ipoib_core: accel %s: %s() without the lock of TX queue %u\n", contract->name,
		  op, txqueue);
	ipoib_contract_turn(contract, op, BIT(IPOIB_CONTRACT_OPEN));
}

static int ipoib_contract_send(struct net_device *dev, struct sk_buff *skb, struct ib_ah *ah,
			       u32 qpn)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	int count = preempt_count();
	int ret;

	ipoib_contract_sends(contract, "send", skb_get_queue_mapping(skb));
	ret = contract->accel->send(dev, skb, ah, qpn);
	ipoib_contract_back(contract, "send", count, ret);
	return ret;
}

static void ipoib_contract_flush_sends(struct net_device *dev, unsigned int txqueue)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);

	ipoib_contract_sends(contract, "flush_sends", txqueue);
	contract->accel->flush_sends(dev, txqueue);
}

static void ipoib_contract_tx_timeout(struct net_device *dev, unsigned int txqueue)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);

	ipoib_contract_turn(contract, "tx_timeout", BIT(IPOIB_CONTRACT_OPEN));
	contract->accel->tx_timeout(dev, txqueue);
}

static u16 ipoib_contract_select_queue(struct net_device *dev, struct sk_buff *skb,
				       struct net_device *sb_dev)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	u16 queue;

	if (!ipoib_contract_turn(contract, "select_queue", IPOIB_CONTRACT_LIVES))
		return 0;
	queue = contract->accel->select_queue(dev, skb, sb_dev);
	WARN_ONCE(queue >= dev->num_tx_queues,
		  "ipoib_core: accel %s: select_queue() chose TX queue %u of %u\n",
		  contract->name, queue, dev->num_tx_queues);
	return queue;
}

static u32 ipoib_contract_rx_qpn(struct net_device *dev, unsigned int nth)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	u32 qpn;

	/* The primary's. */
	if (!ipoib_contract_turn(contract, "rx_qpn", IPOIB_CONTRACT_LIVES))
		return ipoib_addr_qpn(dev->dev_addr);
	qpn = contract->accel->rx_qpn(dev, nth);
	WARN_ONCE(qpn < IPOIB_CONTRACT_QPN_MIN || qpn >= IPOIB_MCAST_QPN,
		  "ipoib_core: accel %s: rx_qpn() told QP number 0x%x, which no such QP has\n",
		  contract->name, qpn);
	return qpn & IPOIB_MCAST_QPN;
}

static netdev_features_t ipoib_contract_features_check(struct sk_buff *skb, struct net_device *dev,
						       netdev_features_t features)
{
	const struct ipoib_contract *contract = ipoib_contract_dev(dev);
	netdev_features_t left = contract->accel->features_check(skb, dev, features);

	WARN_ONCE(left & ~features,
		  "ipoib_core: accel %s: features_check() added features 0x%llx\n",
		  contract->name, left & ~features);
	return left;
}

static const struct ipoib_ops ipoib_contract_mandatory = {
	.update_netdev_settings = ipoib_contract_update_netdev_settings,
	.ib_dev_init = ipoib_contract_ib_dev_init,
	.ib_dev_open = ipoib_contract_ib_dev_open,
	.ib_dev_stop = ipoib_contract_ib_dev_stop,
	.set_qkey = ipoib_contract_set_qkey,
	.attach_mcast = ipoib_contract_attach_mcast,
	.detach_mcast = ipoib_contract_detach_mcast,
	.send = ipoib_contract_send,
	.ib_dev_cleanup = ipoib_contract_ib_dev_cleanup,
};

/* What is optional is there where the accel has it, and its own where nothing is looked at. */
static void ipoib_contract_fill(struct ipoib_ops *ops, const struct ipoib_ops *accel)
{
	*ops = ipoib_contract_mandatory;
	ops->get_mq_param = accel->get_mq_param;
	ops->fix_features = accel->fix_features;
	ops->set_features = accel->set_features;
	ops->eth_ioctl = accel->eth_ioctl;
	ops->hwtstamp_get = accel->hwtstamp_get;
	ops->hwtstamp_set = accel->hwtstamp_set;
	ops->tx_posted = accel->tx_posted;
	if (accel->set_pkey_index)
		ops->set_pkey_index = ipoib_contract_set_pkey_index;
	if (accel->change_mtu)
		ops->change_mtu = ipoib_contract_change_mtu;
	if (accel->tx_timeout)
		ops->tx_timeout = ipoib_contract_tx_timeout;
	if (accel->flush_sends)
		ops->flush_sends = ipoib_contract_flush_sends;
	if (accel->select_queue)
		ops->select_queue = ipoib_contract_select_queue;
	if (accel->rx_qpn)
		ops->rx_qpn = ipoib_contract_rx_qpn;
	if (accel->get_stats64)
		ops->get_stats64 = ipoib_contract_get_stats64;
	if (accel->tx_completed)
		ops->tx_completed = ipoib_contract_tx_completed;
	if (accel->features_check)
		ops->features_check = ipoib_contract_features_check;
}

int ipoib_contract_init(struct ipoib_dev *priv)
{
	struct ipoib_contract *contract;

	contract = kzalloc(struct_size(contract, posted, priv->dev->num_tx_queues), GFP_KERNEL);
	if (!contract)
		return -ENOMEM;
	contract->priv = priv;
	contract->name = priv->intf.accel->name;
	contract->accel = priv->ops;
	contract->carrier = -1;
	contract->tap = (struct packet_type) {
		.type = htons(ETH_P_ALL),
		.dev = priv->dev,
		.ignore_outgoing = true,
		.func = ipoib_contract_tap,
	};
	ipoib_contract_fill(&contract->ops, contract->accel);
	priv->ops = &contract->ops;
	return 0;
}

void ipoib_contract_exit(struct ipoib_dev *priv)
{
	kfree(ipoib_contract_of(priv));
}

MODULE_INFO(contract, "checked");
