#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# OpenSM programs the partitions of HCAs and switch ports; a packet of another partition is dropped
# at the switch or at the receiver and counted, by changing the P_Key table of one end under it.
#
#	sib0 (opensm)---switch---sib1 (ibping server; partition 1 as well)
#
# check: 6.12
# limit: 60
# lane: quick
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

switch_port()
{
	smpquery -C sib0 -D portinfo 0,1 "$1" | sed -n "s/^$2:\.*//p"
}

fabric_up 3
sm_partitions "Default=0x7fff, ipoib, defmember=full : ALL=full;
second=0x0001 : $(port_guid sib1)=full, $(port_guid sib2)=limited;"
sm_start sib0
must_wait 10 all_active
must_wait 5 has_pkey sib1 0x8001
must has_pkey sib2 0x0001
! has_pkey sib0 0x8001 || fail "sib0 is in a partition that it is no member of"
is "enforcement inbound" "$(switch_port 2 PartEnforceInb)" 1
is "enforcement outbound" "$(switch_port 2 PartEnforceOutb)" 1
says '0x8001' smpquery -C sib0 -D pkeys 0,1 2

ibping_server sib1
lid=$(port_lid sib1)
must_wait 5 can_ibping sib0 "$lid"

note "the receiver leaves the partition"
knob sib1 pkeys '0 0x8009'
before=$(drops_of sib1 pkey)
is "answers of another partition" "$(ibpings sib0 "$lid" 1)" 0
at_least "dropped by the receiver" $(($(drops_of sib1 pkey) - before)) 1
knob sib1 pkeys '0 0xffff'
must_wait 5 can_ibping sib0 "$lid"

note "the sender invents a P_Key"
knob sib0 pkeys '0 0x8009'
before=$(drops_of sib0 pkey)
is "answers to another partition" "$(ibpings sib0 "$lid" 1)" 0
at_least "dropped at the switch" $(($(drops_of sib0 pkey) - before)) 1
knob sib0 pkeys '0 0xffff'
must_wait 5 can_ibping sib0 "$lid"

note "two limited members may not talk"
knob sib0 pkeys '0 0x7fff'
knob sib1 pkeys '0 0x7fff'
is "answers between limited members" "$(ibpings sib0 "$lid" 1)" 0
assert_strict_clean
