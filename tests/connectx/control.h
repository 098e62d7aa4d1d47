/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket by which tests turn knobs of the cards.
 */
#ifndef CONNECTX_CONTROL_H
#define CONNECTX_CONTROL_H

#include <poll.h>

#include "connectx.h"

#define CONTROL_CLIENTS	8
#define CONTROL_FDS	(CONTROL_CLIENTS + 1)

void control_init(struct card *cards, int count, int listener);
void control_poll(struct pollfd *fds);
void control_serve(const struct pollfd *fds);
void control_reset(struct card *card);

#endif
