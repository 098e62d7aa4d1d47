#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel whose ib_dev_open() fails: the interface is there, cannot be set up, and is not stopped for
# what never started. It fills as many counters of ethtool's as it is told to; with the core's they are a page.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

bad_takes_sib0 open counters=496
is "accel's counters" "$(ethtool -S "$link" | grep -c counter_)" 496
for round in 1 2; do
	! ip link set "$link" up 2> "$TMPDIR/error" || fail "round $round: $link is up"
	grep -q 'Input/output error' "$TMPDIR/error" || fail "another error: $(cat "$TMPDIR/error")"
done
assert_log "$link: accel bad cannot open: error -5"

note "the user was told: it is not tried again behind his back, whatever happens"
must_wait 20 port_is sib0 ACTIVE
port_event sib0 pkey_change
port_event sib0 lid_change
cable_out sib0
must_wait 10 negate port_is sib0 ACTIVE
cable_in sib0
must_wait 20 port_is sib0 ACTIVE
is "tries to open" "$(cat /sys/module/accel_bad/parameters/opens)" 2
must rmmod accel_bad
