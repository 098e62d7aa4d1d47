#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What befalls a fabric, with accel_mlx on one host and accel_mlx or accel_ref on the other: either link
# goes down and comes back, OpenSM dies and another takes its place, the LIDs change, the P_Key of the
# hosts' children is taken away and given back. Each time traffic goes on by itself in time.
#
#	OpenSM---mlx5_0---+        +---mlx5_2---[accel_mlx] hostA
#	                  + switch +---mlx5_1---[accel_ref] or mlx5_3---[accel_mlx] hostB
#
# lane: connectx-long
# limit: 300
# matrix: PEER_ON=mlx+mlx5_3,ref+mlx5_1
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=${PEER_ON#*+}
. "$TESTS/lib/host.sh"

lid_is()
{
	[ "$(port_lid "$1")" = "$2" ]
}

# flap HCA HOST INTERFACE
flap()
{
	note "link of $1"
	switch_port "$1" disable
	must_wait 5 negate is_running "$2" "$3"
	must_wait 10 pings_stand_still hostA
	must_wait 10 pings_stand_still hostB
	switch_port "$1" enable
	must_wait 20 port_is "$1" ACTIVE
	assert_resumes "link of $1 is back"
	is_running "$2" "$3" || fail "traffic, but no carrier"
}

second_gone()
{
	! has_pkey "$HCA_A" 0x8001 && ! has_pkey "$HCA_B" 0x8001
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
drivers_take mlx "${PEER_ON%+*}"
must_wait 10 has_pkey "$HCA_A" 0x8001
must_wait 10 has_pkey "$HCA_B" 0x8001
child_add hostA "$IFA" 0x8001 ours
child_add hostB "$IFB" 0x8001 ours
children_up hostA "$IFA.8001" hostB "$IFB.8001"
pings_start "$B4" "$A6"

flap "$HCA_B" hostB "$IFB"
flap "$HCA_A" hostA "$IFA"
must_wait "$OUTAGE_LIMIT" can_ping hostA 10.9.1.2

note "another subnet manager"
sm_kill mlx5_0
assert_resumes "no subnet manager"
sm_start mlx5_0
assert_resumes "a new subnet manager"
assert_group_works "a new subnet manager"
for gid in "$(link_local hostA "$IFA")" "$(link_local hostB "$IFB")"; do
	must_wait "$OUTAGE_LIMIT" is_group_member mlx5_0 ff12:401b:ffff::ffff:ffff "$gid" 1
done

note "LIDs"
sm_kill mlx5_0
printf '%s 0x0029 0x0029\n\n%s 0x002a 0x002a\n\n' "$(port_guid "$HCA_A")" "$(port_guid "$HCA_B")" \
	> "$SM_DIR/mlx5_0/guid2lid"
sm_start mlx5_0
must_wait 10 lid_is "$HCA_A" 41
must_wait 10 lid_is "$HCA_B" 42
assert_resumes "LIDs are 41 and 42"
assert_group_works "LIDs reassigned"

note "the children's P_Key"
must_wait "$OUTAGE_LIMIT" can_ping hostA 10.9.1.2
sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;"
sm_sweep mlx5_0
must_wait 20 second_gone
must_wait 5 negate is_running hostA "$IFA.8001"
must_wait 5 negate is_running hostB "$IFB.8001"
is_running hostA "$IFA" || fail "the parent lost its carrier too"
sizes_arrive hostA "$B4" 64
# shellcheck disable=SC2119 # the default
sm_partitions
sm_sweep mlx5_0
must_wait 20 has_pkey "$HCA_A" 0x8001
must_wait 20 has_pkey "$HCA_B" 0x8001
must_wait "$OUTAGE_LIMIT" can_ping hostA 10.9.1.2
sizes_arrive hostB fd00:9:1::1 64 2016
pings_stop
assert_mlx5_quiet
