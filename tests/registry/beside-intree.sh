#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own ib_ipoib is loaded too. Whoever came first owns "ip link ... type ipoib". When that
# is in-tree, ours warns, serves the ports that it was given, and makes children by sysfs; when it is
# ours, in-tree does not load, and says so.
#
#	sib0 ours    sib1 in-tree
#
# lane: quick
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

note "in-tree first"
fabric_up 2
must modprobe ib_ipoib
explains - driver "broken: another ib_ipoib, the kernel's own or OFED's, is loaded, not ours: it serves all ports"
must modprobe ipoib_core accel=sib0/1:ref,sib1/1:none
assert_log "in-tree ib_ipoib is loaded.*create_child"
must_wait 10 served_by sib0 ref
assert_no_interface sib1
must_wait 10 netdev_of sib1 intree
explains - driver "limited: ours \(ipoib_core .*\) and another ib_ipoib, .*, are loaded, each with interfaces"
link=$(netdev_of sib0 ours)
echo 0x8001 > "/sys/class/net/$link/create_child" || fail "no child by sysfs"
[ "$(cat "/sys/class/net/$link.8001/parent")" = "$link" ] || fail "a child of another"
echo 0x8001 > "/sys/class/net/$link/delete_child" || fail "cannot delete the child"
! ip -d link show dev "$link" | grep -qw ipoib || fail "$link claims a kind that is in-tree's"
must rmmod accel_ref
must rmmod ipoib_core
must rmmod ib_ipoib

note "ours first"
must modprobe ipoib_core accel=sib0/1:ref,sib1/1:none
must_wait 10 served_by sib0 ref
modprobe ib_ipoib 2> /dev/null || :
served_by sib0 ref || fail "in-tree's coming took our interface away"
link=$(netdev_of sib0 ours)
must ip link add link "$link" name child type ipoib pkey 0x8001
must ip link delete child
