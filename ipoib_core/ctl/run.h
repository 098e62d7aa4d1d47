/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs, and files of one line: what this machine says of itself. */
#ifndef IPOIBCTL_RUN_H
#define IPOIBCTL_RUN_H

#include <stdbool.h>
#include <stddef.h>

/* run_program(): it could not be started. */
#define RUN_MISSING	127
/* run_program_for(): it took too long. */
#define RUN_LATE	-1

/**
 * run_look_into_sbin() - have programs looked for in /usr/sbin and /sbin too
 *
 * Who is no administrator yet, or has become root by su(1), may not have them in PATH. Folders of
 * that which are not named from the root on are looked into no more.
 */
void run_look_into_sbin(void);

/**
 * run_program() - start a program, without a shell, and read what it says
 * @argv: its name, which is looked for in PATH if it has no slash, and arguments; ends with NULL
 * @said: what it wrote to its standard output, ends with a 0 byte and no new line; what is more
 *	than @size is cut off, and then there are @size - 1 characters
 * @size: of @said
 *
 * Return: its exit status, RUN_MISSING if there is none.
 */
int run_program(const char * const argv[], char *said, size_t size);

/**
 * run_program_for() - the same, but it is killed if it takes long
 * @ms: milliseconds that it may take
 * @argv: as above
 * @said: as above
 * @size: as above
 *
 * Return: as above, or RUN_LATE.
 */
int run_program_for(int ms, const char * const argv[], char *said, size_t size);

/**
 * run_root() - a path below IPOIB_ROOT of the environment, which is another root to look in
 * @path: buffer
 * @size: of it
 * @format: of printf(): the path
 */
void run_root(char *path, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * run_grow() - more room for a list, or an end with a message
 * @list: it, or NULL
 * @count: entries that it shall have room for
 * @size: of each
 *
 * Return: the list.
 */
void *run_grow(void *list, size_t count, size_t size);

/**
 * run_read_line() - the first line of a file
 * @path: of it
 * @line: without the new line; "" if it cannot be read
 * @size: of @line
 *
 * Return: whether there is one.
 */
bool run_read_line(const char *path, char *line, size_t size);

#endif /* IPOIBCTL_RUN_H */
