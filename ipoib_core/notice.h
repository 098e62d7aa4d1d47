/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_NOTICE_H
#define IPOIB_NOTICE_H

#include "port.h"

/**
 * ipoib_notice() - something that happened is worth telling who listens
 * @priv: interface
 * @what: it
 *
 * However often it happens, and whoever brings that about: the port's work tells how often it was,
 * once a second at most (netlink.c).
 *
 * Context: any.
 */
static inline void ipoib_notice(struct ipoib_dev *priv, enum ipoib_notice what)
{
	atomic_inc(&priv->notices[what]);
	/* Who clears the bit reads the number after that. */
	smp_mb__after_atomic();
	/* Senders read the flags: those are written once, not each time. */
	if (!test_bit(IPOIB_F_NOTICE, &priv->flags) &&
	    !test_and_set_bit(IPOIB_F_NOTICE, &priv->flags))
		ipoib_port_kick(priv->port);
}

#endif /* IPOIB_NOTICE_H */
