/* SPDX-License-Identifier: GPL-2.0 */
/* The package's own scripts, which know what a machine is set up for. */
#ifndef IPOIBCTL_SCRIPT_H
#define IPOIBCTL_SCRIPT_H

#include <stddef.h>

#include "finding.h"

/* What programs say of a whole machine is cut to this. */
#define SCRIPT_SAID	16384

/**
 * script_folder() - where they are
 *
 * Return: a path.
 */
const char *script_folder(void);

/**
 * script_run() - run one of them
 * @name: of the script
 * @arg: its first argument, or NULL
 * @more: its second one, or NULL
 * @said: what it says
 * @size: of @said
 *
 * Return: as run_program().
 */
int script_run(const char *name, const char *arg, const char *more, char *said, size_t size);

/**
 * script_whole() - whether all that a program has said is there
 * @said: SCRIPT_SAID bytes
 * @finding: set if it is not: the rest is not seen
 *
 * Return: whether.
 */
bool script_whole(const char *said, struct finding *finding);

#endif /* IPOIBCTL_SCRIPT_H */
