#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The SM asks clients to register again (and says that it changed): traffic does not even pause, and
# memberships are as good afterwards. Many requests in a row do no harm, nor do many at a time.
# (Topology: lib/outage.sh)
#
# lane: slow PAIR=ours-intree
# lane: quick
# kernel: 6.12 PAIR=ours-intree
# check: 6.12
# limit: 90
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

outage_up "$PAIR"

for hca in "$HCA_A" "$HCA_B"; do
	port_event "$hca" client_reregister
	port_event "$hca" sm_change
done
assert_resumes "client reregister"
assert_group_works "client reregister"

for round in 1 2 3 4 5; do
	for hca in "$HCA_A" "$HCA_B"; do
		port_event "$hca" client_reregister
		port_event "$hca" gid_change
	done
done
assert_resumes "five in a row"
assert_group_works "five in a row"

# storm EVENT: 300 of them at hostA's port.
storm()
{
	storm_left=300
	while [ "$storm_left" -gt 0 ]; do
		echo "$1" > "$SOFT_IB/$HCA_A/event"
		storm_left=$((storm_left - 1))
	done
}

note "the RDMA core writes its GIDs anew while another event is looked at"
storm client_reregister &
storms=$!
storm gid_change &
storms="$storms $!"
storm sm_change
# shellcheck disable=SC2086 # a list
wait $storms
assert_resumes "three storms"
! log_has "GID .* was taken" || fail "a GID was taken for one that is gone"
pings_stop
assert_strict_clean
