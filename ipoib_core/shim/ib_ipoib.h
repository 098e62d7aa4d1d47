/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IB_IPOIB_SHIM_H
#define IB_IPOIB_SHIM_H

#include <linux/types.h>

/**
 * struct ib_ipoib_options - what "options ib_ipoib ..." asks for
 * @size: sizeof(struct ib_ipoib_options), for a core that was built with another one
 * @send_queue_size: as ipoib_core's parameter; 0: not given
 * @recv_queue_size: as ipoib_core's parameter; 0: not given
 * @debug_level: as ipoib_core's parameter
 * @mcast_debug_level: as ipoib_core's parameter
 *
 * ipoib_core reads it in its init, if the shim is loaded then, and writes back what it made of it,
 * for /sys/module/ib_ipoib/parameters to show.
 */
struct ib_ipoib_options {
	size_t size;
	unsigned int send_queue_size;
	unsigned int recv_queue_size;
	int debug_level;
	int mcast_debug_level;
};

/* Exported; ipoib_core looks it up by name, so that it does not need the shim. */
extern struct ib_ipoib_options ib_ipoib_options;

#endif /* IB_IPOIB_SHIM_H */
