#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What is made and undone very often leaves nothing behind, not a page each time: an interface goes down and up,
# with packets in its ring; a child is made and deleted, or refused; nor does a group that the HCA does not leave when it is asked,
# and one that has another LID when it is joined again is not left in its place.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# check: 6.12
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"

# often N COMMAND...: of ip, in one program.
often()
{
	times_left=$1
	shift
	while [ "$times_left" -gt 0 ]; do
		printf '%s\n' "$@"
		times_left=$((times_left - 1))
	done > "$TMPDIR/batch"
	ip -n hostA -force -batch "$TMPDIR/batch" > "$TMPDIR/batch.out" 2>&1 || [ -n "${REFUSED:-}" ] || {
		tail -n 3 "$TMPDIR/batch.out"
		fail "$*"
	}
}

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
must on hostA sysctl -qw "net.ipv6.conf.$IFA.keep_addr_on_down=1"
iperf_server hostA
iperf_run hostB "$A4" 1
kill "$IPERF_SERVER"

# down_up N: as many buffers as there are blocks of pages come back used.
down_up()
{
	often "$1" "link set $IFA down" "link set $IFA up"
	must_wait 20 is_running hostA "$IFA"
	must_wait 10 can_ping hostA "$B4"
}

note "down and up"
down_up 10
leak_before
down_up 150
assert_nothing_left 150 down_up 150

note "a child"
child()
{
	often "$1" "link add link $IFA name child type ipoib pkey 0x8001" "link set child up" "link delete child"
}
child 5
leak_before
child 40
assert_nothing_left 40 child 40

note "a child that is made, and is not what was asked for"
REFUSED=1
refused()
{
	often "$1" "link add link $IFA name child type ipoib pkey 0x8001 mode connected"
	is "refused" "$(grep -c 'only datagram mode' "$TMPDIR/batch.out")" "$1"
}
leak_before
refused 40
assert_nothing_left 40 refused 40
assert_strict_clean

# queue_pairs [HCA]: of hostA, or that one's.
queue_pairs()
{
	grep -c '^qp .* ipoib_core ' "$SOFT_IB/${1:-sib0}/census" || :
}

queue_pairs_are()
{
	[ "$(queue_pairs)" = "$1" ]
}

note "multicast groups that the HCA does not leave at once: joined again, and when the interface goes away"
log_mark
knob sib0 detach_error_once 2
must ip -n hostA link set "$IFA" down
assert_log "$IFA: the HCA does not leave group ff12:.*: error -5"
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"
is "queue pairs" "$(queue_pairs)" 1
# joins HOST INTERFACE N: a program joins 239.9.9.N, until JOINED is killed.
joins()
{
	spawn "$1" socat -u "UDP4-RECV:999$3,reuseaddr,ip-add-membership=239.9.9.$3:$2" /dev/null
	JOINED=$SPAWNED
}

# group N: as census has it.
group()
{
	printf 'ff12401bffff0000000000000f09090%d' "$1"
}

# receives HCA N [LID]
receives()
{
	grep -qi "^in .* $(group "$2") ${3:-}" "$SOFT_IB/$1/census"
}

# lid_of N: of the group, as the SA has it, or nothing.
lid_of()
{
	saquery -g 2> /dev/null | awk -v gid="ff12:401b:ffff::f09:90$1" \
		'/MGID\./ { sub(/^.*\./, ""); here = $0 == gid } here && /Mlid\./ { sub(/^.*\./, ""); print; exit }'
}

lid_known()
{
	lid=$(lid_of "$1")
	[ "$lid" ]
}

note "a group that is joined again, and has another LID, while the HCA has not left it"
joins hostA "$IFA" 1
first=$JOINED
must_wait 10 receives sib0 1
must_wait 10 lid_known 1
before=$lid
knob sib0 detach_error_once 2
kill "$first"
must_wait 20 negate lid_known 1
joins hostB "$IFB" 2
must_wait 10 lid_known 2
is "the LID of another group" "$lid" "$before"
joins hostA "$IFA" 1
must_wait 10 lid_known 1
[ "$lid" != "$before" ] || fail "the group has its LID still"
# The second refusal came with that, and the core tries again: once it has left it is there anew.
must_wait 10 grep -qx 0 "$SOFT_IB/sib0/detach_error_once"
must_wait 20 receives sib0 1 "$lid"
joins hostA "$IFA" 3
must_wait 20 receives sib0 3
receives sib0 1 "$lid" || fail "the group was left with its old LID"
must invariants_check

note "the interfaces go, one of an HCA that does not leave a group at once, one of an HCA that never does"
knob sib0 detach_error_once 1
knob sib1 detach_error_once 1000
must rmmod accel_ref
is "refusals to come" "$(knob sib0 detach_error_once)" 0
must_wait 5 queue_pairs_are 0
is "queue pairs of hostB" "$(queue_pairs sib1)" 0
