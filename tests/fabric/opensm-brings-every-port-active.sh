#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An unmodified OpenSM finds switch and HCAs, gives each port a LID of its own and brings it ACTIVE;
# without it ports stay in INIT and pass nothing. It does so again when it is started anew.
#
#	sib0 (opensm)---+--------+---sib2
#	                | switch |
#	sib1------------+--------+---sib3
#
# limit: 60
# lane: quick
# check: 6.12
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

every_lid()
{
	for hca in $(hcas); do
		port_lid "$hca"
	done
}

fabric_up 4
for hca in $(hcas); do
	must port_is "$hca" INIT
	is "LID of $hca" "$(port_lid "$hca")" 0
done
ibping_server sib3
is "ibping without an SM" "$(ibpings sib1 4)" 0
at_least "dropped without an SM" "$(drops_of sib1 link_down)" 1

sm_start sib0
must_wait 10 all_active
is "ports with a LID of their own" "$(every_lid | sort -u | grep -cv '^0$')" 4
must can_ibping sib1 "$(port_lid sib3)"

note "stopped and started, ports stay as they are"
before=$(every_lid)
sm_stop sib0
must all_active
must can_ibping sib1 "$(port_lid sib3)"
sm_start sib0
must all_active
is "LIDs" "$(every_lid)" "$before"
for hca in $(hcas); do
	is "links of $hca that went down" "$(counter "$hca" link_downed)" 0
	is "malformed SMPs of $hca" "$(drops_of "$hca" bad_smp)" 0
done
assert_strict_clean
