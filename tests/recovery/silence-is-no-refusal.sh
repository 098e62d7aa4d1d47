#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A subnet manager that has just started does not answer for a while, and then refuses the broadcast group once: what
# was joined goes on to be used. Silence takes nothing away, and it takes four refusals. (In-tree keeps the carrier: no
# control.)
# (Topology: lib/outage.sh)
#
# lane: full
# kernel: 6.12
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

# told PATTERN: netlink says so of hostA's interface.
told()
{
	on hostA "$TESTS/netdev/nl" dev-get | grep -Eq " $1( |\$)"
}

outage_up ours-ours
knob "$HCA_A" sa_mute 1
sm_kill "$HCA_SM"
sm_partitions 'Default=0x7fff, defmember=full : ALL=full;'
sm_start "$HCA_SM"
must_wait 60 told 'error=110 tries=[3-9]'
is_running hostA "$IFA" || fail "the carrier has gone with an SA that says nothing"
explains hostA "$IFA" "limited: the broadcast group cannot be joined again: the subnet administrator does not answer; it is"
knob "$HCA_A" sa_mute 0
must_wait 40 told error=22
is_running hostA "$IFA" || fail "one refusal was taken for four"
note "refused, and the carrier is there"
explains hostA "$IFA" "limited: the broadcast group cannot be joined again: the subnet administrator refuses; it is used as it was"
sm_partitions
sm_kill "$HCA_SM"
sm_start "$HCA_SM"
assert_resumes "the group is back"
must_wait 20 told error=0
pings_stop
