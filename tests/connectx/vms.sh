# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What each VM of vms does, which sets VM, its number from 0 on, and VMS, how many there are.
. "${TESTS:=/tests}/connectx/words.sh"
. "$TESTS/lib/host.sh"

# The others are still booting, perhaps on a busy machine.
PATIENCE=200
ALL_DONE=9999 MAY_GO=9998

# address4 NUMBER, address6 NUMBER: of a VM.
address4()
{
	echo "10.9.0.$(($1 + 1))"
}

address6()
{
	echo "fd00:9::$(($1 + 1))"
}

# vm_has NUMBER PORT: something listens there.
vm_has()
{
	on "$host" socat -u OPEN:/dev/null "TCP:$(address4 "$1"):$2"
}

# was_met PORT: the first VM has answered: one that waits in its backlog has not been met.
was_met()
{
	on "$host" socat -u "TCP:$(address4 0):$1" - | grep -q met
}

# all_vms PORT: a barrier: the first VM has met each of the others.
all_vms()
{
	if [ "$VM" != 0 ]; then
		must_wait "$PATIENCE" was_met "$1"
		return
	fi
	for _ in $others; do
		echo met | on "$host" timeout "$PATIENCE" socat -u - "TCP-LISTEN:$1,reuseaddr" ||
			fail "no VM came to port $1"
	done
}

must modprobe mlx5_ib
fabric_umad
host=host$VM hca=mlx5_0 kind=ours enhanced=
case $VM in
0)
	hca=mlx5_1 kind=intree enhanced=1
	# shellcheck disable=SC2034 # for sm_start
	SM_SWEEP=2
	for card in mlx5_0 mlx5_1; do
		must_wait 10 port_is "$card" INIT
	done
	sm_start mlx5_0
	must modprobe ib_ipoib
	;;
1)
	enhanced=1
	must modprobe ipoib_core accel=mlx5_0/1:mlx
	;;
2) must modprobe ipoib_core accel=mlx5_0/1:ref ;;
3)
	kind=intree
	must modprobe ib_ipoib
	;;
esac
must_wait "$PATIENCE" port_is "$hca" ACTIVE
must_wait 10 netdev_of "$hca" "$kind"
name=$(netdev_of "$hca" "$kind")
host_add "$host"
host_take "$host" "$name"
host_address "$host" "$name" "$(address4 "$VM")/24" "$(address6 "$VM")/64"
must ip -n "$host" link set "$name" up
must_wait 20 is_running "$host" "$name"
[ -z "$enhanced" ] || must is_enhanced "$host" "$name"

others=$(seq 0 $((VMS - 1)) | grep -vx "$VM")
next=$(((VM + 1) % VMS))
# Guests and cards on a busy machine: ping would not wait for as long as an answer may take.
for other in $others; do
	for to in "$(address4 "$other")" "$(address6 "$other")"; do
		for size in 64 511 1995 2016 20000; do
			must_wait "$PATIENCE" on "$host" ping -n -q -c 1 -W 10 -s "$size" "$to"
		done
	done
done
iperf_server "$host"
must_wait "$PATIENCE" vm_has "$next" 5201
# A fixed amount: how fast it goes says nothing here.
for to in "$(address4 "$next")" "$(address6 "$next")"; do
	must_wait "$PATIENCE" on "$host" iperf3 -c "$to" -n 8M
done
[ -z "$enhanced" ] || [ "$(ethtool_stat "$host" "$name" tx_tso_packets)" -gt 0 ] ||
	fail "no large segments were sent"
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"

note "done here; waiting for the others"
all_vms "$ALL_DONE"
all_vms "$MAY_GO"
# In an orderly way: the cards say what a driver leaves behind.
[ "$VM" != 0 ] || sm_stop mlx5_0
stack_unload
must rmmod ib_umad mlx5_ib mlx5_core
assert_mlx5_quiet
note "what was sent has arrived"
