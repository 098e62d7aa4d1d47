#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel with ipv6.disable=1 has no tables of IPv6. What strangers choose, the family of a request by rdma_cm and the
# protocol of a packet that tc leads here, does not look into them; and IPv4 works as ever.
#
#	hostA [ib0, d0]---sib0---+ switch +---sib1---[ib1] hostB   rdma_cm_probe on both
#
# lane: no-ipv6
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

[ ! -e /proc/sys/net/ipv6 ] || fail "this kernel has IPv6: --append ipv6.disable=1"
fabric_up 2
sm_start sib0
must_wait 20 all_active
stack_load ours-ours
host_joins hostA sib0 ours "$A4/24"
IFA=$JOINED
host_joins hostB sib1 ours "$B4/24"
IFB=$JOINED

note "rdma_cm"
must modprobe rdma_cm_probe
cm_works hostA "$IFA" "$A4" hostB "$IFB" "$B4"
grep -qx "a stranger with IPv6 would come to: $IFA" "$CM_PROBE/connect" || fail "$(cat "$CM_PROBE/connect")"
must rmmod rdma_cm_probe

note "a packet longer than the link's, of IPv6 by its type, that has a tunnel's metadata where routes are"
must ip -n hostA link add d0 mtu 9000 type dummy
must ip -n hostA link set d0 up
must on hostA tc qdisc add dev d0 clsact
must on hostA tc filter add dev d0 egress protocol all u32 match u32 0 0 \
	action tunnel_key set id 1 src_ip 10.9.9.1 dst_ip 10.9.9.2 pipe action mirred egress redirect dev "$IFA"
# In one piece, as ICMP wants its header: no more than a page. Ethernet's header for d0, with its type at 12; a pseudo
# header and the type at 20 for ours.
{
	printf '\002\000\000\000\000\001\002\000\000\000\000\002\206\335\000\000\000\000\000\000\206\335\000\000'
	head -c 3000 /dev/zero
} > "$TMPDIR/frame"
# too_long COUNTER: it has counted.
too_long()
{
	[ "$(ethtool_stat hostA "$IFA" "$1")" -gt 0 ]
}
must on hostA socat -u -b 9000 "OPEN:$TMPDIR/frame" INTERFACE:d0
must_wait 5 too_long tx_drop_too_long

note "TCP"
clean_mark
iperf_server hostB
iperf_run hostA "$B4" 1
assert_clean
