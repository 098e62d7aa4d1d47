#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What strangers send locks nobody out: an unprivileged user sends to more groups than there may be, and
# without end to those by which neighbours and routers are found, a user to 200 peers at once, a host asks by ARP and by neighbour discovery in the name of senders that it
# invents, more than there may be paths, with an SA that is slow. Meanwhile and afterwards new neighbours are
# found at once, and no table grows beyond its limit.
#
#	hostA [ib0]---sib0---+        +---sib2---[ib2] hostD, and OpenSM
#	hostB [ib1]---sib1---+ switch +---sib3---[ib3] hostC
#
# lane: quick
# kernel: 6.12
# limit: 240
. "${TESTS:=/tests}/lib/host.sh"

C4=10.9.0.3 D4=10.9.0.4 D6=fd00:9::4
parameters=/sys/module/ipoib_core/parameters
debugfs=/sys/kernel/debug/ipoib

# dropped COUNTER
dropped()
{
	ethtool_stat hostA "$IFA" "tx_drop_$1"
}

# dropped_since COUNTER BEFORE NUMBER
dropped_since()
{
	[ $(($(dropped "$1") - $2)) -ge "$3" ]
}

# paths, sendonly_groups: how many hostA has.
paths()
{
	grep -c GID "$debugfs/${IFA}_path" || :
}

sendonly_groups()
{
	grep -c 'send_only:.*yes' "$debugfs/${IFA}_mcg" || :
}

has_paths()
{
	[ "$(paths)" -ge "$1" ]
}

