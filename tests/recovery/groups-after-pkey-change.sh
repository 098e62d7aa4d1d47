#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The P_Key at index 0 becomes another one: the addresses of groups on the stack's list, which have the
# old one in them, are those of the new link's groups; IPv4 and IPv6 find neighbours there, and a
# group that a program has joined gets what is sent to it. (In-tree does not join them: no control.)
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#	                          +---sib2   OpenSM
#
# lane: quick
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

# has_group MGID: hostB has it, as a full member.
has_group()
{
	sed -n "/^GID: $1\$/,/^\$/p" "/sys/kernel/debug/ipoib/${IFB}_mcg" | tr -d ' ' | tr '\n' ' ' |
		grep -q 'complete:yes send_only:no'
}

group_answers()
{
	on hostA ping -n -c 2 -i 0.3 -W 2 239.7.7.7 | grep -q "from $B4"
}

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
must_wait 20 has_pkey "$HCA_A" 0x8001
stack_load ours-ours
hosts_take ours-ours
on hostB sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
must ip -n hostB address add 239.7.7.7/32 dev "$IFB" autojoin
must ip -n hostA route add 239.0.0.0/8 dev "$IFA"
must_wait 10 can_ping hostA "$B6"
must_wait 10 has_group ff12:401b:ffff:0:0:0:f07:707

for hca in "$HCA_A" "$HCA_B"; do
	knob "$hca" pkeys "0 0x8001"
done
must_wait 20 has_group ff12:401b:8001:0:0:0:ffff:ffff
must_wait 10 has_group ff12:401b:8001:0:0:0:f07:707
must_wait 10 has_group ff12:601b:8001:0:0:0:0:1
must_wait 10 is_running hostA "$IFA"
ip -n hostA neighbour flush all
ip -n hostB neighbour flush all
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
must_wait 10 group_answers
assert_strict_clean
