#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# IPoIB over the datagram queue pairs of the stock mlx5_ib: the kernel's own ib_ipoib, which is the
# control, and accel_ref. Hosts reach each other by IPv4 and IPv6, small to fragmented, and by broadcast.
#
# lane: connectx
# limit: 180
# matrix: PAIR=intree-intree,ours-ours,ours-intree
. "$TESTS/connectx/words.sh"
. "$TESTS/lib/host.sh"

cards_up
sm_start mlx5_0
must_wait 10 all_active
stack_load "$PAIR"
hosts_take "$PAIR"
[ "$(mtu_of hostA "$IFA")" = 2044 ] || fail "the MTU is $(mtu_of hostA "$IFA"), not 2044"

for way in "hostA $B4" "hostB $A4" "hostA $B6" "hostB $A6"; do
	# shellcheck disable=SC2086 # a list
	sizes_arrive $way 64 511 1500 1995 2016 20000
done
for host in hostA hostB; do
	on "$host" sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
done
assert_broadcast_ping hostA 10.9.0.255 "$B4"
assert_broadcast_ping hostB 10.9.0.255 "$A4"
assert_mlx5_quiet
