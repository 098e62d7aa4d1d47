/* SPDX-License-Identifier: GPL-2.0 */
/* What accel_ref/gather.c needs of it is in kernel.h. */