# sendonly_members COUNT: the SA has hostA as a send-only member of no more groups.
sendonly_members()
{
	sa_members=$(saquery --smkey 1 -C "$HCA_SM" -P 1 -m 2> /dev/null | awk -v gid="$gid_a" '
		{ value = $0; sub(/^[^.]*\.+/, "", value) }
		/PortGid/ { its = value == gid }
		/ScopeState/ && its && substr(value, length(value)) == 8 { members++ }
		END { print members + 0 }')
	[ "$sa_members" -le "$1" ]
}

# flood_of_groups KIND ADDRESS: a user sends to them without end, and meanwhile a neighbour is found that is new.
flood_of_groups()
{
	spawn hostA "$TESTS/strangers/flood" "$1" "$IFA"
	limit=$(dropped mcast_limit)
	must_wait 40 dropped_since mcast_limit "$limit" 10000
	must_wait 10 can_ping hostA "$2"
	note "meanwhile a new IPv6 neighbour is found after $WAITED ms, $(($(dropped mcast_limit) - limit)) packets of theirs dropped"
	kill "$SPAWNED"
	wait "$SPAWNED" 2> /dev/null || :
}

fabric_up 4
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
gid_a=$(link_local hostA "$IFA")
for last in 71 72 73 74; do
	host_address hostB "$IFB" "fd00:9::$last/64"
done

note "a user and 600 groups"
echo 128 > "$parameters/max_sendonly_groups" || fail "cannot set max_sendonly_groups"
must ip -n hostA route add 239.0.0.0/8 dev "$IFA"
on hostA "$TESTS/strangers/flood" groups "$A4" 600 || fail "flood"
must_wait 10 can_ping hostA fd00:9::71
note "a new IPv6 neighbour found after $WAITED ms; $(sendonly_groups) send-only groups"
must_wait 20 dropped_since mcast_limit 0 1
[ "$(sendonly_groups)" -le 128 ] || fail "$(sendonly_groups) send-only groups"
must_wait 10 can_ping hostA fd00:9::72
must_wait 20 sendonly_members 128
note "the SA knows $sa_members send-only memberships after $WAITED ms"
# takes_group: a packet to a new one makes it one of ours, as those are left that had to go.
takes_group()
{
	echo | on hostA socat -u - UDP-SENDTO:239.250.0.1:9
	grep -q '^GID: ff12:401b:ffff:0:0:0:ffa:1$' "$debugfs/${IFA}_mcg"
}
must_wait 10 takes_group

note "a user and the groups by which neighbours are asked for"
flood_of_groups solicited fd00:9::73

note "a user and the groups of routers and the like"
flood_of_groups first fd00:9::74

note "a user and 200 peers"
for last in $(seq 1 200); do
	echo "neigh replace 10.9.7.$last dev $IFA nud permanent lladdr" \
		"00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:78:$(printf %02x "$last")"
done > "$TMPDIR/neighbours"
must ip -n hostA -batch "$TMPDIR/neighbours"
must ip -n hostA route add 10.9.7.0/24 dev "$IFA"
limit=$(dropped path_limit) queue=$(dropped path_queue) unreachable=$(dropped unreachable)
sa_forget "$HCA_A"
# While the SA does not answer, no more than three quarters of max_path_queries are in flight for one line, and some for
# paths that have a handle; each ends after a second.
knob "$HCA_A" sa_mute 1
trace_on ipoib/ipoib_path_asked
began=$(now_ms)
on hostA "$TESTS/strangers/flood" peers 10.9.7.1 200 || fail "flood"
asked=$(paths_asked '')
# After the second of each the next one follows at once.
took=$(($(now_ms) - began))
most=$((50 * (took / 1000 + 1)))
note "$asked queries in flight, or not answered, $most at most, after $took ms"
[ "$asked" -le "$most" ] || fail "$asked queries were in flight"
trace_off
knob "$HCA_A" sa_mute 0
# None of them is there: that each is dropped for that alone says that the SA was asked for it.
must_wait 20 dropped_since unreachable "$unreachable" 200
is "packets dropped for the number of peers" $(($(dropped path_limit) - limit)) 0
is "packets dropped for the number of packets" $(($(dropped path_queue) - queue)) 0
asked=$(sa_asked "$HCA_A" path)
[ "$asked" -ge 200 ] || fail "the SA was asked for $asked paths"

note "a host and senders that it invents"
echo 1024 > "$parameters/max_paths" || fail "cannot set max_paths"
host_joins hostC sib3 ours "$C4/24"
host_joins hostD "$HCA_SM" ours "$D4/24" "$D6/64"
# Those that are invented wait for their turn, and there are more than there may be.
trace_on ipoib/ipoib_path_asked ipoib/ipoib_path_answered
knob "$HCA_A" sa_mute 1
queue=$(dropped path_queue)
must ip -n hostA neighbour replace 10.9.7.1 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:79:01
dd if=/dev/zero bs=100 count=60 2> /dev/null | on hostA socat -u -b 100 - UDP-SENDTO:10.9.7.1:9
queue=$(($(dropped path_queue) - queue))
note "$queue of 60 packets for a peer that waits are dropped"
[ "$queue" = 28 ] || fail "the limit of packets for a peer is not 32"
spawn hostB "$TESTS/strangers/flood" arp "$IFB" "$(lladdr hostA "$IFA")" "$A4" 10.9.0.66
floods=$SPAWNED
spawn hostB "$TESTS/strangers/flood" nd "$IFB" "$(lladdr hostA "$IFA")" "$A6" fd00:9::66
floods="$floods $SPAWNED"
must_wait 30 has_paths 1024
limit=$(dropped path_limit)
must_wait 10 dropped_since path_limit "$limit" 100
# Those of a stranger's line and of a user's, each of which would have three quarters.
on hostA "$TESTS/strangers/flood" peers 10.9.7.1 200 || fail "flood"
most=$(grep "dev=$IFA " "$TRACING/trace" | awk '
	/ipoib_path_asked/ && ++now > most { most = now }
	/ipoib_path_answered/ { now-- }
	END { print most + 0 }')
trace_off
note "$most queries at most were in flight"
[ "$most" -gt 48 ] || fail "not two lines' at once"
[ "$most" -le 64 ] || fail "$most queries were in flight, more than max_path_queries"
must ip -n hostA neighbour flush nud permanent dev "$IFA"
knob "$HCA_A" sa_mute 0
must_wait 5 can_ping hostC "$A4"
note "meanwhile a new peer is reached after $WAITED ms"
must_wait 5 can_ping hostD "$A6"
note "meanwhile a new peer is reached by IPv6 after $WAITED ms"
must_wait 10 can_ping hostA "$B4"
# shellcheck disable=SC2086 # a list
kill $floods
# shellcheck disable=SC2086 # a list
wait $floods 2> /dev/null || :
must_wait 5 can_ping hostD "$A4"
note "afterwards it is reached by IPv4 after $WAITED ms"
must_wait 10 can_ping hostA "$B4"
[ "$(paths)" -le 1024 ] || fail "$(paths) paths"
assert_strict_clean

note "limits that are none"
for wrong in 0 255 1048577 many ''; do
	! echo "$wrong" > "$parameters/max_paths" 2> /dev/null || fail "max_paths=$wrong is taken"
done
assert_log "max_paths=255: not a number from 256 to 1048576"
is "max_paths" "$(cat "$parameters/max_paths")" 1024
