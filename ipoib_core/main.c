// SPDX-License-Identifier: GPL-2.0
/*
 * ipoib_core: IP over InfiniBand in datagram mode (RFC 4391, 4392), with pluggable data paths.
 */
#define pr_fmt(fmt) "ipoib_core: " fmt

#include <linux/module.h>
#include <linux/workqueue.h>

#include "child.h"
#include "choice.h"
#include "choose.h"
#include "core.h"
#include "debugfs.h"
#include "event.h"
#include "hca.h"
#include "intf.h"
#include "netdev.h"
#include "netlink.h"
#include "params.h"
#include "registry.h"
#include "rtnl.h"
#include "sysfs.h"

struct workqueue_struct *ipoib_wq;
struct workqueue_struct *ipoib_port_wq;
struct ib_sa_client ipoib_sa_client;

static const struct ipoib_life ipoib_life = {
	.setup = ipoib_intf_setup,
	.init = ipoib_intf_init,
	.uninit = ipoib_intf_uninit,
	.child_register = ipoib_child_register,
	.child_create = ipoib_child_create,
	.child_delete = ipoib_child_delete,
};

static int __init ipoib_init(void)
{
	int ret;

	ipoib_params_init();
	ipoib_netdev_init(&ipoib_life);
	ipoib_sysfs_init(&ipoib_life);
	ret = ipoib_choose_init();
	if (ret)
		goto exit_choice;
	ipoib_wq = alloc_workqueue("ipoib_core", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!ipoib_wq) {
		ret = -ENOMEM;
		goto exit_choice;
	}
	/*
	 * Without WQ_MEM_RECLAIM, whose promise no work can keep that takes RTNL: who has that may
	 * wait for memory. And card drivers, as they stop, wait for works of theirs that are
	 * without it, which the kernel reports.
	 */
	ipoib_port_wq = alloc_workqueue("ipoib_port", WQ_UNBOUND, 0);
	if (!ipoib_port_wq) {
		ret = -ENOMEM;
		goto destroy_wq;
	}
	ib_sa_register_client(&ipoib_sa_client);
	/* Before the client: its ports make interfaces of the kind. */
	ret = ipoib_rtnl_init(&ipoib_life);
	if (ret)
		goto unregister_sa;
	ret = ipoib_debugfs_init();
	if (ret)
		goto exit_rtnl;
	ret = ipoib_event_init();
	if (ret)
		goto exit_debugfs;
	ret = ib_register_client(&ipoib_client);
	if (ret)
		goto exit_event;
	ret = ipoib_netlink_init();
	if (ret)
		goto unregister_client;
	ipoib_choose_begin();
	ipoib_autoload_begin();
	return 0;

unregister_client:
	ib_unregister_client(&ipoib_client);
exit_event:
	/* A device that came before the one that failed may have asked for it. */
	ipoib_registry_exit();
	ipoib_event_exit();
exit_debugfs:
	ipoib_debugfs_exit();
exit_rtnl:
	ipoib_rtnl_exit();
	ipoib_intf_wait_gone();
unregister_sa:
	ib_sa_unregister_client(&ipoib_sa_client);
	destroy_workqueue(ipoib_port_wq);
destroy_wq:
	destroy_workqueue(ipoib_wq);
exit_choice:
	ipoib_choice_exit();
	/* modprobe takes -EEXIST for "loaded already" and says nothing. */
	if (ret == -EEXIST)
		ret = -EBUSY;
	pr_err("not loaded: error %d\n", ret);
	return ret;
}

/*
 * There is no RCU callback of ours that could outlive the module, and so no rcu_barrier(): memory
 * goes by kfree_rcu() alone, and the tables' own callbacks are the kernel's code.
 */
static void __exit ipoib_exit(void)
{
	ipoib_netlink_exit();
	ipoib_choose_end();
	ib_unregister_client(&ipoib_client);
	ipoib_autoload_exit();
	ipoib_registry_exit();
	ipoib_event_exit();
	ipoib_debugfs_exit();
	ipoib_rtnl_exit();
	ipoib_intf_wait_gone();
	ib_sa_unregister_client(&ipoib_sa_client);
	destroy_workqueue(ipoib_port_wq);
	destroy_workqueue(ipoib_wq);
	ipoib_choice_exit();
}

module_init(ipoib_init);
module_exit(ipoib_exit);

MODULE_AUTHOR("ipoib-accel maintainers");
MODULE_DESCRIPTION("IP over InfiniBand with pluggable data paths");
MODULE_LICENSE("GPL");
MODULE_VERSION(IPOIB_ACCEL_VERSION);
