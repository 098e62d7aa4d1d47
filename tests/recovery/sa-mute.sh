#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The SA answers nothing, while joins and path queries wait for it: whatever needs RTNL ends within a
# second all the same: MTU, down and up, children made and deleted, a move to another namespace,
# modules removed. What works goes on meanwhile, and the carrier stays. When the SA hears again, traffic goes on.
# (In-tree waits for joins: no control.)
# (Topology: lib/outage.sh)
#
# lane: slow
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# soon COMMAND...: succeeds, in less than a second of guest time, which is the least time-out of a
# request to the SA, beyond what it costs to run a command at all on a machine with other guests.
soon()
{
	soon_began=$(now_ms)
	must ip -n hostB link show dev lo > /dev/null
	soon_price=$(($(now_ms) - soon_began))
	soon_began=$(now_ms)
	must "$@"
	soon_took=$(($(now_ms) - soon_began - soon_price))
	note "$soon_took ms: $*"
	[ "$soon_took" -lt 1000 ] || fail "took $soon_took ms: $*"
}

# ask: packets for peers and groups that are not known yet.
ask()
{
	sa_forget "$HCA_A"
	for peer in 1 2 3 4 5 6; do
		ip -n hostA neighbour replace "10.9.0.20$peer" dev "$IFA" nud permanent \
			lladdr "00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:0$peer"
		spawn hostA ping -n -c 1 -w 1 "10.9.0.20$peer" > /dev/null 2>&1
		spawn hostA ping -n -c 1 -w 1 "ff02::99$peer%$IFA" > /dev/null 2>&1
	done
	must_wait 5 asked path
	must_wait 5 asked join
}

asked()
{
	[ "$(sa_asked "$HCA_A" "$1")" -gt 0 ]
}

outage_up ours-ours
host_add hostC
for hca in "$HCA_A" "$HCA_B"; do
	knob "$hca" sa_mute 1
done

# Each request is sent every 300 ms, 11 times: what is in flight is seen by how many there are.
note "who joins and leaves group after group has no more joins in flight than there are slots"
sa_forget "$HCA_A"
began=$(now_ms)
for round in $(seq 1 20); do
	for action in add delete; do
		seq 1 20 | sed "s,.*,address $action fd00:99::$round:&/128 dev $IFA nodad," \
			> "$TMPDIR/batch-$action"
	done
	sed -i 's/ nodad//' "$TMPDIR/batch-delete"
	must ip -n hostA -batch "$TMPDIR/batch-add"
	must ip -n hostA -batch "$TMPDIR/batch-delete"
done
requests=$(sa_asked "$HCA_A" join)
took=$(($(now_ms) - began))
note "$requests requests in $took ms"
[ "$requests" -gt 0 ] || fail "none was joined"
[ "$requests" -le $((32 * (took / 300 + 1))) ] || fail "more than 32 joins were in flight"

port_event "$HCA_A" client_reregister
ask
must_wait 5 can_ping hostA "$B4"
is_running hostA "$IFA" || fail "the carrier has gone with an SA that says nothing"
soon ip -n hostA link set "$IFA" mtu 1500
soon ip -n hostA link add link "$IFA" name "$IFA.8001" type ipoib pkey 0x8001
soon ip -n hostA link set "$IFA.8001" up
soon ip -n hostA link set "$IFA.8001" down
soon ip -n hostA link delete "$IFA.8001"
sa_forget "$HCA_A"
soon ip -n hostA link set "$IFA" down
soon ip -n hostA link set "$IFA" up
must_wait 5 asked join
explains hostA "$IFA" "broken: no carrier: the subnet administrator does not answer the join of the broadcast group"
soon ip -n hostA link set "$IFA" netns hostC
soon ip -n hostC link set "$IFA" netns hostA

note "the SA hears again"
for hca in "$HCA_A" "$HCA_B"; do
	knob "$hca" sa_mute 0
done
host_address hostA "$IFA" "$A4/24" "$A6/64"
soon ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostB "$A6"
explains_well hostA "$IFA"

knob "$HCA_A" sa_mute 1
ask
soon rmmod "accel_$ACCEL"
soon rmmod ipoib_core
assert_strict_clean
