#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# With several RX queues of accel_ref each peer, in-tree's or ours, is told of another one, over IPv4 and over IPv6.
# arping and duplicate address detection, which look at addresses, work as ever; and how many queues there are is
# changed under traffic, nothing of which gets lost.
#
#	hostA [ib0, 4 RX queues]---sib0---+ switch +---sib1---[ours] peer1
#	                                           +---sib2, 3, 4---[in-tree] peer2, 3, 4
#
# lane: full
# check: 6.12
# limit: 300
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/peers.sh"

# told_by_ipoibctl: the numbers of QPs that it shows, as they are in addresses, sorted.
told_by_ipoibctl()
{
	ipoibctl -n hostA -j show dev "$IFA" | jq -r '.[].rx_qpn[]?' |
		sed 's/^0x\(..\)\(..\)\(..\)$/\1:\2:\3/' | sort -u | tr '\n' ' '
}

known_by_peers()
{
	peers_know "$1" | tr ' ' '\n' | grep . | sort -u | tr '\n' ' '
}

peers_up 4
note "IPv4"
for peer in 1 2 3 4; do
	must_wait 10 can_ping "peer$peer" "$A4"
done
all_queues_receive "$A4"
is "messages that could not be changed" "$(ethtool_stat hostA "$IFA" qpn_not_told)" 0

note "ipoibctl has the numbers that peers know"
is "the numbers" "$(told_by_ipoibctl)" "$(known_by_peers "$A4")"

note "IPv6"
for peer in 1 2 3 4; do
	must_wait 10 can_ping "peer$peer" "$A6"
done
all_queues_receive "$A6"

note "what all hear has the interface's own number"
on hostA arping -q -U -c 1 -w 2 -I "$IFA" "$A4" || :
must_wait 5 peers_on 1 "$A4"
is "the number" "$(peer_knows 2 "$A4")" "$(lladdr hostA "$IFA" | cut -c 4-11)"

note "arping compares its own address; ours, and what it sends to one peer"
# got_responses COUNT HOST INTERFACE ADDRESS: as many as it has asked for. It takes the seconds that pass for requests that
# it has sent: where it has stood still it asks less often.
got_responses()
{
	on "$2" arping -c "$1" -w 10 -I "$3" "$4" > "$TMPDIR/arping" 2>&1
	grep -q "Received $1 response" "$TMPDIR/arping"
}
# It asks the second time whom it has heard.
for words in "3 hostA $IFA 10.9.0.12" "2 peer2 $(peer_if 2) $A4"; do
	# shellcheck disable=SC2086 # words
	wait_for 30 got_responses $words || { cat "$TMPDIR/arping"; fail "$words: not so many responses"; }
done

note "duplicate address detection sees hostA, and hostA a peer"
must ip -n peer3 address add "$A6/64" dev "$(peer_if 3)"
must_wait 5 dad_failed peer3 "$(peer_if 3)" "$A6"
must ip -n peer3 address delete "$A6/64" dev "$(peer_if 3)"
must ip -n hostA address add fd00:9::12/64 dev "$IFA"
must_wait 5 dad_failed hostA "$IFA" fd00:9::12
must ip -n hostA address delete fd00:9::12/64 dev "$IFA"

note "fewer queues, and all, while packets come"
ethtool_says '^RX:[[:space:]]+4' -l "$IFA"
peers_ping "$A4" 0.1
for queues in 1 4; do
	must on hostA ethtool -L "$IFA" rx "$queues"
	[ "$(on hostA ethtool -l "$IFA" | awk '$1 == "RX:" { n = $2 } END { print n }')" = "$queues" ] ||
		fail "$(on hostA ethtool -l "$IFA")"
	must_wait 40 peers_on "$queues" "$A4"
	note "$queues after $WAITED ms: $(peers_know "$A4")"
	if [ "$queues" = 1 ]; then
		is "the only number" "$(told_by_ipoibctl)" "$(known_by_peers "$A4")"
	fi
done
peers_lost_nothing
refuses_channels 0
refuses_channels 5
assert_strict_clean
