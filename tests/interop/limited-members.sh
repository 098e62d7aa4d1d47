#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Limited members of the partition, at a switch that enforces it as OpenSM programs it: they have carrier,
# talk with a full member, and not with each other.
#
#	hostA [full]---sib0 (opensm)---+ switch +---sib1---[limited] hostB
#	                                        +---sib2---[limited] hostC
#
# lane: full
# kernel: 6.12
# limit: 120
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/fabric/words.sh"

C4=10.9.0.3 C6=fd00:9::3

fabric_up 3
sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3 : $(port_guid sib0)=full, \
$(port_guid sib1)=limited, $(port_guid sib2)=limited;"
hosts_up "$DRIVER-$DRIVER"
is "sib1's P_Key" "$(sed -n 's/^0 //p' "$SOFT_IB/sib1/pkeys")" 0x7fff
for port in 1 2 3; do
	for way in Inb Outb; do
		smpquery -C sib0 -D portinfo 0,1 "$port" | grep -q "^PartEnforce$way:\.*1" ||
			fail "port $port of the switch does not enforce partitions ($way)"
	done
done
host_joins hostC sib2 "$DRIVER" "$C4/24" "$C6/64"

note "a full member and a limited one"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostC "$A4"
must_wait 10 can_ping hostC "$A6"
must_wait 10 can_ping hostB "$A6"
iperf_server hostA
iperf_run hostB "$A4" 1

note "two limited ones"
drops_forget
! can_ping hostB "$C4" || fail "two limited members talk"
! can_ping hostC "$B4" || fail "two limited members talk"
at_least "dropped at the switch on the way from sib1" "$(drops_of sib1 pkey)" 1
at_least "dropped at the switch on the way from sib2" "$(drops_of sib2 pkey)" 1
must_wait 10 can_ping hostA "$C4"
assert_strict_clean
