// SPDX-License-Identifier: GPL-2.0
/* The tracepoints of trace.h are made here. */
#include "port.h"
#include "uapi/ipoib_netlink.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static_assert(BIT(IPOIB_EVENT_LIGHT) == 1 && BIT(IPOIB_EVENT_NORMAL) == 2 &&
	      BIT(IPOIB_EVENT_HEAVY) == 4 && BIT(IPOIB_EVENT_SM) == 8 &&
	      BIT(IPOIB_EVENT_FATAL) == 16);
