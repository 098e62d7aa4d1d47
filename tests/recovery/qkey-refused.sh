#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Another subnet manager has another Q_Key for the partition, and the device refuses it, as mlx5_core's queues
# do: nobody hears anybody by the old one. The carrier goes off, with one message however often it is tried, and
# is back, with another one, when the device takes the key. That it refuses the key that it has takes nothing away.
#
#	hostA [ib0]---sib0, accel_bad---+ switch +---sib1 OpenSM
#
# lane: full
# kernel: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

BREAKS=/sys/module/accel_bad/parameters/breaks

# joins_reach COUNT: sib0 has asked so often, since sa_forget.
joins_reach()
{
	[ "$(sa_asked sib0 join)" -ge "$1" ]
}

# messages REGEX: how many there are of the interface.
messages()
{
	dmesg | tail -n "+$((${LOG_FROM:-0} + 1))" | grep -c "$link: $1" || :
}

bad_takes_sib0 none
host_add hostA
host_take hostA "$link"
must ip -n hostA link set "$link" up
must_wait 20 is_running hostA "$link"

note "the same key"
echo qkey > "$BREAKS"
sa_forget sib0
port_event sib0 sm_change
must_wait 10 joins_reach 2
is_running hostA "$link" || fail "no carrier, though the key is the same"
assert_log "$link: setting the Q_Key failed"
explains hostA "$link" "limited: the broadcast group cannot be joined again: that failed on this host: Operation not supp"
echo none > "$BREAKS"
must_wait 20 log_has "$link: joined the broadcast group .*after all"

note "another key"
echo qkey > "$BREAKS"
sm_kill sib1
sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, Q_Key=0x1234, defmember=full : ALL=full;"
sm_start sib1
must_wait 20 negate is_running hostA "$link"
sa_forget sib0
must_wait 20 joins_reach 3
! is_running hostA "$link" || fail "the carrier is back"
is "messages" "$(messages 'no carrier: ')" 1
is "messages" "$(messages 'setting the Q_Key failed')" 1
assert_log "$link: no carrier: setting the Q_Key failed"
explains hostA "$link" "broken: no carrier: joining the broadcast group failed on this host: Operation not supported \(failed"
echo none > "$BREAKS"
must_wait 20 is_running hostA "$link"
is "messages" "$(messages 'joined the broadcast group .*after all')" 2
