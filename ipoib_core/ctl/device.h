/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a device is asked for each time somebody wants to know it. One whose firmware is silent is
 * waited for by the kernel for a minute, and nobody can end that: so another process asks, which is
 * left to itself if it takes long, and whom it has waited for in vain is spared for a minute.
 */
#ifndef IPOIBCTL_DEVICE_H
#define IPOIBCTL_DEVICE_H

#include "counters.h"
#include "records.h"

/* How long its answer may take, in milliseconds. */
#define DEVICE_WAIT	3000

/**
 * device_is_silent() - has it not answered?
 * @port: record of one of its ports, or of an interface
 */
bool device_is_silent(const struct record *port);

/**
 * device_ask() - have a program ask it
 * @port: record of a port or of an interface
 * @argv: as of run_program()
 * @said: likewise
 * @size: likewise
 *
 * Return: as of run_program_for(); RUN_LATE also if the device has not answered before.
 */
int device_ask(const struct record *port, const char * const argv[], char *said, size_t size);

/**
 * device_link() - the rate of its link, in words
 * @port: record of a port or of an interface
 * @line: as of sysfs
 * @size: of that
 *
 * Return: 0, or as of device_ask().
 */
int device_link(const struct record *port, char *line, size_t size);

/**
 * device_same_port() - are two records of one port, or of its interfaces?
 * @one: one
 * @other: the other
 */
bool device_same_port(const struct record *one, const struct record *other);

/**
 * device_counters() - numbers of a port, a file for each
 * @counters: added to; to be freed
 * @port: record of a port or of an interface
 * @files: which, below the port's folder in sysfs, as a shell takes them
 */
void device_counters(struct counters *counters, const struct record *port, const char *files);

#endif /* IPOIBCTL_DEVICE_H */
