#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A device takes half a second to be attached to a group, and has been granted many at once: who sets the
# interface down, and has RTNL, does not wait for all of them.
#
#	hostA [ib0]---sib0, accel_bad---+ switch +---sib1 OpenSM
#
# lane: quick
# kernel: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

# joins_reach COUNT: sib0 has asked so often, since sa_forget.
joins_reach()
{
	[ "$(sa_asked sib0 join)" -ge "$1" ]
}

bad_takes_sib0 none
host_add hostA
host_take hostA "$link"
must ip -n hostA link set "$link" up
must_wait 20 is_running hostA "$link"
echo tardy > /sys/module/accel_bad/parameters/breaks
sa_forget sib0
# A group each: solicited-node.
seq 1 60 | sed "s,.*,address add fd00:99::1:&/128 dev $link nodad," > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
must_wait 20 joins_reach 17
began=$(now_ms)
must ip -n hostA link set "$link" down
took=$(($(now_ms) - began))
note "$took ms"
# The sixteen under way would take eight seconds.
[ "$took" -lt $((3000 * TIME_SCALE)) ] || fail "it took $took ms"
