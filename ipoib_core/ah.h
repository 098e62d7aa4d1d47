/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_AH_H
#define IPOIB_AH_H

#include "core.h"

/* LIDs of groups, but for the permissive LID (IBA 4.1.3) */
#define IPOIB_LID_GROUPS	0xc000
#define IPOIB_LID_PERMISSIVE	0xffff

/**
 * ipoib_lid_is_port() - may a port have this LID?
 * @lid: LID, host order
 */
static inline bool ipoib_lid_is_port(u32 lid)
{
	return lid && lid < IPOIB_LID_GROUPS;
}

/**
 * ipoib_lid_is_group() - may a multicast group have this LID?
 * @lid: LID, host order
 */
static inline bool ipoib_lid_is_group(u32 lid)
{
	return lid >= IPOIB_LID_GROUPS && lid < IPOIB_LID_PERMISSIVE;
}

/**
 * ipoib_ah_create() - make an address handle
 * @priv: interface
 * @attr: address vector
 *
 * Context: process, may sleep.
 * Return: the handle or an ERR_PTR() of what the device said.
 */
struct ipoib_ah *ipoib_ah_create(struct ipoib_dev *priv, struct rdma_ah_attr *attr);

/**
 * ipoib_ah_is_of() - does the port that @ah leads to have this LID?
 * @ah: address handle of a path
 * @priv: interface
 * @lid: LID, host order
 *
 * A port has 2^LMC of them, which differ in the last LMC bits (IBA 4.1.3), and may send by another
 * one than what it is reached by. Its LMC is taken for ours: subnet managers have one for all.
 *
 * Context: any.
 */
bool ipoib_ah_is_of(const struct ipoib_ah *ah, const struct ipoib_dev *priv, u32 lid);

/**
 * ipoib_ah_retire() - destroy an address handle once nobody uses it any more
 * @priv: interface
 * @ah: no longer reachable for new readers; NULL is fine
 *
 * Returns at once and never stops a TX queue. Context: any.
 */
void ipoib_ah_retire(struct ipoib_dev *priv, struct ipoib_ah *ah);

/**
 * ipoib_ah_init() - prepare the retirement of handles
 * @priv: interface; the number of its TX queues is known
 *
 * Return: 0 or -ENOMEM.
 */
int ipoib_ah_init(struct ipoib_dev *priv);

/**
 * ipoib_ah_exit() - destroy every retired handle
 * @priv: interface; its accel is stopped and nobody retires handles any more
 *
 * Context: process, may sleep.
 */
void ipoib_ah_exit(struct ipoib_dev *priv);

#endif /* IPOIB_AH_H */
