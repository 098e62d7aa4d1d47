#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The PMA counts each packet once at each port it passes, with its length on the wire; a reset by
# perfquery sets counters to 0.
#
#	sib0 (opensm)---switch---sib1 (ibping server)
#
# check: 6.1
# limit: 60
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

# snapshot NAME: the counters of both ports at one time, which is when two readings are alike.
snapshot()
{
	must_wait 5 snapshot_alike "$TMPDIR/$1"
}

snapshot_alike()
{
	for reading in "$1" "$1.again"; do
		for hca in sib0 sib1; do
			sed "s/^/$hca /" "$SOFT_IB/$hca/counters"
		done > "$reading"
	done
	cmp -s "$1" "$1.again"
}

# moved HCA NAME: by how much, from the snapshot "before" to "after".
moved()
{
	cat "$TMPDIR/before" "$TMPDIR/after" |
		awk -v hca="$1" -v name="$2" '$1 == hca && $2 == name { n = $3 - n } END { print n }'
}

fabric_up 2
SM_SWEEP=0 sm_start sib0
must_wait 10 all_active
ibping_server sib1
lid=$(port_lid sib1)
must_wait 5 can_ibping sib0 "$lid"
must perfquery -R "$lid" 1
snapshot before
is "answers" "$(ibpings sib0 "$lid" 40 1000)" 40
snapshot after
# The SM may say something in between.
got=$(moved sib1 rcv_pkts)
at_least "packets received" "$got" 40
is "of them unicast" "$(moved sib1 ucast_rcv)" "$got"
at_least "packets sent by the other end" "$(moved sib0 xmit_pkts)" "$got"
# LRH 8, BTH 12, DETH 8, MAD 256, ICRC 4: 288 bytes, 72 words (IBA 16.1.3.5).
is "words received" "$(moved sib1 rcv_data)" $((got * 72))
is "multicasts" "$(counter sib1 mcast_rcv)" 0
must perfquery -R -x "$lid" 1
at_least "packets after the reset" 5 "$(counter sib1 rcv_pkts)"
assert_strict_clean
