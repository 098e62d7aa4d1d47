#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# NetworkManager runs an interface by an InfiniBand connection: addresses, transport mode, MTU, down
# and up; it notices that the link goes and comes back, and connects again when the driver was
# removed and loaded anew. A connection of connected mode does not come up, and the log says why.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: PAIR=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/system.sh"
. "$TESTS/lib/nm.sh"

system_up "$PAIR"
nm_start
nm_add ib type infiniband ifname "$IFA" transport-mode datagram \
	ipv4.method manual ipv4.addresses "$A4/24" ipv6.method manual ipv6.addresses "$A6/64"
nm_up ib
[ "$(nmcli -g GENERAL.TYPE device show "$IFA")" = infiniband ] || fail "not infiniband for nmcli"
nm_hwaddr=$(nmcli -g GENERAL.HWADDR device show "$IFA" | tr -d '\134' | tr A-F a-f)
[ "$nm_hwaddr" = "$(cat "/sys/class/net/$IFA/address")" ] || fail "nmcli: address $nm_hwaddr"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"

note "MTU"
must nmcli connection modify --temporary ib infiniband.mtu 1500
nm_up ib
must_wait 10 has_mtu hostA "$IFA" 1500
assert_ping hostA "$B4" 1472
must nmcli connection modify --temporary ib infiniband.mtu 0
nm_up ib

note "down and up"
must nmcli --wait 20 connection down ib
! has_address "$IFA" "$A4" || fail "the address stays when the connection is down"
nm_up ib
must_wait 10 can_ping hostA "$B4"

note "link"
cable_out sib0
must_wait 20 nm_is "$IFA" unavailable
cable_in sib0
must_wait 30 nm_is "$IFA" connected
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"

note "driver unloaded and loaded"
stack_unload
must_wait 10 negate nmcli device show "$IFA"
system_drivers "$PAIR"
must_wait 30 nm_is "$IFA" connected
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"

[ "$PAIR" = ours-ours ] || exit 0
note "connected mode"
must nmcli connection modify --temporary ib infiniband.transport-mode connected
! nmcli --wait 30 connection up ib || fail "connected mode is taken"
assert_log "$IFA: there is no connected mode.* leave them out of the configuration, see"
must nmcli connection modify --temporary ib infiniband.transport-mode datagram
nm_up ib
must_wait 10 can_ping hostA "$B4"
