# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What may befall two hosts, for sequences.sh: each op_* leaves a fabric or a host in some other state;
# chaos_settle brings everything back to where traffic has to flow. (soak/ops.sh has more.)
#
#	hostA [ib0]---sib0---+
#	                     | switch +---sib2  OpenSM
#	hostB [ib1]---sib1---+
#	hostC: empty, interfaces pass through

# The P_Key of the children that come and go.
: "${CHAOS_PKEY:=0x8001}"
CHAOS_OPS="flap flap lid pkey pkey child child netns updown updown mtu event event fault fault reload sm"

# chance N: sets DRAWN to 0..N-1. The same numbers for the same SEED, everywhere.
chance()
{
	CHAOS_STATE=$(((CHAOS_STATE * 1103515245 + 12345) & 0x7fffffff))
	DRAWN=$(((CHAOS_STATE >> 12) % $1))
}

# chance_of WORD...: sets DRAWN to one of them.
chance_of()
{
	chance $#
	shift "$DRAWN"
	DRAWN=$1
}

# chance_host: sets HOST, HCA and LINK to one of the two.
chance_host()
{
	chance_of A B
	case $DRAWN in
	A) HOST=hostA HCA=sib0 LINK=$IFA ;;
	B) HOST=hostB HCA=sib1 LINK=$IFB ;;
	esac
}

# A moment in which what was begun may come half way.
chance_pause()
{
	chance_of '' '' 0.02 0.1 0.3
	[ -z "$DRAWN" ] || sleep "$DRAWN"
}

# operations N OPERATION...: does N of these at random, to either host.
operations()
{
	operations_left=$1
	shift
	while [ "$operations_left" -gt 0 ]; do
		operations_left=$((operations_left - 1))
		chance_host
		chance_of "$@"
		echo "$DRAWN" >> "$TMPDIR/operations"
		"op_$DRAWN"
		chance_pause
	done
}

# quietly COMMAND...: an operation may fail where another one came before it: the interface is
# elsewhere, or the port has no such P_Key.
quietly()
{
	"$@" > /dev/null 2>&1 || :
}

op_flap()
{
	did "cable of $HCA"
	CHAOS_FORGETS=1
	cable_out "$HCA"
	chance_pause
	cable_in "$HCA"
}

op_lid()
{
	chance 300
	did "LID of $HCA by $((DRAWN + 100))"
	quietly dash -c "echo $(($(port_lid "$HCA") + DRAWN + 100)) > $SOFT_IB/$HCA/lid"
	CHAOS_SWEEP=1 CHAOS_FORGETS=1
}

# op_pkey: that of the children goes and comes, or moves; or the port's own goes and comes.
op_pkey()
{
	chance_of away moved own
	did "P_Key of $HCA: $DRAWN"
	pkey_index=$(sed -n 's/ 0x8001$//p' "$SOFT_IB/$HCA/pkeys" | head -n 1)
	case $DRAWN in
	own)
		echo "0 0x0000" > "$SOFT_IB/$HCA/pkeys"
		chance_pause
		echo "0 0xffff" > "$SOFT_IB/$HCA/pkeys"
		return
		;;
	away) pkey_to=$pkey_index ;;
	moved) pkey_to=$((pkey_index % 20 + 1)) ;;
	esac
	[ -n "$pkey_index" ] || return 0
	echo "$pkey_index 0x0000" > "$SOFT_IB/$HCA/pkeys"
	chance_pause
	echo "$pkey_to 0x8001" > "$SOFT_IB/$HCA/pkeys"
}

# op_child: there is one more, or one less.
op_child()
{
	chance_of rtnl rtnl sysfs delete
	did "child of $LINK on $HOST: $DRAWN"
	case $DRAWN in
	rtnl)
		CHAOS_CHILD=$((${CHAOS_CHILD:-0} + 1))
		quietly ip -n "$HOST" link add link "$LINK" name "c$CHAOS_CHILD" type ipoib pkey "$CHAOS_PKEY"
		quietly ip -n "$HOST" link set "c$CHAOS_CHILD" up
		;;
	sysfs)
		quietly on "$HOST" sh -c "echo $CHAOS_PKEY > /sys/class/net/$LINK/create_child"
		quietly ip -n "$HOST" link set "$LINK.${CHAOS_PKEY#0x}" up
		;;
	delete) children_away "$HOST" ;;
	esac
}

