#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Children go up and down with their parent, by sysfs or rtnetlink made; the parent does not with them. One
# that the HCA does not let open at that moment opens later. Their interrupts are other ones than their parent's.
#
# lane: quick
# check: 6.1
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
sm_start sib0
stack_load ours-ours
link=$(netdev_of sib0 ours)

# up INTERFACE
up()
{
	ip -o link show dev "$1" | grep -q '[<,]UP[,>]'
}

# vectors: those that our completion queues on sib0 have, each once.
vectors()
{
	sed -n 's/^cq \([0-9]*\) accel_ref$/\1/p' "$SOFT_IB/sib0/census" | sort -nu | tr '\n' ' '
}

of_parent=$(vectors)
echo 0x8001 > "/sys/class/net/$link/create_child" || fail "create_child"
must ip link add link "$link" name child type ipoib pkey 0x8002
of_all=$(vectors)
note "completion vectors of the parent: $of_parent, with its children: $of_all"
[ "$(echo "$of_all" | wc -w)" -gt "$(echo "$of_parent" | wc -w)" ] ||
	fail "children have their parent's completion vectors"
must ip link set "$link" up
must up "$link.8001"
must up child
must_wait 20 grep -qx 1 "/sys/class/net/$link.8001/carrier"

must ip link set child down
up "$link" || fail "the parent followed a child down"
must ip link set child up
must ip link set "$link" down
! up child || fail "child stays up"
! up "$link.8001" || fail "$link.8001 stays up"
must ip link set child up
! up "$link" || fail "the parent followed a child up"
qpn=$(cut -c 4-11 "/sys/class/net/$link.8001/address" | tr -d :)
knob sib0 match_qpn "$((0x$qpn))"
knob sib0 modify_error_once 3
must ip link set "$link" up
assert_log "$link.8001: accel ref cannot open"
must_wait 20 grep -qx 1 "/sys/class/net/$link/carrier"
must_wait 20 grep -qx 1 "/sys/class/net/$link.8001/carrier"
must rmmod accel_ref
assert_strict_clean
