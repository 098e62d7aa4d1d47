#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A network that is broken in ways that nobody but `ipoibctl` tells, one after the other: of each `explain`, or `test`,
# says the cause, and in the end that nothing is wrong. (What other tests break they have explained themselves.)
# (Topology: lib/outage.sh; hostC is on sib2)
#
# lane: slow
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"

# ways PEER: how the steps of the way there end, and what the last one says, in $TMPDIR/way.
ways()
{
	ipoibctl -n hostA -j test "$IFA" "$1" > "$TMPDIR/way" 2>&1 || :
	jq -r 'map(.step + " " + .result) | join(",")' "$TMPDIR/way" || cat "$TMPDIR/way"
}

# ends PEER STEPS REGEX: so they end, and the last one says so, of itself or of what to do next.
ends()
{
	is "the way to $1" "$(ways "$1")" "$2"
	jq -r '.[-1] | "\(.text) next: \(.next)"' "$TMPDIR/way" > "$TMPDIR/last"
	grep -Eq -e "$3" "$TMPDIR/last" || { cat "$TMPDIR/last"; fail "the last step does not say: $3"; }
	note "$(cat "$TMPDIR/last")"
}

mended()
{
	must_wait 20 can_ping hostA "$B4"
}

# silent HOST CAUSE: it is not what is explained there.
silent()
{
	ipoibctl -n "$1" -j explain > "$TMPDIR/explained" || fail "ipoibctl explain"
	! jq -e --arg cause "$2" 'any(.[]; .cause == $cause)' "$TMPDIR/explained" > /dev/null || {
		cat "$TMPDIR/explained"
		fail "$2 is explained though it is not so"
	}
}

link="link ok"
route="$link,route ok"
neighbour="$route,neighbour ok"
path="$neighbour,path ok"
answer="$path,answer ok"
well="$answer,size ok,loss ok"

fabric_up 3
SM_MTU=5 sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
host_joins hostC sib2 ours 10.9.0.3/24
must_wait 10 can_ping hostA "$B4"
is "the way" "$(ways "$B4")" "$well"
lladdr=$(lladdr hostB "$IFB")
peer=${lladdr#??:??:??:??:}

note "1. all that it sends is lost: nobody else suspects it yet"
spawn hostA ping -n -q -i 0.05 "$B4" > /dev/null 2>&1 < /dev/null
silent hostA nothing-came
knob sib0 drop_ppm 1000000
explains hostA "$IFA" "note: [0-9]+ packets went out in the last [0-9]+ ms, and none came in"
ends "$B4" "$path,answer failed" "either the packets or the answers are lost"
knob sib0 drop_ppm 0
kill "$SPAWNED"
mended

note "2. the peer answers late"
knob sib1 delay_us 30000
ends "$B4" "$well" "0 of 10 lost; .* next: slow, for a neighbour"
knob sib1 delay_us 0

note "3. one peer of two is not heard"
knob sib1 drop_ppm 1000000
must ip -n hostA neighbour flush dev "$IFA"
ends "$B4" "$route,neighbour failed" "$B4 does not answer ARP"
explains hostA "$IFA" "limited: neighbours that do not answer: 1, for example $B4"
is "the way to the other" "$(ways 10.9.0.3)" "$well"
knob sib1 drop_ppm 0
mended

note "4. half of it is lost: not for its length"
knob sib0 drop_ppm 500000
ipoibctl -n hostA -j test -n 4 "$IFA" "$B4" > "$TMPDIR/way" || :
knob sib0 drop_ppm 0
jq -e 'all(.[]; .step != "size" or .result != "failed")' "$TMPDIR/way" > /dev/null || {
	cat "$TMPDIR/way"
	fail "what is lost by chance is said to be too long"
}
mended

note "5. the address of a queue pair that is gone"
must ip -n hostA neighbour replace "$B4" dev "$IFA" nud permanent lladdr "00:00:ff:fe:$peer"
ends "$B4" "$path,answer failed" "QP number may be an old one \('ip neigh del $B4 dev $IFA'\)"
must ip -n hostA neighbour del "$B4" dev "$IFA"
mended

note "6. the address of a card that is gone"
must ip -n hostA neighbour replace "$B4" dev "$IFA" nud permanent lladdr "00:00:00:48:${peer%:??:??}:ff:ff"
spawn hostA ping -n -q -i 0.1 "$B4" > /dev/null 2>&1 < /dev/null
ends "$B4" "$neighbour,path failed" "'ip neigh' here has an address of a card that is gone"
explains hostA "$IFA" "limited: peers that cannot be reached: 1, .*: the subnet administrator knows no path there"
kill "$SPAWNED"
must ip -n hostA neighbour del "$B4" dev "$IFA"
mended

note "7. no ARP"
must ip -n hostA link set "$IFA" arp off
ends "$B4" "$route,neighbour failed" "'ip link set $IFA arp on'"
must ip -n hostA link set "$IFA" arp on
must ip -n hostA neighbour flush dev "$IFA"
mended

is "the way in the end" "$(ways "$B4")" "$well"
explains_well hostA "$IFA"
silent hostA no-answer
assert_strict_clean
