# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The software fabric and its knobs. Sourced by host.sh.

SOFT_IB=/sys/kernel/debug/soft_ib

# fabric_up HCAS [PARAMETER=VALUE...]: sib0, sib1, ... on one switch, links up, no subnet manager.
fabric_up()
{
	fabric_hcas=$1
	shift
	note "fabric: $fabric_hcas HCAs $*"
	must modprobe soft_ib "hcas=$fabric_hcas" "$@"
	must_wait 10 test -e "/sys/class/infiniband/sib$((fabric_hcas - 1))/ports/1/state"
	fabric_umad
}

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

# fabric_down: rmmod. Whoever still uses the fabric loses it, as with a card pulled out.
fabric_down()
{
	rmmod soft_ib
}

# hcas: sib0 sib1 ...
hcas()
{
	# shellcheck disable=SC2086 # a pattern
	(cd /sys/class/infiniband && echo $HCAS)
}

# knob HCA NAME [VALUE]: writes, or reads, a knob of an HCA.
knob()
{
	if [ $# = 2 ]; then
		cat "$SOFT_IB/$1/$2"
	else
		note "knob: $1 $2=$3"
		echo "$3" > "$SOFT_IB/$1/$2" || fail "cannot write '$3' to $SOFT_IB/$1/$2"
	fi
}

# cable_out HCA, cable_in HCA: the link goes down, or trains again (the SM then has to find it).
cable_out()
{
	knob "$1" link 0
}

cable_in()
{
	knob "$1" link 1
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

strict_total()
{
	cat "$SOFT_IB/strict_total"
}

# assert_strict_clean: no client used the verbs in a way that real hardware would punish.
assert_strict_clean()
{
	[ "$(strict_total)" = 0 ] && return
	grep -H . "$SOFT_IB"/*/strict* "$SOFT_IB"/strict* 2>/dev/null
	fail "soft_ib's strict mode counted $(strict_total) violations"
}
