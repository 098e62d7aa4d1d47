// SPDX-License-Identifier: GPL-2.0
/* The module: what it serves and with which functions. */
#define pr_fmt(fmt) "accel_ref: " fmt

#include "rx.h"
#include "tx.h"

#include <linux/mm.h>
#include <linux/moduleparam.h>

struct workqueue_struct *ref_wq;

static unsigned int tx_queues = 1;
module_param(tx_queues, uint, 0444);
MODULE_PARM_DESC(tx_queues, "TX queues of an interface, each with its QP (1..64, default 1)");

static unsigned int rx_queues = 1;
module_param(rx_queues, uint, 0444);
MODULE_PARM_DESC(rx_queues, "RX queues of an interface, each with its QP (1..64, default 1; 0: by CPUs, vectors, memory)");

/**
 * ref_tx_queues() - TX queues that an interface shall have at most
 *
 * Context: any. Return: 1..REF_MAX_QUEUES.
 */
unsigned int ref_tx_queues(void)
{
	return tx_queues;
}

/* Each costs memory, whether its peers send much or not: who needs more of them says so. */
#define REF_AUTO_RX_QUEUES	4
/*
 * With less memory there is one. A queue has up to 1.2 MiB of buffers on the ring (256 of 4.8 KiB,
 * at an MTU of 4096) and keeps 8 MiB of used ones, so that four of an interface have up to 37 MiB:
 * a hundredth of this.
 */
#define REF_AUTO_MEMORY		(4ULL << 30)

/**
 * ref_rx_queues() - RX queues that an interface shall have at most
 * @hca: its device
 *
 * Context: any. Return: 1..REF_MAX_QUEUES.
 */
unsigned int ref_rx_queues(const struct ib_device *hca)
{
	unsigned int vectors = max(hca->num_comp_vectors, 1);
	struct sysinfo info;

	if (rx_queues)
		return rx_queues;
	si_meminfo(&info);
	if ((u64)info.totalram * info.mem_unit < REF_AUTO_MEMORY)
		return 1;
	return min3(vectors, num_online_cpus(), (unsigned int)REF_AUTO_RX_QUEUES);
}

/* Takes the nearest number that there can be; the parameter's file shows it. */
static void ref_check_queues(unsigned int *queues, const char *name, unsigned int least)
{
	unsigned int wanted = *queues;

	*queues = clamp_t(unsigned int, wanted, least, REF_MAX_QUEUES);
	if (*queues != wanted)
		pr_warn("%s=%u: there can be %u to %u, so it is %u\n", name, wanted, least,
			REF_MAX_QUEUES, *queues);
}

static int ref_match(struct ib_device *hca, u32 port)
{
	if (!rdma_protocol_ib(hca, port) || !rdma_cap_ib_mcast(hca, port))
		return IPOIB_ACCEL_PRIO_NONE;
	return IPOIB_ACCEL_PRIO_GENERIC;
}

static int ref_get_mq_param(struct ib_device *hca, u32 port, size_t *priv_size,
			    unsigned int *num_rx_queues, unsigned int *num_tx_queues)
{
	*priv_size = sizeof(struct ref_priv);
	*num_rx_queues = ref_rx_queues(hca);
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
	.rx_qpn = ref_rx_qpn,
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

	ref_check_queues(&tx_queues, "tx_queues", 1);
	ref_check_queues(&rx_queues, "rx_queues", 0);
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
