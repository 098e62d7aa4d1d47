#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A bond that had a port of ours, which was taken out of it, goes on to make headers for its packets when the
# module has gone: by nothing of the module's. With a port again it works as before.
# (Topology: lib/bond.sh)
#
# The kernels of make check have bonds with headers of their own; make matrix has one of before.
# lane: slow
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

# asks: the bond sends an ARP request, or tries to.
asks()
{
	on hostA ping -n -q -c 1 -W 1 10.9.77.2 > /dev/null 2>&1 || :
}

bond_hosts ours
bond_up hostA bond0 "$P1"
host_address hostA bond0 10.9.77.1/24
asks
must ip -n hostA link set "$P1" nomaster
asks

note "without the module"
must rmmod "accel_$ACCEL"
must rmmod ipoib_core
asks

note "with the module again, and a port"
stack_load ours-ours
P1=$(netdev_of sib0 ours) || fail "no interface on sib0"
IFB=$(netdev_of sib2 ours) || fail "no interface on sib2"
host_take hostA "$P1"
host_take hostB "$IFB"
host_address hostB "$IFB" 10.9.77.2/24
must ip -n hostB link set "$IFB" up
must ip -n hostA link set "$P1" master bond0
must_wait 20 is_running hostB "$IFB"
must_wait 20 bond_port_is_good hostA "$P1"
must_wait 10 can_ping hostA 10.9.77.2
