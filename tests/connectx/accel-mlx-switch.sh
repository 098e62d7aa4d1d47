#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# One port changes between accel_mlx and accel_ref at run time, both ways and by both ways that there are:
# the core loaded again with another accel=, and accel_mlx removed under traffic, which hands its ports to
# accel_ref. Each time the hosts reach each other afterwards.
#
# lane: connectx-long
# limit: 240
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

# works ACCEL: both hosts are served by it and reach each other.
works()
{
	note "accel $1"
	must_wait 10 served_by "$HCA_A" "$1"
	must_wait 10 served_by "$HCA_B" "$1"
	hosts_move ours-ours
	ping_sizes hostA "$B4" 64 2016 20000
	ping_sizes hostB "$A6" 64 2016
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
host_add hostA
host_add hostB
for round in 1 2; do
	for accel in mlx ref; do
		must modprobe ipoib_core "accel=$(accels "$HCA_A:$accel" "$HCA_B:$accel")"
		works "$accel"
		stack_unload
	done
done

must modprobe ipoib_core accel=auto
must_wait 10 served_by mlx5_0 ref
assert_log 'mlx5_0: accel_mlx: port 1: .*no IPoIB queues.*accel_ref'
works mlx
iperf_server hostB
traffic_start hostA "$B4"
tcp_mark
must_wait 10 tcp_moves
must rmmod accel_mlx
traffic_stop
works ref
assert_mlx5_quiet
