#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Interfaces move between network namespaces, children by themselves, and come back to the first one
# when theirs goes, without a packet or a reference left behind. Two children of one port and partition have each an IPv6
# link-local address, by what the manual says.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#	other [child of ib0], twin [another one]
#
# lane: quick
# check: 6.1
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
child_add hostA "$IFA" 0x8001 ours
child_add hostB "$IFB" 0x8001 ours
host_add other
must ip -n hostA link set "$IFA.8001" netns other
children_up other "$IFA.8001" hostB "$IFB.8001"
must_wait 10 can_ping other 10.9.1.2
must_wait 10 can_ping other fd00:9:1::2

note "a second child of that port and partition has a link-local address of its own"
twin_answers()
{
	can_ping hostB "$(link_local twin twin)%$IFB.8001"
}
host_add twin
must ip -n hostA link add link "$IFA" name twin type ipoib pkey 0x8001
must ip -n hostA link set twin netns twin
must ip -n twin link set twin addrgenmode random
must ip -n twin link set twin up
must_wait 20 twin_answers
[ "$(link_local twin twin)" != "$(link_local other "$IFA.8001")" ] || fail "it is the first one's: $(link_local twin twin)"
must ip -n twin link delete twin

note "the namespace of the child goes"
must ip netns del other
must_wait 20 ip link show dev "$IFA.8001"
must_wait 10 can_ping hostA "$B4"

note "that of the parent goes"
must ip netns del hostA
must_wait 20 ip link show dev "$IFA"
[ "$(netdev_of sib0 ours)" = "$IFA" ] || fail "sib0's interface is $(netdev_of sib0 ours) now"

note "and what came back works"
host_add hostA
host_take hostA "$IFA"
host_address hostA "$IFA" "$A4/24" "$A6/64"
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostB "$A6"

note "the root of a container makes the log say so often that there is no P_Key, and no oftener"
must ip -n hostA link add link "$IFA" name orphan type ipoib pkey 0x8002
log_mark
i=0
while [ "$((i += 1))" -le 150 ]; do
	printf 'link set orphan up\nlink set orphan down\n'
done > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
log_has 'orphan: no carrier: P_Key 0x8002 is not' || fail "no line about the P_Key"
lines=$(dmesg | tail -n "+$((LOG_FROM + 1))" | grep -c 'orphan: no carrier')
[ "$lines" -le 128 ] || fail "$lines lines of the log"
must ip -n hostA link delete orphan

asked_path()
{
	[ "$(sa_asked sib0 path)" -gt 0 ]
}

note "the fabric goes while interfaces are elsewhere, and wait for what the SA does not answer"
knob sib0 sa_mute 1
sa_forget sib0
must ip -n hostA neighbour replace 10.9.0.200 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:01
on hostA ping -n -q -c 1 -W 0.1 10.9.0.200 > /dev/null || :
must_wait 5 asked_path
fabric_down
must_wait 10 negate ip -n hostA link show dev "$IFA"
must_wait 10 negate ip link show dev "$IFA.8001"
stack_unload
