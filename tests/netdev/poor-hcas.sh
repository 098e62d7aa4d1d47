#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# HCAs that have less than others: what accel_ref then does without, and says. That traffic flows at all is
# interop/odd-hcas.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# kernel: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# link_says NAME: a number of ip -d link.
link_says()
{
	ip -n hostA -d link show dev "$IFA" | sed -n "s/.* $1 \([0-9]*\).*/\1/p"
}

mkdir -p /etc/modprobe.d
echo 'options ipoib_core recv_queue_size=64' > /etc/modprobe.d/queues.conf
fabric_up 2 max_send_sge=1 max_qp_wr=64 wqe_blocks=1 max_cq_period=0
hosts_up ours-ours
rm /etc/modprobe.d/queues.conf
must_wait 10 can_ping hostA "$B4"

note "sends have one piece"
ethtool_says 'scatter-gather: off' -k "$IFA"
ethtool_says 'tcp-segmentation-offload: off' -k "$IFA"
ethtool_says 'tx-checksum-ipv4: on' -k "$IFA"
[ "$(link_says gso_max_size)" = 65536 ] || fail "gso_max_size is $(link_says gso_max_size)"
ping_sizes hostA "$B4" 64 2016 20000
iperf_server hostB
iperf_run hostA "$B4" 1
[ "$(ethtool_stat hostA "$IFA" tx0_linearized)" = 0 ] || fail "packets were copied"

note "queues are shorter than the HCA says"
assert_log 'ib[0-9]+( \(uninitialized\))?: the HCA makes no queues of more than [0-9]+ sends, [0-9]+ receives'
ethtool_says '^TX:[[:space:]]+32' -g "$IFA"
# The sends alone are too many: there are as many receives as were asked for.
ethtool_says '^RX:[[:space:]]+64' -g "$IFA"

note "no moderation by the HCA, but by us"
must on hostA ethtool -C "$IFA" adaptive-rx on
must on hostA ethtool -C "$IFA" adaptive-rx off
! on hostA ethtool -C "$IFA" rx-usecs 5 2> /dev/null || fail "moderation was taken"
ethtool_says '^rx-usecs:[[:space:]]+0' -c "$IFA"
assert_strict_clean
kill "$IPERF_SERVER"
ip netns del hostA
ip netns del hostB
stack_unload
sm_stop
fabric_down

note "two QPs for four queues and three, of which even the shortest have no room for sends of many pieces"
fabric_up 2 max_qp_wr=32 wqe_blocks=1
sm_start sib0
echo 'options accel_ref tx_queues=4 rx_queues=3' > /etc/modprobe.d/queues.conf
knob sib0 create_qp_error_at 3
log_mark
hosts_up ours-ours
rm /etc/modprobe.d/queues.conf
assert_log 'ib[0-9]+( \(uninitialized\))?: the HCA does not make more than 2 of 4 TX queues'
assert_log 'ib[0-9]+( \(uninitialized\))?: the HCA does not make more than 2 of 3 RX queues'
ethtool_says '^TX:[[:space:]]+2' -l "$IFA"
ethtool_says '^RX:[[:space:]]+2' -l "$IFA"
must_wait 10 can_ping hostA "$B4"
iperf_server hostB
iperf_run hostA "$B4" 1 -P 4
[ "$(ethtool_stat hostA "$IFA" 'tx1_packets')" -gt 0 ] || fail "only one queue has sent"
assert_strict_clean
