#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The broadcast group is gone for good: another subnet manager has no IPoIB in the partition. The
# carrier goes off when the SA has refused the group four times, with one message, and is back, with
# another one, when the group is. (In-tree keeps the carrier: no control.)
# (Topology: lib/outage.sh)
#
# lane: quick
# kernel: 6.12
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

BROADCAST=ff12:401b:ffff::ffff:ffff

# has_handle INTERFACE: of the broadcast group, by which packets would be sent there.
has_handle()
{
	grep -A 3 '^GID: ff12:401b:ffff:0:0:0:ffff:ffff$' "/sys/kernel/debug/ipoib/$1_mcg" |
		grep -q 'complete: *yes'
}

# joined_again: since trace_on.
joined_again()
{
	traced "ipoib_join_answered: dev=$IFA gid=$BROADCAST .*status=0" &&
		traced "ipoib_join_answered: dev=$IFB gid=$BROADCAST .*status=0"
}

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
must_wait 10 can_ping hostA "$B4"
must has_handle "$IFA"
sm_kill "$HCA_SM"
sm_partitions 'Default=0x7fff, defmember=full : ALL=full;'
sm_start "$HCA_SM"
must_wait 30 negate is_running hostA "$IFA"
must_wait 30 negate is_running hostB "$IFB"
for link in "$IFA" "$IFB"; do
	assert_log "$link: no carrier: joining the broadcast group .*failed"
done
[ -z "$(group_members "$HCA_SM" "$BROADCAST")" ] || fail "the group has members after all"
# Its LID may be another group's by now.
must_wait 5 negate has_handle "$IFA"
must_wait 5 negate has_handle "$IFB"

explains hostA "$IFA" "broken: no carrier: the broadcast group $BROADCAST is not among the [0-9]+ groups that the subnet"

# shellcheck disable=SC2119
sm_partitions
sm_kill "$HCA_SM"
sm_start "$HCA_SM"
must_wait 20 is_running hostA "$IFA"
must_wait 20 is_running hostB "$IFB"
for link in "$IFA" "$IFB"; do
	assert_log "$link: joined the broadcast group .*after all"
	is "messages of $link" "$(dmesg | tail -n "+$((${LOG_FROM:-0} + 1))" |
		grep -c "$link: no carrier: joining")" 1
done
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
explains_well hostA "$IFA"

note "it is joined again, as after any event: nothing was wrong, and nothing is told"
trace_on ipoib/ipoib_join_answered
port_event "$HCA_A" client_reregister
port_event "$HCA_B" client_reregister
must_wait 10 joined_again
trace_off
must_wait 10 can_ping hostA "$B4"
for link in "$IFA" "$IFB"; do
	is "messages of $link" "$(dmesg | tail -n "+$((${LOG_FROM:-0} + 1))" |
		grep -c "$link: joined the broadcast group .*after all")" 1
done
assert_strict_clean
