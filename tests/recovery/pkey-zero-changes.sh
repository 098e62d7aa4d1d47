#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The P_Key at index 0 becomes another one: the port's own interface is a member of that partition
# then, with all its groups: IPv4, IPv6 and multicast go on there, and groups can be left. A child stays where it was.
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# all_nodes: hostB hears the group of all IPv6 nodes, of which hostA, which answers first, is one.
all_nodes()
{
	on hostA ping -6 -n -c 3 -i 0.3 -W 1 "ff02::1%$IFA" > "$TMPDIR/all" 2>&1 || :
	grep -q "from $(link_local hostB "$IFB")" "$TMPDIR/all"
}

has_broadcast()
{
	ip -n "$1" -j link show dev "$2" | jq -r '.[0].broadcast' | grep -q "^00:ff:ff:ff:ff:12:40:1b:$3:"
}

group_answers()
{
	on hostA ping -n -c 2 -i 0.3 -W 2 239.7.7.7 | grep -q "from $B4"
}

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
must_wait 10 has_pkey "$HCA_A" 0x8001
stack_load ours-ours
hosts_take ours-ours
# A group that a program has joined: its address in the stack's list has the old P_Key in it.
on hostB sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
must ip -n hostB address add 239.7.7.7/32 dev "$IFB" autojoin
must ip -n hostA route add 239.0.0.0/8 dev "$IFA"
must ip -n hostA link add link "$IFA" name child type ipoib pkey 0x8001
# It will be in the same partition as its parent, and so must not have the same address there.
must ip -n hostA link set child addrgenmode none
must ip -n hostA link set child up
must_wait 20 is_running hostA child
must_wait 10 can_ping hostA "$B6"
for hca in "$HCA_A" "$HCA_B"; do
	second=$(pkey_index "$hca" 0x8001)
	knob "$hca" pkeys "0 0x8001"
	knob "$hca" pkeys "$second 0xffff"
done
must_wait 10 has_broadcast hostA "$IFA" 80:01
must_wait 10 has_broadcast hostB "$IFB" 80:01
must_wait 20 is_running hostA "$IFA"
must_wait 20 is_running hostB "$IFB"
must_wait 20 is_running hostA child
ip -n hostA neighbour flush all
ip -n hostB neighbour flush all
must_wait 20 can_ping hostA "$B4"
must_wait 20 can_ping hostA "$B6"
must_wait 20 all_nodes
must_wait 10 group_answers
explains_well hostA "$IFA"
explains_well hostA child
must ip -n hostB address del 239.7.7.7/32 dev "$IFB"
! ip -n hostB maddress show dev "$IFB" | grep '0f:07:07:07' || fail "a group that nobody wants is still in the list"
assert_strict_clean
invariants_not groups "of a P_Key that has moved in the table the RDMA core forgets its memberships, and tells no SA"
