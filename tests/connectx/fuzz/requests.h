/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work requests with one reserved bit, checked before there is anything random.
 */
#ifndef CONNECTX_FUZZ_REQUESTS_H
#define CONNECTX_FUZZ_REQUESTS_H

#include "driver.h"

bool requests_pass(struct driver *driver);

#endif
