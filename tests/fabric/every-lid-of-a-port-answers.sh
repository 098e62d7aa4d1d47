#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# With an LMC of 2 a port has four LIDs, aligned, and answers at each; the one after them is no route.
#
#	sib0 (opensm, lmc 2)---switch---sib1 (ibping server)
#
# check: 6.1
# limit: 60
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

fabric_up 2
SM_CONF='lmc 2' sm_start sib0
must_wait 10 all_active
base=$(port_lid sib1)
is "LMC" "$(cat /sys/class/infiniband/sib1/ports/1/lid_mask_count)" 2
is "LID modulo 4" $((base % 4)) 0
ibping_server sib1
must_wait 5 can_ibping sib0 "$base"
for lid in $base $((base + 1)) $((base + 2)) $((base + 3)); do
	is "answers at LID $lid" "$(ibpings sib0 "$lid" 3 1000)" 3
	says 'Channel Adapter' smpquery nodeinfo "$lid"
done
before=$(drops_of sib0 no_route)
is "answers at a LID that nobody has" "$(ibpings sib0 999 1)" 0
at_least "packets without a route" $(($(drops_of sib0 no_route) - before)) 1
assert_strict_clean