# children_away HOST
children_away()
{
	for away in $(ip -n "$1" -o link show type ipoib 2> /dev/null |
		sed -n "s/^[0-9]*: \(c[0-9]*\|ib[0-9]*\.${CHAOS_PKEY#0x}\)@.*/\1/p"); do
		quietly ip -n "$1" link delete "$away"
	done
}

# op_netns: the interface goes to another host, and maybe back.
op_netns()
{
	chance_of stay return
	did "$LINK from $HOST to another netns: $DRAWN"
	quietly ip -n "$HOST" link set "$LINK" netns hostC
	[ "$DRAWN" = return ] || return 0
	chance_pause
	quietly ip -n hostC link set "$LINK" netns "$HOST"
}

op_updown()
{
	did "$LINK of $HOST down and up"
	quietly ip -n "$HOST" link set "$LINK" down
	chance_pause
	quietly ip -n "$HOST" link set "$LINK" up
}

op_mtu()
{
	chance_of 1280 1500 1999 2044 4092
	did "$LINK of $HOST: MTU $DRAWN"
	quietly ip -n "$HOST" link set "$LINK" mtu "$DRAWN"
}

op_event()
{
	chance_of client_reregister sm_change lid_change pkey_change gid_change port_err port_active
	did "$HCA: $DRAWN"
	# The RDMA core takes all memberships for lost.
	case $DRAWN in
	client_reregister | lid_change | port_err) CHAOS_FORGETS=1 ;;
	esac
	echo "$DRAWN" > "$SOFT_IB/$HCA/event"
}

op_fault()
{
	chance_of send_error recv_error post_send_error post_recv_error modify_error
	did "$HCA: $DRAWN"
	echo 2 > "$SOFT_IB/$HCA/${DRAWN}_once"
}

# op_reload: the accel goes, and with it all interfaces; new ones come into the first namespace.
op_reload()
{
	did "accel_ref reloaded"
	must rmmod accel_ref
	must modprobe accel_ref
	IFA='' IFB=''
	must_wait 10 chaos_found
}

op_sm()
{
	did "OpenSM restarted"
	sm_kill sib2
	chance_pause
	sm_start sib2
	CHAOS_SWEEP=''
}

# did WORDS: for the log, and for the line of a sequence that fails.
did()
{
	note "  $*"
}

# chaos_found: sets IFA and IFB when the new interfaces are there.
chaos_found()
{
	IFA=$(netdev_of sib0 ours) && IFB=$(netdev_of sib1 ours)
}

# chaos_home HOST INTERFACE: wherever it was moved to, it comes back.
chaos_home()
{
	ip -n "$1" link show dev "$2" > /dev/null 2>&1 && return
	ip -n hostC link set "$2" netns "$1" 2> /dev/null && return
	must ip link set "$2" netns "$1"
}

# chaos_settle: everything that has to be is there; what is left is up to the drivers.
chaos_settle()
{
	for settle_hca in sib0 sib1; do
		for settle_fault in "$SOFT_IB/$settle_hca"/*_once; do
			echo 0 > "$settle_fault"
		done
		sed -n 's/ 0x8001$//p' "$SOFT_IB/$settle_hca/pkeys" | while read -r settle_index; do
			[ "$settle_index" = 1 ] || echo "$settle_index 0x0000" > "$SOFT_IB/$settle_hca/pkeys"
		done
		has_pkey "$settle_hca" 0x8001 || echo "1 0x8001" > "$SOFT_IB/$settle_hca/pkeys"
	done
	[ -z "$CHAOS_SWEEP" ] || sm_sweep sib2
	CHAOS_SWEEP=
	must_wait 20 all_active
	for settle in "hostA $IFA $A4 $A6" "hostB $IFB $B4 $B6"; do
		# shellcheck disable=SC2086 # four words
		chaos_address $settle
	done
	must_wait 20 is_running hostA "$IFA"
	must_wait 20 is_running hostB "$IFB"
	must_wait 10 can_ping hostA "$B4"
	must_wait 10 can_ping hostB "$A6"
}

# chaos_address HOST INTERFACE IPV4 IPV6
chaos_address()
{
	chaos_home "$1" "$2"
	children_away "$1"
	must ip -n "$1" link set "$2" mtu 2044 up
	must ip -n "$1" address replace "$3/24" dev "$2"
	must ip -n "$1" address replace "$4/64" dev "$2" nodad
}
