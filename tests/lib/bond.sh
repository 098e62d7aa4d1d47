# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A host with two ports, which bonding makes one link of. Sourced by host.sh.
#
#	hostA [bond0 = P1 + P2]---sib0---+        +---sib2---[IFB] hostB
#	10.9.0.1 fd00:9::1      \-sib1---+ switch +          10.9.0.2 fd00:9::2
#	                                 +--------+---sib3   OpenSM

# bond_hosts ours|intree: the drivers on all ports, and hostA and hostB with their ports: P1, P2, IFB.
bond_hosts()
{
	fabric_up 4
	sm_start sib3
	must_wait 20 all_active
	stack_load "$1-$1"
	must modprobe bonding max_bonds=0
	host_add hostA
	host_add hostB
	P1=$(netdev_of sib0 "$1") || fail "no interface on sib0"
	P2=$(netdev_of sib1 "$1") || fail "no interface on sib1"
	IFB=$(netdev_of sib2 "$1") || fail "no interface on sib2"
	host_take hostA "$P1"
	host_take hostA "$P2"
	host_take hostB "$IFB"
	host_address hostB "$IFB" "$B4/24" "$B6/64"
	must ip -n hostB link set "$IFB" up
	must_wait 20 is_running hostB "$IFB"
}

# bond_up HOST BOND PORT...: active-backup, up, all ports good.
bond_up()
{
	bond_host=$1 bond_name=$2
	shift 2
	must ip -n "$bond_host" link add "$bond_name" type bond mode active-backup miimon 100 \
		fail_over_mac active
	for port; do
		# A child went up with its parent.
		must ip -n "$bond_host" link set "$port" down
		must ip -n "$bond_host" link set "$port" master "$bond_name"
	done
	must ip -n "$bond_host" link set "$bond_name" up
	for port; do
		must_wait 20 bond_port_is_good "$bond_host" "$port"
	done
	must_wait 20 is_running "$bond_host" "$bond_name"
}

# bond_port_is_good HOST PORT: as bonding's link watch sees it.
bond_port_is_good()
{
	ip -n "$1" -d -j link show dev "$2" |
		jq -e '.[0].linkinfo.info_slave_data.mii_status == "UP"'
}

# bond_active HOST BOND: the port that carries the traffic.
bond_active()
{
	ip -n "$1" -d -j link show dev "$2" | jq -r '.[0].linkinfo.info_data.active_slave'
}

bond_active_is()
{
	[ "$(bond_active "$1" "$2")" = "$3" ]
}
