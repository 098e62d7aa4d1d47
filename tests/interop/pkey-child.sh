#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# P_Key children in a partition that OpenSM configures: a link of its own on the same ports.
#
#	hostA [IF]----------sib0---+        +---sib1----------[IF] hostB   0xffff 10.9.0.0/24
#	      [IF.8001 child]-/    | switch |    \-[child IF.8001]         0x8001 10.9.1.0/24
#	                           +--------+
#
# lane: slow PAIR=intree-ours
# lane: slow PAIR=intree-intree
# lane: full PAIR=ours-intree
# lane: quick
# check: 6.1 PAIR=ours-ours
# kernel: 6.12 PAIR=intree-intree
# kernel: 6.12 PAIR=ours-intree
# kernel: 6.1 PAIR=intree-ours
# limit: 120
# matrix: PAIR=ours-ours,ours-intree,intree-ours,intree-intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$PAIR"
children_of_hosts "$PAIR"
clean_mark
parents="$(sent_by hostA "$IFA") $(sent_by hostB "$IFB")"

mtu=$(mtu_of hostA "$IFA.8001")
[ "$mtu" = 2044 ] || fail "the child's MTU is $mtu"
for size in 64 $((mtu - 28)) 20000; do
	ping_sizes hostA 10.9.1.2 "$size"
	ping_sizes hostB 10.9.1.1 "$size"
done
ping_sizes hostA fd00:9:1::2 64 $((mtu - 48)) 20000
ping_sizes hostB fd00:9:1::1 64 $((mtu - 48)) 20000
on hostB sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
assert_broadcast_ping hostA 10.9.1.255 10.9.1.2
iperf_server hostB
iperf_run hostA 10.9.1.2 2
iperf_run hostA fd00:9:1::2 2
[ "$(sent_by hostA "$IFA.8001")" -gt 100 ] || fail "the child has not sent this"

note "the parents' link works beside it, and has not carried any of this"
now="$(sent_by hostA "$IFA") $(sent_by hostB "$IFB")"
for before in $parents; do
	[ $((${now%% *} - before)) -lt 100 ] || fail "a parent sent $before, then $now packets"
	now=${now#* }
done
ping_sizes hostA "$B4" 64
assert_clean
child_delete hostA "$IFA" 0x8001 "${PAIR%-*}"
child_delete hostB "$IFB" 0x8001 "${PAIR#*-}"
