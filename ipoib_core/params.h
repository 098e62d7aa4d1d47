/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_PARAMS_H
#define IPOIB_PARAMS_H

#include <linux/netdevice.h>

/**
 * ipoib_params_init() - bring the parameters into their ranges, for /sys/module to show
 *
 * Those that were not given are the shim's, or the defaults.
 *
 * Context: module init, first of all.
 */
void ipoib_params_init(void);

/**
 * ipoib_send_queue_size() - parameter send_queue_size
 *
 * Return: a power of two, 128..8192.
 */
unsigned int ipoib_send_queue_size(void);

/**
 * ipoib_tx_queue_len() - packets that wait in the stack's queue, by in-tree's rule
 *
 * Return: twice as many as send_queue_size says, 256 when it was not given.
 */
unsigned int ipoib_tx_queue_len(void);

/**
 * ipoib_recv_queue_size() - parameter recv_queue_size
 *
 * Return: a power of two, 2..8192.
 */
unsigned int ipoib_recv_queue_size(void);

/**
 * ipoib_max_paths() - parameter max_paths, which may change at any time
 *
 * Return: 256..1048576.
 */
unsigned int ipoib_max_paths(void);

/**
 * ipoib_max_path_queries() - parameter max_path_queries, for interfaces made from now on
 *
 * Return: 8..4096.
 */
unsigned int ipoib_max_path_queries(void);

/**
 * ipoib_max_sendonly_groups() - parameter max_sendonly_groups, which may change at any time
 *
 * Return: 64..16384.
 */
unsigned int ipoib_max_sendonly_groups(void);

/* Parameters debug_level and mcast_debug_level: may change at any time. */
extern int ipoib_debug_level;
extern int ipoib_mcast_debug_level;

/* What an interface does, for who wants to know: debug_level. */
#define ipoib_dbg(priv, fmt, ...) do {						\
	if (unlikely(READ_ONCE(ipoib_debug_level) > 0))				\
		netdev_printk(KERN_DEBUG, (priv)->dev, fmt, ##__VA_ARGS__);	\
} while (0)

/* What multicast groups do: mcast_debug_level. */
#define ipoib_dbg_mcast(priv, fmt, ...) do {					\
	if (unlikely(READ_ONCE(ipoib_mcast_debug_level) > 0))			\
		netdev_printk(KERN_DEBUG, (priv)->dev, fmt, ##__VA_ARGS__);	\
} while (0)

#endif /* IPOIB_PARAMS_H */
