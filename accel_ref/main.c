// SPDX-License-Identifier: GPL-2.0
/* The module: what it serves and with which functions. */
#define pr_fmt(fmt) "accel_ref: " fmt

#include "rx.h"
#include "tx.h"

#include <linux/moduleparam.h>

struct workqueue_struct *ref_wq;

static unsigned int tx_queues = 1;
module_param(tx_queues, uint, 0444);
MODULE_PARM_DESC(tx_queues, "TX queues of an interface, each with its QP (1..64, default 1)");

/**
 * ref_tx_queues() - TX queues that an interface shall have at most
 *
 * Context: any. Return: 1..REF_MAX_TX_QUEUES.
 */
unsigned int ref_tx_queues(void)
{
	return tx_queues;
}

/* Takes the nearest number that there can be; the parameter's file shows it. */
static void ref_check_tx_queues(void)
{
	unsigned int wanted = tx_queues;

	tx_queues = clamp_t(unsigned int, wanted, 1, REF_MAX_TX_QUEUES);
	if (tx_queues != wanted)
		pr_warn("tx_queues=%u: there can be 1 to %u, so it is %u\n", wanted,
			REF_MAX_TX_QUEUES, tx_queues);
}

static int ref_match(struct ib_device *hca, u32 port)
{
	if (!rdma_protocol_ib(hca, port) || !rdma_cap_ib_mcast(hca, port))
		return IPOIB_ACCEL_PRIO_NONE;
	return IPOIB_ACCEL_PRIO_GENERIC;
}

static int ref_get_mq_param(struct ib_device *hca, u32 port, size_t *priv_size,
			    unsigned int *rx_queues, unsigned int *num_tx_queues)
{
	*priv_size = sizeof(struct ref_priv);
	*rx_queues = 1;
	*num_tx_queues = ref_tx_queues();
	return 0;
}

static const struct ipoib_ops ref_ops = {
	.get_mq_param = ref_get_mq_param,
	.update_netdev_settings = ref_update_netdev_settings,
	.ib_dev_init = ref_ib_dev_init,
	.ib_dev_open = ref_ib_dev_open,
	.ib_dev_stop = ref_ib_dev_stop,
	.set_qkey = ref_set_qkey,
	.attach_mcast = ref_attach_mcast,
	.detach_mcast = ref_detach_mcast,
	.send = ref_send,
	.ib_dev_cleanup = ref_ib_dev_cleanup,
	.change_mtu = ref_change_mtu,
	.tx_timeout = ref_tx_timeout,
	.flush_sends = ref_flush_sends,
	.select_queue = ref_select_queue,
	.get_stats64 = ref_get_stats64,
	.tx_posted = ref_tx_posted,
	.tx_completed = ref_tx_completed,
	.fix_features = ref_fix_features,
	.features_check = ref_features_check,
};

static struct ipoib_accel ref_accel = {
	.name = "ref",
	.owner = THIS_MODULE,
	.abi_version = IPOIB_ACCEL_ABI,
	.match = ref_match,
	.ops = &ref_ops,
};

static int __init ref_init(void)
{
	int err;

	ref_check_tx_queues();
	/* Repair must run when memory is short: a swap file may lie behind this very interface. */
	ref_wq = alloc_workqueue("accel_ref", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!ref_wq)
		return -ENOMEM;

	err = ipoib_register_accel(&ref_accel);
	if (err)
		goto err_wq;
	return 0;

err_wq:
	destroy_workqueue(ref_wq);
	/* modprobe takes -EEXIST for "loaded already" and says nothing. */
	return err == -EEXIST ? -EBUSY : err;
}

static void __exit ref_exit(void)
{
	ipoib_unregister_accel(&ref_accel);
	destroy_workqueue(ref_wq);
}

module_init(ref_init);
module_exit(ref_exit);

MODULE_DESCRIPTION("Reference IPoIB data path over InfiniBand verbs");
MODULE_AUTHOR("ipoib-accel maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(IPOIB_ACCEL_VERSION);
MODULE_ALIAS_IPOIB_ACCEL("ref");
