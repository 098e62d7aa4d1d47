/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ConnectX-4 in InfiniBand mode, as a process: what its files share. One thread does everything,
 * one message of a client after the other, so that nothing here needs a lock.
 */
#ifndef CONNECTX_H
#define CONNECTX_H

#include <stdbool.h>
#include <stddef.h>

#include "fabric.h"
#include "ifc.h"
#include "knobs.h"

#ifndef __printf
#define __printf(index, first)	__attribute__((format(printf, index, first)))
#endif

#define BAR_SIZE	(16u << 20)
#define CONFIG_SIZE	4096
#define VECTORS		32
#define MEMORIES	64
#define MILLION		1000000u
#define PAGE		4096u
#define COMMANDS	32		/* entries of the command queue */
#define WQE_BLOCK	64u		/* in which send queues are counted */
#define RESERVED_LKEY	0x800u		/* all memory, for the host's kernel */
#define MCG_MEMBERS	256
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

enum qp_state {
	QP_RESET,
	QP_INIT,
	QP_RTR,
	QP_RTS,
	QP_SQ_ERROR,
	QP_SQ_DRAINED,
	QP_ERROR,
};

enum qp_type {
	QP_UD = 2,
	QP_SMI = 7,
	QP_GSI = 8,
	QP_UMR = 12,
	/* Of our own: the queues of wq.c. */
	QP_SQ = 0x100,
	QP_RQ,
};

/* A completion queue's entry: where what is in it, and what kinds there are. */
#define CQE		64
#define CQE_HASH	12
#define CQE_HASH_TYPE	16
#define CQE_PATH_BITS	17
#define CQE_CHECKSUM	20
#define CQE_SLID	22
#define CQE_SOURCE	24
#define CQE_CHECKED	28
#define CQE_PKEY	36
#define CQE_BYTES	44
#define CQE_SYNDROME	55
#define CQE_QPN		56
#define CQE_COUNTER	60
#define CQE_OPCODE	63

enum cqe_opcode {
	CQE_SEND = 0,
	CQE_RECV = 2,
	CQE_RECV_IMM = 3,
	CQE_SEND_ERROR = 13,
	CQE_RECV_ERROR = 14,
};

/* What CQE_CHECKED says of a packet's checksums. */
#define CHECKED_L3	BIT(1)
#define CHECKED_L4	BIT(2)

