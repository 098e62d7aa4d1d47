#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Work requests complete with an error under TCP: the QP is repaired (a send: SQE, back to RTS) or the
# data path restarted (a receive: ERR), the error is counted, and traffic goes on within 5 s. The
# receive ring is full again afterwards: errors over and over do not wear it out. A QP whose sends alone
# have failed goes on to receive.
# (Topology: lib/outage.sh)
#
# lane: full
# check: 6.1
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours
tcp_start

# faults KNOB HCA HOST INTERFACE COUNTER QUEUES: each is counted once, and as an error of one of these queues.
faults()
{
	for round in 1 2 3; do
		before=$(ethtool_stat "$3" "$4" "$5")
		errors=$(ethtool_stat "$3" "$4" "$6[0-9]+_errors")
		knob "$2" "$1" 1
		must_wait 10 counted "$3" "$4" "$5" "$before"
		is "errors" "$(($(ethtool_stat "$3" "$4" "$6[0-9]+_errors") - errors))" 1
		assert_resumes "$1 on $2, number $round"
		assert_tcp_moves "$1 on $2, number $round"
	done
}

counted()
{
	[ "$(ethtool_stat "$1" "$2" "$3")" -gt "$4" ]
}

faults send_error_once sib0 hostA "$IFA" sqe_repairs tx
faults send_error_once sib1 hostB "$IFB" sqe_repairs tx
faults recv_error_once sib1 hostB "$IFB" restarts rx
note "and an event tells of it too"
knob sib0 qp_event_once 3
faults recv_error_once sib0 hostA "$IFA" restarts rx
is "events to come" "$(knob sib0 qp_event_once)" 0
must counted hostA "$IFA" async_errors 2

note "while a QP is mended, by an HCA that takes its time, it receives"
# has_received COUNT: hostA, since received.
has_received()
{
	[ $(($(ethtool_stat hostA "$IFA" rx0_packets) - received)) -ge "$1" ]
}

repairs=$(ethtool_stat hostA "$IFA" sqe_repairs)
knob sib0 slow_ms 8000
knob sib0 send_error_once 1
must_wait 10 grep -qx 0 "$SOFT_IB/sib0/send_error_once"
received=$(ethtool_stat hostA "$IFA" rx0_packets)
spawn hostB socat -u -b 100 OPEN:/dev/zero,readbytes=200000 "UDP-SENDTO:$A4:9"
# More than the ring has, 256, and no more: the HCA does not take its time for ever.
must_wait 6 has_received 300
is "repairs until then" "$(($(ethtool_stat hostA "$IFA" sqe_repairs) - repairs))" 0
knob sib0 slow_ms 0
must_wait 15 counted hostA "$IFA" sqe_repairs "$repairs"
assert_resumes "a slow repair"

note "more receive errors at once than one restart takes"
knob sib1 recv_error_once 20
must_wait 20 grep -qx 0 "$SOFT_IB/sib1/recv_error_once"
assert_resumes "20 receive errors"
# TCP waits, before it tries again, for as long as they took.
assert_tcp_moves "20 receive errors" 25
explains_well hostA "$IFA"
explains_well hostB "$IFB"
for host in "hostA $IFA" "hostB $IFB"; do
	explains "${host% *}" "${host#* }" "note: sends that failed: 0 that the device refused, [1-9][0-9]* that it ended with an error"
	explains "${host% *}" "${host#* }" "note: receives that failed: [1-9][0-9]* that the device ended with an error"
done
traffic_stop
pings_stop

note "a receive of a host that sends nothing, which would tell that the QP is in error too"
restarts=$(ethtool_stat hostA "$IFA" restarts)
knob sib0 recv_error_once 1
# shellcheck disable=SC2016 # its own
on hostB sh -c 'echo one | socat -u - "UDP-SENDTO:$1:9"' sh "$A4"
must_wait 5 counted hostA "$IFA" restarts "$restarts"
assert_strict_clean
