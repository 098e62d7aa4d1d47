/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_CONTRACT_H
#define IPOIB_CONTRACT_H

#include "core.h"

#ifdef IPOIB_DEBUG

/**
 * ipoib_contract_init() - have what passes between the core and an interface's accel looked at
 * @priv: interface, its intf filled in; @priv->ops is another table of the same functions then
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int ipoib_contract_init(struct ipoib_dev *priv);

/**
 * ipoib_contract_exit() - the end of it
 * @priv: interface, which nobody has any more
 */
void ipoib_contract_exit(struct ipoib_dev *priv);

/**
 * ipoib_contract_mq() - get_mq_param() has answered
 * @accel: whose
 * @rx_queues: its answer
 * @tx_queues: its answer
 */
void ipoib_contract_mq(const struct ipoib_accel *accel, unsigned int rx_queues,
		       unsigned int tx_queues);

/**
 * ipoib_contract_carrier() - the core is about to set the carrier: is it as the core left it?
 * @priv: interface
 * @on: what it will be
 *
 * Context: RTNL.
 */
void ipoib_contract_carrier(struct ipoib_dev *priv, bool on);

/**
 * ipoib_contract_restart() - an accel has called ipoib_accel_restart()
 * @priv: interface
 *
 * Context: any.
 */
void ipoib_contract_restart(struct ipoib_dev *priv);

/**
 * ipoib_contract_rx() - an accel has called a function for what it has received
 * @priv: interface
 * @what: name of the function
 *
 * Context: any, though it should be BH off.
 */
void ipoib_contract_rx(struct ipoib_dev *priv, const char *what);

#else

static inline int ipoib_contract_init(struct ipoib_dev *priv)
{
	return 0;
}

static inline void ipoib_contract_exit(struct ipoib_dev *priv)
{
}

static inline void ipoib_contract_mq(const struct ipoib_accel *accel, unsigned int rx_queues,
				     unsigned int tx_queues)
{
}

static inline void ipoib_contract_carrier(struct ipoib_dev *priv, bool on)
{
}

static inline void ipoib_contract_restart(struct ipoib_dev *priv)
{
}

static inline void ipoib_contract_rx(struct ipoib_dev *priv, const char *what)
{
}

#endif /* IPOIB_DEBUG */

#endif /* IPOIB_CONTRACT_H */
