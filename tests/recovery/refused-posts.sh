#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The HCA refuses sends and receive buffers under TCP, more of them than a ring holds: each refusal is
# counted, the receive ring is filled again though no packet arrives meanwhile, and traffic goes on
# within 5 s. Refused sends in lists of packets cost these packets alone: no restart, no place of the ring; and one
# restart in all when sends of a kind are refused however often they are tried.
# (Topology: lib/outage.sh)
#
# lane: full
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# counted HOST INTERFACE COUNTERS BEFORE LEAST
counted()
{
	[ "$(ethtool_stat "$1" "$2" "$3")" -ge $(($4 + $5)) ]
}

# refusals: of sends of hostA, dropped or tried again.
refusals()
{
	ethtool_stat hostA "$IFA" '.*post_(failed|retried)'
}

# flood BYTES: packets of hostA as fast as it can.
flood()
{
	spawn hostA socat -u -b "$1" OPEN:/dev/zero "UDP-SENDTO:$B4:9"
	FLOODS="${FLOODS:-} $SPAWNED"
}

flood_stop()
{
	# shellcheck disable=SC2086 # a list
	kill $FLOODS
	FLOODS=
}

outage_up ours-ours
tcp_start
before=$(ethtool_stat hostB "$IFB" '.*post_failed')
knob sib1 post_recv_error_once 40
must_wait 20 used_up sib1 post_recv_error_once
assert_resumes "40 refused calls of post_recv"
assert_tcp_moves "40 refused calls of post_recv"
[ "$(ethtool_stat hostB "$IFB" '.*post_failed')" -ge $((before + 40)) ] ||
	fail "refused receives were not counted"

restarts=$(ethtool_stat hostA "$IFA" restarts)
before=$(refusals)
knob sib0 post_send_error_once 40
must_wait 20 used_up sib0 post_send_error_once
assert_resumes "40 refused sends"
assert_tcp_moves "40 refused sends"
[ "$(refusals)" = $((before + 40)) ] || fail "$(($(refusals) - before)) of 40 refused sends were counted"
traffic_stop
pings_stop

# A wire that is slower than the sender fills the ring: from then on the stack gives lists.
note "three of ten sends are refused, in lists"
must on hostA ethtool -G "$IFA" tx 64
knob sib0 rate_mbps $((25 / TIME_SCALE))
before=$(ethtool_stat hostA "$IFA" '.*post_failed')
from=$(ethtool_stat hostB "$IFB" rx0_packets)
sent=$(ethtool_stat hostA "$IFA" tx_packets)
posts=$(ethtool_stat hostA "$IFA" tx0_posts)
knob sib0 post_send_error_ppm 300000
flood 1400
must_wait 40 counted hostA "$IFA" '.*post_failed' "$before" 1000
explains hostA "$IFA" "limited: sends that failed: [0-9]+ that the device refused"
flood_stop
knob sib0 post_send_error_ppm 0
knob sib0 rate_mbps 0
refused=$(($(ethtool_stat hostA "$IFA" '.*post_failed') - before))
sent=$(($(ethtool_stat hostA "$IFA" tx_packets) - sent))
posts=$(($(ethtool_stat hostA "$IFA" tx0_posts) - posts))
arrived=$(($(ethtool_stat hostB "$IFB" rx0_packets) - from))
note "$refused refused, $sent sent in $posts posts, $arrived arrived," \
	"$(ethtool_stat hostA "$IFA" '.*post_retried') tried again"
[ $((refused * 100 / (refused + sent))) -le 40 ] || fail "more were lost than were refused"
[ "$posts" -lt $((refused + sent)) ] || fail "these were no lists"
[ "$(ethtool_stat hostA "$IFA" restarts)" = "$restarts" ] || fail "the data path was restarted"

note "no place of the ring is lost"
must on hostA ethtool -G "$IFA" tx 1
stops=$(ethtool_stat hostA "$IFA" tx_timeouts)
ping_sizes hostA "$B4" 64 1472
[ "$(ethtool_stat hostA "$IFA" tx_timeouts)" = "$stops" ] || fail "the queue is stuck"
[ "$(ethtool_stat hostA "$IFA" restarts)" = "$restarts" ] || fail "the data path was restarted"

note "long sends are refused for good, in lists with others"
log_mark
must on hostA ethtool -G "$IFA" tx 64
knob sib0 rate_mbps 50
knob sib0 post_send_longest 1000
before=$(ethtool_stat hostA "$IFA" '.*post_failed')
flood 1400
flood 900
must_wait 40 counted hostA "$IFA" '.*post_failed' "$before" 500
from=$(ethtool_stat hostB "$IFB" rx0_packets)
must_wait 15 counted hostB "$IFB" rx0_packets "$from" 1000
flood_stop
knob sib0 post_send_longest 0
knob sib0 rate_mbps 0
restarts=$(($(ethtool_stat hostA "$IFA" restarts) - restarts))
note "$restarts restarts"
[ "$restarts" -le 1 ] || fail "the data path was restarted $restarts times"
! log_has 'the HCA does not flush its queues' || fail "the restart waited for what nothing tells of"
[ "$(ethtool_stat hostA "$IFA" tx_timeouts)" = "$stops" ] || fail "the queue is stuck"
ping_sizes hostA "$B4" 64 1472
# Who was asked for by sends that were refused has not answered.
ip -n hostA neighbour flush all
explains_well hostA "$IFA"
explains hostA "$IFA" "note: sends that failed: "
assert_strict_clean
