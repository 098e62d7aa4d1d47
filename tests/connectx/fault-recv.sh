#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A packet for hostA completes with an error, and its receive queue stops, as a card's does. Ours goes on:
# accel_ref by itself, accel_mlx, whose queues are mlx5_core's, at the latest when its interface was set
# down and up. (Topology and drivers: faults.sh; the fault is on hostA's card.)
#
# lane: connectx-long
# limit: 150
# matrix: DRIVER=mlx,ref,intree-queues,intree-plain
. "$TESTS/connectx/words.sh"
. "$TESTS/connectx/faults.sh"
. "$TESTS/lib/host.sh"

fault_hosts
case $DRIVER in
# mlx5_core counts such an error on the queues for IPoIB, and does no more: once it has come explain only has a note.
mlx) RESTARTS=1 ;;
esac
for round in 1 2; do
	card_knob "$HCA_A" recv_error 1
	must_wait 10 fault_taken "$HCA_A" recv_error
	[ "$DRIVER" != mlx ] ||
		explains hostA "$IFA" "(broken|note): RX queues that the device has stopped for an error"
	goes_on "a receive fails, round $round"
done
