#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Sends wait in the HCA while the paths that they were made for change again and again: no address
# handle is destroyed under them (soft_ib's strict mode would tell), none is left when things are quiet (the
# invariants would), and none when the driver goes (the RDMA core would). They wait in the second queue, that of the
# CPU on which all of this runs; the first one is empty.
# (Topology: lib/outage.sh)
#
# lane: full
# check: 6.1
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

taskset -p 2 $$
mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=2" > /etc/modprobe.d/queues.conf
outage_up ours-ours
rm /etc/modprobe.d/queues.conf
second=$(ethtool_stat hostA "$IFA" tx1_packets)
for round in 1 2 3 4 5; do
	knob "$HCA_A" stuck_sq 1
	must_wait 10 pings_stand_still hostA
	# The path is asked for again, answered, and its old handle retired, with sends on the queue.
	for event in client_reregister lid_change; do
		port_event "$HCA_A" "$event"
	done
	on hostA ping -n -c 3 -i 0.2 -W 1 "$B4" > /dev/null || :
	knob "$HCA_A" stuck_sq 0
	assert_resumes "round $round"
	assert_strict_clean
done
pings_stop
[ $(($(ethtool_stat hostA "$IFA" tx1_packets) - second)) -gt 20 ] || fail "nothing has waited in the second queue"
must invariants_check
must rmmod "accel_$ACCEL"
must rmmod ipoib_core
assert_strict_clean
