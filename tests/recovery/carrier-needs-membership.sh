#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An interface goes down while many joins are in flight, and up when the SA has fallen silent: no
# carrier, for nothing is joined, whatever was answered before. Again and again: it is a race.
# (Topology: lib/outage.sh)
#
# lane: full
# kernel: 6.12
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

asked_join()
{
	[ "$(sa_asked "$HCA_A" join)" -gt 0 ]
}

# Its state, as the port's work reports it: who was kicked before has been served.
work_is_through()
{
	port_event "$HCA_A" sm_change
	sa_forget "$HCA_A"
	must_wait 5 asked_join
}

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
must on hostA sysctl -qw "net.ipv6.conf.$IFA.keep_addr_on_down=1"
# A group each: solicited-node.
seq 1 100 | sed "s,.*,address add fd00:99::1:&/128 dev $IFA nodad," > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"

for round in 1 2 3 4 5 6 7 8 9 10; do
	knob "$HCA_A" sa_mute 0
	must ip -n hostA link set "$IFA" down
	must ip -n hostA link set "$IFA" up
	must_wait 20 is_running hostA "$IFA"
	must ip -n hostA link set "$IFA" down
	knob "$HCA_A" sa_mute 1
	must ip -n hostA link set "$IFA" up
	work_is_through
	work_is_through
	! is_running hostA "$IFA" || fail "round $round: carrier, but the SA is mute since before"
done
explains hostA "$IFA" "broken: no carrier: the subnet administrator does not answer the join of the broadcast group \(failed "
knob "$HCA_A" sa_mute 0
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"
explains_well hostA "$IFA"
assert_strict_clean
