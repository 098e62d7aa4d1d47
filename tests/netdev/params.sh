#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Module parameters: the queue sizes are shown as they are used, debug levels can be changed while it
# runs, and those of connected mode are taken, with a word that they do nothing.
#
# lane: quick
# check: 6.1
# kernel: 6.12 DRIVER=intree
# limit: 60
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# shows PARAMETER VALUE MODE
shows()
{
	[ "$(cat "$params/$1")" = "$2" ] || fail "$1 is '$(cat "$params/$1")', expected '$2'"
	[ "$(stat -c %a "$params/$1")" = "$3" ] || fail "$1 has mode $(stat -c %a "$params/$1")"
}

# queue_len VALUE
queue_len()
{
	ip -o link show dev "$link" | grep -q "qlen $1\b" || fail "qlen is not $1"
}

its_module=ib_ipoib
[ "$DRIVER" = intree ] || its_module=ipoib_core
params=/sys/module/$its_module/parameters

fabric_up 1
sm_start sib0
log_mark
must modprobe "$its_module" send_queue_size=200 recv_queue_size=300 debug_level=0 \
	mcast_debug_level=0 max_nonsrq_conn_qp=64 cm_data_debug_level=1
must_wait 10 netdev_of sib0 "$DRIVER"
link=$(netdev_of sib0 "$DRIVER")
note "parameters: $(cd "$params" && echo *)"
shows send_queue_size 256 444
shows recv_queue_size 512 444
shows debug_level 0 644
shows mcast_debug_level 0 644
shows max_nonsrq_conn_qp 64 444
queue_len 512
if ours "has connected mode, and on Debian no messages about its data"; then
	shows cm_data_debug_level 1 644
	assert_log 'parameter max_nonsrq_conn_qp is for connected mode.*ignored'
	[ "$(dmesg | grep -c 'ipoib_core: parameter .* ignored')" = 1 ] || fail "said more than once"
	ethtool -g "$link" | grep -Eq '^TX:[[:space:]]+256' || fail "the TX ring is otherwise"
	ethtool -g "$link" | grep -Eq '^RX:[[:space:]]+512' || fail "the RX ring is otherwise"
fi

note "debug levels"
log_mark
must ip link set "$link" up
must_wait 20 grep -qx 1 "/sys/class/net/$link/carrier"
must ip link set "$link" down
# In-tree says of a packet that was lost, whatever the level, which function lost it.
! dmesg | tail -n "+$((LOG_FROM + 1))" | grep -v 'failed to re-queue packet' |
	grep -Ei "$link: .*(open|bringing|join)" ||
	fail "debug messages without debug_level"
echo 1 > "$params/debug_level" || fail "debug_level"
echo 1 > "$params/mcast_debug_level" || fail "mcast_debug_level"
must ip link set "$link" up
assert_log "$link: .*(open|bringing)"
assert_log "$link: join.*ff12:401b:ffff"
stack_unload

note "too small and too large"
mkdir -p /etc/modprobe.d
echo 'options accel_ref tx_queues=0' > /etc/modprobe.d/queues.conf
log_mark
must modprobe "$its_module" send_queue_size=1 recv_queue_size=1000000
shows send_queue_size 128 444
shows recv_queue_size 8192 444
# The accel may still be on its way, which would keep the core from being unloaded.
if ours "asks for a CQ that soft_ib does not make"; then
	must_wait 10 netdev_of sib0 ours
	params=/sys/module/accel_ref/parameters
	shows tx_queues 1 444
	assert_log 'accel_ref: tx_queues=0: there can be 1 to 64, so it is 1'
fi
rm /etc/modprobe.d/queues.conf
stack_unload
fabric_down
