#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Two hosts reach each other by IPv4 and IPv6, with packets from small to the MTU and fragmented
# ones, both ways and by broadcast, and nothing is dropped or counted as an error meanwhile.
#
#	hostA [PAIR's first]---sib0---+ switch +---sib1---[PAIR's second] hostB
#
# lane: slow PAIR=intree-ours
# lane: full PAIR=intree-intree
# lane: quick
# kernel: 6.12 PAIR=intree-intree
# kernel: 6.12 PAIR=ours-intree
# kernel: 6.1 PAIR=intree-ours
# limit: 120
# matrix: PAIR=ours-ours,ours-intree,intree-ours,intree-intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$PAIR"
mtu=$(mtu_of hostA "$IFA")
[ "$mtu" = 2044 ] || fail "the MTU is $mtu, the broadcast group allows 2044"
[ "$(mtu_of hostB "$IFB")" = "$mtu" ] || fail "the hosts differ on the MTU"
clean_mark

v4="64 511 1500 $((mtu - 29)) $((mtu - 28)) $((mtu - 27)) 20000"
v6="64 511 1500 $((mtu - 49)) $((mtu - 48)) $((mtu - 47)) 20000"
# shellcheck disable=SC2086 # lists
for way in "hostA $B4 $v4" "hostB $A4 $v4" "hostA $B6 $v6" "hostB $A6 $v6"; do
	ping_sizes $way
done
note "echo requests of all sizes were answered"

for host in hostA hostB; do
	on "$host" sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
done
assert_broadcast_ping hostA 10.9.0.255 "$B4"
assert_broadcast_ping hostB 10.9.0.255 "$A4"
link_local_a=$(link_local hostA "$IFA")
link_local_b=$(link_local hostB "$IFB")
assert_broadcast_ping hostA "ff02::1%$IFA" "$link_local_b"
assert_broadcast_ping hostB "ff02::1%$IFB" "$link_local_a"

assert_clean
