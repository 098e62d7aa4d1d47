#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel that asks for a restart again while it is being stopped for one is restarted once. And one that
# has no memory for the broadcast group's MTU at first gets it all the same.
#
# lane: quick
# check: 6.1
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

bad_takes_sib0 ask
host_add hostA
host_take hostA "$link"
must ip -n hostA link set "$link" up
must_wait 10 opened_again
must_wait 20 is_running hostA "$link"
assert_log "$link: setting the broadcast group's MTU 2044 failed: -12"
must_wait 10 has_mtu hostA "$link" 2044

# The work that takes the carrier away does what was asked for before.
cable_out sib0
must_wait 10 negate is_running hostA "$link"
[ "$(opens)" = 2 ] || fail "opened $(opens) times and not twice"
must rmmod accel_bad
