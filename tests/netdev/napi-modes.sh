#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What the stack can do with a driver's NAPI works with accel_ref's, under traffic and over down and up: threads
# of their own, deferred interrupts, busy polling, and adaptive moderation in each. And who asks the kernel which
# queue is served by which NAPI, and what it has done, is told (from 6.8 and 6.11 on).
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.12
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/outage.sh"

# set_napi FILE VALUE: of both hosts' interfaces.
set_napi()
{
	on hostA sh -c "echo $2 > /sys/class/net/$IFA/$1" || fail "$1 of $IFA is not taken"
	on hostB sh -c "echo $2 > /sys/class/net/$IFB/$1" || fail "$1 of $IFB is not taken"
}

# goes_on WHAT: so does TCP, and a lone packet finds its way.
goes_on()
{
	assert_tcp_moves "$1"
	must_wait 5 can_ping hostB "$A4"
}

# threads N: of NAPI of hostB's interface.
threads()
{
	[ "$(grep -lx "napi/$IFB-[0-9]*" /proc/[0-9]*/comm 2> /dev/null | wc -l)" = "$1" ]
}

busy_polled()
{
	# shellcheck disable=SC2016 # awk's
	on hostB awk '$1 == "TcpExt:" && !n { for (n = NF; n; n--) at[n] = $n; n = NF; next }
		$1 == "TcpExt:" { for (i in at) if (at[i] == "BusyPollRxPackets") print $i }' /proc/net/netstat
}

# busy_polls: a socket that is new takes the sysctl; it knows which NAPI to poll from the first datagram on. Where
# the softirq has that NAPI each time that the socket looks for it, nothing is polled.
busy_polls()
{
	polled=$(busy_polled)
	sysctl -qw net.core.busy_read=100000
	napi_ids_of hostB "$B4" hostA
	sysctl -qw net.core.busy_read=0
	polled=$(($(busy_polled) - polled))
	[ "$polled" -gt 0 ]
}

# told KIND: lines of that kind about hostB's queues.
told()
{
	on hostB "$TESTS/netdev/queues" "$IFB" | grep "$1" || :
}

has_done()
{
	told "rx 0 packets" | awk -v least="$1" '{ there = 1; few = $4 < least } END { exit few || !there }'
}

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
tcp_start

for adaptive in off on; do
	must on hostA ethtool -C "$IFA" adaptive-rx "$adaptive"
	must on hostB ethtool -C "$IFB" adaptive-rx "$adaptive"
	goes_on "adaptive-rx $adaptive"

	note "threads, adaptive-rx $adaptive"
	set_napi threaded 1
	must_wait 5 threads 2
	goes_on "threaded"
	must on hostB ip link set "$IFB" down
	must on hostB ip link set "$IFB" up
	must_wait 10 can_ping hostA "$B4"
	goes_on "down and up, threaded"
	set_napi threaded 0
	goes_on "not threaded"

	note "deferred interrupts, adaptive-rx $adaptive"
	set_napi gro_flush_timeout 100000
	set_napi napi_defer_hard_irqs 2
	goes_on "deferred"
	set_napi napi_defer_hard_irqs 0
	set_napi gro_flush_timeout 0
	goes_on "not deferred"

	note "busy polling, adaptive-rx $adaptive"
	must_wait 20 busy_polls
	note "$(cat "$TMPDIR/napi"), $polled packets by busy polling"
	goes_on "busy polling"
done

rc=0
on hostB "$TESTS/netdev/queues" "$IFB" > "$TMPDIR/told" || rc=$?
if [ "$rc" = 2 ]; then
	note "this kernel does not tell of queues"
	exit 0
fi
[ "$rc" = 0 ] || fail "queues: status $rc"
note "$(cat "$TMPDIR/told")"
told "^rx 0 napi [1-9]" | grep -q . || fail "nobody serves rx 0"
told "^tx 0 packets [1-9]" | grep -q . || fail "tx 0 has sent nothing"
must_wait 10 has_done $(($(told "^rx 0 packets" | cut -d ' ' -f 4) + 100))
traffic_stop
must on hostB ip link set "$IFB" down
# A queue of an interface that is down is not told of, or nobody serves it.
! told "napi [1-9]" | grep -q . || fail "somebody serves the queues of an interface that is down"
