#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The MTU: what the broadcast group allows and no more, what the user asks for within that, and what
# he asked for earlier as soon as the group allows it. Packets that are longer all the same, as a route of his
# or another host make them, do no harm.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.1
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

restarts()
{
	ethtool_stat hostA "$IFA" restarts
}

restarted()
{
	! on hostB ping -n -q -c 1 -W 1 "$A4" > "$TMPDIR/ping"
	[ "$(restarts)" -gt 0 ]
}

cut_by_ping()
{
	! on hostB ping -n -q -c 5 -i 0.1 -W 1 "$A4" > "$TMPDIR/ping"
	used_up sib1 cut_once
}

# knows_mtu HOST ADDRESS: of the path.
knows_mtu()
{
	ip -n "$1" route get "$2" | grep -q ' mtu 2044'
}

# tells_mtu HOST ADDRESS COUNT: HOST is told by the first packet to ADDRESS that is too long, the COUNTth that
# hostA drops, and sends others that arrive.
tells_mtu()
{
	! on "$1" ping -n -q -c 1 -W 1 -s 3000 -M "do" "$2" > "$TMPDIR/ping" 2>&1 ||
		fail "a packet was longer than the link"
	must_wait 5 knows_mtu "$1" "$2"
	on "$1" ping -n -q -c 1 -W 5 -s 3000 -M dont "$2" > "$TMPDIR/ping" || fail "fragments did not arrive"
	[ "$(ethtool_stat hostA "$IFA" tx_drop_too_long)" = "$3" ] ||
		fail "$(ethtool_stat hostA "$IFA" tx_drop_too_long) packets were counted, not $3"
}

hosts_up ours-ours
must has_mtu hostA "$IFA" 2044
! ip -n hostA link set "$IFA" mtu 4093 2> /dev/null || fail "an MTU larger than the port's was taken"
must has_mtu hostA "$IFA" 2044
note "as an /etc/network/interfaces of connected mode asks, whose ifup does not show what it was answered"
! ip -n hostA link set "$IFA" mtu 65520 2> /dev/null || fail "the MTU of connected mode was taken"
! on hostA sh -c "echo connected > /sys/class/net/$IFA/mode" 2> /dev/null || fail "the mode was taken"
[ "$(dmesg | grep -c "$IFA: there is no connected mode, and no MTU above 4092")" = 1 ] ||
	fail "the log says so $(dmesg | grep -c 'no connected mode') times"

must ip -n hostA link set "$IFA" mtu 1500
must has_mtu hostA "$IFA" 1500
ping_sizes hostA "$B4" 1472 2016 20000
ping_sizes hostB "$A4" 1472 2016 20000

note "more than the group allows: remembered, not used"
must ip -n hostA link set "$IFA" mtu 4000
must has_mtu hostA "$IFA" 2044
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must has_mtu hostA "$IFA" 2044
ping_sizes hostA "$B4" 2016

note "a child has an MTU of its own"
child_add hostA "$IFA" 0x8001 ours
child_add hostB "$IFB" 0x8001 ours
must ip -n hostA link set "$IFA.8001" mtu 1280
children_up hostA "$IFA.8001" hostB "$IFB.8001"
must has_mtu hostA "$IFA.8001" 1280
must has_mtu hostB "$IFB.8001" 2044
must has_mtu hostA "$IFA" 2044
ping_sizes hostA 10.9.1.2 1252 2016
must ip -n hostA link set "$IFA.8001" down
must ip -n hostB link set "$IFB.8001" down

note "a route that says more than the link: its packets are dropped, and who sends them is told"
# It went when the link was down.
host_address hostA "$IFA" "$A6/64"
must ip -n hostA route add "$B4/32" dev "$IFA" mtu 4000
must ip -n hostA route add "$B6/128" dev "$IFA" mtu 4000
tells_mtu hostA "$B4" 1
tells_mtu hostA "$B6" 2
note "so is another host that hostA sends packets on for; of IPv6 the stack goes by the link's MTU alone"
host_add hostC
must ip link add name veth-a netns hostA mtu 4000 type veth peer name veth-c netns hostC mtu 4000
host_address hostA veth-a 10.8.0.1/24
host_address hostC veth-c 10.8.0.3/24
must ip -n hostA link set veth-a up
must ip -n hostC link set veth-c up
must on hostA sysctl -qw net.ipv4.ip_forward=1
must ip -n hostC route add 10.9.0.0/24 via 10.8.0.1
must ip -n hostB route add 10.8.0.0/24 via "$A4"
must_wait 10 can_ping hostC "$B4"
tells_mtu hostC "$B4" 3
[ "$(drops_of sib1 length)" = 0 ] || fail "the other host got some"
ip netns del hostC
must ip -n hostA route del "$B4/32" dev "$IFA" mtu 4000
must ip -n hostA route del "$B6/128" dev "$IFA" mtu 4000
must_wait 10 can_ping hostA "$B4"

note "a host that sends longer packets than the link's: an error of the queue to the HCA, once"
knob sib0 length_error 1
knob sib1 cut_len 3000
knob sib1 cut_once 1
must_wait 10 restarted
must_wait 10 can_ping hostA "$B4"
before=$(restarts)
knob sib1 cut_once 5
must_wait 20 cut_by_ping
must_wait 10 can_ping hostA "$B4"
[ "$(restarts)" = "$before" ] || fail "$(($(restarts) - before)) more restarts"
ping_sizes hostB "$A4" 64 2016
knob sib0 length_error 0

note "frames that end before their header does, and with it"
short=$(ethtool_stat hostA "$IFA" rx0_short_frames)
for length in 3 4; do
	knob sib1 cut_len "$length"
	knob sib1 cut_once 2
	must_wait 20 cut_by_ping
done
short=$(($(ethtool_stat hostA "$IFA" rx0_short_frames) - short))
# One of them may have been a multicast to others.
[ "$short" = 1 ] || [ "$short" = 2 ] || fail "$short of 2 frames that are too short were counted"
must_wait 10 can_ping hostB "$A4"
assert_strict_clean
