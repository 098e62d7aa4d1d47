#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# One port's firmware takes 3 s to say what state the port is in, again and again: another port of the
# same host does not notice: it follows its link, and administrators do not wait. (In-tree has one
# queue for the events of all ports: no control.)
#
#	hostA [ib0]---sib0, slow---+
#	hostB [ib1]---sib1---------+ switch +---sib2  OpenSM
#	hostC [ib3]---sib3---------+
#
# lane: slow
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 4
sm_start sib2
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
host_joins hostC sib3 ours 10.9.0.3/24
IFC=$JOINED
must_wait 10 can_ping hostC "$B4"

# storm: an event every half second, to a port that takes 3 s for each.
knob sib0 slow_ms 3000
( while :; do echo port_active > "$SOFT_IB/sib0/event"; sleep 0.5; done ) &
storm=$!

for round in 1 2; do
	cable_out sib3
	must_wait 2 negate is_running hostC "$IFC"
	note "carrier gone after $WAITED ms"
	cable_in sib3
	must_wait 20 port_is sib3 ACTIVE
	must_wait 2 is_running hostC "$IFC"
	note "carrier back after $WAITED ms"
	must_wait 5 can_ping hostC "$B4"
	# Beyond what it costs to run a command at all on a machine with other guests.
	began=$(now_ms)
	must ip -n hostC link show dev lo > /dev/null
	price=$(($(now_ms) - began))
	began=$(now_ms)
	must ip -n hostC link set "$IFC" mtu $((1500 + round))
	took=$(($(now_ms) - began - price))
	note "MTU set after $took ms"
	[ "$took" -lt 1000 ] || fail "RTNL was held for $took ms"
done
kill "$storm"
wait "$storm" || :
knob sib0 slow_ms 0
must_wait 10 can_ping hostA "$B4"
explains_well hostA "$IFA"
assert_strict_clean
