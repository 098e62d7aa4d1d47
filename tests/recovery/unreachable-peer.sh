#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Packets for a peer that the SA does not know, a hundred a second: the SA is asked with back-off, not
# for each packet; the others are dropped and counted; other peers do not notice. (In-tree asks for
# about each packet: tests/scale/ shows both.)
# (Topology: lib/outage.sh)
#
# lane: full
# check: 6.1
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours
must ip -n hostA neighbour replace 10.9.0.200 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:01
before=$(ethtool_stat hostA "$IFA" tx_drop_unreachable)
trace_on ipoib/ipoib_path_asked
spawn hostA ping -n -q -c 500 -i 0.01 -w 10 10.9.0.200 > /dev/null
explains hostA "$IFA" "limited: peers that cannot be reached: 1, for example fe80::200:0:0:1: the subnet administrator knows no path"
wait "$SPAWNED" || :
asked=$(paths_asked 'fe80::200:0:0:1 ')
trace_off
dropped=$(($(ethtool_stat hostA "$IFA" tx_drop_unreachable) - before))
note "$asked queries, $dropped packets dropped as unreachable"
[ "$asked" -ge 2 ] || fail "the SA was not asked again"
[ "$asked" -le 8 ] || fail "the SA was asked $asked times"
[ "$dropped" -ge 400 ] || fail "$dropped packets were counted"
assert_resumes "with an unreachable neighbour"
explains_well hostA "$IFA"
pings_stop
assert_strict_clean
