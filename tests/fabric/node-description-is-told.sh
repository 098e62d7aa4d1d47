#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A new node description, and an SM that starts on another HCA, are told to the SM by trap 144; it
# represses the trap, so that it comes once.
#
#	sib0 (opensm, no light sweeps)---switch---sib1
#
# check: 6.1
# limit: 60
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

traps()
{
	grep -c "num:$1" "$SM_DIR/sib0/log" || :
}

more_traps_than()
{
	[ "$(traps 144)" -gt "$1" ]
}

known_as()
{
	saquery | grep -q "NodeDescription.*$1"
}

fabric_up 2
SM_SWEEP=0 sm_start sib0
must_wait 10 all_active
before=$(traps 144)
echo 'the new name' > /sys/class/infiniband/sib1/node_desc
must_wait 5 more_traps_than "$before"
must_wait 10 known_as 'the new name'
sleep 1.5
is "traps of one change" "$(traps 144)" $((before + 1))

SM_SWEEP=0 sm_start sib1 --priority 1
must_wait 5 more_traps_than $((before + 1))
assert_strict_clean
