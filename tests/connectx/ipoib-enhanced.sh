#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own ib_ipoib over the card driver's queues (mlx5i), against another such interface and
# against one over plain datagrams: every size arrives, TCP goes out as large segments, comes in on more
# than one queue, and every checksum that the card gave fits.
#
# lane: connectx-long
# limit: 180
# matrix: PEER=mlx5_3,mlx5_1
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=$PEER
. "$TESTS/lib/host.sh"

cards_up
sm_start mlx5_0
must_wait 10 all_active
drivers_take intree intree
[ "$(mtu_of hostA "$IFA")" = 2044 ] || fail "the MTU is $(mtu_of hostA "$IFA"), not 2044"
is_enhanced hostA "$IFA" || fail "$IFA is not the card driver's"

for way in "hostA $B4" "hostB $A4" "hostA $B6" "hostB $A6"; do
	# shellcheck disable=SC2086 # a list
	ping_sizes $way 64 511 1500 1995 2016 20000
done
tcp_all_ways
assert_enhanced_counts
assert_mlx5_quiet
