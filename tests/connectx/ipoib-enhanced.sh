#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own ib_ipoib over the card driver's queues (mlx5i), against another such interface and
# against one over plain datagrams: every size arrives, TCP goes out as large segments, comes in on more
# than one queue, and every checksum that the card gave fits.
#
# lane: connectx
# limit: 180
# matrix: PEER=mlx5_3,mlx5_1
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=$PEER
. "$TESTS/lib/host.sh"

# tcp HOST SERVER: five seconds from HOST, over four connections.
tcp()
{
	on "$1" iperf3 -c "$2" -t 5 -P 4 -J > "$TMPDIR/tcp" || {
		cat "$TMPDIR/tcp"
		fail "iperf3 from $1 to $2"
	}
	note "$(jq '.end.sum_received.bits_per_second / 1e6 | floor' "$TMPDIR/tcp") Mbit/s"
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
stack_load intree-intree
hosts_take intree-intree
[ "$(mtu_of hostA "$IFA")" = 2044 ] || fail "the MTU is $(mtu_of hostA "$IFA"), not 2044"
is_enhanced hostA "$IFA" || fail "$IFA is not the card driver's"

for way in "hostA $B4" "hostB $A4" "hostA $B6" "hostB $A6"; do
	# shellcheck disable=SC2086 # a list
	sizes_arrive $way 64 511 1500 1995 2016 20000
done
for server in hostA hostB; do
	spawn "$server" iperf3 -s
done
for to in "$B4" "$B6"; do
	must_wait 10 tcp hostA "$to"
done
must_wait 10 tcp hostB "$A4"
for counter in tx_tso_packets rx_csum_complete rx0_packets rx1_packets; do
	[ "$(nic_counter hostA "$IFA" $counter)" -gt 0 ] || fail "$counter of hostA is 0"
done
for error in tx_dropped tx_queue_dropped tx_cqe_err rx_wqe_err; do
	[ "$(nic_counter hostA "$IFA" $error)" = 0 ] || fail "$error of hostA is not 0"
done
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"
assert_mlx5_quiet
