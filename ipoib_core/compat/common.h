/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel API drift that several modules meet: what compat.h, accel_compat.h and sib_compat.h have
 * in common. The newest kernel's names, supplied where an older kernel has none.
 */
#ifndef COMPAT_COMMON_H
#define COMPAT_COMMON_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "generated/features.h"

#ifdef HAVE_NETDEV_INSTANCE_LOCK
#include <net/netdev_lock.h>
#endif

/* The type in which the RDMA core hands out port numbers. */
#ifdef HAVE_RDMA_PORT_U32
#define compat_port_t u32
#else
#define compat_port_t u8
#endif

#ifndef HAVE_SYSTEM_DFL_WQ
#define system_dfl_wq		system_unbound_wq
#define system_percpu_wq	system_wq
#endif

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *), clockid_t clock,
				 enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

/*
 * The lock of a netdev whose card driver wants its functions called under it. The stack holds it
 * around most of struct net_device_ops and ethtool_ops; who calls such a function for another
 * reason takes it, under RTNL. Nothing where the driver did not ask for it, or netdevs have none.
 */
static inline void compat_ops_lock(struct net_device *dev)
{
#ifdef HAVE_NETDEV_INSTANCE_LOCK
	netdev_lock_ops(dev);
#endif
}

static inline void compat_ops_unlock(struct net_device *dev)
{
#ifdef HAVE_NETDEV_INSTANCE_LOCK
	netdev_unlock_ops(dev);
#endif
}

/*
 * Why a packet is dropped, for the event skb:kfree_skb and who reads it (dropwatch). COMPAT_DROP()
 * is one of the kernel's enum skb_drop_reason, without its prefix; older kernels have none.
 */
#ifdef HAVE_SKB_DROP_REASONS
#define COMPAT_DROP(reason)	SKB_DROP_REASON_##reason
#else
enum {
	COMPAT_DROP_NOT_SPECIFIED,
	COMPAT_DROP_DEV_HDR,
	COMPAT_DROP_DEV_READY,
	COMPAT_DROP_FULL_RING,
	COMPAT_DROP_NEIGH_DEAD,
	COMPAT_DROP_NEIGH_FAILED,
	COMPAT_DROP_NEIGH_QUEUEFULL,
	COMPAT_DROP_NOMEM,
	COMPAT_DROP_PKT_TOO_BIG,
};

#define COMPAT_DROP(reason)	COMPAT_DROP_##reason
#endif

/* In any context. Inline, so that the place that the event has is the caller's. */
static inline void compat_kfree_skb(struct sk_buff *skb, unsigned int reason)
{
#ifdef HAVE_SKB_DROP_REASONS
	if (likely(!irqs_disabled())) {
		kfree_skb_reason(skb, reason);
		return;
	}
#endif
	dev_kfree_skb_any(skb);
}

#endif /* COMPAT_COMMON_H */
