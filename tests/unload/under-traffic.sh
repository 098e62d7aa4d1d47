#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Modules are removed under TCP traffic, in every order that their dependencies allow, and loaded again,
# again and again: nothing hangs, warns or leaks, and other modules' use counts return.
# accel_ref alone: the core stays, its ports wait, and are bound when accel_ref is back.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: slow CYCLES=20
# lane: quick
# check: 6.1 ORDER=accel_ref+ipoib_core+soft_ib
# check: 6.12
# limit: 600
# matrix: ORDER=accel_ref,accel_ref+ipoib_core+soft_ib,accel_ref+soft_ib+ipoib_core,soft_ib+accel_ref+ipoib_core
# matrix: CYCLES=2,20
. "${TESTS:=/tests}/lib/host.sh"

unload_hosts
modules=$(echo "$ORDER" | tr + ' ')
# The first rounds bring what stays; where nothing is looked for that grows they count too.
warm_up=0
[ "$CYCLES" -lt 12 ] || warm_up=2
cycle=0
while [ "$cycle" -lt $((CYCLES + warm_up)) ]; do
	cycle=$((cycle + 1))
	unload_ready
	# shellcheck disable=SC2086 # a list
	unload_under_traffic $modules
	# What a first round loads besides stays.
	[ "$cycle" != 1 ] || refs=$(unload_refs)
	[ "$(unload_refs)" = "$refs" ] || fail "use counts were $refs, are $(unload_refs)"
	[ "$cycle" -le "$warm_up" ] || leak_sample
done
[ ! -d /sys/module/soft_ib ] || assert_strict_clean
[ "$CYCLES" -lt 12 ] || assert_no_leak
