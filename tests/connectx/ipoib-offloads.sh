#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Offloads of plain datagrams, which the card may have or not: TCP goes out as large segments if it has, as
# packets if not; the stack finds no wrong checksum, and TCP by IPv4 and IPv6 works both ways. accel_ref also
# on a card that has enhanced IPoIB too, and the kernel's own driver, which is the control, on one that has
# not.
#
# allow-dmesg: NETDEV WATCHDOG|WARNING: .*(dev_watchdog|sch_generic)|Call Trace|cut here
#
# lane: connectx DRIVER_ON=ref+mlx5_2 OFFLOADS=1
# lane: connectx-long
# limit: 240
# matrix: DRIVER_ON=ref+mlx5_2,ref+mlx5_1,intree+mlx5_1
# matrix: OFFLOADS=1,0
. "$TESTS/connectx/words.sh"
HCA_A=${DRIVER_ON#*+} HCA_B=mlx5_0
driver=${DRIVER_ON%+*}
. "$TESTS/lib/host.sh"

cards_up "$HCA_A:ud_offloads:$OFFLOADS"
sm_start mlx5_3
must_wait 10 all_active
drivers_take "$driver" "$driver"

all_sizes_arrive
card_knob "$HCA_A" lso_sends 0
card_knob "$HCA_A" csum_sends 0
before=$(cat "/sys/class/infiniband/$HCA_A/ports/1/counters/port_xmit_packets")
tcp_all_ways
packets=$(($(cat "/sys/class/infiniband/$HCA_A/ports/1/counters/port_xmit_packets") - before))
card_knob "$HCA_A" lso_sends
large=$CARD_VALUE
card_knob "$HCA_A" csum_sends
sums=$CARD_VALUE
note "$packets packets; $sums sends with checksums, of which $large were large segments"
if [ "$OFFLOADS" = 1 ]; then
	[ "$large" -gt 100 ] || fail "there were no large segments"
	[ $((sums * 2)) -lt "$packets" ] || fail "not fewer sends than packets"
else
	[ "$large$sums" = 00 ] || fail "offloads of a card that has none"
fi
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"
case $driver in
# It may stop its queue just when all that was in it has been sent, and then waits for the watchdog.
intree) ;;
*)
	! log_has 'Call Trace|cut here' || fail "the kernel warns"
	assert_mlx5_quiet
	;;
esac
