#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Random sequences of what fabrics and administrators do, under traffic both ways: after each, traffic
# flows, soft_ib has seen no wrong use of the verbs, and over all of them nothing leaks.
# (Topology: ops.sh)
#
# The seed is printed. The same sequences again, or as many as wanted:
#	tests/vm/run --lane slow --append 'SEED=12345 COUNT=200' random/sequences.sh
#
# lane: full SEQUENCES=10
# lane: slow
# kernel: 6.12 SEQUENCES=10
# matrix: SEQUENCES=10,100
# limit: 1800
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/random/ops.sh"

COUNT=${COUNT:-$SEQUENCES}
: "${SEED:=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"
echo "# SEED=$SEED COUNT=$COUNT"
CHAOS_SWEEP=

# load HOST COMMAND...: again and again: it ends when its interface goes.
load()
{
	load_host=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	spawn "$load_host" busybox nice -n 19 dash -c 'while :; do "$@"; sleep 0.1; done' load "$@" \
		> /dev/null 2>&1 < /dev/null
}

outage_up ours-ours
pings_stop
host_add hostC
spawn hostB socat -u TCP4-LISTEN:7000,reuseaddr,fork OPEN:/dev/null
load hostA socat -u OPEN:/dev/zero TCP4:"$B4":7000,connect-timeout=1
load hostA ping -n -q -A -i 0.01 -s 1900 "$B6"
load hostB ping -n -q -A -i 0.01 "$A4"

sequence=0
while [ "$sequence" -lt "$COUNT" ]; do
	sequence=$((sequence + 1))
	CHAOS_STATE=$(((SEED + sequence * 2654435) & 0x7fffffff))
	chance 5
	steps=$((DRAWN + 3))
	note "sequence $sequence: $steps operations"
	while [ "$steps" -gt 0 ]; do
		steps=$((steps - 1))
		chance_host
		# shellcheck disable=SC2086 # a list
		chance_of $CHAOS_OPS
		"op_$DRAWN"
		chance_pause
	done
	chaos_settle
	assert_strict_clean
	[ "$COUNT" -lt 12 ] || leak_sample
done
[ "$COUNT" -lt 12 ] || assert_no_leak
