#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Large packets, of TCP and of UDP, over IPv4 and IPv6, arrive byte for byte whoever cuts them: the HCA, accel_ref or
# the stack. With HCAs that have more and less of what it takes; with rings that are short, and shorter while
# traffic runs; when the HCA refuses some of the sends of one; and when it is reset while it holds some.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# check: 6.1
# limit: 180
. "${TESTS:=/tests}/lib/host.sh"

program=$TESTS/netdev/large-sends

# hosts_with WORDS PARAMETER=VALUE...: hosts with such HCAs, and somebody who receives.
hosts_with()
{
	note "HCAs: $1"
	shift
	fabric_up 2 "$@"
	sm_start sib0
	hosts_up ours-ours
	must_wait 10 can_ping hostA "$B4"
	must_wait 10 can_ping hostA "$B6"
	spawn hostB "$program" receive 7300
	receiver=$SPAWNED
	must_wait 10 receives
	clean_mark
}

receives()
{
	on hostB ss -Hltn 'sport = :7300' | grep -q .
}

# hosts_gone: what is left then is looked at as after a test.
hosts_gone()
{
	kill "$receiver"
	must invariants_check
	ip netns del hostA
	ip netns del hostB
	stack_unload
	sm_stop
	fabric_down
}

# sums_wrong: TCP asks again for what comes with a wrong sum, and gets it, perhaps not as a part of a large packet.
sums_wrong()
{
	on hostB nstat -asz TcpInCsumErrors UdpInCsumErrors Udp6InCsumErrors |
		awk '/CsumErrors/ { n += $2 } END { print n + 0 }'
}

# sends ADDRESS [lossy]: all arrives, but for datagrams when lossy. CUT packets were cut by accel_ref. The way
# there takes packets of MTU bytes, or as many as the interface.
MTU=
sends()
{
	CUT=$(counted cut) wrong=$(sums_wrong)
	on hostA "$program" send "$1" 7300 "${MTU:-$(mtu_of hostA "$IFA")}" ${2:+"$2"} > "$TMPDIR/sends" 2>&1 || {
		cat "$TMPDIR/sends"
		fail "what was sent to $1 did not arrive as it was"
	}
	is "wrong sums" "$(sums_wrong)" "$wrong"
	CUT=$(($(counted cut) - CUT))
	note "$1: $(cat "$TMPDIR/sends"); $CUT were cut"
}

counted()
{
	ethtool_stat hostA "$IFA" "tx0_$1"
}

# some_cut, none_cut: of what was sent last.
some_cut()
{
	[ "$CUT" -ge 30 ] || fail "only $CUT packets were cut by accel_ref"
}

none_cut()
{
	[ "$CUT" = 0 ] || fail "$CUT packets were cut by accel_ref"
}

# holds_sends LEAST: the HCA of hostA, for the interface.
holds_sends()
{
	[ "$(awk '$1 == "qp" && $4 == "ipoib_core" { n += $6 } END { print n + 0 }' "$SOFT_IB/sib0/census")" -ge "$1" ]
}

# by_segments: to hostB's S6 by way of its SEGMENT6, which a header between IPv6's and TCP's says.
S6=fd00:a::2
SEGMENT6=fd00:fb::2
by_segments()
{
	for knob in all "$IFB"; do
		must on hostB sysctl -qw "net.ipv6.conf.$knob.seg6_enabled=1"
	done
	must ip -n hostB address add "$S6/128" dev "$IFB" nodad
	must ip -n hostB address add "$SEGMENT6/128" dev "$IFB" nodad
	# Answers come from what was asked.
	must ip -n hostB -6 route add "$A6/128" dev "$IFB" src "$S6"
	must ip -n hostA -6 route add "$SEGMENT6" dev "$IFA"
	must ip -n hostA -6 route add "$S6" encap seg6 mode inline segs "$SEGMENT6" via "$SEGMENT6" dev "$IFA"
	must_wait 10 can_ping hostA "$S6"
}

hosts_with "with offloads"
sends "$B4"
sends "$B6"
some_cut
# 6.12's own stack drops large packets of TCP with such a header (SKB_BAD_GSO), with in-tree's driver too.
case $(uname -r) in
6.12.*) note "no large packets by segments: this kernel drops them" ;;
*)
	note "with a header in between that is the stack's to repeat"
	by_segments
	MTU=2004
	sends "$S6"
	none_cut
	MTU=
	must ip -n hostB -6 route del "$A6/128" dev "$IFB"
	;;
esac
note "not any more"
must on hostA ethtool -K "$IFA" tx-tcp6-segmentation off tx-udp-segmentation off
sends "$B6"
none_cut
assert_clean
hosts_gone

hosts_with "with checksums alone, few entries and short queues" tso=0 max_send_sge=3 max_qp_wr=100
for address in "$B4" "$B6"; do
	sends "$address"
	some_cut
done
for limit in 33 1; do
	note "$limit sends at a time"
	must on hostA ethtool -G "$IFA" tx "$limit"
	sends "$B4"
done
none_cut
assert_clean
must on hostA ethtool -G "$IFA" tx 64

note "some sends are refused"
before=$(ethtool_stat hostA "$IFA" '.*post_failed')
knob sib0 post_send_error_ppm 20000
for address in "$B4" "$B6"; do
	sends "$address" lossy
	some_cut
done
knob sib0 post_send_error_ppm 0
[ "$(ethtool_stat hostA "$IFA" '.*post_failed')" -gt "$before" ] || fail "none was dropped"
[ "$(ethtool_stat hostA "$IFA" restarts)" = 0 ] || fail "the data path was restarted"
sends "$B4"
hosts_gone

hosts_with "without offloads" offload=0
for address in "$B4" "$B6"; do
	sends "$address"
	some_cut
done
assert_clean
note "a checksum of what is in front of the IP header is nobody's"
malformed=$(ethtool_stat hostA "$IFA" tx_drop_malformed)
taken=$(on hostA "$TESTS/netdev/wrong-sum" "$IFA" "$(lladdr hostB "$IFB")")
# Of the 24 that there are newer kernels take four.
[ "$taken" -ge 4 ] || fail "a packet socket takes $taken"
is "packets dropped for it" "$(($(ethtool_stat hostA "$IFA" tx_drop_malformed) - malformed))" "$taken"
note "what the HCA holds is taken back"
knob sib0 stuck_sq 1
spawn hostA "$program" send "$B4" 7300 2044 lossy > "$TMPDIR/stuck" 2>&1
stuck=$SPAWNED
must_wait 10 holds_sends 40
kill "$stuck"
must ip -n hostA link set "$IFA" down
knob sib0 stuck_sq 0
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
# Some of what was taken back may have left before.
sends "$B4" lossy
some_cut
assert_strict_clean
