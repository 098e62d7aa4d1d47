#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel whose ib_dev_open() fails: the interface is there, cannot be set up, and is not stopped for
# what never started.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

bad_takes_sib0 open
for round in 1 2; do
	! ip link set "$link" up 2> "$TMPDIR/error" || fail "round $round: $link is up"
	grep -q 'Input/output error' "$TMPDIR/error" || fail "another error: $(cat "$TMPDIR/error")"
done
assert_log "$link: accel bad cannot open: error -5"
must rmmod accel_bad
