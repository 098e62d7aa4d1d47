# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# P_Key children. Sourced by host.sh.

# child_add HOST PARENT PKEY ours|intree: makes PARENT.<pkey>, by rtnetlink where the driver owns the
# kind "ipoib": in-tree does when it is loaded; ours then has sysfs alone. CHILD_BY=sysfs forces that.
child_add()
{
	case ${CHILD_BY:-}$4,$(child_kind_owner) in
	ours,ours | intree,intree)
		must ip -n "$1" link add link "$2" name "$2.${3#0x}" type ipoib pkey "$3"
		;;
	*) on "$1" sh -c "echo $3 > /sys/class/net/$2/create_child" ||
		fail "cannot create the child $3 of $2" ;;
	esac
	must ip -n "$1" link show dev "$2.${3#0x}" > /dev/null
}

child_delete()
{
	case ${CHILD_BY:-}$4,$(child_kind_owner) in
	ours,ours | intree,intree) must ip -n "$1" link delete "$2.${3#0x}" ;;
	*) on "$1" sh -c "echo $3 > /sys/class/net/$2/delete_child" ||
		fail "cannot delete the child $3 of $2" ;;
	esac
	must_wait 10 negate ip -n "$1" link show dev "$2.${3#0x}"
}

child_kind_owner()
{
	if [ -d /sys/module/ib_ipoib ]; then
		echo intree
	else
		echo ours
	fi
}

# children_up HOST CHILD [HOST CHILD...]: addresses 10.9.1.N and fd00:9:1::N, up, with carrier.
children_up()
{
	child_number=0
	while [ $# -gt 0 ]; do
		child_number=$((child_number + 1))
		host_address "$1" "$2" "10.9.1.$child_number/24" "fd00:9:1::$child_number/64"
		must ip -n "$1" link set "$2" up
		must_wait 20 is_running "$1" "$2"
		shift 2
	done
}

# children_of_hosts PAIR: both of hosts_up's hosts get a child 0x8001 of their drivers, with carrier.
children_of_hosts()
{
	must_wait 10 has_pkey "$HCA_A" 0x8001
	must_wait 10 has_pkey "$HCA_B" 0x8001
	child_add hostA "$IFA" 0x8001 "${1%-*}"
	child_add hostB "$IFB" 0x8001 "${1#*-}"
	children_up hostA "$IFA.8001" hostB "$IFB.8001"
}

# sent_by HOST INTERFACE: packets so far.
sent_by()
{
	on "$1" cat "/sys/class/net/$2/statistics/tx_packets"
}
