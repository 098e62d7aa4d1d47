#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What sockets see of how accel_ref receives: the NAPI of each packet, which busy polling needs, of one that
# comes alone too; memory that is charged by the link's MTU and not by what the port could carry, and follows when
# that grows; and pages that are used again however slowly one of many readers reads.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.1
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

# charged: what the datagrams that wait in the socket of port 7100 are charged for.
charged()
{
	on hostA ss -Huamn 'sport = :7100' | sed -n 's/.*skmem:(r\([0-9]*\),.*/\1/p'
}

is_charged()
{
	[ "$(charged)" -gt 0 ]
}

# holds PORT BYTES
holds()
{
	on hostA ss -Huamn "sport = :$1" | sed -n 's/.*skmem:(r\([0-9]*\),.*/\1/p' |
		awk -v least="$2" '$1 >= least { found = 1 } END { exit !found }'
}

counted()
{
	ethtool_stat hostA "$IFA" "rx0_$1"
}

# restarted HOST INTERFACE
restarted()
{
	[ "$(ethtool_stat "$1" "$2" restarts)" -gt 0 ]
}

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"

note "lone datagrams"
copied=$(counted copied)
napi_ids_of hostA "$A4" hostB
note "$(cat "$TMPDIR/napi")"
grep -q '^10 datagrams, 10 with' "$TMPDIR/napi" || fail "lone packets do not tell their NAPI"

[ "$(counted copied)" -ge $((copied + 10)) ] || fail "$(($(counted copied) - copied)) of 10 short packets were copied"

note "TCP, which uses up the buffers of before the link's MTU was known"
iperf_server hostA
iperf_run hostB "$A4" 2

note "memory by the link's MTU of $(mtu_of hostA "$IFA"); the port's is 4096"
spawn hostA socat -u UDP-RECV:7100 OPEN:/dev/null
reader=$SPAWNED
must_wait 10 udp_listens hostA 7100
kill -STOP "$reader"
dd if=/dev/zero bs=1900 count=1 2> /dev/null | on hostB socat -u -b 1900 - "UDP-SENDTO:$A4:7100"
must_wait 10 is_charged
note "1900 bytes are charged as $(charged)"
[ "$(charged)" -lt 3500 ] || fail "buffers are not as large as the link's packets"
kill -KILL "$reader"

note "readers that read nothing, and TCP beside them"
spawn hostA socat -u UDP-RECV:7200 OPEN:/dev/null
reader=$SPAWNED
must_wait 10 udp_listens hostA 7200
kill -STOP "$reader"
# A datagram in each block or two: other packets come between.
spawn hostB dash -c "while :; do
	dd if=/dev/zero bs=1900 count=1 2> /dev/null | socat -u -b 1900 - UDP-SENDTO:$A4:7200
	sleep 0.05
done"
sender=$SPAWNED
iperf_run hostB "$A4" 1
# So many that blocks which are looked for behind the oldest alone make a difference.
must_wait 60 holds 7200 40000
kill "$sender"
iperf_run hostB "$A4" 1
# used_again: nearly all are, or it is a moment in which more was under way than is kept, which the next run does not have.
used_again()
{
	kept=$(counted blocks_kept) reused=$(counted blocks_reused)
	iperf_run hostB "$A4" 3
	kept=$(($(counted blocks_kept) - kept)) reused=$(($(counted blocks_reused) - reused))
	note "$reused of $kept blocks were used again"
	[ "$kept" -gt 100 ] || fail "too few blocks to tell"
	[ $((reused * 100 / kept)) -ge 97 ]
}
used_again || used_again || used_again || fail "blocks wait for a reader's"
kill -KILL "$reader"

note "another subnet manager's link has an MTU of 4092: small buffers are taken back, also where the user wants less"
must ip -n hostB link set "$IFB" mtu 1500
sm_kill "$HCA_A"
# shellcheck disable=SC2034 # for sm_partitions
SM_MTU=5
sm_partitions
sm_start "$HCA_A"
must_wait 20 has_mtu hostA "$IFA" 4092
must_wait 10 restarted hostA "$IFA"
must_wait 10 restarted hostB "$IFB"
must has_mtu hostB "$IFB" 1500
ping_sizes hostA "$B4" 64 4064 20000
ping_sizes hostB "$A4" 4064
for end in "hostA $IFA" "hostB $IFB"; do
	# shellcheck disable=SC2086 # a list
	[ "$(ethtool_stat $end rx0_errors)" = 0 ] || fail "packets were longer than buffers at ${end% *}"
done
assert_strict_clean
