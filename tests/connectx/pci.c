// SPDX-License-Identifier: GPL-2.0
/*
 * The card on the PCI bus: configuration space, BAR 0 with the initialization segment and the
 * doorbell pages, and the interrupts.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <unistd.h>

#include "connectx.h"

/* Where in configuration space a capability begins. */
#define CAP_PM		0x40
#define CAP_EXP		0x60
#define CAP_MSIX	0xa0

/* In BAR 0; pages behind the initialization segment, up to FIRST_UAR, are no doorbells. */
#define SEG_FW_REV	0x0000
#define SEG_CMDIF	0x0004
#define SEG_CMDQ_HIGH	0x0010
#define SEG_CMDQ_LOW	0x0014
#define SEG_CMD_BELL	0x0018
#define SEG_SYNDROME	0x023c
#define SEG_TIMER_HIGH	0x1000
#define SEG_TIMER_LOW	0x1004
#define SEG_HEALTH	0x1010
#define MSIX_TABLE	0x2000
#define MSIX_PBA	0x3000

/* In a doorbell page. */
#define UAR_CQ_ARM	0x20
#define UAR_EQ_ARM	0x40
#define UAR_EQ		0x48
#define UAR_SEND	0x800
#define UAR_SEND_END	0x1000

#define FW_MAJOR	12
#define FW_MINOR	28
#define FW_SUB		2006
#define CMDIF_REV	5
#define CMDQ_LOG_SIZE	5
#define CMDQ_LOG_STRIDE	6

/* Beside the command queue's address: whether the card is there. */
#define NIC_STATE_SHIFT	8
#define NIC_STATE_MASK	7u
#define NIC_DISABLED	1

_Static_assert(1 << CMDQ_LOG_SIZE == COMMANDS, "the driver learns it by its logarithm");

static void put_le16(u8 *p, u16 value)
{
	p[0] = value;
	p[1] = value >> 8;
}

static void put_le32(u8 *p, u32 value)
{
	put_le16(p, value);
	put_le16(p + 2, value >> 16);
}

/**
 * pci_init() - configuration space after power-on
 * @card: whose
 */
