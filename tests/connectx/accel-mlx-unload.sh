#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Modules are removed under TCP over accel_mlx, again and again, in orders that their dependencies allow:
# the accel alone, with the core, the card's drivers below both. Nothing hangs, warns or leaks, and the
# cards have nothing to complain of.
#
# lane: connectx-long
# limit: 720
# matrix: ORDER=accel_mlx,accel_mlx+ipoib_core,mlx5_ib+mlx5_core+accel_mlx+ipoib_core
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

ROUNDS=20
host_add hostA
host_add hostB
for round in $(seq "$ROUNDS"); do
	note "round $round of $ROUNDS"
	if [ ! -d /sys/module/mlx5_ib ]; then
		cards_up
		sm_start mlx5_0
		must_wait 10 all_active
	fi
	[ -d /sys/module/ipoib_core ] || must modprobe ipoib_core "accel=$(accels mlx5_2:mlx mlx5_3:mlx)"
	[ -d /sys/module/accel_mlx ] || must modprobe accel_mlx
	must_wait 10 served_by mlx5_2 mlx
	must_wait 10 served_by mlx5_3 mlx
	hosts_move ours-ours
	iperf_server hostB
	traffic_start hostA "$B4"
	# shellcheck disable=SC2046 # a list
	unload_under_traffic $(echo "$ORDER" | tr + ' ')
	[ "$round" -lt 4 ] || leak_sample
done
assert_no_leak
assert_mlx5_quiet
