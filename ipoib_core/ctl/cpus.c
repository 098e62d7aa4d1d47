// SPDX-License-Identifier: GPL-2.0
/* CPUs: /proc/stat, /proc/interrupts, /proc/net/softnet_stat. */
#define _GNU_SOURCE
#include "cpus.h"

#include <ctype.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

/* Columns of /proc/net/softnet_stat; who has fewer has a line for each CPU that there is. */
#define CPUS_SOFTNET_CPU	12

static FILE *cpus_open(const char *name)
{
	char path[PATH_MAX];

	run_root(path, sizeof(path), "/proc/%s", name);
	return fopen(path, "re");
}

static void cpus_add(struct cpus *cpus, const struct cpu *cpu)
{
	/* By number, and each once: so who looks for one may stop. */
	if (cpus->count && cpus->list[cpus->count - 1].number >= cpu->number)
		return;
	cpus->list = run_grow(cpus->list, cpus->count + 1, sizeof(*cpu));
	cpus->list[cpus->count++] = *cpu;
}

static void cpus_read_stat(struct cpus *cpus)
{
	/* user nice system idle iowait irq softirq steal; guests are in user. */
	uint64_t times[8];
	struct cpu cpu;
	char *line = NULL;
	FILE *file = cpus_open("stat");
	size_t size = 0, i;

	if (!file)
		return;
	while (getline(&line, &size, file) > 0) {
		memset(times, 0, sizeof(times));
		memset(&cpu, 0, sizeof(cpu));
		/* Not their sum, which has no number. */
		if (strncmp(line, "cpu", 3) || !isdigit((unsigned char)line[3]) ||
		    sscanf(line, "cpu%u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &cpu.number,
			   &times[0], &times[1], &times[2], &times[3], &times[4], &times[5],
			   &times[6], &times[7]) < 8)
			continue;
		for (i = 0; i < sizeof(times) / sizeof(*times); i++)
			cpu.total += times[i];
		cpu.idle = times[3] + times[4];
		cpu.irq = times[5];
		cpu.softirq = times[6];
		cpus_add(cpus, &cpu);
	}
	free(line);
	fclose(file);
}

/*
 * The one interrupt of a device that has no others, or 0. Who has others does not use that of its
 * pin, which may be another device's too.
 */
static unsigned long cpus_pin(const char *hca)
{
	char path[PATH_MAX], line[16];
	glob_t found;

	run_root(path, sizeof(path), "/sys/class/infiniband/%s/device/msi_irqs/*", hca);
	if (!glob(path, GLOB_NOSORT, NULL, &found)) {
		globfree(&found);
		return 0;
	}
	run_root(path, sizeof(path), "/sys/class/infiniband/%s/device/irq", hca);
	return run_read_line(path, line, sizeof(line)) ? strtoul(line, NULL, 10) : 0;
}

/* Whether an interrupt is the device's: it has a file of that number. */
static bool cpus_is_of(const char *hca, unsigned long irq)
{
	char path[PATH_MAX];

	run_root(path, sizeof(path), "/sys/class/infiniband/%s/device/msi_irqs/%lu", hca, irq);
	return !access(path, F_OK);
}

/* A line of numbers: those of the CPUs that the first line has. */
static void cpus_read_interrupt(struct cpus *cpus, const char *head, const char *line)
{
	struct cpu *cpu;
	char *end;

	for (; (head = strstr(head, "CPU")); line = end) {
		uint64_t count = strtoull(line, &end, 10);

		head += strlen("CPU");
		if (end == line)
			return;
		cpu = cpus_find(cpus, strtoul(head, NULL, 10));
		if (cpu)
			cpu->interrupts += count;
	}
}

static void cpus_read_interrupts(struct cpus *cpus, const char *hca)
{
	char *head = NULL, *line = NULL, *end;
	size_t head_size = 0, size = 0;
	FILE *file = cpus_open("interrupts");
	unsigned long irq, pin;

	if (!file)
		return;
	pin = cpus_pin(hca);
	if (getline(&head, &head_size, file) > 0) {
		while (getline(&line, &size, file) > 0) {
			irq = strtoul(line, &end, 10);
			if (end != line && *end == ':' &&
			    ((pin && irq == pin) || cpus_is_of(hca, irq)))
				cpus_read_interrupt(cpus, head, end + 1);
		}
	}
	free(head);
	free(line);
	fclose(file);
}

static void cpus_read_softnet(struct cpus *cpus)
{
	unsigned int columns[CPUS_SOFTNET_CPU + 1], row = 0, i;
	FILE *file = cpus_open("net/softnet_stat");
	char *line = NULL, *at, *end;
	size_t size = 0;
	struct cpu *cpu;

	if (!file)
		return;
	for (; getline(&line, &size, file) > 0; row++) {
		memset(columns, 0, sizeof(columns));
		columns[CPUS_SOFTNET_CPU] = row;
		for (at = line, i = 0; i <= CPUS_SOFTNET_CPU; i++, at = end) {
			unsigned long value = strtoul(at, &end, 16);

			if (end == at)
				break;
			columns[i] = value;
		}
		cpu = cpus_find(cpus, columns[CPUS_SOFTNET_CPU]);
		if (!cpu)
			continue;
		cpu->received = columns[0];
		cpu->dropped = columns[1];
		cpu->squeezed = columns[2];
	}
	free(line);
	fclose(file);
}

void cpus_read(struct cpus *cpus, const char *hca)
{
	cpus_read_stat(cpus);
	/* A name leads to a folder, and nowhere else. */
	if (!strchr(hca, '/'))
		cpus_read_interrupts(cpus, hca);
	cpus_read_softnet(cpus);
}

void cpus_copy(struct cpus *to, const struct cpus *from)
{
	to->list = run_grow(NULL, from->count, sizeof(*to->list));
	to->count = from->count;
	memcpy(to->list, from->list, from->count * sizeof(*to->list));
}

struct cpu *cpus_find(const struct cpus *cpus, unsigned int number)
{
	size_t from = 0, to = cpus->count, at;

	while (from < to) {
		at = from + (to - from) / 2;
		if (cpus->list[at].number == number)
			return &cpus->list[at];
		if (cpus->list[at].number < number)
			from = at + 1;
		else
			to = at;
	}
	return NULL;
}

void cpus_free(struct cpus *cpus)
{
	free(cpus->list);
	memset(cpus, 0, sizeof(*cpus));
}
