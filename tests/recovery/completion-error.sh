#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Work requests complete with an error under TCP: the QP is repaired (a send: SQE, back to RTS) or the
# data path restarted (a receive: ERR), the error is counted, and traffic goes on within 5 s. The
# receive ring is full again afterwards: errors over and over do not wear it out.
# (Topology: lib/outage.sh)
#
# lane: full
# check: 6.1
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours
tcp_start

# faults KNOB HCA HOST INTERFACE COUNTERS
faults()
{
	for round in 1 2 3; do
		before=$(ethtool_stat "$3" "$4" "$5")
		knob "$2" "$1" 1
		must_wait 10 counted "$3" "$4" "$5" "$before"
		assert_resumes "$1 on $2, number $round"
		assert_tcp_moves "$1 on $2, number $round"
	done
}

counted()
{
	[ "$(ethtool_stat "$1" "$2" "$3")" -gt "$4" ]
}

faults send_error_once sib0 hostA "$IFA" sqe_repairs
faults send_error_once sib1 hostB "$IFB" sqe_repairs
faults recv_error_once sib1 hostB "$IFB" restarts
faults recv_error_once sib0 hostA "$IFA" restarts

note "more receive errors at once than one restart takes"
knob sib1 recv_error_once 20
must_wait 20 grep -qx 0 "$SOFT_IB/sib1/recv_error_once"
assert_resumes "20 receive errors"
# TCP waits, before it tries again, for as long as they took.
assert_tcp_moves "20 receive errors" 25
explains_well hostA "$IFA"
explains_well hostB "$IFB"
traffic_stop
pings_stop
assert_strict_clean
