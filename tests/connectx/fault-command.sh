#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A command of hostA's card gets its answer late: who gave it waits. Then later than mlx5_core waits, which
# is a minute: it gives the command up, and whoever asked. In all cases traffic goes on, and the interface
# can be set down and up afterwards, at the first try; and when the answer comes at last. (Topology and drivers: faults.sh.)
#
# lane: connectx-long
# limit: 420
# matrix: DRIVER=mlx,ref,intree-queues,intree-plain
. "$TESTS/connectx/words.sh"
. "$TESTS/connectx/faults.sh"
. "$TESTS/lib/host.sh"

# ask: makes the driver give commands, by setting the interface down and up; in the background.
ask()
{
	(
		ip -n hostA link set "$IFA" down
		ip -n hostA link set "$IFA" up
	) > "$TMPDIR/ask" 2>&1 &
	asking=$!
}

fault_hosts
note "late"
card_knob "$HCA_A" stuck_command 1
ask
must_wait 20 fault_taken "$HCA_A" stuck_command
must_wait 10 pings_stand_still hostA
card_knob "$HCA_A" stuck_command 0
wait "$asking" || :
must_wait 20 is_running hostA "$IFA"
goes_on "a command was answered late"

note "never, in the middle of opening it, and of closing it"
# Who gave the command waits that minute, with the lock of all interfaces: longer than any task of a test may.
hung=/proc/sys/kernel/hung_task_timeout_secs
hung_limit=$(cat "$hung")
# The answer must not stay out when something fails: nothing could be unloaded then.
trap 'echo "$hung_limit" > "$hung"; card_knob "$HCA_A" stuck_command 0' EXIT
echo 600 > "$hung"
log_mark
must ip -n hostA link set "$IFA" down
card_knob "$HCA_A" stuck_command 1
ip -n hostA link set "$IFA" up &
asking=$!
must_wait 20 fault_taken "$HCA_A" stuck_command
must_wait 90 log_has 'timeout|Timeout'
wait "$asking" || :
card_knob "$HCA_A" stuck_command 0
must_wait 20 log_has 'arrived after timeout'
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
goes_on "a command of its opening was given up"
log_mark
card_knob "$HCA_A" stuck_command 1
ask
must_wait 20 fault_taken "$HCA_A" stuck_command
must_wait 90 log_has 'timeout|Timeout'
note "$(dmesg | grep -i timeout | tail -n 1)"
wait "$asking" || :
cat "$TMPDIR/ask"
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
goes_on "a command was given up"

# mlx5_core keeps the entry of such a command until it is answered, and cannot be unloaded without.
card_knob "$HCA_A" stuck_command 0
must_wait 20 log_has 'arrived after timeout'
goes_on "the answer to it came"
