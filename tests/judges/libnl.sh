#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A program with libnl-route (libnl-ipoib.c) makes, sees, changes and deletes a P_Key child, and its
# caches follow.
#
#	[IF]-----------sib0---+ switch +---sib1   OpenSM
#	[judge: 0x8001]-/
#
# lane: full DRIVER=intree
# lane: quick
# check: 6.12
# kernel: 6.1 DRIVER=intree
# limit: 60
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
sm_start sib1
must_wait 10 all_active
stack_load "$DRIVER-$DRIVER"
must_wait 10 has_pkey sib0 0x8001
must "$TESTS/judges/libnl-ipoib" "$(netdev_of sib0 "$DRIVER")"
[ "$DRIVER" = intree ] || assert_strict_clean
