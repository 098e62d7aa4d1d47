#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The stock mlx5_core finds all cards, brings them up, and takes them down, again and again, and the
# cards have nothing to complain of.
#
# lane: connectx-long
# limit: 240
. "$TESTS/connectx/words.sh"
. "$TESTS/lib/host.sh"

for round in $(seq 20); do
	must modprobe mlx5_core
	[ "$(bound_cards)" = 4 ] || fail "round $round: $(bound_cards) cards were brought up"
	must rmmod mlx5_core
done
assert_mlx5_quiet
