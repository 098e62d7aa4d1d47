/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of interfaces: beside the one that it goes by each may have others (ip-link(8), altname).
 * And what they are: /sys is not that of the network namespace that was entered.
 */
#ifndef IPOIBCTL_NAME_H
#define IPOIBCTL_NAME_H

#include <net/if.h>
#include <stdbool.h>

/* Another name, with the 0 byte. */
#define NAME_OTHER	128

/**
 * name_real() - what an interface of this network namespace goes by
 * @real: IFNAMSIZ bytes, filled in if there is such an interface
 * @name: the same, or one of its other names, which may be longer
 *
 * Return: whether there is one; kernels before 5.5 know no other names.
 */
bool name_real(char *real, const char *name);

/**
 * name_is_infiniband_up() - is that an InfiniBand interface that is set up?
 * @ifindex: number
 * @vrf: filled in: the number of the VRF that it is in, 0: none
 *
 * Return: whether.
 */
bool name_is_infiniband_up(unsigned int ifindex, unsigned int *vrf);

/**
 * name_master() - the bond, or the like, that an interface is a port of
 * @ifindex: number
 *
 * Return: its number, 0: none, or a VRF, in which interfaces have their own settings.
 */
unsigned int name_master(unsigned int ifindex);

/**
 * name_is_linked_away() - is it the child of an interface in another network namespace?
 * @ifindex: number
 *
 * Return: whether.
 */
bool name_is_linked_away(unsigned int ifindex);

#endif /* IPOIBCTL_NAME_H */
