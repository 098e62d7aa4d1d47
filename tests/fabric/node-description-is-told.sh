#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A new node description, and an SM that starts on another HCA, are told to the SM by trap 144; it
# represses the trap, so that it does not come again and again.
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

# traps_stand_still: one that is not repressed comes again after half a second.
traps_stand_still()
{
	traps_last=$(traps 144)
	! wait_for 2 more_traps_than "$traps_last"
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
must_wait 10 more_traps_than "$before"
must_wait 10 known_as 'the new name'
must_wait 10 traps_stand_still
# It may have come again before the SM was so far.
[ "$(traps 144)" -le $((before + 3 * TIME_SCALE)) ] || fail "$(($(traps 144) - before)) traps of one change"

before=$(traps 144)
SM_SWEEP=0 sm_start sib1 --priority 1
must_wait 10 more_traps_than "$before"
assert_strict_clean
