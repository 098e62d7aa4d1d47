# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What each of the VMs of two-vms does, which sets ROLE: A or B. Its one host is hostA, or hostB.
. "${TESTS:=/tests}/connectx/words.sh"
. "$TESTS/lib/host.sh"

# The other is still booting, perhaps on a busy machine.
PATIENCE=200

# peer_has PORT: something listens there.
peer_has()
{
	on "$host" socat -u OPEN:/dev/null "TCP:$peer4:$1"
}

must modprobe mlx5_ib
for card in $(hcas); do
	must_wait 10 port_is "$card" INIT
done
fabric_umad
if [ "$ROLE" = A ]; then
	host=hostA peer4=$B4 peer6=$B6 hca=mlx5_1 kind=intree
	mine="$A4/24 $A6/64"
	SM_SWEEP=2
	sm_start mlx5_0
	must modprobe ib_ipoib
else
	host=hostB peer4=$A4 peer6=$A6 hca=mlx5_0 kind=ours
	mine="$B4/24 $B6/64"
	must modprobe ipoib_core accel=mlx5_0/1:mlx
fi
must_wait "$PATIENCE" port_is "$hca" ACTIVE
must_wait 10 netdev_of "$hca" "$kind"
name=$(netdev_of "$hca" "$kind")
is_enhanced_here()
{
	ethtool -S "$name" | grep -q tx_tso_packets
}
must is_enhanced_here
host_add "$host"
host_take "$host" "$name"
# shellcheck disable=SC2086 # a list
host_address "$host" "$name" $mine
must ip -n "$host" link set "$name" up
must_wait 20 is_running "$host" "$name"

# Two guests and the cards on a busy machine: ping would not wait for as long as an answer may take.
for to in "$peer4" "$peer6"; do
	for size in 64 511 1995 2016 20000; do
		must_wait "$PATIENCE" on "$host" ping -n -q -c 1 -W 10 -s "$size" "$to"
	done
done
iperf_server "$host"
must_wait "$PATIENCE" peer_has 5201
# A fixed amount: how fast it goes says nothing here.
for to in "$peer4" "$peer6"; do
	must_wait "$PATIENCE" on "$host" iperf3 -c "$to" -n 8M
done
[ "$(ethtool_stat "$host" "$name" tx_tso_packets)" -gt 0 ] || fail "no large segments were sent"
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"

note "done here; waiting for the other"
if [ "$ROLE" = A ]; then
	must on "$host" timeout "$PATIENCE" socat -u TCP-LISTEN:9999,reuseaddr OPEN:/dev/null
else
	must_wait "$PATIENCE" peer_has 9999
fi
# In an orderly way: the cards say what a driver leaves behind.
[ "$ROLE" = B ] || sm_stop mlx5_0
stack_unload
must rmmod ib_umad mlx5_ib mlx5_core
assert_mlx5_quiet
note "what was sent has arrived"
