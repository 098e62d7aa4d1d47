#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# NetworkManager gets an address for an InfiniBand interface from dnsmasq, as RFC 4390 wants it, gives
# it back, and gets it again.
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
peer_dhcp
nm_start
nm_add ib type infiniband ifname "$IFA" transport-mode datagram ipv6.method disabled
nm_up ib
assert_lease '[0-9a-f:]+'
must_wait 10 can_ping hostA "$B4"
must nmcli --wait 20 connection down ib
nm_up ib
assert_lease '[0-9a-f:]+'
must_wait 10 can_ping hostA "$B4"
