#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# umcast=1 leaves alone the groups that another client of the port has joined already, and joins the
# others. The other client is here a second interface in the same partition.
#
#	ib0 ----+
#	        +---sib0---+ switch
#	twin ---+
#
# lane: quick
# check: 6.1
# kernel: 6.12 DRIVER=intree
# limit: 90
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# group_join INTERFACE GROUP: a program does so until it is killed; JOINED is its process.
group_join()
{
	socat -u "UDP4-RECV:9999,reuseaddr,ip-add-membership=$2:$1" /dev/null &
	# shellcheck disable=SC2034 # for the caller
	JOINED=$!
	must_wait 10 program_joined "$1" "$2"
}

program_joined()
{
	ip maddress show dev "$1" | grep -q "inet *$2"
}

# full_member INTERFACE MGID
full_member()
{
	sed -n "/^GID: $2\$/,/^\$/p" "/sys/kernel/debug/ipoib/$1_mcg" | grep -q 'send_only: *no'
}

fabric_up 1
sm_start sib0
stack_load "$DRIVER-$DRIVER"
link=$(netdev_of sib0 "$DRIVER")
must ip link add link "$link" name twin type ipoib pkey 0xffff umcast 1
must ip link set "$link" up
must_wait 20 grep -qx 1 "/sys/class/net/$link/carrier"
must_wait 20 grep -qx 1 /sys/class/net/twin/carrier
must ip address add 10.9.0.1/24 dev "$link"
must ip address add 10.9.2.1/24 dev twin

theirs=ff12:401b:ffff:0:0:0:f09:909
group_join "$link" 239.9.9.9
must_wait 10 full_member "$link" "$theirs"
group_join twin 239.9.9.9
second=$JOINED
group_join twin 239.8.8.8
must_wait 10 full_member twin ff12:401b:ffff:0:0:0:f08:808
! full_member twin "$theirs" || fail "twin joined what the port is a member of"

if ours "takes groups that it is about to leave itself for another's"; then
	note "down and up again, before the SA has answered that twin leaves"
	knob sib0 sa_mute 1
	must ip link set twin down
	must ip link set twin up
	knob sib0 sa_mute 0
	must_wait 30 full_member twin ff12:401b:ffff:0:0:0:f08:808
	! full_member twin "$theirs" || fail "twin joined what the port is a member of"
fi

note "umcast=0"
must ip link set twin type ipoib umcast 0
if ours "waits for the list to change"; then
	must_wait 10 full_member twin "$theirs"
fi
kill "$second"
group_join twin 239.9.9.9
must_wait 10 full_member twin "$theirs"
assert_strict_clean
