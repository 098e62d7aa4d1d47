#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A send queue of hostA completes nothing any more. For a moment: nothing is lost but time. For good: the
# watchdog finds it, and the driver goes on with a new one. (Topology and drivers: faults.sh.)
#
# The watchdog's message is a warning with a backtrace on some kernels: it is what this test is about.
# allow-dmesg: NETDEV WATCHDOG|WARNING: .*(dev_watchdog|sch_generic)|Call Trace|cut here
#
# lane: connectx DRIVER=mlx
# lane: connectx-long
# limit: 240
# matrix: DRIVER=mlx,ref,intree-queues,intree-plain
. "$TESTS/connectx/words.sh"
. "$TESTS/connectx/faults.sh"
. "$TESTS/lib/host.sh"

# a_way_stands_still: the queue may be that of hostA's requests, or that of its answers.
a_way_stands_still()
{
	pings_stand_still hostA || pings_stand_still hostB
}

# queues_small: the watchdog looks at queues that are stopped, and a connection that waits for its packets to
# leave does not fill one, unless few bytes do. A driver without byte limits stops when its ring is full.
queues_small()
{
	must on hostA sh -c "for limit in /sys/class/net/$IFA/queues/tx-*/byte_queue_limits/limit_max; do
		echo 3000 > \$limit
	done"
}

fault_hosts
card_knob "$HCA_A" stuck_sq 1
must_wait 10 fault_taken "$HCA_A" stuck_sq
must_wait 10 a_way_stands_still
card_knob "$HCA_A" stuck_sq 0
goes_on "stuck for a moment"

iperf_server hostB
traffic_start hostA "$B4"
queues_small
tcp_mark
must_wait 10 tcp_moves
log_mark
card_knob "$HCA_A" stuck_sq 1
must_wait 10 fault_taken "$HCA_A" stuck_sq
must_wait 60 log_has 'NETDEV WATCHDOG|transmit timeout|timed out'
note "$(dmesg | grep -E 'NETDEV WATCHDOG|transmit timeout' | tail -n 1)"
goes_on "stuck until the watchdog"
case $DRIVER in
mlx | ref)
	# Figures of the stack are in hostA's /sys.
	must ip netns exec hostA ipoibctl explain > "$TMPDIR/explained"
	grep "^$IFA: [a-z]*: a TX queue was stuck" "$TMPDIR/explained" || {
		cat "$TMPDIR/explained"
		fail "a queue that was stuck is not explained"
	}
	;;
esac
tcp_mark
must_wait 20 tcp_moves
traffic_stop
