#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Packets that the stack gives in a row are handed to the HCA together. When the core drops the last one of
# such a list, those before it are sent all the same, and do not wait for a next one. What it drops is what IPoIB
# has no type for, and nothing else.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# sender NAME ADDRESS: a program that sends each 1000 bytes that are written to $TMPDIR/NAME; it is there
# before, because what waits for the HCA for ten seconds makes accel_ref restart.
sender()
{
	mkfifo "$TMPDIR/$1"
	spawn hostA socat -u -b 1000 "OPEN:$TMPDIR/$1" "$2"
}

# send_packets NAME NUMBER: to a port that nobody listens on, which hostB counts. Of one socket, which may
# have some 60 on their way.
send_packets()
{
	dd if=/dev/zero bs=1000 count="$2" of="$TMPDIR/$1" 2> /dev/null
}

arrived()
{
	on hostB nstat -asz UdpNoPorts | awk '$1 == "UdpNoPorts" { print $2 }'
}

have_arrived()
{
	[ "$(arrived)" = "$1" ]
}

# An encapsulated packet of a type that IPoIB does not have (RFC 4391 section 6), which the core drops.
send_malformed()
{
	printf '%020d\377\377\0\0%0100d' 0 0 > "$TMPDIR/malformed"
}

waiting()
{
	on hostA tc -s qdisc show dev "$IFA" | awk '$1 == "backlog" { n += $3 } END { print n + 0 }'
}

waits_at_least()
{
	[ "$(waiting)" -ge "$1" ]
}

# hold_back: lets packets wait in the queue of the stack, the last one malformed. Fails when that took so long
# that accel_ref thought the HCA dead: see sender.
hold_back()
{
	for socket in 1 2 3 4 more; do
		sender "$socket" "UDP-SENDTO:$B4:9"
	done
	sender malformed "INTERFACE:$IFA"
	restarts=$(ethtool_stat hostA "$IFA" restarts)
	posts=$(ethtool_stat hostA "$IFA" tx0_posts)
	packets=$(ethtool_stat hostA "$IFA" tx0_packets)
	before=$(arrived)

	knob sib0 stuck_sq 1
	for socket in 1 2 3 4; do
		send_packets "$socket" 50
	done
	must_wait 10 waits_at_least 5
	# The stack takes 64 out of its queue at a time, after the one that was at hand when the queue stopped,
	# and accel_ref posts 16 at once: so many more leave half of that for the end.
	more=$(((73 + 160 - $(waiting)) % 16))
	send_packets more "$more"
	wait=$(waiting)
	note "$wait packets wait for the queue"
	send_malformed
	must_wait 10 waits_at_least $((wait + 1))
	knob sib0 stuck_sq 0
	[ "$(ethtool_stat hostA "$IFA" restarts)" = "$restarts" ]
}

# sent_since BEFORE NUMBER
sent_since()
{
	[ "$(ethtool_stat hostA "$IFA" tx0_packets)" -ge $(($1 + $2)) ]
}

fabric_up 2
hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
must on hostA ethtool -L "$IFA" tx 1
# So few that some of what is sent here has to wait.
must on hostA ethtool -G "$IFA" tx 128
# One after the other, whoever sent them.
must on hostA tc qdisc replace dev "$IFA" root pfifo limit 1000
note "the stack gives lists to a queue that has shown how much it takes"
iperf_server hostB
iperf_run hostA "$B4" 1

note "hostA sends nothing of its own"
must ip -n hostA neighbour replace "$B4" dev "$IFA" nud permanent \
	lladdr "$(lladdr hostB "$IFB")"
must on hostA sysctl -qw "net.ipv6.conf.$IFA.disable_ipv6=1"

until hold_back; do
	note "too slow: the interface was restarted meanwhile"
	rm "$TMPDIR"/[1-4] "$TMPDIR/more" "$TMPDIR/malformed"
done
must_wait 10 have_arrived $((before + 200 + more))

posts=$(($(ethtool_stat hostA "$IFA" tx0_posts) - posts))
packets=$(($(ethtool_stat hostA "$IFA" tx0_packets) - packets))
note "$packets packets in $posts posts"
[ "$posts" -lt "$packets" ] || fail "each packet was posted alone"
[ "$(ethtool_stat hostA "$IFA" tx_drop_malformed)" -gt 0 ] || fail "the last packet was not dropped"

note "a packet of each type that IPoIB has"
before=$(ethtool_stat hostA "$IFA" tx_drop_malformed)
packets=$(ethtool_stat hostA "$IFA" tx0_packets)
for type in '\010\000' '\206\335' '\010\006' '\200\065' '\210\312'; do
	{
		printf '\000\377\377\377\377\022\100\033\377\377\0\0\0\0\0\0\377\377\377\377'
		# shellcheck disable=SC2059 # octal
		printf "$type\0\0%0100d" 0
	} > "$TMPDIR/typed"
	must on hostA socat -u "OPEN:$TMPDIR/typed" "INTERFACE:$IFA"
done
must_wait 5 sent_since "$packets" 5
is "packets that were dropped for their type" "$(ethtool_stat hostA "$IFA" tx_drop_malformed)" "$before"
assert_strict_clean