void pci_init(struct card *card)
{
	u8 *config = card->config;

	memset(config, 0, CONFIG_SIZE);
	put_le16(config + PCI_VENDOR_ID, 0x15b3);
	put_le16(config + PCI_DEVICE_ID, 0x1013);
	put_le16(config + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put_le16(config + PCI_CLASS_DEVICE, 0x0207);
	put_le32(config + PCI_BASE_ADDRESS_0,
		 PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	put_le16(config + PCI_SUBSYSTEM_VENDOR_ID, 0x15b3);
	put_le16(config + PCI_SUBSYSTEM_ID, 0x0008);
	config[PCI_CAPABILITY_LIST] = CAP_PM;

	config[CAP_PM] = PCI_CAP_ID_PM;
	config[CAP_PM + 1] = CAP_EXP;
	put_le16(config + CAP_PM + PCI_PM_PMC, 3);

	config[CAP_EXP] = PCI_CAP_ID_EXP;
	config[CAP_EXP + 1] = CAP_MSIX;
	put_le16(config + CAP_EXP + PCI_EXP_FLAGS, 2);
	put_le32(config + CAP_EXP + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER | 2);
	/* 8 GT/s, sixteen lanes. */
	put_le32(config + CAP_EXP + PCI_EXP_LNKCAP, 0x103);
	put_le16(config + CAP_EXP + PCI_EXP_LNKSTA, 0x103);
	put_le32(config + CAP_EXP + PCI_EXP_LNKCAP2, 0xe);

	config[CAP_MSIX] = PCI_CAP_ID_MSIX;
	put_le16(config + CAP_MSIX + PCI_MSIX_FLAGS, VECTORS - 1);
	put_le32(config + CAP_MSIX + PCI_MSIX_TABLE, MSIX_TABLE);
	put_le32(config + CAP_MSIX + PCI_MSIX_PBA, MSIX_PBA);
}

/* Which bits of a byte of configuration space can be written. */
static u8 config_mask(u32 at)
{
	switch (at) {
	case PCI_COMMAND:
		return PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	case PCI_COMMAND + 1:
		return PCI_COMMAND_INTX_DISABLE >> 8;
	case PCI_BASE_ADDRESS_0 + 3:
	case PCI_BASE_ADDRESS_1 ... PCI_BASE_ADDRESS_1 + 3:
	case PCI_CACHE_LINE_SIZE:
	case PCI_INTERRUPT_LINE:
	case CAP_EXP + PCI_EXP_DEVCTL ... CAP_EXP + PCI_EXP_DEVCTL + 1:
	case CAP_EXP + PCI_EXP_LNKCTL:
		return 0xff;
	case CAP_PM + PCI_PM_CTRL:
		return PCI_PM_CTRL_STATE_MASK;
	case CAP_MSIX + PCI_MSIX_FLAGS + 1:
		return (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) >> 8;
	}
	return 0;
}

/**
 * pci_config() - the client reads or writes configuration space
 * @card: whose
 * @offset: where
 * @data: what is written, or for what is read
 * @len: of it
 * @write: which of the two
 *
 * Return: 0 or a negative errno.
 */
int pci_config(struct card *card, u64 offset, u8 *data, u32 len, bool write)
{
	if (offset >= CONFIG_SIZE || len > CONFIG_SIZE - offset)
		return -EINVAL;
	if (!write) {
		memcpy(data, card->config + offset, len);
		return 0;
	}
	for (u32 i = 0; i < len; i++) {
		u8 mask = config_mask(offset + i);
		u8 *byte = &card->config[offset + i];

		*byte = (*byte & ~mask) | (data[i] & mask);
	}
	return 0;
}

static u32 segment_read(struct card *card, u64 offset)
{
	switch (offset) {
	case SEG_FW_REV:
		return FW_MINOR << 16 | FW_MAJOR;
	case SEG_CMDIF:
		return CMDIF_REV << 16 | FW_SUB;
	case SEG_CMDQ_HIGH:
		return card->commands >> 32;
	case SEG_CMDQ_LOW:
		return card->commands | CMDQ_LOG_SIZE << 4 | CMDQ_LOG_STRIDE |
		       (card->knobs.health ? NIC_DISABLED << NIC_STATE_SHIFT : 0);
	case SEG_SYNDROME:
		return card->knobs.health << 16;
	case SEG_TIMER_HIGH:
		/* caps.c says that it ticks each microsecond. */
		return now_us() >> 32;
	case SEG_TIMER_LOW:
		return now_us();
	case SEG_HEALTH:
		return card->health++;
	}
	/* No time-outs of its own, not initializing. */
	return 0;
}

static void segment_write(struct card *card, u64 offset, u32 value)
{
	switch (offset) {
	case SEG_CMDQ_HIGH:
		card->commands = (u64)value << 32 | (u32)card->commands;
		break;
	case SEG_CMDQ_LOW:
		card->commands = (card->commands & ~(u64)UINT32_MAX) | (value & ~(PAGE - 1));
		if (!(value >> NIC_STATE_SHIFT & NIC_STATE_MASK))
			card->knobs.health = 0;
		break;
	case SEG_CMD_BELL:
		if (!card->knobs.health)
			cmd_doorbell(card, value);
		break;
	default:
		card_wrong(card, "write of %#x to %#llx of the initialization segment", value,
			   (unsigned long long)offset);
	}
}

/* Of a word: the driver reads the syndrome as the byte that it is. */
static void segment_part(struct card *card, u64 offset, u8 *data, u32 len, bool write)
{
	u8 word[4];

	if (write || offset % 4 + len > 4) {
		card_wrong(card, "access to %u bytes at %#llx of the initialization segment", len,
			   (unsigned long long)offset);
		memset(data, 0, len);
		return;
	}
	put_be32(word, segment_read(card, offset & ~3ull));
	memcpy(data, word + offset % 4, len);
}

static void uar_write(struct card *card, u64 offset, const u8 *data, u32 len)
{
	u32 uar = offset / PAGE;

	/* Who has not yet noticed that the firmware is dead does nothing wrong. */
	if (card->knobs.health)
		return;
	offset %= PAGE;
	if (!table_find(&card->tables.uars, uar)) {
		card_wrong(card, "doorbell in page %u, which is no UAR", uar);
		return;
	}
	if (len == 4 && (offset == UAR_EQ || offset == UAR_EQ_ARM)) {
		eq_doorbell(card, uar, get_be32(data), offset == UAR_EQ_ARM);
		return;
	}
	if (len == 8 && offset == UAR_CQ_ARM) {
		cq_doorbell(card, uar, get_be32(data), get_be32(data + 4) & 0xffffff);
		return;
	}
	if (len == 8 && offset >= UAR_SEND && offset < UAR_SEND_END) {
		send_doorbell(card, uar, get_be32(data + 4) >> 8);
		return;
	}
	card_wrong(card, "doorbell of %u bytes at %#llx of UAR %u", len,
		   (unsigned long long)offset, uar);
}

/**
 * pci_bar() - the client reads or writes BAR 0
 * @card: whose
 * @offset: where
 * @data: what is written, or for what is read
 * @len: of it
 * @write: which of the two
 *
 * Return: 0 or a negative errno.
 */
int pci_bar(struct card *card, u64 offset, u8 *data, u32 len, bool write)
{
	if (offset >= BAR_SIZE || len > BAR_SIZE - offset)
		return -EINVAL;
	if (!(card->config[PCI_COMMAND] & PCI_COMMAND_MEMORY))
		card_wrong(card, "access to BAR 0 while memory space is off");
	if (write && offset >= FIRST_UAR * PAGE) {
		uar_write(card, offset, data, len);
	} else if (offset >= MSIX_TABLE) {
		/* The client keeps the table of vectors itself; no bit is ever pending. */
		if (!write)
			memset(data, 0, len);
	} else if (len % 4 || offset % 4) {
		segment_part(card, offset, data, len, write);
	} else {
		for (u32 i = 0; i < len; i += 4) {
			if (write)
				segment_write(card, offset + i, get_be32(data + i));
			else
				put_be32(data + i, segment_read(card, offset + i));
		}
	}
	return 0;
}

/**
 * pci_set_vectors() - eventfds of interrupts
 * @card: whose
 * @first: vector
 * @count: of vectors
 * @fds: an eventfd for each, which the card will close; NULL: they have none any more
 */
void pci_set_vectors(struct card *card, u32 first, u32 count, const int *fds)
{
	for (u32 i = 0; i < count; i++) {
		int *vector = &card->vector[first + i];

		if (*vector >= 0)
			close(*vector);
		*vector = fds ? fds[i] : -1;
	}
}

/**
 * pci_interrupt() - raise one
 * @card: whose
 * @vector: which
 */
void pci_interrupt(struct card *card, u32 vector)
{
	u64 one = 1;

	if (card->vector[vector] >= 0 && write(card->vector[vector], &one, 8) != 8)
		card_log(card, "cannot raise vector %u", vector);
}

/**
 * card_reset() - as after power-on, but for what its client has mapped
 * @card: to reset
 */
void card_reset(struct card *card)
{
	pci_init(card);
	hca_reset(card);
}
