#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# OpenSM's heavy sweep (SIGHUP) programs everything anew, ten times, under ibping: LIDs stay, no
# port leaves ACTIVE, no answer is lost.
#
#	sib0 (opensm)---switch---sib1 (ibping server)
#
# check: 6.1
# limit: 90
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

sweeps()
{
	grep -c 'SUBNET UP' "$SM_DIR/sib0/log" || :
}

swept_since()
{
	[ "$(sweeps)" -gt "$1" ]
}

fabric_up 2
sm_start sib0
must_wait 10 all_active
ibping_server sib1
lid=$(port_lid sib1)
must_wait 5 can_ibping sib0 "$lid"
for round in 1 2 3 4 5 6 7 8 9 10; do
	before=$(sweeps)
	sm_reload sib0
	is "answers in round $round" "$(ibpings sib0 "$lid" 20 1000)" 20
	must_wait 10 swept_since "$before"
	must all_active
done
is "LID" "$(port_lid sib1)" "$lid"
is "links that went down" "$(counter sib1 link_downed)" 0
assert_strict_clean
