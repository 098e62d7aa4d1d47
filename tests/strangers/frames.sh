#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What a hostile peer, a card and a subnet administrator may send: frames that are wrong somewhere, packets
# that arrive changed, answers about paths and groups that are garbage. The host that gets them goes on: a
# bystander is answered, new peers are found, the log and the memory stay small; and once it has passed,
# traffic flows, when the administrator has asked to register again, for what it said was believed.
#
#	hostA [ib0, hit]---sib0---+        +---sib2---[ib2] hostC, and OpenSM
#	hostB [ib1]--------sib1---+ switch +
#
# The seed is printed. The same frames again, or for as long as wanted:
#	tests/vm/run --lane slow --append 'SEED=12345 FOR=300' strangers/frames:ours,60
#
# lane: full DRIVER=ours TIME=5
# lane: slow
# check: 6.1
# limit: 900
# matrix: DRIVER=ours,intree
# matrix: TIME=5,60
. "${TESTS:=/tests}/lib/host.sh"

C4=10.9.0.3
# Milliseconds that an answer to the bystander may take, of how many one may take longer, and in how many moments, each in
# which a machine stands still being one, of which a short run has few; lines of the log, kilobytes.
BOUND=$((100 * TIME_SCALE)) LATE=10 MOMENTS=50 LINES=100 KB=16384
TIME=${FOR:-$TIME}
[ "$TIME" -ge 60 ] || BOUND=$((300 * TIME_SCALE)) LATE=4 MOMENTS=20
: "${SEED:=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"
echo "# SEED=$SEED TIME=$TIME"

# frames_start: from hostB, for TIME seconds.
frames_start()
{
	spawn hostB "$TESTS/strangers/frames" "$SEED" "$TIME" "$IFB" "$address" "$broadcast" "$A4" \
		> "$TMPDIR/frames" 2>&1 < /dev/null
	frames=$SPAWNED
}

frames_end()
{
	wait "$frames" || { cat "$TMPDIR/frames"; fail "frames failed"; }
	note "$(cat "$TMPDIR/frames")"
}

assert_small()
{
	lines=$(dmesg | tail -n "+$((LOG_FROM + 1))" | wc -l)
	[ "$lines" -le "$LINES" ] || { dmesg | tail -n 30; fail "$lines lines of the log"; }
	kb=$(($(memory_in_use) - before))
	[ "$kb" -le "$KB" ] || fail "$kb KB more in use"
	note "$lines lines of the log, $kb KB more in use"
}

# answers_garbage: half of the administrator's.
answers_garbage()
{
	knob sib0 sa_garble_ppm 500000
	until_ms=$(($(now_ms) + TIME * 1000))
	while [ "$(now_ms)" -lt "$until_ms" ]; do
		port_event sib0 client_reregister
		ip -n hostA neighbour flush all
		can_ping hostA "$C4" > /dev/null || :
	done
	knob sib0 sa_garble_ppm 0
	port_event sib0 client_reregister
	must_wait 60 is_running hostA "$IFA"
}

fabric_up 3
sm_start sib2
must_wait 20 all_active
stack_load "$DRIVER-$DRIVER"
hosts_take "$DRIVER-$DRIVER"
host_joins hostC sib2 "$DRIVER" "$C4/24"
must_wait 10 can_ping hostC "$A4"
must_wait 10 can_ping hostB "$A4"
address=$(lladdr hostA "$IFA")
broadcast=$(ip -n hostA -j link show dev "$IFA" | jq -r '.[0].broadcast')
before=$(memory_in_use)
log_mark

note "frames"
frames_start
asked=$((20 * TIME))
on hostC ping -n -D -O -i 0.05 -c "$asked" -w $((TIME * TIME_SCALE + 20)) "$A4" > "$TMPDIR/bystander" 2>&1 < /dev/null ||
	{ cat "$TMPDIR/bystander"; fail "the bystander was not answered"; }
frames_end
note "the bystander's: $(tail -n 2 "$TMPDIR/bystander" | tr '\n' ' ')"
none_lost "$TMPDIR/bystander" "$asked" ||
	{ ip -n hostC neighbour | head; cat "$TMPDIR/bystander"; fail "an answer to the bystander is lost"; }
# When the machine stands still for a moment several in a row are late.
awk -v bound="$BOUND" -v few="$LATE" -v moments="$MOMENTS" '
	/time=/ { sub(/.*time=/, ""); n++; now = $1 > bound; late += now; stalls += now && !before; before = now }
	END { exit !(n && late * few <= n && stalls * moments <= n) }' "$TMPDIR/bystander" || {
	cat "$TMPDIR/bystander"
	fail "of answers to the bystander more than one in $LATE took over $BOUND ms, or in more than one moment in $MOMENTS answers"
}

note "frames, and what arrives is changed"
knob sib0 garble_ppm 300000
frames_start
ip -n hostC neighbour flush all
must_wait "$((TIME + 5))" can_ping hostC "$A4"
frames_end
knob sib0 garble_ppm 0
must_wait 10 can_ping hostC "$A4"

# Of this the short run has no time to see much.
if [ "$TIME" -ge 60 ]; then
	note "the administrator's answers are garbage"
	answers_garbage
fi
must_wait 60 can_ping hostA "$C4"
must_wait 60 can_ping hostB "$A6"
assert_small
[ "$DRIVER" = intree ] || assert_strict_clean
