#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Who listens to the netlink family's group "monitor" is told, beside carriers, which accel serves a port, and what else
# happens to an interface: a path that changes, a group that cannot be joined, and can again, a restart, a full table.
# However often it happens, it is told once a second at most, with the number.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# check: 6.12
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"

# heard WORD...: a notification with all of these.
heard()
{
	sed 's/^/ /' "$TMPDIR/heard" > "$TMPDIR/words"
	for heard_word; do
		grep -F -e " $heard_word " "$TMPDIR/words" > "$TMPDIR/fewer" || return 1
		mv "$TMPDIR/fewer" "$TMPDIR/words"
	done
}

must_hear()
{
	wait_for 10 heard "$@" || {
		cat "$TMPDIR/heard"
		fail "no notification with $*"
	}
}

# listen HOST: as nobody, from now on.
listen()
{
	[ -z "${LISTENER:-}" ] || kill "$LISTENER"
	spawn "$1" "$TESTS/netdev/nl" -u monitor > "$TMPDIR/heard"
	LISTENER=$SPAWNED
	must_wait 5 grep -q listening "$TMPDIR/heard"
}

note "accels, where the devices are"
must modprobe ipoib_core accel=auto
must modprobe accel_bad mode=init
"$TESTS/netdev/nl" -u monitor > "$TMPDIR/heard" &
LISTENER=$!
must_wait 5 grep -q listening "$TMPDIR/heard"
fabric_up 2
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" ref
	must_hear "hca=\"$hca\"" 'accel="ref"' bind=1 'refused="bad"'
done
must rmmod accel_bad
must rmmod accel_ref
must_hear 'hca="sib0"' 'wanted="auto"' bind=5
must modprobe accel_ref
must_hear 'hca="sib0"' 'accel="ref"' bind=0
echo ref > /sys/module/ipoib_core/parameters/accel || fail "cannot set accel="
must_hear 'hca="sib0"' 'wanted="ref"' 'accel="ref"' bind=0

sm_start sib0
must_wait 10 all_active
hosts_take ours-ours
must_wait 10 can_ping hostA "$B4"
listen hostA

note "a path changes"
lid_is()
{
	[ "$(port_lid "$1")" = "$2" ]
}

changed()
{
	on hostA ping -c 1 -W 1 "$B4"
	heard "ifname=\"$IFA\"" notice=2
}
sm_kill sib0
printf '%s 0x005a 0x005a\n\n' "$(port_guid sib1)" > "$SM_DIR/sib0/guid2lid"
sm_start sib0
must_wait 10 lid_is sib1 90
must_wait 20 changed

note "a restart"
knob sib0 recv_error_once 1
restarted()
{
	on hostA ping -c 1 -W 1 "$B4"
	heard "ifname=\"$IFA\"" notice=5
}
must_wait 20 restarted
must_wait 10 can_ping hostA "$B4"

note "no room, again and again"
echo 256 > /sys/module/ipoib_core/parameters/max_paths || fail "cannot set max_paths"
echo 64 > /sys/module/ipoib_core/parameters/max_sendonly_groups || fail "cannot set max_sendonly_groups"
crowd 2000
began=$(now_ms)
on hostA "$TESTS/strangers/flood" peers 10.10.0.0 2000
on hostA "$TESTS/strangers/flood" groups "$A4" 80
must_hear "ifname=\"$IFA\"" notice=3
must_hear "ifname=\"$IFA\"" notice=4
# all_told: the evictions of 1744 paths at least.
all_told()
{
	heard notice=3 && [ "$(sed -n 's/.* count=\([0-9]*\) .*/\1/p' "$TMPDIR/words" | awk '{ n += $1 } END { print n }')" -ge 1700 ]
}
must_wait 10 all_told
took=$(($(now_ms) - began))
told=$(wc -l < "$TMPDIR/words")
note "$told messages of full tables of paths in $took ms"
[ "$told" -le $((took / 1000 + 2)) ] || fail "told $told times in $took ms"

note "a group that cannot be joined"
knob sib0 sa_mute 1
spawn hostA socat -u "UDP4-RECV:7000,ip-add-membership=239.9.9.9:$IFA" "CREATE:$TMPDIR/received"
receiver=$SPAWNED
must_wait 60 heard "ifname=\"$IFA\"" notice=0
! heard notice=1 || fail "a group was joined after all"
knob sib0 sa_mute 0
must_wait 40 heard "ifname=\"$IFA\"" notice=1
kill "$receiver" "$LISTENER"
! grep -q unknown- "$TMPDIR/heard" || fail "attributes without a name"
