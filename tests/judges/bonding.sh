#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's bonding makes one link of two ports, and of two P_Key children of them: when the cable
# of the active port goes, the other one takes over, the peer learns its address by itself, and TCP
# goes on both ways. rdma_cm finds the bond, on either port.
#
#	hostA [bond0 = P1 + P2             ]---sib0---+        +---sib2---[IFB] hostB
#	      [bond1 = P1.8001 + P2.8001   ]---sib1---+ switch +          [IFB.8001]
#	                                              +--------+---sib3   OpenSM
#
# lane: slow DRIVER=intree
# lane: full
# kernel: 6.1
# limit: 400
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

bond_hosts "$DRIVER"
for hca in sib0 sib1 sib2; do
	must_wait 10 has_pkey "$hca" 0x8001
done
child_add hostA "$P1" 0x8001 "$DRIVER"
child_add hostA "$P2" 0x8001 "$DRIVER"
child_add hostB "$IFB" 0x8001 "$DRIVER"
bond_up hostA bond0 "$P1" "$P2"
bond_up hostA bond1 "$P1.8001" "$P2.8001"
host_address hostA bond0 "$A4/24" "$A6/64"
children_up hostA bond1 hostB "$IFB.8001"
# The peer's kernel believes an address for a second, whatever is announced meanwhile.
for link in "$IFB" "$IFB.8001"; do
	for family in ipv4 ipv6; do
		echo 0 | on hostB tee "/proc/sys/net/$family/neigh/$link/locktime" > /dev/null
	done
done

# port_of LLADDR: all but the number of the QP, of which a host may have several.
port_of()
{
	echo "${1#??:??:??:??:}"
}

# peer_knows ADDRESS INTERFACE BOND: hostB has, for ADDRESS, the present link address of BOND.
peer_knows()
{
	[ "$(port_of "$(ip -n hostB -j neighbour show "$1" dev "$2" | jq -r '.[0].lladdr')")" = \
		"$(port_of "$(lladdr hostA "$3")")" ]
}

# fails_over HCA PORT: the cable of HCA goes, PORT and its child take over, hostB is told.
fails_over()
{
	was=$(lladdr hostA bond0)
	cable_out "$1"
	must_wait 5 bond_active_is hostA bond0 "$2"
	must_wait 5 bond_active_is hostA bond1 "$2.8001"
	now=$(lladdr hostA bond0)
	[ "$now" != "$was" ] || fail "the bond's address is still $was"
	[ "$now" = "$(lladdr hostA "$2")" ] || fail "the bond's address is $now, not that of $2"
	must_wait 5 peer_knows "$A4" "$IFB" bond0
	must_wait 5 peer_knows "$A6" "$IFB" bond0
	must_wait 5 peer_knows 10.9.1.1 "$IFB.8001" bond1
}

# comes_back HCA PORT
comes_back()
{
	cable_in "$1"
	must_wait 20 bond_port_is_good hostA "$2"
	must_wait 20 bond_port_is_good hostA "$2.8001"
}

all_answer()
{
	can_ping hostA "$B4" && can_ping hostA "$B6" && can_ping hostA 10.9.1.2 &&
		can_ping hostB "$A4" && can_ping hostB "$A6" && can_ping hostB 10.9.1.1
}

must_wait 20 all_answer
bond_active_is hostA bond0 "$P1" || fail "the active port is not the first one"
note "bonding starts with an MTU of 1500; what is set there is set on its ports"
must ip -n hostA link set bond0 mtu 2044
must has_mtu hostA "$P1" 2044
must has_mtu hostA "$P2" 2044
ip -n hostA link show dev bond0 | grep -q link/infiniband || fail "the bond is no InfiniBand link"

must modprobe rdma_cm_probe
rdma_cm_finds_it()
{
	cm_works hostA bond0 "$A4" hostB "$IFB" "$B4"
	cm_works hostB "$IFB" "$B4" hostA bond0 "$A4"
}

rdma_cm_finds_it
note "without traffic: hostB hears of it all the same"
fails_over sib0 "$P2"
must_wait 10 all_answer
rdma_cm_finds_it
must rmmod rdma_cm_probe
comes_back sib0 "$P1"

# received HOST FILTER: bytes, of the connection that has got most.
received()
{
	on "$1" ss -Htni state established "$2" |
		sed -n 's/.*bytes_received:\([0-9]*\).*/\1/p' | sort -n | tail -n 1
}

mark()
{
	mark_a=$(received hostA 'dport = :5201')
	mark_b=$(received hostB 'sport = :5201')
}

both_move()
{
	now_a=$(received hostA 'dport = :5201')
	now_b=$(received hostB 'sport = :5201')
	[ "${now_a:-0}" -gt $((${mark_a:-0} + 50000)) ] &&
		[ "${now_b:-0}" -gt $((${mark_b:-0} + 50000)) ]
}

note "under TCP, both ways"
iperf_server hostB
# It has to go on, not to be fast.
traffic_start hostA "$B4" --bidir -b 20M
mark
must_wait 10 both_move
fails_over sib1 "$P1"
mark
must_wait 15 both_move
note "TCP goes on after $WAITED ms"
comes_back sib1 "$P2"
fails_over sib0 "$P2"
mark
must_wait 15 both_move
note "TCP goes on after $WAITED ms"
traffic_stop
[ "$DRIVER" = intree ] || assert_strict_clean

note "the cards are pulled out: bonding ends a bond with the last port that is not Ethernet's"
fabric_down
must_wait 10 negate ip -n hostA link show dev "$P1"
must_wait 10 negate ip -n hostA link show dev "$P2.8001"
must_wait 10 negate ip -n hostA link show dev bond1
must_wait 10 negate ip -n hostA link show dev bond0
