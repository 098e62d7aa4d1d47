// SPDX-License-Identifier: GPL-2.0
/*
 * The name by which the world loads IP over InfiniBand: rdma-core's modules-load files, scripts,
 * the rtnl alias, and "options ib_ipoib ..." in modprobe.d. Installed where depmod prefers it to
 * the kernel's own ib_ipoib, this module takes that name over, per kernel and without any rule:
 * where it has not been built, and once it is removed, the name is in-tree's again.
 *
 * It does nothing but look whether that works, and ask for ipoib_core itself if not. modprobe loads
 * ipoib_core after it, and the accels that the core chooses from, and unloads them before it.
 * accel_mlx does not need its card's driver to be there. There is no dependency between shim and
 * core: the core works without the shim, beside in-tree ib_ipoib too.
 */
#define pr_fmt(fmt) "ib_ipoib: " fmt

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/workqueue.h>
#include <net/rtnetlink.h>

#include "../include/ipoib_accel.h"
#include "ib_ipoib.h"

struct ib_ipoib_options ib_ipoib_options = {
	.size = sizeof(ib_ipoib_options),
};
EXPORT_SYMBOL_GPL(ib_ipoib_options);

module_param_named(send_queue_size, ib_ipoib_options.send_queue_size, uint, 0444);
MODULE_PARM_DESC(send_queue_size, "default of ipoib_core's parameter");
module_param_named(recv_queue_size, ib_ipoib_options.recv_queue_size, uint, 0444);
MODULE_PARM_DESC(recv_queue_size, "default of ipoib_core's parameter");
/* Not writable: the levels that count are ipoib_core's. */
module_param_named(debug_level, ib_ipoib_options.debug_level, int, 0444);
MODULE_PARM_DESC(debug_level, "default of ipoib_core's parameter");
module_param_named(mcast_debug_level, ib_ipoib_options.mcast_debug_level, int, 0444);
MODULE_PARM_DESC(mcast_debug_level, "default of ipoib_core's parameter");

static int max_nonsrq_conn_qp;
module_param(max_nonsrq_conn_qp, int, 0444);
MODULE_PARM_DESC(max_nonsrq_conn_qp, "ignored: there is no connected mode");

static int cm_data_debug_level;
module_param(cm_data_debug_level, int, 0444);
MODULE_PARM_DESC(cm_data_debug_level, "ignored: there is no connected mode");

/*
 * It is looked for once a second, for who has loaded it may unload it soon, and asked for at the
 * last of these looks: modprobe loads it sooner, but a slow card may keep its init.
 */
#define IB_IPOIB_LOOKS	5
/*
 * Then it is asked for again, after 10 s and pauses that double, ten minutes in all: the root file
 * system may come late. Who does not want it has said so by then.
 */
#define IB_IPOIB_ASKS	7

static bool ib_ipoib_core_is_there(void)
{
	if (!symbol_get(ipoib_register_accel))
		return false;
	symbol_put(ipoib_register_accel);
	return true;
}

static void ib_ipoib_look(struct work_struct *work);
static DECLARE_DELAYED_WORK(ib_ipoib_look_wk, ib_ipoib_look);

/*
 * Of several softdep lines modprobe takes the first, by file names: it may not be ours; and of a
 * module that is loaded, as by an initramfs that has no core, it does not look at them. Once the
 * core has been seen it is not asked for: who unloads it by hand has it gone, and modprobe -r,
 * which unloads it first, does not find it loaded again.
 *
 * The modprobe that the kernel calls is the host's, whatever namespaces they are in who loaded the
 * shim: a line "install ipoib_core /bin/false" there counts. Who unloads the shim meanwhile waits
 * for it, and it not for them: a module's exit is called without locks, ipoib_core does not depend
 * on the shim, and of one that is going it takes no options.
 */
static void ib_ipoib_look(struct work_struct *work)
{
	static unsigned int looks;
	unsigned int asks;

	if (ib_ipoib_core_is_there())
		return;
	if (++looks < IB_IPOIB_LOOKS) {
		queue_delayed_work(system_long_wq, &ib_ipoib_look_wk, HZ);
		return;
	}
	asks = looks - IB_IPOIB_LOOKS + 1;
	if (asks == 1)
		pr_warn("ipoib_core is not there yet, and is asked for: a slow card, or a line \"softdep ib_ipoib\" in modprobe.d? See ipoib-accel(7)\n");
	request_module("ipoib_core");
	if (ib_ipoib_core_is_there())
		return;
	if (asks == 1)
		pr_warn("ipoib_core could not be loaded, and without it there is no IPoIB; it is tried again for ten minutes: see ipoib-accel(7)\n");
	if (asks < IB_IPOIB_ASKS)
		queue_delayed_work(system_long_wq, &ib_ipoib_look_wk, (5 * HZ) << asks);
}

static bool ib_ipoib_any_given(void)
{
	return ib_ipoib_options.send_queue_size || ib_ipoib_options.recv_queue_size ||
	       ib_ipoib_options.debug_level || ib_ipoib_options.mcast_debug_level;
}

static int __init ib_ipoib_init(void)
{
	if (max_nonsrq_conn_qp || cm_data_debug_level)
		pr_info("options max_nonsrq_conn_qp and cm_data_debug_level are for connected mode, which there is not: ignored\n");
	if (ib_ipoib_any_given() && ib_ipoib_core_is_there())
		pr_warn("ipoib_core is loaded already: options of ib_ipoib have no effect until it is loaded again\n");
	queue_delayed_work(system_long_wq, &ib_ipoib_look_wk, HZ);
	return 0;
}

static void __exit ib_ipoib_exit(void)
{
	cancel_delayed_work_sync(&ib_ipoib_look_wk);
}

module_init(ib_ipoib_init);
module_exit(ib_ipoib_exit);

MODULE_AUTHOR("ipoib-accel maintainers");
MODULE_DESCRIPTION("Loads ipoib_core in the place of in-tree ib_ipoib");
MODULE_LICENSE("GPL");
MODULE_VERSION(IPOIB_ACCEL_VERSION);
MODULE_ALIAS_RTNL_LINK("ipoib");
MODULE_SOFTDEP("post: ipoib_core accel_mlx accel_ref");
