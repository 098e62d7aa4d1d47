/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Large segments, checked before there is anything random.
 */
#ifndef CONNECTX_FUZZ_SEGMENTS_H
#define CONNECTX_FUZZ_SEGMENTS_H

#include "driver.h"

bool segments_pass(struct driver *driver);

#endif
