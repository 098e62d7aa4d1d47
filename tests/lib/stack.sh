# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Which driver serves which port: ours (ipoib_core with an accel) or the kernel's own ib_ipoib.
# Sourced by host.sh.

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
