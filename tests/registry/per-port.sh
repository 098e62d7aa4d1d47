#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A choice for each port: one is left alone, one has an accel by name, the others the first word's.
#
#	sib0 none    sib1 min    sib2 ref    sib3 ref
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 4
must modprobe ipoib_core accel=ref,sib0/1:none,sib1/1:min
must_wait 10 served_by sib1 min
must_wait 10 served_by sib2 ref
must_wait 10 served_by sib3 ref
assert_log "sib0: .*left alone.*none"
assert_no_interface sib0
assert_told sib0 'wanted="none"' bind=2
must rmmod accel_min
must_wait 5 negate netdev_of sib1 ours
assert_told sib1 'wanted="min"' bind=6
[ "$(accel_of sib2)" = ref ] || fail "sib2 lost its interface with another port's accel"
