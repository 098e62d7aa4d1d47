/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ConnectX-4 in InfiniBand mode, as a process: what its files share. One thread does everything,
 * one message of a client after the other, so that nothing here needs a lock.
 */
#ifndef CONNECTX_H
#define CONNECTX_H

#include <stdbool.h>
#include <stddef.h>

#include "ifc.h"

#ifndef __printf
#define __printf(index, first)	__attribute__((format(printf, index, first)))
#endif

#define BAR_SIZE	(16u << 20)
#define CONFIG_SIZE	4096
#define VECTORS		32
#define MEMORIES	64
#define PAGE		4096u
#define COMMANDS	32		/* entries of the command queue */
#define FIRST_UAR	16		/* what is before it has another use */
#define UARS		(BAR_SIZE / PAGE)

/* What a command can end with; which of them a driver sees as which errno is in mlx5_core. */
enum status {
	OK = 0x00,
	BAD_OPCODE = 0x02,
	BAD_PARAM = 0x03,
	BAD_SYS_STATE = 0x04,
	BAD_RESOURCE = 0x05,
	BUSY = 0x06,
	LIMIT = 0x08,
	BAD_STATE = 0x09,
	BAD_INDEX = 0x0a,
	NO_RESOURCES = 0x0f,
	BAD_INPUT_LEN = 0x50,
	BAD_OUTPUT_LEN = 0x51,
};

/* Events that the card tells of; those of a CQ go to the CQ's own EQ. */
enum event_type {
	EVENT_COMP = 0x00,
	EVENT_CQ_ERROR = 0x04,
	EVENT_PORT = 0x09,
	EVENT_COMMAND = 0x0a,
};

struct card;

/**
 * struct table - objects of one kind, by their number
 * @at: the object of each number, or NULL
 * @first: the lowest number
 * @size: how many there can be
 * @what: the kind, for messages
 */
struct table {
	void **at;
	u32 first;
	u32 size;
	const char *what;
};

/**
 * struct memory - a piece of guest memory
 * @address: as the card sees it
 * @size: of it
 * @host: where it is mapped here
 * @writable: or only to be read
 */
struct memory {
	u64 address;
	u64 size;
	u8 *host;
	bool writable;
};

/**
 * struct buffer - memory of a queue, in pages that need not follow each other
 * @pages: address of each
 * @count: how many
 * @shift: log2 of their size
 * @offset: where the queue begins in the first
 */
struct buffer {
	u64 *pages;
	u32 count;
	u32 shift;
	u32 offset;
};

/**
 * struct eq - an event queue
 * @number: its
 * @buffer: entries of 64 bytes
 * @log_size: log2 of their number
 * @vector: of the interrupt
 * @uar: whose page has its doorbells
 * @events: bit mask of those that it takes
 * @producer: entries written so far
 * @consumer: entries that the driver has said it read
 * @armed: the next entry interrupts
 */
struct eq {
	u32 number;
	struct buffer buffer;
	u32 log_size;
	u32 vector;
	u32 uar;
	u64 events[4];
	u32 producer;
	u32 consumer;
	bool armed;
};

/**
 * struct card - one
 * @name: for messages
 * @listener: its socket
 * @client: QEMU's connection, or -1
 * @wrongs: how often the driver did what it may not
 * @memory: the guest's
 * @memories: pieces of it
 * @config: PCI configuration space
 * @vector: eventfd of each interrupt, or -1
 * @commands: where the command queue is
 * @health: a counter that a live card increments
 * @enabled: ENABLE_HCA came
 * @started: INIT_HCA came
 * @issi: of the driver; the version of the command interface
 * @caps: what the driver asked for of the general capabilities
 * @pages: that the driver gave, by address
 * @page_count: how many
 * @tables: objects
 */
struct card {
	char name[16];
	int listener;
	int client;
	unsigned long wrongs;
	struct memory memory[MEMORIES];
	int memories;
	u8 config[CONFIG_SIZE];
	int vector[VECTORS];
	u64 commands;
	u32 health;
	bool enabled;
	bool started;
	u32 issi;
	u8 caps[ifc_size(cmd_hca_cap)];
	u64 *pages;
	u32 page_count;
	struct {
		struct table uars, eqs, pds, domains, numbers;
	} tables;
};

