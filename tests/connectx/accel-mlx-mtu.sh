#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A fabric of 4096 bytes: interfaces of accel_mlx, and one of accel_ref beside them, have an MTU of 4092 and
# use it, and the MTU follows the broadcast group's. What a peer sends that knows of a larger one before us fits
# into the card's receive buffers.
#
# lane: connectx-long
# limit: 240
# matrix: PEER_ON=mlx+mlx5_3,ref+mlx5_1
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=${PEER_ON#*+}
. "$TESTS/lib/host.sh"

# group_becomes MTU: as opensm has it, 4 being 2048 bytes and 5 being 4096.
group_becomes()
{
	sm_stop mlx5_0
	SM_MTU=$1
	# shellcheck disable=SC2119 # the default
	sm_partitions
	sm_start mlx5_0
}

# echoes: requests that have come to hostA, which cannot answer while it does not know the way back.
echoes()
{
	on hostA nstat -asz IcmpInEchos | sed -n 's/^IcmpInEchos *\([0-9]*\).*/\1/p'
}

# echoes_come COUNT: since $echoes_from.
echoes_come()
{
	[ "$(echoes)" -ge $((echoes_from + $1)) ]
}

cards_up
SM_MTU=5
sm_start mlx5_0
must_wait 10 all_active
drivers_take mlx "${PEER_ON%+*}"
must_wait 10 has_mtu hostA "$IFA" 4092
must_wait 10 has_mtu hostB "$IFB" 4092
for way in "hostA $B4" "hostB $A4" "hostA $B6" "hostB $A6"; do
	# shellcheck disable=SC2086 # a list
	ping_sizes $way 64 2017 4044 4064 20000
done
iperf_server hostB
iperf_run hostA "$B4" 3
iperf_run hostA "$B6" 3
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"

note "one host has a smaller one, which its peers do not know of, and takes the large one back"
must ip -n hostA link set "$IFA" mtu 2044
ping_sizes hostB "$A4" 64 2016 4064
must ip -n hostA link set "$IFA" mtu 4092
ping_sizes hostB "$A4" 64 4064

note "the group's becomes 2048"
group_becomes 4
must_wait 20 has_mtu hostA "$IFA" 2044
must_wait 20 has_mtu hostB "$IFB" 2044
ping_sizes hostA "$B4" 64 2016

note "and 4096 again, which hostB knows before hostA does"
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must ip -n hostB neighbour replace "$A4" lladdr "$(lladdr hostA "$IFA")" dev "$IFB" nud permanent
card_knob "$HCA_A" sa_mute 1
group_becomes 5
must_wait 20 has_mtu hostB "$IFB" 4092
has_mtu hostA "$IFA" 2044 || fail "hostA knows"
for size in 4064 64; do
	echoes_from=$(echoes)
	spawn hostB ping -q -n -i 0.2 -s "$size" "$A4" > /dev/null
	must_wait 10 echoes_come 3
	kill "$SPAWNED"
done
card_knob "$HCA_A" sa_mute 0
must_wait 30 has_mtu hostA "$IFA" 4092
ping_sizes hostA "$B4" 64 2016 4064
assert_mlx5_quiet
