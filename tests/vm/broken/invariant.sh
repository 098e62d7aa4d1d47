#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# An invariant does not hold at the end: of those that say so, that is in order.
# lane: broken
# matrix: SAYS=nothing,why
. "${TESTS:=/tests}/lib/host.sh"
fabric_up 1
modprobe soft_ib_selftest || :
[ "$SAYS" = nothing ] || invariants_not verbs "a self-test breaks their rules"
