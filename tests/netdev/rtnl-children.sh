#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# ip link add, set and delete ... type ipoib: defaults, what is refused, early and late, what cannot be
# deleted, and children made directly in another network namespace. All of it is gone once the modules are.
#
# lane: quick
# kernel: 6.12 DRIVER=intree
# limit: 90
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# refuses REGEX IP_LINK_ARGUMENT...
refuses()
{
	refuses_why=$1
	shift
	! ip link "$@" 2> "$TMPDIR/error" || fail "ip link $* succeeded"
	grep -Eq "$refuses_why" "$TMPDIR/error" || {
		cat "$TMPDIR/error"
		fail "ip link $* failed otherwise than '$refuses_why'"
	}
}

# shows INTERFACE REGEX
shows()
{
	ip -d link show dev "$1" | grep -Eq "$2" || {
		ip -d link show dev "$1"
		fail "$1 does not show '$2'"
	}
}

fabric_up 1
sm_start sib0
stack_load "$DRIVER-$DRIVER"
link=$(netdev_of sib0 "$DRIVER")

refuses 'needs a parent|Invalid argument' add name c1 type ipoib pkey 0x8001
refuses 'not an interface of ipoib_core|No such device' add link lo name c1 type ipoib pkey 0x8001
refuses 'no P_Keys|Invalid|invalid' add link "$link" name c1 type ipoib pkey 0x8000
refuses 'no P_Keys|Invalid|invalid' add link "$link" name c1 type ipoib pkey 0
if ours "takes a bond for one of its own"; then
	must ip link add bond9 type bond mode active-backup
	must ip link set "$link" master bond9
	shows bond9 link/infiniband
	refuses 'not an interface of ipoib_core' add link bond9 name c1 type ipoib pkey 0x8001
	must ip link set "$link" nomaster
	must ip link delete bond9
	must ip link set "$link" down
fi
if ours "has connected mode, or says nothing"; then
	refuses 'datagram' add link "$link" name c1 type ipoib pkey 0x8001 mode connected
fi
if ours "is not asked for names that the IPv4 stack refuses, when the interface has been made"; then
	refuses 'Invalid argument' add link "$link" name all type ipoib pkey 0x8001
	refuses 'Invalid argument' add link "$link" name default type ipoib pkey 0x8001
fi
for refused in c1 all default; do
	! ip link show dev "$refused" > /dev/null 2>&1 || fail "what was refused is there: $refused"
done

must ip link add link "$link" name c1 type ipoib pkey 0x8001 mode datagram umcast 1
shows c1 'pkey +0x8001 mode +datagram umcast +0001'
[ ! -e /sys/class/net/c1/parent ] || fail "a child of rtnetlink has sysfs's files"
refuses 'cannot have children|Invalid argument' add link c1 name c2 type ipoib pkey 0x8002
must ip link set c1 type ipoib umcast 0
shows c1 'umcast +0000'
must ip link set c1 type ipoib mode datagram
if ours "has connected mode, and overlooks the P_Key"; then
	refuses 'datagram' set c1 type ipoib mode connected
	refuses 'cannot be changed' set c1 type ipoib pkey 0x8007
fi

note "without the full-member bit, without a P_Key, a second one with it, with an MTU"
must ip link add link "$link" name c2 type ipoib pkey 0x0002
shows c2 'pkey +0x8002'
must ip link add link "$link" name c3 type ipoib
shows c3 'pkey +0xffff'
must ip link add link "$link" name c5 type ipoib pkey 0x8001
shows c5 'pkey +0x8001'
must ip link add link "$link" name c6 mtu 1500 type ipoib pkey 0x8001
if ours "forgets it"; then
	shows c6 'mtu 1500 '
	refuses 'larger than the port' add link "$link" name c7 mtu 4093 type ipoib pkey 0x8001
fi
addresses=$(ip -o link show type ipoib | sed 's,.*link/infiniband \([^ ]*\).*,\1,' | sort | uniq -d)
[ -z "$addresses" ] || fail "two interfaces have the address $addresses"

note "in another namespace"
host_add other
must ip link add link "$link" name there netns other type ipoib pkey 0x8001
must ip link set "$link" up
must ip -n other link set there up
must_wait 20 is_running other there
if ours "does not tell"; then
	ip -n other link show dev there | grep -Eq "link-netnsid|$link@|@$link" ||
		fail "no trace of the parent's namespace: $(ip -n other link show dev there)"
fi
must ip -n other link delete there
must ip link add link "$link" name there netns other type ipoib pkey 0x8001
must ip netns delete other
must_wait 20 ip link show dev there
shows there 'pkey +0x8001'

ip link delete "$link" 2> /dev/null || :
ip link show dev "$link" > /dev/null || fail "the port's own interface was deleted"
for child in c1 c3 c5 there; do
	must ip link delete "$child"
done
if [ "$DRIVER" = ours ]; then
	must rmmod accel_ref
else
	must rmmod ib_ipoib
fi
! ip link show dev c2 > /dev/null 2>&1 || fail "c2 outlived its parent"
stack_unload
if ours "moves a QP from RESET to ERR when a child goes"; then
	assert_strict_clean
else
	invariants_not verbs "in-tree moves a QP from RESET to ERR when a child goes"
fi
