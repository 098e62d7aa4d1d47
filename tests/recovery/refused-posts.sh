#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The HCA refuses sends and receive buffers under TCP, more of them than a ring holds: each refusal is
# counted, the receive ring is filled again though no packet arrives meanwhile, and traffic goes on
# within 5 s.
# (Topology: lib/outage.sh)
#
# lane: full
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

used_up()
{
	[ "$(knob "$1" "$2")" = 0 ]
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

before=$(ethtool_stat hostA "$IFA" '.*post_failed')
knob sib0 post_send_error_once 40
must_wait 20 used_up sib0 post_send_error_once
assert_resumes "40 refused sends"
assert_tcp_moves "40 refused sends"
[ "$(ethtool_stat hostA "$IFA" '.*post_failed')" -ge $((before + 40)) ] ||
	fail "refused sends were not counted"
traffic_stop
pings_stop
assert_strict_clean
