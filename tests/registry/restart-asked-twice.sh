#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel that asks for a restart again while it is being stopped for one is restarted once. One that
# has no memory for the broadcast group's MTU at first gets it all the same. And none is stopped while its send()
# runs, which here asks for that and takes half a second: accel_bad says so.
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
	[ "$(opens)" -ge "$1" ]
}

bad_takes_sib0 ask
host_add hostA
host_take hostA "$link"
must ip -n hostA link set "$link" up
must_wait 10 opened_again 2
must_wait 20 is_running hostA "$link"
assert_log "$link: setting the broadcast group's MTU 2044 failed: -12"
must_wait 10 has_mtu hostA "$link" 2044

note "from a send() that takes its time"
is "opened" "$(opens)" 2
# So that the port is not looked at in the next 8 s: nothing but the request itself begins it.
trace_on ipoib/ipoib_port_state
port_event sib0 gid_change
assert_traced 'ipoib_port_state: port=sib0/1 '
trace_off
echo slow > /sys/module/accel_bad/parameters/breaks
must ip -n hostA address add "$A4/24" dev "$link"
on hostA ping -n -q -b -c 1 -W 1 10.9.0.255 > /dev/null 2>&1 || :
must_wait 4 opened_again 3
note "opened again after $WAITED ms"
must_wait 10 is_running hostA "$link"

# The work that takes the carrier away does what was asked for before.
cable_out sib0
must_wait 10 negate is_running hostA "$link"
is "opened" "$(opens)" 3
must rmmod accel_bad
