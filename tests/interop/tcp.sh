#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# TCP over IPv4 and IPv6 at the same time, both ways at once, and no counter of errors moves.
# Which host has which driver does not matter here: data flows both ways.
#
#	hostA [PAIR's first]---sib0---+ switch +---sib1---[PAIR's second] hostB
#
# lane: slow PAIR=intree-intree
# lane: slow TIME=60
# lane: quick
# kernel: 6.12 PAIR=intree-intree
# check: 6.1 PAIR=ours-intree
# check: 6.12
# limit: 180
# matrix: PAIR=ours-ours,ours-intree,intree-intree
# matrix: TIME=3,60
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$PAIR"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
clean_mark
stream_both "$TIME"
assert_clean
