#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The card driver's queues with and without interrupt moderation: packets that come one after the other
# share an event when the driver asks the card to wait, and each has its own when it does not.
#
# lane: connectx-long
# limit: 120
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_1
. "$TESTS/lib/host.sh"

# events USECS FRAMES: how many events there are for 100 datagrams that hostA gets within two seconds.
events()
{
	must on hostA ethtool -C "$IFA" adaptive-rx off rx-usecs "$1" rx-frames "$2"
	packets=$(ethtool_stat hostA "$IFA" rx_packets)
	events=$(ethtool_stat hostA "$IFA" ch_events)
	on hostB iperf3 -c "$A4" -u -b 1M -l 200 -t 2 > "$TMPDIR/udp" || {
		cat "$TMPDIR/udp"
		fail "iperf3 to hostA"
	}
	packets=$(($(ethtool_stat hostA "$IFA" rx_packets) - packets))
	events=$(($(ethtool_stat hostA "$IFA" ch_events) - events))
	note "usecs $1, frames $2: $events events for $packets packets"
	[ "$packets" -gt 500 ] || fail "only $packets packets came"
	events=$((events * 100 / packets))
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
drivers_take intree intree
iperf_server hostA
must_wait 10 can_ping hostB "$A4"
events 0 0
without=$events
events 4000 100
[ $((events * 2)) -lt "$without" ] ||
	fail "$events events for 100 packets with moderation, $without without"
assert_mlx5_quiet
