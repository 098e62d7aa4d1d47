#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# IPoIB over the datagram queue pairs of the stock mlx5_ib: the kernel's own ib_ipoib, which is the
# control, and accel_ref. Hosts reach each other by IPv4 and IPv6, small to fragmented, and by broadcast.
#
# lane: connectx-long
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

all_sizes_arrive
assert_mlx5_quiet
