#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A card is taken from mlx5_core under TCP over accel_mlx, with a P_Key child there, as if it were pulled
# out, and given back, again and again: the interfaces go, the other host's stays, and the card's come
# back and work.
#
# lane: connectx-long
# limit: 300
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

ROUNDS=3
DRIVER=/sys/bus/pci/drivers/mlx5_core

# take_card: hostA gets the card's interface, and a child of it.
take_card()
{
	must_wait 10 served_by "$HCA_A" mlx
	IFA=$(netdev_of "$HCA_A" ours)
	host_take hostA "$IFA"
	host_address hostA "$IFA" "$A4/24" "$A6/64"
	must ip -n hostA link set "$IFA" up
	must_wait 20 is_running hostA "$IFA"
	must_wait 20 has_pkey "$HCA_A" 0x8001
	child_add hostA "$IFA" 0x8001 ours
	host_address hostA "$IFA.8001" 10.9.1.1/24
	must ip -n hostA link set "$IFA.8001" up
	must_wait 20 is_running hostA "$IFA.8001"
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
must modprobe ipoib_core "accel=$(accels mlx5_2:mlx mlx5_3:mlx)"
must_wait 10 served_by "$HCA_B" mlx
host_add hostA
host_add hostB
IFB=$(netdev_of "$HCA_B" ours)
host_take hostB "$IFB"
host_address hostB "$IFB" "$B4/24" "$B6/64"
must ip -n hostB link set "$IFB" up
must_wait 20 is_running hostB "$IFB"
slot=$(readlink -f "/sys/class/infiniband/$HCA_A/device")
slot=${slot##*/}
note "the card is $slot"
iperf_server hostB
for round in $(seq "$ROUNDS"); do
	note "round $round of $ROUNDS"
	take_card
	ping_sizes hostA "$B4" 64 2016
	traffic_start hostA "$B4"
	tcp_mark
	must_wait 10 tcp_moves
	echo "$slot" > "$DRIVER/unbind" || fail "unbind"
	must_wait 10 negate ip -n hostA link show dev "$IFA"
	must_wait 10 negate ip -n hostA link show dev "$IFA.8001"
	traffic_stop
	on hostA ss -K > /dev/null
	on hostB ss -K > /dev/null
	is_running hostB "$IFB" || fail "the other host lost its carrier"
	echo "$slot" > "$DRIVER/bind" || fail "bind"
	must_wait 20 test -e "/sys/class/infiniband/$HCA_A/ports/1/state"
	must_wait 20 port_is "$HCA_A" ACTIVE
done
take_card
ping_sizes hostB "$A6" 64 2016
assert_mlx5_quiet
