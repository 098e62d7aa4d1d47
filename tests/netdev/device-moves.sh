#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An RDMA device moves to another network namespace, and comes back when that goes. Its interface goes and comes each
# time: from 6.17 on where the device is, before that in the first one, as in-tree's.
#
# lane: quick
# kernel: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

# For the HCA at $1: is there an interface that has not the number $2?
# shellcheck disable=SC2016 # another shell does
ANOTHER='for netdev in /sys/class/net/*; do
	[ "$(readlink -f "$netdev/device")" != "$1" ] || [ "$(cat "$netdev/ifindex")" = "$2" ] || exit 0
done
exit 1'

fabric_up 2
must modprobe ipoib_core accel=ref
must_wait 10 served_by sib0 ref
at=$(readlink -f /sys/class/infiniband/sib0/device)
index=$(cat "/sys/class/net/$(netdev_of sib0 ours)/ifindex")
must rdma system set netns exclusive
host_add hostA

must rdma dev set sib0 netns hostA
case $(uname -r) in
5.* | 6.[0-9].* | 6.1[0-6].*) must_wait 10 dash -c "$ANOTHER" - "$at" "$index" ;;
*) must_wait 10 on hostA dash -c "$ANOTHER" - "$at" "$index" ;;
esac

note "the namespace goes"
must ip netns del hostA
must_wait 20 served_by sib0 ref
must_wait 10 rdma system set netns shared
