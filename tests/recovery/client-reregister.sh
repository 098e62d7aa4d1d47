#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The SM asks clients to register again (and says that it changed): traffic does not even pause, and
# memberships are as good afterwards. So it is with each other event that may have changed the way to a peer.
# Many requests in a row do no harm.
# (Topology: lib/outage.sh)
#
# lane: slow PAIR=ours-intree
# lane: quick
# kernel: 6.12 PAIR=ours-intree
# check: 6.12
# limit: 90
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

# asked WHAT: since the counter was reset.
asked()
{
	[ "$(sa_asked "$HCA_A" "$1")" -gt 0 ]
}

outage_up "$PAIR"

# The RDMA core keeps GID_CHANGE for itself when it finds its GIDs as they were.
note "each event alone makes a path be asked for again"
for event in client_reregister sm_change lid_change port_active pkey_change; do
	sa_forget "$HCA_A"
	port_event "$HCA_A" "$event"
	must_wait 5 asked path
done
assert_resumes "each event"

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

explains_well hostA "$IFA"
if [ "$PAIR" = ours-ours ]; then
	pings_stop 1
else
	pings_stop
fi
assert_strict_clean
