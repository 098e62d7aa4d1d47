#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own selftest of an interface (tools/testing/selftests/net/netdevice.sh): up, features off
# and on again, ethtool's questions, down. It looks for interfaces called eth0 and gives them an Ethernet
# address, which must be refused; nothing else may fail.
#
#	hostA [eth0]---sib0---+ switch +---sib1   OpenSM
#
# lane: slow DRIVER=intree
# lane: full
# kernel: 6.12 DRIVER=intree
# limit: 60
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
sm_start sib1
must_wait 10 all_active
stack_load "$DRIVER-$DRIVER"
host_add hostA
link=$(netdev_of sib0 "$DRIVER") || fail "no interface on sib0"
host_take hostA "$link"
must ip -n hostA link set "$link" name eth0

on hostA dash "$TESTS/selftests/netdevice.sh" > "$TMPDIR/selftest" 2>&1 || {
	cat "$TMPDIR/selftest"
	fail "netdevice.sh ended with an error"
}
cat "$TMPDIR/selftest"
for passed in 'set interface up' 'ethtool list features' 'ethtool stats' 'stop interface'; do
	grep -q "^PASS: eth0: $passed" "$TMPDIR/selftest" || fail "not passed: $passed"
done
failed=$(grep '^FAIL' "$TMPDIR/selftest" | grep -v 'Cannot set MAC address' || :)
[ -z "$failed" ] || fail "$failed"
assert_strict_clean
