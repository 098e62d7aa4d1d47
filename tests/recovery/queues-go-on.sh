#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A queue of accel_ref goes on: that of receives after an interrupt that got lost, and after more packets at
# once than it has buffers, which the HCA alone counts; that of sends after a completion of what was never sent,
# and, when it was full and packets wait above it, after a restart, be it while sends complete, and after the link was down.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# sender HOST NAME ADDRESS: a program that sends each 1000 bytes that are written to $TMPDIR/NAME.
sender()
{
	mkfifo "$TMPDIR/$2"
	spawn "$1" socat -u -b 1000 "OPEN:$TMPDIR/$2" "UDP-SENDTO:$3:9"
}

# send_packets NAME NUMBER: to a port that nobody listens on.
send_packets()
{
	dd if=/dev/zero bs=1000 count="$2" of="$TMPDIR/$1" 2> /dev/null
}

# udp HOST COUNTER
udp()
{
	on "$1" nstat -asz "Udp$2" | awk -v name="Udp$2" '$1 == name { print $2 }'
}

# udp_is HOST COUNTER VALUE
udp_is()
{
	[ "$(udp "$1" "$2")" = "$3" ]
}

# Each packet is received, or was lost for want of a buffer.
all_there()
{
	[ $(($(ethtool_stat hostA "$IFA" rx0_packets) - received + $(drops_of sib0 no_recv_wr) - lost)) = "$1" ]
}

restarts()
{
	ethtool_stat hostA "$IFA" restarts
}

restarted()
{
	[ "$(restarts)" -gt "$1" ]
}

waiting()
{
	on hostA tc -s qdisc show dev "$IFA" | awk '$1 == "backlog" { n += $3 } END { print n + 0 }'
}

some_wait()
{
	[ "$(waiting)" -ge 20 ]
}

# quiet: nobody sends by himself, and what is sent is posted up to the ring's size.
quiet()
{
	must ip -n hostA neighbour replace "$B4" dev "$IFA" nud permanent \
		lladdr "$(lladdr hostB "$IFB")"
	must ip -n hostB neighbour replace "$A4" dev "$IFB" nud permanent \
		lladdr "$(lladdr hostA "$IFA")"
	for end in "hostA $IFA" "hostB $IFB"; do
		must on "${end% *}" sysctl -qw "net.ipv6.conf.${end#* }.disable_ipv6=1"
		must on "${end% *}" sh -c \
			"echo 1000000 > /sys/class/net/${end#* }/queues/tx-0/byte_queue_limits/limit_min"
	done
}

mkdir -p /etc/modprobe.d
echo 'options ipoib_core recv_queue_size=8' > /etc/modprobe.d/queues.conf
hosts_up ours-ours
rm /etc/modprobe.d/queues.conf
must_wait 10 can_ping hostA "$B4"
note "buffers of the link's size from the first one on: no block of pages is used up"
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
quiet
must_wait 10 can_ping hostB "$A4"

# unanswered: an echo request has no answer within a second. The watch may look just then, every five seconds.
unanswered()
{
	knob sib0 recv_irq_lost_once 1
	! on hostB ping -n -q -c 1 -W 1 "$A4" > "$TMPDIR/ping"
}

note "an interrupt for a receive gets lost"
must_wait 15 unanswered
[ "$(knob sib0 recv_irq_lost_once)" = 0 ] || fail "no interrupt came"
must_wait 15 can_ping hostB "$A4"

note "a send completes that was never posted"
log_mark
knob sib0 send_unknown_once 1
on hostA ping -n -q -c 1 -W 1 "$B4" > "$TMPDIR/ping" || :
assert_log "$IFA: TX queue 0: completion of send [0-9]+, next is "
ping_sizes hostA "$B4" 64 1472
[ "$(restarts)" = 0 ] || fail "the data path was restarted"

note "more packets at once than there are buffers"
errors=$(read_errors hostA "$IFA")
received=$(ethtool_stat hostA "$IFA" rx0_packets) lost=$(drops_of sib0 no_recv_wr)
sent=$(udp hostB OutDatagrams)
sender hostB burst "$A4"
knob sib1 stuck_sq 1
send_packets burst 40
must_wait 10 udp_is hostB OutDatagrams $((sent + 40))
knob sib1 stuck_sq 0
must_wait 10 all_there 40
lost=$(($(drops_of sib0 no_recv_wr) - lost))
# This HCA has no counter of these.
explains hostA "$IFA" "note: each RX queue posts 8 receives, fewer than the 256 of the default"
note "of 40 packets $lost met no buffer"
[ "$lost" -gt 0 ] || fail "there were buffers for all"
# They were all other interfaces' of the port as well: see accel_ref(4).
assert_errors_still hostA "$IFA" "$errors"
ping_sizes hostB "$A4" 64 1472

must on hostA ethtool -G "$IFA" tx 8
note "packets wait for a full queue, and sends of it complete while it is restarted"
# So slow that packets wait for it even where the guest hardly gets a CPU.
knob sib0 rate_mbps 4
spawn hostA socat -u -b 1000 OPEN:/dev/zero "UDP-SENDTO:$B4:9"
must_wait 10 some_wait
log_mark
late=$(ethtool_stat hostA "$IFA" tx_drop_not_open)
for restart in first second; do
	note "the $restart"
	before=$(restarts)
	knob sib0 cq_event_once 1
	must_wait 10 restarted "$before"
	must_wait 5 can_ping hostA "$B4"
done
kill "$SPAWNED"
wait "$SPAWNED" || :
knob sib0 rate_mbps 0
# Behind the last of them.
must_wait 5 can_ping hostA "$B4"
assert_log "$IFA: completion queue: "
late=$(($(ethtool_stat hostA "$IFA" tx_drop_not_open) - late))
note "$late packets came to a data path that was being restarted"
# One that is on its way already when the queue is stopped does, those that wait do not.
[ "$late" -le 2 ] || fail "packets that could have waited were dropped"

for event in restart down; do
	note "packets wait for a full queue: $event"
	sender hostA "$event" "$B4"
	before=$(restarts) arrived=$(udp hostB NoPorts) sent=$(udp hostA OutDatagrams)
	knob sib0 stuck_sq 1
	send_packets "$event" 40
	must_wait 10 udp_is hostA OutDatagrams $((sent + 40))
	wait=$(waiting)
	[ "$wait" -ge 20 ] || fail "$wait packets wait"
	if [ "$event" = restart ]; then
		knob sib0 recv_error_once 1
		on hostB ping -n -q -c 1 -W 0.1 "$A4" > "$TMPDIR/ping" || :
		must_wait 10 restarted "$before"
		knob sib0 stuck_sq 0
		# Those that were on the ring went with it.
		must_wait 10 udp_is hostB NoPorts $((arrived + wait))
	else
		must ip -n hostA link set "$IFA" down
		must ip -n hostA link set "$IFA" up
		knob sib0 stuck_sq 0
		must_wait 20 is_running hostA "$IFA"
	fi
	must_wait 5 can_ping hostA "$B4"
	ping_sizes hostA "$B4" 64 1472
done
[ "$(ethtool_stat hostA "$IFA" tx_timeouts)" = 0 ] || fail "a queue was stuck"
assert_strict_clean
