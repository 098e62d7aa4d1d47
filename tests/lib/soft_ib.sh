# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The software fabric, its knobs, and who serves its ports. Sourced by host.sh, unless FABRIC has
# another one with the same words: connectx/fabric.sh.

SOFT_IB=/sys/kernel/debug/soft_ib

fabric_is_up()
{
	[ -d /sys/module/soft_ib ]
}

# fabric_up HCAS [PARAMETER=VALUE...]: sib0, sib1, ... on one switch, links up, no subnet manager. What HCAs have
# not may also come from HCA_HAS, of a test that is run on odd ones (odd/hcas.sh).
fabric_up()
{
	fabric_hcas=$1
	shift
	note "fabric: $fabric_hcas HCAs $*"
	# shellcheck disable=SC2086 # a list
	must modprobe soft_ib "hcas=$fabric_hcas" ${HCA_HAS:-} "$@"
	must_wait 10 test -e "/sys/class/infiniband/sib$((fabric_hcas - 1))/ports/1/state"
	fabric_umad
}

# fabric_down: rmmod. Whoever still uses the fabric loses it, as with a card pulled out.
fabric_down()
{
	rmmod soft_ib
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

# used_up HCA KNOB: what the knob counts has happened as often as it was told to.
used_up()
{
	[ "$(knob "$1" "$2")" = 0 ]
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

# port_event HCA NAME: the ib_event alone.
port_event()
{
	knob "$1" event "$2"
}

# sa_asked HCA path|join: how many such requests it has sent to the SA since sa_forget.
sa_asked()
{
	sed -n "s/^$2 //p" "$SOFT_IB/$1/sa"
}

sa_forget()
{
	echo 0 > "$SOFT_IB/$1/sa"
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

# drops_forget: what was dropped until now.
drops_forget()
{
	for hca in $(hcas); do
		echo 0 > "$SOFT_IB/$hca/drops"
	done
}

# assert_drops CAUSE...: since drops_forget the fabric dropped packets for these causes only; a CAUSE
# may say how many, as a regular expression.
assert_drops()
{
	for hca in $(hcas); do
		drops_left=$(grep -v ' 0$' "$SOFT_IB/$hca/drops" || :)
		for cause; do
			drops_left=$(echo "$drops_left" | grep -Ev "^$cause( |$)" || :)
		done
		[ -z "$drops_left" ] ||
			fail "the fabric dropped packets of $hca: $(echo "$drops_left" | tr '\n' ' ')"
	done
}

# drops_of HCA CAUSE: packets that the fabric dropped so far.
drops_of()
{
	sed -n "s/^$2 //p" "$SOFT_IB/$1/drops"
}

# fabric_state: what the fabric has counted, for who reads the log.
fabric_state()
{
	[ ! -d "$SOFT_IB" ] || grep -H -v ' 0$' "$SOFT_IB"/sib*/drops "$SOFT_IB/strict" || :
}

stack_is_loaded()
{
	[ -d /sys/module/ipoib_core ] || [ -d /sys/module/ib_ipoib ]
}

# stack_load PAIR: PAIR is ours-ours, ours-intree, intree-ours or intree-intree: the driver of
# sib0's port, then of sib1's; any further HCA gets the second. ACCEL is ours's data path.
# With both drivers loaded, in-tree also makes interfaces on ours's ports, as it knows no
# exceptions: they stay down and unused. Ours then cannot have the rtnl kind, and says so.
stack_load()
{
	note "drivers: $1"
	case $1 in
	*intree*) must modprobe ib_ipoib ;;
	esac
	case $1 in
	ours-ours) must modprobe ipoib_core "accel=$ACCEL" ;;
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
		ours) stack_accel=$ACCEL ;;
		*) stack_accel=none ;;
		esac
		stack_value=$stack_value${stack_value:+,}$hca/1:$stack_accel
		stack_kind=$2
	done
	echo "$stack_value"
}
