#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# NetworkManager makes a P_Key child by itself, configures it and its parent, and removes it with its
# connection.
# (Topology: lib/system.sh, and IFA.8001, IFB.8001 in the partition 0x8001: 10.9.1.0/24)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: PAIR=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/system.sh"
. "$TESTS/lib/nm.sh"

system_up "$PAIR"
peer_child "$PAIR"
nm_start
nm_add parent type infiniband ifname "$IFA" transport-mode datagram \
	ipv4.method manual ipv4.addresses "$A4/24" ipv6.method disabled
nm_up parent
nm_add child type infiniband infiniband.parent "$IFA" infiniband.p-key 0x8001 \
	transport-mode datagram ipv4.method manual ipv4.addresses 10.9.1.1/24 \
	ipv6.method manual ipv6.addresses fd00:9:1::1/64
nm_up child

child=$IFA.8001
must_wait 20 nm_is "$child" connected
[ "$(cat "/sys/class/net/$child/pkey")" = 0x8001 ] ||
	fail "the P_Key of $child is $(cat "/sys/class/net/$child/pkey")"
[ "$(cat "/sys/class/net/$child/mode")" = datagram ] || fail "$child has another mode"
[ "$(nmcli -g GENERAL.TYPE device show "$child")" = infiniband ] || fail "no infiniband for nmcli"
must_wait 20 can_ping hostA 10.9.1.2
must_wait 10 can_ping hostA fd00:9:1::2
must_wait 10 can_ping hostA "$B4"
[ "$(sent_by hostA "$child")" -gt 1 ] || fail "$child has not sent this"

must nmcli --wait 20 connection delete child
must_wait 10 test ! -e "/sys/class/net/$child"
must_wait 10 can_ping hostA "$B4"
