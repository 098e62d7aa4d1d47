#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# HCAs that have less than others: accel_ref does without, says so where something is missing, and traffic
# flows. One fabric after the other.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# limit: 180
. "${TESTS:=/tests}/lib/host.sh"

# says REGEX ETHTOOL_ARGUMENT...
says()
{
	says_what=$1
	shift
	on hostA ethtool "$@" > "$TMPDIR/says" 2>&1 || fail "ethtool $*: $(cat "$TMPDIR/says")"
	grep -Eq -e "$says_what" "$TMPDIR/says" || {
		cat "$TMPDIR/says"
		fail "ethtool $* does not say '$says_what'"
	}
}

# link_says NAME: a number of ip -d link.
link_says()
{
	ip -n hostA -d link show dev "$IFA" | sed -n "s/.* $1 \([0-9]*\).*/\1/p"
}

# poor_up PARAMETER...: two hosts on a fabric of such HCAs.
poor_up()
{
	[ -d "$SOFT_IB" ] || fabric_up 2 "$@"
	log_mark
	hosts_up ours-ours
	must_wait 10 can_ping hostA "$B4"
	ping_sizes hostA "$B4" 64 2016 20000
	ping_sizes hostB "$A6" 64 1996 20000
	iperf_server hostB
	iperf_run hostA "$B4" 1
}

poor_down()
{
	assert_strict_clean
	kill "$IPERF_SERVER"
	ip netns del hostA
	ip netns del hostB
	stack_unload
	sm_stop
	fabric_down
}

note "an HCA whose sends have one piece"
poor_up max_send_sge=1
says 'scatter-gather: off' -k "$IFA"
says 'tcp-segmentation-offload: off' -k "$IFA"
says 'tx-checksum-ipv4: on' -k "$IFA"
[ "$(link_says gso_max_size)" = 65536 ] || fail "gso_max_size is $(link_says gso_max_size)"
[ "$(ethtool_stat hostA "$IFA" tx0_linearized)" = 0 ] || fail "packets were copied"
poor_down

note "an HCA with nothing but queues, and short ones"
poor_up max_send_sge=2 max_recv_sge=1 max_qp_wr=256 wqe_blocks=1 vectors=1 offload=0 lkey=0 \
	block_loopback=0 missed_events=0 max_cq_period=0 attach_ready=1
assert_log "ib[0-9]+: the HCA makes no queues of more than [0-9]+ sends, [0-9]+ receives"
note "$(on hostA ethtool -g "$IFA" | tail -n 5 | tr '\n' ' ')"
must on hostA ethtool -C "$IFA" adaptive-rx on
must on hostA ethtool -C "$IFA" adaptive-rx off
! on hostA ethtool -C "$IFA" rx-usecs 5 2> /dev/null || fail "moderation was taken"
poor_down

note "an HCA that has two QPs for four queues"
fabric_up 2
mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=4" > /etc/modprobe.d/queues.conf
knob sib0 create_qp_error_at 3
poor_up
assert_log "ib[0-9]+: the HCA does not make more than 2 of 4 TX queues"
says '^TX:[[:space:]]+2' -l "$IFA"
iperf_run hostA "$B4" 1 -P 4
[ "$(ethtool_stat hostA "$IFA" 'tx1_packets')" -gt 0 ] || fail "only one queue has sent"
assert_strict_clean
