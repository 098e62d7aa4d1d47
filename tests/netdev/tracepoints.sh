#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Each event of ipoib_core's tracepoints comes when it should and says what there is to say, and who watches the drops
# of packets (skb:kfree_skb) is told reasons.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# check: 6.12
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

# reason DROPPED REASON COMMAND...: COMMAND has packets dropped as ethtool's tx_drop_DROPPED, and a kernel that knows
# reasons says REASON.
reason()
{
	reason_drop=tx_drop_$1
	reason_is=$2
	shift 2
	reason_before=$(ethtool_stat hostA "$IFA" "$reason_drop")
	"$@" > /dev/null 2>&1 || :
	[ "$(ethtool_stat hostA "$IFA" "$reason_drop")" -gt "$reason_before" ] || fail "$*: nothing dropped as $reason_drop"
	grep -q reason "$TRACING/events/skb/kfree_skb/format" || return 0
	# Before 6.2 the place is a number.
	assert_traced "kfree_skb: .*location=(ipoib_|[0-9a-f]{8}).* reason: $reason_is\$"
}

# raw BYTES: a frame of hostA for everybody, with no other header than these.
raw()
{
	printf '\0\377\377\377\377\022\100\033\377\377\0\0\0\0\0\0\377\377\377\377%b' "$1" > "$TMPDIR/frame"
	on hostA socat -u "OPEN:$TMPDIR/frame" "INTERFACE:$IFA"
}

gid='[0-9a-f:]+'

note "accels"
must modprobe ipoib_core accel=auto
trace_on ipoib
must modprobe accel_bad mode=init
fabric_up 2
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" ref
done
assert_traced 'ipoib_accel_registered: accel=bad abi=[0-9]+ error=0$'
assert_traced 'ipoib_accel_bound: port=sib0/1 accel=bad priority=[0-9]+ error=-[1-9]'
assert_traced 'ipoib_accel_bound: port=sib0/1 accel=ref priority=1 error=0$'
assert_traced 'ipoib_accel_fell_back: port=sib0/1 accel=ref$'
must rmmod accel_bad

note "the first link"
sm_start sib0
must_wait 10 all_active
hosts_take ours-ours
assert_traced "ipoib_port_event: port=sib0/1 event=[A-Z_]+ todo=[A-Z|]+\$"
assert_traced 'ipoib_port_state: port=sib0/1 old=[A-Z]+ state=ACTIVE lid=[1-9][0-9]* sm_lid=[1-9]'
assert_traced "ipoib_flush: dev=$IFA events=.*HEAVY"
assert_traced "ipoib_link_opened: dev=$IFA qpn=0x[0-9a-f]{6} pkey=0xffff error=0\$"
broadcast=ff12:401b:ffff::ffff:ffff
assert_traced "ipoib_group_created: dev=$IFA gid=$broadcast\$"
assert_traced "ipoib_join_asked: dev=$IFA gid=$broadcast tries=0\$"
assert_traced "ipoib_join_answered: dev=$IFA gid=$broadcast tries=0 status=0 usecs=[1-9][0-9]* lid=[1-9]"
assert_traced "ipoib_ah_made: dev=$IFA ah=[0-9a-f]+ lid=[1-9][0-9]* sl=0\$"
assert_traced "ipoib_link_carrier: dev=$IFA carrier=1\$"
assert_traced "ipoib_link_reason: dev=$IFA old=[A-Z_]+ reason=CARRIER\$"

note "a path"
must_wait 10 can_ping hostA "$B4"
peer=fe80::$(cut -d : -f 5- /sys/class/infiniband/sib1/ports/1/gids/0 | sed 's/^0*\([0-9a-f]\)/\1/; s/:0*\([0-9a-f]\)/:\1/g')
lid=$(port_lid sib1)
assert_traced "ipoib_path_created: dev=$IFA gid=$peer\$"
assert_traced "ipoib_path_asked: dev=$IFA gid=$peer tries=0\$"
assert_traced "ipoib_path_answered: dev=$IFA gid=$peer tries=0 status=0 usecs=[1-9][0-9]* lid=$lid\$"
assert_traced "ipoib_path_changed: dev=$IFA gid=$peer old_lid=0 lid=$lid sl=0 mbps=[1-9]"

note "another subnet manager, which gives the peer another LID"
lid_is()
{
	[ "$(port_lid "$1")" = "$2" ]
}

