// SPDX-License-Identifier: GPL-2.0
/* The package's own scripts, or those of a folder that was said. */
#include "script.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

const char *script_folder(void)
{
	const char *lib = getenv("IPOIBCTL_LIB");

	return lib ? lib : IPOIBCTL_SCRIPTS;
}

int script_run(const char *name, const char *arg, const char *more, char *said, size_t size)
{
	char path[PATH_MAX];
	const char * const argv[] = { path, arg, more, NULL };

	snprintf(path, sizeof(path), "%s/%s", script_folder(), name);
	return run_program(argv, said, size);
}

bool script_whole(const char *said, struct finding *finding)
{
	if (strlen(said) < SCRIPT_SAID - 1)
		return true;
	finding_unseen(finding, "all that it says", "it is too much");
	return false;
}
