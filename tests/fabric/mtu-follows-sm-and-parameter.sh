#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Links get the largest MTU that both ends have: 4096, or 2048 with mtu=2048. A partition with mtu=5
# lets ib_ipoib send 4092 bytes, and no byte more gets through.
#
#	hostA [ib0]---sib0---switch---sib1---[ib1] hostB
#
# limit: 90
# kernel: 6.1
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

switch_port()
{
	smpquery -C sib0 -D portinfo 0,1 "$1" | sed -n "s/^$2:\.*//p"
}

fabric_up 2 mtu=2048
sm_start sib0
must_wait 10 all_active
is "NeighborMTU with mtu=2048" "$(switch_port 1 NeighborMTU)" 2048
sm_stop sib0
must rmmod soft_ib
rm -rf "$SM_DIR"

export SM_MTU=5
hosts_up intree-intree
is "NeighborMTU" "$(switch_port 1 NeighborMTU)" 4096
is "MTU of ib_ipoib" "$(mtu_of hostA "$IFA")" 4092
assert_ping hostA "$B4" 4064
must on hostA ping -q -c 3 -i 0.1 -M "do" -s 4064 "$B4"
! on hostA ping -q -c 1 -W 1 -M "do" -s 4065 "$B4" || fail "a packet larger than the MTU passed"
is "too long packets on the wire" "$(drops_of sib0 length)" 0
assert_strict_clean