moved()
{
	on hostA ping -c 1 -W 1 "$B4"
	traced "ipoib_path_changed: dev=$IFA gid=$peer old_lid=$lid lid=90 "
}
sm_kill sib0
printf '%s 0x005a 0x005a\n\n' "$(port_guid sib1)" > "$SM_DIR/sib0/guid2lid"
sm_start sib0
must_wait 10 lid_is sib1 90
assert_traced "ipoib_port_event: port=sib1/1 event=LID_CHANGE todo=.*NORMAL"
wait_for 20 moved || { grep "gid=$peer" "$TRACING/trace"; fail "no path was seen to change"; }
assert_traced "ipoib_ah_retired: dev=$IFA ah=[0-9a-f]+ lid=$lid sl=0\$"
assert_traced "ipoib_ah_destroyed: dev=$IFA ah=[0-9a-f]+ lid=$lid sl=0\$"
port_event sib0 sm_change
assert_traced "ipoib_flush: dev=$IFA events=.*SM"

note "no link"
cable_out sib0
assert_traced "ipoib_link_carrier: dev=$IFA carrier=0\$"
assert_traced "ipoib_link_reason: dev=$IFA old=CARRIER reason=PORT_DOWN\$"
cable_in sib0
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"

note "a restart"
knob sib0 recv_error_once 1
restarted()
{
	on hostA ping -c 1 -W 1 "$B4"
	traced "ipoib_link_restarted: dev=$IFA qpn=0x[0-9a-f]{6} pkey=0xffff error=0\$"
}
must_wait 20 restarted
assert_traced "ipoib_restart_asked: dev=$IFA by=ref_[a-z_]+\+0x[0-9a-f/x]+ \[accel_ref\]\$"
must_wait 10 can_ping hostA "$B4"

note "an unreachable peer, and reasons of drops"
trace_on skb/kfree_skb ipoib
must ip -n hostA neighbour replace 10.9.0.200 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:01
reason unreachable NEIGH_FAILED on hostA ping -n -q -c 20 -i 0.01 -w 3 10.9.0.200
assert_traced "ipoib_path_answered: dev=$IFA gid=fe80::200:0:0:1 tries=0 status=-22 usecs=[0-9]+ lid=0\$"
reason malformed DEV_HDR raw '\0377\0377\0\0'
knob sib0 sa_mute 1
must ip -n hostA neighbour replace 10.9.0.201 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:02
reason path_queue NEIGH_QUEUEFULL on hostA socat -u -b 100 OPEN:/dev/zero,readbytes=10000 \
	UDP-SENDTO:10.9.0.201:9
knob sib0 sa_mute 0
echo 0 > "$TRACING/events/skb/kfree_skb/enable"

note "no room"
groups=$(cat /sys/module/ipoib_core/parameters/max_sendonly_groups)
paths=$(cat /sys/module/ipoib_core/parameters/max_paths)
# The least that they can be
echo 256 > /sys/module/ipoib_core/parameters/max_paths || fail "cannot set max_paths"
echo 64 > /sys/module/ipoib_core/parameters/max_sendonly_groups || fail "cannot set max_sendonly_groups"
crowd 300
on hostA "$TESTS/strangers/flood" peers 10.10.0.0 300
on hostA "$TESTS/strangers/flood" groups "$A4" 80
assert_traced "ipoib_path_evicted: dev=$IFA gid=$gid\$"
assert_traced "ipoib_group_evicted: dev=$IFA gid=$gid\$"
echo "$groups" > /sys/module/ipoib_core/parameters/max_sendonly_groups
echo "$paths" > /sys/module/ipoib_core/parameters/max_paths

note "the end"
must ip -n hostA link set "$IFA" down
assert_traced "ipoib_link_closed: dev=$IFA\$"
assert_traced "ipoib_group_left: dev=$IFA gid=$broadcast\$"
assert_traced "ipoib_path_forgotten: dev=$IFA gid=$peer\$"
must rmmod accel_ref
assert_traced 'ipoib_accel_unbound: port=sib0/1 accel=ref$'

note "none is left out here"
for event in "$TRACING"/events/ipoib/*/; do
	name=$(basename "$event")
	grep -q "assert_traced.*$name\|traced \"$name" "$TESTS/netdev/tracepoints.sh" || fail "$name is not tested"
done
trace_off
stack_unload
[ ! -e "$TRACING/events/ipoib" ] || fail "the events are left"
