// SPDX-License-Identifier: GPL-2.0
/* What a device is asked for each time. */
#include "device.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* How long it may take, in milliseconds. */
#define DEVICE_WAIT	3000
/* What is told of one is cut to this. */
#define DEVICE_SAID	16384

/* Those that have not answered. */
static char (*device_silent)[NAME_MAX + 1];
static size_t device_silent_count;

bool device_is_silent(const struct record *port)
{
	const char *hca = record_string(port, IPOIB_A_HCA);
	size_t i = 0;

	while (i < device_silent_count && strcmp(device_silent[i], hca))
		i++;
	return i < device_silent_count;
}

int device_ask(const struct record *port, const char * const argv[], char *said, size_t size)
{
	int status;

	said[0] = '\0';
	if (device_is_silent(port))
		return RUN_LATE;
	status = run_program_for(DEVICE_WAIT, argv, said, size);
	if (status != RUN_LATE)
		return status;
	device_silent = run_grow(device_silent, device_silent_count + 1, sizeof(*device_silent));
	snprintf(device_silent[device_silent_count++], sizeof(*device_silent), "%s",
		 record_string(port, IPOIB_A_HCA));
	return status;
}

int device_link(const struct record *port, char *line, size_t size)
{
	const char *hca = record_string(port, IPOIB_A_HCA);
	char path[PATH_MAX];
	const char * const argv[] = { "cat", path, NULL };

	/* A name leads to a folder, and nowhere else. */
	if (!*hca || strchr(hca, '/'))
		return RUN_MISSING;
	run_root(path, sizeof(path), "/sys/class/infiniband/%s/ports/%llu/rate", hca,
		 record_get(port, IPOIB_A_PORT));
	return device_ask(port, argv, line, size);
}

bool device_same_port(const struct record *one, const struct record *other)
{
	return record_get(one, IPOIB_A_PORT) == record_get(other, IPOIB_A_PORT) &&
	       !strcmp(record_string(one, IPOIB_A_HCA), record_string(other, IPOIB_A_HCA));
}

void device_counters(struct counters *counters, const struct record *port, const char *files)
{
	const char *hca = record_string(port, IPOIB_A_HCA);
	char folder[PATH_MAX], said[DEVICE_SAID], name[COUNTERS_NAME];
	const char * const argv[] = {
		"sh", "-c", "cd \"$0\" && exec grep -Hs '^[0-9][0-9]*$' $1", folder, files, NULL
	};
	unsigned long long value;
	const char *line;

	if (!*hca || strchr(hca, '/'))
		return;
	run_root(folder, sizeof(folder), "/sys/class/infiniband/%s/ports/%llu", hca,
		 record_get(port, IPOIB_A_PORT));
	device_ask(port, argv, said, sizeof(said));
	/* FOLDER/NAME:VALUE */
	for (line = said; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%*[^/]/%63[^:]:%llu", name, &value) == 2)
			counters_add(counters, name, value);
	}
}
