#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# /sys/class/net/X/mode, umcast, create_child and delete_child: what they take, what they refuse and
# with which error, and what a child made so looks like. Unloading with children works.
#
# lane: quick
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 1
must modprobe ipoib_core accel=ref
must_wait 10 served_by sib0 ref
link=$(netdev_of sib0 ours)
sys=/sys/class/net/$link

# refuses FILE VALUE ERROR
refuses()
{
	! (printf %s "$2" > "$sys/$1") 2> /dev/null || fail "$1 takes '$2'"
	# The shell does not say which error it was.
	printf %s "$2" | socat -u STDIN "OPEN:$sys/$1,wronly" 2> "$TMPDIR/error" || :
	grep -q "$3" "$TMPDIR/error" || fail "$1 refuses '$2' otherwise: $(cat "$TMPDIR/error")"
}

takes()
{
	echo "$2" > "$sys/$1" || fail "$1 does not take '$2'"
}

takes mode datagram
refuses mode connected 'Invalid argument'
refuses mode nonsense 'Invalid argument'
takes umcast 1
[ "$(cat "$sys/umcast")" = 1 ] || fail "umcast stays $(cat "$sys/umcast")"
takes umcast 0
[ "$(cat "$sys/umcast")" = 0 ] || fail "umcast stays $(cat "$sys/umcast")"
refuses umcast x 'Invalid argument'
! (echo 0x1 > "$sys/pkey") 2> /dev/null || fail "pkey can be written"

for value in 0 -1 0x8000 0x10000 x ''; do
	[ -z "$value" ] || refuses create_child "$value" 'Invalid argument'
done
takes create_child 0x8001
refuses create_child 0x8001 'not unique'
refuses create_child 1 'not unique'
refuses create_child 0xffff 'not unique'
takes create_child 2
child=$link.0002
[ "$(cat "/sys/class/net/$child/pkey")" = 0x8002 ] ||
	fail "the P_Key of $child is $(cat "/sys/class/net/$child/pkey")"
[ "$(cat "/sys/class/net/$child/parent")" = "$link" ] || fail "$child has another parent"
[ "$(cat "/sys/class/net/$child/mode")" = datagram ] || fail "$child has no mode"
[ ! -e "/sys/class/net/$child/create_child" ] || fail "a child may have children"
ip -d link show dev "$child" | grep -q "$child@$link:" || fail "$child is not linked to $link"
ip -d link show dev "$child" | grep -q 'pkey  *0x8002' || fail "ip does not show the P_Key"

refuses delete_child 0x8003 'No such device'
takes delete_child 0x8002
[ ! -e "/sys/class/net/$child" ] || fail "$child is still there"
must ip link add link "$link" name rtnl type ipoib pkey 0x8005
# In-tree's words too: what rtnetlink has made is rtnetlink's to delete.
refuses delete_child 0x8005 'No such device'
must ip link delete rtnl
takes create_child 0x0003
takes create_child 0x8004

note "in a loop, beside readers and a writer"
(while cat "$sys/pkey" /sys/class/net/*/parent > /dev/null 2>&1 || :; do :; done) &
reader=$!
(while echo 0 > "/sys/class/net/$link.8010/umcast" || :; do :; done) 2> /dev/null &
writer=$!
for round in 1 2 3 4 5 6 7 8 9 10; do
	takes create_child 0x8010
	takes delete_child 0x8010
done
kill "$reader" "$writer"
must rmmod accel_ref
[ ! -e "$sys" ] || fail "$link is still there"
