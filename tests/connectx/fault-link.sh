#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The cable of hostA's card is pulled, and put back: once for long, then three times at once. Traffic goes
# on each time. (Topology and drivers: faults.sh.)
#
# lane: connectx-long
# limit: 150
# matrix: DRIVER=mlx,ref,intree-queues,intree-plain
. "$TESTS/connectx/words.sh"
. "$TESTS/connectx/faults.sh"
. "$TESTS/lib/host.sh"

fault_hosts
card_knob "$HCA_A" link 0
must_wait 10 port_is "$HCA_A" DOWN
must_wait 10 negate is_running hostA "$IFA"
must_wait 10 pings_stand_still hostA
must_wait 10 pings_stand_still hostB
card_knob "$HCA_A" link 1
must_wait 20 port_is "$HCA_A" ACTIVE
goes_on "the cable is back"
for round in 1 2 3; do
	card_knob "$HCA_A" link 0
	card_knob "$HCA_A" link 1
done
must_wait 20 port_is "$HCA_A" ACTIVE
goes_on "three times in a row"
is_running hostA "$IFA" || fail "traffic, but no carrier"
