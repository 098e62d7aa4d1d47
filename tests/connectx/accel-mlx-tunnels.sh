#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# VXLAN and gretap over accel_mlx, with a card that has offloads for what is in these tunnels, and with one
# that has not: the same traffic flows, and only with them, and when they were asked for, TCP in it goes out
# as large segments. VXLAN on a port that the card does not know is never left to it.
#
#	hostA [vx, vo, gt over accel_mlx]---mlx5_2---+ switch +---mlx5_3---[the same] hostB
#
# lane: connectx TUNNELS=1
# lane: connectx-long
# limit: 240
# matrix: TUNNELS=1,0
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

# tunnels HOST INTERFACE FROM TO NUMBER: 10.9.5.NUMBER in VXLAN, 10.9.6.NUMBER in VXLAN on another port,
# 10.9.7.NUMBER in GRE.
tunnels()
{
	must ip -n "$1" link add vx type vxlan id 5 local "$3" remote "$4" dstport 4789 dev "$2"
	must ip -n "$1" link add vo type vxlan id 6 local "$3" remote "$4" dstport 8472 dev "$2"
	must ip -n "$1" link add gt type gretap local "$3" remote "$4"
	tunnel_net=5
	for tunnel in vx vo gt; do
		host_address "$1" "$tunnel" "10.9.$tunnel_net.$5/24" "fd00:9:$tunnel_net::$5/64"
		must ip -n "$1" link set "$tunnel" up
		tunnel_net=$((tunnel_net + 1))
	done
}

# inner: how many large segments hostA has left to the card in tunnels.
inner()
{
	ethtool_stat hostA "$IFA" tx_tso_inner_packets
}

# bulk NET: TCP to hostB in a tunnel, by IPv4 and IPv6; says how many large segments it took.
bulk()
{
	before=$(inner)
	ping_sizes hostA "10.9.$1.2" 64 1900 5000
	iperf_run hostA "10.9.$1.2" 1 -P 4
	iperf_run hostA "fd00:9:$1::2" 1 -P 4
	took=$(($(inner) - before))
	note "network $1: $took large segments"
}

cards_up mlx5_2:tunnels:"$TUNNELS" mlx5_3:tunnels:"$TUNNELS"
sm_start mlx5_0
must_wait 10 all_active
drivers_take mlx mlx
must modprobe vxlan
must modprobe ip_gre
tunnels hostA "$IFA" "$A4" "$B4" 1
tunnels hostB "$IFB" "$B4" "$A4" 2
iperf_server hostB
note "offloads of tunnels are off at first"
! on hostA ethtool -k "$IFA" | grep -E 'tx-(udp_tnl|gre)-.*: on' || fail "nobody asked for these"
bulk 5
[ "$took" = 0 ] || fail "$took large segments, unasked"
if [ "$TUNNELS" = 1 ]; then
	for host in "hostA $IFA" "hostB $IFB"; do
		must on "${host% *}" ethtool -K "${host#* }" tx-udp_tnl-segmentation on \
			tx-udp_tnl-csum-segmentation on tx-gre-segmentation on tx-gre-csum-segmentation on
	done
else
	! on hostA ethtool -K "$IFA" tx-udp_tnl-segmentation on 2> /dev/null ||
		! on hostA ethtool -k "$IFA" | grep -q 'tx-udp_tnl-segmentation: on' ||
		fail "the card has no such offload"
fi
for net in 5 7; do
	bulk "$net"
	[ $((took > 0)) = "$TUNNELS" ] || fail "$took large segments in network $net"
done
bulk 6
[ "$took" = 0 ] || fail "the card was left $took large segments of a tunnel that it does not know"
for error in tx_queue_dropped tx_cqe_err rx_wqe_err; do
	[ "$(ethtool_stat hostA "$IFA" $error)" = 0 ] || fail "$error of hostA is not 0"
done
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"
