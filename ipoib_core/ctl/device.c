// SPDX-License-Identifier: GPL-2.0
/* What a device is asked for each time. */
#include "device.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "wait.h"

/* What is told of one is cut to this. */
#define DEVICE_SAID	16384

/* For how long one that has not answered is not asked, in milliseconds: drivers wait as long. */
#define DEVICE_SPARED	60000

/* Those that have not answered, when they were asked last. */
static struct device_silent {
	char hca[NAME_MAX + 1];
	uint64_t at;
} *device_silent;
static size_t device_silent_count;

static struct device_silent *device_find(const char *hca)
{
	size_t i;

	for (i = 0; i < device_silent_count; i++)
		if (!strcmp(device_silent[i].hca, hca))
			return &device_silent[i];
	return NULL;
}

bool device_is_silent(const struct record *port)
{
	const struct device_silent *silent = device_find(record_string(port, IPOIB_A_HCA));

	return silent && wait_now() - silent->at < DEVICE_SPARED;
}

static void device_spare(const char *hca)
{
	struct device_silent *silent = device_find(hca);

	if (!silent) {
		device_silent = run_grow(device_silent, device_silent_count + 1,
					 sizeof(*device_silent));
		silent = &device_silent[device_silent_count++];
		snprintf(silent->hca, sizeof(silent->hca), "%s", hca);
	}
	silent->at = wait_now();
}

int device_ask(const struct record *port, const char * const argv[], char *said, size_t size)
{
	int status;

	said[0] = '\0';
	if (device_is_silent(port))
		return RUN_LATE;
	status = run_program_for(DEVICE_WAIT, argv, said, size);
	if (status == RUN_LATE)
		device_spare(record_string(port, IPOIB_A_HCA));
	return status;
}

/* @path: PATH_MAX bytes, filled in: @file of the port in sysfs. Returns whether it can have one. */
static bool device_path(char *path, const struct record *port, const char *file)
{
	const char *hca = record_string(port, IPOIB_A_HCA);

	/* A name leads to a folder, and nowhere else. */
	if (!*hca || strchr(hca, '/'))
		return false;
	run_root(path, PATH_MAX, "/sys/class/infiniband/%s/ports/%llu/%s", hca,
		 record_get(port, IPOIB_A_PORT), file);
	return true;
}

int device_link(const struct record *port, char *line, size_t size)
{
	char path[PATH_MAX];
	const char * const argv[] = { "cat", path, NULL };

	if (!device_path(path, port, "rate"))
		return RUN_MISSING;
	return device_ask(port, argv, line, size);
}

bool device_same_port(const struct record *one, const struct record *other)
{
	return record_get(one, IPOIB_A_PORT) == record_get(other, IPOIB_A_PORT) &&
	       !strcmp(record_string(one, IPOIB_A_HCA), record_string(other, IPOIB_A_HCA));
}

void device_counters(struct counters *counters, const struct record *port, const char *files)
{
	char folder[PATH_MAX], said[DEVICE_SAID], name[COUNTERS_NAME];
	const char * const argv[] = {
		"sh", "-c", "cd \"$0\" && exec grep -Hs '^[0-9][0-9]*$' $1", folder, files, NULL
	};
	unsigned long long value;
	const char *line;

	if (!device_path(folder, port, ""))
		return;
	device_ask(port, argv, said, sizeof(said));
	/* FOLDER/NAME:VALUE */
	for (line = said; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%*[^/]/%63[^:]:%llu", name, &value) == 2)
			counters_add(counters, name, value);
	}
}
