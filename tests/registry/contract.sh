#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A core that was built with IPOIB_DEBUG=1 says which rule of ipoib_accel.h an accel breaks: each of those that
# accel_bad can break (tests/accel_bad/breaks.c), once, and nothing of what it does not.
#
# lane: quick
# check: 6.1
# limit: 60
# allow-dmesg: WARNING: .*ipoib_core/contract\.c:|cut here|Call Trace|\? lockdep_[a-z_]+\+0x
. "${TESTS:=/tests}/lib/host.sh"

breaks=/sys/module/accel_bad/parameters/breaks
rules=0 mtu=1500

# said: what the core has said of the accel since log_mark.
said()
{
	dmesg | tail -n "+$((LOG_FROM + 1))" | sed -n 's/.*ipoib_core: accel bad: //p'
}

# only_said REGEX
only_said()
{
	said > "$TMPDIR/said"
	[ "$(wc -l < "$TMPDIR/said")" = 1 ] && grep -Exq -e "$1" "$TMPDIR/said"
}

# told RULE REGEX COMMAND...: COMMAND, however it ends, while RULE is broken: that is told, and nothing else.
told()
{
	rule=$1 words=$2
	shift 2
	note "$rule"
	log_mark
	echo "$rule" > "$breaks"
	"$@" || :
	wait_for 5 only_said "$words" || {
		cat "$TMPDIR/said"
		fail "breaking the rule '$rule' is not told by '$words'"
	}
	rules=$((rules + 1))
	# The last one's is gone with its module.
	[ ! -w "$breaks" ] || echo none > "$breaks"
}

change_mtu()
{
	mtu=$((mtu + 1))
	must ip link set "$link" mtu "$mtu"
}

child_make()
{
	echo 0x8001 > "/sys/class/net/$link/create_child"
}

child_make_and_delete()
{
	must child_make
	echo 0x8001 > "/sys/class/net/$link/delete_child"
}

has_carrier()
{
	[ "$(cat "/sys/class/net/$link/carrier")" = 1 ]
}

# probe: the other port is asked by ARP, as a neighbour that is known.
probe()
{
	must ip neigh replace 10.9.0.9 lladdr "$(cat "/sys/class/net/$(netdev_of sib1 ours)/address")" \
		dev "$link" nud probe
}

release()
{
	echo 1 > /sys/module/accel_bad/parameters/release
}

modinfo -F contract ipoib_core | grep -qx checked || skip "ipoib_core was built without IPOIB_DEBUG=1"
bad_takes_sib0 hold
must ip address add "$A4/24" dev "$link"

# Before it was opened.
told receive 'received a packet while not open' change_mtu
told restart 'ipoib_accel_restart\(\) while stopped' change_mtu
told queues 'get_mq_param\(\) told 0 RX and 2 TX queues, not 1 to 4096 each' child_make
told number 'ib_dev_init\(\) told QP number 0x1000000, which no such QP has' child_make_and_delete
told private "ib_dev_init\(\) overwrote rdma_netdev.clnt_priv, which is the core's" child_make_and_delete
told ops "update_netdev_settings\(\) changed dev->netdev_ops, which are the core's" child_make_and_delete

told errno 'ib_dev_open\(\) returned 1, neither 0 nor a negative errno' ip link set "$link" up
told carrier "changed the carrier, which is the core's" ip link set "$link" up
told bh 'ipoib_accel_rx_prepare\(\) with BH on' change_mtu
told header 'handed up a packet with a link layer header of 0 bytes, not 24: see ipoib_accel_rx_prepare\(\)' \
	change_mtu
told context 'change_mtu\(\) returned with preempt count 0x[0-9a-f]+, was 0x[0-9a-f]+' change_mtu
told posted 'ib_dev_stop\(\) left 1 sends of TX queue 0 uncompleted' ip link set "$link" down
told back 'tx_posted\(\) of TX queue 0 went back from 1000 to 500' ip link set "$link" up
told ahead 'tx_completed\(\) of TX queue 0 is 1 ahead of tx_posted\(\)' ip link set "$link" down

# That a group is attached already is not an error.
echo exists > "$breaks"
must ip link set "$link" up
must_wait 20 has_carrier
told queue 'select_queue\(\) chose TX queue 2 of 2' ping -n -q -b -c 1 -W 0.2 10.9.0.255
told features 'features_check\(\) added features 0x[0-9a-f]+' ping -n -q -b -c 1 -W 0.2 10.9.0.255
told peer 'rx_qpn\(\) told QP number 0x1000000, which no such QP has' probe
told napi 'ib_dev_stop\(\) left NAPI enabled' ip link set "$link" down

rmmod accel_bad &
removal=$!
must_wait 5 negate test -e "/sys/class/net/$link"
told late 'get_stats64\(\) while cleaned up' release
must wait "$removal"
LOG_FROM=0
is "rules that were told" "$(said | wc -l)" "$rules"
