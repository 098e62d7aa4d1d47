/* SPDX-License-Identifier: GPL-2.0 */
/* What contract.c knows of an accel's doings with an interface. */
#ifndef IPOIB_CONTRACT_STATE_H
#define IPOIB_CONTRACT_STATE_H

#include "core.h"

enum ipoib_contract_state {
	IPOIB_CONTRACT_NEW,
	IPOIB_CONTRACT_STOPPED,
	IPOIB_CONTRACT_OPENING,
	IPOIB_CONTRACT_OPEN,
	IPOIB_CONTRACT_STOPPING,
	IPOIB_CONTRACT_GONE,
};

/* Bits of them. */
#define IPOIB_CONTRACT_RUNS						\
	(BIT(IPOIB_CONTRACT_OPENING) | BIT(IPOIB_CONTRACT_OPEN) |	\
	 BIT(IPOIB_CONTRACT_STOPPING))
#define IPOIB_CONTRACT_LIVES	(IPOIB_CONTRACT_RUNS | BIT(IPOIB_CONTRACT_STOPPED))
#define IPOIB_CONTRACT_SETTLED	(BIT(IPOIB_CONTRACT_STOPPED) | BIT(IPOIB_CONTRACT_OPEN))

/**
 * struct ipoib_contract - what is known of an accel's doings with an interface
 * @ops: what ipoib_dev.ops points to
 * @accel: the accel's own
 * @priv: the interface
 * @name: the accel's
 * @state: enum ipoib_contract_state
 * @was_open: it has been stopped at least once
 * @stopped_at: jiffies of the last time
 * @carrier: as the core has set it; -1: not yet; RTNL
 * @attached: groups; ipoib_dev.op_lock
 * @tap: sees what the accel hands to the stack
 * @posted: of each TX queue, tx_posted() when it was last stopped
 */
struct ipoib_contract {
	struct ipoib_ops ops;
	const struct ipoib_ops *accel;
	struct ipoib_dev *priv;
	const char *name;
	enum ipoib_contract_state state;
	bool was_open;
	unsigned long stopped_at;
	int carrier;
	int attached;
	struct packet_type tap;
	u32 posted[];
};

#endif /* IPOIB_CONTRACT_STATE_H */
