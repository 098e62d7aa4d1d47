#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The LIDs of both hosts change: to one that the SM does not know of, from which its next sweep takes
# the port back, and by OpenSM itself when it is told others. Peers' addresses stay, the way to them
# does not: traffic goes on within 5 s of the sweep.
# (Topology: lib/outage.sh)
#
# lane: full PAIR=ours-intree
# lane: quick
# check: 6.12 PAIR=ours-ours
# kernel: 6.1 PAIR=ours-intree
# limit: 120
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

lid_is()
{
	[ "$(port_lid "$1")" = "$2" ]
}

outage_up "$PAIR"

note "moved, and found by the next sweep"
for port in "$HCA_B" "$HCA_A"; do
	old=$(port_lid "$port")
	knob "$port" lid $((old + 200))
	sm_sweep "$HCA_SM"
	must_wait 10 all_active
	assert_resumes "LID of $port was $old, $((old + 200)), is $(port_lid "$port")"
done

note "by a new subnet manager that is told other LIDs"
sm_kill "$HCA_SM"
printf '%s 0x0029 0x0029\n\n%s 0x002a 0x002a\n\n' "$(port_guid "$HCA_A")" "$(port_guid "$HCA_B")" \
	> "$SM_DIR/$HCA_SM/guid2lid"
sm_start "$HCA_SM"
must_wait 10 lid_is "$HCA_A" 41
must_wait 10 lid_is "$HCA_B" 42
assert_resumes "LIDs are 41 and 42"
assert_group_works "LIDs reassigned"
explains_well hostA "$IFA"
pings_stop
assert_strict_clean
