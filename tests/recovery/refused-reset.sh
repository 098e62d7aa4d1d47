#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An interface is set down and the HCA resets neither of its two queue pairs, or one of them: what the HCA may still
# write to stays its own until it has reset them, though packets go on to arrive; and no more than that: a network
# namespace whose packets these are goes. One that does not answer is not asked for each queue pair, nor at once again;
# but it is asked again, and what works goes on.
# (Topology: lib/outage.sh)
#
# lane: full
# kernel: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

abandoned()
{
	ethtool_stat hostA "$IFA" abandoned
}

mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=2 rx_queues=2" > /etc/modprobe.d/queues.conf
outage_up ours-ours
on hostA sh -c "echo 1 > /proc/sys/net/ipv6/conf/$IFA/keep_addr_on_down"

# of_rings COUNT RINGS: so many buffers are those of so many rings of 256.
of_rings()
{
	[ "$1" -ge $((200 * $2)) ] || fail "$1 sends and receives, of $2 rings"
	[ "$1" -le $((300 * $2)) ] || fail "$1 sends and receives, of $2 rings"
}

# second_qp: its state, and how many receives it has.
second_qp()
{
	awk '$1 == "qp" && / ipoib_core / { last = $3 " " $10 } END { print last }' "$SOFT_IB/sib0/census"
}

# down_refused N WHAT RINGS SECOND: sets the link down while N state changes are refused; rings that the HCA keeps, and
# what second_qp is then, a regular expression.
down_refused()
{
	note "refused: $2"
	before=$(abandoned)
	log_mark
	knob sib0 modify_error_once "$1"
	must ip -n hostA link set "$IFA" down
	must used_up sib0 modify_error_once
	assert_log "$IFA: the HCA does not reset a QP: it keeps its buffers"
	second_qp | grep -qx "$4" || fail "the second queue pair is in: $(second_qp)"
	of_rings $(($(abandoned) - before)) $((2 - $3))
	before=$(abandoned)
	must ip -n hostA link set "$IFA" up
	must_wait 20 is_running hostA "$IFA"
	assert_resumes "set down and up"
	of_rings $(($(abandoned) - before)) "$3"
}

# To ERR, two; to RESET, two, or the first one alone: the other one is reset all the same.
down_refused 4 "two to ERR, two to RESET" 2 'rts [1-9].*'
down_refused 3 "two to ERR, the first one to RESET" 1 'init 0'

# timed_out: state changes.
timed_out()
{
	echo $((10 - $(knob sib0 modify_error_once)))
}

note "what times out is not asked of the other one as well, nor by another interface, nor again at once"
knob sib0 pkeys "1 0x8001"
must ip -n hostA link add link "$IFA" name child type ipoib pkey 0x8001
must ip -n hostA link set child up
log_mark
knob sib0 slow_ms $((1200 * TIME_SCALE))
knob sib0 modify_error_once 10
must ip -n hostA link set "$IFA" down
is "state changes that timed out" "$(timed_out)" 1
! ip -n hostA link set "$IFA" up 2> /dev/null || fail "it was set up"
is "state changes that timed out, with the one of who sets it up" "$(timed_out)" 2
assert_log "$IFA: the HCA has not answered for [1-9][0-9]* s: error -110; it is asked again in [1-9][0-9]* s"
knob sib0 slow_ms 0
knob sib0 modify_error_once 0
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
assert_resumes "an HCA that did not answer"

must ip -n hostA link delete child

note "nor by a restart, which stops and opens"
log_mark
knob sib0 slow_ms $((1200 * TIME_SCALE))
knob sib0 modify_error_once 10
knob sib0 recv_error_once 1
must_wait 10 log_has "$IFA: accel ref cannot open again: error -112; trying on"
is "state changes that timed out" "$(timed_out)" 1
explains hostA "$IFA" "broken: no carrier: accel ref cannot start its queues: the device does not answer its driver \(failed "
! grep -E 'set port|queue_size|x_queues=' "$TMPDIR/explain" || fail "explain has another accel, or smaller queues, for a silent device"
knob sib0 slow_ms 0
knob sib0 modify_error_once 0
must_wait 30 is_running hostA "$IFA"
assert_resumes "state changes that timed out"
explains_well hostA "$IFA"
pings_stop
assert_strict_clean

# Of the last queue: in hexadecimal, as census has it.
last_qp()
{
	awk '$1 == "qp" && / ipoib_core / { last = $2 } END { print "0x" last }' "$SOFT_IB/sib0/census"
}

# refuses: a send of the last queue, and does not say what state the queue pair is in.
refuses()
{
	log_mark
	knob sib0 query_qp_error_once 1
	knob sib0 post_send_error_once 1
	must_wait 10 refused_one
	must_wait 10 log_has "$IFA: the HCA has not answered"
}

refused_one()
{
	on hostA taskset 2 "$(command -v ping)" -c 1 -W 1 "$B4" > /dev/null
	[ "$(knob sib0 query_qp_error_once)" = 0 ]
}

note "whether a queue pair that refuses a send is in error is asked again with the next one, when it was not said"
restarts=$(ethtool_stat hostA "$IFA" restarts)
knob sib0 slow_ms $((1200 * TIME_SCALE))
knob sib0 match_qpn "$(last_qp)"
refuses
refuses
knob sib0 match_qpn 0
knob sib0 slow_ms 0
must_wait 10 can_ping hostA "$B4"
is "restarts meanwhile" "$(ethtool_stat hostA "$IFA" restarts)" "$restarts"

note "refused with sends that conntrack knows, whose network namespace goes"
must on hostA nft add table ip t
must on hostA nft add chain ip t c "{ type filter hook output priority 0; }"
must on hostA nft add rule ip t c ct state new counter
must_wait 10 can_ping hostA "$B4"
knob sib0 stuck_sq 1
must on hostA dd if=/dev/zero of="$TMPDIR/thousand" bs=1000 count=1
must on hostA socat -u "OPEN:$TMPDIR/thousand" "UDP-SENDTO:$B4:9"
knob sib0 modify_error_once 4
must ip -n hostA link set "$IFA" down
must used_up sib0 modify_error_once
must ip netns delete hostA
must_wait 20 test -e "/sys/class/net/$IFA"
# Namespaces go one after another: the next one does not when the one before it waits.
must ip netns add later
must ip link add here type veth peer name there netns later
must ip netns delete later
must_wait 20 test ! -e /sys/class/net/here
knob sib0 stuck_sq 0
must ip link set "$IFA" up
must_wait 20 grep -qx 1 "/sys/class/net/$IFA/carrier"
invariants_not verbs "who is told that sends are done destroys their address handle, and the HCA has not reset its queue pair"
invariants_not wire "what arrived meanwhile went with the reset"
