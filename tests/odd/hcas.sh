#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What tests of interop/ and recovery/ promise also holds on HCAs that have less than most: each of these TESTs, as it
# is, with each property by which real HCAs differ (soft_ib's README), and with all of them at once. Of this `make check`
# has interop/odd-hcas. HCAs that do not make as many QPs as they should are in netdev/poor-hcas.
# (Topology: that of the TEST)
#
# lane: slow
# kernel: 6.12
# limit: 240
# matrix: HCA=send-1,send-2,send-4,recv-1,vector-1,no-offload,no-tso,no-csum,no-lkey,own-multicasts,no-missed-events,no-moderation,4095-us,attach-ready,16-groups,100-requests,blocks,least
# matrix: TEST=ping,tcp,multicast,mtu-4092,pkey-child,sm-restart,lid-change,link-flap,completion-error,refused-posts
: "${TESTS:=/tests}"

case $HCA in
send-*) HCA_HAS=max_send_sge=${HCA#send-} ;;
recv-1) HCA_HAS=max_recv_sge=1 ;;
vector-1) HCA_HAS=vectors=1 ;;
no-offload) HCA_HAS=offload=0 ;;
no-tso) HCA_HAS=tso=0 ;;
no-csum) HCA_HAS=csum=0 ;;
no-lkey) HCA_HAS=lkey=0 ;;
own-multicasts) HCA_HAS=block_loopback=0 ;;
no-missed-events) HCA_HAS=missed_events=0 ;;
no-moderation) HCA_HAS=max_cq_period=0 ;;
4095-us) HCA_HAS=max_cq_period=4095 ;;
attach-ready) HCA_HAS=attach_ready=1 ;;
16-groups) HCA_HAS=max_groups=16 ;;
100-requests) HCA_HAS="max_qp_wr=100 max_cqe=1280" ;;
blocks) HCA_HAS="max_qp_wr=1024 wqe_blocks=1" ;;
least)
	HCA_HAS="offload=0 lkey=0 max_cq_period=0 block_loopback=0 missed_events=0 vectors=1 attach_ready=1
		max_send_sge=1 max_recv_sge=1 max_qp_wr=100 max_cqe=1280 max_groups=16"
	;;
esac
# shellcheck disable=SC2153 # of the matrix
test=$TESTS/interop/$TEST.sh
[ -e "$test" ] || test=$TESTS/recovery/$TEST.sh
echo "# ${test#"$TESTS"/} on HCAs with $HCA_HAS"
# What their own variants say.
export HCA_HAS PAIR=ours-ours TIME=3
exec dash "$test"
