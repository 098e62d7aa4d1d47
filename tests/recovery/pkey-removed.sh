#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A P_Key is taken from a port and put back, by OpenSM's partition configuration and by a direct
# change of the table: a child of that P_Key loses its carrier, and goes on within 5 s of the P_Key's
# return, in another place of the table too. The parents are not disturbed.
# (Topology: lib/outage.sh)
#
# lane: slow PAIR=ours-intree
# lane: full
# kernel: 6.12 PAIR=ours-intree
# limit: 150
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load "$PAIR"
hosts_take "$PAIR"
child_add hostA "$IFA" 0x8001 "${PAIR%-*}"
child_add hostB "$IFB" 0x8001 "${PAIR#*-}"
children_up hostA "$IFA.8001" hostB "$IFB.8001"
pings_start 10.9.1.2 fd00:9:1::1
changes=$(on hostA cat "/sys/class/net/$IFA/carrier_changes")
closed=$(ethtool_stat hostA "$IFA" tx_drop_not_open)

second_gone()
{
	! has_pkey "$HCA_A" 0x8001 && ! has_pkey "$HCA_B" 0x8001
}

second_there()
{
	has_pkey "$HCA_A" 0x8001 && has_pkey "$HCA_B" 0x8001
}

assert_dead()
{
	must_wait 10 pings_stand_still hostA
	must_wait 10 pings_stand_still hostB
}

note "OpenSM: partition without members"
sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;"
sm_sweep "$HCA_SM"
must_wait 20 second_gone
for child in "hostA $IFA.8001" "hostB $IFB.8001"; do
	# shellcheck disable=SC2086 # two words
	must_wait 5 negate is_running $child
done
explains hostA "$IFA.8001" "broken: no carrier: P_Key 0x8001 is not in the table of port $HCA_A/1: "
assert_dead
is_running hostA "$IFA" || fail "the parent lost its carrier too"
ping_sizes hostA "$B4" 64
sm_partitions
sm_sweep "$HCA_SM"
must_wait 20 second_there
assert_resumes "P_Key back, by OpenSM"

note "directly: gone from one port, back, moved"
index=$(pkey_index "$HCA_B" 0x8001)
knob "$HCA_B" pkeys "$index 0x0000"
assert_dead
knob "$HCA_B" pkeys "$index 0x8001"
assert_resumes "P_Key back in its place"
knob "$HCA_B" pkeys "$index 0x0000"
knob "$HCA_B" pkeys "7 0x8001"
assert_resumes "P_Key in another place"
explains_well hostA "$IFA.8001"
is "changes of the parent's carrier" "$(on hostA cat "/sys/class/net/$IFA/carrier_changes")" "$changes"
is "packets that the parent dropped while it was closed" "$(ethtool_stat hostA "$IFA" tx_drop_not_open)" "$closed"
pings_stop
assert_strict_clean
