#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# ipoibctl explains what an administrator meets, and shows what ip, ethtool and the fabric say too.
#
#	IF, IF.8005, IF.8006---sib0---+ switch +---sib1 OpenSM
#
# lane: quick
# check: 6.12
# limit: 180
. "${TESTS:=/tests}/lib/host.sh"

# has_cause SUBJECT CAUSE: so it is, be it not the only thing.
has_cause()
{
	ipoibctl -j explain > "$TMPDIR/explained" && jq -e --arg subject "$1" --arg cause "$2" \
		'any(.[]; .subject == $subject and .cause == $cause and .text != "")' "$TMPDIR/explained"
}

# causes SUBJECT CAUSE: within seconds, and in words too.
causes()
{
	wait_for 10 has_cause "$1" "$2" || { ipoibctl explain; fail "$1: '$2' is not what is explained"; }
	ipoibctl explain > "$TMPDIR/words" || fail "ipoibctl explain"
	grep "^$1: [a-z]*: ." "$TMPDIR/words" || fail "no words for '$2'"
}

# shown WORDS FILTER: what jq makes of ipoibctl's JSON.
shown()
{
	# shellcheck disable=SC2086 # words
	ipoibctl -j $1 > "$TMPDIR/shown" || fail "ipoibctl -j $1"
	jq -r "$2" "$TMPDIR/shown" || { cat "$TMPDIR/shown"; fail "ipoibctl -j $1 is no JSON"; }
}

# ended STATUS WORDS: so it ends.
ended()
{
	ended_with=0
	# shellcheck disable=SC2086 # words
	ipoibctl $2 > "$TMPDIR/ended" 2>&1 || ended_with=$?
	[ "$ended_with" = "$1" ] || { cat "$TMPDIR/ended"; fail "ipoibctl $2 ended with $ended_with, not $1"; }
}

partitions="Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;"

note "nothing to ask"
ended 2 show
ended 1 "show nonsense more"
must has_cause driver not-loaded

note "accel missing"
fabric_up 2
must modprobe ipoib_core accel=nonsense
causes sib0/1 accel-missing
must rmmod ipoib_core

# heard WHAT: the monitor has said it.
heard()
{
	grep -q "^$link: .*$1" "$TMPDIR/heard"
}

note "no subnet manager, no cable"
must modprobe ipoib_core accel=ref
must_wait 10 served_by sib0 ref
link=$(netdev_of sib0 ours)
causes "$link" admin-down
must ip link set "$link" up
causes "$link" no-sm
# What a subnet manager has not given yet is no mistake of its partitions.
must ip link add link "$link" name fifth type ipoib pkey 0x8005
must ip link set fifth up
causes fifth no-sm
ipoibctl monitor dev "$link" > "$TMPDIR/heard" 2> "$TMPDIR/complained" &
monitor=$!
must_wait 5 heard "no subnet manager"
cable_out sib0
# Else ours looks after seconds only: a port that was not active tells nothing.
port_event sib0 port_err
causes "$link" port-down
causes fifth port-down
must_wait 5 heard "is down"
cable_in sib0
sm_partitions "$partitions"
sm_start sib1
causes "$link" carrier
must_wait 5 heard "has carrier"

note "what is shown"
is "the interface" "$(shown "show $link" '.[0] | "\(.accel) \(.hca)/\(.port) \(.mtu) \(.carrier)"')" \
	"ref sib0/1 $(cat "/sys/class/net/$link/mtu") true"
is "its port" "$(shown "sh p dev $link" '.[0] | "\(.port_state) \(.port_lid) \(.alias | index("sib0/1") != null)"')" \
	"active $(printf '0x%04x' "$(port_lid sib0)") true"
is "ports of accels" "$(shown "show accel" '.[] | "\(.accel) \(.used)"')" "ref 2"
is "the broadcast group" "$(shown "show group dev $link" \
	'.[] | select(.gid == "ff12:401b:ffff::ffff:ffff") | .group_state')" joined
drops()
{
	ethtool -S "$link" | sed -n 's/^ *\(tx_drop_.*\)/\1/p'
}
# stats_asked: while nothing was dropped.
stats_asked()
{
	drops=$(drops)
	stats=$(shown "stats dev $link" '.[0] | (.drops[] | "\(.cause): \(.packets)"), .tables[].table' | sort)
	[ "$(drops)" = "$drops" ]
}
must_wait 10 stats_asked
is "drops and tables" "$stats" "$(printf '%s\ngroups\npaths\n' "$drops" | sort)"
ended 1 "show lo"

