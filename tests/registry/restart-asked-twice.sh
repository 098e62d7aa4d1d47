#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel that asks for a restart again while it is being stopped for one is restarted once.
#
# lane: quick
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

opens()
{
	cat /sys/module/accel_bad/parameters/opens
}

opened_again()
{
	[ "$(opens)" -ge 2 ]
}

link_runs()
{
	ip -o link show dev "$link" | grep -q '[<,]UP,LOWER_UP[,>]'
}

must modprobe ipoib_core accel=bad
must modprobe accel_bad mode=ask
fabric_up 2
sm_start sib1
must_wait 10 served_by sib0 bad
link=$(netdev_of sib0 ours)
must ip link set "$link" up
must_wait 10 opened_again
must_wait 20 link_runs

# The work that takes the carrier away does what was asked for before.
cable_out sib0
must_wait 10 negate link_runs
[ "$(opens)" = 2 ] || fail "opened $(opens) times and not twice"
must rmmod accel_bad
