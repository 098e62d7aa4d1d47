#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What changes at a port reaches the kernel clients of its HCA as the right ib_event, and what a test
# writes to the event knob as well. The kernel's own ib_ipoib tells what it hears.
#
#	sib0 (opensm)---switch---sib1 [ib_ipoib, debug_level=1]
#
# check: 6.1
# limit: 90
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

# Numbers of enum ib_event_type.
DEVICE_FATAL=8 PORT_ACTIVE=9 PORT_ERR=10 LID_CHANGE=11 PKEY_CHANGE=12 SM_CHANGE=13
CLIENT_REREGISTER=17

heard()
{
	dmesg | grep -q "Event $1 on device sib1 port 1"
}

# hears EVENT: since the last forget.
hears()
{
	must_wait 5 heard "$1"
}

forget()
{
	dmesg -c > "$TMPDIR/forgotten"
}

fabric_up 2
must modprobe ib_ipoib debug_level=1
must_wait 10 netdev_of sib1 intree
forget

# gid_change is left out: ib_core keeps it for itself on InfiniBand and updates its cache.
note "by the event knob, and by nothing else"
for event in "client_reregister $CLIENT_REREGISTER" "sm_change $SM_CHANGE" \
	"lid_change $LID_CHANGE" "pkey_change $PKEY_CHANGE" \
	"port_err $PORT_ERR" "port_active $PORT_ACTIVE" "device_fatal $DEVICE_FATAL"; do
	knob sib1 event "${event% *}"
	hears "${event#* }"
	is "events" "$(dmesg | grep -c 'Event [0-9]* on device sib1')" 1
	must port_is sib1 INIT
	forget
done
is "events of the other HCA" "$(dmesg | grep -c 'on device sib0' || :)" 0
! echo nonsense > "$SOFT_IB/sib1/event" || fail "an event that does not exist was taken"

note "an SM comes"
sm_start sib0
must_wait 10 all_active
hears $PORT_ACTIVE
hears $LID_CHANGE
hears $SM_CHANGE
hears $CLIENT_REREGISTER
must_wait 5 has_pkey sib1 0x8001
hears $PKEY_CHANGE
sleep 1
forget

note "a P_Key changes, the link goes"
knob sib1 pkeys '9 0x8765'
hears $PKEY_CHANGE
must has_pkey sib1 0x8765
! heard $PORT_ERR || fail "PORT_ERR without a reason"
cable_out sib1
hears $PORT_ERR
forget
cable_in sib1
must_wait 10 all_active
hears $PORT_ACTIVE
sleep 1
forget

note "another LID, another subnet prefix"
knob sib1 lid 99
hears $LID_CHANGE
sm_stop sib0
SM_CONF='subnet_prefix 0xfe80000000001234' sm_start sib0
must_wait 10 all_active
must_wait 5 grep -q '^fe80:0000:0000:1234:' /sys/class/infiniband/sib1/ports/1/gids/0
assert_strict_clean
