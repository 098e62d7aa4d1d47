/* SPDX-License-Identifier: GPL-2.0 */
/* What configurations ask for that there is not. */
#ifndef IPOIBCTL_SETTINGS_H
#define IPOIBCTL_SETTINGS_H

#include "finding.h"

/**
 * settings_look() - find settings that do not fit ours, by the script check-config
 * @tell: called for each, with what it is about and what there is to say
 * @arg: for @tell
 */
void settings_look(void (*tell)(void *arg, const char *name, const struct finding *finding),
		   void *arg);

#endif /* IPOIBCTL_SETTINGS_H */
