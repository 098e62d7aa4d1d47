#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# systemd-networkd gets an address for an InfiniBand interface from dnsmasq, as RFC 4390 wants it.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: PAIR=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/system.sh"

system_up "$PAIR"
peer_dhcp
mkdir -p /run/systemd/network
printf '[Match]\nType=infiniband\n[Network]\nDHCP=ipv4\n' > /run/systemd/network/10-ib.network
service_start systemd-networkd
must_wait 30 grep -q DHCPACK "$TMPDIR/dnsmasq"
must_wait 10 can_ping hostA "$B4"
# A DUID, as systemd makes it of the machine's id.
assert_lease 'ff(:[0-9a-f]{2}){4}:00:02:00:00:ab:11(:[0-9a-f]{2}){8}'
