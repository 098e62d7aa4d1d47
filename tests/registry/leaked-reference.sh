#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Somebody keeps a reference to an interface whose accel is removed: who removes it waits, and nobody
# else does: the ports, that one too, get another accel, accels come and go.
#
# lane: quick
# check: 6.1
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

must modprobe ipoib_core accel=auto
must modprobe accel_bad mode=hold
fabric_up 2
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" bad
done
rmmod accel_bad &
removal=$!
for hca in sib0 sib1; do
	must_wait 5 served_by "$hca" ref
done
modprobe accel_min &
arrival=$!
must_wait 5 log_has 'accel min registered'
kill -0 "$removal" 2> /dev/null || fail "the removal did not wait for the reference"
echo 1 > /sys/module/accel_bad/parameters/release
must wait "$removal"
must wait "$arrival"
