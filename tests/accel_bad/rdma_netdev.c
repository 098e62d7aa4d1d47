// SPDX-License-Identifier: GPL-2.0
/* Of accel_mlx: what it has for other accels too. */
#include "../../accel_mlx/rdma_netdev.c"
