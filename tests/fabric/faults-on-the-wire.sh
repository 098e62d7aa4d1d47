#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The knobs drop_ppm, dup_ppm, reorder_ppm, delay_us, rate_mbps and match_qpn do to data packets what they say,
# count it, and stop when set to 0; management packets are spared unless match_qpn names their QP.
# The kernel's own ib_ipoib is the judge.
#
#	hostA [ib0]---sib0---switch---sib1---[ib1] hostB
#
# limit: 120
# kernel: 6.1
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

all_pings()
{
	all_come hostA "$B4" 5
}

# rtt_ms: the average round trip of the last pings, whole milliseconds.
rtt_ms()
{
	sed -n 's/^rtt.* = [0-9.]*\/\([0-9]*\)[.\/].*/\1/p' "$TMPDIR/pings"
}

holds_nothing()
{
	[ "$(knob sib0 held)" = 0 ]
}

# least_rtt_ms: the shortest one: any other may be that of a machine that stands still.
least_rtt_ms()
{
	sed -n 's/^rtt.* = \([0-9]*\)[.\/].*/\1/p' "$TMPDIR/pings"
}

# burst OPTION...: answers to ten pings at once, however late.
burst()
{
	pings hostA "$B4" 10 -l 10 -i 5 -W 5 "$@"
}

# overtaken: answers of the last pings that came after a later one's.
overtaken()
{
	sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' "$TMPDIR/pings" |
		awk '$1 < last { n++ } { last = $1 } END { print n + 0 }'
}

hosts_up intree-intree
must_wait 10 all_pings
lid=$(port_lid sib1)
ibping_server sib1
must_wait 5 can_ibping sib0 "$lid"

note "drop: all, and a third"
before=$(drops_of sib0 fault)
knob sib0 drop_ppm 1000000
is "answers with every packet dropped" "$(pings hostA "$B4" 5)" 0
at_least "counted as dropped" $(($(drops_of sib0 fault) - before)) 5
is "ibpings (QP1) meanwhile" "$(ibpings sib0 "$lid" 5 1000)" 5
knob sib0 drop_ppm 333333
got=$(pings hostA "$B4" 200)
knob sib0 drop_ppm 0
at_least "answers with a third dropped" "$got" 80
at_least "lost with a third dropped" $((200 - got)) 20
must_wait 10 all_pings

note "match_qpn: a QP that is none of ib_ipoib's, then the GSI"
knob sib0 match_qpn 12345678
knob sib0 drop_ppm 1000000
must all_pings
knob sib0 match_qpn 1
must all_pings
is "ibpings with QP1 dropped" "$(ibpings sib0 "$lid" 1)" 0
knob sib0 match_qpn 0
knob sib0 drop_ppm 0

note "duplicate"
knob sib0 dup_ppm 1000000
must all_come hostA "$B4" 20
knob sib0 dup_ppm 0
at_least "duplicates" "$(grep -c 'DUP!' "$TMPDIR/pings")" 19

note "delay"
knob sib0 delay_us 30000
must all_come hostA "$B4" 10
at_least "round trip with a delay of 30 ms" "$(rtt_ms)" 30
is "ibpings (QP1) meanwhile" "$(ibpings sib0 "$lid" 5 1000)" 5
knob sib0 delay_us 0
must_wait 5 holds_nothing
must all_come hostA "$B4" 10
at_least "30 ms, less than the round trip without a delay" 29 "$(least_rtt_ms)"

note "a rate: 1500 bytes take 12 ms, and ten of them wait for each other"
knob sib0 rate_mbps 1
must all_come hostA "$B4" 10 -s 1400
at_least "round trip of a packet" "$(rtt_ms)" 11
is "answers to a burst" "$(burst -s 1400)" 10
at_least "round trip in a burst" "$(rtt_ms)" 55
is "ibpings (QP1) meanwhile" "$(ibpings sib0 "$lid" 5 1000)" 5
knob sib0 match_qpn 12345678
is "answers of another QP" "$(burst -s 1400)" 10
at_least "11 ms, less than the round trip of another QP" 10 "$(least_rtt_ms)"
knob sib0 match_qpn 0
knob sib0 rate_mbps 0
is "answers without it" "$(burst -s 1400)" 10
at_least "11 ms, less than the round trip without a rate" 10 "$(least_rtt_ms)"

note "reorder"
knob sib0 reorder_ppm 300000
total=0
for burst in 1 2 3 4 5 6 7 8; do
	is "answers to burst $burst" "$(burst)" 10
	total=$((total + $(overtaken)))
done
knob sib0 reorder_ppm 0
at_least "answers overtaken" "$total" 3
must_wait 5 holds_nothing
is "dropped for want of room" "$(drops_of sib0 held)" 0
must_wait 5 all_pings

note "the queue of delayed packets is bounded"
knob sib0 delay_us 5000000
on hostA ping -n -q -c 1500 -l 1500 -w 2 "$B4" > "$TMPDIR/flood" 2>&1 || :
at_least "packets held" 1024 "$(knob sib0 held)"
at_least "dropped for want of room" "$(drops_of sib0 held)" 1
knob sib0 delay_us 0
must_wait 10 all_pings
assert_strict_clean