/**
 * struct command - one that is being executed
 * @card: by which
 * @opcode: of it
 * @modifier: op_mod
 * @in: its input
 * @in_len: how long
 * @out: its output, zeros at first; status and syndrome are not the handler's
 * @out_len: how long the driver expects that to be
 * @syndrome: of a failure: says where in the model, as the firmware's say where in the firmware
 */
struct command {
	struct card *card;
	u16 opcode;
	u16 modifier;
	const u8 *in;
	size_t in_len;
	u8 *out;
	size_t out_len;
	u32 syndrome;
};

/* main.c */
__printf(2, 3) void card_log(const struct card *card, const char *format, ...);
__printf(2, 3) void card_wrong(struct card *card, const char *format, ...);
void card_reset(struct card *card);
void *alloc(size_t size);

/* vfio_user.c */
int vfio_user_serve(struct card *card);

/* dma.c */
int dma_map(struct card *card, u64 address, u64 size, int fd, u64 offset, bool writable);
void dma_unmap(struct card *card, u64 address, u64 size);
void *dma_at(struct card *card, u64 address, size_t len, bool write);

/* pci.c */
void pci_init(struct card *card);
int pci_config(struct card *card, u64 offset, u8 *data, u32 len, bool write);
int pci_bar(struct card *card, u64 offset, u8 *data, u32 len, bool write);
void pci_set_vectors(struct card *card, u32 first, u32 count, const int *fds);
void pci_interrupt(struct card *card, u32 vector);

/* cmd.c */
void cmd_doorbell(struct card *card, u32 entries);
enum status cmd_fail(struct command *cmd, enum status status, const char *why, u32 line);
#define FAIL(cmd, status, why)	cmd_fail(cmd, status, why, __LINE__)

/* table.c */
void table_init(struct table *table, u32 first, u32 size, const char *what);
u32 table_add(struct table *table, void *object);
void *table_find(const struct table *table, u64 number);
void *table_take(struct table *table, u64 number);
void table_clear(struct table *table, void (*drop)(struct card *card, void *object),
		 struct card *card);
int buffer_init(struct buffer *buffer, const u8 *pages, u64 size, u32 shift, u32 offset);
void buffer_free(struct buffer *buffer);
void *buffer_at(struct card *card, const struct buffer *buffer, u64 offset, size_t len,
		bool write);
bool has_pages(const struct command *cmd, size_t header, u64 size, u32 shift, u32 offset);

/* hca.c: the card as a whole */
enum status hca_enable(struct command *cmd);
enum status hca_disable(struct command *cmd);
enum status hca_init(struct command *cmd);
enum status hca_teardown(struct command *cmd);
enum status hca_query_issi(struct command *cmd);
enum status hca_set_issi(struct command *cmd);
enum status hca_query_adapter(struct command *cmd);
enum status hca_query_pages(struct command *cmd);
enum status hca_manage_pages(struct command *cmd);
void hca_reset(struct card *card);

/* caps.c */
enum status caps_query(struct command *cmd);
enum status caps_set(struct command *cmd);
void caps_reset(struct card *card);

/* reg.c */
enum status reg_access(struct command *cmd);

/* numbers.c: objects that are only a number */
enum status number_alloc(struct command *cmd);
enum status number_free(struct command *cmd);
void numbers_reset(struct card *card);

/* eq.c */
enum status eq_create(struct command *cmd);
enum status eq_destroy(struct command *cmd);
void eq_doorbell(struct card *card, u32 uar, u32 value, bool arm);
bool eq_event(struct card *card, enum event_type event, u8 subtype, const u8 *data);
bool eq_takes(const struct card *card, enum event_type event);
void eq_push(struct card *card, struct eq *eq, enum event_type event, u8 subtype, const u8 *data);
void eq_reset(struct card *card);

#endif
