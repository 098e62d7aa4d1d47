#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The stock mlx5_ib shows the ports of all cards; an OpenSM on one of them finds the switch and the
# others, gives each a LID and brings it ACTIVE; so it does again when the drivers were gone meanwhile.
#
# lane: connectx
# limit: 180
. "$TESTS/connectx/words.sh"
. "$TESTS/lib/host.sh"

for round in 1 2 3; do
	note "round $round"
	cards_up
	for card in $(hcas); do
		ibstat "$card" > "$TMPDIR/ibstat" || fail "ibstat $card"
		grep -q 'Link layer: InfiniBand' "$TMPDIR/ibstat" || fail "$card: no InfiniBand"
		[ "$(port_lid "$card")" = 0 ] || fail "$card has a LID before there is an SM"
	done
	sm_start mlx5_0
	must_wait 10 all_active
	ibnetdiscover -C mlx5_1 > "$TMPDIR/net" 2> /dev/null || fail "ibnetdiscover"
	for node in switch card0 card1 card2 card3; do
		grep -q "software ConnectX: $node" "$TMPDIR/net" || fail "$node was not found"
	done
	[ "$(port_lid mlx5_0)" != "$(port_lid mlx5_1)" ] || fail "both have one LID"
	saquery -C mlx5_1 -P 1 > "$TMPDIR/sa" || fail "the SA does not answer the other card"
	perfquery -C mlx5_1 -P 1 "$(port_lid mlx5_0)" 1 > "$TMPDIR/perf" ||
		fail "no counters of the other card"
	sm_stop mlx5_0
	must rmmod ib_umad mlx5_ib mlx5_core
done
assert_mlx5_quiet
