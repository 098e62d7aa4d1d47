#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A completion queue of accel_ref gets into error for good: the HCA tells of each completion that it loses. Of an RX queue:
# the interface is restarted once, whatever still comes to that queue, peers are told of another one, and those of others lose
# nothing more. Of a TX queue: what it would send leaves by another one, and no restart follows that helps nobody. Of one that
# dies while the interface opens it is restarted afterwards.
# (Topology: lib/peers.sh)
#
# lane: full
# check: 6.12
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/peers.sh"

restarts()
{
	ethtool_stat hostA "$IFA" restarts
}

restarted()
{
	[ "$(restarts)" -gt "$1" ]
}

# some_wait: above the queues.
some_wait()
{
	[ "$(on hostA tc -s qdisc show dev "$IFA" | awk '$1 == "backlog" { n += $3 } END { print n + 0 }')" -ge 20 ]
}

# were_dropped: packets of a queue that is dead.
were_dropped()
{
	[ "$(ethtool_stat hostA "$IFA" tx0_dead_queue)" -gt 0 ]
}

# number_of QPN: 00:01:02 as a knob takes it.
number_of()
{
	echo "0x$1" | tr -d :
}

peers_up 2 tx_queues=2
for peer in 1 2; do
	must_wait 10 can_ping "peer$peer" "$A4"
done
peers_ping "$A4"
must_wait 15 peers_are_apart "$A4"
peers_lost_nothing

primary=$(lladdr hostA "$IFA" | cut -c 4-11)
# one_is_off_primary: a broadcast of hostA's may have both back on it for a moment.
one_is_off_primary()
{
	for dead_peer in 1 2; do
		dead=$(peer_knows "$dead_peer" "$A4")
		case $dead in "$primary" | -) ;; *) return 0 ;; esac
	done
	return 1
}
must_wait 10 one_is_off_primary
other=$((3 - dead_peer))
note "the queue of peer$dead_peer dies, by receives: $dead"
# peer_sends_to_dead NUD: the peer that was told of that queue.
peer_sends_to_dead()
{
	must ip -n "peer$dead_peer" neighbour replace "$A4" dev "$(peer_if "$dead_peer")" nud "$1" \
		lladdr "$(lladdr hostA "$IFA" | sed "s/$primary/$dead/")"
}

is_told_another()
{
	[ "$(peer_knows "$dead_peer" "$A4")" != "$dead" ]
}

# Believed for so long that it would not ask by itself.
echo 600000 | on "peer$dead_peer" tee "/proc/sys/net/ipv4/neigh/$(peer_if "$dead_peer")/base_reachable_time_ms" > /dev/null
peer_sends_to_dead reachable
before=$(restarts)
log_mark
knob sib0 match_qpn "$(number_of "$dead")"
knob sib0 recv_cq_dead_once 1
spawn "peer$dead_peer" ping -n -q -i 0.1 "$A4" > "$TMPDIR/ping-dead" 2>&1
deaf=$SPAWNED
must_wait 10 restarted "$before"
must_wait 10 is_told_another
peer_sends_to_dead permanent
must_wait 10 can_ping "peer$other" "$A4"
# It goes on to send to that queue, which a restart would not mend.
spawn "peer$other" ping -n -i 0.05 -w 30 -c 100 "$A4" > "$TMPDIR/ping-other" 2>&1
wait "$SPAWNED" || fail "$(cat "$TMPDIR/ping-other")"
none_lost "$TMPDIR/ping-other" 100 || fail "$(cat "$TMPDIR/ping-other")"
is "restarts" "$(($(restarts) - before))" 1
assert_log "$IFA: RX queue [1-3] receives no more until the interface is made anew"
explains hostA "$IFA" "limited: queues that are out of use until the interface is made anew: 1 RX, 0 TX"
kill "$deaf"
must ip -n "peer$dead_peer" neighbour delete "$A4" dev "$(peer_if "$dead_peer")"
must_wait 10 can_ping "peer$dead_peer" "$A4"
is_told_another || fail "a peer was told of a queue that is deaf"

note "the first TX queue dies, and packets wait above it"
must on hostA ethtool -G "$IFA" tx 8
must_wait 10 is_running hostA "$IFA"
before=$(restarts)
log_mark
knob sib0 match_qpn "$(number_of "$primary")"
knob sib0 stuck_sq 1
# Broadcasts are the first one's.
spawn hostA socat -u -b 100 OPEN:/dev/zero UDP-SENDTO:10.9.0.255:9,broadcast
must_wait 10 some_wait
knob sib0 send_cq_dead_once 1
knob sib0 stuck_sq 0
must_wait 20 restarted "$before"
must_wait 10 were_dropped
kill "$SPAWNED"
wait "$SPAWNED" || :
is "restarts" "$(($(restarts) - before))" 1
assert_log "$IFA: TX queue 0 sends no more until the interface is made anew"
explains hostA "$IFA" "limited: queues that are out of use until the interface is made anew: 1 RX, 1 TX"
! on hostA ethtool -L "$IFA" tx 1 2> /dev/null || fail "the only queue that is left does not send"
must_wait 5 can_ping hostA 10.9.0.11
posts=$(ethtool_stat hostA "$IFA" tx0_posts) before=$(restarts)
for peer in 1 2; do
	must on hostA ip neighbour flush dev "$IFA"
	assert_ping hostA "10.9.0.1$peer" 64 10
done
is "sends of a queue that is mute" "$(($(ethtool_stat hostA "$IFA" tx0_posts) - posts))" 0
is "restarts" "$(($(restarts) - before))" 0
note "another one dies while the interface opens"
next=$(awk '$1 == "qp" && $4 == "ipoib_core" { print $2 }' "$SOFT_IB/sib0/census" | sed 's/../&:/g; s/:$//' |
	grep -vx -e "$primary" -e "$dead" | sort | head -n 1)
must ip -n peer2 neighbour replace "$A4" dev "$(peer_if 2)" nud permanent \
	lladdr "$(lladdr hostA "$IFA" | sed "s/$primary/$next/")"
must ip -n hostA link set "$IFA" down
before=$(restarts)
knob sib0 match_qpn "$(number_of "$next")"
knob sib0 recv_cq_dead_once 1
# Between the first receive of that queue and the end of open there are the state changes of others.
knob sib0 slow_ms 300
spawn peer2 ping -n -q -i 0.02 "$A4" > "$TMPDIR/ping-dead" 2>&1
pinging=$SPAWNED
spawn hostA ip link set "$IFA" up
opening=$SPAWNED
must_wait 20 grep -qx 0 "$SOFT_IB/sib0/recv_cq_dead_once"
kill "$pinging"
kill -0 "$opening" || fail "the interface was open already"
wait "$opening" || fail "the interface does not open"
knob sib0 slow_ms 0
must_wait 10 restarted "$before"
invariants_not ring "a queue that is deaf has no receives"
assert_strict_clean

note "queues that are lost, and not in use, are none that are lost"
is "RX queues that are lost" "$(ethtool_stat hostA "$IFA" lost_rx_queues)" 2
must on hostA ethtool -L "$IFA" rx 1
explains hostA "$IFA" "limited: queues that are out of use until the interface is made anew: 0 RX, 1 TX"

note "what explain tells makes it anew"
for accel in none ref; do
	must ipoibctl -f set port sib0/1 accel "$accel"
done
must_wait 10 netdev_of sib0 ours
is "queues that are lost" "$(ethtool -S "$(netdev_of sib0 ours)" | grep -c 'lost_[rt]x_queues: 0$')" 2
