#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The cable of either host is pulled and put back: carrier follows, and traffic goes on within 5 s of
# the port being ACTIVE again, also when it was pulled several times in a row.
# (Topology: lib/outage.sh)
#
# lane: slow PAIR=ours-intree
# lane: quick
# check: 6.12 PAIR=ours-ours
# kernel: 6.1 PAIR=ours-intree
# limit: 120
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

outage_up "$PAIR"

# flap HCA HOST INTERFACE
flap()
{
	cable_out "$1"
	must_wait 5 negate is_running "$2" "$3"
	case $PAIR,$2 in
	*-intree,hostB) ;;
	*) explains "$2" "$3" "broken: no carrier: port $1/1 is down" ;;
	esac
	must_wait 10 pings_stand_still hostA
	must_wait 10 pings_stand_still hostB
	cable_in "$1"
	must_wait 20 port_is "$1" ACTIVE
	assert_resumes "link of $1 is back"
	is_running "$2" "$3" || fail "traffic, but no carrier"
}

flap "$HCA_B" hostB "$IFB"
flap "$HCA_A" hostA "$IFA"
for round in 1 2 3; do
	cable_out "$HCA_B"
	cable_in "$HCA_B"
done
must_wait 20 port_is "$HCA_B" ACTIVE
assert_resumes "three times in a row"
assert_group_works "three times in a row"
explains_well hostA "$IFA"
pings_stop
assert_strict_clean
