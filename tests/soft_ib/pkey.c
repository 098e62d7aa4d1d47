// SPDX-License-Identifier: GPL-2.0
/*
 * P_Key tables (IBA 10.9, 14.2.5.7): what they match and how they change. Entries are single words,
 * so that the packet path reads them without a lock; writers hold sm_lock.
 */
#include "fabric.h"

#define PKEYS_PER_BLOCK		32
#define PKEY_FULL		0x8000	/* membership bit */

static_assert(PKEYS_PER_BLOCK * sizeof(__be16) == IB_SMP_DATA_SIZE);
static_assert(SIB_PKEY_TABLE_LEN % PKEYS_PER_BLOCK == 0);

/**
 * sib_pkey_init() - the table before any SM
 * @port: the port
 */
void sib_pkey_init(struct sib_port *port)
{
	/* A node that no SM has seen yet is in the default partition (IBA 10.9.1.2). */
	port->pkeys[0] = IB_DEFAULT_PKEY_FULL;
}

/**
 * sib_pkey_match() - looks a P_Key up by value (IBA 10.9.3)
 * @port: whose table
 * @pkey: as in a packet, with its membership bit
 *
 * Context: any.
 * Return: index of the first entry of the same partition, one of the two being a full member,
 * or -ENOENT.
 */
int sib_pkey_match(const struct sib_port *port, u16 pkey)
{
	unsigned int i;

	if (!(pkey & ~PKEY_FULL))
		return -ENOENT;
	for (i = 0; i < SIB_PKEY_TABLE_LEN; i++) {
		u16 own = READ_ONCE(port->pkeys[i]);

		/* Two limited members may not talk to each other (IBA 10.9.3). */
		if (!((own ^ pkey) & ~PKEY_FULL) && (own | pkey) & PKEY_FULL)
			return i;
	}
	return -ENOENT;
}

/**
 * sib_pkey_member() - is the port in the partition at all?
 * @port: whose table
 * @pkey: as in a packet; its membership bit does not matter
 *
 * Context: any.
 */
bool sib_pkey_member(const struct sib_port *port, u16 pkey)
{
	return sib_pkey_match(port, pkey | PKEY_FULL) >= 0;
}

/**
 * sib_sma_pkeys() - P_KeyTable (IBA 14.2.5.7)
 * @sma: the request
 * @port: whose table
 * @block: which 32 entries
 * @hca: changes raise PKEY_CHANGE
 *
 * Return: MAD status.
 */
u16 sib_sma_pkeys(struct sib_sma *sma, struct sib_port *port, unsigned int block, bool hca)
{
	__be16 *data = (__be16 *)sma->smp->data;
	unsigned int i;
	u16 *entry;

	if (block >= SIB_PKEY_TABLE_LEN / PKEYS_PER_BLOCK)
		return SIB_MAD_BAD_VALUE;
	entry = &port->pkeys[block * PKEYS_PER_BLOCK];
	for (i = 0; i < PKEYS_PER_BLOCK; i++, entry++) {
		if (sma->set && *entry != be16_to_cpu(data[i])) {
			WRITE_ONCE(*entry, be16_to_cpu(data[i]));
			if (hca)
				sma->events |= BIT(IB_EVENT_PKEY_CHANGE);
		}
		data[i] = cpu_to_be16(*entry);
	}
	return SIB_MAD_OK;
}

/**
 * sib_pkey_force() - the pkeys knob: an entry changes as if the SM had set it
 * @hca: the HCA
 * @index: which entry
 * @pkey: its new value
 *
 * Return: 0 or -EINVAL.
 */
int sib_pkey_force(struct sib_hca *hca, unsigned int index, u16 pkey)
{
	if (index >= SIB_PKEY_TABLE_LEN)
		return -EINVAL;
	spin_lock_irq(&hca->fabric->sm_lock);
	WRITE_ONCE(hca->port.pkeys[index], pkey);
	spin_unlock_irq(&hca->fabric->sm_lock);
	sib_port_dispatch(hca->fabric, hca->index, BIT(IB_EVENT_PKEY_CHANGE));
	return 0;
}
