#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Carrier says whether packets can get through: not without a subnet manager, not with the cable out,
# not without the P_Key; and the log says once what is missing.
#
#	ib0---sib0---+ switch +---sib1 OpenSM
#
# lane: quick
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2 mtu=2048
must modprobe ipoib_core accel=ref
must_wait 10 served_by sib0 ref
link=$(netdev_of sib0 ours)

carrier_is()
{
	[ "$(cat "/sys/class/net/$1/carrier")" = "$2" ]
}

note "no subnet manager yet"
must ip link set "$link" up
must carrier_is "$link" 0
[ "$(cat "/sys/class/net/$link/operstate")" = down ] || fail "operstate is not down"
must_wait 5 log_has 'sib0: ipoib_core: port 1 is not active: no carrier'
sm_start sib1
must_wait 10 carrier_is "$link" 1
must_wait 5 grep -qx up "/sys/class/net/$link/operstate"
must_wait 5 log_has 'sib0: ipoib_core: port 1 is active'

cable_out sib0
must_wait 5 carrier_is "$link" 0
must_wait 5 log_has 'sib0: ipoib_core: port 1 is down: no carrier'
log_mark
cable_in sib0
must_wait 20 carrier_is "$link" 1
must_wait 5 log_has 'sib0: ipoib_core: port 1 is active'

note "a child whose P_Key the port does not have yet"
must ip link add link "$link" name child type ipoib pkey 0x8005
must ip link set child up
must carrier_is child 0
must ip link add link "$link" name other address 00:00:00:00:fe:80:00:00:00:00:00:00:02:aa:bb:cc:dd:ee:ff:00 \
	type ipoib pkey 0x8005
must ip link set other up
assert_log 'other: no carrier: P_Key 0x8005 is not in the port'
assert_log 'child: no carrier: P_Key 0x8005 is not in the port'
[ "$(dmesg | grep -c 'child: no carrier')" = 1 ] || fail "said more than once"
sm_partitions 'Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
fifth=0x0005, ipoib, mtu=4, rate=3, defmember=full : ALL=full;'
sm_sweep sib1
must_wait 10 carrier_is child 1
note "and one that is missing its GID too, when the P_Key has come"
assert_log 'other: no carrier: GID fe80:.*:02aa:bbcc:ddee:ff00 of the address is not in the port'
must carrier_is other 0
explains - other "broken: no carrier: the GID of the interface's address is not in the port's table"
must ip link delete other

note "a partition without IPoIB: no broadcast group to join; and those with one that is too much for the port"
for child in plain:0x8006 large:0x8007 fast:0x8008; do
	must ip link add link "$link" name "${child%:*}" type ipoib pkey "${child#*:}"
	must ip link set "${child%:*}" up
done
sm_partitions 'Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
fifth=0x0005, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
plain=0x0006, defmember=full : ALL=full;
large=0x0007, ipoib, mtu=5, rate=3, defmember=full : ALL=full;
fast=0x0008, ipoib, mtu=4, rate=17, defmember=full : ALL=full;'
sm_sweep sib1
must_wait 10 has_pkey sib0 0x8006
for child in plain large fast; do
	must_wait 15 log_has "$child: no carrier: joining the broadcast group.*failed"
	must carrier_is "$child" 0
done
explains - large "broken: no carrier: the broadcast group ff12:401b:8007::ffff:ffff has MTU 4096, and this port can do 2048"
explains - fast "broken: no carrier: the broadcast group ff12:401b:8008::ffff:ffff has a rate of 200.0 Gbit/s, and this port has 100.0"
must carrier_is "$link" 1
# Who sets it down and up asks again what is missing.
must ip link set plain down
log_mark
must ip link set plain up
must_wait 15 log_has 'plain: no carrier: joining the broadcast group.*failed'

must ip link set "$link" down
[ "$(ip -o link show dev "$link" | grep -c LOWER_UP)" = 0 ] || fail "carrier, although down"
assert_strict_clean
