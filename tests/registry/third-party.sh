#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel_min, which is built against ipoib_accel.h alone: it is loaded by its name, serves its port,
# gets as far as carrier, and is sent what it counts and drops. How large its rings are it does not say, and so nobody
# does.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

ACCEL=min hosts_up ours-ours
on hostA ethtool -i "$IFA" | grep -q '^version: ipoib-accel .* min$' || fail "not served by accel_min"
on hostA "$TESTS/netdev/nl" dev-get > "$TMPDIR/told"
grep -q ' tx-queues=' "$TMPDIR/told" || fail "netlink does not tell of queues"
! grep ' [rt]x-ring=' "$TMPDIR/told" || fail "netlink tells of rings that accel_min does not have"
before=$(sent_by hostA "$IFA")
on hostA ping -n -q -c 3 -i 0.2 -W 1 "$B4" > /dev/null 2>&1 && fail "accel_min delivered a packet"
[ "$(sent_by hostA "$IFA")" -gt "$before" ] || fail "accel_min was not sent anything"
must rmmod accel_min
must_wait 5 negate ip -n hostA link show dev "$IFA"
assert_strict_clean
