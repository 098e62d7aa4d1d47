#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A user sends to 560 groups that nobody has joined, and the SA is mute: at most 512 send-only groups
# are kept and 2048 packets wait for them, which a counter tells; what is sent to others goes on
# meanwhile, and groups that the host joins still work. (In-tree has no bound: no control.)
# (Topology: lib/outage.sh)
#
# lane: slow
# limit: 240
. "${TESTS:=/tests}/lib/host.sh"

# can_ping_group: hostA answers what hostB sends to the group.
can_ping_group()
{
	on hostB ping -n -c 2 -i 0.3 -W 2 239.7.7.7 | grep -q "from $A4"
}

outage_up ours-ours
knob "$HCA_A" sa_mute 1
queue=$(ethtool_stat hostA "$IFA" tx_drop_mcast_queue)
note "storm"
must ip -n hostA route add 239.0.0.0/8 dev "$IFA"
# shellcheck disable=SC2016 # for the inner shell
on hostA dash -c '
	group=0
	while [ "$group" -lt 560 ]; do
		group=$((group + 1))
		ping -n -q -c 30 -l 30 -W 0 -w 1 "239.1.$((group / 250)).$((group % 250))" > /dev/null &
		[ $((group % 50)) != 0 ] || wait
	done
	wait' || :
groups=$(grep -c 'send_only:.*yes' "/sys/kernel/debug/ipoib/${IFA}_mcg")
queue=$(($(ethtool_stat hostA "$IFA" tx_drop_mcast_queue) - queue))
note "$groups groups; dropped: $queue for too many packets that wait"
[ "$groups" -le 512 ] || fail "there was no limit of groups"
[ "$queue" -gt 0 ] || fail "there was no limit of packets that wait"
explains hostA "$IFA" "limited: the table of groups is full \(512\)"
assert_resumes "storm"

knob "$HCA_A" sa_mute 0
on hostA sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
must ip -n hostA address add 239.7.7.7/32 dev "$IFA" autojoin
must ip -n hostB route add 239.0.0.0/8 dev "$IFB"
must_wait 60 can_ping_group
note "a joined group works after $WAITED ms"
pings_stop
assert_strict_clean
