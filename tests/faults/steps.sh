# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What every-caller.sh does with two hosts, a step at a time, so that each call in it fails once: do_STEP
# brings something about, undo_STEP takes it back. Both tell by their status whether it came about, within
# STEP_LIMIT seconds, and are done again when not. A step is begun with
#
#	load, open:	nothing, or modules that are loaded
#	others:		hostA [ib0]---sib0---switch---sib1---[ib1] hostB, with addresses and carrier,
#			and OpenSM on sib2

STEP_LIMIT=8

# tries COMMAND...: its words go to the log, where somebody can read why.
tries()
{
	"$@" >> "$TMPDIR/words" 2>&1 || {
		echo "'$*' ended with $?"
		return 1
	}
}

# waits COMMAND...: whether it comes true in time.
waits()
{
	wait_for "$STEP_LIMIT" "$@" || {
		echo "not within $STEP_LIMIT s: $*"
		return 1
	}
}

hears()
{
	waits can_ping hostA "$B4" && waits can_ping hostB "$A6"
}

# in_host_a COMMANDS: with hostA's /sys.
in_host_a()
{
	tries on hostA dash -c "$1 # /sys/class/net"
}

do_load()
{
	tries modprobe ipoib_core accel=ref && tries modprobe accel_ref || return
	for loaded in sib0 sib1; do
		waits decided "$loaded" && tries netdev_of "$loaded" ours > /dev/null || return
	done
}

# decided HCA: it has an interface, or has none and somebody says so.
decided()
{
	netdev_of "$1" ours || log_has "$1: ipoib_core: .*no interface"
}

undo_load()
{
	for module in accel_ref ipoib_core; do
		[ ! -d "/sys/module/$module" ] || tries rmmod "$module" || return
	done
}

do_open()
{
	tries ip link set "$IFA" up && waits has_carrier "$IFA"
}

has_carrier()
{
	[ "$(cat "/sys/class/net/$1/carrier")" = 1 ]
}

undo_open()
{
	tries ip link set "$IFA" down
}

# Nothing is known of the peer: address and path are found anew.
do_path()
{
	tries ip -n hostA link set "$IFA" down && tries ip -n hostA link set "$IFA" up &&
		tries ip -n hostA address replace "$A6/64" dev "$IFA" nodad &&
		waits is_running hostA "$IFA" && hears
}

undo_path()
{
	:
}

do_child()
{
	tries ip -n hostA link add link "$IFA" name c1 type ipoib pkey 0x8001 &&
		tries ip -n hostA link set c1 up && waits is_running hostA c1
}

undo_child()
{
	! ip -n hostA link show dev c1 > /dev/null 2>&1 || tries ip -n hostA link delete c1
}

do_sysfs()
{
	in_host_a "echo 0x8001 > /sys/class/net/$IFA/create_child" &&
		tries ip -n hostA link set "$IFA.8001" up && waits is_running hostA "$IFA.8001"
}

undo_sysfs()
{
	! ip -n hostA link show dev "$IFA.8001" > /dev/null 2>&1 ||
		in_host_a "echo 0x8001 > /sys/class/net/$IFA/delete_child"
}

do_settings()
{
	tries ip -n hostA link set "$IFA" mtu 1500 && tries ip -n hostA link set "$IFA" mtu 2044 &&
		tries on hostA ethtool -G "$IFA" rx 128 tx 64 && hears
}

undo_settings()
{
	tries on hostA ethtool -G "$IFA" rx 256 tx 128 && hears
}

do_group()
{
	spawn hostA socat -u "UDP4-RECV:7100,ip-add-membership=239.15.15.15:$A4" OPEN:/dev/null
	GROUP_PID=$SPAWNED
	waits group_received
}

# group_received: the HCA receives for the group, which comes last of joining it.
group_received()
{
	grep -q '^in .* ff12401bffff0000000000000f0f0f0f' "$SOFT_IB/sib0/census"
}

undo_group()
{
	kill "$GROUP_PID" 2> /dev/null || :
	waits negate group_received
}

# do_sendonly: somebody who sends to a group needs no membership of his own.
do_sendonly()
{
	tries ip -n hostA route replace 239.1.1.0/24 dev "$IFA" && tries on hostA ping -c 2 -W 1 -i 0.2 -n -q 239.1.1.1
	hears
}

undo_sendonly()
{
	:
}

do_events()
{
	for event in client_reregister sm_change pkey_change gid_change lid_change; do
		echo "$event" > "$SOFT_IB/sib0/event"
		hears || return
	done
}

undo_events()
{
	:
}

do_link()
{
	echo 0 > "$SOFT_IB/sib0/link"
	waits negate is_running hostA "$IFA"
}

undo_link()
{
	echo 1 > "$SOFT_IB/sib0/link"
	waits is_running hostA "$IFA" && hears
}

do_pkey()
{
	echo "0 0x0000" > "$SOFT_IB/sib0/pkeys"
	waits negate is_running hostA "$IFA"
}

undo_pkey()
{
	echo "0 0xffff" > "$SOFT_IB/sib0/pkeys"
	waits is_running hostA "$IFA" && hears
}

# do_error: the HCA is in error, and the data path begins anew.
do_error()
{
	echo 1 > "$SOFT_IB/sib0/send_error_once"
	hears && echo 1 > "$SOFT_IB/sib0/recv_error_once" && hears
}

undo_error()
{
	hears
}

do_netns()
{
	tries ip -n hostA link set "$IFA" netns hostC && tries ip -n hostC link set "$IFA" up &&
		waits is_running hostC "$IFA"
}

undo_netns()
{
	! ip -n hostC link show dev "$IFA" > /dev/null 2>&1 ||
		tries ip -n hostC link set "$IFA" netns hostA || return
	tries ip -n hostA address replace "$A4/24" dev "$IFA" &&
		tries ip -n hostA link set "$IFA" up &&
		tries ip -n hostA address replace "$A6/64" dev "$IFA" nodad &&
		waits is_running hostA "$IFA" && hears
}

# do_stream: all sizes, and more than the stack sends in one piece.
do_stream()
{
	tries on hostA ping -c 5 -i 0.05 -W 2 -n -q -s 20000 "$B4"
	tries on hostA socat -u OPEN:/dev/zero,readbytes=300000 "TCP4:$B4:7000,connect-timeout=5" || return
	hears
}

undo_stream()
{
	:
}
