#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Somebody keeps a reference to an interface that is removed: who removes it waits, and nobody else does.
# A child, whose deleter waits in a file of its parent: the parent can go. An interface whose accel is
# removed, or whose port is to have another accel: the ports, that one too, get one, accels come and go. Somebody
# who was sending sends on when the accel is gone: nobody looks for its ops.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

must modprobe ipoib_core accel=auto
must modprobe accel_bad mode=hold
fabric_up 2
must_wait 10 served_by sib0 bad
must_wait 10 served_by sib1 bad
link=$(netdev_of sib0 ours)
# The next interface that is made is the one that is held.
echo 1 > /sys/module/accel_bad/parameters/release
echo 0x8001 > "/sys/class/net/$link/create_child" || fail "create_child"
(echo 0x8001 > "/sys/class/net/$link/delete_child" && : > "$TMPDIR/deleted") &
must_wait 5 negate test -e "/sys/class/net/$link.8001"
(fabric_down && : > "$TMPDIR/removed") &
must_wait 5 test -e "$TMPDIR/removed"
[ ! -e "$TMPDIR/deleted" ] || fail "the deletion did not wait for the reference"
echo 1 > /sys/module/accel_bad/parameters/release
must_wait 5 test -e "$TMPDIR/deleted"

note "a choice"
fabric_up 2
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" bad
done
echo ref > /sys/module/ipoib_core/parameters/accel
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" ref
done
echo 1 > /sys/module/accel_bad/parameters/release

note "an accel"
echo auto > /sys/module/ipoib_core/parameters/accel
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

note "a sender"
must modprobe accel_bad mode=none
echo bad > /sys/module/ipoib_core/parameters/accel
must_wait 10 served_by sib0 bad
link=$(netdev_of sib0 ours)
must sh -c "echo 0x8001 > /sys/class/net/$link/create_child"
must ip link set "$link.8001" up
"$TESTS/netdev/late-send" "$link.8001" > "$TMPDIR/sender" &
sender=$!
must_wait 5 grep -q asleep "$TMPDIR/sender"
ip link del "$link.8001" &
deleter=$!
must_wait 5 negate test -e "/sys/class/net/$link.8001"
must rmmod accel_bad
kill -0 "$deleter" 2> /dev/null || fail "the deletion did not wait for the reference"
kill -USR1 "$sender"
must wait "$sender"
must wait "$deleter"
