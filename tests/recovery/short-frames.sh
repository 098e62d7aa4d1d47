#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Frames that end before their headers do, and packets of a type that IPoIB has not: counted and
# dropped, nothing else happens.
# (Topology: lib/outage.sh)
#
# lane: slow
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours
for length in 0 1 3 4 23 24 43; do
	short=$(ethtool_stat hostB "$IFB" '.*short.*')
	knob sib0 cut_len "$length"
	knob sib0 cut_once 3
	must_wait 10 used_up sib0 cut_once
	assert_resumes "frames cut to $length bytes"
	short=$(($(ethtool_stat hostB "$IFB" '.*short.*') - short))
	# One of them may have been a multicast to others.
	[ "$length" -ge 4 ] || [ "$short" -ge 1 ] ||
		fail "$short of 3 frames of $length bytes were counted"
	[ "$length" -lt 4 ] || [ "$short" = 0 ] ||
		fail "$short frames of $length bytes were taken for too short"
done
explains hostB "$IFB" "note: receives that failed: 0 .*, [1-9][0-9]* of packets too short for their headers, 0 that"

note "sent by a packet socket"
before=$(ethtool_stat hostA "$IFA" tx_drop_malformed)
head -c 60 /dev/zero > "$TMPDIR/garbage"
must on hostA socat -u "OPEN:$TMPDIR/garbage" "INTERFACE:$IFA"
[ "$(ethtool_stat hostA "$IFA" tx_drop_malformed)" = $((before + 1)) ] ||
	fail "a packet of no type was not counted"
assert_resumes "a packet of no type"
explains hostA "$IFA" "note: packets dropped on their way out since it was made: [0-9]+, most for tx_drop_malformed \([1-9]"
pings_stop
assert_strict_clean
