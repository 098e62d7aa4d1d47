#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# With several RX queues of accel_ref each peer, in-tree's or ours, is told of another one: over IPv4 with the
# first answer that it gets, over IPv6 alone, and with a child interface. What the interface's address has is not
# told to single peers, and is what everybody is told together. arping and duplicate address detection, which
# look at addresses, work as ever; and how many queues there are is changed under traffic, nothing of which gets lost.
#
#	hostA [ib0, 4 RX queues]---sib0---+ switch +---sib1---[ours] peer1
#	                                           +---sib2, 3, 4---[in-tree] peer2, 3, 4
#
# lane: quick
# check: 6.12
# limit: 300
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/peers.sh"

peers_up 4
note "IPv4: with the first answer that a peer gets, before there was a path to it"
for peer in 1 2 3 4; do
	must_wait 10 can_ping "peer$peer" "$A4"
done
peers_are_apart "$A4" || fail "peers know hostA by: $(peers_know "$A4")"
is "peers that had to be told again" "$(ethtool_stat hostA "$IFA" qpn_told_again)" 0
is "messages that could not be changed" "$(ethtool_stat hostA "$IFA" qpn_not_told)" 0
all_queues_receive "$A4"

note "IPv6"
for peer in 1 2 3 4; do
	must_wait 10 can_ping "peer$peer" "$A6"
done
must_wait 10 peers_are_apart "$A6"
all_queues_receive "$A6"
[ "$(peers_know "$A4")" = "$(peers_know "$A6")" ] || fail "$(peers_know "$A4") but $(peers_know "$A6")"

note "arping compares its own address; ours, and what it sends to one peer"
# It asks the second time whom it has heard.
says 'Received 3 response' on hostA arping -c 3 -w 10 -I "$IFA" 10.9.0.12
says 'Received 2 response' on peer2 arping -c 2 -w 10 -I "$(peer_if 2)" "$A4"

note "duplicate address detection sees hostA, and hostA a peer"
must ip -n peer3 address add "$A6/64" dev "$(peer_if 3)"
must_wait 5 dad_failed peer3 "$(peer_if 3)" "$A6"
must ip -n peer3 address delete "$A6/64" dev "$(peer_if 3)"
must ip -n hostA address add fd00:9::12/64 dev "$IFA"
must_wait 5 dad_failed hostA "$IFA" fd00:9::12
must ip -n hostA address delete fd00:9::12/64 dev "$IFA"

note "fewer queues, and all, while packets come"
ethtool_says '^RX:[[:space:]]+4' -l "$IFA"
for peer in 1 2 3 4; do
	spawn "peer$peer" ping -n -q -i 0.1 -W 5 "$A4" > "$TMPDIR/ping-peer$peer" 2>&1
	pings="${pings:-} $SPAWNED"
done
for queues in 1 4; do
	must on hostA ethtool -L "$IFA" rx "$queues"
	[ "$(on hostA ethtool -l "$IFA" | awk '$1 == "RX:" { n = $2 } END { print n }')" = "$queues" ] ||
		fail "$(on hostA ethtool -l "$IFA")"
	must_wait 40 peers_on "$queues" "$A4"
	note "$queues after $WAITED ms: $(peers_know "$A4")"
done
# shellcheck disable=SC2086 # a list
kill -INT $pings
for peer in 1 2 3 4; do
	must_wait 10 grep -q 'packet loss' "$TMPDIR/ping-peer$peer"
	# The last one may be under way.
	awk '/packets transmitted/ { exit !($1 - $4 <= 1) }' "$TMPDIR/ping-peer$peer" ||
		fail "$(cat "$TMPDIR/ping-peer$peer")"
done
refuses_channels 0
refuses_channels 5
assert_strict_clean
