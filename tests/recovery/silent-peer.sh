#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A peer falls silent without any event: when the kernel's unicast probes stay unanswered the SA is
# asked for the path again, as the peer's LID may be another one. By ARP, and by neighbour discovery
# where there is nothing but IPv6. Not more often than once in a second. And it is asked at once when the
# peer is heard from another LID. (In-tree never asks again: no control.)
# (Topology: lib/outage.sh)
#
# lane: full
# kernel: 6.1 VERSION=4
# kernel: 6.12 VERSION=6
# limit: 150
# matrix: VERSION=4,6
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours

case $VERSION in
4) peer=$B4 other=6 ;;
6) peer=$B6 other=4 ;;
esac
for host in "hostA $IFA" "hostB $IFB"; do
	# shellcheck disable=SC2086 # two words
	set -- $host
	ip -n "$1" "-$other" address flush dev "$2"
done

# asked COUNT: so many path records since the counter was reset.
asked()
{
	[ "$(sa_asked "$HCA_A" path)" -ge "$1" ]
}

must_wait 10 can_ping hostA "$peer"
spawn hostA ping -n -i 0.2 "$peer" > /dev/null 2>&1 < /dev/null

note "heard from another LID: asked before the kernel's first probe"
on hostA sh -c "echo $((6 * TIME_SCALE)) > /proc/sys/net/ipv$VERSION/neigh/$IFA/delay_first_probe_time"
lid=$(port_lid "$HCA_B")
sa_forget "$HCA_A"
knob "$HCA_B" lid $((lid + 200))
must_wait 4 asked 1
note "asked after $WAITED ms"
knob "$HCA_B" lid "$lid"
must_wait 10 can_ping hostA "$peer"

note "silent"
for host in "hostA $IFA" "hostB $IFB"; do
	# shellcheck disable=SC2086 # two words
	set -- $host
	family=ipv$VERSION
	# Soon suspicious, for a short test.
	on "$1" sh -c "echo 200 > /proc/sys/net/$family/neigh/$2/base_reachable_time_ms
		echo 1 > /proc/sys/net/$family/neigh/$2/delay_first_probe_time"
	# Those that are there have timers of the old ones.
	must ip -n "$1" neighbour flush all
done
# Probes that follow soon upon each other, for long: they are what would ask too often.
on hostA sh -c "echo 200 > /proc/sys/net/ipv$VERSION/neigh/$IFA/retrans_time_ms
	echo 1000 > /proc/sys/net/ipv$VERSION/neigh/$IFA/ucast_solicit"
must_wait 10 can_ping hostA "$peer"
knob "$HCA_B" drop_ppm 1000000
sa_forget "$HCA_A"
trace_on ipoib/ipoib_path_asked
began=$(now_ms)
must_wait 20 asked 1
note "asked again $WAITED ms after the peer fell silent"
# And again, as long as it is.
must_wait 20 asked 2
explains hostA "$IFA" "limited: neighbours to which there is a path, and which do not answer: 1, for example $peer at QP "
wait_for 5 asked 100 && fail "asked without bound"
paths_asked=$(paths_asked '')
took=$((($(now_ms) - began) / 1000 + 1))
[ "$paths_asked" -le "$took" ] || fail "asked more often than once in a second: $paths_asked times in $took s"
trace_off
knob "$HCA_B" drop_ppm 0
must_wait 10 can_ping hostA "$peer"
explains_well hostA "$IFA"
assert_strict_clean
