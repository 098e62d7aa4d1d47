#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# systemd-networkd configures an interface, and makes a P_Key child of it with all that a .netdev
# file can say of one. MACAddress=none: networkd else gives the child an address of its own making, and
# in-tree's child then joins no group (status -22).
# (Topology: lib/system.sh, and IFA.8001, IFB.8001 in the partition 0x8001: 10.9.1.0/24)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: PAIR=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/system.sh"

system_up "$PAIR"
peer_child "$PAIR"
child=storage
mkdir -p /run/systemd/network
cat > /run/systemd/network/10-ib.network <<END
[Match]
Type=infiniband
Name=$IFA
[Link]
MTUBytes=2000
[Network]
Address=$A4/24
Address=$A6/64
IPoIB=$child
END
cat > /run/systemd/network/20-child.netdev <<END
[NetDev]
Name=$child
Kind=ipoib
MACAddress=none
[IPoIB]
PartitionKey=0x8001
Mode=datagram
IgnoreUserspaceMulticastGroups=yes
END
cat > /run/systemd/network/20-child.network <<END
[Match]
Name=$child
[Network]
Address=10.9.1.1/24
Address=fd00:9:1::1/64
END
service_start systemd-networkd

# networkctl_says INTERFACE REGEX
networkctl_says()
{
	networkctl --no-pager status "$1" | grep -Eq "$2"
}

must_wait 30 networkctl_says "$IFA" 'State: routable \(configured\)'
must_wait 30 networkctl_says "$child" 'State: routable \(configured\)'
for link in "$IFA" "$child"; do
	networkctl_says "$link" 'Type: infiniband' || fail "networkctl knows no type of $link"
done
networkctl_says "$child" 'Kind: ipoib' || fail "networkctl does not know what $child is"
ip -d link show dev "$child" | grep -Eq 'ipoib +pkey +0x8001 +mode +datagram +umcast +0*1' ||
	fail "$child is otherwise: $(ip -d link show dev "$child")"
has_mtu hostA "$IFA" 2000 || fail "the MTU is $(mtu_of hostA "$IFA")"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
must_wait 20 can_ping hostA 10.9.1.2
must_wait 10 can_ping hostA fd00:9:1::2

note "link"
cable_out sib0
must_wait 20 networkctl_says "$IFA" 'State: no-carrier'
cable_in sib0
must_wait 30 networkctl_says "$IFA" 'State: routable \(configured\)'
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA 10.9.1.2

note "child deleted"
must networkctl delete "$child"
must_wait 10 test ! -e "/sys/class/net/$child"
