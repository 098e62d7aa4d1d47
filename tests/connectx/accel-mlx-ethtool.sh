#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# ethtool of the card driver's queues, by accel_mlx and, as control, by the kernel's own ib_ipoib: rings,
# channels, moderation, fixed and adaptive, hash fields, time stamping, statistics. What is set is said to
# be in force, and packets arrive.
#
# lane: connectx-long
# limit: 240
# matrix: DRIVER=ours,intree
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

# shown OPTION REGEX: ethtool's answer has such a line.
shown()
{
	says "$2" on hostA ethtool "$1" "$IFA"
}

# waiting: so many packets of hostA wait above its queues.
waiting()
{
	on hostA tc -s qdisc show dev "$IFA" |
		sed -n 's/^ backlog [^ ]* \([0-9]*\)p.*/\1/p' | awk '{ all += $1 } END { print all + 0 }'
}

some_wait()
{
	[ "$(waiting)" -gt 0 ]
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
case $DRIVER in
ours) drivers_take mlx mlx ;;
intree) drivers_take intree intree ;;
esac
ping_sizes hostA "$B4" 64

note "who, and counters"
case $DRIVER in
ours)
	shown -i '^driver: ib_ipoib$'
	shown -i '^version: ipoib-accel .* mlx$'
	;;
intree) shown -i '^driver: mlx5_core\[ib_ipoib\]$' ;;
esac
shown -i '^bus-info: 0000:'
for counter in rx_packets tx_packets rx0_packets tx0_packets ch_events ch_poll; do
	shown -S "^ *$counter: "
done
[ "$(ethtool_stat hostA "$IFA" rx_packets)" -gt 0 ] || fail "nothing was counted"

note "rings"
must on hostA ethtool -G "$IFA" rx 1024 tx 512
on hostA ethtool -g "$IFA" | sed '1,/^Current/d' > "$TMPDIR/rings"
grep -Eq '^RX:[[:space:]]*1024$' "$TMPDIR/rings" || fail "the RX ring is another: $(cat "$TMPDIR/rings")"
grep -Eq '^TX:[[:space:]]*512$' "$TMPDIR/rings" || fail "the TX ring is another: $(cat "$TMPDIR/rings")"
ping_sizes hostA "$B4" 64 2016

note "channels"
must on hostA ethtool -L "$IFA" combined 1
on hostA ethtool -l "$IFA" | sed '1,/^Current/d' | grep -Eq '^Combined:[[:space:]]*1$' ||
	fail "there is more than one channel"
ping_sizes hostA "$B6" 64 2016
must on hostA ethtool -L "$IFA" combined 2
ping_sizes hostA "$B6" 64 2016
! on hostA ethtool -L "$IFA" combined 999 2> /dev/null || fail "999 channels"

note "moderation"
# In two steps: the card driver takes its own defaults when it shall be adaptive no more.
must on hostA ethtool -C "$IFA" adaptive-rx off adaptive-tx off
must on hostA ethtool -C "$IFA" rx-usecs 33 rx-frames 17 tx-usecs 12
shown -c '^rx-usecs:[[:space:]]*33$'
shown -c '^rx-frames:[[:space:]]*17$'
shown -c '^tx-usecs:[[:space:]]*12$'
shown -c 'Adaptive RX: off'
[ "$DRIVER" != ours ] ||
	says ' rx-usecs=33 rx-frames=17 adaptive-rx=0 tx-usecs=12 tx-frames=[0-9]+ adaptive-tx=0 ' \
		on hostA "$TESTS/netdev/nl" dev-get
must on hostA ethtool -C "$IFA" adaptive-rx on
shown -c 'Adaptive RX: on'
ping_sizes hostA "$B4" 64 2016

note "hash fields"
must on hostA ethtool -N "$IFA" rx-flow-hash udp4 sdfn
says 'L4 bytes 2 & 3' on hostA ethtool -n "$IFA" rx-flow-hash udp4
must on hostA ethtool -N "$IFA" rx-flow-hash udp4 sd
! on hostA ethtool -n "$IFA" rx-flow-hash udp4 | grep -q 'L4 bytes' || fail "ports are still in the hash"
ping_sizes hostB "$A6" 64 2016

note "time stamping"
shown -T 'hardware-receive'
shown -T 'PTP Hardware Clock: [0-9]'
if [ "$DRIVER" = ours ]; then
	note "what waits above a queue that does not move leaves by the one that takes its place"
	# IPv6 would send something when the carrier is back, which takes what waits along, on one queue of many.
	on hostA sh -c "echo 1 > /proc/sys/net/ipv6/conf/$IFA/disable_ipv6"
	on hostA sh -c "for limit in /sys/class/net/$IFA/queues/tx-*/byte_queue_limits/limit_max; do
		echo 3000 > \$limit
	done"
	spawn hostA ping -q -n -i 0.01 -s 1000 "$B4" > /dev/null
	card_knob "$HCA_A" stuck_sq 1
	must_wait 10 fault_taken "$HCA_A" stuck_sq
	must_wait 10 some_wait
	kill "$SPAWNED"
	wait "$SPAWNED" || :
	must on hostA ethtool -G "$IFA" tx 1024
	must_wait 5 negate some_wait
fi
is_running hostA "$IFA" || fail "the carrier was lost over it"
assert_mlx5_quiet
