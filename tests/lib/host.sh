# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The shell library of the guest's tests: `. "$TESTS/lib/host.sh"` brings all of it. This file: two
# or more hosts, each a network namespace with an interface of the fabric.
#
#	hostA [ib0]---sib0---+        +---sib1---[ib1] hostB
#	10.9.0.1 fd00:9::1   | switch |   10.9.0.2 fd00:9::2
#	                     +--------+
set -eu
: "${TESTS:=/tests}"
. "$TESTS/lib/base.sh"
. "$TESTS/lib/fabric.sh"
. "$TESTS/${FABRIC:-lib/soft_ib.sh}"
. "$TESTS/lib/sm.sh"
. "$TESTS/lib/stack.sh"
. "$TESTS/lib/traffic.sh"
. "$TESTS/lib/clean.sh"
. "$TESTS/lib/child.sh"
. "$TESTS/lib/bond.sh"
. "$TESTS/lib/cm.sh"
. "$TESTS/lib/outage.sh"
. "$TESTS/lib/explain.sh"
. "$TESTS/lib/registry.sh"
. "$TESTS/lib/leak.sh"
. "$TESTS/lib/trace.sh"
. "$TESTS/lib/unload.sh"
. "$TESTS/lib/invariants.sh"

# The HCAs of the two hosts, of subnet managers, and of all; and ours's data path.
: "${HCA_A:=sib0}" "${HCA_B:=sib1}" "${HCA_SM:=sib2}" "${HCA_SM2:=sib3}" "${HCAS:=sib*}" "${ACCEL:=ref}"
A4=10.9.0.1 B4=10.9.0.2 A6=fd00:9::1 B6=fd00:9::2

# on HOST COMMAND...: runs it there. A command that names files of /sys/class/net sees those of HOST,
# which takes a mount of its own; others are spared that.
on()
{
	on_host=$1
	shift
	case $* in
	*/sys/class/net*)
		ip netns exec "$on_host" "$@"
		return
		;;
	esac
	# By its path: busybox's nsenter would run an applet of that name instead.
	on_program=$(command -v "$1")
	shift
	nsenter --net="/run/netns/$on_host" "$on_program" "$@"
}

# spawn HOST COMMAND...: in the background; SPAWNED is its process.
spawn()
{
	spawn_host=$1
	spawn_program=$(command -v "$2")
	shift 2
	nsenter --net="/run/netns/$spawn_host" "$spawn_program" "$@" &
	# shellcheck disable=SC2034 # for the caller
	SPAWNED=$!
}

# host_add HOST: an empty one.
host_add()
{
	must ip netns add "$1"
	must ip -n "$1" link set lo up
}

# host_take HOST INTERFACE: moves an interface there.
host_take()
{
	must ip link set "$2" netns "$1"
}

# is_another_net PID: it has a network namespace of its own.
is_another_net()
{
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# host_address HOST INTERFACE ADDRESS/LEN...: adds them, without duplicate address detection.
host_address()
{
	host_to=$1
	host_if=$2
	shift 2
	for address; do
		case $address in
		*:*) must ip -n "$host_to" address add "$address" dev "$host_if" nodad ;;
		*) must ip -n "$host_to" address add "$address" dev "$host_if" ;;
		esac
	done
}

# is_running HOST INTERFACE: up, with carrier.
is_running()
{
	ip -n "$1" -o link show dev "$2" | grep -q '[<,]UP,LOWER_UP[,>]'
}

# hosts_up PAIR: everything between a loaded kernel and two hosts that can talk: fabric of two
# HCAs, opensm on hostA's, drivers as stack_load PAIR, hostA and hostB with IFA and IFB up, addressed
# and with carrier. Steps that were done already (fabric_up, sm_start, stack_load) are left out.
hosts_up()
{
	fabric_is_up || fabric_up 2
	[ -e "$SM_DIR/$HCA_A/pid" ] || sm_start "$HCA_A"
	must_wait 10 all_active
	stack_is_loaded || stack_load "$1"
	hosts_take "$1"
}

# hosts_take PAIR: the part of hosts_up after the drivers.
hosts_take()
{
	host_add hostA
	host_add hostB
	hosts_move "$1"
}

# host_joins HOST HCA ours|intree ADDRESS/LEN...: one more host, with that HCA's interface, JOINED, up,
# addressed and with carrier.
host_joins()
{
	joins_host=$1
	JOINED=$(netdev_of "$2" "$3") || fail "no interface of $3 on $2"
	shift 3
	host_add "$joins_host"
	host_take "$joins_host" "$JOINED"
	host_address "$joins_host" "$JOINED" "$@"
	must ip -n "$joins_host" link set "$JOINED" up
	must_wait 20 is_running "$joins_host" "$JOINED"
}

# hosts_move [PAIR]: the part of it after the namespaces: interfaces, addresses, carrier.
hosts_move()
{
	hosts_pair=${1:-ours-ours}
	IFA=$(netdev_of "$HCA_A" "${hosts_pair%-*}") ||
		fail "no interface of ${hosts_pair%-*} on $HCA_A"
	IFB=$(netdev_of "$HCA_B" "${hosts_pair#*-}") ||
		fail "no interface of ${hosts_pair#*-} on $HCA_B"
	host_take hostA "$IFA"
	host_take hostB "$IFB"
	host_address hostA "$IFA" "$A4/24" "$A6/64"
	host_address hostB "$IFB" "$B4/24" "$B6/64"
	must ip -n hostA link set "$IFA" up
	must ip -n hostB link set "$IFB" up
	must_wait 20 is_running hostA "$IFA"
	must_wait 20 is_running hostB "$IFB"
	note "hostA $IFA, hostB $IFB: carrier"
}

driver_of()
{
	on "$1" ethtool -i "$2" | sed -n 's/^driver: //p'
}

# lladdr HOST INTERFACE: its hardware address.
lladdr()
{
	ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'
}

# mtu_of HOST INTERFACE
mtu_of()
{
	ip -n "$1" -o link show dev "$2" | sed -n 's/.* mtu \([0-9]*\) .*/\1/p'
}

# link_local HOST INTERFACE: its IPv6 address that the kernel made from the hardware address.
link_local()
{
	ip -n "$1" -o -6 address show dev "$2" scope link |
		sed -n 's,.* inet6 \([^/]*\)/.*,\1,p' | head -n 1
}

# has_mtu HOST INTERFACE MTU
has_mtu()
{
	[ "$(mtu_of "$1" "$2")" = "$3" ]
}
