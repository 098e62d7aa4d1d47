#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An RDMA device moves to another network namespace, and comes back when that goes. Its interface goes and comes each
# time: from 6.17 on where the device is, before that in the first one, as in-tree's. ipoibctl -n follows.
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
cable_out sib0
cable_in sib0
at=$(readlink -f /sys/class/infiniband/sib0/device)
index=$(cat "/sys/class/net/$(netdev_of sib0 ours)/ifindex")
must rdma system set netns exclusive
host_add hostA

must rdma dev set sib0 netns hostA
case $(uname -r) in
5.* | 6.[0-9].* | 6.1[0-6].*) must_wait 10 dash -c "$ANOTHER" - "$at" "$index" ;;
*) must_wait 10 on hostA dash -c "$ANOTHER" - "$at" "$index" ;;
esac

note "ipoibctl -n has the counters of a port that /sys here does not have"
for netdev in /sys/class/net/*; do
	[ "$(readlink -f "$netdev/device")" != "$at" ] || host_take hostA "${netdev##*/}"
done
[ ! -e /sys/class/infiniband/sib0 ] || fail "sib0 is here still"
says '^sib0/1: note: errors on the link since the counters were reset: .*link_downed [1-9]' ipoibctl -n hostA explain
[ ! -e /sys/class/infiniband/sib0 ] || fail "what ipoibctl mounts is seen by others"

note "the namespace goes"
must ip netns del hostA
must_wait 20 served_by sib0 ref
must_wait 10 rdma system set netns shared
