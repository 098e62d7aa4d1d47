#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What everybody hears has the number of the interface's address, so all peers send to that queue afterwards; each is
# told again of its own, over IPv4 and over IPv6, at once and no more often than need be, and nothing gets lost
# meanwhile. A peer whose administrator has written down the address keeps to it, is spoken to ever more seldom, and
# heard as well. No path is asked for because of it.
# (Topology: lib/peers.sh)
#
# lane: slow
# kernel: 6.12
# limit: 300
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/peers.sh"

# told_again
told_again()
{
	ethtool_stat hostA "$IFA" qpn_told_again
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

# all_first ADDRESS STATE: all peers' entries have the interface's own address.
all_first()
{
	for peer in 1 2 3; do
		must ip -n "peer$peer" neighbour replace "$1" dev "$(peer_if "$peer")" nud "$2" \
			lladdr "$(lladdr hostA "$IFA")"
	done
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
for address in "$A6" "$A4"; do
	peers_ping "$address"
	must_wait 15 peers_are_apart "$address"
	peers_lost_nothing
done

note "an announcement, which puts them all on the first queue, while they send"
peers_ping "$A4"
must on hostA arping -q -U -c 1 -I "$IFA" "$A4"
must_wait 15 peers_are_apart "$A4"
peers_lost_nothing

# As after what all have heard.
for address in "$A4" "$A6"; do
	note "$address: who is on the first queue is told again"
	sa_forget sib0
	before=$(told_again)
	all_first "$address" reachable
	peers_ping "$address"
	must_wait 15 peers_are_apart "$address"
	again=$(($(told_again) - before))
	note "after $WAITED ms: $(peers_know "$address"), told again: $again"
	{ [ "$again" -ge 1 ] && [ "$again" -le 6 ]; } || fail "they were told $again times"
	peers_lost_nothing
	few_paths
done

note "written down by hand: heard all the same, and spoken to seldom"
all_first "$A4" permanent
before=$(told_again)
peers_ping "$A4"
for peer in 1 2 3; do
	assert_ping "peer$peer" "$A4" 1000 40
done
peers_lost_nothing
all_back "$A4" || fail "$(peers_know "$A4")"
[ "$(($(told_again) - before))" -le 12 ] || fail "they were told $(($(told_again) - before)) times"
assert_strict_clean
