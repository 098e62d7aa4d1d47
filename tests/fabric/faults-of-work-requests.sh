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
	all_come hostA "$B4" 5
}

# requests: that hostA has sent, be they stuck.
requests()
{
	on hostA nstat -asz IcmpOutEchos | awk '$1 == "IcmpOutEchos" { print $2 }'
}

some_wait()
{
	[ "$(requests)" -ge $((requests + 3)) ]
}

hosts_up intree-intree
must_wait 10 all_pings
lid=$(port_lid sib1)
ibping_server sib1
must_wait 5 can_ibping sib0 "$lid"

note "a send queue that is stuck loses nothing"
before=$(drops_of sib0 fault)
# At most 16 may wait: ping's socket takes 128 kB, and in-tree's receive buffers are of 8 kB each.
on hostA ping -n -c 8 -i 0.5 -w 30 "$B4" > "$TMPDIR/stuck" 2>&1 &
pinger=$!
must_wait 10 grep -q 'icmp_seq=2 ' "$TMPDIR/stuck"
requests=$(requests)
knob sib0 stuck_sq 1
is "ibpings (QP1) meanwhile" "$(ibpings sib0 "$lid" 5 1000)" 5
must_wait 10 some_wait
knob sib0 stuck_sq 0
{ wait "$pinger" && none_lost "$TMPDIR/stuck" 8; } || { cat "$TMPDIR/stuck"; fail "pings were lost"; }
is "dropped" "$(drops_of sib0 fault)" "$before"

note "a send completes with an error"
knob sib0 send_error_once 1
pings hostA "$B4" 3 > /dev/null
must_wait 10 used_up sib0 send_error_once
must_wait 10 all_pings

note "a receive completes with an error"
knob sib1 recv_error_once 1
pings hostA "$B4" 3 > /dev/null
must_wait 10 used_up sib1 recv_error_once
must ip -n hostB link set "$IFB" down
must ip -n hostB link set "$IFB" up
host_address hostB "$IFB" "$B6/64"
must_wait 20 all_pings
assert_strict_clean
