# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Which driver serves which port: ours (ipoib_core with an accel) or the kernel's own ib_ipoib.
# Sourced by host.sh.

# stack_load PAIR: PAIR is ours-ours, ours-intree, intree-ours or intree-intree: the driver of
# sib0's port, then of sib1's; any further HCA gets the second. ACCEL (ref) is ours's data path.
# With both drivers loaded, in-tree also makes interfaces on ours's ports, as it knows no
# exceptions: they stay down and unused. Ours then cannot have the rtnl kind, and says so.
stack_load()
{
	note "drivers: $1"
	case $1 in
	*intree*) must modprobe ib_ipoib ;;
	esac
	case $1 in
	ours-ours) must modprobe ipoib_core "accel=${ACCEL:-ref}" ;;
	*ours*) must modprobe ipoib_core "accel=$(stack_ports "${1%-*}" "${1#*-}")" ;;
	esac
	stack_number=0
	for hca in $(hcas); do
		stack_kind=${1#*-}
		[ "$stack_number" != 0 ] || stack_kind=${1%-*}
		stack_number=$((stack_number + 1))
		must_wait 10 netdev_of "$hca" "$stack_kind"
	done
}

# stack_ports FIRST OTHERS: the value of accel= that leaves in-tree's ports alone.
stack_ports()
{
	stack_kind=$1
	stack_value=
	for hca in $(hcas); do
		case $stack_kind in
		ours) stack_accel=${ACCEL:-ref} ;;
		*) stack_accel=none ;;
		esac
		stack_value=$stack_value${stack_value:+,}$hca/1:$stack_accel
		stack_kind=$2
	done
	echo "$stack_value"
}

# ours REASON: whether DRIVER, of a test that runs against both, is ours; for what in-tree has not, or
# does otherwise. The REASON is for the log.
ours()
{
	[ "$DRIVER" = ours ] || {
		note "not in-tree: $*"
		return 1
	}
}

# stack_unload: ours and in-tree, in the order that their dependencies ask for.
stack_unload()
{
	for module in accel_mlx accel_ref ipoib_core ib_ipoib; do
		[ ! -d "/sys/module/$module" ] || must rmmod "$module"
	done
}

# netdev_of HCA ours|intree: the name of the driver's interface on port 1, children excepted. Only
# for interfaces that are in this network namespace.
netdev_of()
{
	netdev_parent=$(readlink -f "/sys/class/infiniband/$1/device")
	for netdev in /sys/class/net/*; do
		[ ! -e "$netdev/parent" ] || continue
		read -r netdev_type 2> /dev/null < "$netdev/type" || continue
		[ "$netdev_type" = 32 ] || continue
		read -r netdev_port < "$netdev/dev_port" || continue
		[ "$netdev_port" = 0 ] || continue
		[ "$(readlink -f "$netdev/device")" = "$netdev_parent" ] || continue
		# Both go by the driver name that scripts look for; only ours has a version of its own.
		netdev_version=$(ethtool -i "${netdev##*/}" | sed -n 's/^version: //p')
		case $2,$netdev_version in
		ours,ipoib-accel*) ;;
		intree,ipoib-accel* | ours,*) continue ;;
		esac
		echo "${netdev##*/}"
		return 0
	done
	return 1
}
