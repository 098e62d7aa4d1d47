#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An OpenSM that is told other LIDs moves the ports there; packets find them at the new ones. The
# knob does the same while there is no SM (one that sweeps would route by what it read before); the
# next SM takes it back.
#
#	sib0 (opensm)---switch---sib1 (ibping server)
#
# limit: 60
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

lid_is()
{
	[ "$(port_lid "$1")" = "$2" ]
}

fabric_up 2
sm_start sib0
must_wait 10 all_active
ibping_server sib1
old=$(port_lid sib1)
must_wait 5 can_ibping sib0 "$old"

note "by the SM"
sm_stop sib0
printf '%s 0x0029 0x0029\n\n%s 0x002a 0x002a\n\n' "$(port_guid sib0)" "$(port_guid sib1)" \
	> "$SM_DIR/sib0/guid2lid"
sm_start sib0
must_wait 10 lid_is sib1 42
must_wait 10 lid_is sib0 41
must_wait 5 can_ibping sib0 42
is "answers at the old LID" "$(ibpings sib0 "$old" 1)" 0

note "by the knob"
sm_stop sib0
knob sib1 lid 77
is "LID" "$(port_lid sib1)" 77
must can_ibping sib0 77
before=$(drops_of sib1 bad_lid)
is "answers at the old LID" "$(ibpings sib0 42 1)" 0
at_least "arrived with the old LID" $(($(drops_of sib1 bad_lid) - before)) 1
sm_start sib0
must_wait 10 lid_is sib1 42
must_wait 5 can_ibping sib0 42
assert_strict_clean
