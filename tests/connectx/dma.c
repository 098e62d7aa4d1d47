// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's memory, as the card sees it: QEMU sends a descriptor for each piece, which is mapped
 * here.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "connectx.h"

/**
 * dma_map() - a piece of guest memory that the card may use from now on
 * @card: that may
 * @address: as the card sees it
 * @size: in bytes
 * @fd: the memory; it stays the caller's
 * @offset: in that
 * @writable: or only to be read
 *
 * Return: 0 or a negative errno.
 */
int dma_map(struct card *card, u64 address, u64 size, int fd, u64 offset, bool writable)
{
	struct memory *memory;
	void *host;

	if (card->memories == MEMORIES)
		return -ENOSPC;
	host = mmap(NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, offset);
	if (host == MAP_FAILED)
		return -errno;
	memory = &card->memory[card->memories++];
	*memory = (struct memory) {
		.address = address,
		.size = size,
		.host = host,
		.writable = writable,
	};
	return 0;
}

/**
 * dma_unmap() - take away every piece that lies in a range
 * @card: that may not use it any more
 * @address: where the range begins
 * @size: of it
 */
void dma_unmap(struct card *card, u64 address, u64 size)
{
	int kept = 0;

	for (int i = 0; i < card->memories; i++) {
		struct memory *memory = &card->memory[i];

		if (memory->address >= address && memory->address - address < size)
			munmap(memory->host, memory->size);
		else
			card->memory[kept++] = *memory;
	}
	card->memories = kept;
}

static void *find(struct card *card, u64 address, size_t len, bool write)
{
	for (int i = 0; i < card->memories; i++) {
		struct memory *memory = &card->memory[i];
		u64 offset = address - memory->address;

		if (address < memory->address || offset >= memory->size)
			continue;
		if (len > memory->size - offset || (write && !memory->writable))
			return NULL;
		return memory->host + offset;
	}
	return NULL;
}

/**
 * dma_at() - guest memory that the card uses
 * @card: that does
 * @address: as the card sees it
 * @len: how much of it
 * @write: whether it will be written
 *
 * Return: where that is here, or NULL, which is logged: the driver gave a wrong address.
 */
void *dma_at(struct card *card, u64 address, size_t len, bool write)
{
	void *at = find(card, address, len, write);

	if (!at)
		card_wrong(card, "DMA: no memory at %#llx, %zu bytes, %s",
			   (unsigned long long)address, len, write ? "write" : "read");
	return at;
}

/**
 * dma_record() - read a doorbell record, which the driver may be writing just now
 * @card: whose
 * @record: its address, as the card sees it
 * @half: 0 or 1, which of its two counters
 * @value: the counter
 *
 * In one piece, as a card does: of 0xff that becomes 0x100 one byte after the other may make 0.
 *
 * Return: false when it is not aligned or there is no memory, which is logged.
 */
bool dma_record(struct card *card, u64 record, unsigned int half, u32 *value)
{
	const u32 *at;

	if (record % 8) {
		card_wrong(card, "doorbell record at %#llx", (unsigned long long)record);
		return false;
	}
	at = dma_at(card, record, 8, false);
	if (!at)
		return false;
	/* What the driver wrote before is read after it. */
	*value = be32toh(__atomic_load_n(at + half, __ATOMIC_ACQUIRE));
	return true;
}