note "a P_Key that the port does not have, a partition without a group"
causes fifth pkey-missing
must ip link add link "$link" name plain type ipoib pkey 0x8006
must ip link set plain up
sm_partitions "$partitions
fifth=0x0005, ipoib, mtu=4, rate=3 : $(port_guid sib0)=limited, $(port_guid sib1)=full;
plain=0x0006, defmember=full : ALL=full;"
sm_sweep sib1
causes fifth limited-member
causes fifth carrier
causes plain group-missing
causes "$link" carrier

note "an interface in another network namespace, and its peer"
peer=$(netdev_of sib1 ours)
host_add hostA
host_take hostA "$link"
host_address hostA "$link" 10.9.0.1/24
must ip -n hostA link set "$link" up
must ip address add 10.9.0.2/24 dev "$peer"
must ip link set "$peer" up
must_wait 20 can_ping hostA 10.9.0.2
ended 1 "show $link"
is "the path" "$(shown "-n hostA show path dev $link" '.[] | select(.path_state == "ready") | .lid')" \
	"$(printf '0x%04x' "$(port_lid sib1)")"
note "the way there, step by step, and where it ends"
# ways PEER: results of the steps.
ways()
{
	ipoibctl -n hostA -j test -n 3 "$link" "$1" > "$TMPDIR/ways" 2>&1 || cat "$TMPDIR/ways"
	jq -r 'map(.step + " " + .result) | join(",")' "$TMPDIR/ways"
}
well="link ok,route ok,neighbour ok,path ok,answer ok,size ok,loss ok"
# well WHAT PEER: all is, unless an answer was late, which a machine that stands still makes it.
well()
{
	# Once more on a machine that stands still; what loses one of many does so more often.
	is_well "$2" || is_well "$2" || is_well "$2" || fail "$1: $ways, expected $well"
}
is_well()
{
	ways=$(ways "$1")
	[ "$(echo "$ways" | tail -n 1)" = "$well" ]
}
well "to the peer" 10.9.0.2
# Not by raw sockets, as who is no administrator.
must ip netns exec hostA sh -c 'echo 0 0 > /proc/sys/net/ipv4/ping_group_range'
well "by its address of the link" "$(ip -j -6 address show dev "$peer" scope link | jq -r '.[].addr_info[].local')"
is "to nobody" "$(ways 10.9.0.77 | tail -n 1)" "link ok,route ok,neighbour failed"
is "elsewhere" "$(ways 10.8.0.2 | tail -n 1)" "link ok,route failed"
is "to itself" "$(ways 10.9.0.1 | tail -n 1)" "link ok,route failed"
ended 1 "-n hostA test $link"
ipoibctl -n hostA -j explain > "$TMPDIR/explained"
jq -e 'any(.[]; .cause == "no-answer")' "$TMPDIR/explained" || { cat "$TMPDIR/explained"; fail "10.9.0.77 is not missed"; }

note "in a VRF, which has routes of its own"
must ip -n hostA link add red type vrf table 10
must ip -n hostA link set red up
# Which takes it down and up.
must ip -n hostA link set "$link" master red
must_wait 20 is_running hostA "$link"
well "to the peer" 10.9.0.2
must ip -n hostA link delete red
must_wait 20 is_running hostA "$link"

note "what moves, and what is counted"
ipoibctl -n hostA test -n 200 "$link" 10.9.0.2 > /dev/null 2>&1 &
tester=$!
moves=$(shown "top -n 1 -d 1 dev $peer" '.interfaces[0] | .rx_packets > 0 and .tx_bytes > 0 and
	([.queues[] | select(.queue | startswith("rx")).packets] | add) > 0')
is "top sees what test sends" "$moves" true
is "CPUs of top" "$(shown "top -n 1 -d 0.1" '.cpus | length')" "$(nproc)"
wait "$tester"
received()
{
	ethtool -S "$peer" | sed -n 's/^ *rx_packets: //p'
}
# prometheus_asked: while nothing was received.
prometheus_asked()
{
	received=$(received)
	ipoibctl stats --prometheus -o "$TMPDIR/ipoib.prom" && [ "$(received)" = "$received" ]
}
must_wait 10 prometheus_asked
for metric in "ipoib_up 1" "ipoib_carrier{interface=\"$peer\"} 1" \
	"ipoib_receive_packets_total{interface=\"$peer\"} $received"; do
	grep -qxF "$metric" "$TMPDIR/ipoib.prom" || { cat "$TMPDIR/ipoib.prom"; fail "no $metric"; }
done
assert_strict_clean

note "the module goes"
stack_unload
! wait "$monitor" || fail "the monitor ends well"
grep -q "ipoib_core is gone" "$TMPDIR/complained" || { cat "$TMPDIR/complained"; fail "the monitor does not say why it ends"; }
