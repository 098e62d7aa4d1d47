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

used_up()
{
	! on hostB ping -n -q -c 5 -i 0.1 -W 1 "$A4" > "$TMPDIR/ping"
	[ "$(knob "$1" "$2")" = 0 ]
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

note "a route that says more than the link"
must ip -n hostA route add "$B4/32" dev "$IFA" mtu 4000
! on hostA ping -n -q -c 2 -i 0.2 -W 1 -s 3000 "$B4" > "$TMPDIR/ping" || fail "a packet was longer than the link"
[ "$(ethtool_stat hostA "$IFA" tx_drop_too_long)" = 2 ] ||
	fail "$(ethtool_stat hostA "$IFA" tx_drop_too_long) of 2 packets were counted"
[ "$(drops_of sib1 length)" = 0 ] || fail "the other host got some"
must ip -n hostA route del "$B4/32" dev "$IFA" mtu 4000
must can_ping hostA "$B4"

note "a host that sends longer packets than the link's: an error of the queue to the HCA, once"
knob sib0 length_error 1
knob sib1 cut_len 3000
knob sib1 cut_once 1
must_wait 10 restarted
must_wait 10 can_ping hostA "$B4"
before=$(restarts)
knob sib1 cut_once 5
must_wait 20 used_up sib1 cut_once
must_wait 10 can_ping hostA "$B4"
[ "$(restarts)" = "$before" ] || fail "$(($(restarts) - before)) more restarts"
ping_sizes hostB "$A4" 64 2016
assert_strict_clean
