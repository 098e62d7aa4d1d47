#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# HCAs that have less than most: for each, carrier, packets of all sizes and TCP between two hosts, and
# nothing is counted as an error or a mistake. What an HCA has not is what soft_ib's README says of real
# ones. ROUNDS=few has several properties at once, ROUNDS=each has them one by one.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: slow ROUNDS=each
# lane: full
# kernel: 6.12
# limit: 600
# matrix: PAIR=ours-ours,intree-intree
# matrix: ROUNDS=few,each
. "${TESTS:=/tests}/lib/host.sh"

# hca WORDS PARAMETER=VALUE...: hosts with such HCAs can talk.
hca()
{
	note "HCAs: $1"
	shift
	fabric_up 2 "$@"
	sm_start sib0
	hosts_up "$PAIR"
	clean_mark
	ping_sizes hostA "$B4" 64 1988 20000
	ping_sizes hostB "$A6" 64 1996 20000
	iperf_server hostB
	iperf_run hostA "$B4" 1
	iperf_run hostA "$B6" 1
	assert_clean
	own=$(ethtool_stat hostA "$IFA" 'rx[0-9]+_own')
	kill "$IPERF_SERVER"
	wait "$IPERF_SERVER" || :
	ip netns del hostA
	ip netns del hostB
	stack_unload
	sm_stop
	fabric_down
}

# In-tree makes its queues as large as its parameters say, receives of two entries, and a CQ for all of
# connected mode.
small='max_qp_wr=100 max_cqe=1280' recv=max_recv_sge=1
case $PAIR in
*intree*) small='max_qp_wr=512' recv=max_recv_sge=2 ;;
esac

# shellcheck disable=SC2086 # lists
case $ROUNDS in
few)
	hca "without offloads, lkey, moderation, loopback control" offload=0 lkey=0 max_cq_period=0 \
		block_loopback=0 vectors=1 attach_ready=1 max_send_sge=1
	[ "$PAIR" != ours-ours ] || [ "$own" -gt 0 ] || fail "its own multicasts came back, and were handed on"
	hca "that interrupt at once, with little room" missed_events=0 lkey=0 max_cq_period=4095 \
		max_send_sge=3 $recv $small
	;;
each)
	for less in max_send_sge=1 max_send_sge=2 max_send_sge=4 "$recv" vectors=1 offload=0 \
		tso=0 csum=0 lkey=0 block_loopback=0 missed_events=0 max_cq_period=0 \
		max_cq_period=4095 attach_ready=1 max_groups=16 "$small" \
		'max_qp_wr=1024 wqe_blocks=1'; do
		hca "$less" $less
	done
	;;
esac
