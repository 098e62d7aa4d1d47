#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What everybody hears has the number of the interface's address, so all peers send to that queue afterwards; each is
# told again of its own, over IPv4 and over IPv6, at once and no more often than need be, and nothing gets lost
# meanwhile. A peer whose administrator has written down the address keeps to it, is spoken to ever more seldom, and
# heard as well. No path is asked for because of it.
# (Topology: lib/peers.sh)
#
# lane: quick
# check: 6.12
# limit: 300
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/peers.sh"

# told_again
told_again()
{
	ethtool_stat hostA "$IFA" qpn_told_again
}

# pings_of ADDRESS: from all peers, twenty a second.
pings_of()
{
	pings=
	for peer in 1 2 3; do
		spawn "peer$peer" ping -n -q -i 0.05 -W 5 "$1" > "$TMPDIR/ping-peer$peer" 2>&1
		pings="$pings $SPAWNED"
	done
}

# pings_lost_nothing: and they end.
pings_lost_nothing()
{
	# shellcheck disable=SC2086 # a list
	kill -INT $pings
	for peer in 1 2 3; do
		must_wait 10 grep -q 'packet loss' "$TMPDIR/ping-peer$peer"
		# The last one may be under way.
		awk '/packets transmitted/ { exit !($1 - $4 <= 1) }' "$TMPDIR/ping-peer$peer" ||
			fail "$(cat "$TMPDIR/ping-peer$peer")"
	done
}

# few_paths: a path is asked for when its peer is asked twice in a row, as the kernel may just do, too.
few_paths()
{
	[ "$(sa_asked sib0 path)" -le 3 ] || fail "the SA was asked for $(sa_asked sib0 path) paths"
}

primary()
{
	lladdr hostA "$IFA" | cut -c 4-11
}

# all_back ADDRESS: all know the number that the interface's address has.
all_back()
{
	[ "$(peers_know "$1" | tr ' ' '\n' | grep . | sort -u)" = "$(primary)" ]
}

peers_up 3
for peer in 1 2 3; do
	must_wait 10 can_ping "peer$peer" "$A4"
	must_wait 10 can_ping "peer$peer" "$A6"
done
# With IPv6 hostA has asked for them all, too, which puts them on the first queue: who sends is told again.
pings_of "$A6"
must_wait 15 peers_are_apart "$A6"
pings_lost_nothing
must_wait 10 peers_are_apart "$A4"

note "an announcement: who sends nothing stays where that puts him"
must on hostA arping -q -U -c 1 -I "$IFA" "$A4"
must_wait 5 all_back "$A4"
note "$(peers_know "$A4")"

note "who sends is told again"
sa_forget sib0
before=$(told_again)
pings_of "$A4"
must_wait 15 peers_are_apart "$A4"
note "after $WAITED ms: $(peers_know "$A4"), told again: $(($(told_again) - before))"
again=$(($(told_again) - before))
{ [ "$again" -ge 1 ] && [ "$again" -le 6 ]; } || fail "they were told $again times"
pings_lost_nothing
few_paths

note "IPv6: as after an advertisement that all have heard"
for peer in 1 2 3; do
	must ip -n "peer$peer" neighbour replace "$A6" dev "$(peer_if "$peer")" nud reachable \
		lladdr "$(lladdr hostA "$IFA")"
done
must_wait 5 all_back "$A6"
before=$(told_again)
pings_of "$A6"
must_wait 15 peers_are_apart "$A6"
note "after $WAITED ms: $(peers_know "$A6"), told again: $(($(told_again) - before))"
pings_lost_nothing
few_paths

note "written down by hand: heard all the same, and spoken to seldom"
for peer in 1 2 3; do
	must ip -n "peer$peer" neighbour replace "$A4" dev "$(peer_if "$peer")" nud permanent \
		lladdr "$(lladdr hostA "$IFA")"
done
before=$(told_again)
pings_of "$A4"
for peer in 1 2 3; do
	assert_ping "peer$peer" "$A4" 1000 40
done
pings_lost_nothing
all_back "$A4" || fail "$(peers_know "$A4")"
[ "$(($(told_again) - before))" -le 12 ] || fail "they were told $(($(told_again) - before)) times"
assert_strict_clean
