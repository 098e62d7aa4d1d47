#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Of another SM that asks nobody to register again the RDMA core says only that it changed: memberships are
# asked for anew. And events in storms do no harm, though the RDMA core writes its GIDs anew meanwhile. (By
# the fabric's own events: cards have neither.)
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours

# Of another SM the SA client says nothing, as long as that does not ask for it.
note "an SM that may know no groups: they are joined again"
trace_on ipoib/ipoib_join_asked
port_event "$HCA_A" sm_change
# Of this one: others may be new just now.
assert_traced "ipoib_join_asked: dev=$IFA gid=ff12:401b:ffff::ffff:ffff "
trace_off

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
# A machine that is slow has still events to look at.
OUTAGE_LIMIT=20
assert_resumes "three storms"
! log_has "GID .* was taken" || fail "a GID was taken for one that is gone"
explains_well hostA "$IFA"
pings_stop
assert_strict_clean
