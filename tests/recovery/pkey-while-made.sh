#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The P_Key table changes while a port's interface is being registered, which waits for RTNL: the
# interface has read the old one and is not there yet for the event. It follows all the same.
#
#	ib0---sib0, slow---+ switch +---sib2 OpenSM
#	ib1---sib1---------+
#
# lane: quick
# check: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

# in_kernel FUNCTION: some process is there at this moment.
in_kernel()
{
	grep -qs "$1" /proc/[0-9]*/stack
}

fabric_up 3
sm_start sib2
must_wait 20 all_active
must_wait 10 has_pkey sib1 0x8001
must modprobe ipoib_core accel=sib0/1:ref,sib1/1:min,sib2/1:none
must_wait 10 served_by sib0 ref
must_wait 10 served_by sib1 min
must rmmod accel_min
knob sib0 slow_ms 3000
ip link set "$(netdev_of sib0 ours)" up &
up=$!
must_wait 10 in_kernel ib_modify_qp
modprobe accel_min &
made=$!
must_wait 10 in_kernel ipoib_intf_create
knob sib1 pkeys "0 0x8001"
in_kernel ipoib_intf_create || fail "the interface was made before the event"
knob sib0 slow_ms 0
must wait "$up"
must wait "$made"

link=$(netdev_of sib1 ours)
must_wait 5 grep -qx 0x8001 "/sys/class/net/$link/pkey"
must ip link set "$link" up
must_wait 20 grep -qx 1 "/sys/class/net/$link/carrier"
assert_strict_clean
