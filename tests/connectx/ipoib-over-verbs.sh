#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The control of interop, over datagrams: the kernel's own ib_ipoib on both hosts. They reach each other by
# IPv4 and IPv6, small to fragmented, and by broadcast.
#
# lane: connectx-long
# limit: 180
. "$TESTS/connectx/words.sh"
. "$TESTS/lib/host.sh"

cards_up
sm_start mlx5_0
must_wait 10 all_active
drivers_take intree intree
[ "$(mtu_of hostA "$IFA")" = 2044 ] || fail "the MTU is $(mtu_of hostA "$IFA"), not 2044"

all_sizes_arrive
assert_mlx5_quiet