enum syndrome {
	SYNDROME_LENGTH = 0x01,
	SYNDROME_OPERATION = 0x02,
	SYNDROME_PROTECTION = 0x04,
	SYNDROME_FLUSHED = 0x05,
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
 * struct cq - a completion queue
 * @number: its
 * @buffer: entries
 * @entry: size of one
 * @log_size: log2 of their number
 * @eqn: the event queue
 * @uar: whose page has its doorbell
 * @record: where the driver says how far it read
 * @producer: entries written so far
 * @armed: the next entry makes an event
 * @only_solicited: of those that interrupt who waits for solicited ones
 * @failed: it overran
 * @period: how many microseconds the event may be late, so that more entries share it; 0: none
 * @max_count: of entries that share it; 0: any number
 * @waiting: entries that wait for it
 * @deadline: when it is due at the latest; 0: none waits
 */
struct cq {
	u32 number;
	struct buffer buffer;
	u32 entry;
	u32 log_size;
	u32 eqn;
	u32 uar;
	u64 record;
	u32 producer;
	bool armed;
	bool only_solicited;
	bool failed;
	u32 period;
	u32 max_count;
	u32 waiting;
	u64 deadline;
};

/**
 * struct mkey - a memory key
 * @key: its low byte, which the driver chose
 * @pd: protection domain
 * @physical: no translation
 * @everything: no bounds
 * @read: access
 * @write: access
 * @free: cannot be used yet
 * @start: address that it begins at
 * @len: of what it covers
 * @pages: what that is in memory
 */
struct mkey {
	u8 key;
	u32 pd;
	bool physical;
	bool everything;
	bool read;
	bool write;
	bool free;
	u64 start;
	u64 len;
	struct buffer pages;
};

/**
 * struct qp - a queue pair
 * @number: its
 * @type: transport
 * @state: of it
 * @context: as the driver gave it
 * @pd: protection domain
 * @uar: whose page has its doorbell
 * @cq_send: number of the CQ of its sends
 * @cq_recv: of its receives
 * @buffer: both queues
 * @record: where the driver says how much it posted
 * @has_rq: it has a receive queue
 * @has_sq: it has a send queue
 * @rq_log_size: log2 of entries
 * @rq_shift: log2 of an entry's size
 * @sq_log_size: log2 of blocks
 * @sq_offset: where in the buffer it begins
 * @rq_head: entries used
 * @sq_head: blocks used
 * @qkey: for packets that come, and for sends that name no other
 * @pkey_index: of the P_Key of both
 * @no_loopback: it does not get what it sent to a group itself
 * @underlay: it has no queues; those of wq.c send and receive for it
 * @root: of an underlay: the flow table that steers what it receives, or 0
 * @tis: of a queue of wq.c: says for which underlay it sends, or 0
 * @offloads: it has queues, and these have offloads
 * @stuck: a fault: its send queue stands still
 */
struct qp {
	u32 number;
	enum qp_type type;
	enum qp_state state;
	u8 context[ifc_size(qpc)];
	u32 pd;
	u32 uar;
	u32 cq_send;
	u32 cq_recv;
	struct buffer buffer;
	u64 record;
	bool has_rq;
	bool has_sq;
	u32 rq_log_size;
	u32 rq_shift;
	u32 sq_log_size;
	u32 sq_offset;
	u16 rq_head;
	u16 sq_head;
	u32 qkey;
	u32 pkey_index;
	bool no_loopback;
	bool underlay;
	u32 root;
	u32 tis;
	bool offloads;
	bool stuck;
};

/**
 * struct mcg_member - a queue pair that is attached to a group
 * @qpn: its number; 0: nobody is
 * @gid: of the group
 */
struct mcg_member {
	u32 qpn;
	u8 gid[16];
};

/**
 * struct tables - objects of a card, by kind
 * @uars: doorbell pages
 * @eqs: event queues
 * @pds: protection domains
 * @domains: transport domains
 * @xrcds: XRC domains
 * @srqs: shared receive queues
 * @counters: counter sets
 * @mkeys: memory keys
 * @cqs: completion queues
 * @qps: queue pairs, and the queues of wq.c
 * @tises: see tir.c
 * @tirs: see tir.c
 * @rqts: see tir.c
 * @flow_tables: see steering.c
 */
struct tables {
	struct table uars;
	struct table eqs;
	struct table pds;
	struct table domains;
	struct table xrcds;
	struct table srqs;
	struct table counters;
	struct table mkeys;
	struct table cqs;
	struct table qps;
	struct table tises;
	struct table tirs;
	struct table rqts;
	struct table flow_tables;
};

/**
 * struct card - one
 * @name: for messages
 * @enhanced: it has the offloads of enhanced IPoIB
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
 * @port: its
 * @node: what subnet managers see
 * @special: QP 0 and QP 1
 * @mcg: groups
 * @has_errors: a queue pair may be in error
 * @next_deadline: of a completion queue's event; 0: none waits
 * @no_buffer: packets that found no receive buffer
 * @knobs: of it
 * @tables: objects
 */
struct card {
	char name[16];
	bool enhanced;
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
	struct port port;
	struct node node;
	struct qp *special[2];
	struct mcg_member mcg[MCG_MEMBERS];
	bool has_errors;
	u64 next_deadline;
	u64 no_buffer;
	struct knobs knobs;
	struct tables tables;
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
u64 now_us(void);

/* vfio_user.c */
int vfio_user_serve(struct card *card);

/* dma.c */
int dma_map(struct card *card, u64 address, u64 size, int fd, u64 offset, bool writable);
void dma_unmap(struct card *card, u64 address, u64 size);
void *dma_at(struct card *card, u64 address, size_t len, bool write);
bool dma_record(struct card *card, u64 record, unsigned int half, u32 *value);

/* pci.c */
void pci_init(struct card *card);
int pci_config(struct card *card, u64 offset, u8 *data, u32 len, bool write);
int pci_bar(struct card *card, u64 offset, u8 *data, u32 len, bool write);
void pci_set_vectors(struct card *card, u32 first, u32 count, const int *fds);
void pci_interrupt(struct card *card, u32 vector);
void card_reset(struct card *card);

/* cmd.c */
void cmd_doorbell(struct card *card, u32 entries);
void cmd_release(struct card *card);
enum status cmd_fail(struct command *cmd, enum status status, const char *why, u32 line);
#define FAIL(cmd, status, why)	cmd_fail(cmd, status, why, __LINE__)

/* reserved.c */
long reserved_bit(const u8 *in, size_t len);
void reserved_clear(u8 *in, size_t len);
int reserved_byte(const u8 *wqe, bool has_address, bool has_offloads);

/* table.c */
void *alloc(size_t size);
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
void hca_cable(struct card *card);
void hca_move(struct card *card, u32 lid);
void hca_pkey(struct card *card, u32 entry);
void hca_event(struct card *card, u32 event);
void hca_fail(struct card *card);

/* caps.c */
enum status caps_query(struct command *cmd);
enum status caps_set(struct command *cmd);
void caps_reset(struct card *card);
void caps_knob(struct card *card);

/* reg.c */
enum status reg_access(struct command *cmd);

/* numbers.c: objects that are only a number */
enum status number_alloc(struct command *cmd);
enum status number_free(struct command *cmd);
enum status srq_create(struct command *cmd);
enum status counter_alloc(struct command *cmd);
enum status counter_free(struct command *cmd);
enum status counter_query(struct command *cmd);
void numbers_reset(struct card *card);

/* eq.c */
enum status eq_create(struct command *cmd);
enum status eq_destroy(struct command *cmd);
void eq_doorbell(struct card *card, u32 uar, u32 value, bool arm);
bool eq_event(struct card *card, enum event_type event, u8 subtype, const u8 *data);
bool eq_takes(const struct card *card, enum event_type event);
void eq_push(struct card *card, struct eq *eq, enum event_type event, u8 subtype, const u8 *data);
void eq_reset(struct card *card);

/* mkey.c */
enum status mkey_create(struct command *cmd);
enum status mkey_destroy(struct command *cmd);
enum status mkey_query_special(struct command *cmd);
bool mkey_copy(struct card *card, u32 pd, u32 lkey, u64 address, u8 *data, size_t len,
	       bool write);
void mkey_reset(struct card *card);

/* cq.c */
enum status cq_create(struct command *cmd);
enum status cq_destroy(struct command *cmd);
enum status cq_modify(struct command *cmd);
void cq_push(struct card *card, u32 number, const u8 *cqe, bool solicited);
void cq_doorbell(struct card *card, u32 uar, u32 consumer, u32 number);
void cq_expire(struct card *card, u64 now);
void cq_reset(struct card *card);

/* qp.c */
enum status qp_create(struct command *cmd);
enum status qp_destroy(struct command *cmd);
enum status qp_modify(struct command *cmd);
enum status qp_query(struct command *cmd);
bool qp_uses_cq(const struct card *card, u32 number);
void qp_drop(struct card *card, void *object);
void qp_flush(struct card *card, struct qp *qp);
void qp_flush_all(struct card *card);
void qp_reset(struct card *card);

/* mcg.c */
enum status mcg_attach(struct command *cmd);
enum status mcg_detach(struct command *cmd);
void mcg_forget(struct card *card, u32 qpn);
void mcg_reset(struct card *card);

/* send.c */
void send_doorbell(struct card *card, u32 uar, u32 number);
void send_release(struct card *card);
void qp_flush_send(struct card *card, struct qp *qp);

/* recv.c */
void recv_packet(struct card *card, struct packet *packet);
void qp_flush_recv(struct card *card, struct qp *qp);

/* mad.c */
enum status mad_ifc(struct command *cmd);
enum status mad_query_vport(struct command *cmd);
enum status mad_query_counters(struct command *cmd);

#endif
