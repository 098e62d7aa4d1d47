/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client.h, rtnl.h, ping.h, ethtool.h and wait.h without a kernel: the answers are those of a
 * scene, what ethtool says is a file below IPOIB_ROOT of the environment, and time passes by
 * itself.
 */
#ifndef CTL_REPLAY_H
#define CTL_REPLAY_H

#include "scenes.h"

/* The scene; NULL: that which SCENE of the environment names. */
extern const char *replay_scene;
/* What is done to the answers of a request before they are read; or NULL. */
extern void (*replay_mangle)(unsigned char *stream, size_t *len);

#endif /* CTL_REPLAY_H */
