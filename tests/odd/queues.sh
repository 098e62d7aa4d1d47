#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What other tests promise also holds with four RX queues of accel_ref, each peer being told of another one: each of
# these TESTs, as it is. That it is so, and what it is good for, is in netdev/peers-on-queues.
# (Topology: that of the TEST)
#
# lane: slow
# kernel: 6.12
# limit: 300
# matrix: TEST=bonding,rdma_cm,ping,tcp,multicast,pkey-child,mtu-4092,namespaces,address,child-follows-parent,receive,napi-modes,gathers,lid-change,link-flap,sm-restart,completion-error,stuck-queue,subnet-prefix,silent-peer,peers-told,under-traffic,short-frames
: "${TESTS:=/tests}"

mkdir -p /etc/modprobe.d
echo "options accel_ref rx_queues=4" > /etc/modprobe.d/rx-queues.conf
# shellcheck disable=SC2153 # of the matrix
for test in "$TESTS"/*/"$TEST.sh"; do
	break
done
echo "# ${test#"$TESTS"/} with four RX queues"
# What their own variants say.
export DRIVER=ours PAIR=ours-ours TIME=3 ORDER=accel_ref CYCLES=2
rc=0
dash "$test" || rc=$?
rm /etc/modprobe.d/rx-queues.conf
exit "$rc"
