// SPDX-License-Identifier: GPL-2.0
/*
 * A plug-in for QEMU that counts the guest's instructions by address, from one `netload mark` to
 * the next, and writes a line "ADDRESS COUNT" for each block of code: to OUT.1 at the second mark,
 * to OUT.2 at the fourth, and so on, where out=OUT is its argument. Exact, and the guest does not
 * notice: a profile by sampling is blind where interrupts are off, which is where a software HCA
 * copies packets.
 *
 * The declarations are QEMU's plug-in interface, version 1; Debian ships no header of it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, enum qemu_plugin_op op,
					      void *counter, uint64_t add);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu, void *data),
					    enum qemu_plugin_cb_flags flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv);

int qemu_plugin_version = 1;

#define BLOCKS	(1u << 20)

/* Open addressing; an entry is never moved, because translated code adds to it. */
static struct block {
	uint64_t address;
	uint64_t count;
} blocks[BLOCKS];

static const char mark[] = { 0x0f, 0x1f, (char)0x80, 'M', 'A', 'R', 'K' };
static const char *out;
static int marks;

static struct block *find(uint64_t address)
{
	uint32_t at = (address * 0x9e3779b97f4a7c15ull) >> 44;

	while (blocks[at].address && blocks[at].address != address)
		at = (at + 1) % BLOCKS;
	blocks[at].address = address;
	return &blocks[at];
}

static void write_counts(void)
{
	char name[4096];
	FILE *file;

	snprintf(name, sizeof(name), "%s.%d", out, marks / 2);
	file = fopen(name, "w");
	if (!file) {
		perror(name);
		exit(1);
	}
	for (uint32_t i = 0; i < BLOCKS; i++) {
		if (blocks[i].count)
			fprintf(file, "%" PRIx64 " %" PRIu64 "\n", blocks[i].address,
				blocks[i].count);
	}
	fclose(file);
}

static void marked(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (++marks % 2 == 0)
		write_counts();
	for (uint32_t i = 0; i < BLOCKS; i++)
		blocks[i].count = 0;
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) == sizeof(mark) &&
		    !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
						 &find(qemu_plugin_tb_vaddr(tb))->count, n);
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "profile: out=FILE is missing\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
