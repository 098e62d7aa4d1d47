#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# stuck_sq stops sends and lets them go on in order; send_error_once and recv_error_once break as
# many completions as they say. The kernel's own ib_ipoib is the judge.
#
#	hostA [ib0]---sib0---switch---sib1---[ib1] hostB
#
# limit: 90
# kernel: 6.12
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

all_pings()
{
	[ "$(pings hostA "$B4" 5)" = 5 ]
}

hosts_up intree-intree
must_wait 10 all_pings
lid=$(port_lid sib1)
ibping_server sib1
must_wait 5 can_ibping sib0 "$lid"

note "a send queue that is stuck loses nothing"
before=$(drops_of sib0 fault)
# At most 16 may wait: ping's socket takes 128 kB, and in-tree's receive buffers are of 8 kB each.
on hostA ping -n -c 20 -i 0.2 -w 30 "$B4" > "$TMPDIR/stuck" 2>&1 &
pinger=$!
must_wait 5 grep -q 'icmp_seq=2 ' "$TMPDIR/stuck"
knob sib0 stuck_sq 1
is "ibpings (QP1) meanwhile" "$(ibpings sib0 "$lid" 5 1000)" 5
sleep 1.5
knob sib0 stuck_sq 0
wait "$pinger" || { cat "$TMPDIR/stuck"; fail "pings were lost"; }
is "answers" "$(grep -c 'icmp_seq=' "$TMPDIR/stuck")" 20
says 'icmp_seq=20 ' cat "$TMPDIR/stuck"
is "dropped" "$(drops_of sib0 fault)" "$before"

note "a send completes with an error"
knob sib0 send_error_once 1
pings hostA "$B4" 3 > /dev/null
is "errors to come" "$(knob sib0 send_error_once)" 0
must_wait 10 all_pings

note "a receive completes with an error"
knob sib1 recv_error_once 1
pings hostA "$B4" 3 > /dev/null
is "errors to come" "$(knob sib1 recv_error_once)" 0
must ip -n hostB link set "$IFB" down
must ip -n hostB link set "$IFB" up
host_address hostB "$IFB" "$B6/64"
must_wait 20 all_pings
assert_strict_clean
