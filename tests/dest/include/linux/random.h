/* SPDX-License-Identifier: GPL-2.0 */
/* See dest_kernel.h. */
