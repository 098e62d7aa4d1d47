#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A port does not tell its state when it is looked at: at first there is no interface and a message;
# later the carrier is what it was, or none where the device has said that it failed. It is asked again until it
# does, and what was missed is made up for: the RDMA core cannot read the port either, and drops its events, also
# those of a link that goes down, of another LID, of another subnet manager and of a P_Key. The speed is known without
# asking, and so are the P_Keys.
# While the first port is asked who loads the module is killed: the second one is served all the same.
#
#	ib0---sib0---+ switch +---sib1 OpenSM
#	                      +---sib2 OpenSM, later
#
# lane: full
# check: 6.1
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

carrier_is()
{
	[ "$(cat "/sys/class/net/$link/carrier")" = "$1" ]
}

# active: by the fabric's own word, as the port does not tell.
active()
{
	grep -qx 'up active' "$SOFT_IB/sib0/link"
}

# said_since WORDS: in the log, since mark_log.
said_since()
{
	dmesg | tail -n "+$mark" | grep -q "$1"
}

mark_log()
{
	mark=$(($(dmesg | wc -l) + 1))
}

fabric_up 3
sm_start sib1
must_wait 20 all_active
knob sib0 query_port_error 1
knob sib0 slow_ms 2000
modprobe ipoib_core accel=ref &
loader=$!
must_wait 10 grep -q sib_query_port "/proc/$loader/stack"
kill -KILL "$loader"
wait "$loader" || :
knob sib0 slow_ms 0
must_wait 10 served_by sib1 ref
assert_log 'sib0: ipoib_core: port 1 does not tell its state'
assert_no_interface sib0
explains - sib0/1 "broken: has no interface: the device's driver does not tell the port's state"
# The look that began when it took long has failed, and without a subnet manager there is no event that would
# have it asked again.
must_wait 10 negate grep -qs sib_query_port /proc/[0-9]*/stack
sm_kill sib1
knob sib0 query_port_error 0
must_wait 20 served_by sib0 ref
assert_log 'sib0: ipoib_core: port 1 tells its state again'
sm_start sib1
link=$(netdev_of sib0 ours)
must ip link set "$link" up
must_wait 20 carrier_is 1
speed=$(cat "/sys/class/net/$link/speed")
[ "$speed" -gt 0 ] || fail "speed $speed"

note "the link goes down, and the event is lost"
mark_log
knob sib0 query_port_error 1
cable_out sib0
must_wait 5 said_since 'sib0: ib_query_port failed'
knob sib0 query_port_error 0
must_wait 15 carrier_is 0
explains - "$link" "broken: no carrier: port sib0/1 is down"

note "it does not tell that the link is back"
mark_log
knob sib0 query_port_error 1
cable_in sib0
must_wait 20 active
must_wait 20 said_since 'sib0: .* does not tell its state'
# Not that it is down, which is over.
explains - "$link" "broken: no carrier: the device's driver does not tell the state of port sib0/1"
knob sib0 query_port_error 0
must_wait 30 carrier_is 1
knob sib0 query_port_error 1
is speed "$(cat "/sys/class/net/$link/speed")" "$speed"
knob sib0 query_port_error 0

note "the device fails, without another word"
mark_log
knob sib0 query_port_error 1
port_event sib0 device_fatal
must_wait 5 carrier_is 0
must said_since 'sib0: .* port 1: no carrier: the device has failed'
! said_since 'is there a cable' || fail "nobody knows of a cable"
explains - "$link" "broken: no carrier: the device's driver does not tell the state of port sib0/1"
knob sib0 query_port_error 0
must_wait 30 carrier_is 1
# Of one that tells its state that is believed.
changes=$(cat "/sys/class/net/$link/carrier_changes")
trace_on ipoib/ipoib_flush
port_event sib0 device_fatal
assert_traced 'ipoib_flush: .*events=FATAL'
# What came of that has come when it looks again.
port_event sib0 lid_change
assert_traced 'ipoib_flush: .*events=NORMAL'
trace_off
carrier_is 1 || fail "no carrier, though the port tells that it is active"
is "changes of the carrier" "$(cat "/sys/class/net/$link/carrier_changes")" "$changes"

note "the P_Keys cannot be read: none was taken"
knob sib0 query_pkey_error 1
must ip link set "$link" down
must ip link set "$link" up
must_wait 20 carrier_is 1
knob sib0 query_pkey_error 0
explains_well - "$link"

note "a P_Key comes to the port, of which nothing tells: a child waits for it until the next look"
must ip link add link "$link" name "$link.8001" type ipoib pkey 0x8001
must ip link set "$link.8001" up
child_carrier_is()
{
	[ "$(cat "/sys/class/net/$link.8001/carrier")" = "$1" ]
}
must_wait 20 child_carrier_is 1
index=$(pkey_index sib0 0x8001)
knob sib0 pkeys "$index 0x0000"
must_wait 10 child_carrier_is 0
mark_log
knob sib0 query_port_error 1
knob sib0 pkeys "$index 0x8001"
must_wait 5 said_since 'sib0: ib_query_port failed'
knob sib0 query_port_error 0
must_wait 30 child_carrier_is 1
must ip link delete "$link.8001"

note "its LID is another one, of which nothing tells: another event has it looked at, and peers are told"
# lid_moves LID: and an event of something else comes.
lid_moves()
{
	trace_on ipoib/ipoib_flush ipoib/ipoib_port_event
	mark_log
	knob sib0 query_port_error 1
	knob sib0 lid "$1"
	must_wait 5 said_since 'sib0: ib_query_port failed'
	knob sib0 query_port_error 0
	echo client_reregister > "$SOFT_IB/sib0/event"
	assert_traced 'ipoib_flush: .*events=LIGHT$'
}

# peers_told: without its having been told of.
peers_told()
{
	assert_traced 'ipoib_flush: .*NORMAL'
	! traced 'ipoib_port_event: port=sib0.*event=(LID_CHANGE|PORT_)' ||
		fail "it was told of after all"
	trace_off
}

sm_kill sib1
lid_moves 77
peers_told
note "and two other events, the second before what the first has found is made up for"
lid_moves 78
echo client_reregister > "$SOFT_IB/sib0/event"
peers_told

note "another subnet manager comes, of which nothing tells: another event has the port looked at, and what was joined is joined again"
trace_on ipoib/ipoib_flush ipoib/ipoib_port_event ipoib/ipoib_join_asked
knob sib0 events_lost 1
sm_start sib2
knob sib0 events_lost 0
# Of this the RDMA core, which sends what is asked, looks for the subnet manager anew.
port_event sib0 client_reregister
assert_traced "ipoib_flush: dev=$link events=.*SM"
assert_traced "ipoib_join_asked: dev=$link gid=ff12:401b:ffff::ffff:ffff "
! traced 'ipoib_port_event: port=sib0.*event=SM_CHANGE' || fail "it was told of after all"
trace_off
must_wait 20 carrier_is 1
explains_well - "$link"
assert_strict_clean
