#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel_mlx, which the core loads by name: a multi-queue interface over the card driver's queues, against
# another one, accel_ref, and the kernel's own ib_ipoib over plain datagrams and over the card driver's
# queues. Every size arrives, TCP goes out as large segments, comes in on more than one queue, and every
# checksum that the card gave fits.
#
#	hostA [accel_mlx]---mlx5_2---+ switch +---mlx5_1 or mlx5_3---[peer] hostB
#
# lane: connectx PEER_ON=mlx+mlx5_3
# lane: connectx-long
# limit: 240
# matrix: PEER_ON=mlx+mlx5_3,ref+mlx5_1,intree+mlx5_1,intree+mlx5_3
. "$TESTS/connectx/words.sh"
driver=${PEER_ON%+*}
HCA_A=mlx5_2 HCA_B=${PEER_ON#*+}
. "$TESTS/lib/host.sh"

[ "$driver" != intree ] || ours_first mlx5_2:mlx
cards_up
sm_start mlx5_0
must_wait 10 all_active
case $driver in
intree)
	pair=ours-intree
	intree_beside mlx5_2:mlx
	;;
*)
	pair=ours-ours
	must modprobe ipoib_core "accel=$(accels mlx5_2:mlx "$HCA_B:$driver")"
	must_wait 10 served_by "$HCA_B" "$driver"
	;;
esac
must_wait 10 served_by mlx5_2 mlx
made=$(commands mlx5_2 CREATE_RQ)
hosts_take "$pair"
[ "$(mtu_of hostA "$IFA")" = 2044 ] || fail "the MTU is $(mtu_of hostA "$IFA"), not 2044"
is_enhanced hostA "$IFA" || fail "$IFA is not the card driver's"
made=$(($(commands mlx5_2 CREATE_RQ) - made))
[ "$made" = 2 ] || fail "$made receive queues were made, not one for each channel"
twice=$(on hostA ethtool -S "$IFA" | sed -n 's/^ *\(.*\): .*/\1/p' | sort | uniq -d)
[ -z "$twice" ] || fail "counters of one name: $twice"

all_sizes_arrive
tcp_all_ways
assert_enhanced_counts

note "MTU, rings and channels, of an interface that is up"
must ip -n hostA link set "$IFA" mtu 1500
ping_sizes hostA "$B4" 64 1472 1473 2016
must ip -n hostA link set "$IFA" mtu 2044
ping_sizes hostB "$A4" 64 2016
must on hostA ethtool -G "$IFA" rx 256 tx 256
must on hostA ethtool -L "$IFA" combined 1
ping_sizes hostA "$B6" 64 2016
on hostA ethtool -l "$IFA" | tail -n 5 | grep -q 'Combined:.*1$' || fail "there is more than one channel"
must on hostA ethtool -L "$IFA" combined 2
ping_sizes hostB "$A6" 64 2016
is_running hostA "$IFA" || fail "the carrier was lost over it"
[ "$driver" = intree ] || assert_mlx5_quiet
