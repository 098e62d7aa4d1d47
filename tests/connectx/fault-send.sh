#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Sends of hostA complete with an error: first of pings only, then under TCP. The queue works again
# afterwards. (Topology and drivers: faults.sh.)
#
# lane: connectx DRIVER=mlx
# lane: connectx-long
# limit: 150
# matrix: DRIVER=mlx,ref,intree-queues,intree-plain
. "$TESTS/connectx/words.sh"
. "$TESTS/connectx/faults.sh"
. "$TESTS/lib/host.sh"

fault_hosts
for round in 1 2 3; do
	card_knob "$HCA_A" send_error 1
	must_wait 10 fault_taken "$HCA_A" send_error
	goes_on "a send fails, round $round"
done
iperf_server hostB
traffic_start hostA "$B4"
tcp_mark
must_wait 10 tcp_moves
for round in 1 2 3; do
	card_knob "$HCA_A" send_error 1
	must_wait 10 fault_taken "$HCA_A" send_error
	goes_on "a send fails under TCP, round $round"
	tcp_mark
	must_wait 20 tcp_moves
done
traffic_stop
