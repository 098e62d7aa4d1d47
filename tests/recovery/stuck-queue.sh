#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A send queue stops completing. For a short time: nothing is lost but time. For longer than the
# watchdog's 10 s: the data path is restarted, and traffic goes on within 5 s of the HCA working again. So it is when
# the sender is so slow that its queue is not full, which the watchdog does not see.
# Setting the link down, and up, works in bounded time while the queue is stuck.
# (Topology: lib/outage.sh)
#
# The watchdog's message is a warning with a backtrace on some kernels: it is what this test is about.
# allow-dmesg: NETDEV WATCHDOG|WARNING: .*(dev_watchdog|sch_generic)|Call Trace|cut here
#
# lane: full
# limit: 180
. "${TESTS:=/tests}/lib/host.sh"

watchdog_bit()
{
	[ "$(ethtool_stat hostA "$IFA" 'tx_timeouts|restarts')" -gt "$before" ]
}

mkdir -p /etc/modprobe.d
echo "options ipoib_core send_queue_size=1024" > /etc/modprobe.d/queues.conf
outage_up ours-ours
rm /etc/modprobe.d/queues.conf
# An IPv6 address goes when the link is set down, unless told otherwise.
on hostA sh -c "echo 1 > /proc/sys/net/ipv6/conf/$IFA/keep_addr_on_down"

spawn hostA "$TESTS/netdev/nl" -u monitor > "$TMPDIR/heard"
listener=$SPAWNED
must_wait 5 grep -q listening "$TMPDIR/heard"
note "a slow sender: its queue has room for what it sends in half a minute"
stops=$(ethtool_stat hostA "$IFA" tx0_stops)
before=$(ethtool_stat hostA "$IFA" 'tx_timeouts|restarts')
knob sib0 stuck_sq 1
must_wait 10 pings_stand_still hostA
explains hostA "$IFA" "broken: sends that wait for the device: [0-9]+"
must_wait 40 watchdog_bit
knob sib0 stuck_sq 0
is "how often the queue was full" "$(ethtool_stat hostA "$IFA" tx0_stops)" "$stops"
assert_resumes "a slow sender"
# A restart, told as it is over.
must_wait 5 grep -q " ifname=\"$IFA\" notice=5 " "$TMPDIR/heard"
kill "$listener"
explains_well hostA "$IFA"
explains hostA "$IFA" "note: a TX queue was stuck and had to be started anew: [0-9]+ times"
tcp_start

note "short"
knob sib0 stuck_sq 1
must_wait 10 pings_stand_still hostA
knob sib0 stuck_sq 0
assert_resumes "stuck for a moment"
assert_tcp_moves "stuck for a moment"

note "until the watchdog bites"
before=$(ethtool_stat hostA "$IFA" 'tx_timeouts|restarts')
knob sib0 stuck_sq 1
must_wait 40 watchdog_bit
knob sib0 stuck_sq 0
assert_resumes "stuck until the watchdog"
assert_tcp_moves "stuck until the watchdog"

note "set down while stuck"
knob sib0 stuck_sq 1
must_wait 10 pings_stand_still hostA
began=$(now_ms)
must ip -n hostA link set "$IFA" down
took=$(($(now_ms) - began))
note "down after $took ms"
[ "$took" -lt $((10000 * TIME_SCALE)) ] || fail "setting the link down took $took ms"
must ip -n hostA link set "$IFA" up
knob sib0 stuck_sq 0
must_wait 20 is_running hostA "$IFA"
assert_resumes "set down and up while stuck"
traffic_stop
pings_stop
assert_strict_clean
