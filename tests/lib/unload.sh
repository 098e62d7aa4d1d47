# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Modules that go under traffic, again and again. Sourced by host.sh.

# unload_hosts: the namespaces, which stay over all rounds.
unload_hosts()
{
	host_add hostA
	host_add hostB
}

# unload_refs: how often modules that stay are in use.
unload_refs()
{
	for module in ib_core ib_umad ib_uverbs; do
		[ ! -d "/sys/module/$module" ] || echo "$module $(cat "/sys/module/$module/refcnt")"
	done | tr '\n' ' '
}

# unload_ready: from whatever is loaded to two hosts with TCP between them.
unload_ready()
{
	if [ ! -d /sys/module/soft_ib ]; then
		fabric_up 2
		sm_start sib0
		must_wait 10 all_active
	fi
	[ -d /sys/module/ipoib_core ] || must modprobe ipoib_core accel=ref
	[ -d /sys/module/accel_ref ] || must modprobe accel_ref
	must_wait 10 netdev_of sib0 ours
	must_wait 10 netdev_of sib1 ours
	hosts_move
	iperf_server hostB
	traffic_start hostA "$B4"
}

# unload_under_traffic MODULE...: rmmod, in this order, while TCP runs.
unload_under_traffic()
{
	tcp_mark
	must_wait 10 tcp_moves
	for module; do
		must rmmod "$module"
		# Its port is gone; it would complain into its log for ever.
		case $module in
		soft_ib) sm_kill sib0 ;;
		mlx5_ib) sm_kill mlx5_0 ;;
		esac
	done
	must_wait 10 negate ip -n hostA link show dev "$IFA"
	must_wait 10 negate ip -n hostB link show dev "$IFB"
	traffic_stop
	kill -9 "$IPERF_SERVER"
	wait "$IPERF_SERVER" || :
	# Sockets that wait for a peer which is not coming back would look like a leak.
	on hostA ss -K > /dev/null
	on hostB ss -K > /dev/null
}
