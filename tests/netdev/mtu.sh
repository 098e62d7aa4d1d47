#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The MTU: what the broadcast group allows and no more, what the user asks for within that, and what
# he asked for earlier as soon as the group allows it.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

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
assert_strict_clean
