#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# P_Key children, of accel_mlx, accel_ref and, as control, the kernel's own driver. Two hosts are limited
# members of the partition and talk with the third, which is a full one, but not with each other: what they
# try, their cards drop and count. A host that is no member any more gets nothing: the switch stops, and
# counts, what is still sent to it.
#
#	OpenSM---mlx5_0---+        +---mlx5_2---[ib0.8001] hostA
#	                  + switch +---mlx5_3---[ib1.8001] hostB
#	                           +---mlx5_1---[ib2.8001] hostC
#
# lane: connectx-long
# limit: 240
# matrix: DRIVER=mlx,ref,intree
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3 HCA_C=mlx5_1
. "$TESTS/lib/host.sh"

SWITCH_GUID=0x0258434d00010000

# members GUID=MEMBERSHIP...: of the children's partition, beside the subnet manager.
members()
{
	members_all=SELF=full
	for member; do
		members_all=$members_all,$member
	done
	sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
second=0x0001, ipoib, mtu=4, rate=3 : $members_all;"
}

# violations HCA: packets with a wrong P_Key that came to its port.
violations()
{
	smpquery -C mlx5_0 -P 1 portinfo "$(port_lid "$1")" 1 | sed -n 's/^PkeyViolations:\.*//p'
}

# violations_above HCA COUNT
violations_above()
{
	[ "$(violations "$1")" -gt "$2" ]
}

# stopped_before HCA: packets that the switch did not send to it.
stopped_before()
{
	perfquery -C mlx5_0 -P 1 -G "$SWITCH_GUID" $((${1#mlx5_} + 1)) |
		sed -n 's/^PortXmitConstraintErrors:\.*//p'
}

# stopped_more HCA COUNT
stopped_more()
{
	[ "$(stopped_before "$1")" -gt "$2" ]
}

# children: all hosts have one, and N of 10.9.1.N is 1, 2, 3.
children()
{
	child_add hostA "$IFA" 0x8001 "$whose"
	child_add hostB "$IFB" 0x8001 "$whose"
	child_add hostC "$IFC" 0x8001 "$whose"
	children_up hostA "$IFA.8001" hostB "$IFB.8001" hostC "$IFC.8001"
}

cards_up
guid_a=$(port_guid "$HCA_A") guid_b=$(port_guid "$HCA_B") guid_c=$(port_guid "$HCA_C")
members "$guid_a=limited" "$guid_b=limited" "$guid_c=full"
sm_start mlx5_0
must_wait 10 all_active
case $DRIVER in
intree)
	whose=intree
	must modprobe ib_ipoib
	;;
*)
	whose=ours
	must modprobe ipoib_core "accel=$(accels "$HCA_A:$DRIVER" "$HCA_B:$DRIVER" "$HCA_C:ref")"
	must_wait 10 served_by "$HCA_A" "$DRIVER"
	must_wait 10 served_by "$HCA_B" "$DRIVER"
	;;
esac
must_wait 10 netdev_of "$HCA_C" "$whose"
IFC=$(netdev_of "$HCA_C" "$whose")
hosts_take "$whose-$whose"
host_add hostC
host_take hostC "$IFC"
must ip -n hostC link set "$IFC" up
must_wait 20 is_running hostC "$IFC"
must_wait 10 has_pkey "$HCA_A" 0x0001
must_wait 10 has_pkey "$HCA_B" 0x0001
must_wait 10 has_pkey "$HCA_C" 0x8001

note "limited members"
children
ping_sizes hostA 10.9.1.3 64 2016
ping_sizes hostC 10.9.1.1 64 2016
ping_sizes hostB fd00:9:1::3 64 2016
before=$(violations "$HCA_B")
! on hostA ping -n -c 3 -W 2 10.9.1.2 > "$TMPDIR/ping" || fail "two limited members talk"
must_wait 10 violations_above "$HCA_B" "$before"
note "violations at hostB: $before, and then $(violations "$HCA_B")"
ping_sizes hostA "$B4" 64

note "full members"
members "$guid_a=full" "$guid_b=full" "$guid_c=full"
sm_sweep mlx5_0
must_wait 20 has_pkey "$HCA_A" 0x8001
must_wait 20 has_pkey "$HCA_B" 0x8001
must_wait 20 can_ping hostA 10.9.1.2
ping_sizes hostA 10.9.1.2 64 2016

note "hostB is no member"
members "$guid_a=full" "$guid_c=full"
# Whoever asks for an address asks everybody: the group may still have hostB's port.
spawn hostA ping -n -q -i 0.2 10.9.1.2 > "$TMPDIR/ping" 2>&1
before=$(stopped_before "$HCA_B")
sm_sweep mlx5_0
must_wait 20 negate has_pkey "$HCA_B" 0x8001
must_wait 20 stopped_more "$HCA_B" "$before"
note "stopped on their way to hostB: $before, and then $(stopped_before "$HCA_B")"
! on hostA ping -n -c 3 -W 2 10.9.1.2 > "$TMPDIR/ping" || fail "hostB is no member, and talks"
ping_sizes hostA 10.9.1.3 64 2016

note "hostB is one again"
members "$guid_a=full" "$guid_b=full" "$guid_c=full"
sm_sweep mlx5_0
must_wait 20 has_pkey "$HCA_B" 0x8001
must_wait 20 can_ping hostA 10.9.1.2
ping_sizes hostB fd00:9:1::1 64 2016
