# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Ports, of whatever fabric. Sourced by host.sh.

# fabric_umad: the nodes by which subnet managers and the tools reach a fabric.
fabric_umad()
{
	must modprobe ib_umad
	must_wait 10 test -e "/dev/infiniband/umad0" -o -e /dev/umad0
	# libibumad looks for the nodes where udev would put them.
	mkdir -p /dev/infiniband
	for umad in /dev/umad* /dev/issm*; do
		[ ! -e "$umad" ] || ln -sf "$umad" /dev/infiniband/
	done
}

# hcas: sib0 sib1 ...
hcas()
{
	# shellcheck disable=SC2086 # a pattern
	(cd /sys/class/infiniband && echo $HCAS)
}

# port_state HCA: DOWN, INIT, ARMED, ACTIVE.
port_state()
{
	sed 's/^[0-9]*: //' "/sys/class/infiniband/$1/ports/1/state"
}

port_is()
{
	[ "$(port_state "$1")" = "$2" ]
}

# port_lid HCA: decimal.
port_lid()
{
	printf '%d\n' "$(cat "/sys/class/infiniband/$1/ports/1/lid")"
}

# port_guid HCA: as opensm -g and saquery take it.
port_guid()
{
	echo "0x$(cut -d : -f 5- "/sys/class/infiniband/$1/ports/1/gids/0" | tr -d :)"
}

all_active()
{
	for hca in $(hcas); do
		port_is "$hca" ACTIVE || return 1
	done
}

# has_pkey HCA PKEY: whether the SM put PKEY (0x8001) into the port's table.
has_pkey()
{
	grep -qix "$2" "/sys/class/infiniband/$1/ports/1/pkeys/"*
}

# pkey_index HCA PKEY: where in the port's table it is.
pkey_index()
{
	(cd "/sys/class/infiniband/$1/ports/1/pkeys" && grep -lix "$2" ./*) | sed 's,^./,,'
}
