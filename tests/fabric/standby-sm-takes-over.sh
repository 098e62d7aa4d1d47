#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Of two OpenSMs one waits; it takes over when the master dies, and hands the fabric back to one of
# higher priority. Ports stay ACTIVE and passing all the while.
#
#	sib0 (opensm, priority 14)---+--------+---sib2
#	                             | switch |
#	sib1 (opensm, priority 3)----+--------+
#
# check: 6.1
# limit: 120
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

# masters HCA: every port says that its SM is the one on HCA.
masters()
{
	for hca in $(hcas); do
		[ "$(printf %d "$(cat "/sys/class/infiniband/$hca/ports/1/sm_lid")")" = \
			"$(port_lid "$1")" ] || return 1
	done
}

fabric_up 3
sm_start sib0 --priority 14
must_wait 10 all_active
sm_start sib1 --priority 3
must sm_is_master sib0
must masters sib0

note "the master dies"
sm_kill sib0
must_wait 20 sm_is_master sib1
must_wait 10 masters sib1
note "taken over after $WAITED ms"
must all_active

note "one of higher priority comes back"
sm_start sib0 --priority 14
must_wait 30 sm_is_master sib0
must_wait 20 masters sib0
must_wait 5 all_active
ibping_server sib2
must_wait 5 can_ibping sib1 "$(port_lid sib2)"
is "links that went down" "$(counter sib2 link_downed)" 0
assert_strict_clean
