#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A cable pulled out takes both ends of the link down and is told to the SM by trap 128 (it does
# not sweep by itself here); put back, the port is ACTIVE again. ibportstate disables and enables a
# port of the switch, and the HCA behind it follows.
#
#	sib0 (opensm, no light sweeps)---switch-x-sib1
#
# check: 6.1
# limit: 60
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

sm_lost()
{
	grep -q "Removed port with GUID:0x0*${1#0x}" "$SM_DIR/sib0/log"
}

switch_port()
{
	smpquery -C sib0 -D portinfo 0,1 "$1" | sed -n "s/^$2:\.*//p"
}

fabric_up 2
SM_SWEEP=0 sm_start sib0
must_wait 10 all_active
ibping_server sib1
lid=$(port_lid sib1)
must_wait 5 can_ibping sib0 "$lid"

for round in 1 2 3; do
	note "round $round"
	cable_out sib1
	must port_is sib1 DOWN
	is "the switch's end" "$(switch_port 2 LinkState)" Down
	before=$(drops_of sib0 link_down)
	is "answers over a link that is down" "$(ibpings sib0 "$lid" 1)" 0
	at_least "dropped at the link" $(($(drops_of sib0 link_down) + $(drops_of sib0 no_route) - before)) 1
	must_wait 10 sm_lost "$(port_guid sib1)"
	cable_in sib1
	must_wait 10 all_active
	note "ACTIVE again after $WAITED ms"
	must_wait 5 can_ibping sib0 "$(port_lid sib1)"
done
at_least "links that went down" "$(counter sib1 link_downed)" 3

note "disabled and enabled by an SMP"
must ibportstate -C sib0 -D 0,1 2 disable
must port_is sib1 DOWN
is "physical state" "$(switch_port 2 PhysLinkState)" Disabled
must ibportstate -C sib0 -D 0,1 2 enable
must_wait 10 all_active
must ibportstate -C sib0 -D 0,1 2 reset
must_wait 10 all_active
assert_strict_clean
